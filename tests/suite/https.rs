//! Listeners for HTTPS, HTTP/2 and gRPC: what they want, what a handshake costs, how many requests share a connection, and
//! who is answered 464.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::engine::Time;
use sim_core::world::app::{AppSpec, Work};
use sim_core::world::cloudwatch::{Cause, Metric, Subject};
use sim_core::world::elb::{HttpVersion, RequestLine};
use sim_core::world::traffic::{Arrivals, CallerId, Demand, NewCaller, NewClass, Policy, Rate, Unreached};
use sim_core::world::{Assumptions, Distribution};
use tests::lab::{Lab, Setup};

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const TLS_1_3: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

fn ms(millis: u64) -> Distribution {
    Distribution::constant(Duration::from_millis(millis))
}

/// An application that answers after so long without any work.
fn waits(millis: u64) -> AppSpec {
    AppSpec::of("app/web").with(Work { wait: ms(millis), ..Work::of(Distribution::ZERO) })
}

/// A listener for HTTPS with a target group of this version. It listens on port 80, the one that the lab's security groups
/// let through.
fn secure(version: &str, setup: Setup) -> Lab {
    let mut lab = Lab::new(Setup {
        target_group: json!({"ProtocolVersion": version}),
        action: Value::Null,
        zones: vec!["us-east-1a", "us-east-1b"],
        ..setup
    });
    lab.call("elbv2", "CreateListener", listener("HTTPS", forward("tg")));
    lab
}

/// What CreateListener is given; HTTPS has a certificate and TLS 1.3.
fn listener(protocol: &str, action: Value) -> Value {
    let mut input = json!({"LoadBalancerArn": "alb", "Protocol": protocol, "Port": 80, "DefaultActions": [action]});
    if protocol == "HTTPS" {
        input["Certificates"] = json!([{"CertificateArn": CERTIFICATE}]);
        input["SslPolicy"] = json!(TLS_1_3);
    }
    input
}

fn forward(group: &str) -> Value {
    json!({"Type": "forward", "TargetGroupArn": group})
}

/// Somebody who speaks this, and calls at even distances until `until`.
fn speaking(version: HttpVersion, rate: f64, until: Time) -> NewCaller {
    let demand = Demand::Open(Arrivals::even(Rate::constant(rate, Time::ZERO, until)));
    let method = if version == HttpVersion::Grpc { "POST" } else { "GET" };
    let line = RequestLine { method: method.into(), ..RequestLine::default() };
    let classes = vec![NewClass { line, ..NewClass::default() }];
    NewCaller { version, classes, ..NewCaller::of("clients", "alb", demand) }
}

fn by_method(method: &str, caller: NewCaller) -> NewCaller {
    let line = RequestLine { method: method.into(), ..RequestLine::default() };
    NewCaller { classes: vec![NewClass { line, ..NewClass::default() }], ..caller }
}

fn statuses(lab: &Lab) -> Vec<u16> {
    lab.statuses().into_iter().map(|(status, _)| status).collect()
}

/// The sum of a metric of the load balancer in its first minute, in which everything happens.
fn first_minute(lab: &Lab, metric: Metric) -> f64 {
    lab.sums(metric).iter().find(|(minute, _)| *minute == 0).map_or(0.0, |(_, sum)| *sum)
}

// 464

