//! `sim-cli shell`

use std::io::{BufRead, IsTerminal, stdin, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Context, Editor, Helper, Highlighter, Hinter, Validator};
use sim_core::Simulation;
use sim_core::observe::view::{self, Tone};
use sim_core::session::{self, Entry, Goal, Pursuit, Session};

use super::explain::wrapped;
use super::why::{told, unknown};
use crate::exit::Exit;
use crate::folder::{Folder, read_scenario};
use crate::format::{columns, print};

/// Play a scenario by hand: type `aws …` lines in simulated time.
///
/// `advance 5m` and `until steady` let time pass, `why NAME` asks, `undo` takes a line back, `help` lists all. Without
/// a terminal the lines are read from the standard input, and a line that is refused ends with exit code 2.
#[derive(Debug, clap::Args)]
pub struct Shell {
    /// The scenario file
    file: PathBuf,
    /// Draw with this seed instead of the file's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Facts that are told after a stretch of time, at most [count].
const TOLD_MAX: usize = 40;

impl Shell {
    pub fn execute(&self) -> Exit {
        let scenario = match read_scenario(&self.file) {
            Ok(scenario) => scenario,
            Err(exit) => return exit,
        };
        let budget = scenario.file.budget.budget();
        let files = Folder::of(&self.file).small_files();
        let session = Session::start(Arc::new(scenario), files, self.seed, Vec::new(), budget);
        let mut prompt = Prompt { session, told: 0, typed: 0 };
        if stdin().is_terminal() && stdout().is_terminal() { prompt.interactive() } else { prompt.piped() }
    }
}

/// A session, and what of it has been told.
struct Prompt {
    session: Session,
    told: usize,
    typed: usize,
}

/// What entering a line led to.
enum Outcome {
    Done,
    Refused,
    Leave,
}

impl Prompt {
    fn run(&self) -> &Simulation {
        self.session.simulation()
    }

    fn sign(&self) -> String {
        format!("{} $ ", self.run().now())
    }

    fn piped(&mut self) -> Exit {
        let mut exit = Exit::Held;
        for line in stdin().lock().lines() {
            let Ok(line) = line else {
                eprintln!("error: the standard input is no UTF-8 text");
                return Exit::Usage;
            };
            print(&format!("{}{line}\n", self.sign()));
            match self.enter(&line) {
                Outcome::Done => {}
                Outcome::Refused => exit = Exit::Usage,
                Outcome::Leave => break,
            }
        }
        exit
    }

