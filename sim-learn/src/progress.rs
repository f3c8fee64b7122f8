//! What a learner has done: plain data with a version. The terminal keeps it in a file, the browser in its store.
//!
//! Pure: it never says when something was done, because it has no clock.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::exercise::HINTS;
use crate::quiz::Verdict;

/// The version of the format that this program writes.
const VERSION: u32 = 1;

/// What a learner has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The version of the format.
    version: u32,
    /// Lessons that were read, by topic.
    #[serde(default)]
    pub lessons: BTreeMap<String, LessonProgress>,
    /// Questions that were answered, by id.
    #[serde(default)]
    pub questions: BTreeMap<String, QuestionProgress>,
    /// Exercises that were begun, by name.
    #[serde(default)]
    pub exercises: BTreeMap<String, ExerciseProgress>,
}

impl Default for Progress {
    fn default() -> Self {
        Progress { version: VERSION, lessons: BTreeMap::new(), questions: BTreeMap::new(), exercises: BTreeMap::new() }
    }
}

/// Of one lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonProgress {
    /// How often it was opened [count].
    pub opened: u32,
}

/// Of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionProgress {
    /// Answers given [count].
    pub answers: u32,
    /// Answers that were right [count].
    pub right: u32,
    /// How the latest was.
    pub latest: Option<Verdict>,
}

/// Of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExerciseProgress {
    /// Scenarios that were judged [count].
    pub attempts: u32,
    /// Hints that were seen [count].
    pub hints: u32,
    /// Whether the solution was seen before it was solved.
    pub solution_seen: bool,
    /// Whether it was solved.
    pub solved: bool,
    /// The best medal.
    pub medal: Option<Medal>,
}

/// How an exercise was solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Medal {
    /// With all hints, or after a look at the solution.
    Bronze,
    /// With a hint or two.
    Silver,
    /// Without a hint.
    Gold,
}

/// Why a text is no progress that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It does not say what it should.
    Unreadable(String),
    /// A later program wrote it.
    Newer(u32),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Unreadable(why) => write!(f, "it cannot be read: {why}"),
            Damage::Newer(version) => {
                write!(f, "a later version of the program wrote it (format {version}, this program knows {VERSION})")
            }
        }
    }
}

impl std::error::Error for Damage {}

impl Progress {
    /// Reads it. What is damaged must be kept aside, never written over: it is somebody's work.
    pub fn read(text: &str) -> Result<Progress, Damage> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let unreadable = |error: serde_json::Error| Damage::Unreadable(error.to_string());
        let Version { version } = serde_json::from_str(text).map_err(unreadable)?;
        match version {
            1..=VERSION => serde_json::from_str(text).map_err(unreadable),
            0 => Err(Damage::Unreadable("version 0 never was".into())),
            newer => Err(Damage::Newer(newer)),
        }
    }

    /// As JSON.
    pub fn write(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data") + "\n"
    }

    /// A lesson was opened.
    pub fn opened(&mut self, topic: &str) {
        let lesson = self.lessons.entry(topic.to_owned()).or_default();
        lesson.opened = lesson.opened.saturating_add(1);
    }

    /// A question was answered.
    pub fn answered(&mut self, question: &str, verdict: Verdict) {
        let it = self.questions.entry(question.to_owned()).or_default();
        it.answers = it.answers.saturating_add(1);
        it.right = it.right.saturating_add(u32::from(verdict == Verdict::Right));
        it.latest = Some(verdict);
    }

    /// The next hint is seen: its number from 0. After the last one it is the last again.
    pub fn next_hint(&mut self, exercise: &str) -> usize {
        let it = self.exercises.entry(exercise.to_owned()).or_default();
        let next = (it.hints as usize).min(HINTS - 1);
        it.hints = next as u32 + 1;
        next
    }

    /// The solution was seen.
    pub fn solution_seen(&mut self, exercise: &str) {
        let it = self.exercises.entry(exercise.to_owned()).or_default();
        it.solution_seen |= !it.solved;
    }

    /// A scenario was judged. The medal it earned, if it solved the exercise.
    pub fn judged(&mut self, exercise: &str, solved: bool) -> Option<Medal> {
        let it = self.exercises.entry(exercise.to_owned()).or_default();
        it.attempts = it.attempts.saturating_add(1);
        if !solved {
            return None;
        }
        let medal = match it.hints as usize {
            _ if it.solution_seen => Medal::Bronze,
            0 => Medal::Gold,
            hints if hints < HINTS => Medal::Silver,
            _ => Medal::Bronze,
        };
        it.solved = true;
        it.medal = it.medal.max(Some(medal));
        Some(medal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn progress_comes_back_as_it_was_written() {
        let mut progress = Progress::default();
        progress.opened("stack");
        progress.answered("floor", Verdict::Partly);
        progress.answered("floor", Verdict::Right);
        assert_eq!(progress.next_hint("closed"), 0);
        assert_eq!(progress.judged("closed", false), None);
        assert_eq!(progress.judged("closed", true), Some(Medal::Silver));
        assert_eq!(Progress::read(&progress.write()), Ok(progress.clone()));
        assert_eq!((progress.questions["floor"].answers, progress.questions["floor"].right), (2, 1));
    }

    #[test]
    fn hints_and_the_solution_cost_the_gold() {
        let mut progress = Progress::default();
        assert_eq!(progress.judged("a", true), Some(Medal::Gold));
        assert_eq!([0; 5].map(|_| progress.next_hint("b")), [0, 1, 2, 2, 2]);
        assert_eq!(progress.judged("b", true), Some(Medal::Bronze));
        progress.solution_seen("c");
        assert_eq!(progress.judged("c", true), Some(Medal::Bronze));
        progress.solution_seen("a");
        assert_eq!(progress.judged("a", true), Some(Medal::Gold), "what is solved stays solved");
    }

    #[test]
    fn what_a_later_program_wrote_is_left_alone() {
        assert_eq!(Progress::read(r#"{"version": 2, "lessons": 7}"#), Err(Damage::Newer(2)));
    }

    proptest! {
        #[test]
        fn any_text_is_progress_or_damage_and_never_a_panic(text in ".{0,200}", cut in 0usize..200) {
            let _ = Progress::read(&text);
            let whole = Progress::default().write();
            let part: String = whole.chars().take(cut).collect();
            let read = Progress::read(&part);
            prop_assert_eq!(read.is_ok(), part.trim_end() == whole.trim_end());
        }
    }
}
