//! Finds the content by folder and writes it into the program, so that a new lesson, question or exercise needs no
//! line of code. Shipped scenarios and the rules that explanations cite come along.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script reads files and speaks to cargo"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders beside or in this crate, what their files are called in the library, and the endings that are taken.
const ROOTS: [(&str, &str, &[&str]); 3] = [
    ("content", "", &["md", "toml", "json"]),
    ("../scenarios", "scenarios/", &["toml", "json"]),
    ("../docs/rules", "rules/", &["md"]),
];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut code = String::from("pub const FILES: &[(&str, &str)] = &[\n");
    for (folder, prefix, endings) in ROOTS {
        println!("cargo:rerun-if-changed={folder}");
        let root = here.join(folder);
        let mut found = Vec::new();
        walk(&root, endings, &mut found)?;
        found.sort();
        for path in found {
            let inside = path.strip_prefix(&root).expect("it was found below").to_string_lossy().replace('\\', "/");
            writeln!(code, "    ({:?}, include_str!({path:?})),", format!("{prefix}{inside}")).expect("a string");
        }
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("files.rs"), code)
}

fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            walk(&path, endings, found)?;
        } else if path.to_string_lossy().ends_with(".schema.json") {
            // For editors of scenarios; it is no file of any.
        } else if path.extension().is_some_and(|ending| endings.contains(&ending.to_string_lossy().as_ref())) {
            found.push(path);
        }
    }
    Ok(())
}
