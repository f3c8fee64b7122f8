//! What an exercise's file says, and the checks that make an exercise of it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use sim_core::observe::Expect;
use sim_core::scenario::{Diagnostic, Diagnostics, Loaded, load};

use super::{Edit, Exercise, Goal, HINTS};
use crate::library::Files;
use crate::rules::{is_id, rule};
use crate::variant::{Change, Variant};

/// Goals of one exercise at most.
const GOALS_MAX: usize = 20;

/// An exercise.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExerciseFile {
    /// Its title.
    title: String,
    /// What happened, in Markdown.
    story: String,
    /// What is to be reached, in words.
    goal: String,
    /// Three hints: where to look, what is wrong, what to do.
    hints: Vec<String>,
    /// Ids of rules such as CP-169, and addresses of AWS's pages.
    sources: Vec<String>,
    /// The scenario that fails.
    start: Variant,
    /// What must hold.
    goals: Vec<GoalTable>,
    /// What mends it.
    solution: EditTable,
    /// What looks like a way and is none.
    mistake: EditTable,
}

/// A condition.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GoalTable {
    /// In words.
    say: String,
    /// What must hold, as in `[[expect]]`.
    expect: Expect,
}

/// What somebody changes in the start.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EditTable {
    /// Why it works, or why it does not, in Markdown.
    say: String,
    /// Passages that read differently.
    #[serde(default)]
    change: Vec<Change>,
    /// Lines that come at the end.
    #[serde(default)]
    add: String,
}

impl Exercise {
    /// Reads an exercise, or says all that is wrong with it.
    pub fn read(path: &str, topic: &str, text: &str, files: &Files) -> Result<Exercise, String> {
        let Loaded { value, tree } = load::<ExerciseFile>(path, text.as_bytes(), &()).map_err(|all| all.to_string())?;
        let mut problems = Vec::new();
        let mut refuse = |key: &str, message: String, help: &str| {
            let place = tree.root.find(key).0.place();
            problems.push(Diagnostic::error("exercise", message).at(place, "").help(help));
        };
        let goals: Vec<Goal> = value
            .goals
            .into_iter()
            .enumerate()
            .map(|(index, table)| Goal {
                say: table.say,
                expect: table.expect,
                lines: lines(&tree.root.find(&format!("goals[{index}].expect")).0.to_json()),
            })
            .collect();
        let hints: [String; HINTS] = value.hints.try_into().unwrap_or_else(|_| {
            refuse("hints", format!("an exercise has {HINTS} hints"), "where to look, what is wrong, what to do");
            Default::default()
        });
        if goals.len() > GOALS_MAX {
            refuse("goals", format!("{GOALS_MAX} goals are the limit"), "");
        }
        if goals.is_empty() {
            refuse("goals", "without a goal nobody can fail".into(), "add [[goals]]");
        }
        if value.sources.is_empty() {
            refuse("sources", "nobody has to believe us".into(), "cite a rule of docs/rules or a page of AWS");
        }
        for source in &value.sources {
            let known = if is_id(source) { rule(files, source).is_some() } else { source.starts_with("https://") };
            if !known {
                refuse(
                    "sources",
                    format!("{source:?} is neither a rule nor an address"),
                    "\"CP-169\" or \"https://…\"",
                );
            }
        }
        let edit = |table: EditTable| Edit { say: table.say, change: table.change, add: table.add };
        let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml").to_owned();
        let exercise = Exercise {
            name,
            topic: topic.to_owned(),
            title: value.title,
            story: value.story,
            goal: value.goal,
            goals,
            hints,
            start: value.start,
            solution: edit(value.solution),
            mistake: edit(value.mistake),
            sources: value.sources,
        };
        match exercise.handout(files) {
            Err(misfit) => refuse(&format!("start.{}", misfit.key), misfit.message, &misfit.help),
            Ok(_) => {
                for (key, edit) in [("solution", &exercise.solution), ("mistake", &exercise.mistake)] {
                    if let Err(misfit) = exercise.edited(edit, files) {
                        refuse(&format!("{key}.{}", misfit.key), misfit.message, &misfit.help);
                    }
                }
            }
        }
        if problems.is_empty() { Ok(exercise) } else { Err(Diagnostics::new(tree.sources, problems).to_string()) }
    }
}

/// The keys of a table, one a line. An expectation has only texts and numbers, which JSON and TOML write alike.
fn lines(table: &Value) -> String {
    let entries = table.as_object().into_iter().flatten();
    entries.map(|(key, value)| format!("{key} = {value}\n")).collect()
}
