//! Giving the personal data of an account's holder up.
//!
//! Phone and address go at once. The name is part of the vouchers an account is booked by (会计档案)
//! and goes when those need not be kept any longer.

use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::aggregate::Account;
use super::binding::BindingStep;
use super::command::AccountCommand;
use super::error::AccountError;
use super::event::AccountEvent;
use crate::units::{AccountNo, business_date};

/// What of the holder is given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum HolderErasure {
    #[default]
    None,
    /// All but the name, which goes on this day.
    Scheduled(NaiveDate),
    Done,
}

impl HolderErasure {
    /// An account whose holder is given up takes nothing new; what was booked can still be undone.
    pub(super) fn check_allows(self, command: &AccountCommand) -> Result<(), AccountError> {
        let allowed = self == Self::None
            || matches!(
                command,
                AccountCommand::ScheduleErasure { .. }
                    | AccountCommand::FinishErasure { .. }
                    | AccountCommand::ReversePayment { .. }
                    | AccountCommand::Paper(_)
                    | AccountCommand::Bind {
                        step: BindingStep::Revoked | BindingStep::Rejected,
                        ..
                    }
            );
        if allowed {
            Ok(())
        } else {
            Err(AccountError::HolderErased)
        }
    }

    pub(super) fn finish(self, today: NaiveDate) -> Result<Vec<AccountEvent>, AccountError> {
        match self {
            Self::Scheduled(until) if until <= today => Ok(vec![AccountEvent::HolderErased]),
            Self::Scheduled(until) => Err(AccountError::NameStillNeeded(until)),
            Self::Done => Ok(Vec::new()),
            Self::None => Err(AccountError::HolderInUse),
        }
    }
}

/// Erases the holder of a settled account nobody uses. Asking again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EraseHolder {
    pub account_no: AccountNo,
    /// How many whole years vouchers are kept, after the year they are of.
    pub accounting_years: u16,
}

/// An account whose holder is being given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderErasing {
    pub account_no: AccountNo,
    /// The name goes on this day.
    pub name_until: NaiveDate,
}

impl Process for EraseHolder {
    const NAME: &'static str = "account.erase_holder";
    type Outcome = HolderErasing;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<HolderErasing, Stop> {
        if matches!(context.actor, Actor::Customer(_) | Actor::Anonymous) {
            return Err(AccountError::ErasedByStaffOnly.into());
        }
        let account = workspace.get::<Account>(self.account_no.as_str())?;
        let account = account.opened(&self.account_no)?;
        let today = business_date(context.at);
        let name_until = match account.erasure() {
            HolderErasure::None if account.is_booked() => self.end_of_retention(today),
            HolderErasure::None | HolderErasure::Done => today,
            HolderErasure::Scheduled(name_until) => name_until,
        };
        let command = AccountCommand::ScheduleErasure { name_until, today };
        workspace.execute::<Account>(self.account_no.as_str(), command)?;
        Ok(HolderErasing {
            account_no: self.account_no.clone(),
            name_until,
        })
    }
}

impl EraseHolder {
    /// Vouchers are kept from the first day after the year they are of; the last may be of today.
    fn end_of_retention(&self, today: NaiveDate) -> NaiveDate {
        let year = today.year() + 1 + i32::from(self.accounting_years);
        NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX)
    }
}

/// Erases the name when its time has come. Given by the due runner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishErasure {
    pub account_no: AccountNo,
}

impl Process for FinishErasure {
    const NAME: &'static str = "account.finish_erasure";
    type Outcome = ();

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let today = business_date(context.at);
        let command = AccountCommand::FinishErasure { today };
        workspace.execute::<Account>(self.account_no.as_str(), command)
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::account::tests::{assignment, charged, release};
    use crate::account::{AccountClass, contact_subject};
    use crate::account::{ChangeAccount, OpenAccount};
    use crate::desk::Desk;

    type Accounts = TestFramework<Account>;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn schedule() -> AccountCommand {
        AccountCommand::ScheduleErasure {
            name_until: day("2057-01-01"),
            today: day("2026-11-27"),
        }
    }

