//! Alarms of CloudWatch: what they see, when they change, and what is refused.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::observe::view;
use sim_core::world::Fact;
use tests::story::{BALANCER, play, play_assuming, ready, service, service_behind, typed};

use crate::door::Door;

/// An alarm `busy` on the requests of the load balancer; `more` are further lines of the table.
fn busy(more: &str) -> String {
    format!(
        "[[cloudwatch.metricAlarm]]\nAlarmName = \"busy\"\nNamespace = \"AWS/ApplicationELB\"\nMetricName = \
         \"RequestCount\"\nDimensions = [{{ Name = \"LoadBalancer\", Value = \"alb\" }}]\nStatistic = \"Sum\"\n\
         ComparisonOperator = \"GreaterThanOrEqualToThreshold\"\n{more}\n"
    )
}

/// One request a second, from the third minute to the twentieth.
const TRAFFIC: &str =
    "[[world.traffic]]\nto = \"alb\"\nrate = 1\narrivals = \"constant\"\nfrom = \"3m\"\nuntil = \"20m\"\n";

/// Each change of an alarm, with its time and its reason.
fn changes(run: &Simulation) -> String {
    let alarms = &run.world().cloudwatch.alarms.all;
    let line = |(_, entry): (_, &sim_core::engine::Entry<Fact>)| match &entry.fact {
        Fact::AlarmStateChanged { alarm, state, reason } => {
            Some(format!("{} {} {state}: {reason}", entry.at, alarms[*alarm].name))
        }
        _ => None,
    };
    run.ctx().journal().iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// When an alarm changed for the first time after this, and to what: `00:08:00 ALARM`.
fn first_change(run: &Simulation) -> String {
    changes(run)
        .lines()
        .next()
        .map_or_else(String::new, |line| line.replace("busy ", "").split(": ").next().unwrap_or("").to_owned())
}

/// [SC-020] [SC-021] [SC-022] [SC-041] [SC-108] Three minutes in a row above the threshold, seen one minute later; then the
/// requests end, and so does the metric: at first the last datapoints that there are count, then there are too few.
#[test]
fn an_alarm_goes_through_its_states() {
    let alarm = busy("Period = 60\nEvaluationPeriods = 3\nThreshold = 50");
    let run = play("30m", &[BALANCER, &service_behind(1, ""), &alarm, TRAFFIC]);
    assert_snapshot!(changes(&run));
    let mut before = ready("30m", &[BALANCER, &service_behind(1, ""), &alarm, TRAFFIC]);
    before.run_until(Time::from_secs(30));
    let alarm = before.world().cloudwatch.alarms.named("busy").expect("it is there").clone();
    assert_eq!(
        (alarm.state.to_string().as_str(), alarm.reason.as_str()),
        ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    );
}

/// [SC-108] With another delay of publication the same change comes earlier.
#[test]
fn the_delay_of_publication_can_be_set() {
    let alarm = busy("Period = 60\nEvaluationPeriods = 1\nThreshold = 50\nTreatMissingData = \"ignore\"");
    let parts = [BALANCER, &service_behind(1, ""), &alarm, TRAFFIC];
    assert_eq!(first_change(&play("10m", &parts)), "00:05:00 ALARM");
    assert_eq!(first_change(&play_assuming("metric_delay = \"0s\"", "10m", &parts)), "00:04:00 ALARM");
}

/// [SC-023] Periods of five minutes slide from minute to minute: 239 requests are in minutes 4 to 7, which are over at 00:07:00
/// and published at 00:08:00. Periods that begin at full five minutes would have them at 00:10:00 only.
#[test]
fn long_periods_slide_from_minute_to_minute() {
    let alarm = busy("Period = 300\nEvaluationPeriods = 1\nThreshold = 239\nTreatMissingData = \"ignore\"");
    let run = play("14m", &[BALANCER, &service_behind(1, ""), &alarm, TRAFFIC]);
    let story = changes(&run);
    assert!(story.contains("00:08:00 busy ALARM"), "{story}");
    assert!(story.lines().any(|line| line.contains(" OK: ") && line < "00:08:00"), "fewer before that: {story}");
}

/// [SC-039] An alarm that is made late knows what was before it.
#[test]
fn a_new_alarm_sees_what_was_before_it() {
    let line = typed(
        "10m30s",
        "aws cloudwatch put-metric-alarm --alarm-name busy --namespace AWS/ApplicationELB --metric-name RequestCount \
         --dimensions Name=LoadBalancer,Value=alb --statistic Sum --period 60 --evaluation-periods 5 --threshold 50 \
         --comparison-operator GreaterThanThreshold",
    );
    let run = play("12m", &[BALANCER, &service_behind(1, ""), &line, TRAFFIC]);
    assert_eq!(first_change(&run), "00:11:00 ALARM");
    assert_eq!(run.transcript()[0].output, "", "the CLI prints nothing");
}

/// [SC-022] More than a day of datapoints is evaluated once an hour.
#[test]
fn a_very_long_alarm_is_evaluated_once_an_hour() {
    let of = |periods: u32| {
        busy(&format!("Period = 3600\nEvaluationPeriods = {periods}\nDatapointsToAlarm = 1\nThreshold = 50"))
    };
    let run = |periods: u32| play("130m", &[BALANCER, &service_behind(1, ""), &of(periods), TRAFFIC]);
    assert_eq!(first_change(&run(24)), "00:05:00 ALARM");
    assert_eq!(first_change(&run(25)), "01:01:00 ALARM");
}

/// [SC-042] A state that somebody sets lasts until the next evaluation; actions can be switched off, which changes nothing
/// here; a deleted alarm is silent.
#[test]
fn a_state_that_is_set_lasts_for_a_minute() {
    let alarm = busy("Period = 60\nEvaluationPeriods = 1\nThreshold = 1000\nTreatMissingData = \"notBreaching\"");
    let lines = [
        typed("5m10s", "aws cloudwatch set-alarm-state --alarm-name busy --state-value ALARM --state-reason 'a drill'"),
        typed(
            "5m20s",
            "aws cloudwatch describe-alarms --state-value ALARM --query MetricAlarms[].[AlarmName,StateReason] --output text",
        ),
        typed("7m", "aws cloudwatch disable-alarm-actions --alarm-names busy"),
        typed("7m", "aws cloudwatch describe-alarms --query MetricAlarms[].ActionsEnabled --output text"),
        typed("7m", "aws cloudwatch enable-alarm-actions --alarm-names busy"),
        typed("7m", "aws cloudwatch describe-alarms --query MetricAlarms[].ActionsEnabled --output text"),
        typed("8m", "aws cloudwatch delete-alarms --alarm-names busy"),
        typed("8m", "aws cloudwatch describe-alarms"),
    ];
    let mut parts = vec![BALANCER, TRAFFIC, alarm.as_str()];
    parts.extend(lines.iter().map(String::as_str));
    let run = play("15m", &parts);
    assert_snapshot!(changes(&run));
    let printed: Vec<&str> = run.transcript().iter().map(|typed| typed.output.trim()).collect();
    assert_eq!(printed[1], "busy\ta drill");
    assert_eq!((printed[3], printed[5]), ("False", "True"));
    let left: Value = serde_json::from_str(printed[7]).expect("JSON");
    assert_eq!(left, json!({ "CompositeAlarms": [], "MetricAlarms": [] }));
}

/// [SC-001] An alarm sees exactly one set of dimensions: the requests of a target group are not those of a zone of it.
#[test]
fn an_alarm_watches_one_set_of_dimensions() {
    let of = |name: &str, dimensions: &str| {
        busy("Period = 60\nEvaluationPeriods = 1\nThreshold = 60").replace("\"busy\"", &format!("\"{name}\"")).replace(
            "Dimensions = [{ Name = \"LoadBalancer\", Value = \"alb\" }]",
            &format!("Dimensions = [{{ Name = \"LoadBalancer\", Value = \"alb\" }}, {dimensions}]"),
        )
    };
    let group = "{ Name = \"TargetGroup\", Value = \"tg\" }";
    let zone = "{ Name = \"AvailabilityZone\", Value = \"us-east-1a\" }";
    let alarms = of("group", group) + &of("zone", &format!("{group}, {zone}"));
    let run = play("10m", &[BALANCER, &service_behind(2, ""), &alarms, TRAFFIC]);
    let story = changes(&run);
    assert!(story.contains("group ALARM"), "{story}");
    assert!(story.contains("zone OK") && !story.contains("zone ALARM"), "{story}");
    let described = ask(&run, "DescribeAlarms", json!({ "AlarmNames": ["group"] })).expect("it is there");
    let dimensions = described["MetricAlarms"][0]["Dimensions"].as_array().expect("a list").clone();
    let value = |at: usize| dimensions[at]["Value"].as_str().unwrap_or_default().to_owned();
    assert!(value(0).starts_with("app/alb/") && value(1).starts_with("targetgroup/tg/"), "{dimensions:?}");
}

/// The metric of a service, in another unit than its own, has no datapoints; in its own it has.
#[test]
fn a_service_is_watched_in_its_own_unit() {
    let of = |unit: &str| {
        format!(
            "[[cloudwatch.metricAlarm]]\nAlarmName = \"{unit}\"\nNamespace = \"AWS/ECS\"\nMetricName = \
             \"MemoryUtilization\"\nDimensions = [{{ Name = \"ClusterName\", Value = \"demo\" }}, {{ Name = \
             \"ServiceName\", Value = \"web\" }}]\nStatistic = \"Maximum\"\nUnit = \"{unit}\"\nPeriod = 60\n\
             EvaluationPeriods = 2\nThreshold = 90\nComparisonOperator = \"LessThanThreshold\"\n"
        )
    };
    let run = play("10m", &[&service(1, ""), &of("Percent"), &of("Count")]);
    let story = changes(&run);
    assert_eq!(story.lines().count(), 1, "{story}");
    assert!(story.contains("Percent ALARM") && story.contains("were less than the threshold (90.0)"), "{story}");
}

/// What became of an alarm, and why, is looked up like anything else.
#[test]
fn an_alarm_can_be_inspected() {
    let alarm = busy("Period = 60\nEvaluationPeriods = 1\nThreshold = 50");
    let run = play("10m", &[BALANCER, &service_behind(1, ""), &alarm, TRAFFIC]);
    assert!(view::names(run.world()).contains(&"busy".to_owned()));
    let seen = view::describe(run.world(), run.ctx(), "busy").expect("it is there");
    assert_eq!(
        (seen.kind.as_str(), seen.command.as_str()),
        ("alarm", "aws cloudwatch describe-alarms --alarm-names 'busy'")
    );
    let why: Vec<&str> = seen.why.iter().map(|link| link.what.as_str()).collect();
    assert!(
        why[0].starts_with("alarm busy is in ALARM: Threshold Crossed: 1 out of the last 1 datapoints [59.0 ("),
        "{why:?}"
    );
    assert_eq!(why[1..], ["alarm busy watches Sum of RequestCount"]);
    for action in &seen.actions {
        let mut copy = run.clone();
        let typed = copy.type_line(&action.line, &()).expect("it can be typed");
        assert_eq!(typed.exit_code, 0, "{}: {}", action.line, typed.output);
    }
}

/// [SC-103] Ten cents a month for each alarm, for as long as it is there.
#[test]
fn alarms_cost_money() {
    let alarm = busy("Period = 60\nEvaluationPeriods = 1\nThreshold = 50");
    let run = play("73m", &[BALANCER, &alarm]);
    let bill = sim_core::world::billing::bill(run.world(), run.now()).expect("us-east-1");
    let item = bill.items.iter().find(|item| item.name == "CloudWatch alarms").expect("a line of the bill");
    assert!((item.usd() - 0.10 * 73.0 / 60.0 / 730.0).abs() < 1e-9, "{item:?}");
}

fn ask(run: &Simulation, operation: &str, input: Value) -> Result<Value, String> {
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("cloudwatch", operation).expect("it exists");
    (entry.call)(input, &mut world, &mut ctx).map_err(|error| format!("{error} at {}", error.place))
}

fn whole() -> Value {
    json!({
        "AlarmName": "busy",
        "AlarmDescription": "too many requests",
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [{ "Name": "ClusterName", "Value": "prod" }, { "Name": "ServiceName", "Value": "api" }],
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 80,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "breaching",
    })
}

/// [SC-002] Everything that AWS refuses is refused, and so is what is not modelled.
#[test]
fn alarms_are_checked() {
    let mut door = Door::new();
    door.call("cloudwatch", "PutMetricAlarm", whole()).expect("it is as it should be");
    let long = "x".repeat(256);
    let cases = [
        (
            json!({ "AlarmName": "" }),
            "at 'alarmName' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (json!({ "AlarmName": long }), "Member must have length less than or equal to 255"),
        (json!({ "AlarmDescription": "x".repeat(1025) }), "at 'alarmDescription' failed to satisfy constraint"),
        (json!({ "Namespace": null }), "Namespace is required"),
        (json!({ "Namespace": "AWS/SQS" }), "publishes no metrics in the namespace AWS/SQS"),
        (json!({ "MetricName": "RequestCount" }), "publishes no metric RequestCount in the namespace AWS/ECS"),
        (json!({ "Dimensions": [] }), "CPUUtilization is not published with these dimensions"),
        (json!({ "Statistic": null }), "Exactly one of Statistic and ExtendedStatistic"),
        (json!({ "ExtendedStatistic": "p99" }), "Exactly one of Statistic and ExtendedStatistic"),
        (json!({ "Statistic": null, "ExtendedStatistic": "p95" }), "The extended statistic p95 is not modelled"),
        (
            json!({ "Statistic": null, "ExtendedStatistic": "p99", "Period": 300 }),
            "Percentiles of more than a minute are not modelled",
        ),
        (json!({ "Period": null }), "Period is required"),
        (json!({ "Period": 90 }), "Period must be 10, 20, 30 or a multiple of 60."),
        (json!({ "Period": 0 }), "Period must be 10, 20, 30 or a multiple of 60."),
        (json!({ "Period": 10 }), "Periods of less than a minute are not modelled"),
        (
            json!({ "EvaluationPeriods": 0 }),
            "at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            json!({ "EvaluationPeriods": 1441 }),
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600",
        ),
        (
            json!({ "Period": 3600, "EvaluationPeriods": 169 }),
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600",
        ),
        (json!({ "Period": 4_294_967_280u32, "EvaluationPeriods": 4_294_967_295u32 }), "more than a week"),
        (json!({ "DatapointsToAlarm": 0 }), "at 'datapointsToAlarm' failed"),
        (json!({ "DatapointsToAlarm": 4 }), "DatapointsToAlarm must be less than or equal to EvaluationPeriods."),
        (json!({ "Threshold": null }), "Threshold is required"),
        (json!({ "ComparisonOperator": "LessThanLowerThreshold" }), "LessThanLowerThreshold"),
        (json!({ "TreatMissingData": "NotBreaching" }), "notBreaching"),
        (json!({ "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:pager"] }), "does not model it"),
        (json!({ "OKActions": ["arn:aws:sns:us-east-1:123456789012:pager"] }), "does not model it"),
        (json!({ "Metrics": [{ "Id": "m1" }] }), "does not model it"),
        (json!({ "ThresholdMetricId": "ad1" }), "does not model it"),
    ];
    for (change, message) in cases {
        let mut input = whole();
        for (field, value) in change.as_object().expect("fields") {
            match value {
                Value::Null => input.as_object_mut().expect("fields").remove(field),
                value => input.as_object_mut().expect("fields").insert(field.clone(), value.clone()),
            };
        }
        let error = door.call("cloudwatch", "PutMetricAlarm", input).expect_err("it is refused");
        assert!(["ValidationError", "ValidationException"].contains(&error.code), "{change}: {error}");
        assert!(error.message.contains(message), "{change}: {}", error.message);
        assert!(!error.place.is_empty(), "{change} has a place");
    }
    let error =
        door.call("cloudwatch", "DeleteAlarms", json!({ "AlarmNames": ["busy", "bussy"] })).expect_err("no such alarm");
    assert_eq!((error.code, error.help.as_str()), ("ResourceNotFound", "Is \"busy\" meant?"));
    let error = door.call(
        "cloudwatch",
        "SetAlarmState",
        json!({ "AlarmName": "bussy", "StateValue": "OK", "StateReason": "x" }),
    );
    assert_eq!(error.expect_err("no such alarm").code, "ResourceNotFound");
    let error = door.call(
        "cloudwatch",
        "SetAlarmState",
        json!({ "AlarmName": "busy", "StateValue": "OK", "StateReason": "x".repeat(1024) }),
    );
    assert!(error.expect_err("too long").message.contains("stateReason"));
    let names: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let error = door.call("cloudwatch", "DescribeAlarms", json!({ "AlarmNames": names })).expect_err("too many");
    assert!(error.message.contains("alarmNames"), "{error}");
    let error = door.call("cloudwatch", "DescribeAlarms", json!({ "AlarmNames": ["a"], "AlarmNamePrefix": "a" }));
    assert!(error.expect_err("both").message.contains("cannot be specified together"));
    assert_snapshot!(format!(
        "{:#}",
        door.call("cloudwatch", "DescribeAlarms", json!({ "AlarmNamePrefix": "b" })).expect("it is there")
    ));
}

/// [SC-042] An account has 5,000 alarms at most; one that is there can still be changed.
#[test]
fn there_is_a_quota_of_alarms() {
    let mut door = Door::new();
    let mut put = |name: String| {
        let mut input = whole();
        input["AlarmName"] = name.into();
        door.call("cloudwatch", "PutMetricAlarm", input)
    };
    for n in 0..5000 {
        put(format!("alarm-{n}")).expect("there is room");
    }
    let error = put("one-more".to_owned()).expect_err("it is one too many");
    assert_eq!(
        (error.code, error.message.as_str()),
        ("LimitExceeded", "The quota for alarms for this customer has already been reached.")
    );
    put("alarm-7".to_owned()).expect("it is there");
}
