//! A bill as it was known (X2), from events alone.

use async_graphql::{Object, SimpleObject};
use chaobiao_domain::account::{self, AccountEvent, BillVoided, LedgerBill, Note};
use chaobiao_domain::units::BillNo;
use chrono::{DateTime, NaiveDate, Utc};

use super::statement::AccountStatement;
use crate::billing::BillLine;
use crate::support::{Date, Fen, LogPosition, YearMonth};

/// What a bill asked for and what was open of it, on a day, as it was known at a place in the log.
#[derive(Clone, Debug)]
pub(super) struct KnownBill {
    statement: AccountStatement,
    issued: account::Bill,
    stands: LedgerBill,
}

/// A credit or debit note that was known.
#[derive(Clone, Debug, SimpleObject)]
struct KnownNote {
    note_no: String,
    issued_on: Date,
    amount: Fen,
    reason: String,
}

impl From<&Note> for KnownNote {
    fn from(note: &Note) -> Self {
        Self {
            note_no: note.note_no.to_string(),
            issued_on: Date(note.issued_on),
            amount: note.amount.into(),
            reason: note.reason.clone(),
        }
    }
}

impl KnownBill {
    /// `None` where the bill was not known, or not there on that day.
    pub(super) fn of(statement: AccountStatement, bill_no: &BillNo) -> Option<Self> {
        let stands = statement.statement.ledger().bill(bill_no)?.clone();
        let issued = statement.known.iter().find_map(|(_, event)| match event {
            AccountEvent::Charged(bill) if bill.bill_no == *bill_no => Some(bill.clone()),
            _ => None,
        })?;
        Some(Self {
            statement,
            issued,
            stands,
        })
    }

    fn counts(&self, day: NaiveDate) -> bool {
        self.statement.valid_on.is_none_or(|on| day <= on)
    }

    fn notes_of<'a>(&self, event: &'a AccountEvent) -> Vec<&'a Note> {
        let notes: Vec<&Note> = match event {
            AccountEvent::BillAdjusted(note) => vec![note],
            AccountEvent::Rebilled(again) => {
                let notes = again.bills.iter().filter_map(|bill| bill.note.as_ref());
                notes.collect()
            }
            _ => Vec::new(),
        };
        let of_bill = |note: &&Note| note.bill_no == self.issued.bill_no;
        let notes = notes.into_iter().filter(of_bill);
        notes.filter(|note| self.counts(note.issued_on)).collect()
    }

    fn void(&self) -> Option<&BillVoided> {
        let known = self.statement.known.iter();
        let mut voids = known.filter_map(|(_, event)| match event {
            AccountEvent::BillVoided(void) if void.bill_no == self.issued.bill_no => Some(void),
            _ => None,
        });
        voids.find(|_| self.stands.is_void())
    }
}

#[Object]
impl KnownBill {
    async fn bill_no(&self) -> &str {
        self.issued.bill_no.as_str()
    }

    async fn account_no(&self) -> &str {
        self.statement.account_no.as_str()
    }

    async fn month(&self) -> YearMonth {
        YearMonth(self.issued.month)
    }

    async fn issued_on(&self) -> Date {
        Date(self.issued.issued_on)
    }

    /// As issued.
    async fn total(&self) -> Fen {
        self.issued.total.into()
    }

    /// As issued, with the notes that were known; nought where it was void.
    async fn asked(&self) -> Fen {
        if self.stands.is_void() {
            return chaobiao_domain::units::Fen::ZERO.into();
        }
        self.stands.standing_total().into()
    }

    async fn open_amount(&self) -> Fen {
        self.stands.open().into()
    }

    /// As they were issued.
    async fn lines(&self) -> Vec<BillLine> {
        let lines = self.issued.lines.iter().cloned();
        lines.map(BillLine::from).collect()
    }

    /// Credit and debit notes that were known, in the order they were written.
    async fn notes(&self) -> Vec<KnownNote> {
        let known = self.statement.known.iter();
        let notes = known.flat_map(|(_, event)| self.notes_of(event));
        notes.map(KnownNote::from).collect()
    }

    /// Since when it was void, as it was known.
    async fn voided_on(&self) -> Option<Date> {
        self.void().map(|void| Date(void.voided_on))
    }

    /// How many entries of the log it is made from; asked for again as `asOf.position` it gives
    /// the same answer for ever.
    async fn position(&self) -> LogPosition {
        LogPosition(self.statement.horizon.position)
    }

    /// When the last of them became known.
    async fn known_at(&self) -> Option<DateTime<Utc>> {
        self.statement.horizon.known_at
    }

    /// The day it is about; null for all that is known.
    async fn valid_on(&self) -> Option<Date> {
        self.statement.valid_on.map(Date)
    }
}