/// [TR-032] HTTP/1.1 to a group for HTTP/2 or gRPC, gRPC to one for HTTP/1.1, and HTTP/2 that is no POST to one for gRPC are
/// answered 464. Each counts under its cause and as one of the load balancer's 4XX [TR-132], none in RequestCount [TR-128], and
/// no target sees it. [TR-059] The targets are healthy: the group for gRPC finds the code that it looks for.
#[test]
fn a_request_that_its_target_group_cannot_take_is_answered_464() {
    use HttpVersion::{Grpc, Http1, Http2};
    for (spoken, method, group, status) in [
        (Http1, "GET", "HTTP2", 464),
        (Http1, "POST", "GRPC", 464),
        (Grpc, "POST", "HTTP1", 464),
        (Http2, "GET", "GRPC", 464),
        (Http1, "GET", "HTTP1", 200),
        (Http2, "GET", "HTTP1", 200),
        (Http2, "GET", "HTTP2", 200),
        (Grpc, "POST", "HTTP2", 200),
        (Http2, "POST", "GRPC", 200),
        (Grpc, "POST", "GRPC", 200),
    ] {
        let mut lab = secure(group, Setup { app: waits(1), ..Setup::default() });
        lab.run_until(at(1));
        assert_eq!(lab.health(), [("healthy".to_owned(), String::new())], "{group}");
        lab.caller(by_method(method, speaking(spoken, 10.0, at(59))));
        lab.run_until(at(61));
        assert_eq!(statuses(&lab), [status], "{spoken} {method} to {group}");
        let (counts, wrong) = (*lab.meter().counts(), status == 464);
        let refused = if wrong { counts.arrived } else { 0 };
        assert!(counts.arrived > 500);
        assert_eq!(counts.due_to(Cause::ProtocolMismatch), refused);
        assert_eq!(first_minute(&lab, Metric::HTTPCode_ELB_4XX_Count), refused as f64);
        assert_eq!(first_minute(&lab, Metric::RequestCount), (counts.arrived - refused) as f64);
        assert_eq!(lab.group_meter().counts().arrived, counts.arrived - refused);
    }
}

/// [TR-032][TR-025] Of two groups the one that cannot take a request still gets its share, which is answered 464; when the
/// rule forwards to the other alone there is no more of it.
#[test]
fn the_share_of_a_group_for_another_version_is_answered_464() {
    let mut lab = secure("HTTP1", Setup { app: waits(1), ..Setup::default() });
    let other = json!({"Name": "h2", "Protocol": "HTTP", "ProtocolVersion": "HTTP2", "Port": 80, "TargetType": "ip"});
    lab.call("elbv2", "CreateTargetGroup", other);
    let both = json!({"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": "tg", "Weight": 3}, {"TargetGroupArn": "h2", "Weight": 1},
    ]}});
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "DefaultActions": [both]}));
    lab.run_until(at(1));
    lab.caller(speaking(HttpVersion::Http1, 100.0, at(100)));
    lab.run_until(at(50));
    let seen = lab.meter().by_status();
    let share = seen[&464] as f64 / (seen[&464] + seen[&200]) as f64;
    assert!((0.23..0.27).contains(&share), "{seen:?}");
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "DefaultActions": [forward("tg")]}));
    lab.run_until(at(101));
    assert_eq!(lab.meter().by_status()[&464], seen[&464]);
}

// Connections

/// [TR-086][TR-169] A hundred requests a second that take half a second each: over HTTP/1.1 there are 25 on each of two
/// addresses, and 50 connections to the target; over HTTP/2 one to each address, and one to a target that understands it.
/// [TR-134][TR-135] Both are counted together.
#[test]
fn http2_needs_fewer_connections_for_the_same_load() {
    let counted = |version, group| {
        let mut lab = secure(group, Setup { app: waits(495), ..Setup::default() });
        lab.run_until(at(1));
        lab.caller(speaking(version, 100.0, at(200)));
        lab.run_until(at(121));
        let active = lab.series(Subject::Balancer(lab.balancer), Metric::ActiveConnectionCount);
        let (minute, active) = &active[0];
        assert_eq!((*minute, statuses(&lab)), (0, vec![200]));
        let later = lab.sums(Metric::NewConnectionCount).len();
        (first_minute(&lab, Metric::NewConnectionCount), active.sum, later)
    };
    assert_eq!(counted(HttpVersion::Http1, "HTTP1"), (50.0 + 50.0, 50.0 + 50.0, 1));
    assert_eq!(counted(HttpVersion::Http2, "HTTP1"), (2.0 + 50.0, 2.0 + 50.0, 1));
    assert_eq!(counted(HttpVersion::Http2, "HTTP2"), (2.0 + 1.0, 2.0 + 1.0, 1));
    assert_eq!(counted(HttpVersion::Grpc, "HTTP2"), (2.0 + 1.0, 2.0 + 1.0, 1));
}

