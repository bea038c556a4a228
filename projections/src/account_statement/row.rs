//! The rows of the read model, as the projector changes them.

use chaobiao_domain::account::{
    Bill, BillLine, BillOrigin, ChargedMeter, HolderSettled, Note, Occupants, RebilledBill,
    StatementLine,
};
use chaobiao_domain::units::{
    BillNo, BillingMonth, Commodity, Fen, LinePrice, MeterNo, OccupantNo, Quantity, ReadingId,
    TariffId,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Row};

use crate::rows::{fen, field};

#[derive(Clone, Debug, Serialize)]
pub(super) struct AccountRow {
    pub(super) account_no: String,
    pub(super) class: String,
    pub(super) campus: String,
    pub(super) household_persons: i32,
    pub(super) open: Fen,
    pub(super) credit: Fen,
    pub(super) entries: i32,
    pub(super) deposit: Fen,
    pub(super) certificate_no: Option<String>,
    pub(super) cleared_on: Option<NaiveDate>,
    pub(super) moved_out: Option<HolderSettled>,
    pub(super) occupants: Occupants,
}

impl AccountRow {
    pub(super) fn use_again(&mut self) {
        self.certificate_no = None;
        self.cleared_on = None;
        self.moved_out = None;
    }
}

impl FromRow<'_, PgRow> for AccountRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: row.try_get("account_no")?,
            class: row.try_get("class")?,
            campus: row.try_get("campus")?,
            household_persons: row.try_get("household_persons")?,
            open: fen(row, "open")?,
            credit: fen(row, "credit")?,
            entries: row.try_get("entries")?,
            deposit: fen(row, "deposit")?,
            certificate_no: row.try_get("certificate_no")?,
            cleared_on: row.try_get("cleared_on")?,
            moved_out: moved_out(row)?,
            occupants: occupants(row)?,
        })
    }
}

pub(super) fn occupants(row: &PgRow) -> Result<Occupants, sqlx::Error> {
    let Json(occupants) = row.try_get("occupants")?;
    Ok(occupants)
}

/// An occupant's part of a bill, meter by meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRow {
    pub meter_no: MeterNo,
    pub occupant: OccupantNo,
    pub days: u32,
    pub amount: Fen,
}

impl ShareRow {
    /// By occupant, and by the bill's order of meters.
    pub fn of(meters: &[ChargedMeter]) -> Vec<Self> {
        let mut rows = Vec::new();
        for charged in meters {
            for share in charged.occupants.iter().flatten() {
                rows.push(Self {
                    meter_no: charged.meter_no.clone(),
                    occupant: share.occupant.clone(),
                    days: share.days(),
                    amount: share.amount,
                });
            }
        }
        rows.sort_by(|one, other| one.occupant.cmp(&other.occupant));
        rows
    }
}

pub(super) fn moved_out(row: &PgRow) -> Result<Option<HolderSettled>, sqlx::Error> {
    let moved_out: Option<Json<HolderSettled>> = row.try_get("moved_out")?;
    Ok(moved_out.map(|Json(moved_out)| moved_out))
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct MeterRow {
    pub(super) account_no: String,
    pub(super) meter_no: MeterNo,
    pub(super) assigned_from: NaiveDate,
    pub(super) commodity: Commodity,
    pub(super) tariff_id: TariffId,
    pub(super) billed_cumulative: Quantity,
    pub(super) billed_to: NaiveDate,
    pub(super) released_on: Option<NaiveDate>,
    pub(super) released_cumulative: Option<Quantity>,
}

pub(super) const METER_COLUMNS: &str = "account_no, meter_no, assigned_from, commodity, tariff_id, \
     billed_cumulative::text, billed_to, released_on, released_cumulative::text";

impl FromRow<'_, PgRow> for MeterRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: row.try_get("account_no")?,
            meter_no: field(row, "meter_no")?,
            assigned_from: row.try_get("assigned_from")?,
            commodity: field(row, "commodity")?,
            tariff_id: field(row, "tariff_id")?,
            billed_cumulative: field(row, "billed_cumulative")?,
            billed_to: row.try_get("billed_to")?,
            released_on: row.try_get("released_on")?,
            released_cumulative: field(row, "released_cumulative")?,
        })
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct BillRow {
    pub(super) bill_no: BillNo,
    pub(super) account_no: String,
    pub(super) bill_month: BillingMonth,
    pub(super) issued_on: NaiveDate,
    pub(super) total: Fen,
    pub(super) open: Fen,
    pub(super) adjusted: Fen,
    pub(super) voided_on: Option<NaiveDate>,
    pub(super) void_reason: Option<String>,
    pub(super) origin: Option<BillOrigin>,
    pub(super) paid_there: Fen,
    pub(super) shares: Vec<ShareRow>,
    pub(super) shared_of: Option<MeterNo>,
}

