use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How far somebody is in a sequence of records, in a file. Not synced: one that is lost or old
/// costs records brought twice, no more.
#[derive(Clone, Debug)]
pub struct Cursor {
    path: PathBuf,
    fresh: PathBuf,
}

impl Cursor {
    pub fn new(folder: &Path, name: &str) -> Self {
        Self {
            path: folder.join(name),
            fresh: folder.join(format!("{name}.new")),
        }
    }

    pub fn read(&self) -> Option<u64> {
        let text = fs::read_to_string(&self.path).ok()?;
        text.trim().parse().ok()
    }

    pub fn note(&self, number: u64) -> io::Result<()> {
        fs::write(&self.fresh, number.to_string())?;
        fs::rename(&self.fresh, &self.path)
    }
}
