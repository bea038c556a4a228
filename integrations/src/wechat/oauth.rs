use serde::Deserialize;

use super::client::{Wechat, WechatError, asked, read};
use crate::percent::encode;

/// Who has come from `WeChat`'s page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Identity {
    pub openid: String,
    pub unionid: Option<String>,
    /// Somebody who only looks: neither number is a real one, and nothing may be bound to it.
    #[serde(default, rename = "is_snapshotuser", deserialize_with = "flag")]
    pub snapshot: bool,
}

fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(i64::deserialize(deserializer)? != 0)
}

impl Wechat {
    /// Where a browser is sent to. Silent: it says who, and nothing about them.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str) -> String {
        format!(
            "{}/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code\
             &scope=snsapi_base&state={}#wechat_redirect",
            self.config.authorize_url.trim_end_matches('/'),
            encode(&self.config.appid),
            encode(redirect_uri),
            encode(state),
        )
    }

    /// Who a code stands for. It works once, so the call is not made again.
    pub async fn identity(&self, code: &str) -> Result<Identity, WechatError> {
        let parameters = [
            ("appid", self.config.appid.as_str()),
            ("secret", &self.config.secret.0),
            ("code", code),
            ("grant_type", "authorization_code"),
        ];
        let url = self.url("/sns/oauth2/access_token", &parameters);
        read(&self.call(asked(url)).await?)
    }
}
