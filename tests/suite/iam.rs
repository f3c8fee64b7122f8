//! Who may do what: roles and policies through the door, and what they say to a request.

use serde_json::{Value, json};
use sim_core::world::Fact;
use sim_core::world::iam::{Denial, Kind, Policy};

use crate::door::{Door, expect_refusal};

const REPOSITORY: &str = "arn:aws:ecr:us-east-1:123456789012:repository/demo-app";

fn trust(principal: Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" }]
    })
}

fn allow(action: &str, resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

/// A door with the role `app`, whose only policy has these statements.
fn role(statements: Value) -> Door {
    let mut door = Door::new();
    door.iam(
        "create-role",
        json!({
            "RoleName": "app",
            "AssumeRolePolicyDocument": trust(json!({ "Service": "ecs-tasks.amazonaws.com" })),
        }),
    );
    put(&mut door, json!({ "Version": "2012-10-17", "Statement": statements }));
    door
}

fn put(door: &mut Door, document: Value) {
    door.iam("put-role-policy", json!({ "RoleName": "app", "PolicyName": "own", "PolicyDocument": document }));
}

impl Door {
    /// Calls an operation of IAM that succeeds.
    fn iam(&mut self, operation: &str, input: Value) -> Value {
        self.call("iam", operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    }

    /// Asks whether the role `app` may do something.
    fn may(&self, action: &str, resource: &str) -> Result<(), Denial> {
        let role = self.world.iam.role_named("app").expect("the role is there");
        self.world.iam.allows(role, "0123456789abcdef", action, resource, &self.world.account)
    }
}

/// [IA-001] [IA-010] [IA-011] [IA-012] Each case: statements, action, resource, whether it may be done.
#[test]
fn a_policy_allows_what_it_says_and_a_deny_wins() {
    let get = "ecr:BatchGetImage";
    let other = "arn:aws:ecr:us-east-1:123456789012:repository/other";
    let cases = [
        (json!([]), get, REPOSITORY, false),
        (json!([allow("ecr:BatchGetImage", "*")]), get, REPOSITORY, true),
        (json!([allow("ECR:batchgetimage", "*")]), get, REPOSITORY, true),
        (json!([allow("ecr:*", "*")]), get, REPOSITORY, true),
        (json!([allow("ecr:Batch?etImage", "*")]), get, REPOSITORY, true),
        (json!([allow("logs:*", "*")]), get, REPOSITORY, false),
        (json!([allow("ecr:*", REPOSITORY)]), get, REPOSITORY, true),
        (json!([allow("ecr:*", REPOSITORY)]), get, other, false),
        (json!([allow("ecr:*", "arn:aws:ecr:*:*:repository/demo*")]), get, REPOSITORY, true),
        (json!([allow("ecr:*", "arn:aws:ecr:*:*:repository/Demo*")]), get, REPOSITORY, false),
        (json!([allow("ecr:*", REPOSITORY)]), "ecr:GetAuthorizationToken", "*", false),
        (json!([allow("*", "*"), { "Effect": "Deny", "Action": get, "Resource": "*" }]), get, REPOSITORY, false),
        (json!([{ "Effect": "Deny", "Action": get, "Resource": "*" }, allow("*", "*")]), get, REPOSITORY, false),
        (json!([allow("*", "*"), { "Effect": "Deny", "Action": get, "Resource": other }]), get, REPOSITORY, true),
        (json!([{ "Effect": "Allow", "NotAction": "ecr:*", "Resource": "*" }]), get, REPOSITORY, false),
        (json!([{ "Effect": "Allow", "NotAction": "logs:*", "Resource": "*" }]), get, REPOSITORY, true),
        (json!([{ "Effect": "Allow", "Action": "*", "NotResource": REPOSITORY }]), get, REPOSITORY, false),
        (json!([{ "Effect": "Allow", "Action": "*", "NotResource": other }]), get, REPOSITORY, true),
        (
            json!([{ "Effect": "Allow", "Action": ["logs:*", "ecr:*"], "Resource": [other, REPOSITORY] }]),
            get,
            REPOSITORY,
            true,
        ),
    ];
    for (statements, action, resource, wanted) in cases {
        if statements.as_array().is_some_and(Vec::is_empty) {
            let mut door = role(json!([allow("x:Y", "*")]));
            door.iam("delete-role-policy", json!({ "RoleName": "app", "PolicyName": "own" }));
            assert!(door.may(action, resource).is_err(), "a role without a policy may do nothing");
            continue;
        }
        let door = role(statements.clone());
        assert_eq!(door.may(action, resource).is_ok(), wanted, "{action} on {resource} under {statements}");
    }
}

/// [IA-013] [IA-014] [IA-015] [IA-016] [IA-017] Each case: a condition, and whether it holds for a task of this
/// account in us-east-1.
#[test]
fn conditions_are_compared_as_their_operator_says() {
    let cases = [
        (json!({ "StringEquals": { "aws:RequestedRegion": "us-east-1" } }), true),
        (json!({ "StringEquals": { "AWS:requestedregion": ["eu-west-1", "us-east-1"] } }), true),
        (json!({ "StringEquals": { "aws:RequestedRegion": "US-EAST-1" } }), false),
        (json!({ "StringEqualsIgnoreCase": { "aws:RequestedRegion": "US-EAST-1" } }), true),
        (json!({ "StringNotEquals": { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] } }), false),
        (json!({ "StringNotEquals": { "aws:RequestedRegion": ["eu-west-1", "eu-west-2"] } }), true),
        (json!({ "StringLike": { "aws:RequestedRegion": "us-*" } }), true),
        (json!({ "StringLike": { "aws:RequestedRegion": "us-east-?" } }), true),
        (json!({ "StringNotLike": { "aws:RequestedRegion": "us-*" } }), false),
        (json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/a*" } }), true),
        (json!({ "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/a*" } }), false),
        (json!({ "ArnEquals": { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/app" } }), true),
        (json!({ "Bool": { "aws:SecureTransport": true } }), true),
        (json!({ "Bool": { "aws:SecureTransport": "false" } }), false),
        (json!({ "NumericEquals": { "aws:PrincipalAccount": 123_456_789_012_u64 } }), true),
        (json!({ "NumericLessThan": { "aws:PrincipalAccount": 10 } }), false),
        (json!({ "NumericGreaterThanEquals": { "aws:PrincipalAccount": 10 } }), true),
        // A key that the request does not have.
        (json!({ "StringEquals": { "aws:SourceVpce": "vpce-1" } }), false),
        (json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1" } }), true),
        (json!({ "StringEqualsIfExists": { "aws:SourceVpce": "vpce-1" } }), true),
        (json!({ "StringEqualsIfExists": { "aws:RequestedRegion": "eu-west-1" } }), false),
        (json!({ "Null": { "aws:SourceVpce": true } }), true),
        (json!({ "Null": { "aws:SourceVpce": "false" } }), false),
        (json!({ "Null": { "aws:RequestedRegion": "false" } }), true),
        (json!({ "ForAllValues:StringEquals": { "aws:TagKeys": "team" } }), true),
        (json!({ "ForAnyValue:StringEquals": { "aws:TagKeys": "team" } }), false),
        (json!({ "ForAnyValue:StringLike": { "aws:RequestedRegion": "us-*" } }), true),
        // Operators and keys are all asked for.
        (json!({ "StringEquals": { "aws:RequestedRegion": "us-east-1", "aws:PrincipalAccount": "1" } }), false),
        (
            json!({ "StringEquals": { "aws:RequestedRegion": "us-east-1" }, "Bool": { "aws:SecureTransport": "false" } }),
            false,
        ),
    ];
    for (condition, wanted) in cases {
        let door = role(json!([{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition }]));
        assert_eq!(door.may("ecr:BatchGetImage", REPOSITORY).is_ok(), wanted, "{condition}");
    }
}

/// [IA-018]
#[test]
fn variables_are_filled_in_only_by_the_newer_version() {
    let path = "arn:aws:s3:::bucket/${aws:PrincipalAccount}/*";
    let mut door = role(json!([allow("s3:GetObject", path)]));
    assert!(door.may("s3:GetObject", "arn:aws:s3:::bucket/123456789012/a/b").is_ok());
    assert!(door.may("s3:GetObject", "arn:aws:s3:::bucket/999999999999/a").is_err());
    put(&mut door, json!({ "Version": "2008-10-17", "Statement": allow("s3:GetObject", path) }));
    assert!(door.may("s3:GetObject", "arn:aws:s3:::bucket/123456789012/a/b").is_err());
    // A variable without a value: the statement does not apply. One with a default has a value.
    put(
        &mut door,
        json!({ "Version": "2012-10-17", "Statement": allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}") }),
    );
    assert!(door.may("s3:GetObject", "arn:aws:s3:::red").is_err());
    let default = "arn:aws:s3:::${aws:PrincipalTag/team, 'red'}";
    put(&mut door, json!({ "Version": "2012-10-17", "Statement": allow("s3:*", default) }));
    assert!(door.may("s3:GetObject", "arn:aws:s3:::red").is_ok());
    // What is escaped is the character itself.
    put(&mut door, json!({ "Version": "2012-10-17", "Statement": allow("s3:*", "arn:aws:s3:::a${*}") }));
    assert!(
        door.may("s3:GetObject", "arn:aws:s3:::a*").is_ok() && door.may("s3:GetObject", "arn:aws:s3:::ab").is_err()
    );
}

/// [IA-020] [IA-021] [IA-022] [IA-024]
#[test]
fn a_denial_is_said_in_aws_words_and_knows_its_cause() {
    let mut door = role(json!([allow("logs:*", "*")]));
    let denial = door.may("ecr:BatchGetImage", REPOSITORY).unwrap_err();
    let user = "User: arn:aws:sts::123456789012:assumed-role/app/0123456789abcdef";
    assert_eq!(
        denial.message,
        format!(
            "{user} is not authorized to perform: ecr:BatchGetImage on resource: {REPOSITORY} because no identity-based \
             policy allows the ecr:BatchGetImage action"
        )
    );
    assert_eq!((denial.action.as_str(), denial.resource.as_str()), ("ecr:BatchGetImage", REPOSITORY));
    let last = door.ctx.journal().iter().last().map(|(id, entry)| (id, entry.fact.clone()));
    let role = door.world.iam.role_named("app").unwrap();
    assert_eq!(last, Some((denial.because, Fact::RolePolicyPut { role, policy: "own".into() })));

    put(&mut door, json!({ "Statement": { "Effect": "Deny", "Action": "*", "Resource": "*" } }));
    let denial = door.may("ecr:BatchGetImage", REPOSITORY).unwrap_err();
    assert_eq!(
        denial.message,
        format!(
            "{user} is not authorized to perform: ecr:BatchGetImage on resource: {REPOSITORY} with an explicit deny in \
             an identity-based policy"
        )
    );
}

/// [IA-025] Each case: the principal, a condition, and whether ECS may assume the role for a task.
#[test]
fn ecs_assumes_only_a_role_that_trusts_its_tasks() {
    let tasks = || json!({ "Service": "ecs-tasks.amazonaws.com" });
    let cases = [
        (tasks(), None, true),
        (json!({ "Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] }), None, true),
        (json!({ "Service": "ec2.amazonaws.com" }), None, false),
        (json!({ "Service": "ecs.amazonaws.com" }), None, false),
        (json!({ "AWS": "arn:aws:iam::123456789012:root" }), None, false),
        (tasks(), Some(json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } })), true),
        (tasks(), Some(json!({ "StringEquals": { "aws:SourceAccount": "999999999999" } })), false),
        (tasks(), Some(json!({ "ArnLike": { "aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:*" } })), true),
        (
            tasks(),
            Some(json!({ "ArnLike": { "aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:cluster/x" } })),
            false,
        ),
    ];
    for (principal, condition, wanted) in cases {
        let mut document = trust(principal.clone());
        if let Some(condition) = &condition {
            document["Statement"][0]["Condition"] = condition.clone();
        }
        let mut door = Door::new();
        door.iam("create-role", json!({ "RoleName": "app", "AssumeRolePolicyDocument": document.to_string() }));
        let role = door.world.iam.role_named("arn:aws:iam::123456789012:role/app").expect("an ARN names it, too");
        let verdict = door.world.iam.may_assume(role, "ecs-tasks.amazonaws.com");
        assert_eq!(verdict.is_ok(), wanted, "{principal} {condition:?}: {verdict:?}");
    }
}

/// [IA-029]
#[test]
fn ecs_says_which_role_it_could_not_assume() {
    assert_eq!(
        sim_core::world::iam::unable_to_assume("arn:aws:iam::123456789012:role/app"),
        "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/app' that was provided for this task. Please \
         verify that the role being passed has the proper trust relationship and permissions and that your IAM user \
         has permissions to pass this role."
    );
}

/// [IA-034] [IA-036] [IA-037] [IA-045]
#[test]
fn the_managed_execution_policy_pulls_and_logs_and_does_no_more() {
    let mut door = role(json!([allow("x:Y", "*")]));
    let input = json!({ "RoleName": "app", "PolicyArn": "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy" });
    assert_eq!(door.iam("attach-role-policy", input.clone()), json!({}));
    for action in [
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ] {
        assert!(door.may(action, "*").is_ok(), "{action}");
    }
    for action in ["logs:CreateLogGroup", "secretsmanager:GetSecretValue", "s3:GetObject", "ecr:PutImage"] {
        assert!(door.may(action, "*").is_err(), "{action}");
    }
    assert_eq!(door.iam("detach-role-policy", input), json!({}));
    assert!(door.may("ecr:BatchGetImage", "*").is_err());
    door.iam("attach-role-policy", json!({ "RoleName": "app", "PolicyArn": "AdministratorAccess" }));
    assert!(door.may("s3:GetObject", "arn:aws:s3:::bucket/key").is_ok());
}

/// [IA-132] [IA-133] What is taken away is gone at once, and a new role works at once.
#[test]
fn a_change_is_in_force_with_the_next_call() {
    let mut door = role(json!([allow("ecr:*", "*")]));
    assert!(door.may("ecr:BatchGetImage", REPOSITORY).is_ok());
    door.iam("delete-role-policy", json!({ "RoleName": "app", "PolicyName": "own" }));
    assert!(door.may("ecr:BatchGetImage", REPOSITORY).is_err());
}

#[test]
fn create_role_answers_with_the_role() {
    let mut door = Door::new();
    let document = trust(json!({ "Service": "ecs-tasks.amazonaws.com" }));
    let output = door.iam(
        "create-role",
        json!({
            "RoleName": "ecsTaskExecutionRole",
            "AssumeRolePolicyDocument": document.to_string(),
            "Description": "pulls images",
        }),
    );
    let role = &output["Role"];
    assert_eq!(role["Arn"], "arn:aws:iam::123456789012:role/ecsTaskExecutionRole");
    assert_eq!((&role["Path"], &role["RoleName"]), (&json!("/"), &json!("ecsTaskExecutionRole")));
    assert_eq!(role["AssumeRolePolicyDocument"], document);
    assert!(role["RoleId"].as_str().is_some_and(|id| id.len() == 21 && id.starts_with("AROA")), "{role}");
    assert!(role["CreateDate"].as_str().is_some_and(|date| date.starts_with("2026-01-05T09:00:00")), "{role}");
    let names = door.ctx.journal().iter().map(|(_, entry)| <&str>::from(&entry.fact)).collect::<Vec<_>>();
    assert_eq!(names, ["RoleCreated"]);
}

#[test]
fn iam_refuses_in_aws_words() {
    let mut door = role(json!([allow("x:Y", "*")]));
    let document = || trust(json!({ "Service": "ecs-tasks.amazonaws.com" }));
    let cases = [
        (
            "create-role",
            json!({ "RoleName": "APP", "AssumeRolePolicyDocument": document() }),
            ("EntityAlreadyExists", "Role with name APP already exists.", "RoleName"),
        ),
        (
            "create-role",
            json!({ "RoleName": "a b", "AssumeRolePolicyDocument": document() }),
            (
                "ValidationError",
                "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the \
                 following: +=,.@_-",
                "RoleName",
            ),
        ),
        (
            "create-role",
            json!({ "RoleName": "b", "AssumeRolePolicyDocument": "{" }),
            ("MalformedPolicyDocument", "This policy contains invalid Json", "AssumeRolePolicyDocument"),
        ),
        (
            "put-role-policy",
            json!({ "RoleName": "nobody", "PolicyName": "own", "PolicyDocument": {} }),
            ("NoSuchEntity", "The role with name nobody cannot be found.", "RoleName"),
        ),
        (
            "attach-role-policy",
            json!({ "RoleName": "app", "PolicyArn": "arn:aws:iam::aws:policy/Nothing" }),
            (
                "NoSuchEntity",
                "Policy arn:aws:iam::aws:policy/Nothing does not exist or is not attachable.",
                "PolicyArn",
            ),
        ),
        (
            "detach-role-policy",
            json!({ "RoleName": "app", "PolicyArn": "AdministratorAccess" }),
            ("NoSuchEntity", "Policy arn:aws:iam::aws:policy/AdministratorAccess was not found.", "PolicyArn"),
        ),
        (
            "delete-role-policy",
            json!({ "RoleName": "app", "PolicyName": "other" }),
            ("NoSuchEntity", "The role policy with name other cannot be found.", "PolicyName"),
        ),
        ("delete-role-policy", json!({ "RoleName": "app" }), ("ValidationException", "missing field `PolicyName`", "")),
    ];
    let facts = door.ctx.journal().len();
    for (operation, input, (code, message, place)) in cases {
        let error = door.call("iam", operation, input).expect_err(operation);
        expect_refusal(&error, code, message, place);
    }
    assert_eq!(door.ctx.journal().len(), facts, "what is refused changes nothing");
}

/// [IA-009] Each case: a policy that is not one, what is said about it, and where the cause lies.
#[test]
fn a_malformed_policy_is_refused_where_its_cause_lies() {
    let fine = || json!({ "Effect": "Allow", "Action": "ecr:*", "Resource": "*" });
    let with = |name: &str, value: Value| {
        let mut statement = fine();
        statement[name] = value;
        statement
    };
    let without = |name: &str| {
        let mut statement = fine();
        statement.as_object_mut().unwrap().remove(name);
        statement
    };
    let date = json!({ "DateLessThan": { "aws:CurrentTime": "2026-01-01T00:00:00Z" } });
    let address = json!({ "StringLike": { "aws:SourceIp": "10.*" } });
    let cases = [
        (Kind::Identity, json!([]), "", "Syntax errors in policy."),
        (Kind::Identity, json!({ "Statement": [] }), "Statement", "at least one Statement"),
        (Kind::Identity, json!({ "Version": "2020-01-01", "Statement": fine() }), "Version", "valid version string"),
        (Kind::Identity, json!({ "Statement": fine(), "Statements": [] }), "Statements", "no member Statements"),
        (
            Kind::Identity,
            json!({ "Statement": [fine(), with("Effect", json!("allow"))] }),
            "Statement[1].Effect",
            "Allow or Deny",
        ),
        (Kind::Identity, json!({ "Statement": without("Action") }), "Statement", "must contain actions"),
        (Kind::Identity, json!({ "Statement": without("Resource") }), "Statement", "must contain resources"),
        (Kind::Identity, json!({ "Statement": with("NotAction", json!("x:Y")) }), "Statement", "exclude each other"),
        (
            Kind::Identity,
            json!({ "Statement": with("Action", json!("PutImage")) }),
            "Statement.Action",
            "prefaced by a vendor",
        ),
        (
            Kind::Identity,
            json!({ "Statement": with("Resource", json!("demo-app")) }),
            "Statement.Resource",
            "must be in ARN format",
        ),
        (
            Kind::Identity,
            json!({ "Statement": with("Principal", json!("*")) }),
            "Statement.Principal",
            "not specify a principal",
        ),
        (
            Kind::Identity,
            json!({ "Statement": with("Condition", date) }),
            "Statement.Condition.DateLessThan.aws:CurrentTime",
            "DateLessThan is not modelled",
        ),
        (
            Kind::Identity,
            json!({ "Statement": with("Condition", address) }),
            "Statement.Condition.StringLike.aws:SourceIp",
            "aws:sourceip is not modelled",
        ),
        (Kind::Trust, json!({ "Statement": without("Resource") }), "Statement", "Missing required field Principal"),
        (
            Kind::Trust,
            json!({ "Statement": with("Principal", json!({ "Service": "x" })) }),
            "Statement.Resource",
            "prohibited field Resource",
        ),
        (
            Kind::Trust,
            json!({ "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Person": "x" } } }),
            "Statement.Principal.Person",
            "Invalid principal",
        ),
    ];
    for (kind, document, place, message) in cases {
        let malformed = Policy::parse(&document, kind).map(drop).expect_err(&document.to_string());
        assert_eq!(malformed.place, place, "{document}");
        assert!(malformed.message.contains(message), "{document}: {}", malformed.message);
    }
    assert!(
        Policy::parse(
            &json!({ "Version": "2012-10-17", "Id": "x", "Statement": [with("Sid", json!("A"))] }),
            Kind::Identity
        )
        .is_ok()
    );
}

/// One more role leaves the ids of the others as they are.
#[test]
fn ids_depend_on_names_and_not_on_order() {
    let input = |name: &str| json!({ "RoleName": name, "AssumeRolePolicyDocument": trust(json!("*")) });
    let (mut one, mut two) = (Door::new(), Door::new());
    two.iam("create-role", input("first"));
    assert_eq!(
        one.iam("create-role", input("app"))["Role"]["RoleId"],
        two.iam("create-role", input("app"))["Role"]["RoleId"]
    );
}
