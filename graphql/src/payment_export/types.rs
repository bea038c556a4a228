use async_graphql::{Enum, SimpleObject};
use chaobiao_domain::payment_export;
use chaobiao_projections::payments;
use chrono::{DateTime, Utc};

use crate::support::{Fen, YearMonth};

/// Which month of a row a batch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payment_export::ExportBasis")]
pub(super) enum ExportBasis {
    BillMonth,
    PaidMonth,
}

/// A batch as it was closed; it never changes.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExportBatch {
    batch_id: String,
    basis: ExportBasis,
    month: YearMonth,
    row_count: i64,
    total: Fen,
    created_at: DateTime<Utc>,
    /// Such as `staff:li`.
    created_by: String,
}

impl From<payments::ExportBatch> for ExportBatch {
    fn from(row: payments::ExportBatch) -> Self {
        Self {
            batch_id: row.batch_id.to_string(),
            basis: row.basis.into(),
            month: row.month.into(),
            row_count: row.row_count,
            total: row.total.into(),
            created_at: row.created_at,
            created_by: row.created_by,
        }
    }
}
