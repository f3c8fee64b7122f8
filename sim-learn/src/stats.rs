//! How much content there is: counted, never claimed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Library;

/// Counts of the content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Lessons [count].
    pub lessons: usize,
    /// Commands in lessons that are typed [count].
    pub commands: usize,
    /// Questions [count].
    pub questions: usize,
    /// Questions by kind [count].
    pub by_kind: BTreeMap<&'static str, usize>,
    /// Questions whose answer a run proves [count].
    pub computed: usize,
    /// Questions with parameters drawn from a seed [count].
    pub templates: usize,
    /// Exercises [count].
    pub exercises: usize,
}

impl Stats {
    /// Counts.
    pub fn of(library: &Library) -> Stats {
        let lessons = || library.topics.iter().filter_map(|topic| topic.lesson.as_ref());
        let mut stats = Stats {
            lessons: lessons().count(),
            commands: lessons().flat_map(|lesson| &lesson.blocks).map(|block| block.commands.len()).sum(),
            exercises: library.exercises().count(),
            ..Stats::default()
        };
        for question in library.questions() {
            stats.questions += 1;
            *stats.by_kind.entry(question.kind.word()).or_default() += 1;
            stats.computed += usize::from(question.is_computed());
            stats.templates += usize::from(question.is_template());
        }
        stats
    }
}
