use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::ReadingExport;
use super::event::{ReadingBatchCreated, ReadingBatchId};
use crate::units::{BillingMonth, CampusId};

/// The one stream of all batches.
pub const READING_EXPORT_STREAM: &str = "readings";

/// Closes a batch over rows somebody has just counted. Refused when another batch came between,
/// since the count would no longer be true.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateReadingBatch {
    pub month: BillingMonth,
    pub campus: Option<CampusId>,
    /// Evidence, not part of what is asked for: the same request again is the same command,
    /// whatever could be counted by then.
    #[serde(skip)]
    pub counted: CountedReadings,
}

/// The rows a batch would close over, as somebody has counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedReadings {
    pub through_leaf: i64,
    pub row_count: u32,
    /// The last batch there was; zero before the first.
    pub after: u32,
}

impl Process for CreateReadingBatch {
    const NAME: &'static str = "reading_export.create_batch";
    type Outcome = ReadingBatchId;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingBatchId, Stop> {
        let batch_id = ReadingBatchId::new(self.counted.after.saturating_add(1));
        let batch = ReadingBatchCreated {
            batch_id,
            month: self.month,
            campus: self.campus.clone(),
            through_leaf: self.counted.through_leaf,
            row_count: self.counted.row_count,
        };
        workspace.execute::<ReadingExport>(READING_EXPORT_STREAM, batch)?;
        Ok(batch_id)
    }
}
