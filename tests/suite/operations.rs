//! What holds for every operation, and lines as people type them for the services around ECS.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sim_core::api::OPERATIONS;
use sim_core::api::command::Command;

use crate::door::Door;

type Memory = BTreeMap<String, Vec<u8>>;

#[test]
fn no_operation_and_no_table_is_there_twice() {
    let mut names = BTreeSet::new();
    let mut tables = BTreeSet::new();
    for entry in OPERATIONS {
        assert!(names.insert((entry.service, entry.name)), "{} {}", entry.service, entry.name);
        assert!(entry.table.is_none_or(|table| tables.insert(table)), "{:?}", entry.table);
        assert!(entry.table.is_none_or(|table| table.starts_with(&format!("{}.", entry.service))), "{:?}", entry.table);
    }
}

/// Editors, `--help` and the documentation show these sentences.
#[test]
fn every_field_of_every_operation_says_what_it_is() {
    let mut silent = Vec::new();
    let mut fields = 0;
    for entry in OPERATIONS {
        let mut generator = schemars::SchemaGenerator::default();
        let input = (entry.schema)(&mut generator).to_value();
        let mut open = vec![input];
        open.extend(generator.take_definitions(true).into_iter().map(|(_, definition)| definition));
        while let Some(schema) = open.pop() {
            for list in ["oneOf", "anyOf"] {
                open.extend(schema[list].as_array().into_iter().flatten().cloned());
            }
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                fields += 1;
                if property["description"].as_str().is_none_or(str::is_empty) {
                    silent.push(format!("{} {}: {name}", entry.service, entry.name));
                }
            }
        }
    }
    assert!(fields > 100, "the suite looked in the wrong place");
    assert!(silent.is_empty(), "fields without a sentence:\n{}", silent.join("\n"));
}

impl Door {
    /// Types a line that succeeds; what it prints.
    fn types(&mut self, line: &str, files: &Memory) -> String {
        let command = Command::parse(line, files).unwrap_or_else(|problems| panic!("{line}: {problems:?}"));
        let outcome = command.run(&mut self.world, &mut self.ctx);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}");
        outcome.stdout
    }
}

/// The lines of a first afternoon with ECS, as AWS's own tutorials have them.
#[test]
fn the_lines_of_the_tutorials_are_understood() {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ecs-tasks.amazonaws.com" }, "Action": "sts:AssumeRole" }]
    });
    let files = Memory::from([("trust.json".to_owned(), trust.to_string().into_bytes())]);
    let mut door = Door::new();
    let uri = door.types(
        "aws ecr create-repository --repository-name demo-app --query repository.repositoryUri --output text",
        &files,
    );
    assert_eq!(uri, "123456789012.dkr.ecr.us-east-1.amazonaws.com/demo-app\n");
    let password = door.types("aws ecr get-login-password --region us-east-1 --output text", &files);
    assert!(password.starts_with("eyJ") && password.lines().count() == 1, "{password}");
    let arn = door.types(
        "aws iam create-role --role-name ecsTaskExecutionRole --assume-role-policy-document file://trust.json \
         --query Role.Arn --output text",
        &files,
    );
    assert_eq!(arn, "arn:aws:iam::123456789012:role/ecsTaskExecutionRole\n");
    for line in [
        "aws iam attach-role-policy --role-name ecsTaskExecutionRole \
         --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        "aws iam put-role-policy --role-name ecsTaskExecutionRole --policy-name logs --policy-document \
         '{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"logs:CreateLogGroup\",\"Resource\":\"*\"}}'",
        "aws logs create-log-group --log-group-name /ecs/demo-app",
    ] {
        assert_eq!(door.types(line, &files), "", "{line}");
    }
    let group =
        "aws ec2 create-security-group --group-name web --description 'front door' --query GroupId --output text";
    let group = door.types(group, &files);
    let group = group.trim();
    for line in [
        &format!(
            "aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 80 --cidr 0.0.0.0/0"
        ),
        &format!(
            "aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 8000-8080 --source-group {group}"
        ),
        "aws ec2 authorize-security-group-ingress --group-name web --ip-permissions \
         IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}]",
        "aws ec2 authorize-security-group-ingress --group-name web --protocol all --port all --source-group default",
    ] {
        let rules: Value = serde_json::from_str(&door.types(line, &files)).expect("JSON");
        assert_eq!(rules["SecurityGroupRules"].as_array().map(Vec::len), Some(1), "{line}");
    }
    let ports = "aws ec2 describe-security-groups --group-ids web --output text \
                 --query 'SecurityGroups[0].IpPermissions[].[IpProtocol,FromPort,ToPort]'";
    assert_eq!(door.types(ports, &files), "tcp\t80\t80\ntcp\t8000\t8080\ntcp\t443\t443\n-1\tNone\tNone\n");
    let zones = "aws ec2 describe-subnets --filters Name=default-for-az,Values=true --query Subnets[].AvailabilityZone --output text";
    assert_eq!(door.types(zones, &files), "us-east-1a\tus-east-1b\tus-east-1c\n");
    let revoke =
        format!("aws ec2 revoke-security-group-ingress --group-id {group} --protocol tcp --port 80 --cidr 0.0.0.0/0");
    assert!(door.types(&revoke, &files).contains("\"Return\": true"));
    let route = "aws ec2 delete-route --route-table-id main --destination-cidr-block 0.0.0.0/0";
    assert_eq!(door.types(route, &files), "");
}
