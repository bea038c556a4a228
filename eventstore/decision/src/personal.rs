//! Personal data inside events.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The JSON key by which the store finds personal fields in a payload.
pub const PERSONAL_KEY: &str = "$personal";

/// Whether a document has a personal field anywhere.
pub fn is_personal(document: &Value) -> bool {
    match document {
        Value::Object(map) => map.contains_key(PERSONAL_KEY) || map.values().any(is_personal),
        Value::Array(items) => items.iter().any(is_personal),
        _ => false,
    }
}

/// A value about one person, which the store keeps encrypted under that person's own key.
///
/// In the domain it is a marker. Destroying the person's key turns every `Known` into `Erased`,
/// while hashes and proofs over the stored bytes stay valid.
/// `Debug` never shows the value.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal<T> {
    Known { subject: String, value: T },
    Erased { subject: String },
}

impl<T> Personal<T> {
    pub fn new(subject: impl Into<String>, value: T) -> Self {
        Self::Known {
            subject: subject.into(),
            value,
        }
    }

    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Erased { .. } => None,
        }
    }

    pub fn subject(&self) -> &str {
        match self {
            Self::Known { subject, .. } | Self::Erased { subject } => subject,
        }
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { subject, .. } => write!(f, "Personal({subject})"),
            Self::Erased { subject } => write!(f, "Erased({subject})"),
        }
    }
}

#[derive(Serialize)]
struct EnvelopeRef<'a, T> {
    #[serde(rename = "$personal")]
    personal: FieldRef<'a, T>,
}

#[derive(Serialize)]
struct FieldRef<'a, T> {
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a T>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "$personal")]
    personal: Field,
}

#[derive(Deserialize)]
struct Field {
    subject: String,
    #[serde(default)]
    value: Option<Value>,
    #[serde(default)]
    erased: bool,
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let personal = FieldRef {
            subject: self.subject(),
            value: self.value(),
            erased: matches!(self, Self::Erased { .. }),
        };
        EnvelopeRef { personal }.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Field {
            subject,
            value,
            erased,
        } = Envelope::deserialize(deserializer)?.personal;
        match value {
            _ if erased => Ok(Self::Erased { subject }),
            Some(value) => {
                let value = serde_json::from_value(value).map_err(D::Error::custom)?;
                Ok(Self::Known { subject, value })
            }
            None => Err(D::Error::custom(
                "a personal field has neither value nor erasure mark",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_marked_in_json_and_hidden_in_debug() {
        let name = Personal::new("customer/7", "王小明".to_owned());
        let json = serde_json::to_value(&name).unwrap();
        assert_eq!(
            json,
            json!({"$personal": {"subject": "customer/7", "value": "王小明"}})
        );
        assert_eq!(
            serde_json::from_value::<Personal<String>>(json).unwrap(),
            name
        );
        assert_eq!(format!("{name:?}"), "Personal(customer/7)");
    }

    #[test]
    fn an_erased_value_reads_as_erased() {
        let json = json!({"$personal": {"subject": "customer/7", "erased": true}});
        let name: Personal<String> = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(name.value(), None);
        assert_eq!(serde_json::to_value(&name).unwrap(), json);
    }

    #[test]
    fn a_ciphertext_is_never_mistaken_for_a_value() {
        let json = json!({"$personal": {"subject": "customer/7", "sealed": "AAAA"}});
        assert!(serde_json::from_value::<Personal<String>>(json).is_err());
    }
}
