//! Files by name, from wherever the caller keeps them: a folder for the CLI, a map in the browser.
//!
//! Owns what a path may be and how much is read; opens nothing itself. A scenario's `file = "x.json"` and a command
//! line's `file://x.json` both come through [`read`].

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};

use crate::spelling::nearest;

/// The largest file that is read [bytes]: a hostile text takes some hundred times its length while it is read, and
/// must not exhaust a browser.
pub const FILE_BYTES_MAX: usize = 2 << 20;

/// The largest data file that is read line by line, such as an access log [bytes]: it is never held as a whole.
pub const DATA_BYTES_MAX: u64 = 4 << 30;

/// The files that a scenario and its command lines may name.
pub trait Files {
    /// The bytes of one file. The path is relative to the scenario's folder, with forward slashes, and stays inside:
    /// [`read`] has checked it. What the path means on a disk (symbolic links, say) is the implementation's business.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// The bytes of one file, bit by bit: for data, which may be far larger than what is read at once. The path is as for
    /// [`Files::read`].
    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, FileError> {
        self.read(path).map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read>)
    }

    /// The paths that exist, for "did you mean"; may be empty.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Files in memory, by path.
impl Files for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.get(path).cloned().ok_or(FileError::NotFound { similar: None })
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// No files at all.
impl Files for () {
    fn read(&self, _path: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound { similar: None })
    }
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// The path is not one that may be named; says why.
    Path(&'static str),
    /// There is no such file.
    NotFound {
        /// The nearest path that exists.
        similar: Option<String>,
    },
    /// More than [`FILE_BYTES_MAX`].
    TooLarge,
    /// Data of more than [`DATA_BYTES_MAX`].
    TooMuchData,
    /// Not UTF-8 from this byte on; only [`read_text`] asks for text.
    NotText {
        /// The first byte that is no text [bytes from the start].
        offset: usize,
    },
    /// What the operating system said.
    Other(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Path(why) => f.write_str(why),
            FileError::NotFound { .. } => f.write_str("there is no such file"),
            FileError::TooLarge => write!(f, "the file is larger than {} MiB", FILE_BYTES_MAX >> 20),
            FileError::TooMuchData => write!(f, "the file is larger than {} GiB", DATA_BYTES_MAX >> 30),
            FileError::NotText { offset } => write!(f, "byte {offset} is not UTF-8 text"),
            FileError::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for FileError {}

impl FileError {
    /// A way out; empty when the message says it all.
    pub fn help(&self) -> String {
        match self {
            FileError::Path(_) => {
                "name a file in the scenario's folder or below, such as \"task-definition.json\"".into()
            }
            FileError::NotFound { similar: Some(similar) } => format!("did you mean {similar:?}?"),
            FileError::NotFound { similar: None } => "paths are relative to the scenario's folder".into(),
            FileError::NotText { .. } => "save the file as UTF-8".into(),
            FileError::TooMuchData => "split it, and name the part that is needed".into(),
            FileError::TooLarge | FileError::Other(_) => String::new(),
        }
    }
}

/// The bytes of the file at `path`, which may not leave the scenario's folder.
///
/// ```
/// use std::collections::BTreeMap;
/// use sim_core::files;
/// let folder = BTreeMap::from([("td/web.json".to_owned(), b"{}".to_vec())]);
/// assert_eq!(files::read(&folder, "./td/web.json").unwrap(), b"{}");
/// assert!(files::read(&folder, "../secret").is_err());
/// ```
pub fn read(files: &dyn Files, path: &str) -> Result<Vec<u8>, FileError> {
    let path = clean(path).map_err(FileError::Path)?;
    match files.read(&path) {
        Ok(bytes) if bytes.len() > FILE_BYTES_MAX => Err(FileError::TooLarge),
        result => result.map_err(|error| with_nearest(files, &path, error)),
    }
}

/// The bytes of the file at `path`, bit by bit; as [`read`], but for data of up to [`DATA_BYTES_MAX`].
pub fn open<'a>(files: &'a dyn Files, path: &str) -> Result<Box<dyn Read + 'a>, FileError> {
    let path = clean(path).map_err(FileError::Path)?;
    files.open(&path).map_err(|error| with_nearest(files, &path, error))
}

/// A file that is not there, with the nearest one that is.
fn with_nearest(files: &dyn Files, path: &str, error: FileError) -> FileError {
    match error {
        FileError::NotFound { similar: None } => {
            let names = files.names();
            let similar = nearest(path, names.iter().map(String::as_str)).map(str::to_owned);
            FileError::NotFound { similar }
        }
        error => error,
    }
}

/// The text of the file at `path`; a byte order mark in front is dropped.
pub fn read_text(files: &dyn Files, path: &str) -> Result<String, FileError> {
    text(read(files, path)?)
}

/// Bytes as text; a byte order mark in front is dropped.
pub fn text(bytes: Vec<u8>) -> Result<String, FileError> {
    let mut text =
        String::from_utf8(bytes).map_err(|error| FileError::NotText { offset: error.utf8_error().valid_up_to() })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// The path in its one spelling: forward slashes, no `.` parts; or why it may not be named.
pub fn clean(path: &str) -> Result<String, &'static str> {
    if path.is_empty() {
        return Err("a path may not be empty");
    }
    if path.contains('\\') {
        return Err("a path is written with forward slashes, on every system");
    }
    if path.starts_with('/') {
        return Err("a path may not be absolute");
    }
    if path.contains(':') {
        return Err("a path may not have a drive letter or a scheme");
    }
    if path.contains(char::is_control) {
        return Err("a path may not have control characters");
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err("a path may not climb out of the scenario's folder");
    }
    if parts.is_empty() || path.ends_with('/') {
        return Err("the path names a folder, not a file");
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_folder_and_has_one_spelling() {
        assert_eq!(clean("./a//b/./c.json"), Ok("a/b/c.json".to_owned()));
        let refused = ["", "/etc/passwd", "..", "a/../b", "C:/x", "file://x", "a\\b", "a\0b", "a/", ".", "\n"];
        for path in refused {
            assert!(clean(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_missing_file_names_the_nearest_one() {
        let folder = BTreeMap::from([("task-definition.json".to_owned(), Vec::new())]);
        let error = read(&folder, "taskdefinition.json").unwrap_err();
        assert_eq!(error.help(), "did you mean \"task-definition.json\"?");
        assert_eq!(read(&folder, "zebra").unwrap_err(), FileError::NotFound { similar: None });
    }

    #[test]
    fn text_says_where_it_stops_being_text() {
        assert_eq!(text(b"ab\xffc".to_vec()), Err(FileError::NotText { offset: 2 }));
        assert_eq!(text("\u{feff}a".into()), Ok("a".to_owned()));
    }
}
