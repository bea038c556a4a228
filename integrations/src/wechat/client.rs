use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::token::{Fetched, Kept};
use crate::percent;
use crate::{Answer, CallError, Wire, WireRequest};

/// The account's secret; it cannot be shown.
#[derive(Clone)]
pub struct AppSecret(pub(super) String);

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(***)")
    }
}

impl AppSecret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Where and as whom.
#[derive(Clone, Debug)]
pub struct WechatConfig {
    pub base_url: String,
    /// Where people are sent to say who they are.
    pub authorize_url: String,
    pub appid: String,
    pub secret: AppSecret,
    /// Hosts of our own pages; only these are signed for.
    pub page_hosts: Vec<String>,
}

/// What a code of the vendor's means for whoever called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The token has ended, or somebody made a new one.
    Token,
    /// Never to this person, as things stand: not a follower, has refused, is not known.
    Person,
    /// Never this message: its template, or a value.
    Message,
    /// The sign-in has to begin anew.
    SignIn,
    /// Nobody has this picture any more.
    Media,
    /// Later: too busy, or too often.
    Busy,
    /// Nothing of ours works: secret, rights, address.
    Account,
}

/// How a call failed. Never says a token, a secret or an address that has one in it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WechatError {
    #[error("not sent: {0}")]
    NotSent(String),
    #[error("outcome unknown: {0}")]
    Unknown(String),
    #[error("refused with {code}")]
    Refused { code: i64, meaning: Refusal },
    #[error("not a page of ours")]
    ForeignPage,
    #[error("not a picture, or too large")]
    NotAPicture,
}

/// The account.
#[derive(Clone, Debug)]
pub struct Wechat {
    pub(super) config: Arc<WechatConfig>,
    wire: Arc<dyn Wire>,
    token: Arc<Kept>,
    pub(super) ticket: Arc<Kept>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: i64,
}

impl Wechat {
    pub fn new(config: WechatConfig, wire: Arc<dyn Wire>) -> Self {
        Self {
            config: Arc::new(config),
            wire,
            token: Arc::default(),
            ticket: Arc::default(),
        }
    }

    pub fn appid(&self) -> &str {
        &self.config.appid
    }

    /// A call with the token. When that has ended, once more with a new one, and never again.
    pub(super) async fn with_token(
        &self,
        now: DateTime<Utc>,
        request: impl Fn(&str) -> WireRequest,
    ) -> Result<Answer, WechatError> {
        let token = self.token_for_call(now).await?;
        match self.call(request(&token)).await {
            Err(WechatError::Refused {
                meaning: Refusal::Token,
                ..
            }) => {
                self.token.drop_if(&token).await;
                let token = self.token_for_call(now).await?;
                self.call(request(&token)).await
            }
            other => other,
        }
    }

    /// Without a token the call is certainly not made.
    async fn token_for_call(&self, now: DateTime<Utc>) -> Result<String, WechatError> {
        self.token(now).await.map_err(|error| match error {
            WechatError::Unknown(what) => WechatError::NotSent(format!("no token: {what}")),
            other => other,
        })
    }

    async fn token(&self, now: DateTime<Utc>) -> Result<String, WechatError> {
        let fetch = async || {
            let body = json!({
                "grant_type": "client_credential",
                "appid": self.config.appid,
                "secret": self.config.secret.0,
                "force_refresh": false,
            });
            let url = self.url("/cgi-bin/stable_token", &[]);
            let token: Token = read(&self.call(posted(url, &body)).await?)?;
            Ok(Fetched {
                value: token.access_token,
                lives: TimeDelta::seconds(token.expires_in.clamp(0, 7200)),
            })
        };
        self.token.get(now, fetch).await
    }

    /// The answer, unless it is an error in JSON; HTTP's status says nothing here.
    pub(super) async fn call(&self, request: WireRequest) -> Result<Answer, WechatError> {
        let answer = self.wire.call(request).await.map_err(|error| match error {
            CallError::NotSent(what) => WechatError::NotSent(what),
            other => WechatError::Unknown(other.to_string()),
        })?;
        let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
        match said
            .as_ref()
            .map(|said| said["errcode"].as_i64().unwrap_or(0))
        {
            Some(0) => Ok(answer),
            Some(code) => Err(WechatError::Refused {
                code,
                meaning: meaning(code),
            }),
            None if answer.status == 200 => Ok(answer),
            None => Err(WechatError::Unknown(format!("HTTP {}", answer.status))),
        }
    }

    pub(super) fn url(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let base = self.config.base_url.trim_end_matches('/');
        if parameters.is_empty() {
            return format!("{base}{path}");
        }
        format!(
            "{base}{path}?{}",
            percent::pairs(parameters.iter().copied())
        )
    }
}

pub(super) fn asked(url: String) -> WireRequest {
    WireRequest {
        method: Method::GET,
        url,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

pub(super) fn posted(url: String, body: &Value) -> WireRequest {
    WireRequest {
        method: Method::POST,
        url,
        headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// An answer's fields.
pub(super) fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, WechatError> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| WechatError::Unknown("an answer nobody can read".to_owned()))
}

fn meaning(code: i64) -> Refusal {
    match code {
        40001 | 40014 | 42001 => Refusal::Token,
        40003 | 43004 | 43019 | 43101 | 50005 => Refusal::Person,
        40037 | 41030 | 47001 | 47003 => Refusal::Message,
        40029 | 40030 | 40163 | 41008 | 42002 | 42003 | 42007 => Refusal::SignIn,
        40007 => Refusal::Media,
        -1 | 45009 | 45011 => Refusal::Busy,
        _ => Refusal::Account,
    }
}
