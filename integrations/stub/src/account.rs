//! An official account of `WeChat`: tokens that end, codes that work once, followers who leave, and
//! pushes signed and encrypted as the vendor does it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use chaobiao_integrations::wechat::{
    AppSecret, MessageKey, ServerToken, Signed, Wechat, WechatConfig,
};
use chaobiao_integrations::{Answer, CallError, Called, Wire, WireRequest};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::listen::{Listening, Reply};

/// The next call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountTrouble {
    /// Nothing comes back, and nothing has happened.
    Lost,
    /// Nothing comes back, though it has happened.
    LostAfterEffect,
    Busy,
    /// A machine in between answers in its own words.
    Html,
}

/// A message as a follower sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub openid: String,
    pub template: String,
    pub values: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct State {
    now: DateTime<Utc>,
    /// With the time it was made.
    token: Option<(String, DateTime<Utc>)>,
    tokens_made: usize,
    codes: BTreeMap<String, (String, bool)>,
    used: BTreeSet<String>,
    followers: BTreeSet<String>,
    consents: BTreeMap<(String, String), u32>,
    media: BTreeMap<String, (DateTime<Utc>, Vec<u8>)>,
    shown: Vec<Shown>,
    message_ids: BTreeMap<String, i64>,
    trouble: Option<AccountTrouble>,
    calls: Vec<String>,
    menu: Option<Value>,
}

/// The account `wx5823bf96d3bd56c7`.
#[derive(Debug)]
pub struct AccountStub(Mutex<State>);

impl AccountStub {
    pub const APPID: &'static str = "wx5823bf96d3bd56c7";
    pub const SECRET: &'static str = "test-only-secret-of-an-account";
    pub const TOKEN: &'static str = "testonlytoken";
    pub const AES_KEY: &'static str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    pub const BASE: &'static str = "http://127.0.0.1/account";
    pub const TICKET: &'static str = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy";

    pub fn new(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            now,
            ..State::default()
        })))
    }

    /// Our client, set up for this account.
    pub fn client(self: &Arc<Self>) -> Wechat {
        self.client_with(Self::SECRET)
    }

    pub fn client_with(self: &Arc<Self>, secret: &str) -> Wechat {
        let config = WechatConfig {
            base_url: Self::BASE.to_owned(),
            authorize_url: "https://open.weixin.qq.com".to_owned(),
            appid: Self::APPID.to_owned(),
            secret: AppSecret::new(secret),
            page_hosts: vec!["pay.example.edu.cn".to_owned()],
        };
        Wechat::new(config, Arc::clone(self) as Arc<_>)
    }

    pub fn set_now(&self, now: DateTime<Utc>) {
        self.0.lock().unwrap().now = now;
    }

    pub fn trouble(&self, trouble: AccountTrouble) {
        self.0.lock().unwrap().trouble = Some(trouble);
    }

    /// Somebody else has made a new token by force: the old one is dead at once.
    pub fn force_refresh(&self) {
        self.0.lock().unwrap().renew();
    }

    /// Path of every call so far.
    pub fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.clone()
    }

    /// The menu that was published last.
    pub fn menu(&self) -> Option<Value> {
        self.0.lock().unwrap().menu.clone()
    }

    pub fn shown(&self) -> Vec<Shown> {
        self.0.lock().unwrap().shown.clone()
    }

    /// Somebody agrees on the vendor's page; `code` comes back with them.
    pub fn person_comes(&self, code: &str, openid: &str, snapshot: bool) {
        let person = (openid.to_owned(), snapshot);
        self.0.lock().unwrap().codes.insert(code.to_owned(), person);
    }

    pub fn follow(&self, openid: &str) {
        self.0.lock().unwrap().followers.insert(openid.to_owned());
    }

    pub fn unfollow(&self, openid: &str) {
        self.0.lock().unwrap().followers.remove(openid);
    }

    /// Agrees to one message of a template.
    pub fn consent(&self, openid: &str, template: &str) {
        let key = (openid.to_owned(), template.to_owned());
        *self.0.lock().unwrap().consents.entry(key).or_default() += 1;
    }

    /// A picture is taken.
    pub fn upload(&self, media_id: &str, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap();
        let taken = (state.now, bytes.to_vec());
        state.media.insert(media_id.to_owned(), taken);
    }

    /// A push as it is posted: query and body, for an account and at a time.
    pub fn push(inner: &str, appid: &str, now: DateTime<Utc>) -> (String, String) {
        let key = MessageKey::new(Self::AES_KEY).unwrap();
        let encrypted = key.seal(inner.as_bytes(), appid, *b"aaaabbbbccccdddd");
        let timestamp = now.timestamp().to_string();
        let token = ServerToken::new(Self::TOKEN).unwrap();
        let mut signed = Signed {
            timestamp: &timestamp,
            nonce: "437374425",
            encrypted: None,
        };
        let signature = token.sign(&signed);
        signed.encrypted = Some(&encrypted);
        let query = format!(
            "signature={signature}&timestamp={timestamp}&nonce=437374425&encrypt_type=aes\
             &msg_signature={}",
            token.sign(&signed)
        );
        let body = format!(
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]>\
             </Encrypt></xml>"
        );
        (query, body)
    }
}

