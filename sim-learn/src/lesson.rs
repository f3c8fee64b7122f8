//! A lesson: Markdown with a head, and the commands that its reader types.
//!
//! ````text
//! +++
//! title = "…"
//! goal = "one sentence: what you can do afterwards"
//! prerequisites = ["components"]
//! scenario = { base = "worlds/before-the-lab.toml" }
//! +++
//! Text, tables, Mermaid.
//!
//! ```aws after=2m
//! aws ecs create-cluster --cluster-name demo
//! ```
//! ````
//!
//! Blocks marked `aws` are typed in the scenario, one after the other; the suite does so, and each must succeed.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::scenario::load;
use sim_core::units::Span;

use crate::library::Files;
use crate::play::{Play, play};
use crate::variant::{Text, Variant};

/// How long after each other the commands of a block are typed.
const TYPING: Duration = Duration::from_secs(5);
/// Commands of one lesson at most.
const COMMANDS_MAX: usize = 500;

/// A lesson.
#[derive(Clone, Debug, Serialize)]
pub struct Lesson {
    /// Its topic.
    pub topic: String,
    /// Its title.
    pub title: String,
    /// What its reader can do afterwards, in one sentence.
    pub goal: String,
    /// Topics that come before.
    pub prerequisites: Vec<String>,
    /// The world in which its commands run.
    pub scenario: Option<Variant>,
    /// The Markdown, without the head.
    pub markdown: String,
    /// Its commands.
    pub blocks: Vec<Block>,
}

/// Commands that are typed one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// How much time passes first.
    pub after: Duration,
    /// The commands, each in one line.
    pub commands: Vec<String>,
    /// Where the block stands in the Markdown: its lines, fences included, counted from 0.
    pub lines: std::ops::Range<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    title: String,
    goal: String,
    #[serde(default)]
    prerequisites: Vec<String>,
    scenario: Option<Variant>,
}

impl Lesson {
    /// Reads a lesson, or says all that is wrong with it.
    pub fn read(path: &str, topic: &str, text: &str) -> Result<Lesson, String> {
        let text = text.replace("\r\n", "\n");
        let parts = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
        let Some((head, markdown)) = parts else {
            return Err(format!(
                "{path}:1: a lesson begins with a head between two lines +++\nhelp: copy another lesson's"
            ));
        };
        // The same line numbers as in the file.
        let head = format!("\n{head}\n");
        let head = load::<Head>(path, head.as_bytes(), &()).map_err(|all| all.to_string())?.value;
        let first_line = text.len() - markdown.len();
        let first_line = text[..first_line].lines().count() + 1;
        let blocks = blocks(markdown).map_err(|(line, why)| format!("{path}:{}: {why}", line + first_line))?;
        if head.scenario.is_none() && !blocks.is_empty() {
            return Err(format!(
                "{path}: it has commands but no scenario\nhelp: add scenario = {{ base = \"worlds/….toml\" }}"
            ));
        }
        Ok(Lesson {
            topic: topic.to_owned(),
            title: head.title,
            goal: head.goal,
            prerequisites: head.prerequisites,
            scenario: head.scenario,
            markdown: markdown.to_owned(),
            blocks,
        })
    }

    /// The lesson's world, with the files that it or the commands name: to type the commands in it.
    pub fn world(&self, files: &Files) -> Option<Result<Text, String>> {
        let scenario = self.scenario.as_ref().filter(|_| !self.blocks.is_empty())?;
        let named = |text: &Text, path: &str| {
            let mut commands = self.blocks.iter().flat_map(|block| &block.commands);
            text.toml.contains(path) || commands.any(|command| command.contains(path))
        };
        Some(scenario.resolve(files).map_err(|misfit| misfit.to_string()).map(|mut text| {
            let beside = std::mem::take(&mut text.files);
            text.files = beside.into_iter().filter(|(path, _)| named(&text, path)).collect();
            text.name = format!("{}.toml", self.topic);
            text
        }))
    }

