//! Lessons, quizzes and exercises for the page: the content of `sim-learn`, with its Markdown as trees.

use std::collections::BTreeMap;

use serde::Serialize;
use sim_core::scenario::Assumed;
use sim_core::session::Line;
use sim_learn::Library;
use sim_learn::exercise::Judgement;
use sim_learn::progress::Progress;
use sim_learn::quiz::{self, View, grade_json};
use sim_learn::variant::Text;
use ts_rs::TS;
use wasm_bindgen::prelude::*;

use crate::markdown::{Node, tree};

/// The table of contents.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Contents {
    /// The topics in order.
    pub topics: Vec<TopicView>,
}

/// One topic.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TopicView {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What one can do afterwards.
    pub goal: String,
    /// Ids of its questions.
    pub questions: Vec<String>,
    /// Its exercises.
    pub exercises: Vec<ExerciseLink>,
}

/// An exercise in the table of contents.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExerciseLink {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
}

/// A world to play in: a scenario and the files that it names.
#[derive(Clone, Debug, Serialize, TS)]
pub struct World {
    /// What it is called.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The files beside it.
    #[ts(type = "Record<string, string>")]
    pub files: BTreeMap<String, String>,
}

impl From<Text> for World {
    fn from(text: Text) -> World {
        World { name: text.name, text: text.toml, files: text.files }
    }
}

/// A lesson.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LessonView {
    /// Its title.
    pub title: String,
    /// What one can do afterwards.
    pub goal: String,
    /// Its text.
    pub body: Vec<Node>,
    /// The world in which its commands run.
    pub world: Option<World>,
}

/// A question before it is answered.
#[derive(Clone, Debug, Serialize, TS)]
pub struct QuestionView {
    /// Its id.
    pub id: String,
    /// `single`, `multiple`, `number`, `order`, `match` or `open`.
    pub kind: String,
    /// What is asked.
    pub ask: Vec<Node>,
    /// What can be chosen, ordered, or matched with `left`.
    pub options: Vec<String>,
    /// Of match: what is given.
    pub left: Vec<String>,
    /// Of number: the unit.
    pub unit: String,
    /// Whether a run reveals the answer.
    pub computed: bool,
}

/// What is said to an answer.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GradeView {
    /// `right`, `partly`, `wrong`; `error` when the answer was none.
    pub verdict: String,
    /// The right answer in words; what was wrong with an answer that is none.
    pub answer: String,
    /// What is to be said about what was chosen: about what, and what.
    pub remarks: Vec<(String, String)>,
    /// Why it is so.
    pub explanation: Vec<Node>,
    /// Where it is written: address and words.
    pub sources: Vec<(String, String)>,
}

/// An exercise.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExerciseView {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What happened.
    pub story: Vec<Node>,
    /// What is to be reached.
    pub goal: Vec<Node>,
    /// The conditions in words, as the world's last expectations have them.
    pub goals: Vec<String>,
    /// How many hints there are [count].
    pub hints: u32,
    /// The world that fails.
    pub world: World,
}

/// What is said about a world that was played.
#[derive(Clone, Debug, Serialize, TS)]
pub struct JudgementView {
    /// Whether the exercise is solved.
    pub solved: bool,
    /// Each condition in words, and whether it holds.
    pub outcomes: Vec<(String, bool)>,
    /// Tables of the scenario that may not be changed, and were.
    pub tampered: Vec<String>,
    /// Typed lines that came through the world's own door, which an operator does not have.
    pub outside: Vec<String>,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("views are plain data")
}

fn missing(kind: &str, name: &str) -> String {
    format!("there is no {kind} {name:?}")
}

/// All content that ships.
#[wasm_bindgen]
pub struct Learn(Library);

impl Learn {
    /// What a rule says.
    pub(crate) fn explain(&self, rule: &str, assumed: &[Assumed]) -> Result<String, String> {
        sim_learn::rules::explain(&self.0.files, rule, assumed)
    }
}

#[wasm_bindgen]
impl Learn {
    /// Reads the content: a JSON object of path to text, which lies beside the page, so that whoever opens no lesson need
    /// not fetch it.
    #[wasm_bindgen(constructor)]
    pub fn open(content_json: &str) -> Result<Learn, String> {
        let texts: BTreeMap<String, String> =
            serde_json::from_str(content_json).map_err(|error| format!("the content cannot be read: {error}"))?;
        Library::read(texts.into_iter().collect()).map(Learn).map_err(|problems| problems.join("\n"))
    }

    /// The table of contents, as JSON.
    pub fn contents(&self) -> String {
        let topics = self.0.topics.iter().map(|topic| TopicView {
            name: topic.name.clone(),
            title: topic.title().to_owned(),
            goal: topic.lesson.as_ref().map_or_else(String::new, |lesson| lesson.goal.clone()),
            questions: topic.questions.iter().map(|question| question.id.clone()).collect(),
            exercises: topic
                .exercises
                .iter()
                .map(|exercise| ExerciseLink { name: exercise.name.clone(), title: exercise.title.clone() })
                .collect(),
        });
        json(&Contents { topics: topics.collect() })
    }

    /// A lesson, as JSON.
    pub fn lesson(&self, topic: &str) -> Result<String, String> {
        let lesson = self.0.topic(topic).and_then(|topic| topic.lesson.as_ref());
        let lesson = lesson.ok_or_else(|| missing("lesson", topic))?;
        let world = match &lesson.scenario {
            Some(scenario) => Some(scenario.resolve(&self.0.files).map_err(|misfit| misfit.to_string())?.into()),
            None => None,
        };
        let (title, goal) = (lesson.title.clone(), lesson.goal.clone());
        Ok(json(&LessonView { title, goal, body: tree(&lesson.markdown), world }))
    }

