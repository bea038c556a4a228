//! Which kind of customer an account is for, by the day (R14). A class that was entered wrongly is
//! corrected with the account's other particulars; one that has become another one says from when.

use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::Account;
use super::command::AccountCommand;
use super::error::AccountError;
use super::event::{AccountClass, AccountEvent, ClassChanged};
use super::process::AccountOpened;
use crate::units::{AccountNo, business_date};

/// The classes an account has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Classes {
    first: AccountClass,
    changes: BTreeMap<NaiveDate, AccountClass>,
}

impl Classes {
    pub(super) const fn new(first: AccountClass) -> Self {
        Self {
            first,
            changes: BTreeMap::new(),
        }
    }

    pub(super) fn on(&self, day: NaiveDate) -> AccountClass {
        let change = self.changes.range(..=day).next_back();
        change.map_or(self.first, |(_, class)| *class)
    }

    /// The last class was never what was entered.
    pub(super) fn correct(&mut self, class: AccountClass) {
        match self.changes.last_entry() {
            Some(mut last) => {
                last.insert(class);
            }
            None => self.first = class,
        }
    }

    pub(super) fn change(&mut self, change: ClassChanged) {
        self.changes.insert(change.from, change.class);
    }

    pub(super) fn decide(
        &self,
        now: AccountClass,
        change: ClassChanged,
        today: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if change.class == now {
            return Err(AccountError::SameClass(change.class));
        }
        if change.from > today {
            return Err(AccountError::ClassInFuture);
        }
        match self.changes.last_key_value() {
            Some((last, _)) if change.from <= *last => {
                Err(AccountError::ClassNotLater { last: *last })
            }
            _ => Ok(vec![AccountEvent::ClassChanged(change)]),
        }
    }
}

/// R14: from a day on, the account is of another class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAccountClass {
    pub account_no: AccountNo,
    pub class: AccountClass,
    /// Today, when not given; no day to come.
    pub from: Option<NaiveDate>,
}

impl Process for ChangeAccountClass {
    const NAME: &'static str = "account.change_class";
    type Outcome = AccountOpened;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountOpened, Stop> {
        let id = self.account_no.as_str();
        workspace.get::<Account>(id)?.opened(&self.account_no)?;
        let today = business_date(context.at);
        let change = ClassChanged {
            class: self.class,
            from: self.from.unwrap_or(today),
        };
        let command = AccountCommand::ChangeClass { change, today };
        workspace.execute::<Account>(id, command)?;
        Ok(AccountOpened {
            account_no: self.account_no.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Account, ChangeAccount, OpenAccount};
    use super::*;
    use crate::desk::Desk;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn opened() -> Desk {
        let mut desk = Desk::new("2026-09-14");
        let open = OpenAccount {
            account_no: "A1".parse().unwrap(),
            class: AccountClass::Resident,
            campus: "N".parse().unwrap(),
            holder: "王芳".to_owned(),
            phone: None,
            address: "北苑 3 栋 201".to_owned(),
            household_persons: 3,
        };
        desk.run(&open).unwrap();
        desk
    }

    fn to(class: AccountClass, from: Option<&str>) -> ChangeAccountClass {
        ChangeAccountClass {
            account_no: "A1".parse().unwrap(),
            class,
            from: from.map(day),
        }
    }

    fn classes_on<const N: usize>(desk: &mut Desk, days: [&str; N]) -> [AccountClass; N] {
        let account: Account = desk.state("A1");
        let account = account.opened(&"A1".parse().unwrap()).unwrap();
        days.map(|on| account.class_on(day(on)))
    }

    #[test]
    fn r14_an_account_is_of_another_class_from_its_day_on() {
        use AccountClass::{Resident, StaffDorm, Unit};
        let mut desk = opened();
        desk.run(&to(StaffDorm, Some("2026-07-01"))).unwrap();
        desk.run(&to(Unit, None)).unwrap();
        let days = ["2026-06-30", "2026-07-01", "2026-09-13", "2026-09-14"];
        assert_eq!(
            classes_on(&mut desk, days),
            [Resident, StaffDorm, StaffDorm, Unit]
        );
        // What was wrong about the last change is corrected; what was before it stays.
        let correct = ChangeAccount {
            account_no: "A1".parse().unwrap(),
            class: Some(AccountClass::StudentDorm),
            campus: None,
            holder: None,
            phone: None,
            remove_phone: false,
            address: None,
            household_persons: None,
        };
        desk.run(&correct).unwrap();
        assert_eq!(
            classes_on(&mut desk, days),
            [Resident, StaffDorm, StaffDorm, AccountClass::StudentDorm]
        );
    }

    #[test]
    fn r14_class_changes_follow_each_other_and_none_lies_ahead() {
        let mut desk = opened();
        let refused = |desk: &mut Desk, class, from| desk.refused(&to(class, Some(from)));
        assert_eq!(
            refused(&mut desk, AccountClass::Resident, "2026-07-01"),
            "ACCOUNT_SAME_CLASS"
        );
        assert_eq!(
            refused(&mut desk, AccountClass::Unit, "2026-09-15"),
            "ACCOUNT_CLASS_IN_FUTURE"
        );
        desk.run(&to(AccountClass::Unit, Some("2026-09-01")))
            .unwrap();
        assert_eq!(
            refused(&mut desk, AccountClass::Resident, "2026-09-01"),
            "ACCOUNT_CLASS_NOT_LATER"
        );
        let unknown = ChangeAccountClass {
            account_no: "A9".parse().unwrap(),
            ..to(AccountClass::Unit, None)
        };
        assert_eq!(desk.refused(&unknown), "ACCOUNT_UNKNOWN");
    }
}
