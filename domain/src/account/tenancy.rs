//! From one holder of an account to the next: moving out (退房), being cleared (结清), moving in (入住).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::AccountRecord;
use super::error::AccountError;
use super::event::{AccountEvent, ClosingReading, HolderCleared, HolderSettled};
use crate::units::{BillNo, CertificateNo, Fen};

/// Whether the holder has moved out, and whether they were cleared; until somebody uses the account
/// again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenancy {
    moved_out: Option<HolderSettled>,
    cleared: Option<HolderCleared>,
    /// The first day of the present holder; none of an account's first.
    #[serde(default)]
    since: Option<NaiveDate>,
}

impl Tenancy {
    pub const fn moved_out(&self) -> Option<&HolderSettled> {
        self.moved_out.as_ref()
    }

    pub const fn cleared(&self) -> Option<&HolderCleared> {
        self.cleared.as_ref()
    }

    pub const fn since(&self) -> Option<NaiveDate> {
        self.since
    }

    /// A holder is settled once.
    pub fn check_not_settled(&self) -> Result<(), AccountError> {
        if let Some(cleared) = &self.cleared {
            let number = cleared.certificate_no.clone();
            return Err(AccountError::AlreadyCleared(number));
        }
        match &self.moved_out {
            Some(moved_out) => Err(AccountError::AlreadyMovedOut(moved_out.on)),
            None => Ok(()),
        }
    }

    pub(super) fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::HolderSettled(moved_out) => self.moved_out = Some(moved_out.clone()),
            AccountEvent::HolderCleared(cleared) => self.cleared = Some(cleared.clone()),
            AccountEvent::HolderChanged { on } => {
                *self = Self {
                    since: Some(*on),
                    ..Self::default()
                };
            }
            AccountEvent::MeterAssigned(_) => {
                *self = Self {
                    since: self.since,
                    ..Self::default()
                };
            }
            _ => {}
        }
    }
}

impl AccountRecord {
    pub(super) fn move_out(
        &self,
        on: NaiveDate,
        bill_no: Option<BillNo>,
        closings: Vec<ClosingReading>,
        due: Fen,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.tenancy().check_not_settled()?;
        if self.meters().iter().any(|meter| !meter.is_settled()) {
            return Err(AccountError::ClearInUse);
        }
        Ok(vec![AccountEvent::HolderSettled(HolderSettled {
            on,
            bill_no,
            closings,
            due,
            open: self.ledger().open_amount(),
            credit: self.ledger().credit(),
        })])
    }

    pub(super) fn clear(
        &self,
        certificate_no: CertificateNo,
        on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let open = self.ledger().open_amount();
        if open.is_positive() {
            return Err(AccountError::ClearUnsettled { open });
        }
        if let Some(cleared) = self.tenancy().cleared() {
            let number = cleared.certificate_no.clone();
            return Err(AccountError::AlreadyCleared(number));
        }
        if self.is_in_use() || self.ledger().deposit().is_positive() {
            return Err(AccountError::ClearInUse);
        }
        Ok(vec![AccountEvent::HolderCleared(HolderCleared {
            certificate_no,
            on,
            credit: self.ledger().credit(),
        })])
    }

    /// The next holder starts with nothing: no debt, no money, no tiers of the one before.
    pub(super) fn move_in(&self, on: NaiveDate) -> Result<Vec<AccountEvent>, AccountError> {
        let ledger = self.ledger();
        if self.tenancy().cleared().is_none() || ledger.open_amount().is_positive() {
            return Err(AccountError::NotCleared);
        }
        let held = ledger.credit().checked_add(ledger.deposit());
        let held = held.ok_or(AccountError::Overflow)?;
        if held.is_positive() {
            return Err(AccountError::FormerUnrefunded { held });
        }
        match self.tenancy().moved_out() {
            Some(moved_out) if on < moved_out.on => Err(AccountError::MoveInTooEarly(moved_out.on)),
            _ => Ok(vec![AccountEvent::HolderChanged { on }]),
        }
    }
}
