//! Listener rules: which rule a request meets, what rules can do, and what AWS refuses.

use serde_json::{Value, json};
use sim_core::engine::Time;
use sim_core::world::cloudwatch::Metric;
use sim_core::world::elb::{Action, ListenerId, RequestLine};
use sim_core::world::traffic::{Demand, NewCaller, NewClass, Rate};
use tests::lab::{Lab, Setup};

const FIRST: ListenerId = ListenerId::from_index(0);

fn fixed(status: u16) -> Value {
    json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status.to_string()}}])
}

fn path(values: &[&str]) -> Value {
    json!({"Field": "path-pattern", "PathPatternConfig": {"Values": values}})
}

fn rule(lab: &mut Lab, priority: u32, conditions: Value, actions: Value) -> Value {
    let input = json!({"ListenerArn": "alb:80", "Priority": priority, "Conditions": conditions, "Actions": actions});
    lab.call("elbv2", "CreateRule", input)
}

/// What a listener does with a path: its rule's priority, 0 for the default rule, and how many rules it looked at.
fn met(lab: &Lab, path: &str) -> (u32, u32) {
    let line = RequestLine { path: path.to_owned(), ..RequestLine::default() };
    let routed = lab.world.elb.route(FIRST, &line);
    (lab.world.elb.listeners[FIRST].rules[routed.rule].priority.unwrap_or(0), routed.evaluated)
}

fn refusal(lab: &mut Lab, operation: &str, input: Value) -> String {
    let (code, _, place) = lab.refused("elbv2", operation, input);
    format!("{code} at {place}")
}

/// [TR-011][TR-012] The lowest number is tried first, whenever it was made; the default rule is the last. [TR-022] A
/// fixed response touches no target.
#[test]
fn the_lowest_priority_that_fits_decides() {
    let mut lab = Lab::new(Setup::default());
    rule(&mut lab, 20, json!([path(&["/a/*"])]), fixed(404));
    rule(&mut lab, 10, json!([path(&["/a/b"])]), fixed(403));
    assert_eq!(met(&lab, "/a/b"), (10, 1));
    assert_eq!(met(&lab, "/a/c"), (20, 2));
    assert_eq!(met(&lab, "/"), (0, 2), "the default rule is not counted");
    let pairs = json!([{"RuleArn": "alb:80/20", "Priority": 5}]);
    lab.call("elbv2", "SetRulePriorities", json!({"RulePriorities": pairs}));
    assert_eq!(met(&lab, "/a/b"), (5, 1));
    let swapped = json!([{"RuleArn": "alb:80/5", "Priority": 10}, {"RuleArn": "alb:80/10", "Priority": 5}]);
    lab.call("elbv2", "SetRulePriorities", json!({"RulePriorities": swapped}));
    assert_eq!(met(&lab, "/a/b"), (5, 1));
    assert_eq!(met(&lab, "/a/c"), (10, 2));
    lab.call("elbv2", "DeleteRule", json!({"RuleArn": "alb:80/5"}));
    assert_eq!(met(&lab, "/a/b"), (10, 1));
    let changed = json!({"RuleArn": "alb:80/10", "Conditions": [path(&["/z"])], "Actions": fixed(500)});
    lab.call("elbv2", "ModifyRule", changed);
    assert_eq!((met(&lab, "/a/b"), met(&lab, "/z")), ((0, 1), (10, 1)));
}

