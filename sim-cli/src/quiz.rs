//! A quiz at a terminal, or in a pipe: questions are printed, answers are read line by line.

use std::fmt::Write as _;
use std::io::{self, BufRead, Write};

use sim_learn::Library;
use sim_learn::quiz::{Answer, Asked, Grade, Key, Kind, Question, Verdict, View};

use crate::format::page::Look;
use crate::progress::Store;

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
            write!(self.output, "{}", question_page(&view, &place, &self.look))?;
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
            write!(self.output, "{}", grade_page(&asked, &grade, &self.look))?;
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
                write!(self.output, "\nA good answer:\n\n{}\n", self.look.inset(&open.model, "  "))?;
                writeln!(self.output, "Hold yours against these points:\n")?;
                for (number, point) in open.rubric.iter().enumerate() {
                    write!(self.output, "{}", self.look.inset(&format!("{}) {point}", number + 1), "  "))?;
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
                Err(problem) => writeln!(self.output, "  {problem}")?,
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
        write!(self.output, "\n{note}").map_err(|error| error.to_string())?;
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

    fn line(&mut self, prompt: &str) -> io::Result<Line> {
        write!(self.output, "{prompt}")?;
        self.output.flush()?;
        let mut bytes = Vec::new();
        let read = io::Read::take(&mut self.input, LINE_MAX).read_until(b'\n', &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        if self.echo || read == 0 {
            let shown: String = text.chars().filter(|letter| !letter.is_control()).collect();
            writeln!(self.output, "{shown}")?;
        }
        Ok(match text.to_lowercase().as_str() {
            _ if read == 0 => Line::Quit,
            "quit" | "exit" => Line::Quit,
            "skip" => Line::Skip,
            _ => Line::Said(text),
        })
    }
}

/// The letter of an option.
fn letter(number: usize) -> char {
    char::from(b'a' + (number % 26) as u8)
}

/// How to answer.
fn how(view: &View) -> String {
    let last = letter(view.options.len().saturating_sub(1));
    let one_each: String = (0..view.options.len()).rev().map(|number| format!("{} ", letter(number))).collect();
    match view.kind {
        "single" => format!("One letter, a to {last}"),
        "multiple" => format!("All letters that are right, a to {last}, such as a {last}"),
        "number" if view.unit.is_empty() => "Your prediction".to_owned(),
        "number" => format!("Your prediction [{}]", view.unit),
        "order" => format!("All letters in order, such as {}", one_each.trim_end()),
        "match" => format!("The letters for 1 to {}, such as {}", view.left.len(), one_each.trim_end()),
        _ => "Your answer".to_owned(),
    }
}

/// What the learner sees of a question.
pub fn question_page(view: &View, place: &str, look: &Look) -> String {
    let mut text = format!("{}\n\n", rule_line(&format!("{place} · {}", view.topic), look));
    text += &look.page(&view.ask);
    text.push('\n');
    for (number, left) in view.left.iter().enumerate() {
        text += &option(&format!("{})", number + 1), left, look);
    }
    if !view.left.is_empty() {
        text.push('\n');
    }
    for (number, one) in view.options.iter().enumerate() {
        text += &option(&format!("{})", letter(number)), one, look);
    }
    if !view.options.is_empty() {
        text.push('\n');
    }
    text
}

/// What the learner sees of a judged answer.
pub fn grade_page(asked: &Asked, grade: &Grade, look: &Look) -> String {
    let mut text = String::from("\n");
    let is_open = matches!(asked.question.kind, Kind::Open(_));
    let percent = (grade.score * 100.0).round();
    text += &match grade.verdict {
        Verdict::Right => "✓ Right.\n".to_owned(),
        Verdict::Partly => format!("◐ Partly right: {percent} %.\n"),
        Verdict::Wrong if is_open => "✗ Read the good answer once more, and try again another day.\n".to_owned(),
        Verdict::Wrong => "✗ Not right.\n".to_owned(),
    };
    let shows_answer = grade.verdict != Verdict::Right || matches!(asked.question.kind, Kind::Number(_));
    if !is_open && shows_answer {
        match grade.answer.contains('\n') {
            true => {
                text += "\n  The answer:\n";
                grade.answer.lines().for_each(|line| text += &look.inset(line, "    "));
            }
            false => text += &look.inset(&format!("The answer: {}", grade.answer), "  "),
        }
    }
    for remark in &grade.remarks {
        text += &look.inset(&format!("* *{}*: {}", remark.about, remark.text), "  ");
    }
    text.push('\n');
    text += &look.inset(&grade.explanation, "  ");
    text.push('\n');
    text += &sources(grade);
    if asked.question.scenario.is_some() {
        let template = if asked.question.is_template() { format!(" --seed {}", asked.seed) } else { String::new() };
        let _ = writeln!(text, "  Try it: sim-cli quiz {}{template} --scenario > try.toml", asked.question.id);
    }
    text.push('\n');
    text
}

/// Where it is written: each page once, with the rules that it stands for.
fn sources(grade: &Grade) -> String {
    let mut pages: Vec<(&str, String)> = Vec::new();
    for source in &grade.sources {
        let page = if source.url.is_empty() { "an assumption of the simulator" } else { source.url.as_str() };
        let rule = if source.rule.is_empty() { String::new() } else { format!("[{}] ", source.rule) };
        match pages.iter_mut().find(|(known, _)| *known == page) {
            Some((_, rules)) => *rules += &rule,
            None => pages.push((page, rule)),
        }
    }
    pages.into_iter().map(|(page, rules)| format!("  {rules}{page}\n")).collect()
}

fn option(mark: &str, text: &str, look: &Look) -> String {
    let indent = " ".repeat(mark.chars().count() + 3);
    let inset = look.inset(text, &indent);
    format!("  {mark} {}", inset.trim_start())
}

fn rule_line(title: &str, look: &Look) -> String {
    let dash = if look.ascii { "-" } else { "─" };
    let rest = look.columns().saturating_sub(title.chars().count() + 4);
    format!("{dash}{dash} {title} {}", dash.repeat(rest))
}

/// An answer as it is typed.
fn parse(text: &str, view: &View) -> Result<Answer, String> {
    let count = view.options.len();
    let letters = || -> Result<Vec<usize>, String> {
        // "2a 1c" and "c, a" say the same as "c a".
        let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
        let mut numbered: Vec<(usize, &str)> = words.map(numbered).collect();
        numbered.sort_by_key(|(number, _)| *number);
        let together: String = numbered.into_iter().map(|(_, letters)| letters).collect();
        let number = |letter: char| {
            let number = (letter.to_ascii_lowercase() as usize).wrapping_sub('a' as usize);
            if number < count {
                Ok(number)
            } else {
                Err(format!("{letter:?} is none of the letters; {}", how(view).to_lowercase()))
            }
        };
        together.chars().map(number).collect()
    };
    match view.kind {
        "number" => {
            let digits = text.trim();
            let digits = digits.strip_suffix(view.unit.as_str()).unwrap_or(digits).trim();
            let number: Option<f64> = digits.parse().ok();
            let help = "write digits with a point, such as 4 or 1024.5 (or skip, or quit)";
            number
                .filter(|number| number.is_finite())
                .map(Answer::Number)
                .ok_or_else(|| format!("{text:?} is no number; {help}"))
        }
        kind => {
            let all = letters()?;
            match (kind, &all[..]) {
                (_, []) => Err(format!("nothing was answered; {} (or skip, or quit)", how(view).to_lowercase())),
                ("single", [one]) => Ok(Answer::Single(*one)),
                ("single", _) => Err("only one of them is right; write one letter".to_owned()),
                ("multiple", _) => Ok(Answer::Multiple(all)),
                ("order", _) => Ok(Answer::Order(all)),
                _ => Ok(Answer::Match(all)),
            }
        }
    }
}

/// "2a" or "2)a" is the letter a for the second; without a number, words keep their order.
fn numbered(word: &str) -> (usize, &str) {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = word[..word.len() - letters.len()].parse().unwrap_or(0);
    (number, letters.trim_matches([')', '.', ':', '-', '=']))
}

/// The points of a rubric: "1 3" or "none".
fn points(text: &str, count: usize) -> Result<Answer, String> {
    let mut points = Vec::new();
    let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty() && *word != "none" && *word != "0");
    for word in words {
        match word.parse::<usize>() {
            Ok(number) if (1..=count).contains(&number) => points.push(number - 1),
            _ => return Err(format!("{word:?} is no point; write numbers from 1 to {count}, or none")),
        }
    }
    points.sort_unstable();
    points.dedup();
    Ok(Answer::Open(points))
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;
    use sim_learn::progress::Progress;

    use super::*;

    fn view(kind: &'static str, options: usize) -> View {
        let options = (0..options).map(|number| format!("option {number}")).collect();
        let left = vec!["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let text = String::new;
        View { id: text(), topic: text(), kind, seed: 1, ask: text(), options, left, unit: "s".into(), computed: false }
    }

    #[test]
    fn answers_are_read_as_people_type_them() {
        let read = |kind, text: &str| parse(text, &view(kind, 3)).ok();
        assert_eq!(read("single", " B) "), Some(Answer::Single(1)));
        assert_eq!(read("single", "a b"), None);
        assert_eq!(read("single", "d"), None, "there are three");
        assert_eq!(read("multiple", "a,c"), Some(Answer::Multiple(vec![0, 2])));
        assert_eq!(read("order", "cab"), Some(Answer::Order(vec![2, 0, 1])));
        assert_eq!(read("match", "2a 1c 3b"), Some(Answer::Match(vec![2, 0, 1])));
        assert_eq!(read("match", "1:c 2:a 3:b"), Some(Answer::Match(vec![2, 0, 1])));
        assert_eq!(read("number", "12.5 s"), Some(Answer::Number(12.5)));
        assert_eq!(read("number", "10,024"), None, "a comma means two things in this world");
        assert_eq!(read("number", "inf"), None);
        assert_eq!(points("1 3", 3), Ok(Answer::Open(vec![0, 2])));
        assert_eq!(points("none", 3), Ok(Answer::Open(vec![])));
        assert!(points("4", 3).is_err());
    }

    /// What a session prints, and the progress afterwards.
    fn session(input: &[u8], ids: &[&str]) -> (String, Progress) {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        let library = LIBRARY.get_or_init(|| Library::shipped().expect("the suite proves it"));
        let questions: Vec<&Question> = ids.iter().map(|id| library.question(id).expect("it ships")).collect();
        let mut store = Store::nowhere();
        let mut output = Vec::new();
        let look = Look::of(80);
        Session { input, output: &mut output, echo: true, look, library, store: &mut store }
            .run(&questions, 7)
            .expect("memory can be written");
        (String::from_utf8(output).expect("text"), store.progress)
    }

    #[test]
    fn a_session_judges_remembers_and_says_how_it_went() {
        let ids = ["components-latest-revision", "choice-when-eks", "stack-map"];
        let (text, progress) = session(b"four\n4\nskip\nquit\n", &ids);
        assert!(text.contains("\"four\" is no number"), "{text}");
        assert!(text.ends_with("1 of 1 right.\n"), "{text}");
        assert_eq!(progress.questions.keys().collect::<Vec<_>>(), ["components-latest-revision"]);
    }

    #[test]
    fn the_end_of_the_input_is_the_end_of_the_quiz() {
        let (text, progress) = session(b"", &["choice-when-eks", "stack-map"]);
        assert!(text.ends_with("0 of 0 right.\n"), "{text}");
        assert_eq!(progress, Progress::default());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_an_answer_or_asked_again(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (text, _) = session(&bytes, &["stack-map", "lab-order", "roles-open", "launch-sizes", "choice-when-eks"]);
            prop_assert!(!text.contains('\u{1b}'), "no control character comes back");
        }
    }
}
