//! What pages inside `WeChat` need from us.

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Uri;
use serde::{Deserialize, Serialize};

use super::client::{Wechat, WechatError, asked, read};
use super::server::sha1_hex;
use super::token::Fetched;

const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;
const PICTURES: [(&[u8], &str); 2] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
];

/// For `wx.config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageConfig {
    pub app_id: String,
    pub timestamp: i64,
    pub nonce_str: String,
    pub signature: String,
}

/// A picture somebody has taken in `WeChat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// By its first bytes, whatever was said of it.
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    expires_in: i64,
}

/// The signature over a page's address as it stands, without its fragment.
pub fn page_signature(ticket: &str, nonce: &str, timestamp: i64, url: &str) -> String {
    let text = format!("jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}");
    sha1_hex(text.as_bytes())
}

impl Wechat {
    /// Signs for a page of ours.
    pub async fn page_config(
        &self,
        url: &str,
        nonce: &str,
        now: DateTime<Utc>,
    ) -> Result<PageConfig, WechatError> {
        let page = url.split('#').next().unwrap_or_default();
        let parsed: Uri = page.parse().map_err(|_| WechatError::ForeignPage)?;
        let ours = parsed.host().is_some_and(|host| {
            self.config
                .page_hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(host))
        });
        // `https://us@them/` would be read as ours by whoever looks only at the beginning.
        let named = parsed
            .authority()
            .is_some_and(|named| named.as_str().contains('@'));
        if !ours || named || parsed.scheme_str() != Some("https") {
            return Err(WechatError::ForeignPage);
        }
        let ticket = self.ticket(now).await?;
        let timestamp = now.timestamp();
        Ok(PageConfig {
            app_id: self.config.appid.clone(),
            timestamp,
            nonce_str: nonce.to_owned(),
            signature: page_signature(&ticket, nonce, timestamp, page),
        })
    }

    async fn ticket(&self, now: DateTime<Utc>) -> Result<String, WechatError> {
        let fetch = async || {
            let path = "/cgi-bin/ticket/getticket";
            let answer = self.with_token(now, |token| {
                asked(self.url(path, &[("access_token", token), ("type", "jsapi")]))
            });
            let ticket: Ticket = read(&answer.await?)?;
            Ok(Fetched {
                value: ticket.ticket,
                lives: TimeDelta::seconds(ticket.expires_in.clamp(0, 7200)),
            })
        };
        self.ticket.get(now, fetch).await
    }

    /// A picture by the number the page got for it.
    pub async fn media(&self, media_id: &str, now: DateTime<Utc>) -> Result<Media, WechatError> {
        let answer = self.with_token(now, |token| {
            let parameters = [("access_token", token), ("media_id", media_id)];
            asked(self.url("/cgi-bin/media/get", &parameters))
        });
        let bytes = answer.await?.body;
        let kind = PICTURES.iter().find(|(first, _)| bytes.starts_with(first));
        match kind {
            Some((_, content_type)) if bytes.len() <= PICTURE_BYTES_MAX => Ok(Media {
                content_type,
                bytes,
            }),
            _ => Err(WechatError::NotAPicture),
        }
    }
}
