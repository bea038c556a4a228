//! 住户 (E6): who lives behind an account's meters, by the day. A free allowance goes by it, and what
//! their meters come to is shared by it. An occupant is known by the bed, never by a name.

use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::{Account, HOUSEHOLD_PERSONS_MAX};
use super::command::AccountCommand;
use super::error::AccountError;
use super::event::AccountEvent;
use super::process::AccountOpened;
use crate::units::{AccountNo, Fen, OccupantNo, Period, business_date, split};

/// The time somebody is there, from a day up to, not including, another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OccupantStay {
    pub occupant: OccupantNo,
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// An occupant's part of what a meter's usage comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OccupantShare {
    pub occupant: OccupantNo,
    /// When it was there, of the period that is billed.
    pub stays: Vec<Period>,
    pub amount: Fen,
}

impl OccupantShare {
    pub fn days(&self) -> u32 {
        let days: i64 = self.stays.iter().map(Period::days).sum();
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// The same occupants with their parts of an amount, by the days each was there: exactly the
    /// amount in all, where anybody was there at all.
    pub fn share(shares: &[Self], amount: Fen) -> Option<Vec<Self>> {
        let days: Vec<u128> = shares.iter().map(|share| share.days().into()).collect();
        let amounts = split(amount, &days)?;
        let shares = shares.iter().zip(amounts);
        Some(
            shares
                .map(|(share, amount)| Self {
                    amount,
                    ..share.clone()
                })
                .collect(),
        )
    }
}

/// What becomes of who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OccupantStep {
    Add {
        occupant: OccupantNo,
        from: NaiveDate,
    },
    Remove {
        occupant: OccupantNo,
        on: NaiveDate,
    },
}

/// The occupants of the present holder's time, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Occupants(Vec<OccupantStay>);

impl Occupants {
    pub fn stays(&self) -> &[OccupantStay] {
        &self.0
    }

    fn last(&self, occupant: &OccupantNo) -> Option<&OccupantStay> {
        let mut stays = self.0.iter().rev();
        stays.find(|stay| stay.occupant == *occupant)
    }

    /// Who was there on which days of a period, by occupant; `None` where nobody is known to live
    /// there at any time, so that the size of the household has to do.
    pub fn during(&self, period: &Period) -> Option<Vec<OccupantShare>> {
        let mut there: BTreeMap<&OccupantNo, Vec<Period>> = BTreeMap::new();
        for stay in &self.0 {
            let until = stay.to.unwrap_or(NaiveDate::MAX);
            let days = Period::try_new(stay.from, until).ok();
            if let Some(days) = days.and_then(|days| days.intersection(period)) {
                there.entry(&stay.occupant).or_default().push(days);
            }
        }
        let shares = there.into_iter().map(|(occupant, stays)| OccupantShare {
            occupant: occupant.clone(),
            stays,
            amount: Fen::ZERO,
        });
        (!self.0.is_empty()).then(|| shares.collect())
    }

    pub(super) fn step(&self, step: OccupantStep) -> Result<AccountEvent, AccountError> {
        match step {
            OccupantStep::Add { occupant, from } => {
                match self.last(&occupant).map(|stay| stay.to) {
                    Some(None) => return Err(AccountError::OccupantThere(occupant)),
                    Some(Some(until)) if from < until => {
                        return Err(AccountError::OccupantOverlaps { occupant, until });
                    }
                    _ => {}
                }
                let there = self.0.iter().filter(|stay| stay.to.is_none()).count();
                if there >= usize::try_from(HOUSEHOLD_PERSONS_MAX).unwrap_or(usize::MAX) {
                    return Err(AccountError::HouseholdTooLarge);
                }
                Ok(AccountEvent::OccupantAdded { occupant, from })
            }
            OccupantStep::Remove { occupant, on } => match self.last(&occupant) {
                Some(stay) if stay.to.is_none() => {
                    if on < stay.from {
                        let from = stay.from;
                        return Err(AccountError::OccupantOutBeforeIn { occupant, from });
                    }
                    Ok(AccountEvent::OccupantRemoved { occupant, on })
                }
                _ => Err(AccountError::OccupantNotThere(occupant)),
            },
        }
    }

