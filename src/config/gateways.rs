use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Payment gateways. One is set up when our number there is given; then all else it needs must be
/// there, too.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewaysConfig {
    /// Where the gateways reach this server, such as `https://pay.example.edu.cn`.
    pub public_url: Option<String>,
    /// The authorities whose TLS certificates are believed.
    pub roots_file: PathBuf,
    pub wechat_pay: WechatPaySection,
    pub union_pay: UnionPaySection,
}

impl Default for GatewaysConfig {
    fn default() -> Self {
        Self {
            public_url: None,
            roots_file: PathBuf::from("/etc/ssl/certs/ca-certificates.crt"),
            wechat_pay: WechatPaySection::default(),
            union_pay: UnionPaySection::default(),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WechatPaySection {
    pub base_url: String,
    pub mchid: Option<String>,
    pub appid: Option<String>,
    pub merchant_serial: Option<String>,
    pub merchant_key_file: Option<PathBuf>,
    pub api_v3_key_file: Option<PathBuf>,
    pub public_key_id: Option<String>,
    pub public_key_file: Option<PathBuf>,
    pub platform_certificate_file: Option<PathBuf>,
}

impl Default for WechatPaySection {
    fn default() -> Self {
        Self {
            base_url: "https://api.mch.weixin.qq.com".to_owned(),
            mchid: None,
            appid: None,
            merchant_serial: None,
            merchant_key_file: None,
            api_v3_key_file: None,
            public_key_id: None,
            public_key_file: None,
            platform_certificate_file: None,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnionPaySection {
    pub base_url: String,
    pub mer_id: Option<String>,
    pub merchant_key_file: Option<PathBuf>,
    pub merchant_certificate_file: Option<PathBuf>,
    pub root_certificate_file: Option<PathBuf>,
    pub middle_certificate_file: Option<PathBuf>,
    /// Accept the certificates of `UnionPay`'s test gateway.
    pub sandbox: bool,
}

impl Default for UnionPaySection {
    fn default() -> Self {
        Self {
            base_url: "https://gateway.95516.com".to_owned(),
            mer_id: None,
            merchant_key_file: None,
            merchant_certificate_file: None,
            root_certificate_file: None,
            middle_certificate_file: None,
            sandbox: false,
        }
    }
}
