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
    pub through_leaf: i64,
    pub row_count: u32,
    pub total: Fen,
    /// The last batch there was when the rows were counted; zero before the first.
    pub counted_after: u32,
}

impl Process for CreateExportBatch {
    const NAME: &'static str = "payment_export.create_batch";
    type Outcome = ExportBatchId;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ExportBatchId, Stop> {
        let batch_id = ExportBatchId::new(self.counted_after.saturating_add(1));
        let batch = ExportBatchCreated {
            batch_id,
            basis: self.basis,
            month: self.month,
            through_leaf: self.through_leaf,
            row_count: self.row_count,
            total: self.total,
        };
        let command = PaymentExportCommand::CreateBatch(batch);
        workspace.execute::<PaymentExport>(EXPORT_STREAM, command)?;
        Ok(batch_id)
    }
}
