//! How many requests a second the simulator does: `cargo run --release -p tests --example lab_load [minutes]
//! [requests/s] [tasks] [round_robin | least_outstanding_requests] [wait ms]`.

use std::env;
use std::time::{Duration, Instant};

use sim_core::engine::Time;
use sim_core::world::Distribution;
use sim_core::world::app::{AppSpec, Work};
use tests::lab::{Lab, Setup};

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let number = |index: usize, default: f64| args.get(index).map_or(default, |text| text.parse().expect("a number"));
    let (minutes, rate, tasks, wait) = (number(0, 10.0), number(1, 10_000.0), number(2, 100.0), number(4, 0.0));
    let algorithm = match args.get(3).map(String::as_str) {
        None | Some("round_robin") => "round_robin",
        Some("least_outstanding_requests") => "least_outstanding_requests",
        Some(other) => panic!("no algorithm {other}"),
    };
    // Utilisation 0.6.
    let mean = Duration::from_secs_f64(0.6 * tasks / rate);
    let mut lab = Lab::new(Setup {
        tasks: tasks as u32,
        app: AppSpec::of("app/web").with(Work {
            wait: Distribution::constant(Duration::from_secs_f64(wait / 1000.0)),
            ..Work::of(Distribution::exponential(mean))
        }),
        attributes: vec![("load_balancing.algorithm.type", algorithm)],
        ..Setup::default()
    });
    let end = Time::from_secs((minutes * 60.0) as u64);
    lab.constant_traffic(rate, end);
    let began = Instant::now();
    lab.run_until(end);
    let took = began.elapsed().as_secs_f64();
    let counts = *lab.meter().counts();
    println!(
        "{} requests and {} events in {took:.3} s: {:.2} M requests/s; mean {:.3} ms, p99 {:.3} ms, hash {}",
        counts.answered,
        lab.ctx.events(),
        counts.answered as f64 / took / 1e6,
        lab.meter().latencies().sum() as f64 / counts.answered as f64 / 1e6,
        lab.meter().latencies().histogram().value_at_quantile(0.99) as f64 / 1e6,
        lab.ctx.hash(),
    );
}
