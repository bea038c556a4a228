//! The places of a cluster on disk, with the owners and modes PostgreSQL insists on.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{
    DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, fchown,
};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::EmbeddedError;
use crate::account::Account;

/// A unix socket path ends at 107 bytes; `/.s.PGSQL.5432` takes 14 of them.
const SOCKET_DIRECTORY_BYTES_MAX: usize = 90;

/// Where the files of one data directory lie.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) data_dir: PathBuf,
    pub(crate) cluster: PathBuf,
    /// `initdb` works here; only a finished cluster gets its real name.
    pub(crate) unfinished: PathBuf,
    pub(crate) socket_directory: PathBuf,
}

impl Layout {
    /// Makes the data directory when it is missing and checks that the database can reach it.
    pub(crate) fn prepare(data_dir: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        create_data_dir(data_dir)?;
        let data_dir = fs::canonicalize(data_dir).map_err(EmbeddedError::io(data_dir))?;
        if account.dropped {
            check_passable(&data_dir, account)?;
        }
        Ok(Self {
            cluster: data_dir.join("postgres"),
            unfinished: data_dir.join("postgres.unfinished"),
            socket_directory: socket_directory(&data_dir, account),
            data_dir,
        })
    }

    pub(crate) fn cluster_version(&self) -> Option<u32> {
        let text = fs::read_to_string(self.cluster.join("PG_VERSION")).ok()?;
        text.trim().parse().ok()
    }

    /// An empty directory for `initdb`, without what an interrupted run left.
    pub(crate) fn clear_unfinished(&self, account: &Account) -> Result<(), EmbeddedError> {
        remove_tree(&self.unfinished)?;
        create_private(&self.unfinished, account)
    }

    pub(crate) fn finish(&self) -> Result<(), EmbeddedError> {
        fs::rename(&self.unfinished, &self.cluster).map_err(EmbeddedError::io(&self.cluster))?;
        let parent = fs::File::open(&self.data_dir).map_err(EmbeddedError::io(&self.data_dir))?;
        parent.sync_all().map_err(EmbeddedError::io(&self.data_dir))
    }

    /// The name is predictable, so a directory somebody else planted there is refused.
    pub(crate) fn prepare_socket_directory(&self, account: &Account) -> Result<(), EmbeddedError> {
        let path = &self.socket_directory;
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => create_private(path, account),
            Err(error) => Err(EmbeddedError::io(path)(error)),
            Ok(found) if found.is_dir() && found.uid() == account.uid => {
                fs::set_permissions(path, fs::Permissions::from_mode(0o700))
                    .map_err(EmbeddedError::io(path))
            }
            Ok(_) => Err(EmbeddedError::SocketDirectoryForeign {
                account: account.name.clone(),
                directory: path.clone(),
            }),
        }
    }

    /// The socket of a killed cluster has a lock file of its own, and a process not yet reaped
    /// by its parent keeps it from being recognised as stale.
    pub(crate) fn clear_socket_directory(&self) -> Result<(), EmbeddedError> {
        remove_file(&self.socket_directory.join(".s.PGSQL.5432.lock"))?;
        remove_file(&self.socket_directory.join(".s.PGSQL.5432"))
    }
}

/// Makes a data directory nobody else can list, with the mode the database account needs.
pub fn create_data_dir(data_dir: &Path) -> Result<(), EmbeddedError> {
    let proc_self = Path::new("/proc/self");
    let own = fs::metadata(proc_self).map_err(EmbeddedError::io(proc_self))?;
    // For a database under another account it must be passable.
    let mode = if own.uid() == 0 { 0o711 } else { 0o700 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(data_dir)
        .map_err(EmbeddedError::io(data_dir))
}

/// Writes a file of the cluster without following a link the database account could have laid.
pub(crate) fn write_owned(
    path: &Path,
    content: &str,
    account: &Account,
) -> Result<(), EmbeddedError> {
    let new = path.with_extension("new");
    remove_file(&new)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .map_err(EmbeddedError::io(&new))?;
    let written = file
        .write_all(content.as_bytes())
        .and_then(|()| fchown(&file, Some(account.uid), Some(account.gid)))
        .and_then(|()| fs::rename(&new, path));
    written.map_err(EmbeddedError::io(path))
}

pub(crate) fn remove_file(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(EmbeddedError::io(path)(error)),
        _ => Ok(()),
    }
}

pub(crate) fn remove_tree(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(EmbeddedError::io(path)(error)),
        _ => Ok(()),
    }
}

fn create_private(path: &Path, account: &Account) -> Result<(), EmbeddedError> {
    let created = DirBuilder::new()
        .mode(0o700)
        .create(path)
        .and_then(|()| chown(path, Some(account.uid), Some(account.gid)));
    created.map_err(EmbeddedError::io(path))
}

fn check_passable(data_dir: &Path, account: &Account) -> Result<(), EmbeddedError> {
    for directory in data_dir.ancestors() {
        let found = fs::metadata(directory).map_err(EmbeddedError::io(directory))?;
        if !account.may_pass(found.uid(), found.gid(), found.mode()) {
            return Err(EmbeddedError::NotPassable {
                account: account.name.clone(),
                directory: directory.to_path_buf(),
            });
        }
    }
    Ok(())
}

/// A short path that is the same for the same data directory and account.
fn socket_directory(data_dir: &Path, account: &Account) -> PathBuf {
    let digest = hex::encode(Sha256::digest(data_dir.as_os_str().as_encoded_bytes()));
    let name = format!("chaobiao-{}-{}", account.uid, &digest[..16]);
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    runtime
        .filter(|directory| !account.dropped && directory.is_dir())
        .map(|directory| directory.join(&name))
        .filter(|path| path.as_os_str().len() <= SOCKET_DIRECTORY_BYTES_MAX)
        .unwrap_or_else(|| Path::new("/tmp").join(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            name: "postgres".into(),
            uid: 101,
            gid: 104,
            dropped: true,
        }
    }

    #[test]
    fn the_socket_path_is_short_however_deep_the_data_lies() {
        let deep = PathBuf::from(format!("/{}", "long/".repeat(60)));
        let path = socket_directory(&deep, &account());
        assert!(path.as_os_str().len() <= SOCKET_DIRECTORY_BYTES_MAX);
        assert_eq!(path, socket_directory(&deep, &account()));
        assert_ne!(path, socket_directory(Path::new("/other"), &account()));
    }
}