/// [TR-014] All conditions must hold, and one value of each. [TR-016][TR-017][TR-018][TR-019][TR-020][TR-021] Each kind
/// looks at its own part of a request.
#[test]
fn all_conditions_of_a_rule_must_hold() {
    let mut lab = Lab::new(Setup::default());
    let header = |name: &str, value: &str| {
        let config = json!({"HttpHeaderName": name, "Values": [value]});
        json!({"Field": "http-header", "HttpHeaderConfig": config})
    };
    let conditions = json!([
        {"Field": "host-header", "Values": ["*.example.com"]},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["POST"]}},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["203.0.113.0/24"]}},
        header("X-Canary", "yes*"),
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}},
    ]);
    rule(&mut lab, 1, conditions, fixed(200));
    let regex = json!([{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[0-9]+/"]}}]);
    rule(&mut lab, 2, regex, fixed(200));
    let fits = RequestLine {
        method: "POST".into(),
        host: "Shop.Example.com".into(),
        query: "a=1&V=2".into(),
        headers: vec![("x-canary".into(), "YES, please".into())],
        ..RequestLine::default()
    };
    let met = |line: &RequestLine| lab.world.elb.route(FIRST, line).rule;
    assert_eq!(met(&fits), 0);
    for (what, changed) in [
        ("method", RequestLine { method: "post".into(), ..fits.clone() }),
        ("host", RequestLine { host: "example.com".into(), ..fits.clone() }),
        ("query", RequestLine { query: "v=3".into(), ..fits.clone() }),
        ("header", RequestLine { headers: Vec::new(), ..fits.clone() }),
        ("address", RequestLine { source_ip: [198, 51, 100, 1].into(), ..fits.clone() }),
    ] {
        assert_eq!(met(&changed), 2, "{what}");
    }
    assert_eq!(met(&RequestLine { path: "/v12/cart".into(), ..RequestLine::default() }), 1);
    let told = lab.call("elbv2", "DescribeRules", json!({"ListenerArn": "alb:80"}));
    assert_eq!(told["Rules"][0]["Conditions"][0]["HostHeaderConfig"]["Values"], json!(["*.example.com"]));
    assert_eq!(told["Rules"][0]["Conditions"][4]["QueryStringConfig"]["Values"], json!([{"Key": "v", "Value": "2"}]));
    assert_eq!(told["Rules"][1]["Conditions"][0]["PathPatternConfig"]["RegexValues"], json!(["^/v[0-9]+/"]));
    assert_eq!(told["Rules"][2]["Priority"], json!("default"));
}

/// [TR-014][TR-015][TR-016][TR-017][TR-018][TR-021] What conditions cannot be.
#[test]
fn conditions_have_limits() {
    let mut lab = Lab::new(Setup::default());
    let method =
        |values: &[&str]| json!({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": values}});
    let host = |text: &str| json!([{"Field": "host-header", "HostHeaderConfig": {"Values": [text]}}]);
    let regex = |text: &str| json!([{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": [text]}}]);
    let long = "x".repeat(129);
    let header =
        |name: &str| json!([{"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": ["1"]}}]);
    for (conditions, place) in [
        (json!([]), "Conditions"),
        (json!([path(&["/a"]), path(&["/b"])]), "Conditions[1]"),
        (json!([path(&["/1", "/2", "/3", "/4"])]), "Conditions[0]"),
        (json!([path(&["/1", "/2", "/3"]), method(&["A", "B", "C"])]), "Conditions"),
        (json!([path(&["/*/*/*", "/?/?/*", "/*"])]), "Conditions"),
        (json!([path(&[])]), "Conditions[0]"),
        (json!([path(&[&long])]), "Conditions[0].PathPatternConfig.Values"),
        (json!([method(&["get"])]), "Conditions[0].HttpRequestMethodConfig.Values"),
        (host("localhost"), "Conditions[0].HostHeaderConfig"),
        (regex("(?=a)"), "Conditions[0].PathPatternConfig.RegexValues"),
        (regex("a++"), "Conditions[0].PathPatternConfig.RegexValues"),
        (header("X-*"), "Conditions[0].HttpHeaderConfig.HttpHeaderName"),
        (header("Host"), "Conditions[0].HttpHeaderConfig.HttpHeaderName"),
        (json!([{"Field": "cookie"}]), "Conditions[0].Field"),
        (
            json!([{"Field": "source-ip", "SourceIpConfig": {"Values": ["1.2.3.4"]}}]),
            "Conditions[0].SourceIpConfig.Values[0]",
        ),
        (json!([{"Field": "source-ip", "PathPatternConfig": {"Values": ["/"]}}]), "Conditions[0].PathPatternConfig"),
    ] {
        let input = json!({"ListenerArn": "alb:80", "Priority": 1, "Conditions": conditions, "Actions": fixed(200)});
        assert_eq!(refusal(&mut lab, "CreateRule", input), format!("ValidationError at {place}"), "{conditions}");
    }
    rule(&mut lab, 1, json!([path(&["/*/*/*", "/?/?/*"])]), fixed(200));
}

/// [TR-012][TR-013] Rules that cannot be; the default rule is changed with its listener.
#[test]
fn rules_that_cannot_be_are_refused() {
    let mut lab = Lab::new(Setup::default());
    rule(&mut lab, 1, json!([path(&["/"])]), fixed(200));
    let input = |priority: u32, actions: Value| json!({"ListenerArn": "alb:80", "Priority": priority, "Conditions": [path(&["/"])], "Actions": actions});
    let two = json!([fixed(200)[0], fixed(201)[0]]);
    for (given, wanted) in [
        (input(0, fixed(200)), "ValidationError at Priority"),
        (input(50_001, fixed(200)), "ValidationError at Priority"),
        (input(1, fixed(200)), "PriorityInUse at Priority"),
        (input(2, two), "TooManyActions at Actions[1]"),
        (input(2, json!([])), "ValidationError at Actions"),
        (input(2, fixed(302)), "ValidationError at Actions[0].FixedResponseConfig.StatusCode"),
        (
            json!({"ListenerArn": "alb:81", "Priority": 2, "Conditions": [], "Actions": []}),
            "ListenerNotFound at ListenerArn",
        ),
    ] {
        assert_eq!(refusal(&mut lab, "CreateRule", given), wanted);
    }
    let default = json!({"RuleArn": "alb:80/default"});
    assert_eq!(refusal(&mut lab, "DeleteRule", default.clone()), "OperationNotPermitted at RuleArn");
    let modified = json!({"RuleArn": "alb:80/default", "Actions": fixed(200)});
    assert_eq!(refusal(&mut lab, "ModifyRule", modified), "OperationNotPermitted at RuleArn");
    assert_eq!(refusal(&mut lab, "DeleteRule", json!({"RuleArn": "alb:80/7"})), "RuleNotFound at RuleArn");
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "Port": 8080, "DefaultActions": fixed(418)}));
    let told = lab.call("elbv2", "DescribeListeners", json!({"LoadBalancerArn": "alb"}));
    assert_eq!(told["Listeners"][0]["Port"], json!(8080));
    assert_eq!(met(&lab, "/x"), (0, 1));
    lab.call(
        "elbv2",
        "CreateListener",
        json!({"LoadBalancerArn": "alb", "Protocol": "HTTP", "Port": 81, "DefaultActions": fixed(200)}),
    );
    let moved = json!({"ListenerArn": "alb:81", "Port": 8080});
    assert_eq!(refusal(&mut lab, "ModifyListener", moved), "DuplicateListener at Port");
}

/// [TR-010] So many and no more.
#[test]
fn load_balancers_and_groups_have_quotas() {
    let mut lab = Lab::new(Setup { tasks: 0, ..Setup::default() });
    for priority in 1..=100 {
        rule(&mut lab, priority, json!([path(&["/"])]), fixed(200));
    }
    let rule = json!({"ListenerArn": "alb:80", "Priority": 101, "Conditions": [path(&["/"])], "Actions": fixed(200)});
    assert_eq!(refusal(&mut lab, "CreateRule", rule), "TooManyRules at ListenerArn");
    let listener =
        |port: u16| json!({"LoadBalancerArn": "alb", "Protocol": "HTTP", "Port": port, "DefaultActions": fixed(200)});
    for port in 81..130 {
        lab.call("elbv2", "CreateListener", listener(port));
    }
    assert_eq!(refusal(&mut lab, "CreateListener", listener(130)), "TooManyListeners at LoadBalancerArn");
    let group = |name: &str| json!({"Name": name, "Protocol": "HTTP", "Port": 80, "TargetType": "ip"});
    let mut names = Vec::new();
    for number in 0..100 {
        let name = format!("g{number}");
        lab.call("elbv2", "CreateTargetGroup", group(&name));
        names.push(json!({"TargetGroupArn": name}));
    }
    let forward = |groups: &[Value]| json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]);
    let six = json!({"ListenerArn": "alb:81", "DefaultActions": forward(&names[..6])});
    let place = "DefaultActions[0].ForwardConfig.TargetGroups";
    assert_eq!(refusal(&mut lab, "ModifyListener", six), format!("TooManyTargetGroups at {place}"));
    // `tg` and 99 others are in use.
    for (index, five) in names[..99].chunks(5).enumerate() {
        let listener = format!("alb:{}", 81 + index);
        lab.call("elbv2", "ModifyListener", json!({"ListenerArn": listener, "DefaultActions": forward(five)}));
    }
    let one_more = json!({"ListenerArn": "alb:110", "DefaultActions": forward(&names[99..])});
    let wanted = format!("TooManyUniqueTargetGroupsPerLoadBalancer at {place}[0]");
    assert_eq!(refusal(&mut lab, "ModifyListener", one_more), wanted);
    // Every load balancer takes an address in each of its subnets; there are 49 more of them.
    for number in 1..50 {
        lab.call(
            "elbv2",
            "CreateLoadBalancer",
            json!({"Name": format!("b{number}"), "Subnets": ["us-east-1a", "us-east-1b"]}),
        );
    }
    let fifty_first = json!({"Name": "b50", "Subnets": ["us-east-1a", "us-east-1b"]});
    assert_eq!(refusal(&mut lab, "CreateLoadBalancer", fifty_first), "TooManyLoadBalancers at Name");
    for number in 101..3000 {
        lab.call("elbv2", "CreateTargetGroup", group(&format!("h{number}")));
    }
    assert_eq!(refusal(&mut lab, "CreateTargetGroup", group("last")), "TooManyTargetGroups at Name");
}

/// [TR-023] A redirect sends clients elsewhere, and must do so.
#[test]
fn a_redirect_leads_elsewhere_or_is_refused() {
    let mut lab = Lab::new(Setup::default());
    let redirect = |config: Value| json!([{"Type": "redirect", "RedirectConfig": config}]);
    let secure = redirect(json!({"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}));
    let made = rule(&mut lab, 1, json!([path(&["/a"])]), secure);
    let told = &made["Rules"][0]["Actions"][0]["RedirectConfig"];
    let wanted = json!({"Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}", "StatusCode": "HTTP_301"});
    assert_eq!(told, &wanted);
    let line = RequestLine { path: "/a".into(), host: "shop.test".into(), ..RequestLine::default() };
    let Action::Redirect(redirection) = lab.world.elb.route(FIRST, &line).action else { panic!("a redirect") };
    assert_eq!(
        (redirection.status, redirection.location(&line, ("HTTP", 80)).as_deref()),
        (301, Some("https://shop.test:443/a"))
    );
    for (config, inner) in [
        (json!({"StatusCode": "HTTP_302"}), ""),
        (json!({"StatusCode": "HTTP_302", "Query": "a=1"}), ""),
        (json!({"StatusCode": "HTTP_302", "Port": "0"}), ".Port"),
        (json!({"StatusCode": "HTTP_302", "Path": "here"}), ".Path"),
        (json!({"StatusCode": "HTTP_302", "Protocol": "FTP"}), ".Protocol"),
        (json!({"StatusCode": "HTTP_302", "Host": "#{path}"}), ".Host"),
    ] {
        let input =
            json!({"ListenerArn": "alb:80", "Priority": 2, "Conditions": [path(&["/"])], "Actions": redirect(config)});
        let wanted = format!("InvalidLoadBalancerAction at Actions[0].RedirectConfig{inner}");
        assert_eq!(refusal(&mut lab, "CreateRule", input), wanted);
    }
}

/// [TR-102][TR-023] Where a redirect leads to too long a URL the answer is 507, which is the load balancer's mistake.
#[test]
fn too_long_a_redirect_is_answered_507() {
    for (query, status) in [("a=1".to_owned(), 301), ("x".repeat(9000), 507)] {
        let mut lab = Lab::new(Setup::default());
        let away = json!([{"Type": "redirect", "RedirectConfig": {"Path": "/new/#{path}", "StatusCode": "HTTP_301"}}]);
        rule(&mut lab, 1, json!([path(&["/a"])]), away);
        lab.run_until(Time::from_secs(1));
        let line = RequestLine { path: "/a".into(), query, ..RequestLine::default() };
        let demand = Demand::Open(Rate::constant(10.0, Time::from_secs(1), Time::from_secs(50)).into());
        let classes = vec![NewClass { line, ..NewClass::default() }];
        lab.caller(NewCaller { classes, ..NewCaller::of("clients", "alb", demand) });
        lab.run_until(Time::from_secs(61));
        let all = lab.meter().counts().arrived;
        assert_eq!(lab.statuses(), [(status, all)]);
        let sums = |metric| lab.sums(metric).iter().map(|(_, sum)| *sum as u64).sum::<u64>();
        let counted = [Metric::HTTP_Redirect_Count, Metric::HTTPCode_ELB_5XX_Count, Metric::HTTPCode_ELB_4XX_Count];
        assert_eq!(counted.map(sums), if status == 301 { [all, 0, 0] } else { [0, all, 0] });
    }
}

/// [TR-026] Sticky sessions of one of several groups need group stickiness.
#[test]
fn sticky_sessions_need_group_stickiness() {
    let mut lab = Lab::new(Setup::default());
    lab.call(
        "elbv2",
        "CreateTargetGroup",
        json!({"Name": "other", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}),
    );
    let forward = |sticky: Value| {
        let groups = json!([{"TargetGroupArn": "tg"}, {"TargetGroupArn": "other"}]);
        json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}}])
    };
    let listener = |sticky: Value| json!({"ListenerArn": "alb:80", "DefaultActions": forward(sticky)});
    lab.call("elbv2", "ModifyListener", listener(json!({"Enabled": false})));
    let sticky = json!({"TargetGroupArn": "tg", "Attributes": [{"Key": "stickiness.enabled", "Value": "true"}]});
    assert_eq!(
        refusal(&mut lab, "ModifyTargetGroupAttributes", sticky.clone()),
        "InvalidConfigurationRequest at Attributes"
    );
    let too_long = listener(json!({"Enabled": true, "DurationSeconds": 604_801}));
    assert!(refusal(&mut lab, "ModifyListener", too_long).ends_with("TargetGroupStickinessConfig.DurationSeconds"));
    lab.call("elbv2", "ModifyListener", listener(json!({"Enabled": true, "DurationSeconds": 600})));
    let Action::Forward(forward) = lab.world.elb.listeners[FIRST].default_action().clone() else { panic!("a forward") };
    assert_eq!(forward.sticky_for.map(|duration| duration.as_secs()), Some(600));
    lab.call("elbv2", "ModifyTargetGroupAttributes", sticky);
    let refused = refusal(&mut lab, "ModifyListener", listener(json!(null)));
    assert!(refused.starts_with("InvalidLoadBalancerAction at "), "{refused}");
}

