//! Fields that AWS has and the simulator refuses: the page that lists them is complete.

use std::fmt::Write;

use sim_core::api::OPERATIONS;
use sim_core::api::schema::{Shape, View, document};

/// The paths of the fields that are marked as not modelled, below a view. Inputs do not contain themselves.
fn marked(view: View, path: &str, found: &mut Vec<String>) {
    match view.shape() {
        Shape::Structure { fields, .. } => {
            for field in fields {
                let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
                match field.view.schema().get("x-not-modelled") {
                    Some(_) => found.push(path),
                    None => marked(field.view, &path, found),
                }
            }
        }
        Shape::List(item) => marked(item, &format!("{path}[]"), found),
        _ => {}
    }
}

/// The list as the page has it, by operation.
fn list() -> String {
    let mut list = String::new();
    for entry in OPERATIONS.iter().filter(|entry| entry.service == "ecs") {
        let document = document(entry);
        let mut found = Vec::new();
        marked(View::root(&document), "", &mut found);
        if !found.is_empty() {
            let fields: Vec<String> = found.iter().map(|path| format!("`{path}`")).collect();
            writeln!(list, "- {}: {}", entry.name, fields.join(", ")).expect("a string takes all");
        }
    }
    list
}

#[test]
fn the_page_of_ecs_fields_lists_all_that_are_refused() {
    let path = tests::root().join("docs/ecs-fields.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let list = list();
    assert!(list.contains("`containerDefinitions[].secrets`"), "the suite looked in the wrong place: {list}");
    let (_, stated) = page.split_once("<!-- list -->\n").expect("the page marks where its list begins");
    if stated.trim() != list.trim() && std::env::var_os("UPDATE").is_some() {
        let head = page.strip_suffix(stated).expect("it is the end");
        std::fs::write(&path, format!("{head}{list}")).expect("the page can be written");
    } else {
        let way = "UPDATE=1 cargo test -p tests not_modelled writes it anew";
        assert!(stated.trim() == list.trim(), "docs/ecs-fields.md should end with:\n{list}\n{way}");
    }
}
