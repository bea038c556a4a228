use super::ExportError;
use super::sheet::{BILL_NUMBERS, Batch, HEADINGS, Line};

/// Tells spreadsheets in China that what follows is UTF-8 and not GBK.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) fn write(batch: &Batch) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let numbers = batch.has_bill_numbers();
    writer.write_record(HEADINGS.into_iter().chain(numbers.then_some(BILL_NUMBERS)))?;
    for row in &batch.rows {
        let line = Line::new(row);
        let month = line.month.to_string();
        let (amount, booked_on) = (line.amount.to_string(), line.booked_on.to_string());
        let cells = [
            line.account_no.as_str(),
            &month,
            &amount,
            line.kind,
            &line.campuses,
            &line.methods,
            &booked_on,
            &line.receipts,
            &line.batch,
        ];
        let more = numbers.then_some(line.charge_bill_nos.as_str());
        writer.write_record(cells.into_iter().chain(more))?;
    }
    writer
        .into_inner()
        .map_err(|error| ExportError::Csv(error.into_error().into()))
}
