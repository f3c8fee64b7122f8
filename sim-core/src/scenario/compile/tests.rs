//! What a user reads about a world half that cannot be: where, what was expected, and the way out.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::{Diagnostics, Scenario};

/// Reads a scenario with these tables after [`services`]: all that is wrong with it, or all that is odd.
fn read(tables: &str) -> String {
    read_with(tables, &[])
}

fn read_with(tables: &str, files: &[(&str, &[u8])]) -> String {
    let folder: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    match Scenario::read("story.toml", format!("{}{tables}", services()).as_bytes(), &folder) {
        Ok(scenario) => Diagnostics::new(scenario.sources, scenario.warnings).to_string(),
        Err(problems) => problems.to_string(),
    }
}

/// The cluster in which both services are.
const HEAD: &str = r#"[scenario]
title = "a story"
duration = "1h"
[[ecs.cluster]]
clusterName = "prod"
"#;

/// The service `shop`, behind the load balancer of its name and made of one container `web`.
const SHOP: &str = r#"[[elbv2.loadBalancer]]
Name = "shop"
Subnets = ["us-east-1a", "us-east-1b"]
[[elbv2.targetGroup]]
Name = "shop"
Protocol = "HTTP"
Port = 80
TargetType = "ip"
[[elbv2.listener]]
LoadBalancerArn = "shop"
Protocol = "HTTP"
Port = 80
DefaultActions = [{ Type = "forward", TargetGroupArn = "shop" }]
[[ecs.taskDefinition]]
family = "shop"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "256"
memory = "512"
containerDefinitions = [{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }] }]
[[ecs.service]]
cluster = "prod"
serviceName = "shop"
taskDefinition = "shop"
desiredCount = 1
launchType = "FARGATE"
loadBalancers = [{ targetGroupArn = "shop", containerName = "web", containerPort = 80 }]
networkConfiguration = { awsvpcConfiguration = { subnets = ["us-east-1a"], assignPublicIp = "ENABLED" } }
"#;

/// Two services, `shop` and `stock`, alike in all but their names.
fn services() -> String {
    format!("{HEAD}{SHOP}{}", SHOP.replace("shop", "stock"))
}

/// What the container of the shop is like.
fn shop(lines: &str) -> String {
    format!("[[world.app]]\ncontainer = \"shop/web\"\n{lines}\n")
}

/// The same of the stock.
fn stock(lines: &str) -> String {
    format!("[[world.app]]\ncontainer = \"stock/web\"\n{lines}\n")
}

const ORDERS: &str = "[[world.database]]\nname = \"orders\"\nconnections = 5\nquery = \"5ms\"\n";

/// Who calls the shop.
fn calls(lines: &str) -> String {
    format!("[[world.traffic]]\nto = \"shop\"\n{lines}\n")
}

#[test]
fn what_is_right_is_read_without_a_word() {
    let needs =
        "request.needs = [{ database = \"orders\" }, { service = \"stock\", path = \"/count\", timeout = \"1s\" }]";
    assert_eq!(read(&format!("{ORDERS}{}{}", shop(needs), calls("rate = 10"))), "");
    let classes = "class = [{ name = \"buy\", cpu = \"9ms\" }]";
    let mix = "rate = 10\nmix = [{ name = \"buy\", share = 1 }, { path = \"/\", share = 9 }]";
    assert_eq!(read(&format!("{}{}", shop(classes), calls(mix))), "");
}

