//! All content, from its files. A topic is a folder `NN-name`; what lies in it is found by its name.
//!
//! ```text
//! NN-topic/lesson.md              one lesson
//! NN-topic/quiz.toml              its questions
//! NN-topic/exercises/NAME.toml    its exercises
//! worlds/NAME.toml                scenarios that questions and exercises start from
//! ```

use std::collections::{BTreeMap, BTreeSet};

use sim_core::schemas;
use sim_core::spelling::nearest;

use crate::exercise::{self, Exercise};
use crate::lesson::{self, Lesson};
use crate::quiz::{self, Question};
use crate::variant::Text;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/files.rs"));
}

/// The schemas that content is checked against, by name.
pub fn schemas_to_check() -> [(String, serde_json::Value); 3] {
    [schemas::entry::<lesson::Head>(), schemas::entry::<quiz::QuizFile>(), schemas::entry::<exercise::ExerciseFile>()]
}

/// Content files by path, with forward slashes.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// The files that ship.
    pub fn shipped() -> Files {
        embedded::FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The paths and texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// A scenario, with the JSON files that lie beside it.
    pub fn scenario(&self, path: &str) -> Option<Text> {
        let toml = self.get(path)?.to_owned();
        let (folder, name) =
            path.rsplit_once('/').map_or(("", path), |(_, name)| (&path[..path.len() - name.len()], name));
        let beside = self.iter().filter_map(|(other, text)| {
            let inside = other.strip_prefix(folder)?;
            inside.ends_with(".json").then(|| (inside.to_owned(), text.to_owned()))
        });
        Some(Text { name: name.to_owned(), toml, files: beside.collect() })
    }

    /// What may be meant by a path that does not exist.
    pub fn similar(&self, path: &str) -> String {
        let scenarios = || self.0.keys().map(String::as_str).filter(|path| is_scenario(path));
        match nearest(path, scenarios()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("there are: {}", scenarios().collect::<Vec<_>>().join(", ")),
        }
    }
}

fn is_scenario(path: &str) -> bool {
    (path.starts_with("worlds/") || path.starts_with("scenarios/")) && path.ends_with(".toml")
}

impl FromIterator<(String, String)> for Files {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(files: I) -> Files {
        Files(files.into_iter().collect())
    }
}

/// A folder of the content.
#[derive(Clone, Debug)]
pub struct Topic {
    /// The folder: `01-stack`.
    pub folder: String,
    /// Its name without the number: `stack`.
    pub name: String,
    /// Its lesson.
    pub lesson: Option<Lesson>,
    /// Its questions.
    pub questions: Vec<Question>,
    /// Its exercises.
    pub exercises: Vec<Exercise>,
}

impl Topic {
    /// The lesson's title, or the name of a topic without lesson.
    pub fn title(&self) -> &str {
        self.lesson.as_ref().map_or(&self.name, |lesson| &lesson.title)
    }
}

/// All content.
#[derive(Clone, Debug)]
pub struct Library {
    /// The files it was read from.
    pub files: Files,
    /// The topics, in order of their folders.
    pub topics: Vec<Topic>,
}

impl Library {
    /// The content that ships; or what is wrong with it, which the suite keeps from happening.
    pub fn shipped() -> Result<Library, Vec<String>> {
        Library::read(Files::shipped())
    }

    /// Reads content, or says all that is wrong with it.
    pub fn read(files: Files) -> Result<Library, Vec<String>> {
        let mut problems = Vec::new();
        let mut topics: BTreeMap<&str, Topic> = BTreeMap::new();
        for (path, text) in files.iter() {
            let Some((folder, inside)) = path.split_once('/') else { continue };
            let Some(name) = topic_name(folder) else { continue };
            let topic = topics.entry(folder).or_insert_with(|| Topic {
                folder: folder.to_owned(),
                name: name.to_owned(),
                lesson: None,
                questions: Vec::new(),
                exercises: Vec::new(),
            });
            let read = match inside.split_once('/') {
                None if inside == "lesson.md" => {
                    Lesson::read(path, name, text).map(|lesson| topic.lesson = Some(lesson))
                }
                None if inside == "quiz.toml" => {
                    Question::read_all(path, name, text, &files).map(|questions| topic.questions = questions)
                }
                Some(("exercises", file)) if file.ends_with(".toml") => {
                    Exercise::read(path, name, text, &files).map(|exercise| topic.exercises.push(exercise))
                }
                _ => continue,
            };
            if let Err(problem) = read {
                problems.push(problem);
            }
        }
        let topics: Vec<Topic> = topics.into_values().collect();
        problems.extend(clashes(&topics));
        if problems.is_empty() { Ok(Library { files, topics }) } else { Err(problems) }
    }

    /// A topic by its name or folder.
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name == name || topic.folder == name)
    }

    /// All questions.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.topics.iter().flat_map(|topic| &topic.questions)
    }

    /// A question by its id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id == id)
    }

    /// All exercises.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.topics.iter().flat_map(|topic| &topic.exercises)
    }

    /// An exercise by its name.
    pub fn exercise(&self, name: &str) -> Option<&Exercise> {
        self.exercises().find(|exercise| exercise.name == name)
    }
}

/// `stack` of `01-stack`; none when the folder is no topic.
fn topic_name(folder: &str) -> Option<&str> {
    let (number, name) = folder.split_once('-')?;
    (number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty()).then_some(name)
}

/// Names that stand for two things, and lessons that ask for a topic that is not there.
fn clashes(topics: &[Topic]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for topic in topics {
        let topic_name = ("topic", topic.name.as_str());
        let questions = topic.questions.iter().map(|question| ("question", question.id.as_str()));
        let exercises = topic.exercises.iter().map(|exercise| ("exercise", exercise.name.as_str()));
        for (kind, name) in std::iter::once(topic_name).chain(questions).chain(exercises) {
            if !seen.insert((kind, name)) {
                problems.push(format!("{}: there are two of the {kind} {name:?}; rename one", topic.folder));
            }
        }
        let names = || topics.iter().map(|topic| topic.name.as_str());
        for wanted in topic.lesson.iter().flat_map(|lesson| &lesson.prerequisites) {
            if !names().any(|name| name == wanted) {
                let help = nearest(wanted, names()).map_or(String::new(), |near| format!(", did you mean {near:?}?"));
                problems.push(format!("{}/lesson.md: no lesson is called {wanted:?}{help}", topic.folder));
            }
        }
    }
    problems
}
