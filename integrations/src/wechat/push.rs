//! What `WeChat` posts to us: messages of people, and what happened to them and to our messages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use quick_xml::Reader;
use quick_xml::events::Event;

const DEPTH_MAX: usize = 8;

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    #[error("not XML as it is sent here")]
    Malformed,
    #[error("{0} is missing")]
    Missing(&'static str),
}

/// The text of each element, by its path below the root: `ScanCodeInfo/ScanResult`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Elements(BTreeMap<String, String>);

impl Elements {
    /// Without document types and entities of its own, which only an attacker would send.
    pub(super) fn read(xml: &[u8]) -> Result<Self, PushError> {
        let xml = std::str::from_utf8(xml).map_err(|_| PushError::Malformed)?;
        let mut reader = Reader::from_str(xml);
        let (mut path, mut texts) = (Vec::<String>::new(), BTreeMap::<String, String>::new());
        loop {
            let event = reader.read_event().map_err(|_| PushError::Malformed)?;
            let piece = match event {
                Event::Start(start) => {
                    path.push(start.name().into_inner().to_owned());
                    if path.len() > DEPTH_MAX {
                        return Err(PushError::Malformed);
                    }
                    continue;
                }
                Event::End(_) => {
                    path.pop();
                    continue;
                }
                Event::Text(text) => text.xml10_content().into_owned(),
                Event::CData(text) => text.xml10_content().into_owned(),
                Event::GeneralRef(named) => resolved(&named)?,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) => continue,
                Event::Eof if path.is_empty() => return Ok(Self(texts)),
                Event::DocType(_) | Event::PI(_) | Event::Eof => return Err(PushError::Malformed),
            };
            let inside = path.iter().skip(1).map(String::as_str).collect::<Vec<_>>();
            if !inside.is_empty() {
                texts.entry(inside.join("/")).or_default().push_str(&piece);
            }
        }
    }

    pub(super) fn get(&self, path: &'static str) -> Result<&str, PushError> {
        self.find(path).ok_or(PushError::Missing(path))
    }

    fn find(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(|text| text.trim())
    }
}

fn resolved(named: &quick_xml::events::BytesRef<'_>) -> Result<String, PushError> {
    if let Ok(Some(letter)) = named.resolve_char_ref() {
        return Ok(letter.to_string());
    }
    let name = named.xml10_content();
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or(PushError::Malformed)
}

/// A message or an event, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    pub openid: String,
    pub sent_at: DateTime<Utc>,
    /// The same for what is the same: `WeChat` sends again what was not answered in time.
    pub key: String,
    pub kind: PushKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushKind {
    Text(String),
    /// With what the code says, where one was scanned.
    Subscribed(Option<String>),
    Unsubscribed,
    /// A code of ours, scanned by a follower.
    Scanned(String),
    /// An entry of the menu.
    Clicked(String),
    /// Read by the menu's scanner; nothing to be trusted.
    CodeRead(String),
    /// What became of a template message.
    TemplateSent {
        message_id: String,
        status: String,
    },
    /// What somebody answered to being asked for subscriptions: template and whether accepted.
    SubscriptionAnswered {
        template_id: String,
        accepted: bool,
    },
    /// Nothing that is acted upon.
    Other,
}

impl Push {
    /// Reads an opened body.
    pub fn read(xml: &[u8]) -> Result<Self, PushError> {
        let elements = Elements::read(xml)?;
        let openid = elements.get("FromUserName")?.to_owned();
        let created = elements.get("CreateTime")?;
        let sent_at = created.parse().ok();
        let sent_at = sent_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let sent_at = sent_at.ok_or(PushError::Malformed)?;
        let event = elements.find("Event").unwrap_or_default();
        let key = match elements.find("MsgId") {
            Some(id) => format!("message/{id}"),
            None => format!("event/{openid}/{created}/{event}"),
        };
        let kind = match elements.get("MsgType")? {
            "text" => PushKind::Text(elements.get("Content")?.to_owned()),
            "event" => of_event(event, &elements)?,
            _ => PushKind::Other,
        };
        Ok(Self {
            openid,
            sent_at,
            key,
            kind,
        })
    }

    /// The encrypted part of a body as it came.
    pub fn encrypted(xml: &[u8]) -> Result<String, PushError> {
        Ok(Elements::read(xml)?.get("Encrypt")?.to_owned())
    }
}

fn of_event(event: &str, elements: &Elements) -> Result<PushKind, PushError> {
    let text = |path| elements.get(path).map(str::to_owned);
    Ok(match event {
        "subscribe" => {
            let key = elements.find("EventKey");
            let scene = key.and_then(|key| key.strip_prefix("qrscene_"));
            PushKind::Subscribed(scene.map(str::to_owned))
        }
        "unsubscribe" => PushKind::Unsubscribed,
        "SCAN" => PushKind::Scanned(text("EventKey")?),
        "CLICK" => PushKind::Clicked(text("EventKey")?),
        "scancode_push" | "scancode_waitmsg" => {
            PushKind::CodeRead(text("ScanCodeInfo/ScanResult")?)
        }
        "TEMPLATESENDJOBFINISH" => PushKind::TemplateSent {
            message_id: text("MsgID")?,
            status: text("Status")?,
        },
        "subscribe_msg_popup_event" => PushKind::SubscriptionAnswered {
            template_id: text("SubscribeMsgPopupEvent/List/TemplateId")?,
            accepted: elements.get("SubscribeMsgPopupEvent/List/SubscribeStatusString")?
                == "accept",
        },
        _ => PushKind::Other,
    })
}
