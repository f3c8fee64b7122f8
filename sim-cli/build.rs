//! Embeds the built playground, `sim-web/dist`, if there is one: `cargo run -p sim-cli` needs nothing but Rust, and the
//! page needs npm to be built.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate is"));
    let dist = manifest.join("../sim-web/dist");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    walk(&dist, &mut files);
    files.sort();
    // Copies, so that a page that is built anew while this program is compiled takes nothing away.
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    let mut text = String::from("&[\n");
    for (number, file) in files.iter().enumerate() {
        let name = file.strip_prefix(&dist).expect("below the folder").to_string_lossy().replace('\\', "/");
        let path = out.join(format!("page-{number}"));
        fs::copy(file, &path).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),").expect("a text grows");
    }
    text += "]\n";
    fs::write(out.join("page.rs"), text).expect("the output folder can be written");
}

/// The files of the page below a folder; hidden ones are not of the page.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}
