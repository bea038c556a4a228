use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, ImportBatchId, MeterNo, Quantity};

/// One month as another system kept it: migrated, never billed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthRecorded {
    pub meter_no: MeterNo,
    pub month: BillingMonth,
    pub usage: Quantity,
    /// The file it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<ImportBatchId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HistoricUsageEvent {
    Recorded(MonthRecorded),
    /// Taken back with the file it came from.
    Withdrawn {
        month: BillingMonth,
    },
}

impl DomainEvent for HistoricUsageEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Recorded(_) => "historic_usage.recorded",
            Self::Withdrawn { .. } => "historic_usage.withdrawn",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