/// [TR-086] 128 requests at a time are on one connection, the next opens another; [TR-169] so it is to the target. The odd one
/// comes to each of the two addresses in turn.
#[test]
fn the_129th_request_at_a_time_opens_another_connection() {
    for (users, clients, targets) in [(2 * 128, 2.0, 2.0), (2 * 128 + 1, 4.0, 3.0), (4 * 128, 4.0, 4.0), (10, 2.0, 1.0)]
    {
        let mut lab = secure("HTTP2", Setup { app: waits(5000), ..Setup::default() });
        let demand = Demand::Closed { users, think: ms(1000), from: at(1), until: at(55) };
        let caller = NewCaller { version: HttpVersion::Http2, ..NewCaller::of("users", "alb", demand) };
        lab.caller(caller);
        lab.run_until(at(61));
        assert_eq!(first_minute(&lab, Metric::NewConnectionCount), clients + targets, "{users} users");
        assert_eq!(lab.meter().counts().arrived, u64::from(users) * 9);
    }
}

/// [TR-086] With its ten-thousandth request a connection ends, and the next opens another; nobody notices but the counter.
#[test]
fn after_ten_thousand_requests_a_connection_ends() {
    for (seconds, opened) in [(20, 2.0), (21, 4.0)] {
        let mut lab = secure("HTTP2", Setup { app: waits(1), ..Setup::default() });
        lab.run_until(at(1));
        let demand = Demand::Open(Arrivals::even(Rate::constant(1000.0, at(1), at(1 + seconds))));
        lab.caller(NewCaller { demand, ..speaking(HttpVersion::Http2, 1.0, at(1)) });
        lab.run_until(at(61));
        let (arrived, to_target) = (lab.meter().counts().arrived, 1.0);
        assert!(arrived.abs_diff(1000 * seconds) <= 1, "{arrived}");
        assert_eq!((first_minute(&lab, Metric::NewConnectionCount), statuses(&lab)), (opened + to_target, vec![200]));
    }
}

/// [TR-136][TR-151] Where a load balancer takes so many connections only, it is new ones that it refuses: requests go on to share
/// those that are there. Two of clients and two to the target carry 256 of 300 requests; with one more the rest of one address
/// finds a place.
#[test]
fn a_crowded_load_balancer_refuses_new_connections_only() {
    for (most, refused) in [(None, 0), (Some(4), 44), (Some(5), 22), (Some(7), 0)] {
        let mut lab = secure("HTTP2", Setup { app: waits(5000), ..Setup::default() });
        lab.world.assume.connections_max = most;
        let demand = Demand::Closed { users: 300, think: ms(1000), from: at(1), until: at(3) };
        lab.caller(NewCaller { version: HttpVersion::Http2, ..NewCaller::of("users", "alb", demand) });
        lab.run_until(at(61));
        let seen = (lab.meter().unreached(Unreached::ClientRefused), lab.meter().by_status()[&200]);
        assert_eq!(seen, (refused, 300 - refused), "{most:?}");
        assert_eq!(first_minute(&lab, Metric::RejectedConnectionCount), refused as f64);
    }
}

/// [TR-096][TR-086] A client that gives up a request over HTTP/2 is counted as 460, and keeps its connection for the others.
/// [TR-084] When nothing has passed for longer than the idle timeout it is closed.
#[test]
fn giving_up_a_request_leaves_the_connection() {
    let mut lab = secure("HTTP2", Setup { app: waits(2000), ..Setup::default() });
    lab.run_until(at(1));
    let policy = Policy { timeout: Some(Duration::from_millis(500)), ..Policy::default() };
    lab.caller(NewCaller { policy, ..speaking(HttpVersion::Http2, 10.0, at(55)) });
    lab.run_until(at(61));
    assert_eq!(statuses(&lab), [460]);
    assert_eq!(first_minute(&lab, Metric::NewConnectionCount), 2.0 + 1.0);
    let active = |lab: &Lab| lab.series(Subject::Balancer(lab.balancer), Metric::ActiveConnectionCount);
    assert_eq!(active(&lab)[0].1.sum, 2.0 + 1.0);
    lab.run_until(at(181));
    assert_eq!(active(&lab).len(), 1, "none was open at the end of a later minute");
}

