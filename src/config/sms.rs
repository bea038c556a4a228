use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Text messages. Without a provider they go to the development outbox.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsConfig {
    pub provider: Option<SmsProviderName>,
    /// Takes over what the first certainly did not send.
    pub fallback: Option<SmsProviderName>,
    /// The authorities whose TLS certificates are believed.
    pub roots_file: PathBuf,
    /// The secret part of the path to which providers report what has arrived.
    pub report_secret_file: Option<PathBuf>,
    pub tencent: TencentSmsSection,
    pub aliyun: AliyunSmsSection,
}

impl Default for SmsConfig {
    fn default() -> Self {
        Self {
            provider: None,
            fallback: None,
            roots_file: PathBuf::from("/etc/ssl/certs/ca-certificates.crt"),
            report_secret_file: None,
            tencent: TencentSmsSection::default(),
            aliyun: AliyunSmsSection::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum SmsProviderName {
    Tencent,
    Aliyun,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TencentSmsSection {
    pub base_url: String,
    pub region: String,
    pub secret_id: Option<String>,
    pub secret_key_file: Option<PathBuf>,
    pub app_id: Option<String>,
    pub sign_name: Option<String>,
    /// `"code 1110 code minutes"`: our name, the provider's number, its values in order.
    pub templates: Vec<String>,
}

impl Default for TencentSmsSection {
    fn default() -> Self {
        Self {
            base_url: "https://sms.tencentcloudapi.com".to_owned(),
            region: "ap-guangzhou".to_owned(),
            secret_id: None,
            secret_key_file: None,
            app_id: None,
            sign_name: None,
            templates: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AliyunSmsSection {
    pub base_url: String,
    pub access_key_id: Option<String>,
    pub access_key_secret_file: Option<PathBuf>,
    pub sign_name: Option<String>,
    /// Signed with HMAC-SHA1, as private installations of an older kind want it.
    pub older_signature: bool,
    pub templates: Vec<String>,
}

impl Default for AliyunSmsSection {
    fn default() -> Self {
        Self {
            base_url: "https://dysmsapi.aliyuncs.com".to_owned(),
            access_key_id: None,
            access_key_secret_file: None,
            sign_name: None,
            older_signature: false,
            templates: Vec::new(),
        }
    }
}