/// [TR-036][TR-057] A group that no rule uses any more is not checked, and is when a rule uses it again.
#[test]
fn targets_of_a_group_that_no_rule_uses_are_unused() {
    let mut lab = Lab::new(Setup::default());
    lab.run_until(sim_core::engine::Time::from_secs(10));
    assert_eq!(lab.health(), [("healthy".to_owned(), String::new())]);
    let in_use = json!({"TargetGroupArn": "tg"});
    assert_eq!(refusal(&mut lab, "DeleteTargetGroup", in_use.clone()), "ResourceInUse at TargetGroupArn");
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "DefaultActions": fixed(200)}));
    assert_eq!(lab.health(), [("unused".to_owned(), "Target.NotInUse".to_owned())]);
    rule(&mut lab, 1, json!([path(&["/"])]), json!([{"Type": "forward", "TargetGroupArn": "tg"}]));
    lab.run_until(sim_core::engine::Time::from_secs(11));
    assert_eq!(lab.health(), [("healthy".to_owned(), String::new())]);
    lab.call("elbv2", "DeleteListener", json!({"ListenerArn": "alb:80"}));
    assert_eq!(lab.health(), [("unused".to_owned(), "Target.NotInUse".to_owned())]);
    lab.call("elbv2", "DeleteTargetGroup", in_use);
    assert_eq!(lab.refused("elbv2", "DescribeTargetGroups", json!({"Names": ["tg"]})).0, "TargetGroupNotFound");
    // Its name is free again, for another group.
    lab.call("elbv2", "CreateTargetGroup", json!({"Name": "tg", "Protocol": "HTTP", "Port": 81, "TargetType": "ip"}));
    assert_eq!(lab.health(), []);
}

