use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    CollectorsConfig, ConnectorsConfig, GatewaysConfig, RelayConfig, Secret, SmsConfig,
    WechatConfig,
};

/// Everything an operator may set. Every key is described in `docs/configuration.md`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub development: bool,
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub store: StoreConfig,
    pub photos: PhotoConfig,
    pub paper: PaperConfig,
    pub object_store: ObjectStoreConfig,
    pub sessions: SessionConfig,
    pub graphql: GraphqlConfig,
    pub secrets: SecretsConfig,
    pub telemetry: TelemetryConfig,
    pub transparency: TransparencyConfig,
    pub retention: RetentionConfig,
    pub verification: VerificationConfig,
    pub gateways: GatewaysConfig,
    pub sms: SmsConfig,
    pub wechat: WechatConfig,
    pub collectors: CollectorsConfig,
    pub relay: RelayConfig,
    pub connectors: ConnectorsConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            development: false,
            server: ServerConfig::default(),
            database: DatabaseConfig::default(),
            store: StoreConfig::default(),
            photos: PhotoConfig::default(),
            paper: PaperConfig::default(),
            object_store: ObjectStoreConfig::default(),
            sessions: SessionConfig::default(),
            graphql: GraphqlConfig::default(),
            secrets: SecretsConfig::default(),
            telemetry: TelemetryConfig::default(),
            transparency: TransparencyConfig::default(),
            retention: RetentionConfig::default(),
            verification: VerificationConfig::default(),
            gateways: GatewaysConfig::default(),
            sms: SmsConfig::default(),
            wechat: WechatConfig::default(),
            collectors: CollectorsConfig::default(),
            relay: RelayConfig::default(),
            connectors: ConnectorsConfig::default(),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    pub listen: SocketAddr,
    pub request_body_bytes_max: usize,
    pub request_seconds_max: u64,
    pub shutdown_seconds_max: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            request_body_bytes_max: 1024 * 1024,
            request_seconds_max: 30,
            shutdown_seconds_max: 20,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Absent: a private cluster under the data directory.
    pub url: Option<Secret<String>>,
    pub connections_max: u32,
    pub acquire_seconds_max: u64,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: None,
            connections_max: 32,
            acquire_seconds_max: 5,
        }
    }
}

/// What is printed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaperConfig {
    /// Absent: the first of the usual fonts with Chinese letters.
    pub font_file: Option<PathBuf>,
    /// The site as a phone that scans a paper reaches it; absent: where the server listens.
    pub public_url: Option<String>,
}

/// How streams are read.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Streams of which so many events had to be read are kept folded; 0: none are.
    pub snapshot_events: u32,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhotoConfig {
    /// Absent: `photos` under the data directory.
    pub store: Option<String>,
    pub bytes_max: usize,
    /// Width times height: a small file may unpack to a huge picture.
    pub pixels_max: u64,
    /// Photos that are read off at the same time, each on a processor of its own; 0: none are, and
    /// they are marked as not analysed.
    pub workers: usize,
}

impl Default for PhotoConfig {
    fn default() -> Self {
        Self {
            store: None,
            bytes_max: 10 * 1024 * 1024,
            pixels_max: 50_000_000,
            workers: 1,
        }
    }
}

/// The store behind every `s3://` URL.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectStoreConfig {
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key_id: Option<String>,
    pub secret_key_file: Option<PathBuf>,
}

impl Default for ObjectStoreConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: "us-east-1".to_owned(),
            access_key_id: None,
            secret_key_file: None,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionConfig {
    pub customer_idle_minutes: u32,
    pub customer_absolute_hours: u32,
    pub staff_idle_minutes: u32,
    pub staff_absolute_hours: u32,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            customer_idle_minutes: 12 * 60,
            customer_absolute_hours: 7 * 24,
            staff_idle_minutes: 8 * 60,
            staff_absolute_hours: 8,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GraphqlConfig {
    pub depth_max: usize,
    pub complexity_max: usize,
    pub document_bytes_max: usize,
}

impl Default for GraphqlConfig {
    fn default() -> Self {
        Self {
            depth_max: 12,
            complexity_max: 5_000,
            document_bytes_max: 64 * 1024,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsConfig {
    /// Absent: `secret.key` under the data directory, made on first use.
    pub master_key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    pub log_filter: String,
    pub log_format: LogFormat,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log_filter: "info,sqlx=warn".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

/// The published log of all events.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TransparencyConfig {
    /// The log's name in the world, without scheme, as C2SP wants it. Fixed with the first key.
    pub origin: String,
    pub checkpoint_seconds: u64,
    /// Absent: `checkpoints` under the data directory.
    pub checkpoint_folder: Option<PathBuf>,
    /// URL of an object store that gets every signed head as well.
    pub checkpoint_store: Option<String>,
}

impl Default for TransparencyConfig {
    fn default() -> Self {
        Self {
            origin: "chaobiao.localhost/log".to_owned(),
            checkpoint_seconds: 10,
            checkpoint_folder: None,
            checkpoint_store: None,
        }
    }
}

/// How long what must be kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// 会计档案: whole years after the one a voucher is of.
    pub accounting_years: u16,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            accounting_years: 30,
        }
    }
}

/// Read models compared with their replay, in the background.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct VerificationConfig {
    /// 0: by command only.
    pub interval_hours: u32,
    /// The hour of the day, in Shanghai, at which rounds are counted from.
    pub hour: u32,
}

impl Default for VerificationConfig {
    fn default() -> Self {
        Self {
            interval_hours: 24,
            hour: 2,
        }
    }
}
