//! `sim-cli render`

use std::io::{IsTerminal, Read, stdin, stdout};
use std::path::Path;

use sim_core::files::FILE_BYTES_MAX;
use sim_learn::render::{self, Options};

use crate::exit::Exit;
use crate::folder::read_bounded;
use crate::format::print;

/// Draw Markdown and Mermaid as text.
///
/// Diagrams stand in blocks marked `mermaid`; a file that ends with .mmd is one diagram. docs/mermaid.md lists what can
/// be drawn.
#[derive(Debug, clap::Args)]
pub struct Render {
    /// A Markdown file, a .mmd file, or - for Markdown from the standard input
    file: String,
    /// Columns that may be used, 20 to 400; those of the terminal unless set
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=400))]
    width: Option<u16>,
    /// Only characters of ASCII
    #[arg(long)]
    ascii: bool,
}

impl Render {
    pub fn execute(&self) -> Exit {
        let is_watched = stdout().is_terminal();
        let width = self.width.map_or_else(|| if is_watched { textwrap::termwidth() } else { 80 }, usize::from);
        let options = Options { width, ascii: self.ascii, colour: is_watched };
        let text = match self.read() {
            Ok(text) => text,
            Err(why) => {
                eprintln!("error: cannot read {}: {why}", self.file);
                return Exit::Usage;
            }
        };
        let drawn = if self.file.ends_with(".mmd") {
            render::mermaid(&text, &options)
        } else {
            render::markdown(&text, &options)
        };
        match drawn {
            Ok(drawn) => print(&format!("{}\n", drawn.trim_end_matches('\n'))),
            Err(problem) => {
                eprintln!("error: {}:{problem}", self.file);
                Exit::Usage
            }
        }
    }

    fn read(&self) -> Result<String, String> {
        let bytes = if self.file == "-" {
            let mut bytes = Vec::new();
            let read = stdin().lock().take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
            read.map_err(|error| error.to_string())?;
            if bytes.len() > FILE_BYTES_MAX {
                return Err(format!("it is larger than {} MiB", FILE_BYTES_MAX >> 20));
            }
            bytes
        } else {
            read_bounded(Path::new(&self.file))?
        };
        String::from_utf8(bytes).map_err(|error| format!("byte {} is not UTF-8 text", error.utf8_error().valid_up_to()))
    }
}
