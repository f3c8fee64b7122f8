//! `sim-cli`: runs scenario files of the ECS simulator and reports what happened.

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sim_cli::{Exit, cmd, exit};

/// A deterministic simulator of Amazon ECS.
#[derive(Debug, Parser)]
#[command(name = "sim-cli", version, about, after_help = exit::HELP, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a scenario and report what happened
    Run(cmd::run::Run),
    /// Only look for mistakes in a scenario file
    Check(cmd::check::Check),
    /// Print the JSON Schema of scenario files, for editors
    Schema(cmd::schema::Schema),
    /// Say why something is as it is: the chain of causes
    Why(cmd::why::Why),
    /// Say what a rule says, who says so, and the present value of what is assumed
    Explain(cmd::explain::Explain),
    /// Play a scenario by hand, in simulated time
    Shell(cmd::shell::Shell),
    /// List the metrics that an expectation can name
    Metrics(cmd::metrics::Metrics),
    /// Serve the playground to a browser on this machine
    Playground(cmd::playground::Playground),
    /// Read a lesson, or list the lessons
    Learn(cmd::learn::Learn),
    /// Answer questions
    Quiz(cmd::quiz::Quiz),
    /// Mend broken worlds
    Exercise(cmd::exercise::Exercise),
    /// Draw Markdown and Mermaid as text
    Render(cmd::render::Render),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    std::panic::set_hook(Box::new(|panic| {
        // Not eprintln, which panics itself where nothing can be written: the exit code must still be told.
        let _ = writeln!(
            stderr(),
            "internal error: {panic}\nThis is a bug of the simulator. Please report it with the scenario file."
        );
    }));
    let outcome = std::panic::catch_unwind(|| match &arguments.verb {
        Verb::Run(run) => run.execute(),
        Verb::Check(check) => check.execute(),
        Verb::Schema(schema) => schema.execute(),
        Verb::Why(why) => why.execute(),
        Verb::Explain(explain) => explain.execute(),
        Verb::Shell(shell) => shell.execute(),
        Verb::Metrics(metrics) => metrics.execute(),
        Verb::Playground(playground) => playground.execute(),
        Verb::Learn(learn) => learn.execute(),
        Verb::Quiz(quiz) => quiz.execute(),
        Verb::Exercise(exercise) => exercise.execute(),
        Verb::Render(render) => render.execute(),
    });
    outcome.unwrap_or(Exit::Internal).into()
}
