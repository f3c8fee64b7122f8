//! `sim-cli learn`

use std::fmt::Write;
use std::path::{Path, PathBuf};

use sim_core::spelling::nearest;
use sim_learn::Library;
use sim_learn::library::Topic;
use sim_learn::progress::Progress;
use sim_learn::quiz::Verdict;
use sim_learn::stats::Stats;

use super::exercise::lay_out;
use crate::exit::Exit;
use crate::format::page::Look;
use crate::format::print;
use crate::progress::Place;

/// Read a lesson, or list the lessons.
///
/// `sim-cli learn` lists the lessons and what you have done; `sim-cli learn stack` shows one;
/// `sim-cli learn stats` counts all there is.
#[derive(Debug, clap::Args)]
pub struct Learn {
    /// The lesson, by name or number; `stats` counts all there is
    lesson: Option<String>,
    /// Write the lesson's world into this folder, to type its commands in `sim-cli shell`
    #[arg(long, value_name = "FOLDER", requires = "lesson")]
    world: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    look: Look,
}

/// The content that ships. That it loads is proved by the suite, so a failure is a bug.
pub fn library() -> Result<Library, Exit> {
    Library::shipped().map_err(|problems| {
        eprintln!("internal error: the content does not load:\n{}", problems.join("\n"));
        Exit::Internal
    })
}

/// Says that something of this name is not there; `list` is the command that says what is.
pub fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>, list: &str) -> Exit {
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("`{list}` says what there is"),
    };
    eprintln!("error: there is no {kind} {name:?}\nhelp: {help}");
    Exit::Usage
}

/// A topic by its name, its folder or its number.
pub fn topic<'a>(library: &'a Library, name: &str) -> Option<&'a Topic> {
    let numbered = || {
        let number: usize = name.parse().ok()?;
        library.topics.iter().find(|topic| topic.folder.split('-').next().and_then(|n| n.parse().ok()) == Some(number))
    };
    library.topic(name).or_else(numbered)
}

impl Learn {
    pub fn execute(&self) -> Exit {
        let library = match library() {
            Ok(library) => library,
            Err(exit) => return exit,
        };
        match self.lesson.as_deref() {
            None => self.look.print(&list(&library, &self.place.open().progress, self.look.columns())),
            Some("stats") => print(&stats(&Stats::of(&library))),
            Some(name) => match &self.world {
                Some(folder) => write_world(&library, name, folder),
                None => self.show(&library, name),
            },
        }
    }

    fn show(&self, library: &Library, name: &str) -> Exit {
        let found = topic(library, name).and_then(|topic| Some((topic, topic.lesson.as_ref()?)));
        let Some((topic, lesson)) = found else {
            return unknown("lesson", name, library.topics.iter().map(|topic| topic.name.as_str()), "sim-cli learn");
        };
        // Its commands are typed now, so that their answers can be read; the suite proves that they succeed.
        let mut text = self.look.page(&lesson.played(&library.files).unwrap_or_else(|_| lesson.markdown.clone()));
        text += "\n";
        let mut next = Vec::new();
        if !lesson.blocks.is_empty() {
            next.push(format!("sim-cli learn {0} --world {0:<15} a world to type its commands in", topic.name));
        }
        if !topic.questions.is_empty() {
            next.push(format!("sim-cli quiz {:<24} {} questions", topic.name, topic.questions.len()));
        }
        next.extend(topic.exercises.iter().map(|it| format!("sim-cli exercise start {:<14} {}", it.name, it.title)));
        let _ = writeln!(text, "What comes next:");
        next.iter().for_each(|line| {
            let _ = writeln!(text, "  {line}");
        });
        let mut store = self.place.open();
        store.progress.opened(&topic.name);
        store.save();
        self.look.print(&text)
    }
}

/// Writes the world of a lesson, for those who type.
fn write_world(library: &Library, name: &str, folder: &Path) -> Exit {
    let found = topic(library, name).and_then(|topic| topic.lesson.as_ref());
    let Some(lesson) = found else {
        return unknown("lesson", name, library.topics.iter().map(|topic| topic.name.as_str()), "sim-cli learn");
    };
    let text = match lesson.world(&library.files) {
        Some(Ok(text)) => text,
        Some(Err(problem)) => {
            eprintln!("internal error: {problem}");
            return Exit::Internal;
        }
        None => {
            eprintln!("error: the lesson {name:?} has no commands to type\nhelp: read it: sim-cli learn {name}");
            return Exit::Usage;
        }
    };
    if let Err(exit) = lay_out(&text, folder) {
        return exit;
    }
    let file = folder.join(&text.name);
    print(&format!("The world of this lesson is in {0}. Type in it:\n\n  sim-cli shell {0}\n", file.display()))
}

/// All lessons with what was done.
fn list(library: &Library, progress: &Progress, width: usize) -> String {
    let mut text = String::from("Lessons\n\n");
    let widest = library.topics.iter().map(|topic| topic.name.len()).max().unwrap_or(0);
    for (index, topic) in library.topics.iter().enumerate() {
        let read = if progress.lessons.contains_key(&topic.name) { '✓' } else { ' ' };
        let head = format!("  {read} {}  {:widest$}  ", index + 1, topic.name);
        let indent = " ".repeat(head.chars().count());
        let options = textwrap::Options::new(width).initial_indent(&head).subsequent_indent(&indent);
        let _ = writeln!(text, "{}", textwrap::fill(topic.title(), options));
        let is_right = |id: &str| progress.questions.get(id).is_some_and(|it| it.latest == Some(Verdict::Right));
        let right = topic.questions.iter().filter(|question| is_right(&question.id)).count();
        let is_solved = |name: &str| progress.exercises.get(name).is_some_and(|it| it.solved);
        let solved = topic.exercises.iter().filter(|exercise| is_solved(&exercise.name)).count();
        let _ = write!(text, "{indent}questions {right} of {}", topic.questions.len());
        if !topic.exercises.is_empty() {
            let _ = write!(text, ", exercises {solved} of {}", topic.exercises.len());
        }
        text.push('\n');
    }
    let first = library.topics.iter().find(|topic| !progress.lessons.contains_key(&topic.name));
    let name = first.or(library.topics.first()).map_or("stack", |topic| topic.name.as_str());
    let _ = writeln!(text, "\n  sim-cli learn {name:<12} read it");
    let _ = writeln!(text, "  sim-cli quiz {name:<13} answer its questions");
    let _ = writeln!(text, "  sim-cli exercise list     mend broken worlds");
    text
}

/// How much there is.
fn stats(stats: &Stats) -> String {
    let mut text = format!(
        "lessons      {:>4}   with {} commands that are typed and succeed\nquestions    {:>4}\n",
        stats.lessons, stats.commands, stats.questions
    );
    for (kind, count) in &stats.by_kind {
        let _ = writeln!(text, "  {kind:<10} {count:>4}");
    }
    let _ = writeln!(text, "  computed   {:>4}   the answer is what a run of the simulator says", stats.computed);
    let _ = writeln!(text, "  templates  {:>4}   of those, with parameters drawn from a seed", stats.templates);
    let _ = writeln!(text, "exercises    {:>4}", stats.exercises);
    text
}
