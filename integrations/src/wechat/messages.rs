//! Messages to followers, by templates the vendor has approved.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::{Wechat, WechatError, posted, read};

/// At most so many letters of a template's field are shown.
const TEMPLATE_LETTERS_MAX: usize = 20;

/// Ours for a message, by which the vendor knows a repetition for ten minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientMessageId(String);

impl ClientMessageId {
    /// `None` when it is empty or longer than 32 bytes.
    pub fn new(id: &str) -> Option<Self> {
        (1..=32).contains(&id.len()).then(|| Self(id.to_owned()))
    }
}

/// 模板消息.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateMessage {
    pub openid: String,
    pub template_id: String,
    /// Where a touch leads to.
    pub url: Option<String>,
    pub id: ClientMessageId,
    /// Names and values of the fields.
    pub values: Vec<(String, String)>,
}

/// 订阅通知: one for each time somebody has agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscribeMessage {
    pub openid: String,
    pub template_id: String,
    pub page: Option<String>,
    pub values: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Sent {
    msgid: i64,
}

impl Wechat {
    /// Sends; the vendor's number of the message, by which its fate is told later.
    pub async fn send_template(
        &self,
        message: &TemplateMessage,
        now: DateTime<Utc>,
    ) -> Result<String, WechatError> {
        let values = message.values.iter();
        let values = values.map(|(name, value)| (name, cut(value, TEMPLATE_LETTERS_MAX)));
        let mut body = json!({
            "touser": message.openid,
            "template_id": message.template_id,
            "client_msg_id": message.id.0,
            "data": data(values),
        });
        if let Some(url) = &message.url {
            body["url"] = url.as_str().into();
        }
        let path = "/cgi-bin/message/template/send";
        let answer = self.with_token(now, |token| {
            posted(self.url(path, &[("access_token", token)]), &body)
        });
        let sent: Sent = read(&answer.await?)?;
        Ok(sent.msgid.to_string())
    }

    pub async fn send_subscribed(
        &self,
        message: &SubscribeMessage,
        now: DateTime<Utc>,
    ) -> Result<(), WechatError> {
        let values = message.values.iter();
        let values = values.map(|(name, value)| (name, fitting(name, value)));
        let mut body = json!({
            "touser": message.openid,
            "template_id": message.template_id,
            "data": data(values),
        });
        if let Some(page) = &message.page {
            body["page"] = page.as_str().into();
        }
        let path = "/cgi-bin/message/subscribe/bizsend";
        let answer = self.with_token(now, |token| {
            posted(self.url(path, &[("access_token", token)]), &body)
        });
        let answer = answer.await?;
        // Nothing but an empty error code is an answer to this.
        read::<Value>(&answer).map(drop)
    }
}

fn data<'a>(values: impl Iterator<Item = (&'a String, String)>) -> Map<String, Value> {
    values
        .map(|(name, value)| (name.clone(), json!({ "value": value })))
        .collect()
}

/// In one line, and with an ellipsis where something is missing.
fn cut(value: &str, letters_max: usize) -> String {
    let line: Vec<&str> = value.split_whitespace().collect();
    let line = line.join(" ");
    if line.chars().count() <= letters_max {
        return line;
    }
    let kept = letters_max.saturating_sub(1);
    line.chars().take(kept).chain(['…']).collect()
}

/// A value as its field takes it, by the field's kind: a longer one would be refused.
pub fn fitting(name: &str, value: &str) -> String {
    let kind = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let letters_max = match kind {
        "thing" => 20,
        "name" => 10,
        "phrase" | "symbol" => 5,
        "phone_number" => 17,
        "car_number" => 8,
        // No ellipsis in these: a number that was cut would be another one.
        _ => return value.trim().to_owned(),
    };
    cut(value, letters_max)
}
