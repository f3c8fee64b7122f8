//! What holds for every line: nothing makes the decoder panic, and what is encoded comes back.

use proptest::prelude::*;
use serde_json::Value;

use super::toys::{AwsVpcConfiguration, CreateService, LaunchType, LoadBalancer, NetworkConfiguration, TOYS};
use super::*;

/// How a value is to be written, where there is a choice.
#[derive(Clone, Copy, Debug)]
struct Style {
    json: bool,
    /// `--option=value`.
    equals: bool,
}

/// The words of one option.
fn encode(name: &str, value: &Value, style: Style) -> Vec<String> {
    let option = format!("--{}", kebab(name));
    let bare = |text: &str| text.starts_with('-') || text.starts_with('[') || text.starts_with('{');
    let values: Vec<String> = match value {
        Value::Bool(true) => return vec![option],
        Value::Bool(false) => return vec![option.replacen("--", "--no-", 1)],
        Value::String(text) => vec![text.clone()],
        Value::Array(items) if !style.json && !items.is_empty() => {
            let words: Option<Vec<String>> = items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Some(text.clone()).filter(|text| !bare(text)),
                    item => members(item),
                })
                .collect();
            words.unwrap_or_else(|| vec![value.to_string()])
        }
        Value::Object(members_) if !style.json && !members_.is_empty() => {
            vec![members(value).unwrap_or_else(|| value.to_string())]
        }
        value => vec![value.to_string()],
    };
    match values.as_slice() {
        [only] if style.equals || only.starts_with('-') => vec![format!("{option}={only}")],
        _ => [option].into_iter().chain(values).collect(),
    }
}

/// The value as one word of shorthand, without the outer braces; `None` when shorthand cannot say it.
fn members(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members = members.iter().map(|(key, value)| Some(format!("{}={}", plain_key(key)?, nested(value)?)));
            Some(members.collect::<Option<Vec<_>>>()?.join(","))
        }
        Value::Object(_) | Value::Array(_) | Value::Null => None,
        scalar => nested(scalar),
    }
}

fn nested(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::String(text) if text.contains('\\') => return None,
        Value::String(text) if !text.is_empty() && plain_key(text).is_some() => text.clone(),
        Value::String(text) => format!("\"{}\"", text.replace('"', "\\\"")),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(nested).collect::<Option<Vec<_>>>()?.join(","))
        }
        Value::Object(members_) if members_.is_empty() => "{}".to_owned(),
        value @ Value::Object(_) => format!("{{{}}}", members(value)?),
        scalar => scalar.to_string(),
    })
}

fn plain_key(text: &str) -> Option<&str> {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.#/:".contains(c));
    (plain && !text.is_empty()).then_some(text)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9:/._-]{1,12}", r#"[ -~é'"\\=,\[\]{}]{0,10}"#]
}

fn balancer() -> impl Strategy<Value = LoadBalancer> {
    let leaf = || {
        let parts = (prop::option::of(text()), text(), any::<u16>());
        parts.prop_map(|(target_group_arn, container_name, container_port)| LoadBalancer {
            target_group_arn,
            container_name,
            container_port,
            inner: None,
        })
    };
    let nested = (leaf(), prop::option::of(leaf()));
    nested.prop_map(|(outer, inner)| LoadBalancer { inner: inner.map(Box::new), ..outer })
}

fn network() -> impl Strategy<Value = NetworkConfiguration> {
    let parts = (prop::collection::vec(text(), 0..3), prop::collection::vec(text(), 0..3), any::<Option<bool>>());
    parts.prop_map(|(subnets, security_groups, public)| NetworkConfiguration {
        awsvpc_configuration: AwsVpcConfiguration { subnets, security_groups, public },
    })
}

fn service() -> impl Strategy<Value = CreateService> {
    let scalars =
        (text(), prop::option::of(text()), any::<Option<u32>>(), any::<[Option<bool>; 3]>(), any::<Option<i32>>());
    let lists = (
        prop::option::of(network()),
        prop::collection::vec(balancer(), 0..3),
        prop::collection::vec(text(), 0..4),
        prop::collection::vec(any::<u16>(), 0..4),
        prop::collection::btree_map(text(), text(), 0..3),
    );
    (scalars, lists).prop_map(|((service_name, cluster, desired_count, flags, quarters), lists)| {
        let (network_configuration, load_balancers, placement, ports, tags) = lists;
        CreateService {
            service_name,
            cluster,
            desired_count,
            launch_type: flags[0].map(|fargate| if fargate { LaunchType::Fargate } else { LaunchType::Ec2 }),
            enable_ecs_managed_tags: flags[1],
            enable_execute_command: flags[2],
            network_configuration,
            load_balancers,
            placement,
            ports,
            tags,
            weight: quarters.map(|quarters| f64::from(quarters) / 4.0),
            extra: None,
        }
    })
}

proptest! {
    #[test]
    fn what_is_encoded_comes_back(
        service in service(),
        styles in prop::collection::vec((any::<bool>(), any::<bool>()), 16),
    ) {
        let expected = serde_json::to_value(&service).unwrap();
        let mut words = vec!["aws".to_owned(), "ecs".to_owned(), "create-service".to_owned()];
        for ((name, value), (json, equals)) in expected.as_object().unwrap().iter().zip(styles) {
            words.extend(encode(name, value, Style { json, equals }));
        }
        let line = shlex::try_join(words.iter().map(String::as_str)).unwrap();
        let command = Command::parse_among(TOYS, &line, &());
        match command.map(|command| command.task) {
            Ok(Task::Call { input, .. }) => {
                prop_assert_eq!(serde_json::from_value::<CreateService>(input).unwrap(), service, "{}", line);
            }
            Ok(Task::Wait { .. } | Task::Help(_)) => prop_assert!(false, "{} asks for help", line),
            Err(problems) => prop_assert!(false, "{}\n{:#?}", line, problems),
        }
    }

    #[test]
    fn no_words_make_it_panic_and_every_problem_can_be_shown(words in prop::collection::vec(word(), 0..12)) {
        let line = words.join(" ");
        if let Err(problems) = Command::parse_among(TOYS, &line, &()) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(line.get(problem.span.clone()).is_some(), "{}: {:?}", line, problem);
            }
        }
        complete_among(TOYS, &line);
    }

    #[test]
    fn no_text_makes_it_panic(line in any::<String>(), tail in any::<String>()) {
        for line in [line, format!("aws ecs create-service {tail}"), format!("aws ecs create-service --tags {tail}")] {
            drop(Command::parse_among(TOYS, &line, &()));
            complete_among(TOYS, &line);
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "aws",
        "ecs",
        "ec2",
        "create-service",
        "describe-services",
        "--service-name",
        "--services",
        "--desired-count",
        "--enable-ecs-managed-tags",
        "--no-enable-ecs-managed-tags",
        "--network-configuration",
        "--load-balancers",
        "--query",
        "--output",
        "--region",
        "--cli-input-json",
        "--tags",
        "--extra",
        "help",
        "--help",
        "text",
        "7",
        "-1",
        "'services[0]'",
        "a=b",
        "a=[b,c]",
        "'{\"a\":",
        "'[1]'",
        "file://x",
        "--tags=a",
        "--ports",
        "=",
        "--",
        "-",
        "--=",
        "--network-configuration=awsvpcConfiguration={subnets=[é]}",
        "|",
        "$(x)",
        "'",
        "\"",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => r#"[-a-z=,\[\]{}'"\\ é]{0,8}"#]
}
