//! Pages of `docs/` that are written from the code and from the rules. `UPDATE=1 cargo test -p tests generated_docs`
//! writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use sim_core::api::schema::{Shape, View, document};
use sim_core::api::{OPERATIONS, OperationEntry};
use tests::{files_below, root};

/// What stands between the part of a page that somebody writes and the part that is generated.
const MARK: &str = "<!-- From here on: UPDATE=1 cargo test -p tests generated_docs -->\n";

/// The generated part of a page is what it should be; with `UPDATE` set, it is written.
fn keep(page: &str, generated: &str) {
    let path = root().join(page);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let (head, old) = kept.split_once(MARK).unwrap_or_else(|| panic!("{page} has the line {MARK}"));
    let right = old.trim() == generated.trim();
    if !right && std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{head}{MARK}\n{}\n", generated.trim())).expect("the page can be written");
    } else {
        assert!(right, "{page} is stale: UPDATE=1 cargo test -p tests generated_docs writes it anew");
    }
}

/// The paths of the fields that are marked as not modelled, below a view. Inputs do not contain themselves.
fn not_modelled(view: View, path: &str, found: &mut Vec<String>) {
    match view.shape() {
        Shape::Structure { fields, .. } => {
            for field in fields {
                let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
                match field.view.schema().get("x-not-modelled") {
                    Some(_) => found.push(path),
                    None => not_modelled(field.view, &path, found),
                }
            }
        }
        Shape::List(item) => not_modelled(item, &format!("{path}[]"), found),
        _ => {}
    }
}

/// The operations of ECS that AWS has, and why those are absent that are.
fn of_ecs() -> BTreeMap<&'static str, Option<&'static str>> {
    let lines = include_str!("data/ecs-operations.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| match line.split_once(": ") {
            Some((name, reason)) => (name, Some(reason)),
            None => (line, None),
        })
        .collect()
}

fn services() -> Vec<(&'static str, Vec<&'static OperationEntry>)> {
    let mut services: Vec<(&str, Vec<&OperationEntry>)> = Vec::new();
    for entry in OPERATIONS {
        match services.iter_mut().find(|(name, _)| *name == entry.service) {
            Some((_, entries)) => entries.push(entry),
            None => services.push((entry.service, vec![entry])),
        }
    }
    services.iter_mut().for_each(|(_, entries)| entries.sort_by_key(|entry| entry.name));
    // ECS is what this is about.
    services.sort_by_key(|(name, _)| (*name != "ecs", *name));
    services
}

fn coverage() -> String {
    let mut page = String::new();
    let all = of_ecs();
    for (service, entries) in services() {
        match service {
            "ecs" => writeln!(page, "## ecs: {} of {} operations\n", entries.len(), all.len()),
            _ => writeln!(page, "## {service}: {} operations\n", entries.len()),
        }
        .expect("a string");
        page += "| Operation | Makes the table | Fields that are refused |\n|---|---|---|\n";
        for entry in entries {
            let document = document(entry);
            let mut refused = Vec::new();
            not_modelled(View::root(&document), "", &mut refused);
            let refused: Vec<String> = refused.iter().map(|path| format!("`{path}`")).collect();
            let table = entry.table.map_or(String::new(), |table| format!("`[[{table}]]`"));
            writeln!(page, "| `{}` | {table} | {} |", entry.name, refused.join(", ")).expect("a string");
        }
        page.push('\n');
    }
    page += "## Operations of ECS that are absent\n\n";
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, reason) in all.iter().filter_map(|(name, reason)| Some((name, (*reason)?))) {
        reasons.entry(reason).or_default().push(format!("`{name}`"));
    }
    for (reason, names) in reasons {
        writeln!(page, "- {}: {reason}.", names.join(", ")).expect("a string");
    }
    page
}

#[test]
fn the_list_of_the_operations_of_ecs_says_of_each_whether_it_is_there() {
    let here: BTreeSet<&str> = OPERATIONS.iter().filter(|entry| entry.service == "ecs").map(|it| it.name).collect();
    let all = of_ecs();
    assert!(all.len() > 80 && all.keys().is_sorted());
    for name in &here {
        assert_eq!(all.get(name), Some(&None), "{name} is there: it stands in the list, and without a reason");
    }
    for (name, reason) in all {
        assert_eq!(here.contains(name), reason.is_none(), "{name}: say why it is absent in ecs-operations.txt");
    }
}

#[test]
fn the_page_of_the_api_is_up_to_date() {
    let page = coverage();
    assert!(page.contains("`containerDefinitions[].secrets`"), "the suite looked in the wrong place: {page}");
    keep("docs/api-coverage.md", &page);
}

/// The rules that are left out, page by page.
fn differences() -> String {
    let mut text = String::from("# Rules that are left out\n\n");
    text += "Known rules of AWS that the simulator does not follow, from `docs/rules/`, each with the reason.\n";
    for (path, page) in files_below("docs/rules", ".md") {
        let title = page.lines().find_map(|line| line.strip_prefix("# Rules of ")).expect("each page has a title");
        let mut title = title.to_owned();
        title[..1].make_ascii_uppercase();
        let Some((_, left_out)) = page.split_once("\n## Left out\n") else { continue };
        let rules: Vec<&str> = left_out.lines().filter(|line| line.starts_with("- **")).collect();
        writeln!(text, "\n## {title}: {} (`{path}`)\n", rules.len()).expect("a string");
        rules.iter().for_each(|rule| text = format!("{text}{rule}\n"));
    }
    text
}

/// How many rules the page of the control plane states, and how many it leaves out.
#[test]
fn the_rules_of_the_control_plane_are_counted() {
    let path = root().join("docs/rules/control-plane.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (stated, left_out) = page.split_once("\n## Left out\n").expect("some are left out");
    let rules = |part: &str| part.lines().filter(|line| line.starts_with("- **CP-")).count();
    let counted = format!("Modelled: {} rules. Left out, at the end: {}.", rules(stated), rules(left_out));
    let old = page.lines().find(|line| line.starts_with("Modelled: ")).expect("the page says how many there are");
    if old != counted && std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, page.replacen(old, &counted, 1)).expect("the page can be written");
    } else {
        assert_eq!(old, counted, "UPDATE=1 cargo test -p tests generated_docs counts anew");
    }
}

#[test]
fn the_page_of_known_differences_is_up_to_date() {
    keep("docs/known-differences.md", &differences());
}
