use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where collectors reach this node; where nothing is given it has no collector gateway.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CollectorsConfig {
    /// The name this node has among others.
    pub node: String,
    /// Collectors that say their name in letters and then carry the bytes of their bus.
    pub listen_bare: Option<SocketAddr>,
    /// What stands before the name.
    pub registration_prefix: String,
    /// What such a collector sends to stay, in hexadecimal.
    pub heartbeat: String,
    /// Concentrators of Q/GDW 376.1.
    pub listen_concentrators: Option<SocketAddr>,
    /// Data units, `7B … 7B`.
    pub listen_data_units: Option<SocketAddr>,
    /// UDP.
    pub listen_datagrams: Option<SocketAddr>,
    /// Collectors that wait to be called: `collector address` each, and `concentrator`,
    /// `data_unit` or `bluetooth` behind it for one that speaks so.
    pub dials: Vec<String>,
    /// Meters on a serial line of this machine, under the name of a collector: `collector device`.
    pub serials: Vec<String>,
    /// 64 hexadecimal digits a `LoRa` network server shows when it posts uplinks to `/uplinks`.
    pub uplink_key_file: Option<PathBuf>,
    /// Two lines of eight digits: the password DL/T 645-2007 meters obey, and the operator.
    pub authority_file: Option<PathBuf>,
    /// Platforms that speak to the meters behind a collector themselves (透传): `collector address`
    /// each, and `writes` behind it for one that may write.
    pub forwards: Vec<String>,
    /// How long a link must be gone before that is recorded.
    pub lost_after_seconds: u64,
}

impl Default for CollectorsConfig {
    fn default() -> Self {
        Self {
            node: "1".to_owned(),
            listen_bare: None,
            registration_prefix: String::new(),
            heartbeat: String::new(),
            listen_concentrators: None,
            listen_data_units: None,
            listen_datagrams: None,
            dials: Vec::new(),
            serials: Vec::new(),
            uplink_key_file: None,
            authority_file: None,
            forwards: Vec::new(),
            lost_after_seconds: 60,
        }
    }
}
