use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// 平台对接: what the connectors people set up may reach.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectorsConfig {
    /// Platforms that may be asked, such as `nh.example.edu.cn`; `http://10.2.0.9` for one that is
    /// spoken to in plain.
    pub hosts: Vec<String>,
    /// Where other systems put files, a folder for each.
    pub folder: Option<PathBuf>,
    /// Files `<connector>.key`, not readable by others, with the bearer token a platform wants.
    pub key_folder: Option<PathBuf>,
    /// The authorities whose TLS certificates are believed.
    pub roots_file: PathBuf,
}

impl Default for ConnectorsConfig {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            folder: None,
            key_folder: None,
            roots_file: PathBuf::from("/etc/ssl/certs/ca-certificates.crt"),
        }
    }
}
