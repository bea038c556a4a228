//! From configuration to clients.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_integrations::sms::SmsSecret;
use chaobiao_integrations::sms::aliyun::{Aliyun, AliyunConfig, AliyunSignature};
use chaobiao_integrations::sms::tencent::{Tencent, TencentConfig};
use chaobiao_integrations::{Https, Wire};

use super::line::{Line, Provider, Template};
use crate::config::{ConfigError, SmsConfig, SmsProviderName, read_key_file};

/// Other messages wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// The providers that are used, in the order they are tried.
pub(super) fn lines(config: &SmsConfig) -> Result<Vec<Line>, ConfigError> {
    let Some(first) = config.provider else {
        return Ok(Vec::new());
    };
    let pem = fs::read(&config.roots_file).map_err(ConfigError::io(&config.roots_file))?;
    let https = Https::new(&pem, PATIENCE).map_err(ConfigError::io(&config.roots_file))?;
    let wire: Arc<dyn Wire> = Arc::new(https);
    let second = config.fallback.filter(|second| *second != first);
    let names = [Some(first), second];
    names
        .into_iter()
        .flatten()
        .map(|name| line(config, name, Arc::clone(&wire)))
        .collect()
}

fn line(
    config: &SmsConfig,
    name: SmsProviderName,
    wire: Arc<dyn Wire>,
) -> Result<Line, ConfigError> {
    match name {
        SmsProviderName::Tencent => {
            let section = &config.tencent;
            let secret = section.secret_key_file.as_ref();
            let client = TencentConfig {
                base_url: section.base_url.clone(),
                region: section.region.clone(),
                secret_id: need(section.secret_id.as_ref(), "sms.tencent.secret_id")?,
                secret_key: read_secret(secret, "sms.tencent.secret_key_file")?,
                app_id: need(section.app_id.as_ref(), "sms.tencent.app_id")?,
                sign_name: need(section.sign_name.as_ref(), "sms.tencent.sign_name")?,
            };
            let templates = templates(&section.templates, "sms.tencent.templates")?;
            let client = Tencent::new(client, wire);
            Ok(Line::new(Provider::Tencent(client), templates))
        }
        SmsProviderName::Aliyun => {
            let section = &config.aliyun;
            let secret = section.access_key_secret_file.as_ref();
            let client = AliyunConfig {
                base_url: section.base_url.clone(),
                access_key_id: need(section.access_key_id.as_ref(), "sms.aliyun.access_key_id")?,
                access_key_secret: read_secret(secret, "sms.aliyun.access_key_secret_file")?,
                sign_name: need(section.sign_name.as_ref(), "sms.aliyun.sign_name")?,
                signature: if section.older_signature {
                    AliyunSignature::Rpc
                } else {
                    AliyunSignature::Acs3
                },
            };
            let templates = templates(&section.templates, "sms.aliyun.templates")?;
            let client = Aliyun::new(client, wire);
            Ok(Line::new(Provider::Aliyun(client), templates))
        }
    }
}

fn need(value: Option<&String>, key: &'static str) -> Result<String, ConfigError> {
    let value = value.filter(|value| !value.is_empty());
    value.cloned().ok_or(ConfigError::SmsIncomplete { key })
}

fn read_secret(path: Option<&PathBuf>, key: &'static str) -> Result<SmsSecret, ConfigError> {
    let path = path.ok_or(ConfigError::SmsIncomplete { key })?;
    Ok(SmsSecret::new(read_key_file(path)?.trim()))
}

/// Codes must go out, so their template is one that has to be there.
fn templates(
    entries: &[String],
    key: &'static str,
) -> Result<BTreeMap<String, Template>, ConfigError> {
    let mut templates = BTreeMap::new();
    for entry in entries {
        let parsed = Template::parse(entry);
        let entry = entry.clone();
        let (name, template) = parsed.ok_or(ConfigError::SmsTemplate { key, entry })?;
        templates.insert(name, template);
    }
    if templates.contains_key("code") {
        Ok(templates)
    } else {
        Err(ConfigError::SmsIncomplete { key })
    }
}