    fn interactive(&mut self) -> Exit {
        let mut editor: Editor<Words, DefaultHistory> = match Editor::new() {
            Ok(editor) => editor,
            Err(error) => {
                eprintln!("error: this terminal cannot be used: {error}");
                return Exit::Usage;
            }
        };
        print("`help` lists what you can type, Tab completes, Ctrl-D leaves.\n");
        loop {
            editor.set_helper(Some(Words { run: self.run().clone() }));
            match editor.readline(&self.sign()) {
                Ok(line) => {
                    let _ = editor.add_history_entry(&line);
                    if let Outcome::Leave = self.enter(&line) {
                        return Exit::Held;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Exit::Held,
                Err(error) => {
                    eprintln!("error: {error}");
                    return Exit::Usage;
                }
            }
        }
    }

    fn enter(&mut self, line: &str) -> Outcome {
        if matches!(line.trim(), "exit" | "quit") {
            return Outcome::Leave;
        }
        let entry = match session::read(line, self.run().now()) {
            Ok(entry) => entry,
            Err(refusal) => return refused(&refusal),
        };
        match entry {
            Entry::Empty => {}
            Entry::Line(line) => {
                if let Err(refusal) = self.session.type_line(&line) {
                    return refused(&refusal);
                }
                // What the line led to at this instant is told with the next stretch of time.
                self.typed = self.run().transcript().len();
                let place = self.typed.saturating_sub(1);
                if self.run().is_waiting() {
                    self.pass(Goal::Waited);
                }
                let output = self.run().transcript().get(place).map(|typed| (typed.output.clone(), typed.exit_code));
                if let Some((output, code)) = output {
                    if !output.is_empty() {
                        print(&format!("{}\n", output.trim_end()));
                    }
                    if code != 0 {
                        return Outcome::Refused;
                    }
                }
            }
            Entry::Run(goal) => self.pass(goal),
            Entry::Why(name) => match view::describe(self.run().world(), self.run().ctx(), &name) {
                Some(entity) => drop(print(&told(&entity, self.run().now(), false, columns()))),
                None => {
                    eprintln!("{}", unknown(self.run(), &name));
                    return Outcome::Refused;
                }
            },
            Entry::Explain(rule) => {
                let assumed = self.run().scenario().file.assume.described();
                match sim_learn::rules::explain(&sim_learn::library::Files::shipped(), &rule, &assumed) {
                    Ok(told) => drop(print(&wrapped(&told, columns()))),
                    Err(refusal) => {
                        eprintln!("error: {refusal}");
                        return Outcome::Refused;
                    }
                }
            }
            Entry::Undo => match self.session.undo() {
                Some(line) => {
                    self.told = self.told.min(self.run().ctx().journal().len());
                    self.typed = self.typed.min(self.run().transcript().len());
                    print(&format!("undone: {line}\n"));
                }
                None => drop(print("there is nothing to undo\n")),
            },
            Entry::Help => drop(print(&format!("{}  {:<34}leave\n", session::help(), "exit"))),
            Entry::Hint => drop(print("hints belong to exercises: sim-cli exercise hint NAME\n")),
        }
        Outcome::Done
    }

    /// Lets time pass, and tells what happened.
    fn pass(&mut self, goal: Goal) {
        let outcome = self.session.pursue(goal, u64::MAX);
        self.tell();
        let ended = match (outcome, self.run().exceeded()) {
            (_, Some(exceeded)) => exceeded.to_string(),
            (Pursuit::Ended, None) if goal == Goal::Steady => {
                "the scenario ends here, and not all is steady".to_owned()
            }
            (Pursuit::Ended, None) => "the scenario ends here".to_owned(),
            _ if self.run().now() >= self.run().end() => "the scenario ends here".to_owned(),
            _ => return,
        };
        print(&format!("{}  {ended}\n", self.run().now()));
    }

    fn tell(&mut self) {
        let run = self.run();
        let mut text = String::new();
        for typed in &run.transcript()[self.typed..] {
            text += &format!("{} $ {}\n{}\n", typed.at, typed.command, typed.output);
        }
        let from = self.told.max(run.ctx().journal().len().saturating_sub(TOLD_MAX * 4)) as u32;
        let news = view::feed(run.world(), run.ctx(), from, TOLD_MAX * 4);
        let news: Vec<_> =
            news.iter().filter(|line| line.kind != "CommandTyped" && line.kind != "ServiceEvent").collect();
        if news.len() > TOLD_MAX {
            text += &format!("  … {} things happened before that\n", news.len() - TOLD_MAX);
        }
        for line in &news[news.len().saturating_sub(TOLD_MAX)..] {
            let mark = match line.tone {
                Tone::Bad => '!',
                Tone::Good => '✓',
                _ => ' ',
            };
            let head = format!("{mark} {:<12}  ", line.at);
            let indent = " ".repeat(head.chars().count());
            let options = textwrap::Options::new(columns()).initial_indent(&head).subsequent_indent(&indent);
            text += &textwrap::fill(&line.text, options);
            text.push('\n');
        }
        print(&text);
        (self.told, self.typed) = (self.run().ctx().journal().len(), self.run().transcript().len());
    }
}

fn refused(refusal: &session::Refusal) -> Outcome {
    eprintln!("{refusal}");
    Outcome::Refused
}

/// What the Tab key offers: the words that fit in the world as it stands.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Words {
    run: Simulation,
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, place: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..line.floor_char_boundary(place)];
        let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        Ok((start, session::complete(self.run.world(), before)))
    }
}
