//! The repository's own text files, as the checks of its shape read them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What tools put into a work tree; none of it is ours to check.
const NOT_OURS: [&str; 9] = [
    ".git",
    "target",
    "node_modules",
    "dist",
    "gql",
    "data",
    "test-results",
    "playwright-report",
    "work_calendar",
];

/// A text file with its path from the repository's root, in slashes.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Whether this is code that only tests run.
    pub(crate) is_test: bool,
}

impl File {
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            is_test: is_test_path(path),
        }
    }

    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }
}

fn is_test_path(path: &str) -> bool {
    path.starts_with("eventstore/testing/")
        || path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
}

/// The modules a file declares for tests alone, as paths without extension.
fn test_modules(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let inside = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => file.path.trim_end_matches(".rs").to_owned(),
    };
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    lines
        .windows(2)
        .filter(|pair| pair[0] == "#[cfg(test)]")
        .filter_map(|pair| pair[1].strip_suffix(';')?.split_once("mod "))
        .map(|(_, module)| format!("{inside}/{module}"))
        .collect()
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the repository, in the order of paths.
pub(crate) fn files() -> Vec<File> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            let name = entry.file_name();
            if NOT_OURS.iter().any(|skipped| name == *skipped) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(&root).unwrap();
                found.push(File::sample(path.to_str().unwrap(), &text));
            }
        }
    }
    let for_tests: BTreeSet<String> = found.iter().flat_map(test_modules).collect();
    for file in &mut found {
        file.is_test |= for_tests.contains(file.path.trim_end_matches(".rs"));
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(found.len() > 100, "the walk found next to nothing");
    found
}
