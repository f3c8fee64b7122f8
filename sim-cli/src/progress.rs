//! Where the terminal keeps what a learner has done: one JSON file in the user's data folder.
//!
//! A file that cannot be read is somebody's work: it is set aside under another name, reported, and never written over.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use sim_learn::progress::{Damage, Progress};

use crate::exit::Exit;
use crate::format;

/// The folder of this program in the user's data folder.
const FOLDER: &str = "sim-cli";
/// The file in it.
const FILE: &str = "progress.json";
/// The largest file that is read [bytes]; a learner's is some kilobytes.
const BYTES_MAX: u64 = 4 << 20;

/// Where progress is kept.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// Where progress is kept; the user's data folder unless set
    #[arg(long, value_name = "FOLDER", env = "SIM_DATA_FOLDER", global = true, hide_env_values = true)]
    data_folder: Option<PathBuf>,
}

/// Progress, and where it is kept.
#[derive(Clone, Debug)]
pub struct Store {
    /// None when it cannot or must not be written.
    file: Option<PathBuf>,
    /// What the learner has done.
    pub progress: Progress,
}

impl Place {
    /// Reads what there is. What is damaged is set aside; whatever is odd is told on the standard error.
    pub fn open(&self) -> Store {
        let folder = match &self.data_folder {
            Some(folder) => folder.clone(),
            None => match etcetera::choose_base_strategy() {
                Ok(base) => base.data_dir().join(FOLDER),
                Err(error) => {
                    eprintln!("warning: progress is not kept: {error}; set SIM_DATA_FOLDER to a folder");
                    return Store::nowhere();
                }
            },
        };
        let file = folder.join(FILE);
        let text = match read(&file) {
            Ok(text) => text,
            Err(Trouble::Missing) => return Store { file: Some(file), progress: Progress::default() },
            Err(Trouble::Damaged(why)) => return set_aside(file, &why),
            Err(Trouble::Closed(why)) => {
                eprintln!("warning: cannot read {}: {why}; progress is not kept this time", file.display());
                return Store::nowhere();
            }
        };
        match Progress::read(&text) {
            Ok(progress) => Store { file: Some(file), progress },
            Err(damage @ Damage::Newer(_)) => {
                eprintln!("warning: {}: {damage}; it is left as it is, and progress is not kept", file.display());
                Store::nowhere()
            }
            Err(damage) => set_aside(file, &damage.to_string()),
        }
    }
}

impl Store {
    /// Progress that is not kept.
    pub fn nowhere() -> Store {
        Store { file: None, progress: Progress::default() }
    }

    /// Writes it, whole or not at all.
    pub fn save(&self) {
        let Some(file) = &self.file else { return };
        let folder = file.parent().unwrap_or(Path::new("."));
        if let Err(error) = fs::create_dir_all(folder) {
            eprintln!("warning: progress is not kept: cannot make {}: {error}", folder.display());
            return;
        }
        if format::write(file, &self.progress.write()) != Exit::Held {
            eprintln!("warning: progress is not kept");
        }
    }
}

/// Why a file was not read.
enum Trouble {
    /// There is none.
    Missing,
    /// It is no progress.
    Damaged(String),
    /// The system does not let us.
    Closed(String),
}

fn read(file: &Path) -> Result<String, Trouble> {
    let trouble = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Trouble::Missing,
        ErrorKind::InvalidData => Trouble::Damaged("it is no text".to_owned()),
        _ => Trouble::Closed(error.to_string()),
    };
    let about = fs::metadata(file).map_err(trouble)?;
    if !about.is_file() {
        return Err(Trouble::Closed("it is no regular file".to_owned()));
    }
    if about.len() > BYTES_MAX {
        return Err(Trouble::Damaged("it is too large".to_owned()));
    }
    fs::read_to_string(file).map_err(trouble)
}

