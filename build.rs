//! What the program is told about itself while it is built.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;
use std::path::Path;
use std::{fs, io};

/// Everything a folded state depends on: aggregates, their events, and whatever they are built of.
const FOLDING: [&str; 3] = ["domain/src", "eventstore/decision/src", "Cargo.lock"];

fn main() -> io::Result<()> {
    // The migrations are built into the binary; without this line a new file in the folder would
    // not be noticed.
    println!("cargo:rerun-if-changed=migrations");
    let mut hasher = DefaultHasher::new();
    for path in FOLDING {
        println!("cargo:rerun-if-changed={path}");
        hash(Path::new(path), &mut hasher)?;
    }
    println!(
        "cargo:rustc-env=CHAOBIAO_FOLDING_CODE={:016x}",
        hasher.finish()
    );
    Ok(())
}

/// Names and contents, in the order of names.
fn hash(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        let entries: io::Result<Vec<_>> =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect();
        let mut entries = entries?;
        entries.sort();
        return entries.iter().try_for_each(|entry| hash(entry, hasher));
    }
    fs::read(path)?.hash(hasher);
    Ok(())
}
