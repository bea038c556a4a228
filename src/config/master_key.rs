//! The key all other keys are derived from or wrapped with.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use chaobiao_embedded_postgres::create_data_dir;
use rand::RngCore as _;

use super::{Config, ConfigError, Secret};

pub const MASTER_KEY_BYTES: usize = 32;
const FILE_NAME: &str = "secret.key";
/// Read, write or execute by anybody outside the owner and its group.
const OTHERS: u32 = 0o007;

impl Config {
    /// The master key, from the file named or, when none is, from one made on first use.
    pub fn master_key(&self) -> Result<Secret<[u8; MASTER_KEY_BYTES]>, ConfigError> {
        if let Some(path) = &self.secrets.master_key_file {
            return read(path);
        }
        let path = self.data_dir.join(FILE_NAME);
        if !path.exists() {
            create(&self.data_dir, &path)?;
        }
        read(&path)
    }
}

/// The text of a key file, which others must not be able to read.
pub fn read_key_file(path: &Path) -> Result<String, ConfigError> {
    let found = fs::metadata(path).map_err(ConfigError::io(path))?;
    if found.mode() & OTHERS != 0 {
        return Err(ConfigError::KeyExposed {
            path: path.to_path_buf(),
        });
    }
    fs::read_to_string(path).map_err(ConfigError::io(path))
}

fn read(path: &Path) -> Result<Secret<[u8; MASTER_KEY_BYTES]>, ConfigError> {
    let text = read_key_file(path)?;
    let mut key = [0_u8; MASTER_KEY_BYTES];
    hex::decode_to_slice(text.trim(), &mut key).map_err(|_| ConfigError::KeyMalformed {
        path: path.to_path_buf(),
    })?;
    Ok(Secret::new(key))
}

fn create(data_dir: &Path, path: &Path) -> Result<(), ConfigError> {
    let mut key = [0_u8; MASTER_KEY_BYTES];
    rand::rng().fill_bytes(&mut key);
    create_key_file(data_dir, path, &hex::encode(key))
}

/// Written whole under another name and then linked: of two processes starting at once one
/// wins, and neither reads half a key.
pub fn create_key_file(data_dir: &Path, path: &Path, key: &str) -> Result<(), ConfigError> {
    create_data_dir(data_dir)?;
    let unfinished = PathBuf::from(format!("{}.{}", path.display(), std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(ConfigError::io(&unfinished))?;
    file.write_all(format!("{key}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(ConfigError::io(&unfinished))?;
    let linked = match fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(ConfigError::io(path)(error)),
        _ => Ok(()),
    };
    fs::remove_file(&unfinished).map_err(ConfigError::io(&unfinished))?;
    linked
}
