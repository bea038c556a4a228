//! Before or after: how an account pays (R23), and what follows for a prepaid one from what is left.
//!
//! A prepaid account has one purse, its credit; each reading is charged when it is accepted. What
//! the balance has fallen to is said by an event of its own, once, and so is its recovery.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::event::AccountEvent;
use crate::units::Fen;

/// 收费方式
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeScheme {
    /// 后收费
    #[default]
    Postpaid,
    /// 预收费
    Prepaid,
}

impl ChargeScheme {
    /// The name used in events and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Postpaid => "postpaid",
            Self::Prepaid => "prepaid",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Postpaid => "后收费",
            Self::Prepaid => "预收费",
        }
    }
}

/// What a prepaid account is warned at, and how far it may go below nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepaidTerms {
    /// 低余额预警: a balance below this is low.
    pub alarm_below: Fen,
    /// 透支额度: supply stays as long as no more than this is owed.
    pub grace_credit: Fen,
}

/// The scheme of an account from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeSchemeChanged {
    pub scheme: ChargeScheme,
    pub from: NaiveDate,
    /// 条件成熟: why the account is eligible; or why it goes back.
    pub reason: String,
    /// Of a prepaid account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<PrepaidTerms>,
}

/// How far a prepaid balance has fallen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceLevel {
    #[default]
    Ample,
    /// 低余额
    Low,
    /// 透支中: below nothing, within the grace credit.
    Grace,
    /// 透支用尽. Only a balance that is not below nothing ends it.
    Exhausted,
}

impl BalanceLevel {
    /// The name used in read models and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ample => "ample",
            Self::Low => "low",
            Self::Grace => "grace",
            Self::Exhausted => "exhausted",
        }
    }
}

/// Whether a prepaid account is supplied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    #[default]
    On,
    CutOffPlanned(DateTime<Utc>),
    /// Somebody, or a relay, is to cut it off.
    CutOffOrdered,
    CutOff,
    /// Somebody, or a relay, is to restore it.
    RestorationOrdered,
}

/// A step of cutting off and restoring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupplyStep {
    Plan(DateTime<Utc>),
    /// What was planned for `planned` is due; it may be for another time by now.
    Order {
        planned: DateTime<Utc>,
    },
    NoteCutOff,
    NoteRestoration,
}

/// How an account pays now, and how it stands with that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// None: it pays after.
    terms: Option<PrepaidTerms>,
    level: BalanceLevel,
    supply: Supply,
}

impl Scheme {
    pub const fn kind(&self) -> ChargeScheme {
        match self.terms {
            Some(_) => ChargeScheme::Prepaid,
            None => ChargeScheme::Postpaid,
        }
    }

    pub const fn level(&self) -> BalanceLevel {
        self.level
    }

    pub const fn supply(&self) -> Supply {
        self.supply
    }

    fn reached(&self, terms: PrepaidTerms, balance: Fen) -> BalanceLevel {
        let owed = Fen::new(balance.value().saturating_neg());
        if balance.is_negative() {
            if self.level == BalanceLevel::Exhausted || owed > terms.grace_credit {
                BalanceLevel::Exhausted
            } else {
                BalanceLevel::Grace
            }
        } else if balance < terms.alarm_below {
            BalanceLevel::Low
        } else {
            BalanceLevel::Ample
        }
    }

    /// What follows from the balance as it is now; nothing that was said before.
    pub(super) fn follow(&self, balance: Fen) -> Vec<AccountEvent> {
        use BalanceLevel::{Ample, Exhausted, Grace, Low};
        let Some(terms) = self.terms else {
            return Vec::new();
        };
        let (was, is) = (self.level, self.reached(terms, balance));
        let mut events = Vec::new();
        if was < Low && is >= Low {
            events.push(AccountEvent::LowBalanceRaised { balance });
        }
        if was < Grace && is >= Grace {
            events.push(AccountEvent::GraceEntered { balance });
        }
        if was < Exhausted && is >= Exhausted {
            events.push(AccountEvent::GraceExhausted { balance });
        }
        if was >= Grace && is < Grace {
            events.extend(self.supply_again(balance));
        }
        if was >= Low && is == Ample {
            events.push(AccountEvent::LowBalanceCleared { balance });
        } else if was >= Grace && is == Low {
            events.push(AccountEvent::GraceLeft { balance });
        }
        events
    }

