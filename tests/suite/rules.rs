//! Every rule that is stated is obeyed and tested.

use std::collections::BTreeMap;

use tests::files_below;

/// The families of rules, by the letters of their ids.
const FAMILIES: &[&str] = &["CA", "CP", "IA", "IM", "SC", "TR"];

/// Ids such as `CP-126` at the beginning of `text`, if there is one.
fn id_at(text: &str) -> Option<&str> {
    let id = text.get(..6)?;
    let (family, number) = id.split_once('-')?;
    let fits = FAMILIES.contains(&family) && number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(id)
}

/// The ids that follow `before` in a text, with the line they stand in.
fn ids_after<'a>(text: &'a str, before: &str) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let parts = line.split(before).skip(1);
        found.extend(parts.filter_map(id_at).map(|id| (number + 1, id)));
    }
    found
}

/// What stands before the rules that are known and not modelled, at the end of a page.
const LEFT_OUT: &str = "## Left out";

/// The rules that `docs/rules` states: an item `- **CP-126** …` each, with its source.
fn stated() -> BTreeMap<String, String> {
    let mut rules = BTreeMap::new();
    for (path, text) in files_below("docs/rules", ".md") {
        for line in text.lines().take_while(|line| *line != LEFT_OUT) {
            let Some(id) = line.strip_prefix("- **").and_then(id_at) else { continue };
            assert!(line.contains("Source: "), "{path}: {id} has no source");
            let before = rules.insert(id.to_owned(), path.clone());
            assert!(before.is_none(), "{id} is stated twice: in {} and {path}", before.unwrap_or_default());
        }
    }
    rules
}

/// Where ids are cited in square brackets: in code, and in tests.
fn cited() -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let (mut code, mut tests) = (BTreeMap::new(), BTreeMap::new());
    for crate_folder in ["sim-core/src", "sim-cli/src", "sim-web/src", "tests/suite", "tests/support"] {
        for (path, text) in files_below(crate_folder, ".rs") {
            let test_part = text.find("#[cfg(test)]").unwrap_or(text.len());
            let first_test_line = text[..test_part].lines().count();
            for (line, id) in ids_after(&text, "[") {
                let is_test = path.starts_with("tests/") || line > first_test_line;
                let list = if is_test { &mut tests } else { &mut code };
                list.entry(id.to_owned()).or_insert_with(|| format!("{path}:{line}"));
            }
        }
    }
    (code, tests)
}

#[test]
fn every_stated_rule_is_cited_by_code_and_by_a_test() {
    let (code, tests) = cited();
    let rules = stated();
    assert!(!rules.is_empty(), "docs/rules states the rules that are modelled");
    let mut missing = Vec::new();
    for (id, page) in &rules {
        if !code.contains_key(id) {
            missing.push(format!("{page}: no code cites [{id}]"));
        }
        if !tests.contains_key(id) {
            missing.push(format!("{page}: no test cites [{id}]"));
        }
    }
    assert!(missing.is_empty(), "{} rules lack code or test:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn every_citation_names_a_stated_rule() {
    let (code, tests) = cited();
    let rules = stated();
    let unstated = code.iter().chain(&tests).filter(|(id, _)| !rules.contains_key(*id));
    let unstated: Vec<String> = unstated.map(|(id, place)| format!("{place}: [{id}] is stated nowhere")).collect();
    assert!(unstated.is_empty(), "docs/rules lacks {} rules:\n{}", unstated.len(), unstated.join("\n"));
}

/// A rule is modelled or left out, with the reason; what is left out is cited nowhere.
#[test]
fn a_rule_that_is_left_out_is_neither_stated_nor_cited() {
    let (code, tests) = cited();
    let rules = stated();
    for (path, text) in files_below("docs/rules", ".md") {
        for line in text.lines().skip_while(|line| *line != LEFT_OUT) {
            let Some(id) = line.strip_prefix("- **").and_then(id_at) else { continue };
            assert!(line.len() > 25, "{path}: {id} is left out without a reason");
            assert!(!rules.contains_key(id), "{path}: {id} is stated and left out");
            let place = code.get(id).or_else(|| tests.get(id));
            assert!(place.is_none(), "{path}: {id} is left out, but cited: {}", place.map_or("", String::as_str));
        }
    }
}

#[test]
fn rules_are_sorted_by_id() {
    for (path, text) in files_below("docs/rules", ".md") {
        for part in text.split(LEFT_OUT) {
            let ids: Vec<&str> = part.lines().filter_map(|line| line.strip_prefix("- **").and_then(id_at)).collect();
            assert!(ids.is_sorted(), "{path}: rules are sorted by id");
        }
    }
}
