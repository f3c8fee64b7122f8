//! Draws a Mermaid file, or a Markdown file: `cargo run -p sim-learn --example draw -- FILE WIDTH [ascii]`.
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let source = std::fs::read_to_string(&args[1]).unwrap_or_default();
    let options = sim_learn::render::Options {
        width: args.get(2).and_then(|w| w.parse().ok()).unwrap_or(100),
        ascii: args.iter().any(|a| a == "ascii"),
        colour: args.iter().any(|a| a == "colour"),
    };
    let start = std::time::Instant::now();
    let drawn = if args[1].ends_with(".md") {
        sim_learn::render::markdown(&source, &options)
    } else {
        sim_learn::render::mermaid(&source, &options)
    };
    match drawn {
        Ok(text) => print!("{text}"),
        Err(problem) => println!("{}:{problem}", args[1]),
    }
    eprintln!("{:?}", start.elapsed());
}
