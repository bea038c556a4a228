//! The rows of the read model, as the projector changes them.

use chaobiao_domain::meter::Quality;
use chaobiao_domain::units::{BillingMonth, Index, MeterNo, Quantity, ReadingId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use crate::rows::field;

/// What a row says of its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingRowKind {
    Read,
    /// It, or what it is the usage of, is another now.
    Changed,
    /// It counts no more.
    Withdrawn,
}

impl ReadingRowKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "抄表",
            Self::Changed => "更正",
            Self::Withdrawn => "撤回",
        }
    }
}

/// A reading as it is now.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReadingState {
    pub(super) reading_id: ReadingId,
    pub(super) meter_no: MeterNo,
    pub(super) read_on: NaiveDate,
    pub(super) previous_index: Index,
    pub(super) index: Index,
    pub(super) usage: Quantity,
    pub(super) quality: Quality,
}

impl FromRow<'_, PgRow> for ReadingState {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            reading_id: field(row, "reading_id")?,
            meter_no: field(row, "meter_no")?,
            read_on: row.try_get("read_on")?,
            previous_index: field(row, "previous_index")?,
            index: field(row, "index")?,
            usage: field(row, "usage")?,
            quality: field(row, "quality")?,
        })
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ExportRow {
    leaf_index: i64,
    line: usize,
    #[serde(flatten)]
    reading: ReadingState,
    read_month: BillingMonth,
    kind: ReadingRowKind,
}

impl ExportRow {
    pub(super) fn new(
        (leaf_index, line): (i64, usize),
        reading: &ReadingState,
        kind: ReadingRowKind,
    ) -> Self {
        Self {
            leaf_index,
            line,
            read_month: BillingMonth::of(reading.read_on),
            reading: reading.clone(),
            kind,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct MeterRow {
    pub(super) meter_no: MeterNo,
    pub(super) commodity: &'static str,
    pub(super) campus: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct PayerRow {
    pub(super) account_no: String,
    pub(super) meter_no: MeterNo,
    pub(super) from_on: NaiveDate,
    pub(super) to_on: Option<NaiveDate>,
}
