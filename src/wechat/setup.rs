//! From configuration to a client.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Uri;
use chaobiao_integrations::Https;
use chaobiao_integrations::wechat::{AppSecret, MessageKey, ServerToken, Wechat, WechatConfig};

use super::Account;
use super::template::Template;
use crate::config::{self, ConfigError, read_key_file};

/// Other messages, and people who sign in, wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// The account, if there is one. One that is half set up is an error.
pub(super) fn account(config: &config::WechatConfig) -> Result<Option<Account>, ConfigError> {
    let Some(appid) = config.app_id.clone().filter(|id| !id.is_empty()) else {
        let begun = config.app_secret_file.is_some()
            || config.callback_token_file.is_some()
            || config.aes_key_file.is_some()
            || config.public_url.is_some()
            || !config.templates.is_empty();
        let key = "wechat.app_id";
        return if begun {
            Err(ConfigError::WechatIncomplete { key })
        } else {
            Ok(None)
        };
    };
    let secret = read(config.app_secret_file.as_ref(), "wechat.app_secret_file")?;
    let (public_url, host) = public_url(config)?;
    let key = "wechat.callback_token_file";
    let token = read(config.callback_token_file.as_ref(), key)?;
    let token = ServerToken::new(&token).ok_or(ConfigError::WechatMalformed { key })?;
    let message_key = match &config.aes_key_file {
        Some(path) => {
            let key = "wechat.aes_key_file";
            let encoded = read(Some(path), key)?;
            Some(MessageKey::new(&encoded).ok_or(ConfigError::WechatMalformed { key })?)
        }
        None => None,
    };
    let pem = fs::read(&config.roots_file).map_err(ConfigError::io(&config.roots_file))?;
    let https = Https::new(&pem, PATIENCE).map_err(ConfigError::io(&config.roots_file))?;
    let client = WechatConfig {
        base_url: config.base_url.clone(),
        authorize_url: config.authorize_url.clone(),
        appid,
        secret: AppSecret::new(secret),
        page_hosts: vec![host],
    };
    Ok(Some(Account {
        client: Wechat::new(client, Arc::new(https)),
        token,
        message_key,
        templates: templates(&config.templates)?,
        public_url,
    }))
}

fn read(path: Option<&PathBuf>, key: &'static str) -> Result<String, ConfigError> {
    let path = path.ok_or(ConfigError::WechatIncomplete { key })?;
    Ok(read_key_file(path)?.trim().to_owned())
}

/// The site, and its host. Without TLS the vendor sends nobody there.
fn public_url(config: &config::WechatConfig) -> Result<(String, String), ConfigError> {
    let key = "wechat.public_url";
    let url = config.public_url.as_ref().filter(|url| !url.is_empty());
    let url = url.ok_or(ConfigError::WechatIncomplete { key })?;
    let url = url.trim_end_matches('/');
    let parsed = url.parse::<Uri>().ok();
    let parsed = parsed.filter(|url| url.scheme_str() == Some("https"));
    let host = parsed.as_ref().and_then(Uri::host);
    let host = host.ok_or(ConfigError::WechatMalformed { key })?;
    Ok((url.to_owned(), host.to_owned()))
}

fn templates(entries: &[String]) -> Result<BTreeMap<String, Template>, ConfigError> {
    let key = "wechat.templates";
    let parse = |entry: &String| {
        let entry = entry.clone();
        Template::parse(&entry).ok_or(ConfigError::WechatTemplate { key, entry })
    };
    entries.iter().map(parse).collect()
}