impl BillRow {
    pub(super) fn new(account_no: &str, bill: &Bill) -> Self {
        Self {
            bill_no: bill.bill_no.clone(),
            account_no: account_no.to_owned(),
            bill_month: bill.month,
            issued_on: bill.issued_on,
            total: bill.total,
            open: bill.total,
            adjusted: Fen::ZERO,
            voided_on: None,
            void_reason: None,
            origin: bill.origin.clone(),
            paid_there: Fen::ZERO,
            shares: ShareRow::of(&bill.meters),
            shared_of: bill.shared_of.clone(),
        }
    }
}

impl FromRow<'_, PgRow> for BillRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            bill_no: field(row, "bill_no")?,
            account_no: row.try_get("account_no")?,
            bill_month: field(row, "bill_month")?,
            issued_on: row.try_get("issued_on")?,
            total: fen(row, "total")?,
            open: fen(row, "open")?,
            adjusted: fen(row, "adjusted")?,
            voided_on: row.try_get("voided_on")?,
            void_reason: row.try_get("void_reason")?,
            origin: origin(row)?,
            paid_there: fen(row, "paid_there")?,
            shares: shares(row)?,
            shared_of: field(row, "shared_of")?,
        })
    }
}

pub(super) fn shares(row: &PgRow) -> Result<Vec<ShareRow>, sqlx::Error> {
    let Json(shares) = row.try_get("shares")?;
    Ok(shares)
}

pub(super) fn origin(row: &PgRow) -> Result<Option<BillOrigin>, sqlx::Error> {
    let origin: Option<Json<BillOrigin>> = row.try_get("origin")?;
    Ok(origin.map(|Json(origin)| origin))
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct LineRow {
    pub(super) bill_no: BillNo,
    pub(super) line: usize,
    pub(super) meter_no: MeterNo,
    pub(super) commodity: Commodity,
    pub(super) component: String,
    pub(super) tariff_id: TariffId,
    pub(super) version_from: NaiveDate,
    pub(super) tier: Option<u32>,
    pub(super) quantity: Quantity,
    pub(super) price: LinePrice,
    pub(super) amount: Fen,
    pub(super) borne: Option<Fen>,
    pub(super) readings: Vec<ReadingId>,
}

impl LineRow {
    pub(super) fn new(bill_no: &BillNo, line: usize, content: BillLine) -> Self {
        Self {
            bill_no: bill_no.clone(),
            line,
            meter_no: content.meter_no,
            commodity: content.commodity,
            component: content.component,
            tariff_id: content.tariff_id,
            version_from: content.version_from,
            tier: content.tier,
            quantity: content.quantity,
            price: content.price,
            amount: content.amount,
            borne: content.borne,
            readings: content.readings,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct EntryRow {
    account_no: String,
    entry: i32,
    at: DateTime<Utc>,
    kind: &'static str,
    bill_no: Option<String>,
    bill_month: Option<String>,
    payment_id: Option<String>,
    amount: Fen,
    balance: Fen,
}

impl EntryRow {
    pub(super) fn new(
        account: &AccountRow,
        at: DateTime<Utc>,
        line: StatementLine,
        balance: Fen,
    ) -> Self {
        Self {
            account_no: account.account_no.clone(),
            entry: account.entries,
            at,
            kind: line.kind.as_str(),
            bill_no: line.bill_no.map(String::from),
            bill_month: line.month.map(String::from),
            payment_id: line.payment_id.map(String::from),
            amount: line.amount,
            balance,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct NoteRow {
    note_no: String,
    account_no: String,
    bill_no: BillNo,
    bill_month: BillingMonth,
    booked_in: BillingMonth,
    issued_on: NaiveDate,
    amount: Fen,
    reason: String,
    before: Option<Vec<BillLine>>,
    after: Option<Vec<BillLine>>,
}

impl NoteRow {
    pub(super) fn new(account_no: &str, note: &Note, of: Option<&RebilledBill>) -> Self {
        let lines = of.map(|bill| (bill.before.clone(), bill.after.clone()));
        let (before, after) = lines.unzip();
        Self {
            note_no: note.note_no.to_string(),
            account_no: account_no.to_owned(),
            bill_no: note.bill_no.clone(),
            bill_month: note.month,
            booked_in: note.booked_in,
            issued_on: note.issued_on,
            amount: note.amount,
            reason: note.reason.clone(),
            before,
            after,
        }
    }
}
