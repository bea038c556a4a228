//! What a platform answers.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_domain::units::{BillingMonth, ConnectorId, business_date};
use chaobiao_integrations::{Https, Wire, WireRequest};
use chrono::{DateTime, Utc};
use hyper::{Method, Uri};

use crate::config::{ConfigError, ConnectorsConfig, read_key_file};

const PATIENCE: Duration = Duration::from_mins(2);
const PLAIN: &str = "http://";

/// The platforms that may be asked.
#[derive(Clone)]
pub(super) struct Platforms {
    wire: Arc<dyn Wire>,
    hosts: Vec<String>,
    plain: Vec<String>,
    keys: Option<PathBuf>,
}

impl Platforms {
    pub(super) fn open(config: &ConnectorsConfig) -> Result<Self, ConfigError> {
        let (plain, hosts): (Vec<String>, Vec<String>) = config
            .hosts
            .iter()
            .map(|host| host.trim().to_ascii_lowercase())
            .partition(|host| host.starts_with(PLAIN));
        let plain: Vec<String> = plain
            .into_iter()
            .map(|host| host[PLAIN.len()..].to_owned())
            .collect();
        // Where nobody may be asked none is needed.
        let roots = if hosts.is_empty() {
            Vec::new()
        } else {
            fs::read(&config.roots_file).map_err(ConfigError::io(&config.roots_file))?
        };
        let https = Https::new(&roots, PATIENCE).map_err(ConfigError::io(&config.roots_file))?;
        Ok(Self {
            wire: Arc::new(https.in_plain_to(plain.clone())),
            hosts,
            plain,
            keys: config.key_folder.clone(),
        })
    }

    fn may_ask(&self, url: &str) -> bool {
        let Ok(uri) = url.parse::<Uri>() else {
            return false;
        };
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let named = if uri.scheme_str() == Some("http") {
            &self.plain
        } else {
            &self.hosts
        };
        named.contains(&host)
    }

    /// The file a platform has; a reason for people where it has none.
    pub(super) async fn fetch(
        &self,
        connector_id: &ConnectorId,
        url: &str,
        at: DateTime<Utc>,
    ) -> Result<Vec<u8>, String> {
        let url = filled(url, at);
        if !self.may_ask(&url) {
            return Err("服务器的配置不允许访问该主机（connectors.hosts）".to_owned());
        }
        let request = WireRequest {
            method: Method::GET,
            url,
            headers: self.authorization(connector_id)?.into_iter().collect(),
            body: Vec::new(),
        };
        let answer = self.wire.call(request).await;
        let answer = answer.map_err(|error| format!("平台没有应答：{error}"))?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(format!("平台应答 {status}")),
        }
    }

    fn authorization(
        &self,
        connector_id: &ConnectorId,
    ) -> Result<Option<(&'static str, String)>, String> {
        let Some(folder) = &self.keys else {
            return Ok(None);
        };
        // A number may hold a slash; a file's name may not.
        let name = connector_id.as_str().replace('/', "_");
        let path = folder.join(format!("{name}.key"));
        if !path.exists() {
            return Ok(None);
        }
        let token = read_key_file(&path).map_err(|error| error.to_string())?;
        Ok(Some(("authorization", format!("Bearer {}", token.trim()))))
    }
}

fn filled(url: &str, at: DateTime<Utc>) -> String {
    let today = business_date(at);
    let yesterday = today.pred_opt().unwrap_or(today);
    url.replace("{date}", &today.to_string())
        .replace("{yesterday}", &yesterday.to_string())
        .replace("{month}", &BillingMonth::of(today).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r17_days_of_the_run_stand_in_the_address_and_only_named_hosts_are_asked() {
        let at = "2026-03-01T15:59:00Z".parse().unwrap();
        assert_eq!(
            filled("https://a/r?d={date}&y={yesterday}&m={month}", at),
            "https://a/r?d=2026-03-01&y=2026-02-28&m=2026-03"
        );
        let config = ConnectorsConfig {
            hosts: vec!["http://10.2.0.9".to_owned()],
            ..ConnectorsConfig::default()
        };
        let platforms = Platforms::open(&config).unwrap();
        assert!(platforms.may_ask("http://10.2.0.9:8080/readings"));
        for url in [
            "https://10.2.0.9/",
            "http://10.2.0.8/",
            "http://10.2.0.9.evil/",
            "x",
        ] {
            assert!(!platforms.may_ask(url), "{url}");
        }
    }
}
