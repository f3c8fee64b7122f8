//! One format of a report a file.

pub mod diagnostics;
pub mod json;
pub mod page;
pub mod text;

use std::fs;
use std::io::{ErrorKind, Write, stdout};
use std::path::Path;

use crate::exit::Exit;

/// Prints to the standard output. A reader who has seen enough (`| head`) is no error.
pub fn print(text: &str) -> Exit {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Held,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Held,
        Err(error) => {
            eprintln!("error: cannot write: {error}");
            Exit::Usage
        }
    }
}

/// Writes a file whole or not at all: beside its place first, then renamed.
pub fn write(path: &Path, text: &str) -> Exit {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    match fs::write(&part, text).and_then(|()| fs::rename(&part, path)) {
        Ok(()) => Exit::Held,
        Err(error) => {
            let _ = fs::remove_file(&part);
            eprintln!("error: cannot write {}: {error}", path.display());
            Exit::Usage
        }
    }
}