/// [TR-085] Connections over HTTP/2 grow old, too: after a minute each address has a new one. A client that keeps none opens
/// one for each request.
#[test]
fn a_connection_over_http2_grows_old() {
    let opened = |keep_alive| {
        let attributes = vec![("client_keep_alive.seconds", "60")];
        let mut lab = secure("HTTP2", Setup { app: waits(1), balancer_attributes: attributes, ..Setup::default() });
        lab.run_until(at(1));
        let policy = Policy { keep_alive: Duration::from_secs(keep_alive), ..Policy::default() };
        lab.caller(NewCaller { policy, ..speaking(HttpVersion::Http2, 10.0, at(110)) });
        lab.run_until(at(121));
        let all: Vec<f64> = lab.sums(Metric::NewConnectionCount).iter().map(|(_, sum)| *sum).collect();
        (all, lab.meter().counts().arrived as f64)
    };
    assert_eq!(opened(30).0, [2.0 + 1.0, 2.0]);
    let (all, requests) = opened(0);
    assert_eq!(all.iter().sum::<f64>(), requests + 1.0);
}

// The handshake

/// [TR-168] On a new connection TLS 1.3 costs one round trip more than HTTP, what was before it two, and what a scenario
/// assumes; on a connection that was kept open nobody pays anything.
#[test]
fn a_handshake_costs_round_trips_on_new_connections_only() {
    let latency = |policy: Option<&str>, tls_round_trips, keep_alive| {
        let usual = Setup::default();
        let assume = Assumptions { client_round_trip: Duration::from_millis(20), tls_round_trips, ..usual.assume };
        let mut lab = Lab::new(Setup { app: waits(5), assume, action: Value::Null, ..usual });
        let mut input = listener(if policy.is_some() { "HTTPS" } else { "HTTP" }, forward("tg"));
        if let Some(policy) = policy {
            input["SslPolicy"] = json!(policy);
        }
        lab.call("elbv2", "CreateListener", input);
        lab.run_until(at(1));
        let policy = Policy { keep_alive: Duration::from_secs(keep_alive), ..Policy::default() };
        lab.caller(NewCaller { policy, ..speaking(HttpVersion::Http1, 10.0, at(30)) });
        lab.run_until(at(31));
        let seen = lab.meter();
        let (least, most) = (seen.latencies().histogram().min(), seen.latencies().histogram().max());
        (least.div_ceil(1_000_000), most / 1_000_000)
    };
    let old = "ELBSecurityPolicy-2016-08";
    assert_eq!(latency(None, None, 0), (5 + 2 * 20, 5 + 2 * 20));
    assert_eq!(latency(Some(TLS_1_3), None, 0), (5 + 3 * 20, 5 + 3 * 20));
    assert_eq!(latency(Some(old), None, 0), (5 + 4 * 20, 5 + 4 * 20));
    assert_eq!(latency(Some(old), Some(0), 0), (5 + 2 * 20, 5 + 2 * 20));
    assert_eq!(latency(Some(TLS_1_3), None, 60), (5 + 20, 5 + 3 * 20));
}

/// [TR-141] TLS makes no capacity unit larger: what counts is connections.
#[test]
fn https_consumes_the_same_capacity_units() {
    let consumed = |protocol: &str| {
        let mut lab = Lab::new(Setup { app: waits(5), action: Value::Null, ..Setup::default() });
        lab.call("elbv2", "CreateListener", listener(protocol, forward("tg")));
        let policy = Policy { keep_alive: Duration::ZERO, ..Policy::default() };
        lab.caller(NewCaller { policy, ..speaking(HttpVersion::Http1, 50.0, at(60)) });
        lab.run_until(at(61));
        lab.series(Subject::Balancer(lab.balancer), Metric::ConsumedLCUs)
    };
    assert_eq!(consumed("HTTPS"), consumed("HTTP"));
}

// Who speaks what

