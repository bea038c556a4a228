//! Configuration: built-in defaults, overlaid by an optional TOML file, overlaid by the
//! environment. A key nobody knows is refused: a misspelt limit must not silently be no limit.

mod collectors;
mod connectors;
mod error;
mod gateways;
mod load;
mod log_key;
mod master_key;
mod relay;
mod secret;
mod sections;
mod sms;
mod wechat;

pub use collectors::CollectorsConfig;
pub use connectors::ConnectorsConfig;
pub use error::ConfigError;
pub use gateways::{GatewaysConfig, UnionPaySection, WechatPaySection};
pub use load::CONFIG_VARIABLE;
pub use log_key::{LogKeyFile, read_trusted_keys};
pub use master_key::{
    MASTER_KEY_BYTES, MasterKeyFiles, create_key_file, new_key_file, read_key, read_key_file,
};
pub use relay::RelayConfig;
pub use secret::Secret;
pub use sections::{
    Config, DatabaseConfig, GraphqlConfig, LogFormat, ObjectStoreConfig, PhotoConfig,
    RetentionConfig, SecretsConfig, ServerConfig, SessionConfig, StoreConfig, TelemetryConfig,
    TransparencyConfig, VerificationConfig,
};
pub use sms::{AliyunSmsSection, SmsConfig, SmsProviderName, TencentSmsSection};
pub use wechat::WechatConfig;
