use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::ReadingExportError;
use super::event::{ReadingBatchCreated, ReadingBatchId, ReadingExportEvent};

/// The series of batches: one stream, so that no two batches are counted over the same rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadingExport {
    #[default]
    Absent,
    Started {
        last: ReadingBatchId,
    },
}

impl ReadingExport {
    /// Zero before the first batch.
    pub fn last_number(&self) -> u32 {
        match self {
            Self::Absent => 0,
            Self::Started { last } => last.number(),
        }
    }
}

fn create(last: u32, batch: ReadingBatchCreated) -> Result<ReadingExportEvent, ReadingExportError> {
    if batch.row_count == 0 {
        return Err(ReadingExportError::NothingNew);
    }
    if last.checked_add(1) != Some(batch.batch_id.number()) {
        return Err(ReadingExportError::CountedBefore(ReadingBatchId::new(last)));
    }
    Ok(ReadingExportEvent::BatchCreated(batch))
}

impl Aggregate for ReadingExport {
    const TYPE: &'static str = "reading_export";
    type Command = ReadingBatchCreated;
    type Event = ReadingExportEvent;
    type Error = ReadingExportError;
    type Services = ();

    async fn handle(
        &mut self,
        batch: ReadingBatchCreated,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReadingExportError> {
        sink.write(create(self.last_number(), batch)?, self).await;
        Ok(())
    }

    fn apply(&mut self, ReadingExportEvent::BatchCreated(batch): ReadingExportEvent) {
        *self = Self::Started {
            last: batch.batch_id,
        };
    }
}
