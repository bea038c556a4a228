//! Which system account PostgreSQL runs as: it refuses to run as root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::EmbeddedError;

const UNPRIVILEGED: &str = "postgres";

/// The account of the database processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// True when this process is root and must change to `uid` before starting anything.
    pub(crate) dropped: bool,
}

impl Account {
    /// This process's own account, or `postgres` when this process is root.
    pub(crate) fn choose() -> Result<Self, EmbeddedError> {
        let proc_self = Path::new("/proc/self");
        let own = fs::metadata(proc_self).map_err(EmbeddedError::io(proc_self))?;
        if own.uid() != 0 {
            return Ok(Self {
                name: own.uid().to_string(),
                uid: own.uid(),
                gid: own.gid(),
                dropped: false,
            });
        }
        let passwd = Path::new("/etc/passwd");
        let text = fs::read_to_string(passwd).map_err(EmbeddedError::io(passwd))?;
        find(&text, UNPRIVILEGED).ok_or(EmbeddedError::AccountMissing { name: UNPRIVILEGED })
    }

    /// Whether this account may traverse a directory with the given owner and mode. Extra
    /// groups do not count: they are dropped together with root.
    pub(crate) fn may_pass(&self, owner: u32, group: u32, mode: u32) -> bool {
        let bit = if owner == self.uid {
            0o100
        } else if group == self.gid {
            0o010
        } else {
            0o001
        };
        mode & bit != 0
    }
}

fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        // An account `postgres` that is root under another name would defeat the purpose.
        (uid != 0).then(|| Account {
            name: name.to_owned(),
            uid,
            gid,
            dropped: true,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        postgresql:x:7:7::/:/bin/sh\n\
        postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn the_account_is_found_by_its_whole_name() {
        let account = find(PASSWD, "postgres").unwrap();
        assert_eq!((account.uid, account.gid), (101, 104));
        assert_eq!(find(PASSWD, "postgre"), None);
    }

    #[test]
    fn an_alias_of_root_is_not_unprivileged() {
        assert_eq!(find("postgres:x:0:0::/:/bin/sh\n", "postgres"), None);
    }

    #[test]
    fn the_first_matching_class_of_permission_decides() {
        let account = find(PASSWD, "postgres").unwrap();
        assert!(account.may_pass(0, 0, 0o711));
        assert!(!account.may_pass(0, 0, 0o700));
        assert!(account.may_pass(0, 104, 0o710));
        assert!(account.may_pass(101, 0, 0o700));
        assert!(!account.may_pass(101, 0, 0o077));
    }
}