    pub fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::OccupantAdded { occupant, from } => self.0.push(OccupantStay {
                occupant: occupant.clone(),
                from: *from,
                to: None,
            }),
            AccountEvent::OccupantRemoved { occupant, on } => {
                let there =
                    |stay: &&mut OccupantStay| stay.occupant == *occupant && stay.to.is_none();
                if let Some(stay) = self.0.iter_mut().find(there) {
                    stay.to = Some(*on);
                }
                // Removed on the day it came, it was entered by mistake.
                self.0
                    .retain(|stay| stay.to.is_none_or(|to| stay.from < to));
            }
            // The next holder lives with others.
            AccountEvent::HolderChanged { .. } => self.0.clear(),
            _ => {}
        }
    }
}

/// Somebody moves in behind an account's meters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddOccupant {
    pub account_no: AccountNo,
    pub occupant: OccupantNo,
    /// The first day; today, when not given.
    pub from: Option<NaiveDate>,
}

impl Process for AddOccupant {
    const NAME: &'static str = "account.add_occupant";
    type Outcome = AccountOpened;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountOpened, Stop> {
        let step = OccupantStep::Add {
            occupant: self.occupant.clone(),
            from: self.from.unwrap_or(business_date(context.at)),
        };
        take(&self.account_no, step, workspace)
    }
}

/// Somebody moves out. On the day they moved in, they were never there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveOccupant {
    pub account_no: AccountNo,
    pub occupant: OccupantNo,
    /// The first day they are not there any more; today, when not given.
    pub on: Option<NaiveDate>,
}

impl Process for RemoveOccupant {
    const NAME: &'static str = "account.remove_occupant";
    type Outcome = AccountOpened;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountOpened, Stop> {
        let step = OccupantStep::Remove {
            occupant: self.occupant.clone(),
            on: self.on.unwrap_or(business_date(context.at)),
        };
        take(&self.account_no, step, workspace)
    }
}

fn take(
    account_no: &AccountNo,
    step: OccupantStep,
    workspace: &mut Workspace,
) -> Result<AccountOpened, Stop> {
    let id = account_no.as_str();
    workspace.get::<Account>(id)?.opened(account_no)?;
    workspace.execute::<Account>(id, AccountCommand::Occupy(step))?;
    Ok(AccountOpened {
        account_no: account_no.clone(),
    })
}

#[cfg(test)]
mod tests {
    use cqrs_es::DomainEvent;
    use proptest::prelude::*;

    use super::*;
    use crate::account::fixture::{open, record};
    use crate::desk::Desk;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn add(occupant: &str, from: &str) -> AddOccupant {
        AddOccupant {
            account_no: "A1".parse().unwrap(),
            occupant: occupant.parse().unwrap(),
            from: Some(day(from)),
        }
    }

    fn remove(occupant: &str, on: &str) -> RemoveOccupant {
        RemoveOccupant {
            account_no: "A1".parse().unwrap(),
            occupant: occupant.parse().unwrap(),
            on: Some(day(on)),
        }
    }

    fn room() -> Desk {
        let mut desk = Desk::new("2026-10-01");
        open(&mut desk, "A1");
        desk
    }

