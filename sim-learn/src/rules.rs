//! What a citation such as `[CP-169]` says: the rule's sentence and its source, from `docs/rules/`.

use serde::Serialize;

use crate::library::Files;

/// A rule that content cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Where AWS says so; `none` for an assumption of ours.
    pub source: String,
}

/// The rule of this id.
pub fn rule(files: &Files, id: &str) -> Option<Rule> {
    let head = format!("- **{id}** ");
    let pages = files.iter().filter(|(path, _)| path.starts_with("rules/"));
    let line = pages.flat_map(|(_, text)| text.lines()).find_map(|line| line.strip_prefix(&head))?;
    let (text, source) = line.split_once(" Source: ").unwrap_or((line, "none"));
    // Of several pages the first; what follows it is the remark about the others.
    let source = source.split([' ', ';']).next().unwrap_or("none");
    Some(Rule { id: id.to_owned(), text: text.to_owned(), source: source.to_owned() })
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
        assert!(rule.source.starts_with("https://docs.aws.amazon.com/"), "{}", rule.source);
        assert!(!rule.source.contains('['), "{}", rule.source);
    }

    #[test]
    fn only_ids_of_rules_in_brackets_are_citations() {
        assert_eq!(cited("So it is [CP-169], see [1], [s] and [TR-070]."), ["CP-169", "TR-070"]);
        assert_eq!(cited("CP-169 [CP-16] [cp-169] [CP-1699"), Vec::<&str>::new());
    }
}
