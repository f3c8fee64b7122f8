//! Grading with JSON in and out, as the browser asks for it.

use serde::{Deserialize, Serialize};

use super::{Answer, Grade};
use crate::Library;

/// An answer to a question: `{"question": "…", "seed": 7, "answer": {"number": 4}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The question's id.
    pub question: String,
    /// The seed that asked it.
    pub seed: u64,
    /// What was answered.
    pub answer: Answer,
}

/// What is said to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Response {
    /// It was judged.
    Grade(Grade),
    /// It could not be.
    Error(String),
}

/// Judges an answer; JSON in, JSON out.
pub fn grade_json(library: &Library, request: &str) -> String {
    let response = match graded(library, request) {
        Ok(grade) => Response::Grade(grade),
        Err(problem) => Response::Error(problem),
    };
    serde_json::to_string(&response).expect("plain data")
}

fn graded(library: &Library, request: &str) -> Result<Grade, String> {
    let request: Request = serde_json::from_str(request).map_err(|error| format!("this is no answer: {error}"))?;
    let question =
        library.question(&request.question).ok_or_else(|| format!("there is no question {:?}", request.question))?;
    let asked = question.asked(request.seed);
    asked.grade(&asked.key(&library.files)?, &request.answer, &library.files)
}
