use super::ExportError;
use super::sheet::{Batch, HEADINGS, Line};

/// Tells spreadsheets in China that what follows is UTF-8 and not GBK.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) fn write(batch: &Batch) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(HEADINGS)?;
    for row in &batch.rows {
        let line = Line::new(row);
        writer.write_record([
            &line.account_no,
            &line.month.to_string(),
            &line.amount.to_string(),
            line.kind,
            &line.campuses,
            &line.methods,
            &line.booked_on.to_string(),
            &line.receipts,
            &line.batch,
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| ExportError::Csv(error.into_error().into()))
}
