//! `bindgen WASM FOLDER node|web`: writes the JavaScript around a compiled sim-web.
//!
//! The wasm-bindgen command would do the same, but it must have exactly the version of the library, which nobody
//! keeps in step by hand. As a crate of the workspace it has.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, folder, target] = arguments.as_slice() else {
        eprintln!("usage: bindgen WASM FOLDER node|web");
        return ExitCode::from(2);
    };
    match write(wasm, folder, target) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(wasm: &str, folder: &str, target: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).typescript(true);
    match target {
        "node" => bindgen.nodejs(true),
        "web" => bindgen.web(true),
        other => return Err(format!("{other:?} is neither node nor web")),
    }
    .map_err(|error| error.to_string())?;
    bindgen.generate(folder).map_err(|error| format!("{error:#}"))
}