    /// The lesson's scenario with its commands typed in it; none when it has no commands.
    pub fn rehearsal(&self, files: &Files) -> Option<Result<Text, String>> {
        let scenario = self.scenario.as_ref().filter(|_| !self.blocks.is_empty())?;
        Some(scenario.resolve(files).map_err(|misfit| misfit.to_string()).map(|text| self.typed_into(text)))
    }

    fn typed_into(&self, mut text: Text) -> Text {
        let mut at = Duration::ZERO;
        for block in &self.blocks {
            at = at.saturating_add(block.after);
            for command in &block.commands {
                // A string of JSON is one of TOML.
                let run = serde_json::Value::from(command.as_str());
                text.toml += &format!("\n[[timeline]]\nat = \"{}ms\"\nrun = {run}\n", at.as_millis());
                at += TYPING;
            }
        }
        text
    }

    /// The Markdown with the answers of the simulator under its commands: what a reader sees who does not type.
    pub fn played(&self, files: &Files) -> Result<String, String> {
        let Some(run) = self.rehearse(files) else { return Ok(self.markdown.clone()) };
        let run = run?;
        let mut typed = run.simulation.transcript().iter();
        let lines: Vec<&str> = self.markdown.lines().collect();
        let mut page = String::new();
        let mut next = 0;
        for block in &self.blocks {
            page.extend(lines[next..block.lines.start].iter().flat_map(|line| [line, "\n"]));
            page += "```text\n";
            let mut body =
                lines[block.lines.start + 1..block.lines.end - 1].iter().filter(|line| !line.trim().is_empty());
            for command in &block.commands {
                let mut prompt = "$ ";
                // A line that ends with a backslash goes on in the next.
                for line in body.by_ref() {
                    page += &format!("{prompt}{line}\n");
                    prompt = "  ";
                    if !line.ends_with('\\') {
                        break;
                    }
                }
                let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
                let answer = typed.find(|typed| typed.command == command).map(|typed| typed.output.as_str());
                page.extend(answer.unwrap_or_default().lines().map(|line| cropped(line) + "\n"));
            }
            page += "```\n";
            next = block.lines.end;
        }
        page.extend(lines[next..].iter().flat_map(|line| [line, "\n"]));
        Ok(page)
    }

    /// Types the commands and lets the world run; an error when a command fails.
    pub fn rehearse(&self, files: &Files) -> Option<Result<Play, String>> {
        let text = match self.rehearsal(files)? {
            Ok(text) => text,
            Err(problem) => return Some(Err(problem)),
        };
        let run = play(&text, &[]).and_then(|run| {
            match run.simulation.transcript().iter().find(|typed| typed.exit_code != 0) {
                Some(failed) => Err(format!("{} at {}:\n{}", failed.command, failed.at, failed.output)),
                None => Ok(run),
            }
        });
        Some(run)
    }
}

/// A token says nothing to a reader: of a long word the beginning is enough.
fn cropped(line: &str) -> String {
    const WORD_MAX: usize = 100;
    match line.chars().count() > WORD_MAX && !line.contains(char::is_whitespace) {
        true => line.chars().take(60).chain(['…']).collect(),
        // The tabs between columns of `--output text`.
        false => line.replace('\t', "  "),
    }
}

