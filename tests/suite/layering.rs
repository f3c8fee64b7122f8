//! Who may import whom. A crossed line is named with its file and line.

use tests::files_below;

/// Each module of `sim-core`, and the modules it may `use`. Leaves that everybody may use stand below.
const LAYERS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("units", &["engine"]),
    ("world", &["engine"]),
    ("api", &["world", "engine"]),
    // `scenario` asks `observe` which metrics and facts an expectation can name.
    ("scenario", &["api", "observe", "world", "engine", "units"]),
    ("observe", &["world", "engine", "units"]),
];

/// Modules that use nothing of ours and that everybody above the engine may use.
const LEAVES: &[&str] = &["files", "schemas", "spelling"];

/// The modules named after `crate::` in a line of code, those in braces included.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split(',').map(|part| word(part.trim())).filter(|name| !name.is_empty())),
            None => names.push(word(rest)),
        }
    }
    names
}

#[test]
fn every_import_points_down() {
    let mut crossed = Vec::new();
    let mut seen = 0;
    for (path, text) in files_below("sim-core/src", ".rs") {
        let inside = path.trim_start_matches("sim-core/src/");
        let module = inside.split(['/', '.']).next().unwrap_or_default();
        let allowed = match LAYERS.iter().find(|(name, _)| *name == module) {
            Some((_, allowed)) => *allowed,
            None if LEAVES.contains(&module) => &[],
            None => continue, // lib.rs and the facade see everything
        };
        seen += 1;
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for name in named(code) {
                let is_module = LAYERS.iter().any(|(layer, _)| *layer == name);
                let is_leaf = LEAVES.contains(&name.as_str());
                let fine = name == module || allowed.contains(&name.as_str()) || (is_leaf && module != "engine");
                if (is_module || is_leaf) && !fine {
                    crossed.push(format!("{path}:{}: `{module}` must not use `{name}`", number + 1));
                }
            }
        }
    }
    assert!(seen > 10, "the suite looked in the wrong place");
    assert!(crossed.is_empty(), "imports point down (docs/architecture.md):\n{}", crossed.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_braces() {
    assert_eq!(named("use crate::{world::Time, api};"), ["world", "api"]);
    assert_eq!(named("use crate::engine::Time;"), ["engine"]);
}

/// `sim-core` gets files, time and randomness from outside.
#[test]
fn sim_core_needs_no_operating_system() {
    let manifest = std::fs::read_to_string(tests::root().join("sim-core/Cargo.toml")).expect("the crate is there");
    for crate_name in ["tokio", "rayon", "rand =", "getrandom", "chrono", "time =", "reqwest"] {
        assert!(!manifest.contains(&format!("\n{crate_name}")), "sim-core must not depend on {crate_name}");
    }
}

/// The map is worth nothing when it names what is gone.
#[test]
fn the_architecture_page_names_only_what_exists() {
    let page = std::fs::read_to_string(tests::root().join("docs/architecture.md")).expect("the page is there");
    let mut named = 0;
    let mut gone = Vec::new();
    for word in page.split('`').skip(1).step_by(2) {
        let looks_like_a_path = word.contains('/') && !word.contains([' ', '<', '*', '$', ':', '{']);
        if looks_like_a_path {
            named += 1;
            if !tests::root().join(word.trim_end_matches('/')).exists() {
                gone.push(word);
            }
        }
    }
    assert!(named > 15, "the page names its paths in backquotes");
    assert!(gone.is_empty(), "docs/architecture.md names what does not exist: {gone:?}");
}
