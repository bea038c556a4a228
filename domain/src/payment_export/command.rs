use super::event::ExportBatchCreated;

/// What may be asked of the series of batches.
#[derive(Clone, Debug)]
pub enum PaymentExportCommand {
    CreateBatch(ExportBatchCreated),
}
