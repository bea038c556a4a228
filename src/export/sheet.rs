//! What an export shows, before it becomes a file.

use chaobiao_domain::units::{BillingMonth, Fen};
use chaobiao_projections::payments::{ExportBatch, ExportRow};
use chrono::NaiveDate;
use clap::ValueEnum;

use super::ExportError;
use super::{csv_file, xlsx_file};

/// The kinds of file there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A batch with its lines. The same batch gives the same bytes whenever it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub batch: ExportBatch,
    pub rows: Vec<ExportRow>,
}

pub(super) const HEADINGS: [&str; 9] = [
    "户号",
    "缴费月份",
    "缴费金额",
    "类别",
    "校区",
    "缴费方式",
    "缴费日期",
    "收据号",
    "批次",
];

/// Only where there are any: files of before stay as they were.
pub(super) const BILL_NUMBERS: &str = "收费系统账单号";

/// One line as its cells, the amount apart: a spreadsheet must be able to add it up.
pub(super) struct Line {
    pub(super) account_no: String,
    pub(super) month: BillingMonth,
    pub(super) amount: Fen,
    pub(super) kind: &'static str,
    pub(super) campuses: String,
    pub(super) methods: String,
    pub(super) booked_on: NaiveDate,
    pub(super) receipts: String,
    pub(super) batch: String,
    pub(super) charge_bill_nos: String,
}

impl Line {
    pub(super) fn new(row: &ExportRow) -> Self {
        let methods: Vec<&str> = row.methods.iter().map(|method| method.label()).collect();
        Self {
            account_no: row.account_no.to_string(),
            month: row.month,
            amount: row.amount,
            kind: row.kind.label(),
            campuses: joined(&row.campuses),
            methods: methods.join("、"),
            booked_on: row.booked_on,
            receipts: joined(&row.receipts),
            batch: row.batch_id.to_string(),
            charge_bill_nos: joined(&row.charge_bill_nos),
        }
    }
}

fn joined<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let texts: Vec<&str> = texts.into_iter().map(String::as_str).collect();
    texts.join("、")
}

impl Batch {
    /// Whether bills of the charging system's were paid.
    pub(super) fn has_bill_numbers(&self) -> bool {
        self.rows.iter().any(|row| !row.charge_bill_nos.is_empty())
    }

    pub fn file(&self, format: Format) -> Result<Vec<u8>, ExportError> {
        match format {
            Format::Csv => csv_file::write(self),
            Format::Xlsx => xlsx_file::write(self),
        }
    }
}
