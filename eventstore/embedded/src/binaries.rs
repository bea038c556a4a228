//! Where the PostgreSQL programs of this machine are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::EmbeddedError;

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
const VERSIONED_ROOT: &str = "/usr/lib/postgresql";

/// One installation of PostgreSQL.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    directory: PathBuf,
}

impl Binaries {
    /// The installation to use; one of the same major version when a cluster exists already.
    pub(crate) fn find(
        wanted: Option<&Path>,
        cluster_version: Option<u32>,
    ) -> Result<Self, EmbeddedError> {
        let candidates = candidates(wanted);
        let complete: Vec<Self> = candidates
            .iter()
            .filter(|directory| {
                PROGRAMS
                    .iter()
                    .all(|program| directory.join(program).is_file())
            })
            .map(|directory| Self {
                directory: directory.clone(),
            })
            .collect();
        if complete.is_empty() {
            let searched: Vec<String> = candidates
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            return Err(EmbeddedError::BinariesNotFound {
                searched: searched.join(", "),
            });
        }
        let Some(wanted) = cluster_version else {
            return Ok(complete[0].clone());
        };
        complete
            .into_iter()
            .find(|binaries| binaries.major_version() == Some(wanted))
            .ok_or(EmbeddedError::VersionNotInstalled { wanted })
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn major_version(&self) -> Option<u32> {
        let output = Command::new(self.program("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        major_version(&String::from_utf8_lossy(&output.stdout))
    }
}

/// An explicit directory stands alone: somebody who names one does not want another.
fn candidates(wanted: Option<&Path>) -> Vec<PathBuf> {
    if let Some(directory) = wanted {
        return vec![directory.to_path_buf()];
    }
    if let Some(directory) = env::var_os("CHAOBIAO_PG_BIN") {
        return vec![PathBuf::from(directory)];
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = env::split_paths(&path)
        .filter_map(|directory| fs::canonicalize(directory.join("pg_ctl")).ok())
        .filter_map(|program| program.parent().map(Path::to_path_buf))
        .collect();
    found.extend(versioned(Path::new(VERSIONED_ROOT)));
    if found.is_empty() {
        found.push(PathBuf::from(VERSIONED_ROOT));
    }
    found
}

fn versioned(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, path)| path).collect()
}

/// From `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_version(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_program_prints_them() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version(""), None);
    }

    #[test]
    fn a_directory_without_the_programs_is_refused_by_name() {
        let error = Binaries::find(Some(Path::new("/nowhere/bin")), None).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("/nowhere/bin"), "{message}");
        assert!(message.contains("Debian package postgresql"), "{message}");
    }

    #[test]
    fn a_cluster_of_a_missing_version_names_its_package() {
        let error = Binaries::find(None, Some(8)).unwrap_err();
        assert!(error.to_string().contains("postgresql-8"), "{error}");
    }
}