/// [TR-171] Where HTTP/2 is not spoken a client speaks HTTP/1.1, which needs a connection for each request at a time;
/// [TR-102] gRPC cannot, and is answered 505. [TR-032] To a group for HTTP/2 there is no way then.
#[test]
fn without_http2_a_client_falls_back_and_grpc_cannot() {
    let plain = |version| {
        let mut lab = Lab::new(Setup { app: waits(495), ..Setup::default() });
        lab.run_until(at(1));
        lab.caller(speaking(version, 20.0, at(55)));
        lab.run_until(at(61));
        lab
    };
    let lab = plain(HttpVersion::Http2);
    assert_eq!((statuses(&lab), first_minute(&lab, Metric::NewConnectionCount)), (vec![200], 12.0 + 10.0));
    let lab = plain(HttpVersion::Grpc);
    let all = lab.meter().counts().arrived;
    assert_eq!((statuses(&lab), lab.meter().counts().due_to(Cause::VersionNotSupported)), (vec![505], all));
    assert_eq!(first_minute(&lab, Metric::HTTPCode_ELB_5XX_Count), all as f64);

    let mut lab = secure("HTTP2", Setup { app: waits(1), ..Setup::default() });
    lab.run_until(at(1));
    lab.caller(speaking(HttpVersion::Http2, 10.0, at(60)));
    lab.run_until(at(30));
    assert_eq!(statuses(&lab), [200]);
    let off = json!([{"Key": "routing.http2.enabled", "Value": "false"}]);
    lab.call("elbv2", "ModifyLoadBalancerAttributes", json!({"LoadBalancerArn": "alb", "Attributes": off}));
    lab.run_until(at(61));
    assert_eq!(statuses(&lab), [200, 464]);
}

// gRPC

/// [TR-059] AWS's defaults for the checks of a group for gRPC, and what they find: an application that is well answers 12 to
/// the method that nobody has, and 0 to one of its own. [TR-044] The code that was found is told.
#[test]
fn grpc_has_checks_of_its_own() {
    let mut lab = secure("GRPC", Setup { app: waits(1), ..Setup::default() });
    let told = lab.call("elbv2", "DescribeTargetGroups", json!({"Names": ["tg"]}));
    let group = &told["TargetGroups"][0];
    assert_eq!(
        (&group["ProtocolVersion"], &group["HealthCheckPath"], &group["HealthCheckProtocol"], &group["Matcher"]),
        (&json!("GRPC"), &json!("/AWS.ALB/healthcheck"), &json!("HTTP"), &json!({"GrpcCode": "12"}))
    );
    lab.run_until(at(1));
    assert_eq!(lab.health()[0].0, "healthy");
    let change = |path: &str, code: &str| json!({"TargetGroupArn": "tg", "HealthCheckPath": path, "Matcher": {"GrpcCode": code}});
    lab.call("elbv2", "ModifyTargetGroup", change("/AWS.ALB/healthcheck", "0"));
    lab.run_until(at(100));
    let told = lab.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "tg"}));
    let health = &told["TargetHealthDescriptions"][0]["TargetHealth"];
    assert_eq!(health["Reason"], json!("Target.ResponseCodeMismatch"));
    assert_eq!(health["Description"], json!("Health checks failed with these codes: [12]"));
    lab.call("elbv2", "ModifyTargetGroup", change("/grpc.health.v1.Health/Check", "0"));
    lab.run_until(at(300));
    assert_eq!(lab.health()[0].0, "healthy");
}

/// [TR-170] Each call of gRPC has failed, and HTTP is content: the target counts 200 only. Over HTTP/2 it would be 500.
#[test]
fn what_fails_in_grpc_is_no_error_of_http() {
    let broken = AppSpec::of("app/web").with(Work { error_ratio: 1.0, error_status: 500, ..Work::of(ms(1)) });
    let counted = |group| {
        let mut lab = secure(group, Setup { app: broken.clone(), ..Setup::default() });
        lab.run_until(at(1));
        let caller: CallerId = lab.caller(speaking(HttpVersion::Grpc, 10.0, at(55)));
        lab.run_until(at(61));
        let ended = lab.world.traffic.callers[caller].classes[0].ledger.statuses.iter().collect::<Vec<_>>();
        let all = lab.meter().counts().arrived;
        assert_eq!(ended, [(500, all)], "what the caller has is an error in both");
        let sums =
            [Metric::HTTPCode_Target_2XX_Count, Metric::HTTPCode_Target_5XX_Count].map(|it| first_minute(&lab, it));
        sums.map(|sum| sum / all as f64)
    };
    assert_eq!((counted("GRPC"), counted("HTTP2")), ([1.0, 0.0], [0.0, 1.0]));
}