impl State {
    fn renew(&mut self) -> String {
        self.tokens_made += 1;
        let token = format!("token-{}", self.tokens_made);
        self.token = Some((token.clone(), self.now));
        token
    }

    fn check(&self, token: &str) -> Result<(), i64> {
        match &self.token {
            Some((known, _)) if known != token => Err(40001),
            Some((_, made)) if self.now - *made < TimeDelta::seconds(7200) => Ok(()),
            Some(_) => Err(42001),
            None => Err(40001),
        }
    }

    fn stable_token(&mut self, body: &Value) -> Result<Value, i64> {
        if body["appid"] != AccountStub::APPID {
            return Err(40013);
        }
        if body["secret"] != AccountStub::SECRET {
            return Err(40125);
        }
        let age = self.token.as_ref().map(|(_, made)| self.now - *made);
        let (token, age) = match (&self.token, age) {
            (Some((token, _)), Some(age)) if age < TimeDelta::seconds(6900) => (token.clone(), age),
            _ => (self.renew(), TimeDelta::zero()),
        };
        Ok(json!({ "access_token": token, "expires_in": 7200 - age.num_seconds() }))
    }

    fn sign_in(&mut self, query: &BTreeMap<String, String>) -> Result<Value, i64> {
        if query["appid"] != AccountStub::APPID || query["secret"] != AccountStub::SECRET {
            return Err(40125);
        }
        if !self.used.insert(query["code"].clone()) {
            return Err(40163);
        }
        let (openid, snapshot) = self.codes.get(&query["code"]).ok_or(40029)?;
        let mut said = json!({
            "access_token": "of the person", "expires_in": 7200, "refresh_token": "r",
            "openid": openid, "scope": "snsapi_base",
        });
        if *snapshot {
            said["is_snapshotuser"] = 1.into();
        }
        Ok(said)
    }

    fn template(&mut self, body: &Value) -> Result<Value, i64> {
        let (openid, template) = addressed(body);
        if !openid.starts_with("oU") {
            return Err(40003);
        }
        if !self.followers.contains(&openid) {
            return Err(43004);
        }
        if template != "T1" {
            return Err(40037);
        }
        let id = body["client_msg_id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if let Some(known) = self.message_ids.get(&id) {
            return Ok(json!({ "errcode": 0, "errmsg": "ok", "msgid": known }));
        }
        let values = values(body);
        for value in values.values() {
            assert!(
                value.chars().count() <= 20 && !value.contains('\n'),
                "{value}"
            );
        }
        self.shown.push(Shown {
            openid,
            template,
            values,
        });
        let number = 200_228_331 + i64::try_from(self.shown.len()).unwrap();
        self.message_ids.insert(id, number);
        Ok(json!({ "errcode": 0, "errmsg": "ok", "msgid": number }))
    }

    fn subscribed(&mut self, body: &Value) -> Result<Value, i64> {
        let (openid, template) = addressed(body);
        let values = values(body);
        let too_long = |(name, value): (&String, &String)| {
            name.starts_with("thing") && value.chars().count() > 20
        };
        if values.iter().any(too_long) {
            return Err(47003);
        }
        let left = self.consents.get_mut(&(openid.clone(), template.clone()));
        match left {
            Some(left) if *left > 0 => *left -= 1,
            _ => return Err(43101),
        }
        self.shown.push(Shown {
            openid,
            template,
            values,
        });
        Ok(json!({ "errcode": 0, "errmsg": "ok" }))
    }

