//! `cargo run -p sim-web-build -- FOLDER`: the package for the page.

use std::path::Path;
use std::process::ExitCode;

use sim_web_build::{For, content, package};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("name the folder to write to: cargo run -p sim-web-build -- sim-web/www/src/wasm");
        return ExitCode::from(2);
    };
    let folder = Path::new(&folder);
    match package(For::Web, folder).and_then(|()| content(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