// What AWS wants to know

/// [TR-166] A listener for HTTPS has one certificate and a policy, and tells both.
#[test]
fn a_listener_for_https_tells_its_certificate_and_policy() {
    let mut lab = Lab::new(Setup { action: Value::Null, ..Setup::default() });
    let mut input = listener("HTTPS", forward("tg"));
    input.as_object_mut().expect("an object").remove("SslPolicy");
    lab.call("elbv2", "CreateListener", input.clone());
    lab.call("elbv2", "CreateListener", input);
    let described = |lab: &mut Lab| {
        let told = lab.call("elbv2", "DescribeListeners", json!({"LoadBalancerArn": "alb"}));
        let it = told["Listeners"][0].clone();
        let words = ["Protocol", "SslPolicy", "Certificates", "MutualAuthentication"].map(|key| it[key].clone());
        (told["Listeners"].as_array().map(Vec::len), words)
    };
    let certificates = json!([{"CertificateArn": CERTIFICATE}]);
    let off = json!({"Mode": "off"});
    let wanted = [json!("HTTPS"), json!("ELBSecurityPolicy-2016-08"), certificates.clone(), off.clone()];
    assert_eq!(described(&mut lab), (Some(1), wanted), "asking again for the same is no error");
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "SslPolicy": TLS_1_3}));
    let wanted = [json!("HTTPS"), json!(TLS_1_3), certificates, off.clone()];
    assert_eq!(described(&mut lab), (Some(1), wanted));
    let other = "arn:aws:iam::123456789012:server-certificate/shop";
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "Certificates": [{"CertificateArn": other}]}));
    assert_eq!(described(&mut lab).1[2], json!([{"CertificateArn": other}]));
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "Protocol": "HTTP"}));
    assert_eq!(described(&mut lab).1, [json!("HTTP"), Value::Null, Value::Null, Value::Null]);
    let again = json!({"ListenerArn": "alb:80", "Protocol": "HTTPS", "SslPolicy": TLS_1_3,
        "Certificates": [{"CertificateArn": other}]});
    lab.call("elbv2", "ModifyListener", again);
    assert_eq!(described(&mut lab).1[0], json!("HTTPS"));
}

