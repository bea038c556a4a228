use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ValueError, normalise_digits};

/// A mainland mobile number. Shown masked unless somebody asks for the whole of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    pub fn try_new(text: impl AsRef<str>) -> Result<Self, ValueError> {
        let text = normalise_digits(text.as_ref());
        let valid = text.len() == 11
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.starts_with('1')
            && matches!(text.as_bytes().get(1), Some(b'3'..=b'9'));
        if valid {
            Ok(Self(text))
        } else {
            Err(ValueError::BadFormat { what: "手机号" })
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

impl FromStr for Phone {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::try_new(text)
    }
}

impl TryFrom<String> for Phone {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::try_new(text)
    }
}

impl From<Phone> for String {
    fn from(value: Phone) -> Self {
        value.0
    }
}
