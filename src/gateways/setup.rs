//! From configuration to clients.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chaobiao_integrations::unionpay::{self, Chain, UnionPay, UnionPayConfig};
use chaobiao_integrations::wechat_pay::{self, ApiV3Key, Platform, WechatPay, WechatPayConfig};
use chaobiao_integrations::{Certificate, Https, KeyError, SigningKey, VerifyingKey, Wire};

use crate::config::{ConfigError, GatewaysConfig, read_key_file};

/// A customer waits while an order is given to a gateway.
const PATIENCE: Duration = Duration::from_secs(10);

fn need<'a, T>(value: Option<&'a T>, key: &'static str) -> Result<&'a T, ConfigError> {
    value.ok_or(ConfigError::GatewayIncomplete { key })
}

fn read<T>(
    path: Option<&PathBuf>,
    key: &'static str,
    secret: bool,
    parse: impl FnOnce(&str) -> Result<T, KeyError>,
) -> Result<T, ConfigError> {
    let path = need(path, key)?;
    let text = if secret {
        read_key_file(path)?
    } else {
        fs::read_to_string(path).map_err(ConfigError::io(path))?
    };
    parse(&text).map_err(|source| ConfigError::GatewayKey {
        path: path.clone(),
        source,
    })
}

fn wire(roots: &Path) -> Result<Arc<dyn Wire>, ConfigError> {
    let pem = fs::read(roots).map_err(ConfigError::io(roots))?;
    let https = Https::new(&pem, PATIENCE).map_err(ConfigError::io(roots))?;
    Ok(Arc::new(https))
}

pub(super) fn wechat_pay(config: &GatewaysConfig) -> Result<Option<WechatPay>, ConfigError> {
    let section = &config.wechat_pay;
    let Some(mchid) = &section.mchid else {
        return Ok(None);
    };
    let api_v3_key = read(
        section.api_v3_key_file.as_ref(),
        "gateways.wechat_pay.api_v3_key_file",
        true,
        |text| ApiV3Key::new(text.trim().as_bytes()).ok_or(KeyError::PrivateKey),
    )?;
    let mut platform = Platform::default();
    if let Some(id) = &section.public_key_id {
        let key = "gateways.wechat_pay.public_key_file";
        let file = section.public_key_file.as_ref();
        platform = platform.with_public_key(id, read(file, key, false, VerifyingKey::from_pem)?);
    }
    if section.platform_certificate_file.is_some() {
        let key = "gateways.wechat_pay.platform_certificate_file";
        let file = section.platform_certificate_file.as_ref();
        platform = platform.with_certificate(read(file, key, false, Certificate::from_pem)?);
    }
    let merchant = wechat_pay::Merchant {
        mchid: mchid.clone(),
        appid: need(section.appid.as_ref(), "gateways.wechat_pay.appid")?.clone(),
        serial_no: need(
            section.merchant_serial.as_ref(),
            "gateways.wechat_pay.merchant_serial",
        )?
        .clone(),
        key: read(
            section.merchant_key_file.as_ref(),
            "gateways.wechat_pay.merchant_key_file",
            true,
            SigningKey::from_pem,
        )?,
        api_v3_key,
    };
    let wire = wire(&config.roots_file)?;
    let config = WechatPayConfig {
        base_url: section.base_url.clone(),
        merchant,
        platform,
    };
    Ok(Some(WechatPay::new(config, wire)))
}

pub(super) fn union_pay(config: &GatewaysConfig) -> Result<Option<UnionPay>, ConfigError> {
    let section = &config.union_pay;
    let Some(mer_id) = &section.mer_id else {
        return Ok(None);
    };
    let certificate =
        |file: &Option<PathBuf>, key| read(file.as_ref(), key, false, Certificate::from_pem);
    let merchant = unionpay::Merchant {
        mer_id: mer_id.clone(),
        key: read(
            section.merchant_key_file.as_ref(),
            "gateways.union_pay.merchant_key_file",
            true,
            SigningKey::from_pem,
        )?,
        certificate: certificate(
            &section.merchant_certificate_file,
            "gateways.union_pay.merchant_certificate_file",
        )?,
    };
    let chain = Chain {
        root: certificate(
            &section.root_certificate_file,
            "gateways.union_pay.root_certificate_file",
        )?,
        middle: certificate(
            &section.middle_certificate_file,
            "gateways.union_pay.middle_certificate_file",
        )?,
        sandbox: section.sandbox,
    };
    let wire = wire(&config.roots_file)?;
    let config = UnionPayConfig {
        base_url: section.base_url.clone(),
        merchant,
        chain,
    };
    Ok(Some(UnionPay::new(config, wire)))
}
