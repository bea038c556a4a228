use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::ExportError;
use super::sheet::{BILL_NUMBERS, Batch, HEADINGS, Line};

/// After all the others.
const NUMBERS_COLUMN: u16 = 9;
const WIDTHS: [f64; 9] = [16.0, 10.0, 12.0, 10.0, 10.0, 14.0, 12.0, 24.0, 12.0];

pub(super) fn write(batch: &Batch) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    // Not the time of writing: the same batch has to give the same bytes.
    let created = ExcelDateTime::from_timestamp(batch.batch.created_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = workbook.add_worksheet();
    sheet.set_name(batch.batch.batch_id.to_string())?;
    let heading = Format::new().set_bold();
    for ((column, text), width) in (0..).zip(HEADINGS).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, text, &heading)?;
    }
    let numbers = batch.has_bill_numbers().then_some(NUMBERS_COLUMN);
    if let Some(column) = numbers {
        sheet.set_column_width(column, 24.0)?;
        sheet.write_string_with_format(0, column, BILL_NUMBERS, &heading)?;
    }
    let money = Format::new().set_num_format("0.00");
    for (row, line) in (1..).zip(batch.rows.iter().map(Line::new)) {
        write_line(sheet, row, &line, &money)?;
        if let Some(column) = numbers {
            sheet.write_string(row, column, &line.charge_bill_nos)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(workbook.save_to_buffer()?)
}

fn write_line(
    sheet: &mut Worksheet,
    row: u32,
    line: &Line,
    money: &Format,
) -> Result<(), ExportError> {
    let month = line.month.to_string();
    let booked_on = line.booked_on.to_string();
    let texts = [
        (0, line.account_no.as_str()),
        (1, &month),
        (3, line.kind),
        (4, &line.campuses),
        (5, &line.methods),
        (6, &booked_on),
        (7, &line.receipts),
        (8, &line.batch),
    ];
    for (column, text) in texts {
        sheet.write_string(row, column, text)?;
    }
    // The format knows no decimals; two of them survive a double far beyond any sum of money.
    let amount: f64 = line
        .amount
        .to_string()
        .parse()
        .map_err(|_| ExportError::Amount)?;
    sheet.write_number_with_format(row, 2, amount, money)?;
    Ok(())
}