    #[test]
    fn e6_occupants_come_and_go_by_the_day() {
        let mut desk = room();
        let september = Period::try_new(day("2026-09-01"), day("2026-10-01")).unwrap();
        let there = |desk: &mut Desk| record(desk, "A1").occupants().during(&september);
        assert_eq!(there(&mut desk), None, "nobody is known");
        let added = desk.run(&add("2", "2026-08-20")).unwrap();
        assert_eq!(added.event_types(), ["account.occupant_added"]);
        desk.run(&add("1", "2026-09-16")).unwrap();
        desk.run(&remove("2", "2026-09-05")).unwrap();
        desk.run(&add("2", "2026-09-10")).unwrap();
        let days = |desk: &mut Desk| -> Vec<(String, u32)> {
            let shares = there(desk).unwrap().into_iter();
            shares
                .map(|it| (it.occupant.to_string(), it.days()))
                .collect()
        };
        assert_eq!(
            days(&mut desk),
            [("1".to_owned(), 15), ("2".to_owned(), 25)]
        );
        // Entered by mistake, and taken back: nobody is known again.
        desk.run(&remove("1", "2026-09-16")).unwrap();
        assert_eq!(days(&mut desk), [("2".to_owned(), 25)]);
    }

    #[test]
    fn e6_nonsense_about_occupants_is_refused() {
        let mut desk = room();
        let unknown = AddOccupant {
            account_no: "A9".parse().unwrap(),
            ..add("1", "2026-09-01")
        };
        assert_eq!(desk.refused(&unknown), "ACCOUNT_UNKNOWN");
        assert_eq!(
            desk.refused(&remove("1", "2026-09-01")),
            "ACCOUNT_OCCUPANT_NOT_THERE"
        );
        desk.run(&add("1", "2026-09-10")).unwrap();
        assert_eq!(
            desk.refused(&add("1", "2026-09-20")),
            "ACCOUNT_OCCUPANT_THERE"
        );
        assert_eq!(
            desk.refused(&remove("1", "2026-09-09")),
            "ACCOUNT_OCCUPANT_OUT_BEFORE_IN"
        );
        desk.run(&remove("1", "2026-09-20")).unwrap();
        assert_eq!(
            desk.refused(&add("1", "2026-09-19")),
            "ACCOUNT_OCCUPANT_OVERLAPS"
        );
        assert_eq!(
            desk.refused(&remove("1", "2026-09-25")),
            "ACCOUNT_OCCUPANT_NOT_THERE"
        );
        desk.run(&add("1", "2026-09-20")).unwrap();
    }

    #[test]
    fn occupants_keep_their_golden_json() {
        let occupant: OccupantNo = "3-201-1".parse().unwrap();
        let events = [
            AccountEvent::OccupantAdded {
                occupant: occupant.clone(),
                from: day("2026-09-16"),
            },
            AccountEvent::OccupantRemoved {
                occupant,
                on: day("2027-01-15"),
            },
        ];
        for event in events {
            insta::assert_json_snapshot!(event.event_type(), event);
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<AccountEvent>(&json).unwrap(), event);
        }
    }

    proptest! {
        #[test]
        fn shares_of_a_room_do_not_depend_on_who_was_entered_first(
            amount in 0_i64..100_000, days in prop::collection::vec(0_u64..40, 1..9), turn in 0_usize..9,
        ) {
            let from = day("2026-09-01");
            let stays: Vec<OccupantStay> = (1..).zip(&days).map(|(bed, days)| OccupantStay {
                occupant: format!("{bed}").parse().unwrap(),
                from,
                to: Some(from + chrono::Days::new(*days)),
            }).collect();
            let mut turned = stays.clone();
            turned.rotate_left(turn % stays.len());
            let period = Period::try_new(from, day("2026-10-01")).unwrap();
            let shares = |stays| {
                let there = Occupants(stays).during(&period).unwrap();
                OccupantShare::share(&there, Fen::new(amount)).unwrap()
            };
            let (shares, others) = (shares(stays), shares(turned));
            prop_assert_eq!(&shares, &others);
            let sum = Fen::checked_sum(shares.iter().map(|share| share.amount)).unwrap();
            let anybody = days.iter().any(|days| *days > 0);
            prop_assert_eq!(sum.value(), if anybody { amount } else { 0 });
        }
    }
}