    /// A question as a seed asks it, as JSON.
    pub fn question(&self, id: &str, seed: u32) -> Result<String, String> {
        let question = self.0.question(id).ok_or_else(|| missing("question", id))?;
        let View { id, kind, ask, options, left, unit, computed, .. } = question.asked(u64::from(seed)).view();
        Ok(json(&QuestionView { id, kind: kind.to_owned(), ask: tree(&ask), options, left, unit, computed }))
    }

    /// Judges an answer: a `quiz::Request` as JSON; answers with a [`GradeView`] as JSON.
    pub fn grade(&self, request: &str) -> String {
        let response = serde_json::from_str::<serde_json::Value>(&grade_json(&self.0, request)).unwrap_or_default();
        let words = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let pairs = |list: &serde_json::Value, first: &str, second: &str| {
            let all = list.as_array().into_iter().flatten();
            all.map(|one| (words(&one[first]), words(&one[second]))).collect::<Vec<_>>()
        };
        let grade = &response["grade"];
        if !grade.is_object() {
            let answer = words(&response["error"]);
            let none = Vec::new();
            return json(&GradeView {
                verdict: "error".into(),
                answer,
                remarks: none,
                explanation: tree(""),
                sources: Vec::new(),
            });
        }
        json(&GradeView {
            verdict: words(&grade["verdict"]),
            answer: words(&grade["answer"]),
            remarks: pairs(&grade["remarks"], "about", "text"),
            explanation: tree(&words(&grade["explanation"])),
            sources: pairs(&grade["sources"], "url", "text"),
        })
    }

    /// An exercise, as JSON.
    pub fn exercise(&self, name: &str) -> Result<String, String> {
        let exercise = self.0.exercise(name).ok_or_else(|| missing("exercise", name))?;
        let world = exercise.handout(&self.0.files).map_err(|misfit| misfit.to_string())?;
        Ok(json(&ExerciseView {
            name: exercise.name.clone(),
            title: exercise.title.clone(),
            story: tree(&exercise.story),
            goal: tree(&exercise.goal),
            goals: exercise.goals.iter().map(|goal| goal.say.clone()).collect(),
            hints: exercise.hints.len() as u32,
            world: world.into(),
        }))
    }

    /// A hint of an exercise, counted from 0.
    pub fn hint(&self, name: &str, number: u32) -> Result<String, String> {
        let exercise = self.0.exercise(name).ok_or_else(|| missing("exercise", name))?;
        exercise.hints.get(number as usize).cloned().ok_or_else(|| missing("hint", &number.to_string()))
    }

    /// The solution of an exercise, as a tree in JSON: why it works, and the changed text.
    pub fn solution(&self, name: &str) -> Result<String, String> {
        let exercise = self.0.exercise(name).ok_or_else(|| missing("exercise", name))?;
        let mut text = exercise.solution.say.clone();
        for change in &exercise.solution.change {
            text += &format!("\n\n```\n{}\n```\n\nbecomes\n\n```\n{}\n```\n", change.from, change.to);
        }
        if !exercise.solution.add.is_empty() {
            text += &format!("\n\nand at the end comes\n\n```\n{}\n```\n", exercise.solution.add);
        }
        Ok(json(&tree(&text)))
    }

    /// Judges a world that was played against an exercise's own goal, as `sim-cli exercise check` does: the scenario
    /// text as it was loaded, and the typed lines as a list of `{at, line}`. Answers with a [`JudgementView`] as JSON.
    pub fn judge(&self, name: &str, text: &str, lines_json: &str) -> Result<String, String> {
        let lines: Vec<Line> =
            serde_json::from_str(lines_json).map_err(|error| format!("the typed lines cannot be read: {error}"))?;
        let exercise = self.0.exercise(name).ok_or_else(|| missing("exercise", name))?;
        let mut handout = exercise.handout(&self.0.files).map_err(|misfit| misfit.to_string())?;
        handout.toml = text.to_owned();
        let Judgement { solved, outcomes, tampered, outside } =
            exercise.judge_played(&handout, lines, &self.0.files)?;
        let outcomes = outcomes.into_iter().map(|one| (one.say, one.held)).collect();
        Ok(json(&JudgementView { solved, outcomes, tampered, outside }))
    }
}

/// Takes in what a learner has done and writes it anew. `kept` is what was kept, or empty; `news` is one of
/// `opened TOPIC`, `answered QUESTION VERDICT`, `hint EXERCISE`, `solution EXERCISE`, `judged EXERCISE yes|no`, or
/// empty. Throws when what was kept is damaged: it must be set aside, never written over.
#[wasm_bindgen]
pub fn progress(kept: &str, news: &str) -> Result<String, String> {
    let mut progress = match kept {
        "" => Progress::default(),
        text => Progress::read(text).map_err(|damage| damage.to_string())?,
    };
    let verdict = |word: &str| match word {
        "right" => quiz::Verdict::Right,
        "partly" => quiz::Verdict::Partly,
        _ => quiz::Verdict::Wrong,
    };
    match news.split(' ').collect::<Vec<_>>().as_slice() {
        ["opened", topic] => progress.opened(topic),
        ["answered", question, word] => progress.answered(question, verdict(word)),
        ["hint", exercise] => {
            progress.next_hint(exercise);
        }
        ["solution", exercise] => progress.solution_seen(exercise),
        ["judged", exercise, solved] => {
            progress.judged(exercise, *solved == "yes");
        }
        _ => {}
    }
    Ok(progress.write())
}
