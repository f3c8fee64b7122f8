//! `aws <service> <operation> --options` lines.

/// `create-service` for `CreateService`, `load-balancer-arns` for `LoadBalancerArns`, `vpc-id` for `VpcId`.
pub fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (index, c) in name.char_indices() {
        if c.is_ascii_uppercase() {
            if index > 0 {
                out.push('-');
            }
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}
