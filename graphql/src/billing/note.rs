use async_graphql::{Enum, SimpleObject};
use chaobiao_domain::account;
use chaobiao_domain::units;
use chaobiao_projections::account_statement;

use super::BillLine;
use crate::support::{Date, Fen, YearMonth};

/// Which way a note goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum NoteKind {
    /// 调减: the bill asks for less.
    Credit,
    /// 调增: the bill asks for more.
    Debit,
}

impl NoteKind {
    fn of(amount: units::Fen) -> Self {
        if amount.is_negative() {
            Self::Credit
        } else {
            Self::Debit
        }
    }
}

/// 调整单: what is added to a bill after it was issued, or taken from it.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct BillNote {
    note_no: String,
    bill_no: String,
    kind: NoteKind,
    /// The month of the bill.
    month: YearMonth,
    /// The month in whose books it is: the bill's own, or the next one open where that is closed.
    booked_in: YearMonth,
    issued_on: Date,
    /// What it adds to the bill; negative for a credit note.
    amount: Fen,
    reason: String,
    /// Of a rebilling: the bill's lines as they stood. Null for a note written by hand.
    lines_before: Option<Vec<BillLine>>,
    /// Of a rebilling: the lines as they should have been.
    lines_after: Option<Vec<BillLine>>,
}

fn lines(lines: Vec<account::BillLine>) -> Vec<BillLine> {
    lines.into_iter().map(BillLine::from).collect()
}

impl From<account_statement::NoteRow> for BillNote {
    fn from(row: account_statement::NoteRow) -> Self {
        Self {
            note_no: row.note_no.into(),
            bill_no: row.bill_no.into(),
            kind: NoteKind::of(row.amount),
            month: YearMonth(row.month),
            booked_in: YearMonth(row.booked_in),
            issued_on: Date(row.issued_on),
            amount: row.amount.into(),
            reason: row.reason,
            lines_before: row.before.map(lines),
            lines_after: row.after.map(lines),
        }
    }
}

/// What a rebilling does to one bill.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct RebilledBill {
    bill_no: String,
    month: YearMonth,
    /// Null where the money stays and only the meters' counts move.
    kind: Option<NoteKind>,
    /// Null where there is no note.
    booked_in: Option<YearMonth>,
    /// What the bill's lines came to, without notes written by hand.
    before: Fen,
    /// What they come to now.
    after: Fen,
    /// What is added to the bill; negative where it asks for less.
    amount: Fen,
    lines_before: Vec<BillLine>,
    lines_after: Vec<BillLine>,
}

/// 更正重算: every bill a changed reading touches, the later ones of its tier year included.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Rebilling {
    bills: Vec<RebilledBill>,
    /// What the account owes more in all; negative where less.
    net: Fen,
}

/// The sum of a bill's lines, which fitted when it was issued.
fn total(lines: &[account::BillLine]) -> Fen {
    let sum = units::Fen::checked_sum(lines.iter().map(|line| line.amount));
    sum.unwrap_or_default().into()
}

impl From<account::Rebilling> for Rebilling {
    fn from(rebilling: account::Rebilling) -> Self {
        let bill = |bill: account::RebilledBill| RebilledBill {
            bill_no: bill.bill_no.into(),
            month: YearMonth(bill.month),
            kind: bill.note.as_ref().map(|note| NoteKind::of(note.amount)),
            booked_in: bill.note.as_ref().map(|note| YearMonth(note.booked_in)),
            before: total(&bill.before),
            after: total(&bill.after),
            amount: bill
                .note
                .map_or(units::Fen::ZERO, |note| note.amount)
                .into(),
            lines_before: lines(bill.before),
            lines_after: lines(bill.after),
        };
        Self {
            bills: rebilling.bills.into_iter().map(bill).collect(),
            net: rebilling.net.into(),
        }
    }
}
