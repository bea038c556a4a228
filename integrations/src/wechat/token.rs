//! Tokens and tickets, fetched once and used until shortly before they end.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::client::WechatError;

/// Before its end a new one is fetched; old and new work side by side meanwhile.
const EARLY: TimeDelta = TimeDelta::seconds(300);

#[derive(Clone)]
pub(super) struct Fetched {
    pub(super) value: String,
    pub(super) lives: TimeDelta,
}

/// Whoever comes while one is fetched waits for that one. Several processes need not share it: the
/// vendor gives all of them the same.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(String, DateTime<Utc>)>>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(***)")
    }
}

impl Kept {
    pub(super) async fn get(
        &self,
        now: DateTime<Utc>,
        fetch: impl AsyncFnOnce() -> Result<Fetched, WechatError>,
    ) -> Result<String, WechatError> {
        let mut kept = self.0.lock().await;
        if let Some((value, until)) = kept.as_ref()
            && now < *until
        {
            return Ok(value.clone());
        }
        let Fetched { value, lives } = fetch().await?;
        *kept = Some((value.clone(), now + lives - EARLY));
        Ok(value)
    }

    /// Forgets it, if it is still the one that did not work.
    pub(super) async fn drop_if(&self, value: &str) {
        let mut kept = self.0.lock().await;
        if kept.as_ref().is_some_and(|(known, _)| known == value) {
            *kept = None;
        }
    }
}