#[test]
fn who_is_needed_must_be_there() {
    let needs = "request.needs = [\n  { database = \"order\" },\n  { service = \"stok\" },\n  { database = \"x\" },\n]";
    assert_snapshot!(read(&format!("{ORDERS}{}", shop(needs))), @r#"
    error: there is no database "order"
      --> story.toml:69:16
    69 |   { database = "order" },
       |                ^^^^^^^ expected a [[world.database]]
       = help: is "orders" meant?

    error: there is no load balancer or endpoint "stok"
      --> story.toml:70:15
    70 |   { service = "stok" },
       |               ^^^^^^ expected the name of a load balancer, or of an endpoint of Service Connect with its port
       = help: is "stock" meant?

    error: there is no database "x"
      --> story.toml:71:16
    71 |   { database = "x" },
       |                ^^^ expected a [[world.database]]
       = help: this scenario makes: orders
    "#);
    assert_snapshot!(read(&shop("health_database = \"orders\"\nclass = [{ name = \"a\", needs = [{ service = \"bank\" }] }]")), @r#"
    error: there is no database "orders"
      --> story.toml:64:19
    64 | health_database = "orders"
       |                   ^^^^^^^^ expected a [[world.database]]
       = help: this scenario makes no database

    warning: nobody makes requests of the class "a"
      --> story.toml:65:19
    65 | class = [{ name = "a", needs = [{ service = "bank" }] }]
       |                   ^^^ help: name it in the `mix` or the `request` of a [[world.traffic]]

    error: there is no load balancer or endpoint "bank"
      --> story.toml:65:45
    65 | class = [{ name = "a", needs = [{ service = "bank" }] }]
       |                                             ^^^^^^ expected the name of a load balancer, or of an endpoint of Service Connect with its port
       = help: this scenario makes: shop, stock
    "#);
}

#[test]
fn a_need_is_one_thing() {
    let needs =
        "request.needs = [\n  { database = \"orders\", service = \"stock\" },\n  {},\n  { optional = true },\n]";
    assert_snapshot!(read(&format!("{ORDERS}{}", shop(needs))), @r#"
    error: a need is either a database or a service behind a load balancer or an endpoint
      --> story.toml:69:3
    69 |   { database = "orders", service = "stock" },
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: write { database = "orders" } or { service = "inventory-alb" }

    error: a need is either a database or a service behind a load balancer or an endpoint
      --> story.toml:70:3
    70 |   {},
       |   ^^ help: write { database = "orders" } or { service = "inventory-alb" }

    error: a need is either a database or a service behind a load balancer or an endpoint
      --> story.toml:71:3
    71 |   { optional = true },
       |   ^^^^^^^^^^^^^^^^^^^ help: write { database = "orders" } or { service = "inventory-alb" }
    "#);
    let needs = "request.needs = [\n  { database = \"orders\", class = \"buy\", path = \"/\", timeout = \"1s\" },\n  \
                 { database = \"orders\", retry = { attempts = 2 } },\n  { service = \"stock\", query = \"1ms\" },\n]";
    assert_snapshot!(read(&format!("{ORDERS}{}", shop(needs))), @r#"
    error: `class` says nothing about a database
      --> story.toml:69:34
    69 |   { database = "orders", class = "buy", path = "/", timeout = "1s" },
       |                                  ^^^^^ help: leave it away

    error: `path` says nothing about a database
      --> story.toml:69:48
    69 |   { database = "orders", class = "buy", path = "/", timeout = "1s" },
       |                                                ^^^ help: leave it away

    error: `timeout` says nothing about a database
      --> story.toml:69:63
    69 |   { database = "orders", class = "buy", path = "/", timeout = "1s" },
       |                                                               ^^^^ help: leave it away

    error: `retry` says nothing about a database
      --> story.toml:70:34
    70 |   { database = "orders", retry = { attempts = 2 } },
       |                                  ^^^^^^^^^^^^^^^^ help: leave it away

    error: `query` says nothing about a service
      --> story.toml:71:32
    71 |   { service = "stock", query = "1ms" },
       |                                ^^^^^ help: leave it away
    "#);
}

#[test]
fn nobody_may_need_himself() {
    assert_snapshot!(read(&shop("request.needs = [{ service = \"shop\" }]")), @r#"
    error: requests would wait for themselves: shop/web needs shop/web
      --> story.toml:64:18
    64 | request.needs = [{ service = "shop" }]
       |                  ^^^^^^^^^^^^^^^^^^^^ the way around begins here
       = help: let one of them not need the next
    "#);
    let both = format!(
        "{}{}",
        shop("request.needs = [{ service = \"stock\" }]"),
        stock("class = [{ name = \"buy\", needs = [{ service = \"shop\", class = \"buy\" }] }]")
    );
    assert_snapshot!(read(&both), @r#"
    error: requests would wait for themselves: shop/web needs stock/web needs shop/web
      --> story.toml:64:18
    64 | request.needs = [{ service = "stock" }]
       |                  ^^^^^^^^^^^^^^^^^^^^^ the way around begins here
       = help: let one of them not need the next
    "#);
    // A way to a cycle is none.
    let third = format!(
        "{}{}",
        shop("request.needs = [{ service = \"stock\" }]"),
        stock("request.needs = [{ service = \"stock\" }]")
    );
    assert_snapshot!(read(&third), @r#"
    error: requests would wait for themselves: stock/web needs stock/web
      --> story.toml:67:18
    67 | request.needs = [{ service = "stock" }]
       |                  ^^^^^^^^^^^^^^^^^^^^^ the way around begins here
       = help: let one of them not need the next
    "#);
}

#[test]
fn nothing_is_described_twice() {
    assert_snapshot!(read(&format!("{ORDERS}{ORDERS}{}{}", shop(""), shop("boot = \"3s\""))), @r#"
    error: there are two databases "orders"
      --> story.toml:67:8
    67 | name = "orders"
       |        ^^^^^^^^ named a second time here
       = help: give it another name

    error: "shop/web" is described twice
      --> story.toml:74:13
    74 | container = "shop/web"
       |             ^^^^^^^^^^ described a second time here
       = help: say all about it in one [[world.app]]
    "#);
    assert_snapshot!(read(&format!("{}{}", shop("class = [{ name = \"a\" }, { name = \"a\" }]"), calls("rate = 1\nrequest.name = \"a\""))), @r#"
    error: "shop/web" has two classes "a"
      --> story.toml:64:35
    64 | class = [{ name = "a" }, { name = "a" }]
       |                                   ^^^ named a second time here
       = help: give it another name
    "#);
}

#[test]
fn a_class_that_only_one_side_knows_is_told() {
    let described = shop("class = [{ name = \"checkout\", cpu = \"20ms\" }, { name = \"refund\" }]");
    let asked = calls("rate = 1\nmix = [{ name = \"chekcout\" }, { name = \"browse\" }, {}]");
    assert_snapshot!(read(&format!("{described}{asked}")), @r#"
    warning: nobody makes requests of the class "refund"
      --> story.toml:64:56
    64 | class = [{ name = "checkout", cpu = "20ms" }, { name = "refund" }]
       |                                                        ^^^^^^^^ help: name it in the `mix` or the `request` of a [[world.traffic]]

    warning: no application says what requests of the class "chekcout" take
      --> story.toml:68:17
    68 | mix = [{ name = "chekcout" }, { name = "browse" }, {}]
       |                 ^^^^^^^^^^ help: is "checkout" meant?

    warning: no application says what requests of the class "browse" take
      --> story.toml:68:40
    68 | mix = [{ name = "chekcout" }, { name = "browse" }, {}]
       |                                        ^^^^^^^^ help: its requests take what `request` says
    "#);
    assert_snapshot!(read(&format!("{described}{}", stock("request.needs = [{ service = \"shop\", class = \"refunds\" }]"))), @r#"
    warning: nobody makes requests of the class "checkout"
      --> story.toml:64:19
    64 | class = [{ name = "checkout", cpu = "20ms" }, { name = "refund" }]
       |                   ^^^^^^^^^^ help: name it in the `mix` or the `request` of a [[world.traffic]]

    warning: no application says what requests of the class "refunds" take
      --> story.toml:67:46
    67 | request.needs = [{ service = "shop", class = "refunds" }]
       |                                              ^^^^^^^^^ help: is "refund" meant?
    "#);
    // Names that no application knows may be for the report alone.
    assert_eq!(read(&calls("rate = 1\nmix = [{ name = \"browse\" }, { name = \"buy\" }]")), "");
}

#[test]
fn what_is_asked_for_is_said_in_one_way() {
    assert_snapshot!(read(&calls("rate = 1\nmix = [{ path = \"/a\" }]\nrequest = { path = \"/b\" }")), @r#"
    error: `mix` says already what is asked for
      --> story.toml:66:11
    66 | request = { path = "/b" }
       |           ^^^^^^^^^^^^^^^ help: make it one more of the mix
    "#);
    assert_snapshot!(read(&calls("rate = 1\nmix = [{ path = \"/a\", share = 0 }, { path = \"/b\", share = 0 }]")), @r#"
    error: the shares of a mix cannot all be zero
      --> story.toml:65:7
    65 | mix = [{ path = "/a", share = 0 }, { path = "/b", share = 0 }]
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give one of them a share
    "#);
    assert_snapshot!(read(&calls("rate = 1\nmix = [{ share = -1 }, { share = 1.5 }, { share = 5000000000 }]")), @r"
    error: -1 is out of range
      --> story.toml:65:18
    65 | mix = [{ share = -1 }, { share = 1.5 }, { share = 5000000000 }]
       |                  ^^ expected 0 to 4294967295

    error: expected an integer, found a number with a decimal point
      --> story.toml:65:34
    65 | mix = [{ share = -1 }, { share = 1.5 }, { share = 5000000000 }]
       |                                  ^^^

    error: 5000000000 is out of range
      --> story.toml:65:51
    65 | mix = [{ share = -1 }, { share = 1.5 }, { share = 5000000000 }]
       |                                                   ^^^^^^^^^^ expected 0 to 4294967295
    ");
}

#[test]
fn users_come_back_and_rates_do_not() {
    assert_snapshot!(read_with(&calls("users = 5\nrate = 1\nlog = \"access.log\"\nsessions = 3"), &[]), @r#"
    error: users come back when they have their answers, so `rate` has no place
      --> story.toml:65:8
    65 | rate = 1
       |        ^ help: keep `users` or this

    error: users come back when they have their answers, so `log` has no place
      --> story.toml:66:7
    66 | log = "access.log"
       |       ^^^^^^^^^^^^ help: keep `users` or this

    error: each of `users` is a session already
      --> story.toml:67:12
    67 | sessions = 3
       |            ^ help: leave it away
    "#);
    assert_snapshot!(read(&calls("rate = 1\nthink = \"3s\"")), @r#"
    error: only `users` think
      --> story.toml:65:9
    65 | think = "3s"
       |         ^^^^ help: say how many `users` there are
    "#);
    assert_snapshot!(read(&calls("users = 0\nthink = \"-1s\"")), @r#"
    error: 0 is out of range
      --> story.toml:64:9
    64 | users = 0
       |         ^ expected 1 to 10000000

    error: "-1s" is negative: a duration is not
      --> story.toml:65:9
    65 | think = "-1s"
       |         ^^^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"
    "#);
    assert_snapshot!(read(&calls("users = 4000000000")), @r"
    error: 4000000000 is out of range
      --> story.toml:64:9
    64 | users = 4000000000
       |         ^^^^^^^^^^ expected 1 to 10000000
    ");
    assert_snapshot!(read(&calls("rate = 1\nsessions = 4000000000")), @r"
    error: 4000000000 is out of range
      --> story.toml:65:12
    65 | sessions = 4000000000
       |            ^^^^^^^^^^ expected 0 to 10000000
    ");
    assert_snapshot!(read(&calls("users = 5\nthink = { pareto = { scale = \"1s\", shape = 0.9 } }")), @r#"
    error: the mean of this distribution is infinite: hardly any user would come back
      --> story.toml:65:9
    65 | think = { pareto = { scale = "1s", shape = 0.9 } }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`
    "#);
}

#[test]
fn distributions_that_cannot_be_are_refused() {
    let heavy = "{ pareto = { scale = \"1ms\", shape = 1 } }";
    let bytes = "{ pareto = { scale = \"1 KB\", shape = 0.5 } }";
    let app = shop(&format!(
        "request.cpu = {heavy}\nrequest.wait = {heavy}\nrequest.payload = {bytes}\nrequest.memory = {bytes}\n\
         request.needs = [{{ database = \"orders\", query = {heavy} }}]"
    ));
    let database = format!("[[world.database]]\nname = \"orders\"\nconnections = 5\nquery = {heavy}\n");
    assert_snapshot!(read(&format!("{database}{app}")), @r#"
    error: the mean of this distribution is infinite: no task could ever keep up with it
      --> story.toml:65:9
    65 | query = { pareto = { scale = "1ms", shape = 1 } }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`

    error: the mean of this distribution is infinite: no task could ever keep up with it
      --> story.toml:68:15
    68 | request.cpu = { pareto = { scale = "1ms", shape = 1 } }
       |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`

    error: the mean of this distribution is infinite: no task could ever keep up with it
      --> story.toml:69:16
    69 | request.wait = { pareto = { scale = "1ms", shape = 1 } }
       |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`

    error: the mean of this distribution is infinite: no task could ever keep up with it
      --> story.toml:70:19
    70 | request.payload = { pareto = { scale = "1 KB", shape = 0.5 } }
       |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`

    error: the mean of this distribution is infinite: no task could ever keep up with it
      --> story.toml:71:18
    71 | request.memory = { pareto = { scale = "1 KB", shape = 0.5 } }
       |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`

    error: the mean of this distribution is infinite: no task could ever keep up with it
      --> story.toml:72:49
    72 | request.needs = [{ database = "orders", query = { pareto = { scale = "1ms", shape = 1 } } }]
       |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`
    "#);
    // Where no mean is needed a heavy tail is fine.
    assert_eq!(read(&shop(&format!("boot = {heavy}\ncrash_after = {heavy}\nshutdown = {heavy}"))), "");
    let broken = shop(
        "request.cpu = \"-4ms\"\nrequest.wait = { weighted = [[\"1ms\", 0]] }\nboot = { gamma = { mean = \"1s\", cv = -1 } }\n\
         boot_cpu = { uniform = [\"2s\", \"1s\"] }\nshutdown = { exponential = 4 }\n\
         crash_after = { weighted = [[\"1s\", -1], [\"2s\", 1]] }",
    );
    assert_snapshot!(read(&broken), @r#"
    error: "-4ms" is negative: a duration is not
      --> story.toml:64:15
    64 | request.cpu = "-4ms"
       |               ^^^^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"

    error: the weights sum to zero
      --> story.toml:65:16
    65 | request.wait = { weighted = [["1ms", 0]] }
       |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give a value a weight above 0

    error: -1 is out of range
      --> story.toml:66:38
    66 | boot = { gamma = { mean = "1s", cv = -1 } }
       |                                      ^^ expected 0 to 1000

    error: the range from 2s to 1s is empty
      --> story.toml:67:12
    67 | boot_cpu = { uniform = ["2s", "1s"] }
       |            ^^^^^^^^^^^^^^^^^^^^^^^^^^ help: write ["1s", "2s"]

    error: the duration 4 has no unit
      --> story.toml:68:28
    68 | shutdown = { exponential = 4 }
       |                            ^ help: write "4s" for seconds, or write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"

    error: a weight is out of range
      --> story.toml:69:15
    69 | crash_after = { weighted = [["1s", -1], ["2s", 1]] }
       |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give numbers from 0 to 1000000000000; they need not sum to 1 or 100
    "#);
}

#[test]
fn rates_that_cannot_be_are_refused() {
    assert_snapshot!(read(&calls("rate = -5")), @r#"
    error: a rate is not negative
      --> story.toml:64:8
    64 | rate = -5
       |        ^^ help: write a number per second, such as 200 or "200/s", or "12000/min" or "5/h"
    "#);
    assert_snapshot!(read(&calls("rate = { ramp = [[\"0m\", 20]] }\nfrom = \"1m\"\nuntil = \"2m\"")), @r#"
    error: this course has too few points
      --> story.toml:64:17
    64 | rate = { ramp = [["0m", 20]] }
       |                 ^^^^^^^^^^^^ expected [["0m", 20], ["10m", 200]]

    error: a course over time says itself when it begins and ends, so `from` has no place
      --> story.toml:65:8
    65 | from = "1m"
       |        ^^^^ help: leave it away, or give a plain rate

    error: a course over time says itself when it begins and ends, so `until` has no place
      --> story.toml:66:9
    66 | until = "2m"
       |         ^^^^ help: leave it away, or give a plain rate
    "#);
    assert_snapshot!(read(&calls("rate = { steps = [[\"5m\", 20], [\"1m\", 10]] }")), @r#"
    error: this point of the course, at 00:01:00, comes after one at 00:05:00
      --> story.toml:64:31
    64 | rate = { steps = [["5m", 20], ["1m", 10]] }
       |                               ^^^^^^^^^^ help: sort the points by time
    "#);
    assert_snapshot!(read(&calls("rate = { steps = [] }")), @r#"
    error: this course has too few points
      --> story.toml:64:18
    64 | rate = { steps = [] }
       |                  ^^ expected [["0m", 20], ["10m", 200]]
    "#);
}

/// The budget that always holds is met by a slip of the pen; one that the file gives is what somebody wants.
#[test]
fn rates_beyond_the_budget_do_not_run_by_surprise() {
    assert_snapshot!(read(&format!("{}{}", calls("rate = 1"), calls("rate = 1000000"))), @r"
    error: about 3600003600 requests are expected, and each is at least one of the 2000000000 events of the budget
      --> story.toml:67:8
    67 | rate = 1000000
       |        ^^^^^^^ help: let fewer requests come; or write [budget] with `events = 10800010800` for the whole run, or with less for its beginning
    ");
    assert_snapshot!(read(&format!("{}[budget]\nevents = 1000000\n", calls("rate = 1000"))), @r"
    warning: about 3600000 requests are expected, and each is at least one of the 1000000 events of the budget
      --> story.toml:64:8
    64 | rate = 1000
       |        ^^^^ help: the run will end early: let `budget.events` be 10800000 or more, or let fewer requests come
    ");
    assert_eq!(read(&format!("{}[budget]\nevents = 10800000000\n", calls("rate = 1000000"))), "");
    let log = b"http 2026-01-05T09:00:03.0Z lb 1:1 - -1 -1 -1 503 - 34 366 \"GET http://x:80/ HTTP/1.1\" \"-\" - - - \"-\" \"-\" \"-\" 0 2026-01-05T09:00:01.0Z \"-\"\n".repeat(3);
    assert_snapshot!(read_with(&format!("{}[budget]\nevents = 2\n", calls("log = \"a.log\"")), &[("a.log", &log)]), @r#"
    warning: about 3 requests are expected, and each is at least one of the 2 events of the budget
      --> story.toml:64:7
    64 | log = "a.log"
       |       ^^^^^^^ help: the run will end early: let `budget.events` be 9 or more, or let fewer requests come
    "#);
}

#[test]
fn faults_strike_what_is_there() {
    let fault = |lines: &str| format!("{ORDERS}[[world.fault]]\nat = \"5m\"\n{lines}\n");
    assert_snapshot!(read(&fault("database = \"order\"\nslow = 10\nfor = \"0s\"")), @r#"
    error: there is no database "order"
      --> story.toml:68:12
    68 | database = "order"
       |            ^^^^^^^ expected a [[world.database]]
       = help: is "orders" meant?

    error: a fault of no length is none
      --> story.toml:70:7
    70 | for = "0s"
       |       ^^^^ expected more than "0s"
       = help: leave it away for a fault until the end
    "#);
    assert_snapshot!(read(&fault("database = \"orders\"\nslow = 0")), @r"
    error: 0 is out of range
      --> story.toml:69:8
    69 | slow = 0
       |        ^ expected 0.001 to 1000000
    ");
    assert_snapshot!(read(&fault("break = \"prod/shopp\"")), @r#"
    error: there is no service "prod/shopp"
      --> story.toml:68:9
    68 | break = "prod/shopp"
       |         ^^^^^^^^^^^^ expected cluster/service
       = help: is "prod/shop" meant?
    "#);
    assert_snapshot!(read(&fault("kill = \"shop\"\ncount = 0")), @r"
    error: 0 is out of range
      --> story.toml:69:9
    69 | count = 0
       |         ^ expected 1 to 4294967295
    ");
}

#[test]
fn a_line_that_is_typed_again_says_how_often_and_when() {
    let typed = |more: &str| read(&format!("[[timeline]]\nat = \"1m\"\nrun = \"aws ecs list-clusters\"\n{more}"));
    assert_eq!(typed("every = \"1s\"\ntimes = 10\n"), "");
    let told = |more: &str, message: &str, help: &str| {
        let told = typed(more);
        assert!(told.contains(message) && told.contains(help), "{told}");
    };
    told("every = \"1s\"\n", "how often is this line typed?", "say `times` as well: times = 10");
    told("times = 10\n", "when is this line typed for the other 9 times?", "say `every` as well: every = \"1s\"");
    told("every = \"0s\"\ntimes = 2\n", "nobody types a line again at once", "write as many lines as you mean");
    told("every = \"1s\"\ntimes = 0\n", "times", "1");
    let twice =
        "[[timeline]]\nat = \"1m\"\nevery = \"1ms\"\ntimes = 100000\nrun = \"aws ecs list-clusters\"\n".repeat(2);
    assert!(read(&twice).contains("the timeline types 200000 lines or more"), "{}", read(&twice));
}

/// [TR-032][TR-167] HTTP/2 and gRPC need HTTPS, and gRPC is POST: who cannot be understood is told before the run begins.
#[test]
fn who_speaks_what_no_listener_understands_is_told_so() {
    let grpc = "port = 80\nrate = 1\nprotocol = \"grpc\"\nrequest = { method = \"GET\" }";
    assert_snapshot!(read(&calls(grpc)), @r#"
    error: the listener of shop on port 80 is for HTTP, and HTTP/2 and gRPC need HTTPS
      --> story.toml:66:12
    66 | protocol = "grpc"
       |            ^^^^^^ help: let the listener have `Protocol = "HTTPS"` and a certificate: Certificates = [{ CertificateArn = "arn:aws:acm:…:certificate/…" }]

    error: gRPC knows no GET: each of its calls is a POST
      --> story.toml:67:22
    67 | request = { method = "GET" }
       |                      ^^^^^ help: leave the method away, or let `protocol` be "http2"
    "#);
    let secure = "[[elbv2.listener]]\nLoadBalancerArn = \"shop\"\nProtocol = \"HTTPS\"\nPort = 443\nCertificates = \
                  [{ CertificateArn = \"arn:aws:acm:us-east-1:123456789012:certificate/1\" }]\nDefaultActions = \
                  [{ Type = \"fixed-response\", FixedResponseConfig = { StatusCode = \"200\" } }]\n";
    let http2 = "rate = 1\nprotocol = \"http2\"";
    let told = |tables: String, message: &str, help: &str| {
        let told = read(&tables);
        assert!(told.contains(message) && told.contains(help) && told.contains("protocol = \"http2\""), "{told}");
    };
    let first = "the listener of shop on port 80 is for HTTP";
    told(format!("{secure}{}", calls(http2)), first, "help: call its port 443: port = 443");
    assert_eq!(read(&format!("{secure}{}", calls(&format!("port = 443\n{http2}")))), "");
    let later = "[[timeline]]\nat = \"1m\"\nrun = \"aws elbv2 modify-listener --listener-arn shop:80 --protocol HTTPS \
                 --ssl-policy ELBSecurityPolicy-2016-08 --certificates \
                 CertificateArn=arn:aws:acm:us-east-1:123456789012:certificate/1\"\n";
    assert_eq!(read(&format!("{}{later}", calls(http2))), "", "somebody lets the listener understand it");
    let network = "[[elbv2.loadBalancer]]\nName = \"flows\"\nType = \"network\"\nSubnets = [\"us-east-1a\"]\n\
                   [[elbv2.targetGroup]]\nName = \"flows\"\nProtocol = \"TCP\"\nPort = 80\nTargetType = \"ip\"\n\
                   [[elbv2.listener]]\nLoadBalancerArn = \"flows\"\nProtocol = \"TCP\"\nPort = 80\n\
                   DefaultActions = [{ Type = \"forward\", TargetGroupArn = \"flows\" }]\n";
    let to_flows = calls(http2).replace("\"shop\"", "\"flows\"");
    let (flows, help) = ("flows is a Network Load Balancer", "leave `protocol` away");
    told(format!("{network}{to_flows}"), flows, help);
}
