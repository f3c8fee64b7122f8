//! What a citation such as `[CP-169]` says: the rule's sentence and its source, from `docs/rules/`.

use std::fmt::Write;

use serde::Serialize;
use sim_core::scenario::Assumed;
use sim_core::spelling::nearest;

use crate::library::Files;

/// What stands before the rules that are known and not modelled, at the end of a page.
const LEFT_OUT: &str = "## Left out";
/// Ids that are offered in place of one that does not exist, at most [count].
const OFFERED_MAX: usize = 6;

/// A rule that content cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// The page that says so; empty when there is none.
    pub url: String,
    /// How it is known: `documented`, `measured by third party` or `assumption`.
    pub basis: String,
}

/// The rule of this id.
pub fn rule(files: &Files, id: &str) -> Option<Rule> {
    let head = format!("- **{id}** ");
    let pages = files.iter().filter(|(path, _)| path.starts_with("rules/"));
    let line = pages.flat_map(|(_, text)| text.lines()).find_map(|line| line.strip_prefix(&head))?;
    let (text, source) = line.split_once(" Source: ").unwrap_or((line, "none [assumption]"));
    let (source, basis) = source.rsplit_once(" [").unwrap_or((source, "assumption]"));
    // Of several pages the first; what follows it is the remark about the others.
    let url = source.split([' ', ';']).next().filter(|word| word.starts_with("https://")).unwrap_or_default();
    let basis = basis.trim_end_matches(']');
    Some(Rule { id: id.to_owned(), text: text.to_owned(), url: url.to_owned(), basis: basis.to_owned() })
}

/// A rule in the words of its page: the line behind its id, and whether it is modelled.
fn line<'a>(files: &'a Files, id: &str) -> Option<(&'a str, bool)> {
    let head = format!("- **{id}** ");
    files.iter().filter(|(path, _)| path.starts_with("rules/")).find_map(|(_, page)| {
        let mut modelled = true;
        page.lines().find_map(|line| {
            modelled &= line != LEFT_OUT;
            Some((line.strip_prefix(&head)?, modelled))
        })
    })
}

/// The ids of all rules, those that are left out included, page by page.
pub fn ids(files: &Files) -> Vec<&str> {
    let pages = files.iter().filter(|(path, _)| path.starts_with("rules/"));
    let lines = pages.flat_map(|(_, page)| page.lines());
    lines.filter_map(|line| line.strip_prefix("- **")?.get(..6)).filter(|id| is_id(id)).collect()
}

/// A rule explained: what it says, who says so, and the assumptions that it rests on with their present values. An error
/// names the ids that may be meant.
pub fn explain(files: &Files, id: &str, assumed: &[Assumed]) -> Result<String, String> {
    let id = id.trim_matches(['[', ']']).to_ascii_uppercase();
    let Some((line, modelled)) = line(files, &id) else { return Err(unknown(files, &id)) };
    if !modelled {
        return Ok(format!("{id}: left out\n\n{line}\n"));
    }
    let (text, source) = line.split_once(" Source: ").unwrap_or((line, "none [assumption]"));
    let (source, basis) = source.rsplit_once(" [").unwrap_or((source, "assumption]"));
    let mut told = format!("{id}: modelled, {}\n\n{text}\n\nSource: {source}\n", basis.trim_end_matches(']'));
    let cited = format!("[{id}]");
    // A rule may name the key as well as the other way round.
    let mine = |it: &&Assumed| it.meaning.contains(&cited) || line.contains(&format!("`assume.{}`", it.key));
    for it in assumed.iter().filter(mine) {
        let set = if it.set { "set by the scenario" } else { "the default" };
        let meaning = it.meaning.replace(&format!(" {cited}"), "");
        write!(told, "\n[assume] {} = {} ({set})\n{}\n", it.key, it.value, meaning.trim()).expect("a string");
    }
    Ok(told)
}

