//! What the books say: the lines of the general ledger as they follow from the events, and what was
//! charged for each meter.

use std::collections::BTreeMap;

use chaobiao_decision::StagedEvent;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::bank_line::BankLineEvent;
use chaobiao_domain::clearing::ClearingEvent;
use chaobiao_domain::ledger::{
    LedgerAccount, Posting, is_balanced, of_account, of_bank_line, of_clearing, of_payment,
};
use chaobiao_domain::payment::PaymentEvent;
use chaobiao_domain::units::{AccountNo, CampusId, MeterNo};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

use super::super::DemoError;

/// Of one meter over all its bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Charged {
    pub(super) usage: Decimal,
    /// Its count where the last bill ended.
    pub(super) up_to: Decimal,
}

#[derive(Debug, Default)]
pub(super) struct Books {
    /// Debit less credit, in fen, by account and subject.
    sums: BTreeMap<(LedgerAccount, String), i64>,
    /// All that ever stood on either side.
    pub(super) debit: i64,
    pub(super) credit: i64,
    pub(super) unbalanced: u64,
    charged: BTreeMap<MeterNo, Charged>,
    pub(super) bills: u64,
    pub(super) billed: i64,
}

fn read<E: DeserializeOwned>(event: &StagedEvent) -> Result<E, DemoError> {
    Ok(serde_json::from_value(event.payload.clone())?)
}

impl Books {
    pub(super) fn take(&mut self, event: &StagedEvent) -> Result<(), DemoError> {
        let id = event.stream.aggregate_id.as_str();
        let lines = match event.stream.aggregate_type.as_str() {
            "account" => {
                let happened: AccountEvent = read(event)?;
                self.charge(&happened);
                of_account(&AccountNo::try_new(id)?, &happened)
            }
            "payment" => match read(event)? {
                PaymentEvent::Recorded(recorded) => of_payment(&recorded),
                _ => Vec::new(),
            },
            "bank_line" => match read(event)? {
                BankLineEvent::Entered(line) => of_bank_line(&line),
                _ => Vec::new(),
            },
            "campus_clearing" => {
                let happened: ClearingEvent = read(event)?;
                // From, to and month.
                let mut parts = id.split('@').map(CampusId::try_new);
                let (Some(from), Some(to)) = (parts.next(), parts.next()) else {
                    let told = format!("no two campuses: {id}");
                    return Err(DemoError::Simulation(told));
                };
                of_clearing((&from?, &to?), &happened)
            }
            _ => return Ok(()),
        };
        self.post(lines);
        Ok(())
    }

    fn charge(&mut self, happened: &AccountEvent) {
        let AccountEvent::Charged(bill) = happened else {
            return;
        };
        self.bills += 1;
        self.billed += bill.total.value();
        for meter in &bill.meters {
            let charged = self.charged.entry(meter.meter_no.clone()).or_default();
            charged.usage += meter.usage.value();
            charged.up_to = meter.cumulative.value();
        }
    }

    fn post(&mut self, lines: Vec<Posting>) {
        self.unbalanced += u64::from(!is_balanced(&lines));
        for line in lines {
            let (debit, credit) = (line.debit.value(), line.credit.value());
            self.debit += debit;
            self.credit += credit;
            *self.sums.entry((line.account, line.subject)).or_default() += debit - credit;
        }
    }

    /// What an account of the ledger holds of one subject, debit less credit.
    pub(super) fn of(&self, account: LedgerAccount, subject: &str) -> i64 {
        let key = (account, subject.to_owned());
        self.sums.get(&key).copied().unwrap_or_default()
    }

    /// What it holds in all.
    pub(super) fn all(&self, account: LedgerAccount) -> i64 {
        let of = self.sums.iter().filter(|((of, _), _)| *of == account);
        of.map(|(_, sum)| sum).sum()
    }

    pub(super) fn charged(&self, meter_no: &MeterNo) -> Charged {
        self.charged.get(meter_no).copied().unwrap_or_default()
    }
}
