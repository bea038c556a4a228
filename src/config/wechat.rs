use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The official account. It is set up when its number is given; then all else it needs must be
/// there, too.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WechatConfig {
    pub base_url: String,
    /// Where people are sent to say who they are.
    pub authorize_url: String,
    /// The authorities whose TLS certificates are believed.
    pub roots_file: PathBuf,
    pub app_id: Option<String>,
    pub app_secret_file: Option<PathBuf>,
    /// The site as people and the account reach it, such as `https://water.example.edu.cn`.
    pub public_url: Option<String>,
    /// The word that calls to us are signed with.
    pub callback_token_file: Option<PathBuf>,
    /// `EncodingAESKey`: messages to us are encrypted, and others are refused.
    pub aes_key_file: Option<PathBuf>,
    /// `"low_balance TM1 thing1=what time2=time"`: our name, the account's number, and for each of its
    /// fields which of our values it shows.
    pub templates: Vec<String>,
}

impl Default for WechatConfig {
    fn default() -> Self {
        Self {
            base_url: "https://api.weixin.qq.com".to_owned(),
            authorize_url: "https://open.weixin.qq.com".to_owned(),
            roots_file: PathBuf::from("/etc/ssl/certs/ca-certificates.crt"),
            app_id: None,
            app_secret_file: None,
            public_url: None,
            callback_token_file: None,
            aes_key_file: None,
            templates: Vec::new(),
        }
    }
}
