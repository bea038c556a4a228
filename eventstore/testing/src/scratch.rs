use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty directory the account `postgres` can pass, removed at the end of the test. Good as
/// the parent of a server's data directory.
#[derive(Debug)]
pub struct ScratchDirectory(PathBuf);

impl ScratchDirectory {
    pub fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/tmp/chaobiao-scratch-{}-{count}", process::id()));
        // A killed test of an earlier process with this number may have left one.
        let _ = fs::remove_dir_all(&path);
        DirBuilder::new()
            .mode(0o711)
            .create(&path)
            .expect("a scratch directory is created");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchDirectory {
    fn drop(&mut self) {
        // Leftovers below /tmp harm nobody; a panic here would hide that of the test.
        let _ = fs::remove_dir_all(&self.0);
    }
}
