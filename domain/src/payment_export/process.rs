use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::PaymentExport;
use super::command::PaymentExportCommand;
use super::event::{ExportBasis, ExportBatchCreated, ExportBatchId};
use crate::units::{BillingMonth, Fen};

/// The one stream of all batches.
pub const EXPORT_STREAM: &str = "payments";

/// Closes a batch over rows somebody has just counted. Refused when another batch came between,
/// since the count would no longer be true.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateExportBatch {
    pub basis: ExportBasis,
    pub month: BillingMonth,
    /// Evidence, not part of what is asked for: the same request again is the same command,
    /// whatever could be counted by then.
    #[serde(skip)]
    pub counted: CountedRows,
}

/// The rows a batch would close over, as somebody has counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedRows {
    pub through_leaf: i64,
    pub row_count: u32,
    pub total: Fen,
    /// The last batch there was; zero before the first.
    pub after: u32,
}

impl Process for CreateExportBatch {
    const NAME: &'static str = "payment_export.create_batch";
    type Outcome = ExportBatchId;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ExportBatchId, Stop> {
        let batch_id = ExportBatchId::new(self.counted.after.saturating_add(1));
        let batch = ExportBatchCreated {
            batch_id,
            basis: self.basis,
            month: self.month,
            through_leaf: self.counted.through_leaf,
            row_count: self.counted.row_count,
            total: self.counted.total,
        };
        let command = PaymentExportCommand::CreateBatch(batch);
        workspace.execute::<PaymentExport>(EXPORT_STREAM, command)?;
        Ok(batch_id)
    }
}