    fn open(desk: &mut Desk) -> (AccountNo, EraseHolder) {
        let account_no: AccountNo = "A1".parse().unwrap();
        let open = OpenAccount {
            account_no: account_no.clone(),
            class: AccountClass::Resident,
            campus: "N".parse().unwrap(),
            holder: "王芳".to_owned(),
            phone: Some("13800138000".parse().unwrap()),
            address: "北苑 3 栋".to_owned(),
            household_persons: 3,
        };
        let opened = desk.run(&open).unwrap().events;
        let subject = |field: &str| {
            let field = &opened[0].payload[field]["$personal"]["subject"];
            field.as_str().unwrap().to_owned()
        };
        // What goes at once has a key of its own.
        assert_eq!(subject("holder"), "account/A1");
        for field in ["phone", "address"] {
            assert_eq!(subject(field), contact_subject(&account_no));
        }
        let erase = EraseHolder {
            account_no: account_no.clone(),
            accounting_years: 30,
        };
        (account_no, erase)
    }

    #[test]
    fn x19_an_account_nothing_was_booked_on_gives_its_holder_up_at_once() {
        let mut desk = Desk::new("2026-11-27");
        let (account_no, erase) = open(&mut desk);
        desk.actor = Actor::Customer("c1".to_owned());
        assert_eq!(desk.refused(&erase), "ACCOUNT_ERASED_BY_STAFF_ONLY");
        desk.by("ma");
        let erased = desk.run(&erase).unwrap();
        assert_eq!(
            erased.event_types(),
            ["account.holder_erasure_scheduled", "account.holder_erased"]
        );
        assert!(desk.run(&erase).unwrap().events.is_empty(), "again");
        let finish = FinishErasure {
            account_no: account_no.clone(),
        };
        assert!(desk.run(&finish).unwrap().events.is_empty());
        let rename = ChangeAccount {
            account_no,
            class: None,
            campus: None,
            holder: Some("王方".to_owned()),
            phone: None,
            remove_phone: false,
            address: None,
            household_persons: None,
        };
        assert_eq!(desk.refused(&rename), "ACCOUNT_HOLDER_ERASED");
    }

    #[test]
    fn x19_a_holder_in_use_or_unsettled_stays() {
        let in_use = AccountEvent::MeterAssigned(assignment("2026-06-21"));
        let opened = charged().remove(0);
        Accounts::with(())
            .given(vec![opened, in_use])
            .when(schedule())
            .then_expect_error(AccountError::HolderInUse);
        let mut unpaid = charged();
        unpaid.push(AccountEvent::MeterReleased(release("2026-07-21")));
        Accounts::with(())
            .given(unpaid)
            .when(schedule())
            .then_expect_error(AccountError::HolderUnsettled);
    }

    #[test]
    fn x19_the_name_stays_as_long_as_vouchers_are_kept_and_then_goes() {
        let erase = EraseHolder {
            account_no: "A1".parse().unwrap(),
            accounting_years: 30,
        };
        // 30 whole years after 2026.
        assert_eq!(erase.end_of_retention(day("2026-11-27")), day("2057-01-01"));

        let scheduled = HolderErasure::Scheduled(day("2057-01-01"));
        assert_eq!(
            scheduled.finish(day("2056-12-31")),
            Err(AccountError::NameStillNeeded(day("2057-01-01")))
        );
        assert_eq!(
            scheduled.finish(day("2057-01-01")),
            Ok(vec![AccountEvent::HolderErased])
        );
        // A payment that turns out to be none can be taken back meanwhile.
        let reverse = AccountCommand::ReversePayment {
            payment_id: "p1".parse().unwrap(),
        };
        assert_eq!(scheduled.check_allows(&reverse), Ok(()));
        assert_eq!(
            scheduled.check_allows(&AccountCommand::AssignMeter(assignment("2026-12-01"))),
            Err(AccountError::HolderErased)
        );
        let mut paid = Account::default();
        for event in charged() {
            cqrs_es::Aggregate::apply(&mut paid, event);
        }
        assert!(paid.opened(&erase.account_no).unwrap().is_booked());
    }
}