    /// The vendor's rules for menus; escapes of letters it does not read.
    fn keep_menu(&mut self, raw: &[u8], menu: Value) -> Result<Value, i64> {
        if raw.windows(2).any(|two| two == b"\\u") {
            return Err(40033);
        }
        let buttons = menu["button"].as_array().ok_or(40016)?;
        if !(1..=3).contains(&buttons.len()) {
            return Err(40016);
        }
        for button in buttons {
            let name = button["name"].as_str().ok_or(40018)?;
            let entries = button["sub_button"].as_array();
            if name.chars().count() > 4 || entries.is_some_and(|entries| entries.len() > 5) {
                return Err(40018);
            }
            for page in entries.map_or(std::slice::from_ref(button), Vec::as_slice) {
                if page["type"] != "view" || page["url"].as_str().is_none_or(str::is_empty) {
                    return Err(40020);
                }
            }
        }
        self.menu = Some(menu);
        Ok(json!({ "errcode": 0, "errmsg": "ok" }))
    }

    fn answer(&mut self, request: &WireRequest) -> Result<Answer, i64> {
        let target = request.url.strip_prefix(AccountStub::BASE).unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.calls.push(path.to_owned());
        if self.trouble == Some(AccountTrouble::Busy) {
            return Err(-1);
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if path.starts_with("/cgi-bin/") && path != "/cgi-bin/stable_token" {
            self.check(&query["access_token"])?;
        }
        let said = match path {
            "/cgi-bin/stable_token" => self.stable_token(&body)?,
            "/sns/oauth2/access_token" => self.sign_in(&query)?,
            "/cgi-bin/ticket/getticket" => json!({
                "errcode": 0, "errmsg": "ok", "ticket": AccountStub::TICKET, "expires_in": 7200,
            }),
            "/cgi-bin/message/template/send" => self.template(&body)?,
            "/cgi-bin/message/subscribe/bizsend" => self.subscribed(&body)?,
            "/cgi-bin/media/get" => {
                let (taken, bytes) = self.media.get(&query["media_id"]).ok_or(40007)?;
                if self.now - *taken > TimeDelta::days(3) {
                    return Err(40007);
                }
                return Ok(of(200, "image/jpeg", bytes.clone()));
            }
            "/cgi-bin/menu/create" => self.keep_menu(&request.body, body)?,
            _ => panic!("nobody calls {path}"),
        };
        Ok(of(200, "application/json", said.to_string().into_bytes()))
    }
}

impl AccountStub {
    fn take(&self, request: &WireRequest) -> Result<Answer, CallError> {
        let mut state = self.0.lock().unwrap();
        let lost = || Err(CallError::Unknown("no answer in time".to_owned()));
        if state.trouble == Some(AccountTrouble::Lost) {
            state.trouble = None;
            return lost();
        }
        let answer = state.answer(request).unwrap_or_else(|code| {
            let said = json!({ "errcode": code, "errmsg": "refused rid: 1" }).to_string();
            of(200, "application/json", said.into_bytes())
        });
        match state.trouble.take() {
            Some(AccountTrouble::LostAfterEffect) => lost(),
            Some(AccountTrouble::Html) => Ok(of(502, "text/html", b"<h1>Sorry</h1>".to_vec())),
            _ => Ok(answer),
        }
    }

    /// On any free port of this machine, by a clock of its own.
    pub fn listen(self: &Arc<Self>, clock: fn() -> DateTime<Utc>) -> AccountDoor {
        let stub = Arc::clone(self);
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        AccountDoor(Listening::start(any, move |request| {
            stub.set_now(clock());
            let request = WireRequest {
                method: request.method.parse().unwrap(),
                url: format!("{}{}", Self::BASE, request.target),
                headers: Vec::new(),
                body: request.body.clone(),
            };
            match stub.take(&request) {
                Err(_) => Reply::Silence,
                Ok(answer) if answer.status == 200 => {
                    Reply::Json(200, String::from_utf8(answer.body).unwrap())
                }
                Ok(answer) => Reply::Html(answer.status),
            }
        }))
    }
}

/// The account, listening; ends when dropped.
#[derive(Debug)]
pub struct AccountDoor(Listening);

impl AccountDoor {
    pub fn base_url(&self) -> String {
        format!("http://{}", self.0.address)
    }
}

impl Wire for AccountStub {
    fn call(&self, request: WireRequest) -> Called<'_> {
        Box::pin(async move { self.take(&request) })
    }
}

fn of(status: u16, content_type: &str, body: Vec<u8>) -> Answer {
    Answer {
        status,
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        body,
    }
}

fn addressed(body: &Value) -> (String, String) {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (text("touser"), text("template_id"))
}

fn values(body: &Value) -> BTreeMap<String, String> {
    let fields = body["data"].as_object().unwrap().iter();
    fields
        .map(|(name, field)| (name.clone(), field["value"].as_str().unwrap().to_owned()))
        .collect()
}