/// [TR-166][TR-167] What is missing, or too much, and where.
#[test]
fn what_a_listener_for_https_lacks_is_said() {
    let mut lab = Lab::new(Setup { action: Value::Null, ..Setup::default() });
    let with = |protocol: &str, change: Value| {
        let mut input = listener(protocol, forward("tg"));
        input.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
        input
    };
    let one = json!({"CertificateArn": CERTIFICATE});
    for (input, code, message, place) in [
        (
            with("HTTPS", json!({"Certificates": []})),
            "ValidationError",
            "A certificate must be specified for HTTPS listeners",
            "Certificates",
        ),
        (
            with("HTTPS", json!({"Certificates": [one, one]})),
            "TooManyCertificates",
            "You must specify exactly one certificate for the listener",
            "Certificates[1]",
        ),
        (
            with("HTTPS", json!({"Certificates": [{"CertificateArn": "shop"}]})),
            "ValidationError",
            "Certificate ARN 'shop' is not valid",
            "Certificates[0].CertificateArn",
        ),
        (
            with("HTTPS", json!({"Certificates": [{}]})),
            "ValidationError",
            "A certificate ARN must be specified",
            "Certificates[0].CertificateArn",
        ),
        (
            with("HTTPS", json!({"Certificates": [{"CertificateArn": CERTIFICATE, "IsDefault": true}]})),
            "ValidationError",
            "IsDefault cannot be specified: the certificate of a listener is the default",
            "Certificates[0].IsDefault",
        ),
        (
            with("HTTPS", json!({"SslPolicy": "ELBSecurityPolicy-TLS-1-2"})),
            "SSLPolicyNotFound",
            "SSL policy 'ELBSecurityPolicy-TLS-1-2' not found",
            "SslPolicy",
        ),
        (
            with("HTTP", json!({"Certificates": [one]})),
            "ValidationError",
            "Certificates cannot be specified for HTTP listeners",
            "Certificates",
        ),
        (
            with("HTTP", json!({"SslPolicy": TLS_1_3})),
            "ValidationError",
            "SSL policies cannot be specified for HTTP listeners",
            "SslPolicy",
        ),
        (with("TLS", json!({})), "ValidationError", "Listener protocol 'TLS' must be one of 'HTTP, HTTPS'", "Protocol"),
    ] {
        let refused = lab.refused("elbv2", "CreateListener", input.clone());
        assert_eq!(refused, (code, message.to_owned(), place.to_owned()), "{input}");
    }
    lab.call("elbv2", "CreateListener", listener("HTTP", forward("tg")));
    let secure = json!({"ListenerArn": "alb:80", "Protocol": "HTTPS", "Certificates": [one]});
    assert_eq!(
        lab.refused("elbv2", "ModifyListener", secure),
        ("ValidationError", "An SSL policy must be specified for HTTPS listeners".to_owned(), "SslPolicy".to_owned())
    );
    let secure = json!({"ListenerArn": "alb:80", "Protocol": "HTTPS", "SslPolicy": TLS_1_3});
    assert_eq!(lab.refused("elbv2", "ModifyListener", secure).1, "A certificate must be specified for HTTPS listeners");
    let nlb = json!({"Name": "nlb", "Type": "network", "Subnets": ["us-east-1a"]});
    lab.call("elbv2", "CreateLoadBalancer", nlb);
    let tls = json!({"LoadBalancerArn": "nlb", "Protocol": "TLS", "Port": 443, "Certificates": [one], "DefaultActions": [forward("tg")]});
    assert_eq!(
        lab.refused("elbv2", "CreateListener", tls),
        ("ValidationError", "only protocol 'TCP' is modelled by this simulator".to_owned(), "Protocol".to_owned())
    );
}

/// [TR-167] Groups for HTTP/2 and gRPC are for HTTPS only, whoever brings both together: a listener, a rule, or a listener
/// that turns to HTTP.
#[test]
fn http_cannot_be_forwarded_to_groups_for_http2_and_grpc() {
    let refusal = |version: &str| {
        format!("Listener protocol 'HTTP' is not supported with a target group with the protocol-version '{version}'")
    };
    for version in ["HTTP2", "GRPC"] {
        let setup =
            Setup { target_group: json!({"ProtocolVersion": version}), action: Value::Null, ..Setup::default() };
        let mut lab = Lab::new(setup);
        let refused = lab.refused("elbv2", "CreateListener", listener("HTTP", forward("tg")));
        let code = "InvalidLoadBalancerAction";
        assert_eq!(refused, (code, refusal(version), "DefaultActions[0]".to_owned()));
        let fixed = json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}});
        lab.call("elbv2", "CreateListener", listener("HTTP", fixed));
        let rule = json!({"ListenerArn": "alb:80", "Priority": 1, "Actions": [forward("tg")],
            "Conditions": [{"Field": "path-pattern", "Values": ["/shop*"]}]});
        let refused = lab.refused("elbv2", "CreateRule", rule.clone());
        assert_eq!(refused, (code, refusal(version), "Actions[0]".to_owned()));
        let secure = json!({"ListenerArn": "alb:80", "Protocol": "HTTPS", "SslPolicy": TLS_1_3,
            "Certificates": [{"CertificateArn": CERTIFICATE}]});
        lab.call("elbv2", "ModifyListener", secure);
        lab.call("elbv2", "CreateRule", rule);
        let refused = lab.refused("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "Protocol": "HTTP"}));
        assert_eq!(refused, (code, refusal(version), "Protocol".to_owned()));
    }
}

