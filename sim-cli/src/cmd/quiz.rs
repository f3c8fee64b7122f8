//! `sim-cli quiz`

use std::io::{IsTerminal, stdin, stdout};
use std::time::{SystemTime, UNIX_EPOCH};

use sim_core::engine::Stream;
use sim_learn::Library;
use sim_learn::progress::Progress;
use sim_learn::quiz::{Question, Verdict};

use super::learn::{library, topic, unknown};
use crate::exit::Exit;
use crate::format::page::Look;
use crate::format::print;
use crate::progress::Place;
use crate::quiz::Session;

/// Questions of a quiz unless said otherwise [count].
const COUNT: usize = 10;

/// Answer questions; a run of the simulator tells who is right.
///
/// Answers are read line by line from the standard input, so a quiz works in a pipe as well.
#[derive(Debug, clap::Args)]
pub struct Quiz {
    /// A topic, or one question by its id; a choice of all questions unless set
    topic: Option<String>,
    /// Draw parameters and the order of options with this seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many questions to ask at most
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Only list the questions
    #[arg(long, conflicts_with_all = ["count", "scenario"])]
    list: bool,
    /// Only print the scenario that proves the answer of one question
    #[arg(long)]
    scenario: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    look: Look,
}

impl Quiz {
    pub fn execute(&self) -> Exit {
        let library = match library() {
            Ok(library) => library,
            Err(exit) => return exit,
        };
        let mut store = self.place.open();
        let seed = self.seed.unwrap_or_else(any_seed);
        let Some(questions) = self.questions(&library, &store.progress, seed) else {
            let topics = library.topics.iter().map(|topic| topic.name.as_str());
            let known = topics.chain(library.questions().map(|question| question.id.as_str()));
            let name = self.topic.as_deref().unwrap_or_default();
            return unknown("topic or question", name, known, "sim-cli quiz --list");
        };
        if self.list {
            return self.look.print(&list(&questions, &store.progress));
        }
        if self.scenario {
            return scenario(&library, &questions, seed);
        }
        let echo = !stdin().is_terminal();
        let mut session = Session {
            input: stdin().lock(),
            output: stdout().lock(),
            echo,
            look: self.look,
            library: &library,
            store: &mut store,
        };
        match session.run(&questions, seed) {
            Ok(()) => Exit::Held,
            // Who closes the pipe has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Held,
            Err(error) => {
                eprintln!("error: {error}");
                Exit::Usage
            }
        }
    }

    /// What is asked, in its order; none when nothing has the name that was given.
    fn questions<'a>(&self, library: &'a Library, progress: &Progress, seed: u64) -> Option<Vec<&'a Question>> {
        let count = self.count.unwrap_or(usize::MAX);
        match self.topic.as_deref() {
            Some(name) => {
                if let Some(question) = library.question(name) {
                    return Some(vec![question]);
                }
                Some(topic(library, name)?.questions.iter().take(count).collect())
            }
            None if self.list => Some(library.questions().collect()),
            None => {
                let mut all: Vec<&Question> = library.questions().collect();
                // What is not known yet comes first; among equals the seed decides.
                let known = |id: &str| progress.questions.get(id).is_some_and(|it| it.latest == Some(Verdict::Right));
                all.sort_by_key(|question| (known(&question.id), Stream::of(seed, "quiz-choice", &question.id).word()));
                all.truncate(self.count.unwrap_or(COUNT));
                Some(all)
            }
        }
    }
}

/// Another seed every time: only the terminal may ask the clock.
fn any_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Short enough to be typed again.
    u64::from(now.subsec_nanos()) % 1_000_000
}

fn list(questions: &[&Question], progress: &Progress) -> String {
    let widest = questions.iter().map(|question| question.id.len()).max().unwrap_or(0);
    let line = |question: &&Question| {
        let mark = match progress.questions.get(&question.id).and_then(|it| it.latest) {
            Some(Verdict::Right) => '✓',
            Some(Verdict::Partly) => '◐',
            Some(Verdict::Wrong) => '✗',
            None => ' ',
        };
        let computed = if question.is_computed() { "computed" } else { "" };
        let template = if question.is_template() { "template" } else { "" };
        let line = format!("{mark} {:widest$}  {:<8}  {computed:<8}  {template}", question.id, question.kind.word());
        line.trim_end().to_owned() + "\n"
    };
    questions.iter().map(line).collect()
}

fn scenario(library: &Library, questions: &[&Question], seed: u64) -> Exit {
    let [question] = questions else {
        eprintln!("error: --scenario is about one question\nhelp: name its id; `sim-cli quiz --list` lists them");
        return Exit::Usage;
    };
    match question.asked(seed).scenario(&library.files) {
        Some(Ok(text)) => {
            let text = text.with_named_files();
            for name in text.files.keys() {
                eprintln!("note: the scenario names the file {name}, which lies beside the shipped scenario");
            }
            print(&text.toml)
        }
        Some(Err(misfit)) => {
            eprintln!("internal error: {misfit}");
            Exit::Internal
        }
        None => {
            eprintln!(
                "error: no run proves the answer of {:?}\nhelp: `sim-cli quiz --list` says which are computed",
                question.id
            );
            Exit::Usage
        }
    }
}
