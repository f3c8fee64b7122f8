//! Exercises: a scenario that fails its goal, and a learner who mends it.
//!
//! The suite proves of each that its start fails, that its solution passes, and that its common mistake fails.

mod file;
mod judge;
#[cfg(test)]
mod tests;

use serde::Serialize;
use sim_core::observe::Expect;

use crate::library::Files;
use crate::variant::{Change, Misfit, Text, Variant, apply};

pub(crate) use file::ExerciseFile;
pub use judge::{Judgement, Outcome};

/// How many hints an exercise has: where to look, what is wrong, what to do.
pub const HINTS: usize = 3;

/// An exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its name, the same for ever: progress is kept under it.
    pub name: String,
    /// Its topic.
    pub topic: String,
    /// Its title.
    pub title: String,
    /// What happened, in Markdown.
    pub story: String,
    /// What is to be reached, in words.
    pub goal: String,
    /// What is to be reached, as conditions.
    pub goals: Vec<Goal>,
    /// From a nudge to the next step to take.
    pub hints: [String; HINTS],
    /// The scenario that fails.
    pub start: Variant,
    /// What mends it.
    pub solution: Edit,
    /// What looks like a way and is none.
    pub mistake: Edit,
    /// Ids of rules, and addresses of AWS's pages.
    pub sources: Vec<String>,
}

/// A condition of an exercise.
#[derive(Clone, Debug)]
pub struct Goal {
    /// In words.
    pub say: String,
    /// What must hold.
    pub expect: Expect,
    /// The same as the lines of an `[[expect]]`.
    pub lines: String,
}

/// What somebody changes in the start.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Why it works, or why it does not, in Markdown.
    pub say: String,
    /// Passages that read differently.
    pub change: Vec<Change>,
    /// Lines that come at the end.
    pub add: String,
}

/// What a learner sees of an exercise: nothing that gives the solution away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its topic.
    pub topic: String,
    /// Its title.
    pub title: String,
    /// What happened, in Markdown.
    pub story: String,
    /// What is to be reached, in words.
    pub goal: String,
    /// Its conditions, in words.
    pub goals: Vec<String>,
    /// Hints there are [count].
    pub hints: usize,
    /// The scenario that the learner is given.
    pub scenario: Text,
}

impl Exercise {
    /// What the learner sees.
    pub fn view(&self, files: &Files) -> Result<View, Misfit> {
        Ok(View {
            name: self.name.clone(),
            topic: self.topic.clone(),
            title: self.title.clone(),
            story: self.story.clone(),
            goal: self.goal.clone(),
            goals: self.goals.iter().map(|goal| goal.say.clone()).collect(),
            hints: HINTS,
            scenario: self.handout(files)?,
        })
    }

    /// The scenario that the learner is given, its goals as expectations, so that `sim-cli run` shows them as well.
    pub fn handout(&self, files: &Files) -> Result<Text, Misfit> {
        let mut text = self.start.resolve(files)?;
        let comment = |line: &str| format!("# {line}").trim_end().to_owned() + "\n";
        let head: String =
            [self.title.as_str(), "", "Goal:"].into_iter().chain(self.goal.trim().lines()).map(comment).collect();
        let rules =
            "#\n# [scenario], [assume], [budget] and [world] stay as they are: they are what you cannot change.\n\n";
        let goals: String =
            self.goals.iter().map(|goal| format!("\n# {}\n[[expect]]\n{}", goal.say, goal.lines)).collect();
        text.toml = format!("{head}{rules}{}\n{goals}", text.toml.trim_start().trim_end().to_owned() + "\n");
        text.name = format!("{}.toml", self.name);
        Ok(text.with_named_files())
    }

    /// The handout with an edit made.
    pub fn edited(&self, edit: &Edit, files: &Files) -> Result<Text, Misfit> {
        apply(&self.handout(files)?, &edit.change, &edit.add)
    }
}
