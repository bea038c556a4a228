//! Where photos and signed heads are kept: a folder, or an object store that speaks S3.

mod connector;
mod signing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ObjectStore, RetryConfig};
use url::Url;

use crate::config::{Config, ConfigError, ObjectStoreConfig, read_key_file};
use connector::PlainHttp;
use signing::OwnCrypto;

/// A place in a store.
#[derive(Clone, Debug)]
pub struct Place {
    pub objects: Arc<dyn ObjectStore>,
    pub prefix: Path,
}

type Wrong = Box<dyn std::error::Error + Send + Sync>;

/// What a URL of the configuration names: `file:///folder` or `s3://bucket/prefix`.
pub fn open(config: &Config, url: &str) -> Result<Place, ConfigError> {
    let opened = Url::parse(url).map_err(Wrong::from).and_then(|parsed| {
        if parsed.scheme() == "s3" {
            s3(&config.object_store, &parsed)
        } else {
            let (objects, prefix) = object_store::parse_url(&parsed)?;
            Ok(Place {
                objects: Arc::from(objects),
                prefix,
            })
        }
    });
    opened.map_err(|source| ConfigError::ObjectStore {
        url: url.to_owned(),
        source,
    })
}

/// Somebody waits for the answer: a store that does not come back at once counts as down (X21).
fn retries() -> RetryConfig {
    RetryConfig {
        max_retries: 3,
        retry_timeout: Duration::from_secs(10),
        ..RetryConfig::default()
    }
}

fn s3(config: &ObjectStoreConfig, url: &Url) -> Result<Place, Wrong> {
    let missing = |key: &str| format!("object_store.{key} is not set");
    let endpoint = config
        .endpoint
        .as_ref()
        .ok_or_else(|| missing("endpoint"))?;
    let id = config.access_key_id.as_ref();
    let id = id.ok_or_else(|| missing("access_key_id"))?;
    let secret = config.secret_key_file.as_ref();
    let secret = read_key_file(secret.ok_or_else(|| missing("secret_key_file"))?)?;
    let bucket = url.host_str().ok_or("the URL names no bucket")?;
    let objects = AmazonS3Builder::new()
        .with_endpoint(endpoint.trim_end_matches('/'))
        .with_region(&config.region)
        .with_bucket_name(bucket)
        .with_access_key_id(id)
        .with_secret_access_key(secret.trim())
        .with_allow_http(true)
        // One by one: the other form needs an MD5, and nobody deletes many.
        .with_disable_bulk_delete(true)
        .with_retry(retries())
        .with_http_connector(PlainHttp)
        .with_crypto_provider(Arc::new(OwnCrypto))
        .build()?;
    Ok(Place {
        objects: Arc::new(objects),
        prefix: Path::from_url_path(url.path())?,
    })
}