/// The blocks marked `aws`; or the line, counted from 0, and what is wrong with it.
fn blocks(markdown: &str) -> Result<Vec<Block>, (usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Option<Block>)> = None;
    let mut count = 0;
    for (number, line) in markdown.lines().enumerate() {
        let ticks: String = line.chars().take_while(|letter| *letter == '`').collect();
        match &mut open {
            None if ticks.len() >= 3 => {
                let mut words = line[ticks.len()..].split_whitespace();
                let block = match words.next() {
                    Some("aws") => Some(Block {
                        after: after(words).map_err(|why| (number, why))?,
                        commands: Vec::new(),
                        lines: number..number,
                    }),
                    _ => None,
                };
                open = Some((ticks, block));
            }
            Some((fence, _)) if line.trim_end() == *fence => {
                let closed = open.take().and_then(|(_, block)| block);
                blocks.extend(closed.map(|block| Block { lines: block.lines.start..number + 1, ..block }));
            }
            Some((_, Some(block))) if !line.trim().is_empty() => {
                match block.commands.last_mut().filter(|last| last.ends_with('\\')) {
                    Some(last) => {
                        last.pop();
                        last.push_str(line.trim());
                    }
                    None => block.commands.push(line.trim().to_owned()),
                }
                count += 1;
                if count > COMMANDS_MAX {
                    return Err((number, format!("a lesson has at most {COMMANDS_MAX} lines of commands")));
                }
            }
            _ => {}
        }
    }
    match open {
        Some(_) => Err((markdown.lines().count(), "a code block is not closed".into())),
        None => Ok(blocks),
    }
}

/// `after=2m` behind the word `aws`.
fn after<'a>(words: impl Iterator<Item = &'a str>) -> Result<Duration, String> {
    let mut after = Duration::ZERO;
    for word in words {
        let span = word
            .strip_prefix("after=")
            .ok_or_else(|| format!("{word:?} is no setting of a block of commands; there is after=2m"))?;
        after = span.parse::<Span>().map_err(|refusal| refusal.to_string())?.0;
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_in_blocks_marked_aws() {
        let text = "Say\n```sh\nnot this\n```\n\n```aws after=2m\naws a \\\n  --b\n\naws c\n```\n```aws\naws d\n```\n";
        let commands = |block: &Block| (block.after.as_secs(), block.commands.clone());
        let found: Vec<_> = blocks(text).unwrap().iter().map(commands).collect();
        let strings = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        assert_eq!(found, [(120, strings(&["aws a --b", "aws c"])), (0, strings(&["aws d"]))]);
    }

    #[test]
    fn a_played_lesson_shows_the_answers_under_the_commands() {
        let files = Files::shipped();
        let head = "+++\ntitle = 'a'\ngoal = 'b'\nscenario = { base = 'worlds/shop.toml' }\n+++\n";
        let text = "Before\n\n```aws after=2m\naws ecs describe-services --cluster prod \\\n    --services web \\\n    \
                    --query 'services[0].runningCount'\n\naws ecs create-cluster --cluster-name b --query cluster.status\n```\n\
                    After\n";
        let lesson = Lesson::read("a/lesson.md", "a", &format!("{head}{text}")).unwrap();
        assert_eq!(
            lesson.played(&files).unwrap(),
            "Before\n\n```text\n$ aws ecs describe-services --cluster prod \\\n      --services web \\\n      \
             --query 'services[0].runningCount'\n2\n$ aws ecs create-cluster --cluster-name b --query cluster.status\n\
             \"ACTIVE\"\n```\nAfter\n"
        );
        let refused = text.replace("--services web", "--services nobody --include SOMETHING");
        assert!(Lesson::read("a/lesson.md", "a", &format!("{head}{refused}")).unwrap().played(&files).is_err());
    }

    #[test]
    fn what_is_wrong_with_a_lesson_is_told_with_its_line() {
        let refused = |text: &str| Lesson::read("a/lesson.md", "a", text).unwrap_err();
        assert!(refused("# No head").starts_with("a/lesson.md:1: "));
        let head = "+++\ntitle = 'a'\ngoal = 'b'\n+++\n";
        assert!(
            refused(&format!("{head}one\n```aws soon\n```\n")).starts_with("a/lesson.md:6: \"soon\" is no setting")
        );
        assert!(refused(&format!("{head}```aws\naws x\n")).contains("not closed"));
        assert!(refused(&format!("{head}```aws\naws x\n```\n")).contains("no scenario"));
        assert!(refused("+++\ntitel = 'a'\ngoal = 'b'\n+++\n").contains("title"));
    }
}