/// That there is no such rule, and which ones there are near it.
fn unknown(files: &Files, id: &str) -> String {
    let all = ids(files);
    if !is_id(id) {
        let help = "an id looks like CP-126: two letters for the family, and a number of three digits";
        return format!("{id:?} is no id of a rule; {help}");
    }
    let (family, number) = (&id[..2], id[3..].parse::<i32>().unwrap_or(0));
    let mut near: Vec<&str> = all.iter().copied().filter(|other| &other[..2] == family).collect();
    if near.is_empty() {
        let mut families: Vec<&str> = all.iter().map(|other| &other[..2]).collect();
        families.sort_unstable();
        families.dedup();
        let help = nearest(family, families.iter().copied()).map(|near| format!(", is {near} meant?"));
        return format!(
            "no family of rules is called {family}{}; there are {}",
            help.unwrap_or_default(),
            families.join(", ")
        );
    }
    near.sort_by_key(|other| (other[3..].parse::<i32>().unwrap_or(0) - number).abs());
    near.truncate(OFFERED_MAX);
    near.sort_unstable();
    format!("there is no rule {id}; near it are {}", near.join(", "))
}

/// Whether a text looks like the id of a rule: two capitals, a dash, three digits.
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2] == b'-'
        && bytes[3..].iter().all(u8::is_ascii_digit)
}

/// The rules that a text cites in brackets: `[CP-169]`.
pub fn cited(text: &str) -> Vec<&str> {
    let parts = text.split('[').skip(1).filter_map(|rest| rest.split(']').next());
    parts.filter(|part| is_id(part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_leads_to_its_sentence_and_its_source() {
        let rule = rule(&Files::shipped(), "TR-070").expect("a rule that ships");
        assert_eq!(rule.text, "An idle target drains for the whole delay, too.");
        assert!(rule.url.starts_with("https://docs.aws.amazon.com/"), "{}", rule.url);
        assert_eq!(rule.basis, "documented");
    }

    #[test]
    fn a_rule_without_a_page_says_how_it_is_known() {
        let known = |id| rule(&Files::shipped(), id).map(|rule| (rule.url, rule.basis));
        assert_eq!(known("TR-144"), Some((String::new(), "assumption".to_owned())));
        assert_eq!(known("CP-126"), Some((String::new(), "measured by third party".to_owned())));
        assert_eq!(known("CP-999"), None);
    }

    fn assumed(set: bool) -> Vec<Assumed> {
        let value = if set { "20s" } else { "10s" }.to_owned();
        let meaning = "Between the scheduler's looks at a service; \"10s\" unless set [CP-126].";
        vec![
            Assumed { key: "reconcile_interval", meaning, value, set },
            Assumed { key: "eni_cleanup", meaning: "[CP-083]", value: "15s".to_owned(), set: false },
        ]
    }

    #[test]
    fn a_rule_is_explained_with_the_assumption_that_it_rests_on() {
        let told = explain(&Files::shipped(), "CP-126", &assumed(false)).expect("a rule that ships");
        assert!(told.starts_with("CP-126: modelled, measured by third party\n\nThe scheduler looks at"), "{told}");
        assert!(told.contains("\nSource: public service event logs\n"), "{told}");
        assert!(told.ends_with("[assume] reconcile_interval = 10s (the default)\nBetween the scheduler's looks at a service; \"10s\" unless set.\n"), "{told}");
        let told = explain(&Files::shipped(), "[cp-126]", &assumed(true)).expect("however it is written");
        assert!(
            told.contains("reconcile_interval = 20s (set by the scenario)") && !told.contains("eni_cleanup"),
            "{told}"
        );
    }

    #[test]
    fn a_rule_that_is_left_out_says_why() {
        let told = explain(&Files::shipped(), "TR-092", &[]).expect("a rule that is known");
        assert_eq!(told, "TR-092: left out\n\nWAF is not modelled.\n");
    }

    #[test]
    fn who_asks_for_a_rule_that_does_not_exist_is_told_the_nearest() {
        let refusal = |id| explain(&Files::shipped(), id, &[]).unwrap_err();
        let told = refusal("CP-999");
        assert!(told.starts_with("there is no rule CP-999; near it are CP-"), "{told}");
        assert!(refusal("TX-126").contains("is TR meant?"), "{}", refusal("TX-126"));
        assert!(refusal("web").contains("an id looks like CP-126"));
        assert!(refusal("日本-126").contains("is no id of a rule"));
    }

    #[test]
    fn only_ids_of_rules_in_brackets_are_citations() {
        assert_eq!(cited("So it is [CP-169], see [1], [s] and [TR-070]."), ["CP-169", "TR-070"]);
        assert_eq!(cited("CP-169 [CP-16] [cp-169] [CP-1699"), Vec::<&str>::new());
    }
}
