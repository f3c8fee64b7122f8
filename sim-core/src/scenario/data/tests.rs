//! Data files as people have them, good and broken.

use std::collections::BTreeMap;
use std::io::Read;

use insta::assert_snapshot;

use super::super::Scenario;
use crate::engine::{Stream, Time};
use crate::files::{FileError, Files};
use crate::world::traffic::{Arrivals, Demand};

/// Three requests as a load balancer logs them: in the order of their answers. The second arrived first.
const LOG: &str = r#"https 2026-01-05T09:00:02.500000Z app/shop/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.001 0.250 0.000 200 200 34 366 "GET https://Shop.example.com:443/cart?id=7 HTTP/1.1" "curl/8.5.0" TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/73e2d6bc24d8a067 "Root=1-58337364-23a8c76965a2ef7629b185e3" "shop.example.com" "arn:aws:acm:us-east-1:123456789012:certificate/1" 0 2026-01-05T09:00:02.249000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1
http 2026-01-05T09:00:03.000000Z app/shop/50dc6c495c0c9188 192.0.2.8:2817 - -1 -1 -1 503 - 34 366 "POST http://192.0.2.1:80/buy HTTP/1.1" "a "b%22 agent" - - - "-" "-" "-" 0 2026-01-05T09:00:01.000000Z "forward" "-" "-" "-" "-" "-" "-" TID_2
h2 2026-01-05T09:00:04.000000Z app/shop/50dc6c495c0c9188 192.0.2.7:2818 10.0.0.1:80 0.001 0.250 0.000 200 200 34 366 "GET https://shop.example.com:443/cart HTTP/2.0" "-" - - - "-" "shop.example.com" "-" 0 2026-01-05T09:00:03.999999Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_3
"#;

/// When the requests of its only caller come.
fn arrivals_of(scenario: &Scenario) -> Arrivals {
    let Demand::Open(arrivals) = scenario.caller(0).demand else { panic!("an open system") };
    arrivals
}

/// A scenario with one load balancer, these tables, and these files beside it.
fn read(tables: &str, files: &[(&str, &[u8])]) -> Result<Scenario, String> {
    let folder: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    let text = format!("{HEAD}{tables}");
    Scenario::read("story.toml", text.as_bytes(), &folder).map_err(|problems| problems.to_string())
}

const HEAD: &str = r#"[scenario]
title = "data"
duration = "1h"
[[elbv2.loadBalancer]]
Name = "alb"
Subnets = ["us-east-1a", "us-east-1b"]
"#;

/// The first moments at which requests of the only source come [ns].
fn moments(scenario: &Scenario, count: usize) -> Vec<u64> {
    let mut arrivals = arrivals_of(scenario);
    let mut stream = Stream::of(1, "arrivals", "test");
    let mut now = Time::ZERO;
    let next = || {
        now = arrivals.next(now, &mut stream)?;
        Some(now.as_nanos())
    };
    std::iter::from_fn(next).take(count).collect()
}

fn problems(tables: &str, files: &[(&str, &[u8])]) -> String {
    match read(tables, files) {
        Ok(scenario) => format!("no error; {} warnings", scenario.warnings.len()),
        Err(text) => text,
    }
}

fn traffic(rate: &str) -> String {
    format!("[[world.traffic]]\nto = 'alb'\n{rate}\n")
}

#[test]
fn an_access_log_is_replayed_in_the_order_of_arrival() {
    let scenario = read(&traffic("log = 'access.log'"), &[("access.log", LOG.as_bytes())]).unwrap();
    assert_eq!(moments(&scenario, 9), [0, 1_249_000_000, 2_999_999_000]);
    let arrivals = arrivals_of(&scenario);
    let lines: Vec<String> =
        arrivals.log().unwrap().lines().iter().map(|it| format!("{} {} {}", it.method, it.host, it.path)).collect();
    assert_eq!(lines, ["GET shop.example.com /cart", "POST 192.0.2.1 /buy"], "the query does not count");

    let later = traffic("log = { file = 'access.log', start = 2026-01-05T09:00:02Z }\nfrom = '10m'");
    let scenario = read(&later, &[("access.log", LOG.as_bytes())]).unwrap();
    assert_eq!(moments(&scenario, 9), [600_249_000_000, 601_999_999_000], "what came before is left out");
}

