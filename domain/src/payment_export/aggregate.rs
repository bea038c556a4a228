use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::PaymentExportCommand;
use super::error::PaymentExportError;
use super::event::{ExportBatchCreated, ExportBatchId, PaymentExportEvent};

/// The series of batches: one stream, so that no two batches are counted over the same rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentExport {
    #[default]
    Absent,
    Started {
        last: ExportBatchId,
    },
}

impl PaymentExport {
    /// Zero before the first batch.
    pub fn last_number(&self) -> u32 {
        match self {
            Self::Absent => 0,
            Self::Started { last } => last.number(),
        }
    }
}

fn create(last: u32, batch: ExportBatchCreated) -> Result<PaymentExportEvent, PaymentExportError> {
    if batch.row_count == 0 {
        return Err(PaymentExportError::NothingNew);
    }
    if last.checked_add(1) != Some(batch.batch_id.number()) {
        return Err(PaymentExportError::CountedBefore(ExportBatchId::new(last)));
    }
    Ok(PaymentExportEvent::BatchCreated(batch))
}

impl Aggregate for PaymentExport {
    const TYPE: &'static str = "payment_export";
    type Command = PaymentExportCommand;
    type Event = PaymentExportEvent;
    type Error = PaymentExportError;
    type Services = ();

    async fn handle(
        &mut self,
        PaymentExportCommand::CreateBatch(batch): PaymentExportCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), PaymentExportError> {
        sink.write(create(self.last_number(), batch)?, self).await;
        Ok(())
    }

    fn apply(&mut self, PaymentExportEvent::BatchCreated(batch): PaymentExportEvent) {
        *self = Self::Started {
            last: batch.batch_id,
        };
    }
}
