//! List prices, us-east-1, Linux on x86 [USD].

/// The Region whose prices these are.
pub const REGION: &str = "us-east-1";
/// Fargate, per vCPU and hour [IA-110].
pub const FARGATE_VCPU_HOUR: f64 = 0.04048;
/// Fargate, per GB and hour [IA-110].
pub const FARGATE_GB_HOUR: f64 = 0.004445;
/// Application Load Balancer, per hour or part of one [TR-143].
pub const ALB_HOUR: f64 = 0.0225;
/// Network Load Balancer, per hour or part of one [TR-143].
pub const NLB_HOUR: f64 = 0.0225;
/// Network Load Balancer capacity unit, per hour [TR-143].
pub const NLCU_HOUR: f64 = 0.006;
/// Load balancer capacity unit, per hour [TR-143].
pub const LCU_HOUR: f64 = 0.008;
/// Public IPv4 address, per hour [IA-118].
pub const PUBLIC_IPV4_HOUR: f64 = 0.005;
/// ECR storage, per GB and month [IM-092].
pub const ECR_GB_MONTH: f64 = 0.10;
/// CloudWatch alarm on one metric, per month [SC-103].
pub const ALARM_MONTH: f64 = 0.10;
/// Hours in a month [IA-142].
pub const MONTH_HOURS: f64 = 730.0;
