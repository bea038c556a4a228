//! Fields as people write them in requests.

use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, de};

pub(crate) fn hex_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    hex::decode(String::deserialize(deserializer)?)
        .map_err(|_| de::Error::custom("应为十六进制字节"))
}

/// `2026-09-11 08:30:00`, with a `T` if one likes.
pub(crate) fn date_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(deserializer)?.replacen('T', " ", 1);
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S")
        .map_err(|_| de::Error::custom("时间应为 YYYY-MM-DD hh:mm:ss"))
}
