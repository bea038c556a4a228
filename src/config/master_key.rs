//! The key all other keys are derived from or wrapped with.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use chaobiao_embedded_postgres::create_data_dir;
use chaobiao_eventstore::{MasterKey, MasterKeys};
use rand::RngCore as _;

use super::{Config, ConfigError, Secret};

pub const MASTER_KEY_BYTES: usize = 32;
const FILE_NAME: &str = "secret.key";
const NEXT: &str = ".next";
const FORMER: &str = ".former";
/// Read, write or execute by anybody outside the owner and its group.
const OTHERS: u32 = 0o007;

impl Config {
    /// The master key, from the file named or, when none is, from one made on first use.
    pub fn master_key(&self) -> Result<Secret<[u8; MASTER_KEY_BYTES]>, ConfigError> {
        let path = self.master_key_path();
        if self.secrets.master_key_file.is_none() && !path.exists() {
            new_key_file(&self.data_dir, &path)?;
        }
        read_key(&path)
    }

    /// The files of the master key, for whoever reads them again and again.
    pub fn master_key_files(&self) -> Result<MasterKeyFiles, ConfigError> {
        self.master_key()?;
        Ok(MasterKeyFiles(self.master_key_path()))
    }

    /// The key that is to follow the present one; the same until it has. Whoever brings a key of his
    /// own puts it there before. A copy of the present one is laid aside for the backups of its time.
    pub fn next_master_key(&self) -> Result<Secret<[u8; MASTER_KEY_BYTES]>, ConfigError> {
        let path = self.master_key_path();
        let (next, former) = (with_suffix(&path, NEXT), with_suffix(&path, FORMER));
        if !former.exists() {
            create_key_file(&self.data_dir, &former, read_key_file(&path)?.trim())?;
        }
        if read_key(&former)? != read_key(&path)? {
            return Err(ConfigError::FormerKeyKept { path: former });
        }
        if !next.exists() {
            new_key_file(&self.data_dir, &next)?;
        }
        read_key(&next)
    }

    /// Puts the next key in the present one's place; gives the path where the former one lies.
    pub fn adopt_next_master_key(&self) -> Result<PathBuf, ConfigError> {
        let path = self.master_key_path();
        fs::rename(with_suffix(&path, NEXT), &path).map_err(ConfigError::io(&path))?;
        Ok(with_suffix(&path, FORMER))
    }

    fn master_key_path(&self) -> PathBuf {
        let named = self.secrets.master_key_file.clone();
        named.unwrap_or_else(|| self.data_dir.join(FILE_NAME))
    }
}

/// The file of the present master key, and of the next one while the key is being changed.
#[derive(Clone, Debug)]
pub struct MasterKeyFiles(PathBuf);

impl MasterKeys for MasterKeyFiles {
    fn read(&self) -> io::Result<Vec<MasterKey>> {
        // In this order: what is missed when the next one takes the first one's place is the first.
        let next = read_key(&with_suffix(&self.0, NEXT)).ok();
        let present = read_key(&self.0).map_err(io::Error::other)?;
        let keys = [Some(present), next].into_iter().flatten();
        Ok(keys.map(|key| MasterKey::new(*key.expose())).collect())
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
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

/// The key in a file of its own, 64 hexadecimal digits.
pub fn read_key(path: &Path) -> Result<Secret<[u8; MASTER_KEY_BYTES]>, ConfigError> {
    let text = read_key_file(path)?;
    let mut key = [0_u8; MASTER_KEY_BYTES];
    hex::decode_to_slice(text.trim(), &mut key).map_err(|_| ConfigError::KeyMalformed {
        path: path.to_path_buf(),
    })?;
    Ok(Secret::new(key))
}

/// Makes a key nobody has had before; where the file is there already it is left as it is.
pub fn new_key_file(data_dir: &Path, path: &Path) -> Result<(), ConfigError> {
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
