//! Compiles `sim-web` for WebAssembly and writes the JavaScript around it.
//!
//! The tests run it under Node, the page in a browser: both are made from one compilation.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wasm_bindgen_cli_support::Bindgen;

/// For whom the package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// A CommonJS module that loads its own WebAssembly.
    Node,
    /// An ES module that is given its WebAssembly.
    Web,
}

/// The top of the project.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("sim-web/build lies in the project").to_owned()
}

/// Compiles `sim-web` and writes its package into `folder`; or says what failed.
pub fn package(target: For, folder: &Path) -> Result<(), String> {
    let wasm = compile()?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).typescript(true);
    let aimed = match target {
        For::Node => bindgen.nodejs(true),
        For::Web => bindgen.web(true).map(|bindgen| bindgen.omit_default_module_path(true)),
    };
    // With the names of functions: by them the page's build puts alike ones beside each other.
    let wrapped = aimed.and_then(|bindgen| bindgen.generate(folder));
    wrapped.map_err(|error| format!("the JavaScript around sim-web could not be written: {error:#}"))
}

/// Writes the texts that the page fetches when they are asked for: lessons, scenarios, rules; by path.
pub fn content(folder: &Path) -> Result<(), String> {
    let files = sim_learn::library::Files::shipped();
    let texts: serde_json::Map<String, serde_json::Value> =
        files.iter().map(|(path, text)| (path.to_owned(), text.into())).collect();
    let json = serde_json::Value::Object(texts).to_string();
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(folder.join("content.json"), json))
        .map_err(|error| format!("the texts of the page could not be written: {error}"))
}

/// The JSON Schemas that the WebAssembly reads: made here, so that it need not hold what makes them.
pub fn schemas() -> String {
    sim_core::schemas::written(sim_core::scenario::schemas_to_check().chain(sim_learn::library::schemas_to_check()))
}

/// Writes the schemas for the compiler, and says where; a file that is right already is left alone, or all were compiled anew.
fn write_schemas(folder: &Path) -> std::io::Result<PathBuf> {
    let (path, text) = (folder.join("schemas.txt"), schemas());
    if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
        std::fs::create_dir_all(folder)?;
        std::fs::write(&path, text)?;
    }
    Ok(path)
}

/// What is not marked `#[inline]` is copied into its caller only where that makes it smaller: 17 kB after Brotli, and no
/// slower, since all that each request passes is marked.
const SMALL: &str = "-Cllvm-args=-inline-threshold=5";

/// Compiles into a folder of its own, so that it never waits for the build that runs it.
fn compile() -> Result<PathBuf, String> {
    let folder = root().join("target/wasm");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments =
        ["build", "--quiet", "--locked", "--profile", "page", "--target", "wasm32-unknown-unknown", "-p", "sim-web"];
    let schemas = write_schemas(&folder).map_err(|error| format!("the schemas could not be written: {error}"))?;
    let status = Command::new(&cargo)
        .args(arguments)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &folder)
        .env("SIM_CORE_SCHEMAS", schemas)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", SMALL)
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("{cargo} does not start: {error}"))?;
    if !status.success() {
        let help = "`rustup target add wasm32-unknown-unknown` installs what it needs";
        return Err(format!("{cargo} {} failed; {help}", arguments.join(" ")));
    }
    Ok(folder.join("wasm32-unknown-unknown/page/sim_web.wasm"))
}
