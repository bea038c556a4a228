use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// Something that went over a collector's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFrame {
    pub number: i64,
    pub collector_no: String,
    pub address: Option<String>,
    pub at: DateTime<Utc>,
    pub what: String,
    /// In hexadecimal.
    pub frame: Option<String>,
}

/// The links of this node to collectors. The house that speaks to them is another one.
pub trait CollectorLinks: Send + Sync {
    /// Changes with every frame; none where this node has no gateway.
    fn changes(&self) -> Option<watch::Receiver<i64>>;

    /// The last frames of one collector or of all, the newest first.
    fn latest(&self, collector_no: Option<&str>) -> Vec<LiveFrame>;
}
