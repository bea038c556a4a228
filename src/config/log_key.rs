//! The key that signs the heads of the log.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chaobiao_eventstore::notary::LogKeys;
use chaobiao_proof::{LogKey, TrustedKey};

use super::master_key::{create_key_file, read_key_file};
use super::{Config, ConfigError};

const PRIVATE_FILE: &str = "log.key";
const PUBLIC_FILE: &str = "log.pub";
/// The key that is about to follow; there while a change is under way only.
const NEXT_FILE: &str = "log.key.next";

/// The log's key as it is on file at the moment.
#[derive(Clone, Debug)]
pub struct LogKeyFile(PathBuf);

impl LogKeys for LogKeyFile {
    fn present(&self) -> io::Result<LogKey> {
        let text = read_key_file(&self.0).map_err(io::Error::other)?;
        LogKey::parse(&text).map_err(io::Error::other)
    }
}

impl Config {
    /// The log's key, made on first use; its public half lies beside it in `log.pub`, to be given
    /// to whoever shall check proofs.
    pub fn log_key(&self) -> Result<LogKey, ConfigError> {
        let path = self.data_dir.join(PRIVATE_FILE);
        let malformed = |source| ConfigError::LogKeyMalformed {
            path: path.clone(),
            source,
        };
        if !path.exists() {
            let (key, public) = LogKey::generate(&self.transparency.origin).map_err(malformed)?;
            // The public half first: with the private one there, this is not done again.
            let public_path = self.log_public_key_file();
            chaobiao_embedded_postgres::create_data_dir(&self.data_dir)?;
            fs::write(&public_path, format!("{public}\n"))
                .map_err(ConfigError::io(&public_path))?;
            create_key_file(&self.data_dir, &path, key.encoded())?;
        }
        LogKey::parse(&read_key_file(&path)?).map_err(malformed)
    }

    /// The file of the log's key, for whoever signs again and again.
    pub fn log_key_file(&self) -> Result<LogKeyFile, ConfigError> {
        self.log_key()?;
        Ok(LogKeyFile(self.data_dir.join(PRIVATE_FILE)))
    }

    /// The key that is to follow the present one; the same until it has.
    pub fn next_log_key(&self) -> Result<LogKey, ConfigError> {
        let path = self.data_dir.join(NEXT_FILE);
        let malformed = |source| ConfigError::LogKeyMalformed {
            path: path.clone(),
            source,
        };
        if !path.exists() {
            let present = self.log_key()?;
            let (key, _) = LogKey::generate(present.origin()).map_err(malformed)?;
            create_key_file(&self.data_dir, &path, key.encoded())?;
        }
        LogKey::parse(&read_key_file(&path)?).map_err(malformed)
    }

    /// Puts the next key in the present one's place. The public halves of both stay, the old one
    /// trusted up to the head at which the key changed.
    pub fn adopt_next_log_key(&self, changed_at: u64) -> Result<(), ConfigError> {
        let (old, next) = (self.log_key()?, self.next_log_key()?);
        let public = self.log_public_key_file();
        let mut keys = read_trusted_keys(public.clone())?;
        for key in keys.iter_mut().filter(|key| key.encoded() == old.public()) {
            key.retire(changed_at);
        }
        let mut lines: Vec<String> = keys.iter().map(ToString::to_string).collect();
        if keys.iter().all(|key| key.encoded() != next.public()) {
            lines.push(next.public().to_owned());
        }
        // The public half first, as when the first key was made.
        replace(&public, &(lines.join("\n") + "\n"))?;
        let path = self.data_dir.join(PRIVATE_FILE);
        fs::rename(self.data_dir.join(NEXT_FILE), &path).map_err(ConfigError::io(&path))
    }

    pub fn log_public_key_file(&self) -> PathBuf {
        self.data_dir.join(PUBLIC_FILE)
    }

    pub fn checkpoint_folder(&self) -> PathBuf {
        let folder = self.transparency.checkpoint_folder.clone();
        folder.unwrap_or_else(|| self.data_dir.join("checkpoints"))
    }
}

/// Written whole under another name and renamed, so that no reader finds half of it.
fn replace(path: &Path, text: &str) -> Result<(), ConfigError> {
    let aside = path.with_extension("unfinished");
    let mut file = fs::File::create(&aside).map_err(ConfigError::io(&aside))?;
    io::Write::write_all(&mut file, text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(ConfigError::io(&aside))?;
    fs::rename(&aside, path).map_err(ConfigError::io(path))
}

/// Public keys from a file, one a line: the present one, and former ones with where they end.
pub fn read_trusted_keys(path: PathBuf) -> Result<Vec<TrustedKey>, ConfigError> {
    let text = fs::read_to_string(&path).map_err(ConfigError::io(&path))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let keys: Result<Vec<_>, _> = lines.map(TrustedKey::parse).collect();
    keys.map_err(|source| ConfigError::LogKeyMalformed { path, source })
}
