//! `sim-cli exercise`

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use sim_learn::Library;
use sim_learn::exercise::{Edit, Exercise as Task, HINTS, Judgement};
use sim_learn::progress::{Medal, Progress};
use sim_learn::variant::Text;

use super::learn::{library, unknown};
use crate::exit::Exit;
use crate::folder::{Folder, read_bounded};
use crate::format::page::Look;
use crate::format::write;
use crate::progress::Place;

/// Mend broken worlds: get a scenario that fails, edit it, have it judged.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes of check: 0 solved, 1 not yet, 2 the file or the name is wrong")]
pub struct Exercise {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the exercises and what you have solved
    List,
    /// Write an exercise's scenario into a folder, and say what is to be reached
    Start {
        /// The exercise
        name: String,
        /// The folder; one with the exercise's name, here, unless set
        folder: Option<PathBuf>,
    },
    /// Judge your scenario
    Check {
        /// The exercise
        name: String,
        /// Your scenario; NAME/NAME.toml unless set
        file: Option<PathBuf>,
    },
    /// Show the next of three hints
    Hint {
        /// The exercise
        name: String,
    },
    /// Show the reference solution
    Solution {
        /// The exercise
        name: String,
    },
}

impl Exercise {
    pub fn execute(&self) -> Exit {
        let library = match library() {
            Ok(library) => library,
            Err(exit) => return exit,
        };
        let find = |name: &str| {
            let names = library.exercises().map(|it| it.name.as_str());
            library.exercise(name).ok_or_else(|| unknown("exercise", name, names, "sim-cli exercise list"))
        };
        let done = match &self.verb {
            Verb::List => Ok(self.look.print(&list(&library, &self.place.open().progress, self.look.columns()))),
            Verb::Start { name, folder } => find(name).map(|task| self.start(&library, task, folder.as_deref())),
            Verb::Check { name, file } => find(name).map(|task| self.check(&library, task, file.as_deref())),
            Verb::Hint { name } => find(name).map(|task| self.hint(task)),
            Verb::Solution { name } => find(name).map(|task| self.solution(task)),
        };
        done.unwrap_or_else(|exit| exit)
    }

    fn start(&self, library: &Library, task: &Task, folder: Option<&Path>) -> Exit {
        let text = match task.handout(&library.files) {
            Ok(text) => text,
            Err(misfit) => {
                eprintln!("internal error: {misfit}");
                return Exit::Internal;
            }
        };
        let folder = folder.map_or_else(|| PathBuf::from(&task.name), Path::to_owned);
        let file = folder.join(&text.name);
        let is_there = file.exists();
        if let Err(exit) = lay_out(&text, &folder) {
            return exit;
        }
        let mut page = format!("{}\n{}\n\n", task.title, "─".repeat(task.title.chars().count()));
        page += &self.look.page(&task.story);
        let _ = writeln!(page, "\nGoal");
        page += &self.look.inset(&task.goal, "  ");
        for goal in &task.goals {
            page += &self.look.inset(&format!("* {}", goal.say), "  ");
        }
        let shown = file.display();
        let _ = match is_there {
            true => writeln!(page, "\n{shown} is already there and was left as it is.\nDelete it to begin anew."),
            false => writeln!(page, "\nWrote {shown}. Edit it, then:"),
        };
        let place = if folder == Path::new(&task.name) { String::new() } else { format!(" {shown}") };
        let _ = writeln!(page, "\n  sim-cli run {shown}\n      what happens, and why");
        let _ = writeln!(page, "  sim-cli exercise check {}{place}\n      whether you are there", task.name);
        let _ = writeln!(page, "  sim-cli exercise hint {}\n      where to look; {HINTS} of them", task.name);
        self.look.print(&page)
    }

    fn check(&self, library: &Library, task: &Task, file: Option<&Path>) -> Exit {
        let file = file.map_or_else(|| Path::new(&task.name).join(format!("{}.toml", task.name)), Path::to_owned);
        let bytes = match read_bounded(&file) {
            Ok(bytes) => bytes,
            Err(why) => {
                eprintln!("error: cannot read {}: {why}", file.display());
                eprintln!("help: `sim-cli exercise start {}` writes it; or name your file", task.name);
                return Exit::Usage;
            }
        };
        let judged = task.judge_file(&file.to_string_lossy(), &bytes, &Folder::of(&file), &library.files);
        let judgement = match judged {
            Ok(judgement) => judgement,
            Err(problem) => {
                eprintln!("{}", problem.trim_end());
                return Exit::Usage;
            }
        };
        let mut store = self.place.open();
        let medal = store.progress.judged(&task.name, judgement.solved);
        store.save();
        let printed = self.look.print(&verdict(task, &judgement, medal, &file, &self.look));
        if printed != Exit::Held {
            return printed;
        }
        if judgement.solved { Exit::Held } else { Exit::Broke }
    }