/// Gives a damaged file another name, and begins anew.
fn set_aside(file: PathBuf, why: &str) -> Store {
    let names = (1u32..).map(|number| file.with_file_name(format!("{FILE}.damaged-{number}")));
    // A name that is taken holds an earlier damaged file.
    let aside = names.take(1000).find(|name| fs::symlink_metadata(name).is_err());
    let moved = aside.map(|aside| fs::rename(&file, &aside).map(|()| aside));
    match moved {
        Some(Ok(aside)) => {
            eprintln!("warning: {} is damaged: {why}", file.display());
            eprintln!("         it was set aside as {}; progress begins anew", aside.display());
            Store { file: Some(file), progress: Progress::default() }
        }
        _ => {
            eprintln!(
                "warning: {} is damaged: {why}; it could not be set aside, so progress is not kept",
                file.display()
            );
            Store::nowhere()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> (Place, PathBuf) {
        let folder = std::env::temp_dir().join(format!("sim-cli-progress-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        (Place { data_folder: Some(folder.clone()) }, folder)
    }

    #[test]
    fn progress_is_there_the_next_time() {
        let (place, folder) = place("kept");
        let mut store = place.open();
        store.progress.opened("stack");
        store.save();
        assert_eq!(place.open().progress, store.progress);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_an_earlier_one_stays() {
        let (place, folder) = place("damaged");
        fs::create_dir_all(&folder).unwrap();
        let contents = [&b"{\"version\": 1, \"lessons\": {\"sta"[..], &[0xff, 0xfe, 0x00][..]];
        for content in contents {
            fs::write(folder.join(FILE), content).unwrap();
            let mut store = place.open();
            assert_eq!(store.progress, Progress::default());
            store.progress.opened("stack");
            store.save();
            assert_eq!(place.open().progress, store.progress, "a new beginning");
        }
        for (number, content) in contents.iter().enumerate() {
            assert_eq!(&fs::read(folder.join(format!("{FILE}.damaged-{}", number + 1))).unwrap(), content);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_later_program_wrote_is_neither_moved_nor_written() {
        let (place, folder) = place("newer");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(FILE), "{\"version\": 99}").unwrap();
        let mut store = place.open();
        store.progress.opened("stack");
        store.save();
        assert_eq!(fs::read_to_string(folder.join(FILE)).unwrap(), "{\"version\": 99}");
        fs::remove_dir_all(folder).unwrap();
    }

    /// What is in the file's place is no file: it stays, and nothing is written in or beside it.
    #[test]
    fn a_folder_in_its_place_is_left_alone() {
        let (place, folder) = place("folder");
        fs::create_dir_all(folder.join(FILE)).unwrap();
        fs::write(folder.join(FILE).join("mine"), "x").unwrap();
        let mut store = place.open();
        store.progress.opened("stack");
        store.save();
        assert_eq!(fs::read_to_string(folder.join(FILE).join("mine")).unwrap(), "x");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    /// A file that ends anywhere is either set aside as it was, or was whole.
    #[test]
    fn a_file_that_was_cut_off_is_never_lost() {
        let (place, folder) = place("cut");
        let mut store = place.open();
        store.progress.opened("stack");
        store.progress.next_hint("no-way-in");
        let whole = store.progress.write();
        fs::create_dir_all(&folder).unwrap();
        for length in (0..whole.len()).filter(|&length| whole.is_char_boundary(length)) {
            fs::write(folder.join(FILE), &whole[..length]).unwrap();
            let aside = folder.join(format!("{FILE}.damaged-1"));
            let read = place.open();
            if read.progress == store.progress {
                continue; // only what ends the last line was missing
            }
            assert_eq!(fs::read_to_string(&aside).unwrap(), whole[..length], "cut at {length}");
            fs::remove_file(aside).unwrap();
        }
        fs::remove_dir_all(folder).unwrap();
    }

    /// What cannot be written leaves what was there, as a full disk does.
    #[test]
    fn a_failed_save_leaves_the_old_file() {
        let (place, folder) = place("failed");
        let mut store = place.open();
        store.progress.opened("stack");
        store.save();
        let before = fs::read_to_string(folder.join(FILE)).unwrap();
        // The new content goes into this file first; where it cannot, the disk may as well be full.
        fs::create_dir(folder.join(format!("{FILE}.part"))).unwrap();
        store.progress.opened("roles");
        store.save();
        assert_eq!(fs::read_to_string(folder.join(FILE)).unwrap(), before);
        fs::remove_dir_all(folder).unwrap();
    }
}