/// [TR-023] A redirect leads from HTTP to HTTPS and never back, and `#{protocol}` is what the listener speaks.
#[test]
fn nobody_is_sent_from_https_to_http() {
    let redirect = |protocol: &str| {
        let config = json!({"Protocol": protocol, "Port": "443", "StatusCode": "HTTP_301"});
        json!({"Type": "redirect", "RedirectConfig": config})
    };
    let mut lab = Lab::new(Setup { action: Value::Null, ..Setup::default() });
    lab.call("elbv2", "CreateListener", listener("HTTP", redirect("HTTPS")));
    lab.run_until(at(1));
    lab.caller(speaking(HttpVersion::Http1, 10.0, at(10)));
    lab.run_until(at(11));
    assert_eq!(statuses(&lab), [301]);
    let mut input = listener("HTTPS", redirect("HTTP"));
    input["Port"] = json!(443);
    let refused = lab.refused("elbv2", "CreateListener", input.clone());
    let message = "A redirect cannot lead from HTTPS to HTTP".to_owned();
    assert_eq!(refused, ("InvalidLoadBalancerAction", message.clone(), "DefaultActions[0]".to_owned()));
    input["DefaultActions"] = json!([redirect("#{protocol}")]);
    input["DefaultActions"][0]["RedirectConfig"]["Port"] = json!("444");
    lab.call("elbv2", "CreateListener", input);
    lab.call("elbv2", "ModifyListener", json!({"ListenerArn": "alb:80", "DefaultActions": [redirect("HTTP")]}));
    let secure = json!({"ListenerArn": "alb:80", "Protocol": "HTTPS", "SslPolicy": TLS_1_3,
        "Certificates": [{"CertificateArn": CERTIFICATE}]});
    let refused = lab.refused("elbv2", "ModifyListener", secure);
    assert_eq!(refused, ("InvalidLoadBalancerAction", message, "Protocol".to_owned()));
}

/// [TR-167][TR-059] Versions are for HTTP, and each has the matcher of its codes.
#[test]
fn what_a_target_group_cannot_be_is_said() {
    let mut lab = Lab::new(Setup::default());
    let group = |change: Value| {
        let mut input = json!({"Name": "more", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"});
        input.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
        input
    };
    let of_grpc = "Health check matcher HTTP code cannot be specified for this protocol version";
    let of_http = "Health check matcher GRPC code cannot be specified for this protocol version";
    for (change, message, place) in [
        (
            json!({"Protocol": "TCP", "ProtocolVersion": "HTTP2"}),
            "Protocol version 'HTTP2' cannot be specified for protocol 'TCP'",
            "ProtocolVersion",
        ),
        (json!({"ProtocolVersion": "GRPC", "Matcher": {"HttpCode": "200"}}), of_grpc, "Matcher.HttpCode"),
        (json!({"ProtocolVersion": "HTTP2", "Matcher": {"GrpcCode": "0"}}), of_http, "Matcher.GrpcCode"),
        (json!({"Matcher": {"GrpcCode": "0"}}), of_http, "Matcher.GrpcCode"),
        (
            json!({"ProtocolVersion": "GRPC", "Matcher": {"GrpcCode": "0-100"}}),
            "Health check matcher GRPC code '0-100' must be within '0-99' inclusive",
            "Matcher.GrpcCode",
        ),
        (
            json!({"Protocol": "HTTPS", "ProtocolVersion": "HTTP2"}),
            "only protocols 'HTTP' and 'TCP' are modelled by this simulator",
            "Protocol",
        ),
    ] {
        let refused = lab.refused("elbv2", "CreateTargetGroup", group(change.clone()));
        assert_eq!(refused, ("ValidationError", message.to_owned(), place.to_owned()), "{change}");
    }
    lab.call("elbv2", "CreateTargetGroup", group(json!({"ProtocolVersion": "GRPC"})));
    let changed = lab.refused("elbv2", "CreateTargetGroup", group(json!({"ProtocolVersion": "HTTP2"})));
    assert_eq!(changed.0, "DuplicateTargetGroupName");
    let refused =
        lab.refused("elbv2", "ModifyTargetGroup", json!({"TargetGroupArn": "more", "Matcher": {"HttpCode": "200"}}));
    assert_eq!(refused, ("ValidationError", of_grpc.to_owned(), "Matcher.HttpCode".to_owned()));
}