/// A deleted load balancer answers nobody, gives its addresses back, and costs nothing more.
#[test]
fn a_deleted_load_balancer_is_gone() {
    let mut lab = Lab::new(Setup::default());
    let free = |lab: &Lab| lab.world.network.subnets.iter().map(|(_, subnet)| subnet.free()).sum::<u32>();
    let before = free(&lab);
    let protect = |value: &str| json!({"LoadBalancerArn": "alb", "Attributes": [{"Key": "deletion_protection.enabled", "Value": value}]});
    lab.call("elbv2", "ModifyLoadBalancerAttributes", protect("true"));
    let it = json!({"LoadBalancerArn": "alb"});
    assert_eq!(refusal(&mut lab, "DeleteLoadBalancer", it.clone()), "OperationNotPermitted at LoadBalancerArn");
    lab.call("elbv2", "ModifyLoadBalancerAttributes", protect("false"));
    lab.call("elbv2", "DeleteLoadBalancer", it.clone());
    lab.call("elbv2", "DeleteLoadBalancer", it);
    assert_eq!(free(&lab), before + 3);
    assert_eq!(lab.refused("elbv2", "DescribeLoadBalancers", json!({"Names": ["alb"]})).0, "LoadBalancerNotFound");
    lab.constant_traffic(10.0, sim_core::engine::Time::from_secs(60));
    lab.run_until(sim_core::engine::Time::from_secs(7200));
    let unreached: u64 = lab.world.traffic.callers.iter().map(|(_, caller)| caller.unreached.iter().sum::<u64>()).sum();
    assert_eq!(unreached, lab.world.requests_sent());
    let bill = sim_core::world::billing::bill(&lab.world, lab.ctx.now()).expect("prices are known");
    assert!(bill.items.iter().all(|item| item.name != "Application Load Balancer"), "{bill:?}");
}

