use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, Secret, read_key};

/// 内外网转发: a front-end machine in the inner network sends what its collectors say to a server
/// outside. Each side has its half of these.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelayConfig {
    /// Both sides have the same: 64 hexadecimal digits.
    pub key_file: Option<PathBuf>,
    /// On the server: where front-end machines come to.
    pub listen: Option<SocketAddr>,
    /// On the front-end machine: `host:port` of the server.
    pub server: Option<String>,
    /// On the front-end machine: nothing is read back, as through a diode.
    pub push_only: bool,
    /// On the front-end machine: what is asked of whom, as `relay plan` on the server wrote it.
    pub plan_file: Option<PathBuf>,
}

impl RelayConfig {
    /// The key both sides have.
    pub fn key(&self) -> Result<Secret<[u8; 32]>, ConfigError> {
        read_key(wanted(self.key_file.as_ref(), "relay.key_file")?)
    }

    /// Where a front-end machine sends.
    pub fn server(&self) -> Result<&String, ConfigError> {
        wanted(self.server.as_ref(), "relay.server")
    }

    pub fn plan_file(&self) -> Result<&PathBuf, ConfigError> {
        wanted(self.plan_file.as_ref(), "relay.plan_file")
    }
}

fn wanted<'a, T>(set: Option<&'a T>, key: &'static str) -> Result<&'a T, ConfigError> {
    set.ok_or(ConfigError::RelayIncomplete { key })
}
