use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;

/// The named figures a rule works with, as they are written down.
#[derive(Clone, Debug, Default)]
pub(in crate::meter) struct Figures(BTreeMap<String, String>);

impl From<BTreeMap<String, String>> for Figures {
    fn from(inputs: BTreeMap<String, String>) -> Self {
        Self(inputs)
    }
}

impl From<Figures> for BTreeMap<String, String> {
    fn from(figures: Figures) -> Self {
        figures.0
    }
}

impl Figures {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "figures are numbers and words that are made where they are noted"
    )]
    pub(in crate::meter) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.insert(name.to_owned(), value.to_string());
        self
    }

    pub(in crate::meter) fn with_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn with_instant(self, name: &str, at: DateTime<Utc>) -> Self {
        self.with(name, at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Option<Decimal> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn count(&self, name: &str) -> Option<u32> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        self.text(name)?.parse().ok()
    }

    /// Several values under one name, separated by blanks.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        self.text(name)
            .map(|text| text.split(' ').filter(|part| !part.is_empty()).collect())
            .unwrap_or_default()
    }
}

/// Four decimals do for people; what a verdict rests on is kept exactly beside it.
pub(super) fn figure(value: Decimal) -> String {
    value.round_dp(4).normalize().to_string()
}
