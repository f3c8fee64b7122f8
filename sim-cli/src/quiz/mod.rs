//! A quiz at a terminal, or in a pipe: questions are printed, answers are read line by line.

mod page;
mod typed;

use std::io::{self, BufRead, Write};

use sim_learn::Library;
use sim_learn::quiz::{Asked, Grade, Key, Kind, Question, Verdict, View};

use crate::format::page::Look;
use crate::progress::Store;
use typed::{how, parse, points};

pub use page::{grade_page, question_page};

/// The longest line that is read [bytes]: more is no answer.
const LINE_MAX: u64 = 64 << 10;

/// Somebody who is asked.
pub struct Session<'a, R, W> {
    /// Where answers come from.
    pub input: R,
    /// Where questions go.
    pub output: W,
    /// Whether answers are written into the output: nobody sees them in a pipe.
    pub echo: bool,
    /// How pages look.
    pub look: Look,
    /// All content.
    pub library: &'a Library,
    /// What the learner has done.
    pub store: &'a mut Store,
}

/// What somebody said.
enum Line {
    /// An answer, perhaps.
    Said(String),
    /// The next question, please.
    Skip,
    /// Enough.
    Quit,
}

impl<R: BufRead, W: Write> Session<'_, R, W> {
    /// Asks the questions, and says at the end how it went.
    pub fn run(&mut self, questions: &[&Question], seed: u64) -> io::Result<()> {
        let mut wrong = Vec::new();
        let (mut right, mut asked_count) = (0, 0);
        for (index, question) in questions.iter().enumerate() {
            let asked = question.asked(seed);
            let view = asked.view();
            let place = format!("Question {} of {}", index + 1, questions.len());
            self.say(&question_page(&view, &place, &self.look))?;
            let grade = match self.answer(&asked, &view)? {
                Some(Ok(grade)) => grade,
                Some(Err(())) => continue,
                None => break,
            };
            asked_count += 1;
            match grade.verdict {
                Verdict::Right => right += 1,
                _ => wrong.push(question.id.as_str()),
            }
            self.store.progress.answered(&question.id, grade.verdict);
            self.store.save();
            self.say(&grade_page(&asked, &grade, &self.look))?;
        }
        write!(self.output, "{right} of {asked_count} right")?;
        match wrong.first() {
            Some(first) => writeln!(self.output, ". To ask again: sim-cli quiz {first} --seed {seed}"),
            None => writeln!(self.output, "."),
        }?;
        self.output.flush()
    }

    /// The judged answer; `Err` when the question is left out, none when there are no more answers.
    fn answer(&mut self, asked: &Asked, view: &View) -> io::Result<Option<Result<Grade, ()>>> {
        loop {
            let answer = if let Kind::Open(open) = &asked.question.kind {
                match self.own_words()? {
                    Line::Quit => return Ok(None),
                    Line::Skip => return Ok(Some(Err(()))),
                    Line::Said(_) => {}
                }
                self.say(&format!("\nA good answer:\n\n{}\n", self.look.inset(&open.model, "  ")))?;
                writeln!(self.output, "Hold yours against these points:\n")?;
                for (number, point) in open.rubric.iter().enumerate() {
                    self.say(&self.look.inset(&format!("{}) {point}", number + 1), "  "))?;
                }
                match self.line("\nWhich of them did you make? (such as 1 3, or none) > ")? {
                    Line::Quit => return Ok(None),
                    Line::Skip => return Ok(Some(Err(()))),
                    Line::Said(text) => points(&text, open.rubric.len()),
                }
            } else {
                match self.line(&format!("{} > ", how(view)))? {
                    Line::Quit => return Ok(None),
                    Line::Skip => return Ok(Some(Err(()))),
                    Line::Said(text) => parse(&text, view),
                }
            };
            let graded = answer.and_then(|answer| {
                let key = self.key(asked)?;
                asked.grade(&key, &answer, &self.library.files)
            });
            match graded {
                Ok(grade) => return Ok(Some(Ok(grade))),
                Err(problem) => self.say(&format!("  {problem}\n"))?,
            }
        }
    }

    /// What is right: for a number that a run can tell, as a run tells it now.
    fn key(&mut self, asked: &Asked) -> Result<Key, String> {
        let runs = asked.question.is_computed() && matches!(asked.question.kind, Kind::Number(_));
        if !runs {
            return asked.key(&self.library.files);
        }
        let proof = asked.prove(&self.library.files)?;
        let said = proof.findings.iter().map(|finding| finding.text.as_str()).collect::<Vec<_>>().join(", and ");
        let note = self.look.inset(&format!("The scenario was run. Looked at: {said}"), "  ");
        self.say(&format!("\n{note}")).map_err(|error| error.to_string())?;
        Ok(proof.key)
    }

    /// Lines up to an empty one.
    fn own_words(&mut self) -> io::Result<Line> {
        writeln!(self.output, "Write your answer; an empty line ends it.")?;
        let mut all = String::new();
        loop {
            match self.line("  ")? {
                Line::Said(text) if text.is_empty() => return Ok(Line::Said(all)),
                Line::Said(text) => all += &(text + "\n"),
                other => return Ok(other),
            }
        }
    }

    /// Writes a text as it shall look.
    fn say(&mut self, text: &str) -> io::Result<()> {
        write!(self.output, "{}", self.look.written(text))
    }

    fn line(&mut self, prompt: &str) -> io::Result<Line> {
        self.say(prompt)?;
        self.output.flush()?;
        let mut bytes = Vec::new();
        let read = io::Read::take(&mut self.input, LINE_MAX).read_until(b'\n', &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        if self.echo || read == 0 {
            let shown: String = text.chars().filter(|letter| !letter.is_control()).collect();
            self.say(&format!("{shown}\n"))?;
        }
        Ok(match text.to_lowercase().as_str() {
            _ if read == 0 => Line::Quit,
            "quit" | "exit" => Line::Quit,
            "skip" => Line::Skip,
            _ => Line::Said(text),
        })
    }
}

#[cfg(test)]
mod tests;