    fn hint(&self, task: &Task) -> Exit {
        let mut store = self.place.open();
        let number = store.progress.next_hint(&task.name);
        store.save();
        let mut page = format!("Hint {} of {HINTS}\n\n{}", number + 1, self.look.inset(&task.hints[number], "  "));
        if number + 1 == HINTS {
            let _ = writeln!(page, "\nThat was the last one. `sim-cli exercise solution {}` shows a way.", task.name);
        }
        self.look.print(&page)
    }

    fn solution(&self, task: &Task) -> Exit {
        let mut store = self.place.open();
        store.progress.solution_seen(&task.name);
        store.save();
        let mut page = format!("A solution of {}\n\n{}", task.name, diff(&task.solution));
        page += &format!("\n{}", self.look.page(&task.solution.say));
        page += &format!("\nA way that does not work\n\n{}", diff(&task.mistake));
        page += &format!("\n{}", self.look.page(&task.mistake.say));
        let _ = writeln!(page, "\nSources: {}", task.sources.join(", "));
        self.look.print(&page)
    }
}

/// Writes a scenario and its files into a folder. What is already there is left as it is.
pub fn lay_out(text: &Text, folder: &Path) -> Result<(), Exit> {
    fs::create_dir_all(folder).map_err(|error| {
        eprintln!("error: cannot make {}: {error}", folder.display());
        Exit::Usage
    })?;
    let all = std::iter::once((&text.name, &text.toml)).chain(&text.files);
    for (path, content) in all.map(|(name, content)| (folder.join(name), content)) {
        let written = if path.exists() { Exit::Held } else { write(&path, content) };
        if written != Exit::Held {
            return Err(written);
        }
    }
    Ok(())
}

/// All exercises with what was solved.
fn list(library: &Library, progress: &Progress, width: usize) -> String {
    let mut text = String::new();
    let widest = library.exercises().map(|it| it.name.len()).max().unwrap_or(0);
    for topic in library.topics.iter().filter(|topic| !topic.exercises.is_empty()) {
        let _ = writeln!(text, "{}", topic.title());
        for task in &topic.exercises {
            let done = progress.exercises.get(&task.name);
            let mark = match done {
                Some(done) if done.solved => '✓',
                Some(_) => '·',
                None => ' ',
            };
            let medal =
                done.and_then(|done| done.medal).map_or(String::new(), |medal| format!(" ({})", medal_word(medal)));
            let head = format!("  {mark} {:widest$}  ", task.name);
            let indent = " ".repeat(head.chars().count());
            let options = textwrap::Options::new(width).initial_indent(&head).subsequent_indent(&indent);
            let _ = writeln!(text, "{}", textwrap::fill(&format!("{}{medal}", task.title), options));
        }
        text.push('\n');
    }
    text + "Begin with: sim-cli exercise start NAME\n"
}

fn medal_word(medal: Medal) -> &'static str {
    match medal {
        Medal::Gold => "gold",
        Medal::Silver => "silver",
        Medal::Bronze => "bronze",
    }
}

/// What is said about a scenario.
fn verdict(task: &Task, judgement: &Judgement, medal: Option<Medal>, file: &Path, look: &Look) -> String {
    let mut page = String::new();
    for outcome in &judgement.outcomes {
        let mark = if outcome.held { '✓' } else { '✗' };
        page += &look.inset(&format!("{mark} {}", outcome.say), "  ");
        let found = match outcome.value {
            Some(value) => format!("{} {}", sim_core::observe::report::round(value, 4), outcome.unit),
            None => "nothing to measure".to_owned(),
        };
        if !outcome.held {
            page += &look.inset(&format!("needed: {}; found: {}", outcome.text, found.trim_end()), "      ");
        }
    }
    for table in &judgement.tampered {
        let line = format!("✗ [{table}] is not as it was at the start: it is what you cannot change. Put it back.");
        page += &look.inset(&line, "  ");
    }
    page.push('\n');
    match medal {
        Some(medal) => {
            let _ = writeln!(page, "Solved: {}.", medal_word(medal));
            page += &format!("\n{}", look.page(&task.solution.say));
        }
        None => {
            let _ = writeln!(page, "Not yet. `sim-cli run {}` says what happens, and why.", file.display());
        }
    }
    page
}

/// An edit as a diff.
fn diff(edit: &Edit) -> String {
    let signed =
        |sign: char, text: &str| text.trim().lines().map(|line| format!("  {sign} {line}\n")).collect::<String>();
    let mut text = String::new();
    for change in &edit.change {
        // What stands at the beginning of both sides is only there to be found.
        let kept = change.to.starts_with(&change.from) && !change.from.is_empty();
        match kept {
            true => text += &(signed(' ', &change.from) + &signed('+', &change.to[change.from.len()..])),
            false => text += &(signed('-', &change.from) + &signed('+', &change.to)),
        }
    }
    if !edit.add.trim().is_empty() {
        text += &("    at the end of the file:\n".to_owned() + &signed('+', &edit.add));
    }
    text
}
