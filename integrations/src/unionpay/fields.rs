//! A message: named values, in the form of a page or of an answer's one line.

use std::collections::BTreeMap;

use crate::percent;

/// What is not a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message cannot be read")]
pub struct UnreadableForm;

/// Values by name; the order of names is the order of signing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What is signed: everything that says something but the signature, raw.
    pub fn presign(&self) -> String {
        let said = self
            .iter()
            .filter(|(name, value)| *name != "signature" && !value.is_empty());
        let pairs: Vec<String> = said
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    }

    /// As a browser posts it. A name that comes twice is refused: which one was signed?
    pub fn from_form(body: &[u8]) -> Result<Self, UnreadableForm> {
        let text = std::str::from_utf8(body).map_err(|_| UnreadableForm)?;
        let mut fields = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(UnreadableForm)?;
            let (name, value) = (decode(name)?, decode(value)?);
            if fields.0.insert(name, value).is_some() {
                return Err(UnreadableForm);
            }
        }
        Ok(fields)
    }

    /// As a call is answered: raw values, where `&` inside brackets parts nothing.
    pub fn from_line(line: &str) -> Result<Self, UnreadableForm> {
        let mut fields = Self::default();
        let mut depth = 0_u32;
        let mut start = 0;
        let line = line.trim_end_matches(['\r', '\n']);
        let ends = line.char_indices().filter_map(|(at, letter)| {
            match letter {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                '&' if depth == 0 => return Some(at),
                _ => {}
            }
            None
        });
        let ends: Vec<usize> = ends.chain([line.len()]).collect();
        for end in ends {
            let pair = &line[start..end];
            start = (end + 1).min(line.len());
            let (name, value) = pair.split_once('=').ok_or(UnreadableForm)?;
            if fields.0.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(UnreadableForm);
            }
        }
        Ok(fields)
    }

    /// For the body of a post.
    pub fn to_form(&self) -> String {
        percent::pairs(self.iter())
    }

    /// For the line of an answer.
    pub fn to_line(&self) -> String {
        let pairs: Vec<String> = self
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    }
}

fn decode(text: &str) -> Result<String, UnreadableForm> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(), digit());
                let value = high.zip(low).map(|(high, low)| high * 16 + low);
                let value = value.and_then(|value| u8::try_from(value).ok());
                value.ok_or(UnreadableForm)?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| UnreadableForm)
}