/// Other security groups are in force at once, for clients and for targets.
#[test]
fn security_groups_of_a_load_balancer_can_be_replaced() {
    let mut lab = Lab::new(Setup::default());
    lab.constant_traffic(10.0, sim_core::engine::Time::from_secs(20));
    lab.run_until(sim_core::engine::Time::from_secs(10));
    let before = lab.world.traffic.callers.iter().map(|(_, caller)| caller.unreached.iter().sum::<u64>()).sum::<u64>();
    assert_eq!(before, 0);
    let told = lab.call("elbv2", "SetSecurityGroups", json!({"LoadBalancerArn": "alb", "SecurityGroups": ["task-sg"]}));
    assert!(told["SecurityGroupIds"][0].as_str().unwrap().starts_with("sg-0"), "{told}");
    lab.run_until(sim_core::engine::Time::from_secs(20));
    let after = lab.world.traffic.callers.iter().map(|(_, caller)| caller.unreached.iter().sum::<u64>()).sum::<u64>();
    assert!(after > 50, "{after}");
    let none = json!({"LoadBalancerArn": "alb", "SecurityGroups": []});
    assert_eq!(refusal(&mut lab, "SetSecurityGroups", none), "ValidationError at SecurityGroups");
}

/// [TR-082][TR-084][TR-085] Attributes are described as they were set; wrong ones are refused with their ranges.
#[test]
fn attributes_are_kept_and_checked() {
    let mut lab = Lab::new(Setup::default());
    let set = |key: &str, value: &str| json!({"LoadBalancerArn": "alb", "Attributes": [{"Key": key, "Value": value}]});
    lab.call("elbv2", "ModifyLoadBalancerAttributes", set("client_keep_alive.seconds", "60"));
    lab.call("elbv2", "ModifyLoadBalancerAttributes", set("routing.http2.enabled", "false"));
    let told = lab.call("elbv2", "DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": "alb"}));
    let told: Vec<String> = told["Attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| format!("{}={}", a["Key"].as_str().unwrap(), a["Value"].as_str().unwrap()))
        .collect();
    assert!(
        told.contains(&"client_keep_alive.seconds=60".to_owned())
            && told.contains(&"routing.http2.enabled=false".to_owned()),
        "{told:?}"
    );
    for (key, value) in [
        ("client_keep_alive.seconds", "59"),
        ("client_keep_alive.seconds", "604801"),
        ("idle_timeout.timeout_seconds", "4001"),
        ("load_balancing.cross_zone.enabled", "false"),
        ("access_logs.s3.enabled", "true"),
        ("routing.http2.enabled", "maybe"),
    ] {
        let wanted = "InvalidConfigurationRequest at Attributes[0]";
        assert_eq!(refusal(&mut lab, "ModifyLoadBalancerAttributes", set(key, value)), wanted, "{key}");
    }
    assert_eq!(
        refusal(&mut lab, "ModifyLoadBalancerAttributes", set("idle_timeout", "1")),
        "ValidationError at Attributes[0]"
    );
}
