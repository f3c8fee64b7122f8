//! Data files that a scenario names: read line by line, so that an access log of gigabytes needs no more memory than what
//! is kept of it. Each broken line is shown with its number; one that may be left out is counted.

mod access_log;
mod csv;
mod empirical;
#[cfg(test)]
mod properties;
mod rates;
#[cfg(test)]
mod tests;

use std::io::{BufRead, BufReader, Read};
use std::ops::Range;

use super::{Diagnostic, Place, Sources};
use crate::files::{self, Files};
use crate::units::Refusal;

pub(super) use access_log::access_log;
pub(super) use empirical::empirical;
pub(super) use rates::rates;

/// The longest line that is read [bytes].
const LINE_BYTES_MAX: usize = 64 << 10;
/// Broken lines of one file that are shown; the rest is counted.
const BROKEN_SHOWN_MAX: usize = 20;

/// Why a line is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Which part of the line [bytes].
    pub span: Range<usize>,
    pub message: String,
    pub help: String,
}

impl Broken {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Broken {
        Broken { span, message: message.into(), help: help.into() }
    }

    fn refused(span: Range<usize>, refusal: Refusal) -> Broken {
        Broken { span, message: refusal.message, help: refusal.help }
    }
}

/// Reads data files, and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub files: &'a dyn Files,
    pub sources: &'a mut Sources,
    pub problems: &'a mut Vec<Diagnostic>,
}

/// A file as the scenario names it.
pub(super) struct Named<'a> {
    pub path: &'a str,
    /// Whether broken lines are left out.
    pub skip_broken: bool,
    /// Where the scenario names it.
    pub place: Place,
}

impl Reader<'_> {
    /// Gives every line but comments (`#`) and empty ones to `each`. False when the file cannot be used, which has been
    /// reported.
    fn lines(&mut self, named: &Named, mut each: impl FnMut(&str) -> Result<(), Broken>) -> bool {
        let file = match files::open(self.files, named.path) {
            Ok(file) => file,
            Err(error) => {
                let message = format!("cannot read {:?}: {error}", named.path);
                self.problems.push(Diagnostic::error("file", message).at(named.place.clone(), "").help(error.help()));
                return false;
            }
        };
        let mut file = BufReader::with_capacity(64 << 10, file);
        let (mut bytes, mut number, mut good, mut broken) = (Vec::new(), 0, 0_u64, 0);
        let mut first = None;
        loop {
            number += 1;
            match line(&mut file, &mut bytes) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let message = format!("cannot read line {number} of {:?}: {error}", named.path);
                    self.problems.push(Diagnostic::error("file", message).at(named.place.clone(), ""));
                    return false;
                }
            }
            if number == 1 && bytes.starts_with(&[0x1f, 0x8b]) {
                let message = format!("{:?} is compressed", named.path);
                let help = "decompress it first, as with `gunzip`, and name the text";
                self.problems.push(Diagnostic::error("file", message).at(named.place.clone(), "").help(help));
                return false;
            }
            match checked(&bytes, number == 1).and_then(|text| {
                let used = !text.trim_start().is_empty() && !text.trim_start().starts_with('#');
                good += u64::from(used);
                if used { each(text) } else { Ok(()) }
            }) {
                Ok(()) => {}
                Err(why) => {
                    broken += 1;
                    first.get_or_insert_with(|| (number, why.message.clone()));
                    if !named.skip_broken && broken <= BROKEN_SHOWN_MAX {
                        self.broken(named, number, &bytes, why, broken == 1);
                    }
                }
            }
        }
        let Some((number, why)) = first else { return true };
        if named.skip_broken {
            let message = format!("{} of {:?} left out, because broken", counted(broken, "line"), named.path);
            let help = format!("the first is line {number}: {why}");
            self.problems.push(Diagnostic::warning("broken-lines", message).at(named.place.clone(), "").help(help));
        } else if broken > BROKEN_SHOWN_MAX {
            let message = format!("{} of {:?} are broken, of {good}", counted(broken, "line"), named.path);
            let help = format!("the first {BROKEN_SHOWN_MAX} are shown");
            self.problems.push(Diagnostic::error("data", message).at(named.place.clone(), "").help(help));
        }
        named.skip_broken
    }

    /// Reports a line.
    fn broken(&mut self, named: &Named, number: usize, bytes: &[u8], why: Broken, is_first: bool) {
        let text = String::from_utf8_lossy(bytes);
        let source = self.sources.add_line(named.path, number, text.trim_end_matches(['\n', '\r']));
        let skip = "let `skip_broken = true` leave out lines like this";
        let help = match (why.help.as_str(), is_first) {
            (help, false) => help.to_owned(),
            ("", true) => skip.to_owned(),
            (help, true) => format!("{help}\nor {skip}"),
        };
        let problem = Diagnostic::error("data", why.message).at((source, why.span), "");
        self.problems.push(problem.help(help));
    }

    /// Reports what is wrong with a file as a whole, where the scenario names it.
    fn whole(&mut self, named: &Named, message: String, help: &str) {
        self.problems.push(Diagnostic::error("data", message).at(named.place.clone(), "").help(help));
    }
}

/// `1 line`, `2 lines`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Reads one line, its end included; false at the end of the file. Of one that is too long, only the beginning is kept.
fn line(file: &mut impl BufRead, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    bytes.clear();
    file.by_ref().take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', bytes)?;
    while bytes.len() > LINE_BYTES_MAX && bytes.last() != Some(&b'\n') {
        let rest = file.fill_buf()?;
        let end = rest.iter().position(|&byte| byte == b'\n');
        let used = end.map_or(rest.len(), |end| end + 1);
        let done = used == 0 || end.is_some();
        file.consume(used);
        if done {
            break;
        }
    }
    Ok(!bytes.is_empty())
}

/// A line as text, without its end.
fn checked(bytes: &[u8], is_first: bool) -> Result<&str, Broken> {
    if bytes.len() > LINE_BYTES_MAX {
        let message = format!("the line is longer than {} KiB", LINE_BYTES_MAX >> 10);
        return Err(Broken::new(0..1, message, "is this the right file?"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = error.valid_up_to();
        Broken::new(good..good + 1, format!("byte {good} of the line is not UTF-8 text"), "save the file as UTF-8")
    })?;
    let text = text.trim_end_matches(['\n', '\r']);
    Ok(if is_first { text.trim_start_matches('\u{feff}') } else { text })
}
