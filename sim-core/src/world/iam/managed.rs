//! Policies that AWS keeps for everybody.

use serde_json::json;

use super::policy::{Kind, Policy};

/// A policy that AWS manages: its ARN without `arn:aws:iam::aws:policy/`, what it allows on every resource, and whether
/// it lets every role be passed to tasks.
struct Managed {
    path: &'static str,
    actions: &'static [&'static str],
    passes_roles: bool,
}

/// The managed policies there are here.
const MANAGED: &[Managed] = &[
    // [IA-045]: enough to pull [IA-034] and to log [IA-036], but not to create a log group [IA-037].
    Managed {
        path: "service-role/AmazonECSTaskExecutionRolePolicy",
        actions: &[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
        passes_roles: false,
    },
    // For roles as which EventBridge runs tasks.
    Managed { path: "service-role/AmazonEC2ContainerServiceEventsRole", actions: &["ecs:RunTask"], passes_roles: true },
    // [IA-046]: what an ECS agent does on a container instance [IA-044], pulls and logs included.
    Managed {
        path: "service-role/AmazonEC2ContainerServiceforEC2Role",
        actions: &[
            "ec2:DescribeTags",
            "ecs:CreateCluster",
            "ecs:DeregisterContainerInstance",
            "ecs:DiscoverPollEndpoint",
            "ecs:Poll",
            "ecs:RegisterContainerInstance",
            "ecs:StartTelemetrySession",
            "ecs:UpdateContainerInstancesState",
            "ecs:Submit*",
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
        passes_roles: false,
    },
    Managed { path: "AdministratorAccess", actions: &["*"], passes_roles: false },
];

/// The names of the managed policies, for those who look for one.
pub fn names() -> impl Iterator<Item = &'static str> {
    MANAGED.iter().map(|managed| name(managed.path))
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The ARN and the document of the managed policy with this name or ARN.
pub fn find(name_or_arn: &str) -> Option<(String, Policy)> {
    let arn = |managed: &Managed| format!("arn:aws:iam::aws:policy/{}", managed.path);
    let managed = MANAGED.iter().find(|m| name(m.path) == name_or_arn || arn(m) == name_or_arn)?;
    let mut statements = vec![json!({ "Effect": "Allow", "Action": managed.actions, "Resource": "*" })];
    if managed.passes_roles {
        let condition = json!({ "StringLike": { "iam:PassedToService": super::ECS_TASKS } });
        let pass = json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": condition });
        statements.push(pass);
    }
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    Some((arn(managed), Policy::parse(&document, Kind::Identity).ok()?))
}
