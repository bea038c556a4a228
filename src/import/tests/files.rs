use encoding_rs::GB18030;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::import::FileError;
use crate::import::cell::Cell;
use crate::import::table::Table;

fn texts(table: &Table) -> Vec<(usize, Vec<String>)> {
    let row = |row: &crate::import::table::Row| {
        let cells = row.cells.iter().map(|cell| cell.text("").unwrap());
        (row.number, cells.collect())
    };
    table.rows.iter().map(row).collect()
}

fn rows(bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
    texts(&Table::read(bytes).unwrap())
}

fn expected() -> Vec<(usize, Vec<String>)> {
    vec![
        (1, vec!["表号".to_owned(), "读数".to_owned()]),
        (2, vec!["M-1".to_owned(), "268".to_owned()]),
    ]
}

#[test]
fn the_encoding_is_found_out() {
    let text = "表号,读数\r\nM-1,268\r\n";
    assert_eq!(rows(text.as_bytes()), expected());
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend(text.as_bytes());
    assert_eq!(rows(&marked), expected());
    assert_eq!(rows(&GB18030.encode(text).0), expected());
    let mut wide = vec![0xff, 0xfe];
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(rows(&wide), expected());
}

#[test]
fn tabs_and_semicolons_separate_too_and_quotes_hold_anything() {
    assert_eq!(rows("表号\t读数\nM-1\t268\n".as_bytes()), expected());
    assert_eq!(rows("表号;读数\nM-1;268\n".as_bytes()), expected());
    let quoted = "\"表号\",\"备注\"\n\"M-1\",\"门锁,\"\"不在\"\"\n下次\"\nM-2,x\n";
    let read = rows(quoted.as_bytes());
    assert_eq!(
        read[1],
        (2, vec!["M-1".to_owned(), "门锁,\"不在\"\n下次".to_owned()])
    );
    assert_eq!(read[2].0, 4, "rows are counted as an editor counts them");
}

#[test]
fn blank_lines_count_but_are_not_rows() {
    let read = rows("表号,读数\n\n,\nM-1,268\n".as_bytes());
    assert_eq!(read.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let open = "表号,读数\nM-1,\"268\nM-2,269\n";
    let error = Table::read(open.as_bytes()).unwrap_err();
    assert_eq!(error, FileError::OpenQuote { row: 2, column: 2 });
    // A quote inside a bare field is only a character.
    assert_eq!(rows("表号,备注\nM-1,8\" 管\n".as_bytes()).len(), 2);

    let mut bytes = "表号,读数\nM-1,".as_bytes().to_vec();
    bytes.extend([0xff, 0xff]);
    let error = Table::read(&bytes).unwrap_err();
    assert!(
        matches!(error, FileError::Encoding { row: 2, .. }),
        "{error}"
    );

    assert_eq!(Table::read(b"").unwrap_err(), FileError::Empty);
    assert_eq!(Table::read(b" \n,\n").unwrap_err(), FileError::Empty);
    let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1];
    assert_eq!(Table::read(&old).unwrap_err(), FileError::OldExcel);
    let cut = Table::read(b"PK\x03\x04 and then nothing").unwrap_err();
    assert!(matches!(cut, FileError::Workbook { .. }), "{cut}");
}

#[test]
fn a_workbook_gives_exact_numbers_and_dates_and_its_first_visible_sheet() {
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .set_name("旧")
        .unwrap()
        .set_hidden(true);
    let sheet = workbook.add_worksheet();
    sheet.set_active(true);
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let at = ExcelDateTime::from_ymd(2026, 7, 1)
        .unwrap()
        .and_hms(8, 30, 0)
        .unwrap();
    sheet.write(0, 0, "表号").unwrap();
    sheet.write(0, 1, "读数").unwrap();
    sheet.write(2, 0, "'M-1").unwrap();
    sheet.write(2, 1, 1_268.300_000_000_000_2).unwrap();
    sheet.write_with_format(2, 2, &at, &date).unwrap();
    sheet.write(2, 3, true).unwrap();
    // A stray cell far away must not make the table huge.
    sheet.write(900_000, 0, " ").unwrap();
    let table = Table::read(&workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(table.rows.len(), 2);
    let row = &table.rows[1];
    assert_eq!(row.number, 3);
    assert_eq!(row.cells[0], Cell::Text("M-1".to_owned()));
    assert_eq!(row.cells[1].decimal("").unwrap().to_string(), "1268.3");
    let moment = row.cells[2].moment("").unwrap();
    assert_eq!(moment.date.unwrap().to_string(), "2026-07-01");
    assert_eq!(moment.time.unwrap().to_string(), "08:30:00");
    assert_eq!(row.cells[3], Cell::Bool(true));
}
