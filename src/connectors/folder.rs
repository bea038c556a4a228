//! Files another system puts into a folder: taken in by name, and then laid aside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file changed so lately may still be written to.
const SETTLED_AFTER: Duration = Duration::from_secs(10);
/// No file of readings is longer.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// The others wait for the next run.
const FILES_MAX: usize = 100;
pub(super) const DONE: &str = "done";
pub(super) const FAILED: &str = "failed";

/// What lies there, by name; nothing of what starts with a dot or is named as unfinished.
pub(super) fn files(folder: &Path, now: SystemTime) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let unfinished = [".part", ".tmp", ".filepart", ".crdownload"];
        if name.starts_with('.') || unfinished.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        // Of the file itself: nobody is led elsewhere by a link.
        let found = fs::symlink_metadata(entry.path())?;
        let settled = now.duration_since(found.modified()?).unwrap_or_default() >= SETTLED_AFTER;
        if found.is_file() && settled {
            files.push(entry.path());
        }
    }
    files.sort_unstable();
    files.truncate(FILES_MAX);
    Ok(files)
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, String> {
    let read = || {
        if fs::metadata(file)?.len() > FILE_BYTES_MAX {
            return Err(io::Error::other("文件过大"));
        }
        fs::read(file)
    };
    read().map_err(|error| format!("无法读取 {}：{error}", shown(file)))
}

/// Moves a file into a folder beside it. One of the same name there stays; the new one gets a number.
pub(super) fn lay_aside(file: &Path, into: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new(".")).join(into);
    fs::create_dir_all(&folder)?;
    let name = shown(file);
    let mut place = folder.join(&name);
    let mut number = 1;
    while place.exists() {
        number += 1;
        place = folder.join(format!("{number}-{name}"));
    }
    fs::rename(file, place)
}

pub(super) fn shown(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chaobiao_testing::ScratchDirectory;

    #[test]
    fn r17_what_is_finished_is_taken_and_laid_aside_and_nothing_else() {
        let scratch = ScratchDirectory::create();
        let folder = scratch.path();
        for name in ["b.csv", "a.csv", ".hidden", "c.csv.part"] {
            fs::write(folder.join(name), "x").unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", folder.join("link.csv")).unwrap();
        let now = SystemTime::now();
        assert_eq!(files(folder, now).unwrap(), Vec::<PathBuf>::new());
        let later = now + Duration::from_mins(1);
        let found = files(folder, later).unwrap();
        let names: Vec<String> = found.iter().map(|file| shown(file)).collect();
        assert_eq!(names, ["a.csv", "b.csv"]);
        lay_aside(&found[0], DONE).unwrap();
        fs::write(folder.join("a.csv"), "y").unwrap();
        lay_aside(&folder.join("a.csv"), DONE).unwrap();
        assert_eq!(fs::read_to_string(folder.join("done/a.csv")).unwrap(), "x");
        assert_eq!(
            fs::read_to_string(folder.join("done/2-a.csv")).unwrap(),
            "y"
        );
        assert_eq!(files(folder, later).unwrap().len(), 1);
    }
}
