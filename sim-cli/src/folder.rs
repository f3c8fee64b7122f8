//! The real folder around a scenario file.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sim_core::files::{DATA_BYTES_MAX, FILE_BYTES_MAX, FileError, Files};
use sim_core::scenario::{Diagnostics, Scenario};
use sim_core::session::FileMap;

use crate::exit::Exit;
use crate::format::diagnostics;

/// Files listed for "did you mean" at most.
const NAMES_MAX: usize = 500;
/// Folders inside folders that are listed.
const DEPTH_MAX: usize = 3;

/// A folder whose files a scenario may name; what a symbolic link leads to outside of it may not be read.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder that holds this file.
    pub fn of(file: &Path) -> Folder {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Folder(parent.unwrap_or(Path::new(".")).to_owned())
    }

    fn list(&self, folder: &Path, depth: usize, names: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).take(NAMES_MAX).collect();
        paths.sort();
        for path in paths {
            if names.len() >= NAMES_MAX {
                return;
            }
            if path.is_file()
                && let Some(name) = path.strip_prefix(&self.0).ok().and_then(Path::to_str)
            {
                names.push(name.replace('\\', "/"));
            } else if path.is_dir() && !path.is_symlink() && depth < DEPTH_MAX {
                self.list(&path, depth + 1, names);
            }
        }
    }
}

impl Folder {
    /// A file in the folder, and how large it is [bytes].
    fn regular_file(&self, path: &str) -> Result<(PathBuf, u64), FileError> {
        let root = self.0.canonicalize().map_err(other)?;
        let file = root.join(path).canonicalize().map_err(other)?;
        if !file.starts_with(&root) {
            return Err(FileError::Path("a link leads out of the scenario's folder"));
        }
        let about = fs::metadata(&file).map_err(other)?;
        // A pipe or device may never end.
        match about.is_file() {
            true => Ok((file, about.len())),
            false => Err(FileError::Path("the path names no regular file")),
        }
    }

    /// What typed lines may name with `file://`: the JSON files, as far as they are of a sound size in all.
    pub fn small_files(&self) -> FileMap {
        let mut files = FileMap::new();
        let mut bytes = 0;
        for name in self.names().into_iter().filter(|name| name.ends_with(".json")) {
            let Ok(text) = Files::read(self, &name) else { continue };
            bytes += text.len();
            if bytes > FILE_BYTES_MAX {
                break;
            }
            files.insert(name, text);
        }
        files
    }
}

fn other(error: std::io::Error) -> FileError {
    match error.kind() {
        std::io::ErrorKind::NotFound => FileError::NotFound { similar: None },
        _ => FileError::Other(error.to_string()),
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let (file, bytes) = self.regular_file(path)?;
        if bytes > FILE_BYTES_MAX as u64 {
            return Err(FileError::TooLarge);
        }
        fs::read(&file).map_err(other)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, FileError> {
        let (file, bytes) = self.regular_file(path)?;
        if bytes > DATA_BYTES_MAX {
            return Err(FileError::TooMuchData);
        }
        Ok(Box::new(fs::File::open(&file).map_err(other)?))
    }

    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.list(&self.0, 0, &mut names);
        names
    }
}

/// Reads a scenario file, and prints what is wrong or odd about it.
pub fn read_scenario(path: &Path) -> Result<Scenario, Exit> {
    let bytes = read_bounded(path).map_err(|why| {
        eprintln!("error: cannot read {}: {why}", path.display());
        Exit::Usage
    })?;
    match Scenario::read(&path.to_string_lossy(), &bytes, &Folder::of(path)) {
        Ok(scenario) => {
            if !scenario.warnings.is_empty() {
                diagnostics::print(&Diagnostics::new(scenario.sources.clone(), scenario.warnings.clone()));
            }
            Ok(scenario)
        }
        Err(problems) => {
            diagnostics::print(&problems);
            Err(Exit::Usage)
        }
    }
}

/// The bytes of a regular file of a sound size.
pub fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    let about = fs::metadata(path).map_err(|error| error.to_string())?;
    if about.is_dir() {
        return Err("it is a folder; name a .toml file in it".to_owned());
    }
    if !about.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if about.len() > FILE_BYTES_MAX as u64 {
        return Err(FileError::TooLarge.to_string());
    }
    fs::read(path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use sim_core::files;

    use super::*;

    #[test]
    fn a_folder_shows_its_files_and_nothing_outside() {
        let base = std::env::temp_dir().join(format!("sim-cli-folder-{}", std::process::id()));
        fs::create_dir_all(base.join("in/sub")).unwrap();
        fs::write(base.join("secret.json"), "s").unwrap();
        fs::write(base.join("in/task.json"), "t").unwrap();
        fs::write(base.join("in/sub/deep.json"), "d").unwrap();
        let folder = Folder::of(&base.join("in/story.toml"));
        let results = [
            files::read(&folder, "task.json"),
            files::read(&folder, "sub/deep.json"),
            files::read(&folder, "../secret.json"),
            files::read(&folder, "tsak.json"),
            files::read(&folder, "sub"),
        ];
        #[cfg(unix)]
        let linked = {
            std::os::unix::fs::symlink(base.join("secret.json"), base.join("in/link.json")).unwrap();
            files::read(&folder, "link.json")
        };
        fs::remove_dir_all(&base).unwrap();
        let [task, deep, outside, missing, not_a_file] = results;
        assert_eq!((task.unwrap(), deep.unwrap()), (b"t".to_vec(), b"d".to_vec()));
        assert!(matches!(outside, Err(FileError::Path(_))));
        assert_eq!(missing, Err(FileError::NotFound { similar: Some("task.json".into()) }));
        assert!(matches!(not_a_file, Err(FileError::Path(_))));
        #[cfg(unix)]
        assert!(matches!(linked, Err(FileError::Path(_))));
    }
}
