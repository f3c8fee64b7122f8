//! How the AWS CLI spells names, and which spelling was probably meant.

use crate::spelling::nearest;

/// Names listed in a help before it says "and more" [count].
const LISTED_MAX: usize = 24;

/// The AWS CLI's name for an API name: `create-service` for `CreateService`, `vpc-id` for `VpcId`,
/// `load-balancer-arns` for `LoadBalancerArns`, `target-group-arns` for `TargetGroupARNs`.
///
/// The rules are botocore's `xform_name`: a plural run of capitals at the end is one word; a word starts where a
/// capital is followed by small letters, and where a capital follows a small letter or a digit. A name that has a
/// hyphen already stays as it is.
pub fn kebab(name: &str) -> String {
    if name.contains('-') {
        return name.to_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    let plural = plural_acronym(&letters);
    let mut out = String::with_capacity(name.len() + 8);
    for (at, &c) in letters.iter().enumerate() {
        if plural.is_some_and(|start| at > start) {
            out.push(c.to_ascii_lowercase());
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after_small = before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let starts_word = letters.get(at + 1).is_some_and(char::is_ascii_lowercase) && before.is_some();
        if plural == Some(at) || c.is_ascii_uppercase() && (after_small || starts_word) {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Where a run of two or more capitals with a final `s` starts, when the name ends in one.
fn plural_acronym(letters: &[char]) -> Option<usize> {
    let (last, rest) = letters.split_last()?;
    let capitals = rest.iter().rev().take_while(|c| c.is_ascii_uppercase()).count();
    (*last == 's' && capitals >= 2).then(|| rest.len() - capitals)
}

/// A way out for somebody who wrote `word`: the nearest candidate, or all of them when none is near.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, candidates.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => one_of(candidates),
    }
}

/// `one of: a, b, c`; empty when there is none.
pub(super) fn one_of<'a>(candidates: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = candidates.into_iter().collect();
    let more = if all.len() > LISTED_MAX { ", and more" } else { "" };
    match all.as_slice() {
        [] => String::new(),
        [only] => format!("there is only `{only}`"),
        all => format!("one of: {}{more}", all[..all.len().min(LISTED_MAX)].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_names_become_the_names_that_the_aws_cli_uses() {
        let names = [
            ("CreateService", "create-service"),
            ("containerDefinitions", "container-definitions"),
            ("VpcId", "vpc-id"),
            ("CidrIp", "cidr-ip"),
            ("IpPermissions", "ip-permissions"),
            ("LoadBalancerArns", "load-balancer-arns"),
            ("TargetGroupARNs", "target-group-arns"),
            ("ARNs", "-arns"),
            ("DescribeDBInstances", "describe-db-instances"),
            ("enableECSManagedTags", "enable-ecs-managed-tags"),
            ("HTTPCode", "http-code"),
            ("AutoScalingGroupARN", "auto-scaling-group-arn"),
            ("S3BucketName", "s3-bucket-name"),
            ("Ec2SecurityGroup", "ec2-security-group"),
            ("EnableDnsSupport", "enable-dns-support"),
            ("AuthenticationCode1", "authentication-code1"),
            ("already-there", "already-there"),
            ("PutKMSKey2A", "put-kms-key2-a"),
            ("", ""),
            ("s", "s"),
        ];
        for (name, expected) in names {
            assert_eq!(kebab(name), expected, "{name}");
        }
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest_one_and_a_strange_one_gets_them_all() {
        assert_eq!(did_you_mean("servces", ["services", "tasks"]), "did you mean `services`?");
        assert_eq!(did_you_mean("esc", ["ec2", "ecs"]), "did you mean `ecs`?");
        assert_eq!(did_you_mean("zebra", ["services", "tasks"]), "one of: services, tasks");
        assert_eq!(did_you_mean("zebra", ["services"]), "there is only `services`");
        assert_eq!(did_you_mean("zebra", []), "");
    }
}
