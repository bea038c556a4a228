//! Once two people want a file of readings undone, its readings are taken back step by step.

use async_trait::async_trait;
use chaobiao_domain::import_batch::{
    ImportBatchEvent, ImportedReading, UNDO_STEP, WithdrawImported,
};
use chaobiao_domain::units::ImportBatchId;
use chaobiao_eventstore::{EventStore, Policy, PolicyError, Reaction, RecordedEvent};
use chaobiao_projections::imports::query;

use super::read_models::{later, require};

pub(super) struct ImportUndo(pub(super) EventStore);

#[async_trait]
impl Policy for ImportUndo {
    fn name(&self) -> &'static str {
        "import_undo"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["import_batch"]
    }

    /// All that follows depends on what the file brought.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let ImportBatchEvent::UndoApproved { .. } = event.decode()? else {
            return Ok(Vec::new());
        };
        let batch_id = ImportBatchId::try_new(&event.stream.aggregate_id)
            .map_err(|error| PolicyError::Invalid(error.to_string()))?;
        require(&self.0, &[query::PAYERS_OF], event).await?;
        let readings = query::readings_of(self.0.pool(), &batch_id)
            .await
            .map_err(later)?;
        Ok(steps(&batch_id, &readings))
    }
}

/// One step at least: also a file that brought nothing is undone some time.
fn steps(batch_id: &ImportBatchId, readings: &[ImportedReading]) -> Vec<Reaction> {
    let mut steps: Vec<&[ImportedReading]> = readings.chunks(UNDO_STEP).collect();
    if steps.is_empty() {
        steps.push(&[]);
    }
    let mut after = 0_u32;
    let count = steps.len();
    let step = |(number, readings): (usize, &[ImportedReading])| {
        let process = WithdrawImported {
            batch_id: batch_id.clone(),
            after,
            readings: readings.to_vec(),
            last: number + 1 == count,
        };
        let dealt_with = u32::try_from(readings.len()).unwrap_or(u32::MAX);
        after = after.saturating_add(dealt_with);
        Reaction::Run {
            process: Box::new(process),
            label: number.to_string(),
        }
    };
    steps.into_iter().enumerate().map(step).collect()
}
