use serde_json::Value;

/// A folded stream, written down: a shortcut for its events up to `sequence`, never the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub sequence: i64,
    pub state: Value,
}
