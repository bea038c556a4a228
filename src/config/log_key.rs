//! The key that signs the heads of the log.

use std::fs;
use std::path::PathBuf;

use chaobiao_proof::{LogKey, TrustedKey};

use super::master_key::{create_key_file, read_key_file};
use super::{Config, ConfigError};

const PRIVATE_FILE: &str = "log.key";
const PUBLIC_FILE: &str = "log.pub";

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

    /// Public keys that proofs are checked against: one a line, the present one and former ones.
    pub fn trusted_log_keys(&self) -> Result<Vec<TrustedKey>, ConfigError> {
        read_trusted_keys(self.log_public_key_file())
    }

    pub fn log_public_key_file(&self) -> PathBuf {
        self.data_dir.join(PUBLIC_FILE)
    }

    pub fn checkpoint_folder(&self) -> PathBuf {
        let folder = self.transparency.checkpoint_folder.clone();
        folder.unwrap_or_else(|| self.data_dir.join("checkpoints"))
    }
}

/// Public keys from a file, one a line.
pub fn read_trusted_keys(path: PathBuf) -> Result<Vec<TrustedKey>, ConfigError> {
    let text = fs::read_to_string(&path).map_err(ConfigError::io(&path))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let keys: Result<Vec<_>, _> = lines.map(TrustedKey::parse).collect();
    keys.map_err(|source| ConfigError::LogKeyMalformed { path, source })
}