#[test]
fn a_broken_line_of_a_log_is_shown_with_its_number() {
    let cut = LOG.replace("\"forward\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" TID_2", "\"forw");
    let text =
        format!("# a comment\n\nnonsense\n{cut}{}", LOG.replace("2026-01-05T09:00:03.9", "2026-13-05T09:00:03.9"));
    assert_snapshot!(problems(&traffic("log = 'access.log'"), &[("access.log", text.as_bytes())]), @r#"
    error: found 1 field, where an access log of an Application Load Balancer has 29 or more
     --> access.log:3:1
    3 | nonsense
      | ^^^^^^^^ help: is this the right file?
              or let `skip_broken = true` leave out lines like this

    error: this quote is not closed
     --> access.log:5:203
    5 | …0 2026-01-05T09:00:01.000000Z "forw
      |                                ^ help: is the line cut off?

    error: field 22 (request_creation_time) is no moment: "2026-13-05T09:00:03.999999Z"
     --> access.log:9:206
    9 | … "-" "shop.example.com" "-" 0 2026-13-05T09:00:03.999999Z "forward" "-" "-" "10.0.0.1:80" "200" "-"…
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: AWS writes it as 2026-01-05T09:00:00.000000Z
    "#);
    let skip = traffic("log = { file = 'access.log', skip_broken = true }");
    let scenario = read(&skip, &[("access.log", text.as_bytes())]).unwrap();
    assert_eq!(moments(&scenario, 99).len(), 4);
    let warning = &scenario.warnings[0];
    assert_snapshot!(format!("{}\n{}", warning.message, warning.help), @r#"
    3 lines of "access.log" left out, because broken
    the first is line 3: found 1 field, where an access log of an Application Load Balancer has 29 or more
    "#);
}

#[test]
fn a_log_that_is_none_is_refused() {
    let log = traffic("log = 'access.log'");
    assert_snapshot!(problems(&log, &[]), @r#"
    error: cannot read "access.log": there is no such file
     --> story.toml:9:7
    9 | log = 'access.log'
      |       ^^^^^^^^^^^^ help: paths are relative to the scenario's folder
    "#);
    assert_snapshot!(problems(&log, &[("access.log", b"")]), @r#"
    error: "access.log" has no requests
     --> story.toml:9:7
    9 | log = 'access.log'
      |       ^^^^^^^^^^^^ help: name an access log of an Application Load Balancer
    "#);
    assert_snapshot!(problems(&log, &[("access.log", b"\x1f\x8b\x08\x00")]), @r#"
    error: "access.log" is compressed
     --> story.toml:9:7
    9 | log = 'access.log'
      |       ^^^^^^^^^^^^ help: decompress it first, as with `gunzip`, and name the text
    "#);
    let late = traffic("log = { file = 'access.log', start = 2027-01-05T09:00:02Z }");
    assert_snapshot!(problems(&late, &[("access.log", LOG.as_bytes())]), @r#"
    error: all requests of "access.log" come before its `start`
     --> story.toml:9:7
    9 | log = { file = 'access.log', start = 2027-01-05T09:00:02Z }
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give an earlier `start`, or leave it away: then it is the first request
    "#);
    assert_snapshot!(problems(&traffic("log = 'access.log'\nrate = 5"), &[("access.log", LOG.as_bytes())]), @r"
    error: `rate` and `log` both say when these requests come
     --> story.toml:9:7
    9 | log = 'access.log'
      |       ^^^^^^^^^^^^ help: keep one of them; two sources may call the same load balancer
    ");
    assert_snapshot!(problems(&traffic(""), &[]), @r#"
    error: nothing says when these requests come: no `rate`, no `log`, no `users`
     --> story.toml:7:1
    7 | [[world.traffic]]
      | ^^^^^^^^^^^^^^^^^ help: give a rate such as `rate = 200`, or `log = "access.log"`, or `users = 50`
    "#);
    assert_snapshot!(problems(&traffic("log = 'access.log'\narrivals = 'constant'"), &[("access.log", LOG.as_bytes())]), @r"
    error: requests from a log come when the log says, so `arrivals` has no place
      --> story.toml:10:12
    10 | arrivals = 'constant'
       |            ^^^^^^^^^^ help: leave it away, or give a `rate`
    ");
}

#[test]
fn rates_come_from_a_file() {
    let csv = b"time,rate\n# warm\n0,10\n10s, \"600/min\"\n 1m ,0\n";
    let scenario =
        read(&traffic("rate = { csv = 'rates.csv' }\narrivals = 'constant'"), &[("rates.csv", csv)]).unwrap();
    let arrivals = arrivals_of(&scenario);
    assert_eq!(arrivals.expected_before(Time::from_secs(3600)), 100.0 + 250.0);
    assert_eq!(moments(&scenario, 2), [100_000_000, 200_000_000]);
    let steps = traffic("rate = { csv = { file = 'rates.csv', steps = true } }\nuntil = '2m'");
    let arrivals = arrivals_of(&read(&steps, &[("rates.csv", csv)]).unwrap());
    assert_eq!(arrivals.expected_before(Time::from_secs(3600)), 600.0);
}

#[test]
fn a_broken_line_of_rates_is_shown_with_its_number() {
    let csv = b"time,rate\n0,10\n1m,fast\n-5,10\n2m\n30s,1,2\n1m,\"x\n0s,5\n3m,1e99\n\xff,1\n";
    assert_snapshot!(problems(&traffic("rate = { csv = 'rates.csv' }"), &[("rates.csv", csv)]), @r#"
    error: "fast" is not a rate
     --> rates.csv:3:4
    3 | 1m,fast
      |    ^^^^ help: write a number per second, such as 200 or "200/s", or "12000/min" or "5/h"
              or let `skip_broken = true` leave out lines like this

    error: the time -5 is out of range
     --> rates.csv:4:1
    4 | -5,10
      | ^^ help: write seconds since the scenario's start, 0 or more

    error: expected a time and a rate, found 1 column
     --> rates.csv:5:1
    5 | 2m
      | ^^ help: write lines such as 10m,200 or 600,12000/min

    error: expected a time and a rate, found 3 columns
     --> rates.csv:6:1
    6 | 30s,1,2
      | ^^^^^^^ help: write lines such as 10m,200 or 600,12000/min

    error: this quote is not closed
     --> rates.csv:7:4
    7 | 1m,"x
      |    ^ help: write a quote as "" inside of quotes

    error: a rate is at most 1000000000 per second
     --> rates.csv:9:4
    9 | 3m,1e99
      |    ^^^^ help: write a number per second, such as 200 or "200/s", or "12000/min" or "5/h"

    error: byte 0 of the line is not UTF-8 text
      --> rates.csv:10:1
    10 | �,1
       | ^ help: save the file as UTF-8
    "#);
    assert_snapshot!(problems(&traffic("rate = { csv = 'rates.csv' }"), &[("rates.csv", b"time,rate\n")]), @r#"
    error: "rates.csv" has no rates
     --> story.toml:9:16
    9 | rate = { csv = 'rates.csv' }
      |                ^^^^^^^^^^^ help: write lines such as 10m,200
    "#);
    assert_snapshot!(problems(&traffic("rate = { csv = 'rates.csv' }"), &[("rates.csv", b"0,5\n")]), @r#"
    error: "rates.csv" has one line, and no course
     --> story.toml:9:16
    9 | rate = { csv = 'rates.csv' }
      |                ^^^^^^^^^^^ help: give a second line, or `steps = true` to keep the rate
    "#);
}

/// The CPU time of requests of an app.
fn app(cpu: &str) -> String {
    format!("[[world.app]]\ncontainer = 'demo/web'\nrequest.cpu = {cpu}\n")
}

fn cpu_of(cpu: &str, file: &[u8]) -> crate::world::Distribution {
    let (world, _) = read(&app(cpu), &[("cpu.csv", file)]).unwrap().begin(1);
    world.app.specs.iter().next().unwrap().1.request.cpu.clone()
}

#[test]
fn measured_values_come_from_a_file() {
    let lines = cpu_of("{ empirical = 'cpu.csv' }", b"1ms\n# slow\n\n3ms\r\n8ms");
    assert_eq!((lines.mean(), lines.variance().map(f64::round)), (Some(4e6), Some(8_666_666_666_667.0)));
    let csv = b"path,took\n/,1.5\n/buy,\"2.5\"\n";
    let column = cpu_of("{ empirical = { file = 'cpu.csv', column = 'took', unit = 'ms' } }", csv);
    assert_eq!(column.mean(), Some(2e6));
    assert_eq!(cpu_of("{ empirical = { file = 'cpu.csv', column = 2, unit = 'ms' } }", csv), column);
    let between = cpu_of("{ empirical = { file = 'cpu.csv', column = 2, unit = 'ms', interpolate = true } }", csv);
    assert_eq!((between.mean(), between.variance().map(f64::round)), (Some(2e6), Some(83_333_333_333.0)));
    let skipped = cpu_of("{ empirical = { file = 'cpu.csv', skip_broken = true } }", b"1ms\nslow\n3ms\n");
    assert_eq!(skipped.mean(), Some(2e6));
}

#[test]
fn a_broken_measurement_is_shown_with_its_number() {
    let plain = app("{ empirical = 'cpu.csv' }");
    assert_snapshot!(problems(&plain, &[("cpu.csv", b"1ms\n2\n-3ms\nNaN\n4 msec\n1ms,2ms\n")]), @r#"
    warning: no task definition makes a container "demo/web" here
     --> story.toml:8:13
    8 | container = 'demo/web'
      |             ^^^^^^^^^^ help: this is how it behaves once somebody registers one

    error: the duration "2" has no unit
     --> cpu.csv:2:1
    2 | 2
      | ^ help: say the unit of plain numbers, as with `unit = "ms"`
              or let `skip_broken = true` leave out lines like this

    error: "-3ms" is negative: a duration is not
     --> cpu.csv:3:1
    3 | -3ms
      | ^^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"

    error: "NaN" is not a duration
     --> cpu.csv:4:1
    4 | NaN
      | ^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"

    error: "4 msec" is not a duration
     --> cpu.csv:5:1
    5 | 4 msec
      | ^^^^^^ help: write "4ms"

    error: this line has 2 columns
     --> cpu.csv:6:1
    6 | 1ms,2ms
      | ^^^^^^^ help: say which with `column`: its name in the first line, or its number
    "#);
    assert_snapshot!(problems(&plain, &[("cpu.csv", b"# nothing\n")]), @r#"
    warning: no task definition makes a container "demo/web" here
     --> story.toml:8:13
    8 | container = 'demo/web'
      |             ^^^^^^^^^^ help: this is how it behaves once somebody registers one

    error: "cpu.csv" has no values
     --> story.toml:9:15
    9 | request.cpu = { empirical = 'cpu.csv' }
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^ help: write one value with its unit on each line, such as 12.5ms
    "#);
    assert_snapshot!(problems(&app("{ empirical = { file = 'cpu.csv', unit = 'parsec' } }"), &[]), @r#"
    error: there is no unit "parsec" here
     --> story.toml:9:15
    9 | request.cpu = { empirical = { file = 'cpu.csv', unit = 'parsec' } }
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: a duration such as "12ms", or a table such as { exponential = "4ms" } has one
    "#);
    let column = app("{ empirical = { file = 'cpu.csv', column = 'tok', unit = 'ms' } }");
    assert_snapshot!(problems(&column, &[("cpu.csv", b"path,took\n/,1\n/,2\n")]), @r#"
    warning: no task definition makes a container "demo/web" here
     --> story.toml:8:13
    8 | container = 'demo/web'
      |             ^^^^^^^^^^ help: this is how it behaves once somebody registers one

    error: there is no column "tok" in the first line
     --> cpu.csv:1:1
    1 | path,took
      | ^^^^^^^^^ help: did you mean "took"?
              or let `skip_broken = true` leave out lines like this
    "#);
    let third = app("{ empirical = { file = 'cpu.csv', column = 3, unit = 'ms' } }");
    assert_snapshot!(problems(&third, &[("cpu.csv", b"1,2\n3,4,-5\n3,4,1e300\n")]), @r#"
    warning: no task definition makes a container "demo/web" here
     --> story.toml:8:13
    8 | container = 'demo/web'
      |             ^^^^^^^^^^ help: this is how it behaves once somebody registers one

    error: there is no column 3 in this line
     --> cpu.csv:1:1
    1 | 1,2
      | ^^^ help: let `skip_broken = true` leave out lines like this

    error: -5 is negative
     --> cpu.csv:2:5
    2 | 3,4,-5
      |     ^^

    error: "1e300" is out of range
     --> cpu.csv:3:5
    3 | 3,4,1e300
      |     ^^^^^
    "#);
}

#[test]
fn many_broken_lines_are_counted_and_the_first_are_shown() {
    let text = "x\n".repeat(5_000);
    let shown = problems(&app("{ empirical = 'cpu.csv' }"), &[("cpu.csv", text.as_bytes())]);
    assert_eq!(shown.matches("is not a duration").count(), 20, "{shown}");
    assert!(shown.contains("5000 lines of \"cpu.csv\" are broken"), "{shown}");
}

#[test]
fn work_without_a_mean_is_refused() {
    assert_snapshot!(problems(&app("{ pareto = { scale = '1ms', shape = 1 } }"), &[]), @r#"
    warning: no task definition makes a container "demo/web" here
     --> story.toml:8:13
    8 | container = 'demo/web'
      |             ^^^^^^^^^^ help: this is how it behaves once somebody registers one

    error: the mean of this distribution is infinite: no task could ever keep up with it
     --> story.toml:9:15
    9 | request.cpu = { pareto = { scale = '1ms', shape = 1 } }
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: let a Pareto distribution have a shape above 1, or a `max`
    "#);
}

#[test]
fn rates_that_cannot_be_are_refused() {
    assert_snapshot!(problems(&traffic("rate = { diurnal = { mean = 10, amplitude = 11, period = '1ms' } }"), &[]), @r#"
    error: the amplitude 11/s is above the mean 10/s: the rate would be negative
     --> story.toml:9:45
    9 | rate = { diurnal = { mean = 10, amplitude = 11, period = '1ms' } }
      |                                             ^^ help: give at most 10/s

    error: the period is too short
     --> story.toml:9:58
    9 | rate = { diurnal = { mean = 10, amplitude = 11, period = '1ms' } }
      |                                                          ^^^^^ expected "1s" or more
    "#);
    assert_snapshot!(problems(&traffic("rate = { burst = { peak = 10, on = '0s', off = '1s' } }"), &[]), @r#"
    error: bursts that are on for no time are none
     --> story.toml:9:36
    9 | rate = { burst = { peak = 10, on = '0s', off = '1s' } }
      |                                    ^^^^ expected more than "0s"
    "#);
    assert_snapshot!(problems(&traffic("rate = { spike = { base = 10, at = '1m', hold = '1m' } }"), &[]), @r"
    error: the key `peak` is missing
     --> story.toml:9:18
    9 | rate = { spike = { base = 10, at = '1m', hold = '1m' } }
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: `peak`: At the top.
    ");
    assert_snapshot!(problems(&traffic("rate = 5\nfrom = '10m'\nuntil = '5m'"), &[]), @r"
    error: these requests end at 00:05:00, and begin at 00:10:00
      --> story.toml:11:9
    11 | until = '5m'
       |         ^^^^ help: let `until` be later than `from`
    ");
}

/// A file that never ends, and one line that does not.
struct Endless;

impl Files for Endless {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::TooLarge)
    }

    fn open(&self, _: &str) -> Result<Box<dyn Read + '_>, FileError> {
        Ok(Box::new(std::io::repeat(b'7').take(50 << 20)))
    }
}

#[test]
fn an_endless_line_takes_no_memory() {
    let text = format!("{HEAD}{}", app("{ empirical = 'cpu.csv' }"));
    let problems = Scenario::read("story.toml", text.as_bytes(), &Endless).unwrap_err().to_string();
    assert!(problems.contains("the line is longer than 64 KiB"), "{problems}");
}
