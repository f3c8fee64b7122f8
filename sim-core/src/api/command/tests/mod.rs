//! Lines and what becomes of them, with toy operations.

mod random;
mod toys;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::toys::TOYS;
use super::*;
use crate::api::schema::Shape;
use crate::engine::{Budget, Kernel};
use crate::world::{Account, Assumptions};

fn folder() -> BTreeMap<String, Vec<u8>> {
    let files = [
        ("net.json", r#"{"awsvpcConfiguration": {"subnets": ["a"]}}"#),
        ("bad.json", "{\"awsvpcConfiguration\":\n  {\"subnets\": 7}}"),
        ("service.json", r#"{"serviceName": "from-file", "desiredCount": 1}"#),
        ("name.txt", "web"),
    ];
    files.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect()
}

fn parse(line: &str) -> Result<Command, Vec<Problem>> {
    Command::parse_among(TOYS, line, &folder())
}

/// The input that the line makes.
#[track_caller]
fn input(line: &str) -> Value {
    match parse(line).map(|command| command.task) {
        Ok(Task::Call { input, .. }) => input,
        Ok(Task::Wait { waiter, .. }) => panic!("{line} waits: {}", waiter.name),
        Ok(Task::Help(text)) => panic!("{line} asks for help: {text}"),
        Err(problems) => panic!("{line}: {problems:#?}"),
    }
}

/// The problems of the line, as `what it points at | message | help`.
#[track_caller]
fn problems(line: &str) -> Vec<String> {
    let problems = parse(line).err().unwrap_or_default();
    problems.iter().map(|it| format!("{} | {} | {}", &line[it.span.clone()], it.message, it.help)).collect()
}

fn run(line: &str) -> Outcome {
    let account =
        Account { id: "123456789012".into(), region: "us-east-1".into(), start: jiff::Timestamp::UNIX_EPOCH, seed: 1 };
    let mut world = World::new(account, Assumptions::default());
    let mut ctx = Kernel::new(1, Budget::default());
    parse(line).unwrap_or_else(|problems| panic!("{line}: {problems:#?}")).run(&mut world, &mut ctx)
}

#[test]
fn options_become_the_fields_of_the_input_whatever_their_case() {
    let line = "aws ecs create-service --service-name web --desired-count 2 --launch-type FARGATE --weight 0.5 \
                --enable-ecs-managed-tags --disable-execute-command --placement a b --ports 80 443 --extra '[1]'";
    let expected = json!({
        "serviceName": "web", "desiredCount": 2, "launchType": "FARGATE", "weight": 0.5,
        "enableECSManagedTags": true, "enableExecuteCommand": false, "placement": ["a", "b"], "ports": [80, 443],
        "extra": [1],
    });
    assert_eq!(input(line), expected);
    let line =
        "aws ec2 authorize-security-group-ingress --group-id sg-1 --cidr-ip=0.0.0.0/0 --no-dry-run --from-port -1";
    assert_eq!(input(line), json!({"GroupId": "sg-1", "CidrIp": "0.0.0.0/0", "DryRun": false, "FromPort": -1}));
    let line = "aws elbv2 describe-target-groups --target-group-arns a b";
    assert_eq!(input(line), json!({"TargetGroupARNs": ["a", "b"]}));
}

#[test]
fn structures_are_shorthand_or_json_or_a_file() {
    let network = json!({"serviceName": "w", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["a"]}}});
    let values = [
        "awsvpcConfiguration={subnets=[a]}",
        "'{\"awsvpcConfiguration\": {\"subnets\": [\"a\"]}}'",
        "file://net.json",
        "file://./net.json",
        "\"awsvpcConfiguration={subnets=a}\"",
    ];
    for value in values {
        let line = format!("aws ecs create-service --service-name w --network-configuration {value}");
        assert_eq!(input(&line), network, "{value}");
    }
    let balancers = json!({"serviceName": "w", "loadBalancers": [
        {"containerName": "a", "containerPort": 80}, {"containerName": "b", "containerPort": 81},
    ]});
    let values = [
        "containerName=a,containerPort=80 containerName=b,containerPort=81",
        "'{\"containerName\":\"a\",\"containerPort\":80}' '{\"containerName\":\"b\",\"containerPort\":81}'",
        "'[{\"containerName\":\"a\",\"containerPort\":80},{\"containerName\":\"b\",\"containerPort\":81}]'",
    ];
    for value in values {
        let line = format!("aws ecs create-service --load-balancers {value} --service-name w");
        assert_eq!(input(&line), balancers, "{value}");
    }
    let line = "aws ec2 authorize-security-group-ingress --group-id g \
                --ip-permissions 'IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=10.0.0.0/8}]'";
    let expected = json!([{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]);
    assert_eq!(input(line)["IpPermissions"], expected);
    assert_eq!(
        input("aws ecs create-service --service-name w --tags a=1,b=x=y")["tags"],
        json!({"a": "1", "b": "x=y"})
    );
    assert_eq!(input("aws ecs create-service --service-name file://name.txt"), json!({"serviceName": "web"}));
}

#[test]
fn explicit_options_win_over_cli_input_json() {
    let line = "aws ecs create-service --cli-input-json file://service.json --desired-count 3";
    assert_eq!(input(line), json!({"serviceName": "from-file", "desiredCount": 3}));
    assert_eq!(
        problems("aws ecs create-service --cli-input-json '{\"desiredCount\": \"3\", \"servceName\": 1}'"),
        [
            "\"3\" | desiredCount must be a whole number from 0 up, not the text \"3\" | leave out the quotes",
            "\"servceName\" | the input has no member `servceName` | did you mean `serviceName`?",
        ]
    );
    assert_eq!(
        problems("aws ecs create-service --cli-input-json '{}'"),
        ["create-service | --service-name is required | add it: The name of the service, up to 255 letters, digits, \
          underscores and hyphens; it is unique in its cluster."]
    );
}

#[test]
fn all_problems_of_a_line_are_told_at_once_each_at_its_place() {
    let line = "aws ecs create-service --desird-count 2 --launch-type FARGATTE --ports 80 x \
                --load-balancers containerName=a,containerPort=99999 --cluster --query 'a[' --output jsn";
    assert_eq!(
        problems(line),
        [
            "create-service | --service-name is required | add it: The name of the service, up to 255 letters, \
             digits, underscores and hyphens; it is unique in its cluster.",
            "--desird-count | there is no option --desird-count | did you mean `--desired-count`?",
            "FARGATTE | --launch-type cannot be `FARGATTE` | did you mean `FARGATE`?",
            "x | --ports[1] must be a whole number from 0 to 65535, not `x` | ",
            "99999 | --load-balancers[0].containerPort must be a whole number from 0 to 65535, not `99999` | ",
            "--cluster | --cluster needs a value | a value that starts with a hyphen is written --cluster=--query",
            "a[ | this is not a valid query: Expected number, ':', or '*' -- found Eof | queries are JMESPath, such as \
             services[*].serviceName",
            "jsn | there is no output format `jsn` | did you mean `json`?",
        ]
    );
}

#[test]
fn what_is_misspelt_is_answered_with_the_nearest_name() {
    let cases = [
        ("aws esc create-service", "esc | there is no service `esc` | did you mean `ecs`?"),
        ("aws zebra x", "zebra | there is no service `zebra` | one of: ecs, ec2, elbv2"),
        (
            "aws ecs create-servce --x y",
            "create-servce | `ecs` has no operation `create-servce` | did you mean \
                                         `create-service`?",
        ),
        (
            "aws ecs CreateService",
            "CreateService | `ecs` has no operation `CreateService` | did you mean \
                                   `create-service`?",
        ),
        ("aws ecs", "ecs | there is no operation behind `ecs` | one of: create-service, describe-services, wait"),
        ("ecs create-service", "ecs | only aws commands are run here, not `ecs` | the line starts with `aws`"),
        (
            "ls -l",
            "ls | only aws commands are run here, not `ls` | write aws <service> <operation>; `aws help` lists \
                   what there is",
        ),
        ("", " | there is no command | write aws <service> <operation>"),
        ("aws", "aws | there is no service | write aws <service> <operation>; one of: ecs, ec2, elbv2"),
    ];
    for (line, expected) in cases {
        assert_eq!(problems(line), [expected], "{line}");
    }
    let line = "aws ecs create-service --serviceName web";
    assert!(problems(line)[1].ends_with("did you mean `--service-name`?"), "{:?}", problems(line));
}

#[test]
fn words_that_do_not_belong_are_problems_with_a_way_out() {
    let start = "aws ecs create-service --service-name w";
    let cases = [
        (
            "--desired-count 1 2",
            "2 | `2` belongs to no option | --desired-count takes one word: put a value with \
                                 spaces in quotes",
        ),
        ("--service-name v", "--service-name | --service-name is given twice | leave one of them out"),
        (
            "--enable-ecs-managed-tags --no-enable-ecs-managed-tags",
            "--no-enable-ecs-managed-tags | \
          --no-enable-ecs-managed-tags is given twice | leave one of them out",
        ),
        (
            "--enable-ecs-managed-tags true",
            "true | --enable-ecs-managed-tags takes no value | write \
          --enable-ecs-managed-tags or --no-enable-ecs-managed-tags",
        ),
        ("–-cluster", "–-cluster | `–-cluster` belongs to no option | options start with two plain hyphens: --"),
        ("-cluster c", "-cluster | `-cluster` is not an option | options start with two hyphens: --cluster"),
        ("--debug", "--debug | --debug has no meaning here: no request leaves this machine | leave it out"),
        (
            "--max-items 3",
            "--max-items | --max-items is not offered here | every answer comes whole; choose from it \
                           with --query",
        ),
        (
            "--network-configuration a=[b",
            "a=[b | --network-configuration: the value ends where `,` is expected | \
          write awsvpcConfiguration={subnets=[string,string],securityGroups=[string,string],public=boolean}, or JSON",
        ),
        (
            "--extra | jq .",
            "| | only the aws command itself is run here; `|` would need a shell for a pipe | use \
                            --query to choose from the output; if it belongs to a value, put the value in single quotes",
        ),
    ];
    for (rest, expected) in cases {
        let line = format!("{start} {rest}");
        let found = problems(&line);
        assert!(found.contains(&expected.to_owned()), "{line}: {found:#?}");
    }
}

#[test]
fn a_broken_word_is_told_once() {
    let found = problems("aws ecs create-service --service-name w --desired-count $COUNT --ports $(seq 3)");
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn files_stay_beside_the_scenario_and_their_faults_name_line_and_column() {
    let line = |path: &str| format!("aws ecs create-service --service-name w --network-configuration file://{path}");
    let found = problems(&line("/etc/passwd"));
    assert!(found[0].starts_with("file:///etc/passwd | `/etc/passwd` cannot be read: a path may not be absolute"));
    assert!(problems(&line("../x.json"))[0].contains("a path may not climb out of the scenario's folder"));
    assert!(problems(&line("nt.json"))[0].ends_with("did you mean \"net.json\"?"), "{:?}", problems(&line("nt.json")));
    assert_eq!(
        problems(&line("bad.json")),
        [
            "file://bad.json | bad.json:2:15: --network-configuration.awsvpcConfiguration.subnets must be a list, not 7 | "
        ]
    );
}

#[test]
fn a_line_from_a_stranger_is_understood_or_refused_in_no_time() {
    let start = "aws ecs create-service --service-name w";
    assert_eq!(parse(&format!("{start} {}", "x ".repeat(200_000))).err().map(|all| all.len()), Some(1), "too long");
    let many = [" --x", " x", " --ports=x", " --tags a=b,", " --service-name v"];
    for words in many.map(|word| word.repeat(5000)) {
        let count = parse(&format!("{start} {words}")).err().map_or(0, |all| all.len());
        assert!((1..=PROBLEMS_MAX + 2).contains(&count), "{count} problems");
    }
    let members: Vec<String> = (0..100_000).map(|at| format!("\"k{at}\": {at}")).collect();
    let files = BTreeMap::from([("big.json".to_owned(), format!("{{{}}}", members.join(",")).into_bytes())]);
    let found = |line: &str| Command::parse_among(TOYS, line, &files).err().unwrap_or_default();
    assert_eq!(found(&format!("{start} --tags file://big.json")).len(), PROBLEMS_MAX);
    let again = found(&format!("{start} --placement {}", "file://big.json ".repeat(100)));
    assert!(again.iter().all(|problem| problem.message.contains("larger than 2 MiB")), "{:?}", again.first());
    assert!(!again.is_empty() && again.len() < 100, "what fits is read");
}

#[test]
fn global_options_are_kept_wherever_they_stand() {
    let line = "aws --region eu-west-1 --no-cli-pager ecs describe-services --services a --profile x --output text \
                --query 'services[0]'";
    let command = parse(line).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(command.region.as_deref(), Some("eu-west-1"));
    assert_eq!(command.output, Some(Output::Text));
    assert_eq!(command.query.as_deref(), Some("services[0]"));
    assert_eq!(command.line, line);
}

#[test]
fn an_answer_is_chosen_from_and_printed_as_the_aws_cli_does() {
    let outcome = run("aws ecs create-service --service-name web");
    let expected = "{\n    \"service\": {\n        \"serviceName\": \"web\"\n    }\n}\n";
    assert_eq!((outcome.stdout.as_str(), outcome.code), (expected, 0), "what has no value is left out");
    let describe = "aws ecs describe-services --services web api";
    let outcome = run(&format!("{describe} --query 'services[].[serviceName, desiredCount]' --output text"));
    assert_eq!(outcome.stdout, "web\t2\napi\t2\n");
    assert_eq!(run(&format!("{describe} --query 'services[0].roleArn'")).stdout, "null\n");
    let outcome = run(&format!("{describe} --query 'services[0].{{name: serviceName, arn: status}}' --output yaml"));
    assert_eq!(outcome.stdout, "name: web\narn: ACTIVE\n");
    assert_eq!(
        run("aws ec2 authorize-security-group-ingress --group-id g").stdout,
        "",
        "an empty answer prints nothing"
    );
}

#[test]
fn an_error_reads_as_in_the_aws_cli_and_has_its_exit_code() {
    let outcome = run("aws ecs create-service --service-name web --cluster gone");
    let expected = "\nAn error occurred (ClusterNotFoundException) when calling the CreateService operation: Cluster \
                    not found.\n";
    assert_eq!((outcome.stderr.as_str(), outcome.code), (expected, SERVICE_ERROR));
    let outcome = run("aws ecs describe-services --services a --query 'length(failures[0])'");
    assert_eq!(outcome.code, GENERAL_ERROR);
    assert!(outcome.stdout.is_empty() && !outcome.stderr.is_empty(), "{outcome:?}");
}

/// [CP-032]
#[test]
fn a_waiter_takes_the_options_of_what_it_calls() {
    let command = parse("aws ecs wait services-stable --services web api --output json").expect("it is understood");
    let Task::Wait { waiter, entry, input } = command.task else { panic!("it waits") };
    assert_eq!(
        (waiter.name, entry.name, input),
        ("ServicesStable", "DescribeServices", json!({ "services": ["web", "api"] }))
    );
    for (line, told) in [
        (
            "aws ecs wait services-stabel --services web",
            "services-stabel | `ecs` has no waiter `services-stabel` | did you mean `services-stable`?",
        ),
        ("aws ecs wait", "wait | there is no waiter behind `wait` | one of: services-inactive, services-stable"),
        ("aws ecs wiat", "wiat | `ecs` has no operation `wiat` | did you mean `wait`?"),
    ] {
        assert_eq!(problems(line), [told]);
    }
    assert!(problems("aws ecs wait services-stable")[0].contains("--services is required"));
    let text = help_among(TOYS, "ecs", "wait");
    assert!(
        text.contains("o services-stable\n        Calls describe-services every 15 s, 40 times at most.\n"),
        "{text}"
    );
    for line in ["aws ecs wait help", "aws ecs wait services-stable help"] {
        assert!(matches!(parse(line).map(|command| command.task), Ok(Task::Help(_))), "{line}");
    }
}

#[test]
fn help_is_made_from_the_schema() {
    for line in
        ["aws help", "aws --help", "aws ecs help", "aws ecs create-service help", "aws ecs create-service --help"]
    {
        assert!(matches!(parse(line).map(|command| command.task), Ok(Task::Help(_))), "{line}");
    }
    assert_eq!(problems("aws ecs creat-service help").len(), 1);
    let text = help_among(TOYS, "ecs", "create-service");
    let parts = [
        "    aws ecs create-service\n        --service-name <value>\n        [--cluster <value>]",
        "[--enable-ecs-managed-tags | --no-enable-ecs-managed-tags]",
        "    --service-name (string, required)\n        The name of the service, up to 255 letters, digits, \
         underscores and\n        hyphens; it is unique in its cluster.\n",
        "    --launch-type (string)\n        Possible values: EC2, FARGATE\n",
        "            targetGroupArn=string,containerName=string,containerPort=integer,inner",
        "    Runs and keeps a number of tasks.\n",
    ];
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    assert!(help_among(TOYS, "", "").contains("    o elbv2\n"));
    assert!(help_among(TOYS, "ecs", "").contains("    o describe-services\n        Describes services.\n"));
    assert!(help_among(TOYS, "ecs", "zebra").contains("`ecs` has no operation `zebra`"));
}

#[test]
fn every_real_operation_has_options_of_its_own_that_can_be_typed_and_a_help() {
    for entry in OPERATIONS {
        let name = format!("{} {}", entry.service, entry.kebab());
        let document = schema::document(entry);
        let Shape::Structure { fields, .. } = View::root(&document).shape() else { panic!("{name}: {document:#}") };
        let mut options = options::names(&fields);
        for option in &options {
            let global = options::GLOBALS.iter().any(|global| option.strip_prefix("--") == Some(global.name));
            assert!(!global, "{name}: a global option hides {option}");
            assert!(!option.starts_with("--no-"), "{name}: {option} reads as the opposite of another");
        }
        options.sort();
        assert!(options.windows(2).all(|pair| pair[0] != pair[1]), "{name}: two options of one name: {options:?}");
        assert_eq!(OPERATIONS.iter().filter(|it| it.service == entry.service && it.name == entry.name).count(), 1);
        let text = help(entry.service, entry.name);
        assert!(text.contains(&format!("aws {name}\n")), "{name}:\n{text}");
        assert!(options.iter().all(|option| text.contains(option.as_str())), "{name}:\n{text}");
    }
}

#[test]
fn every_word_can_be_completed() {
    let complete = |prefix: &str| complete_among(TOYS, prefix);
    assert_eq!(complete(""), ["aws"]);
    assert_eq!(complete("aws e"), ["ecs", "ec2", "elbv2"]);
    assert_eq!(complete("aws ecs "), ["create-service", "describe-services", "wait", "help"]);
    assert_eq!(complete("aws ecs wait services-s"), ["services-stable"]);
    assert_eq!(complete("aws ecs wait services-stable --inc"), ["--include"]);
    assert_eq!(
        complete("aws ecs create-service --enable-e"),
        ["--enable-ecs-managed-tags", "--enable-execute-command"]
    );
    assert_eq!(complete("aws ecs create-service --launch-type "), ["EC2", "FARGATE"]);
    assert_eq!(complete("aws ecs create-service --launch-type F"), ["FARGATE"]);
    assert_eq!(complete("aws ecs describe-services --include "), ["TAGS"]);
    assert_eq!(complete("aws ecs describe-services --output t"), ["table", "text"]);
    let names = complete("aws ecs create-service --service-name x --");
    assert!(!names.contains(&"--service-name".to_owned()) && names.contains(&"--cluster".to_owned()), "{names:?}");
    assert_eq!(complete("ls "), [] as [&str; 0]);
}
