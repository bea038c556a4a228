//! The table of identifiers, a row an object.

use serde_json::{Value, json};

use crate::profile::Profile;

/// Every row that applies to the meters of `profile`, the maker's own first.
pub fn items(profile: &Profile) -> impl Iterator<Item = Value> {
    profile.items().map(|item| {
        json!({
            "di": item.pattern.to_string(),
            "name": item.name,
            "title": item.title,
            "bytes": item.layout.bytes(),
            "format": item.layout.picture(),
            "unit": item.layout.format().map(|format| format.unit.symbol()),
        })
    })
}