    fn supply_again(&self, balance: Fen) -> Option<AccountEvent> {
        match self.supply {
            Supply::On | Supply::RestorationOrdered => None,
            Supply::CutOffPlanned(_) | Supply::CutOffOrdered => {
                Some(AccountEvent::CutOffCancelled { balance })
            }
            Supply::CutOff => Some(AccountEvent::RestorationOrdered { balance }),
        }
    }

    /// `balance` is what stands on the account when it changes.
    pub(super) fn change(
        &self,
        change: ChargeSchemeChanged,
        balance: Fen,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if change.scheme == self.kind() {
            return Err(AccountError::SameScheme(change.scheme));
        }
        let mut events = Vec::new();
        if change.scheme == ChargeScheme::Postpaid {
            events.extend(self.supply_again(balance));
        }
        events.push(AccountEvent::ChargeSchemeChanged(change));
        Ok(events)
    }

    /// A plan or an order that has been overtaken decides nothing.
    pub(super) fn step(&self, step: SupplyStep) -> Result<Vec<AccountEvent>, AccountError> {
        use Supply::{CutOff, CutOffOrdered, CutOffPlanned, On, RestorationOrdered};
        let event = match (step, self.supply) {
            (SupplyStep::Plan(at), On | CutOffPlanned(_))
                if self.level == BalanceLevel::Exhausted && self.supply != CutOffPlanned(at) =>
            {
                AccountEvent::CutOffPlanned { at }
            }
            (SupplyStep::Order { planned }, CutOffPlanned(at)) if planned == at => {
                AccountEvent::CutOffOrdered
            }
            (SupplyStep::Plan(_) | SupplyStep::Order { .. }, _) => return Ok(Vec::new()),
            (SupplyStep::NoteCutOff, CutOffOrdered) => AccountEvent::SupplyDisconnected,
            (SupplyStep::NoteCutOff, _) => return Err(AccountError::CutOffNotOrdered),
            (SupplyStep::NoteRestoration, RestorationOrdered) => {
                let mut events = vec![AccountEvent::SupplyRestored];
                // The money came and went again before anybody was there.
                if self.level == BalanceLevel::Exhausted {
                    events.push(AccountEvent::CutOffOrdered);
                }
                return Ok(events);
            }
            (SupplyStep::NoteRestoration, CutOff | On | CutOffOrdered | CutOffPlanned(_)) => {
                return Err(AccountError::RestorationNotOrdered);
            }
        };
        Ok(vec![event])
    }

    pub(super) fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::ChargeSchemeChanged(change) => {
                self.terms = change.terms;
                self.level = BalanceLevel::Ample;
            }
            AccountEvent::LowBalanceRaised { .. } | AccountEvent::GraceLeft { .. } => {
                self.level = BalanceLevel::Low;
            }
            AccountEvent::LowBalanceCleared { .. } => self.level = BalanceLevel::Ample,
            AccountEvent::GraceEntered { .. } => self.level = BalanceLevel::Grace,
            AccountEvent::GraceExhausted { .. } => self.level = BalanceLevel::Exhausted,
            AccountEvent::CutOffPlanned { at } => self.supply = Supply::CutOffPlanned(*at),
            AccountEvent::CutOffOrdered => self.supply = Supply::CutOffOrdered,
            AccountEvent::CutOffCancelled { .. } | AccountEvent::SupplyRestored => {
                self.supply = Supply::On;
            }
            AccountEvent::SupplyDisconnected => self.supply = Supply::CutOff,
            AccountEvent::RestorationOrdered { .. } => self.supply = Supply::RestorationOrdered,
            _ => {}
        }
    }
}
