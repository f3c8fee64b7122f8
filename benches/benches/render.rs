//! How long text takes to be drawn: a lesson, and flowcharts of 200 boxes and 300 lines.

use criterion::{Criterion, criterion_group, criterion_main};
use sim_learn::render::{Options, markdown, mermaid};
use std::hint::black_box;

/// Boxes in layers of ten; most lines lead to the next layer, some further, some back.
fn layered() -> String {
    let mut seed = 7u64;
    let mut draw = |n: u64| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) % n
    };
    let mut out = "flowchart TD\n".to_owned();
    for _ in 0..300 {
        let layer = draw(19);
        let from = layer * 10 + draw(10);
        let to = match draw(20) {
            0 => draw(200),
            1 => ((layer + 2) * 10 + draw(10)).min(199),
            _ => (layer + 1) * 10 + draw(10),
        };
        out.push_str(&format!("n{from}[Box {from}] --> n{to}[Box {to}]\n"));
    }
    out
}

/// A tree of 200 boxes with 101 lines across.
fn tree() -> String {
    let mut out = "flowchart TD\n".to_owned();
    for n in 1..200 {
        out.push_str(&format!("n{}[Box {}] --> n{n}[Box {n}]\n", (n - 1) / 3, (n - 1) / 3));
    }
    for n in 0..101 {
        out.push_str(&format!("n{} --> n{}\n", n + 1, n + 4));
    }
    out
}

fn render(c: &mut Criterion) {
    let options = |width| Options { width, ascii: false, colour: true };
    let lesson = include_str!("../../sim-learn/src/render/testdata/lesson.md");
    let lab = include_str!("../../sim-learn/src/render/testdata/lab.mmd");
    // As long as a long lesson: ten times the sample, and the map of the stack.
    let long = format!("{}\n\n```mermaid\n{lab}\n```\n", lesson.repeat(10));
    c.bench_function("render/lesson", |b| b.iter(|| markdown(black_box(&long), &options(100)).expect("text")));
    c.bench_function("render/lab", |b| b.iter(|| mermaid(black_box(lab), &options(100)).expect("a picture")));
    for (name, source) in [("layered", layered()), ("tree", tree())] {
        for width in [120, 200] {
            c.bench_function(&format!("render/{name}-200-300-at-{width}"), |b| {
                b.iter(|| mermaid(black_box(&source), &options(width)).expect("a picture"));
            });
        }
    }
}

criterion_group!(benches, render);
criterion_main!(benches);
