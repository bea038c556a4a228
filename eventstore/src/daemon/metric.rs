//! Gauges take floating point; nothing else here does.

/// Sets a gauge to a count.
pub(crate) fn gauge(name: &'static str, labels: &[(&'static str, &str)], value: i64) {
    let labels: Vec<metrics::Label> = labels
        .iter()
        .map(|(key, value)| metrics::Label::new(*key, (*value).to_owned()))
        .collect();
    // Beyond 32 bits a gauge has nothing more to say.
    let value = i32::try_from(value).unwrap_or(i32::MAX);
    metrics::gauge!(name, labels).set(value);
}
