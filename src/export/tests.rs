use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chaobiao_domain::payment::PaymentMethod;
use chaobiao_domain::payment_export::{ExportBasis, ExportBatchId};
use chaobiao_domain::units::Fen;
use chaobiao_projections::payments::{ExportBatch, ExportRow, RowKind};
use chrono::DateTime;

use super::*;

fn row(account_no: &str, kind: RowKind, fen: i64, receipts: &[&str]) -> ExportRow {
    ExportRow {
        account_no: account_no.parse().unwrap(),
        month: "2026-07".parse().unwrap(),
        kind,
        amount: Fen::new(fen),
        campuses: BTreeSet::from(["N".to_owned(), "S".to_owned()]),
        methods: BTreeSet::from([PaymentMethod::Cash, PaymentMethod::Transfer]),
        booked_on: "2026-08-10".parse().unwrap(),
        receipts: receipts.iter().map(|no| (*no).to_owned()).collect(),
        charge_bill_nos: BTreeSet::new(),
        batch_id: ExportBatchId::new(7),
    }
}

fn batch() -> Batch {
    Batch {
        batch: ExportBatch {
            batch_id: ExportBatchId::new(7),
            basis: ExportBasis::BillMonth,
            month: "2026-07".parse().unwrap(),
            row_count: 3,
            total: Fen::new(1),
            created_at: DateTime::from_timestamp(1_788_000_000, 0).unwrap(),
            created_by: "staff:qian".to_owned(),
        },
        rows: vec![
            row(
                "00012",
                RowKind::Paid,
                128_640,
                &["S-2026-000001", "S-2026-000002"],
            ),
            row("00012", RowKind::Reversed, -128_640, &[]),
        ],
    }
}

#[test]
fn a_csv_begins_with_a_mark_and_keeps_leading_noughts() {
    let file = batch().file(Format::Csv).unwrap();
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "\u{feff}户号,缴费月份,缴费金额,类别,校区,缴费方式,缴费日期,收据号,批次\r\n\
         00012,2026-07,1286.40,缴费,N、S,现金、转账,2026-08-10,\
         S-2026-000001、S-2026-000002,PE000007\r\n\
         00012,2026-07,-1286.40,冲正,N、S,现金、转账,2026-08-10,,PE000007\r\n"
    );
}

#[test]
fn r91_where_the_charging_system_billed_its_numbers_go_back_with_the_money() {
    let mut batch = batch();
    batch.rows[0].charge_bill_nos = BTreeSet::from(["SF-17".to_owned(), "SF-18".to_owned()]);
    let csv = String::from_utf8(batch.file(Format::Csv).unwrap()).unwrap();
    let last: Vec<&str> = csv
        .lines()
        .map(|line| line.rsplit(',').next().unwrap())
        .collect();
    assert_eq!(last, ["收费系统账单号", "SF-17、SF-18", ""]);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(batch.file(Format::Xlsx).unwrap())).unwrap();
    let sheet = workbook.worksheet_range("PE000007").unwrap();
    let numbers = Data::String("SF-17、SF-18".to_owned());
    assert_eq!(sheet.get((1, 9)), Some(&numbers));
}

#[test]
fn a_spreadsheet_has_amounts_as_numbers_and_numbers_of_accounts_as_text() {
    let file = batch().file(Format::Xlsx).unwrap();
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let sheet = workbook.worksheet_range("PE000007").unwrap();
    assert_eq!(sheet.get((0, 0)), Some(&Data::String("户号".to_owned())));
    assert_eq!(sheet.get((1, 0)), Some(&Data::String("00012".to_owned())));
    assert_eq!(sheet.get((1, 2)), Some(&Data::Float(1286.4)));
    assert_eq!(sheet.get((2, 2)), Some(&Data::Float(-1286.4)));
    assert_eq!(sheet.get((2, 3)), Some(&Data::String("冲正".to_owned())));
}

#[test]
fn the_same_batch_gives_the_same_bytes() {
    for format in [Format::Csv, Format::Xlsx] {
        let first = batch().file(format).unwrap();
        // Past the second to which a workbook would note its creation.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(batch().file(format).unwrap(), first);
    }
}
