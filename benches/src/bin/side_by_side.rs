//! Runs all contestants of a model in turn, again and again, and prints medians: the machine's moods pass over all
//! of them alike, so the ratios hold where the figures drift. Time is the thread's own processor time.
//!
//! `side_by_side [hold|mm8|requests|sizes] [--pending 1000,100000,1000000] [--tasks 10,100,1000] [--rounds 15]
//! [--count 1000000] [--only words,of,names]`
//!
//! `side_by_side play lab/day.toml` runs one scenario and prints what it took.

use benches::{Named, hold, mm8, requests};
use cpu_time::ThreadTime;
use sim_core::Simulation;
use sim_core::engine::Budget;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map_or(default, String::as_str).to_owned()
    };
    let model = arguments.first().map_or("all", String::as_str);
    if model == "play" {
        return play(arguments.get(1).expect("a scenario file"));
    }
    let number = |text: &str| text.trim().parse::<usize>().expect("a number");
    let (rounds, count) = (number(&option("--rounds", "15")).max(1), number(&option("--count", "1000000")));
    let only = option("--only", "");
    let asked = |name: &str| model == name || model == "all";
    let wanted = |(name, _): &Named| only.is_empty() || only.split(',').any(|word| name.contains(word.trim()));

    if asked("hold") {
        for pending in option("--pending", "1000,100000,1000000").split(',').map(number) {
            println!("\nhold model, {pending} pending [million events a second]");
            // Long enough for every queue to reach its steady state.
            let warm = count.max(3 * pending);
            compare(hold::contestants(pending).into_iter().filter(wanted).collect(), rounds, count, warm);
        }
    }
    if asked("mm8") {
        println!("\nM/M/8, utilisation 0.8 [million customers a second]");
        compare(mm8::contestants().into_iter().filter(wanted).collect(), rounds, count, count);
    }
    if asked("requests") {
        for tasks in option("--tasks", "10,100,1000").split(',').map(number) {
            println!("\nrequests to {tasks} tasks, utilisation 0.7 [million requests a second]");
            compare(requests::contestants(tasks).into_iter().filter(wanted).collect(), rounds, count, count);
        }
    }
    if asked("sizes") {
        println!("\nrequests to services of several sizes [million requests a second]");
        compare(requests::sizes().into_iter().filter(wanted).collect(), rounds, count, count);
    }
}

/// Prints what a scenario takes.
fn play(path: &str) {
    let mut run = Simulation::start(benches::scenario(path), None);
    run.limit_to(Budget { events: u64::MAX, ..Budget::default() });
    let start = ThreadTime::now();
    run.run();
    let (seconds, requests, events) = (start.elapsed().as_secs_f64(), run.world().requests_sent(), run.ctx().events());
    // Linux keeps the peak of a process in a file.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!(
        "{path}: {seconds:.2} s of processor time, {requests} requests, {events} events, hash {}; {peak}",
        run.hash()
    );
    assert_eq!(run.exceeded(), None);
}

/// Prints, for each contestant, the median speed and the median of its ratios to the first within a round.
fn compare(mut contestants: Vec<Named>, rounds: usize, count: usize, warm: usize) {
    contestants.iter_mut().for_each(|(_, contestant)| contestant.run(warm));
    let mut speeds = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for ((_, contestant), speeds) in contestants.iter_mut().zip(&mut speeds) {
            let start = ThreadTime::now();
            contestant.run(count);
            speeds.push(count as f64 / start.elapsed().as_secs_f64() / 1e6);
        }
    }
    let reference = speeds[0].clone();
    println!("| {:34} | median | slowest | fastest | ratio to the first |", "contestant");
    println!("|{:-<36}|--------|---------|---------|--------------------|", "");
    for ((name, _), speeds) in contestants.iter().zip(&speeds) {
        let ratios = speeds.iter().zip(&reference).map(|(speed, first)| speed / first).collect();
        let (least, most) = speeds.iter().fold((f64::MAX, 0.0f64), |(least, most), &s| (least.min(s), most.max(s)));
        println!("| {name:34} | {:6.2} | {least:7.2} | {most:7.2} | {:18.2} |", median(speeds.clone()), median(ratios));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
