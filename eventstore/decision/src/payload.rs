//! The JSON of a stored event.

use std::fmt;

use cqrs_es::DomainEvent;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{PERSONAL_KEY, UnreadableEvent, read_event};

/// An event's JSON as the store returned it: text, until somebody has to look inside.
///
/// Reading it straight into the event's own type saves building a tree that is thrown away at
/// once; only a payload with personal fields becomes a tree, in which they are decrypted.
#[derive(Clone, Debug)]
pub struct Payload(Form);

#[derive(Clone, Debug)]
enum Form {
    Text(Box<str>),
    Parsed(Value),
}

impl Payload {
    pub fn from_text(text: Box<str>) -> Self {
        Self(Form::Text(text))
    }

    /// The event under the name and version it was stored, or upcast, under.
    pub fn read<E: DomainEvent>(
        &self,
        event_type: &str,
        event_version: &str,
    ) -> Result<E, UnreadableEvent> {
        match &self.0 {
            Form::Text(text) => {
                let mut text = serde_json::Deserializer::from_str(text);
                read_event(event_type, event_version, &mut text)
            }
            Form::Parsed(value) => read_event(event_type, event_version, value),
        }
    }

    /// The payload as any type that fits.
    pub fn decode<E: DeserializeOwned>(&self) -> Result<E, serde_json::Error> {
        match &self.0 {
            Form::Text(text) => serde_json::from_str(text),
            Form::Parsed(value) => E::deserialize(value),
        }
    }

    /// The tree in which personal fields are to be opened; `None` when there cannot be any.
    pub fn personal(&mut self) -> Result<Option<&mut Value>, serde_json::Error> {
        if let Form::Text(text) = &self.0 {
            if !text.contains(PERSONAL_KEY) {
                return Ok(None);
            }
            self.0 = Form::Parsed(serde_json::from_str(text)?);
        }
        match &mut self.0 {
            Form::Parsed(value) => Ok(Some(value)),
            Form::Text(_) => Ok(None),
        }
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self(Form::Parsed(value))
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.decode::<Value>(), other.decode::<Value>());
        matches!((ours, theirs), (Ok(ours), Ok(theirs)) if ours == theirs)
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Text(text) => match serde_json::from_str::<Value>(text) {
                Ok(value) => value.fmt(f),
                Err(_) => f.write_str(text),
            },
            Form::Parsed(value) => value.fmt(f),
        }
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Text(text) => serde_json::from_str::<Value>(text)
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
            Form::Parsed(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_and_tree_are_the_same_payload() {
        let text = Payload::from_text(r#"{"b": [1, "水"], "a": null}"#.into());
        let tree = Payload::from(json!({ "a": null, "b": [1, "水"] }));
        assert_eq!(text, tree);
        assert_eq!(text.to_string(), tree.to_string());
        assert_eq!(
            serde_json::to_value(&text).unwrap(),
            serde_json::to_value(&tree).unwrap()
        );
        assert_ne!(text, Payload::from(json!({ "a": null })));
        assert_ne!(
            Payload::from_text("{".into()),
            Payload::from_text("{".into())
        );
    }

    #[test]
    fn only_a_payload_with_a_personal_field_becomes_a_tree() {
        let mut plain = Payload::from_text(r#"{"personal": 1}"#.into());
        assert_eq!(plain.personal().unwrap(), None);

        let mut personal =
            Payload::from_text(r#"{"name": {"$personal": {"subject": "p1"}}}"#.into());
        let tree = personal.personal().unwrap().unwrap();
        tree["name"]["$personal"]["value"] = json!("小明");
        let opened: Value = personal.decode().unwrap();
        assert_eq!(opened["name"]["$personal"]["value"], "小明");
    }
}
