//! The words and figures of papers.

use chaobiao_domain::payment::PaymentMethod;
use chaobiao_domain::units::Fen;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use chaobiao_domain::units::{business_date, business_time};

/// A whole number of fen, as GraphQL writes it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Money(pub(super) Fen);

impl TryFrom<String> for Money {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(|fen| Self(Fen::new(fen)))
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Campus {
    #[serde(rename = "campusId")]
    id: String,
    name: String,
    pub(super) contact: String,
}

/// The campus of a paper, by its name where it has one.
pub(super) fn campus<'a>(campuses: &'a [Campus], id: &'a str) -> (&'a str, &'a str) {
    let found = campuses.iter().find(|campus| campus.id == id);
    found.map_or((id, ""), |campus| (&campus.name, &campus.contact))
}

pub(super) fn commodity(name: &str) -> &str {
    match name {
        "WATER" => "水",
        "ELECTRICITY" => "电",
        other => other,
    }
}

/// `WECHAT_PAY`, as GraphQL names it, in words.
pub(super) fn method(name: &str) -> &str {
    match serde_json::from_value(name.to_ascii_lowercase().into()) {
        Ok(method) => PaymentMethod::label(method),
        Err(_) => name,
    }
}

/// `staff:li` is on the paper as `li`.
pub(super) fn who(actor: &str) -> &str {
    actor.split_once(':').map_or(actor, |(_, name)| name)
}

/// The clock on the wall.
pub(super) fn time(at: DateTime<Utc>) -> String {
    business_time(at).format("%H:%M").to_string()
}

pub(super) fn day(at: DateTime<Utc>) -> String {
    business_date(at).format("%Y年%-m月%-d日").to_string()
}

/// `2026-07` as people write it.
pub(super) fn month(month: &str) -> String {
    match month.split_once('-') {
        Some((year, month)) => format!("{year}年{}月", month.trim_start_matches('0')),
        None => month.to_owned(),
    }
}
