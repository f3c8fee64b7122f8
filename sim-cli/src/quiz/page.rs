//! What a learner sees of a question and of a judged answer.

use std::fmt::Write as _;

use sim_learn::quiz::{Asked, Grade, Kind, Verdict, View};

use super::typed::letter;
use crate::format::page::Look;

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
    let mut pages: Vec<(String, String)> = Vec::new();
    for source in &grade.sources {
        let page = match (source.url.as_str(), source.basis.as_str()) {
            ("", "assumption") => "an assumption of the simulator".to_owned(),
            (url, "assumption") => format!("an assumption, after {url}"),
            ("", basis) => basis.to_owned(),
            (url, _) => url.to_owned(),
        };
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
