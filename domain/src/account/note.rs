//! What changes a bill after it was issued. The bill itself never changes: it stays readable as it
//! was, and notes stand beside it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::bill::{BillLine, BillOrigin, ChargedMeter, CommodityAmount};
use crate::units::{BillNo, BillingMonth, Commodity, Fen, MeterNo, NoteNo, Quantity};

/// 调整单: a credit note where the amount is negative, else a debit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub note_no: NoteNo,
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// The month in whose books it is: the bill's own, or the next one open where that is closed.
    pub booked_in: BillingMonth,
    pub issued_on: NaiveDate,
    /// What it adds to the bill.
    pub amount: Fen,
    /// `amount`, by commodity.
    pub parts: Vec<CommodityAmount>,
    pub reason: String,
}

/// One bill of a rebilling: its lines as they stood, and as they should have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebilledBill {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// None where the money stays and only the counts move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    pub before: Vec<BillLine>,
    pub after: Vec<BillLine>,
    pub meters: Vec<ChargedMeter>,
    /// Of a bill that the charging system made and has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<BillOrigin>,
}

/// 更正重算: every bill that a changed reading touches, the later ones of its tier year included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebilling {
    pub issued_on: NaiveDate,
    pub reason: String,
    /// By month.
    pub bills: Vec<RebilledBill>,
    /// The sum of the notes.
    pub net: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillVoided {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// What it asked for, notes included.
    pub amount: Fen,
    pub voided_on: NaiveDate,
    pub reason: String,
    /// Where the bill's meters stand now that it does not count.
    pub meters: Vec<MeterStanding>,
}

/// How far a meter has been billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterStanding {
    pub meter_no: MeterNo,
    pub assigned_from: NaiveDate,
    pub billed_cumulative: Quantity,
    pub billed_to: NaiveDate,
}

impl Rebilling {
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.bills.iter().filter_map(|bill| bill.note.as_ref())
    }
}

/// What lines come to for each commodity, in a fixed order, without those that cost nothing.
pub fn by_commodity(lines: &[BillLine]) -> Option<Vec<CommodityAmount>> {
    let mut sums = Vec::new();
    for commodity in [Commodity::Water, Commodity::Electricity] {
        let lines = lines.iter().filter(|line| line.commodity == commodity);
        let amount = Fen::checked_sum(lines.map(|line| line.amount))?;
        if !amount.is_zero() {
            sums.push(CommodityAmount { commodity, amount });
        }
    }
    Some(sums)
}
