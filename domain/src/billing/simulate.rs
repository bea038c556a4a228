//! 试算: what another tariff would have brought on the usage there really was (X7).
//!
//! Every bill that stands is rated twice, by the tariff as it is and by the draft, both from the
//! beginning of its tier periods. The difference is the draft's; the present tariff against itself
//! comes to nothing, whatever has become of single bills since.

use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::to_date::{Had, Rateable, ToDate, is_last_of_tariff, stays, tiers};
use crate::account::{Account, AccountClass, AccountRecord, StandingBill};
use crate::rating::{TariffSchedule, TariffTerms, rate};
use crate::tariff::{Tariff, TariffCommandError};
use crate::units::{AccountNo, BillingMonth, Fen, Quantity, TariffId};

/// Rates some accounts' bills by a draft. It decides nothing and writes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimulateTariff {
    /// The tariff that the draft would take the place of.
    pub tariff_id: TariffId,
    pub draft: TariffTerms,
    /// The first and the last month that counts.
    pub from: BillingMonth,
    pub to: BillingMonth,
    /// Only accounts of this class.
    pub class: Option<AccountClass>,
    pub accounts: Vec<AccountNo>,
}

/// What one account has used and what it would have paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedAccount {
    pub account_no: AccountNo,
    pub class: AccountClass,
    pub usage: Quantity,
    /// What its bills ask for, as they stand.
    pub billed: Fen,
    pub present: Fen,
    pub draft: Fen,
}

impl Process for SimulateTariff {
    const NAME: &'static str = "billing.simulate_tariff";
    type Outcome = Vec<SimulatedAccount>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Vec<SimulatedAccount>, Stop> {
        Stop::join([
            workspace.need::<Tariff>([self.tariff_id.to_string()]),
            workspace.need::<Account>(self.accounts.iter().map(ToString::to_string)),
        ])?;
        if self.from > self.to {
            return Err(BillingError::MonthsReversed.into());
        }
        let tariff = workspace.get::<Tariff>(self.tariff_id.as_str())?;
        let present = tariff.defined(&self.tariff_id)?.schedule.clone();
        let draft = TariffSchedule::try_new(present.commodity(), self.draft.clone())
            .map_err(TariffCommandError::Terms)?;
        let mut simulated = Vec::new();
        for account_no in &self.accounts {
            let account = workspace.get::<Account>(account_no.as_str())?;
            let account = account.opened(account_no)?;
            if self.class.is_none_or(|class| class == account.class) {
                simulated.extend(self.account(account, &present, &draft)?);
            }
        }
        Ok(simulated)
    }
}

impl SimulateTariff {
    /// `None` for an account that no bill by the tariff was issued to in these months.
    fn account(
        &self,
        account: &AccountRecord,
        present: &TariffSchedule,
        draft: &TariffSchedule,
    ) -> Result<Option<SimulatedAccount>, Stop> {
        let mut sums = SimulatedAccount {
            account_no: account.account_no.clone(),
            class: account.class,
            usage: Quantity::ZERO,
            billed: Fen::ZERO,
            present: Fen::ZERO,
            draft: Fen::ZERO,
        };
        let (mut to_date, mut to_date_draft) = (ToDate::default(), ToDate::default());
        let mut seen = false;
        for bill in account
            .standing_bills()
            .filter(|bill| bill.month <= self.to)
        {
            let (by_present, usage) = self.bill(bill, present, &mut to_date)?;
            let (by_draft, _) = self.bill(bill, draft, &mut to_date_draft)?;
            if bill.month < self.from {
                continue;
            }
            let lines = bill
                .lines
                .iter()
                .filter(|it| it.tariff_id == self.tariff_id);
            let billed = Fen::checked_sum(lines.map(|line| line.amount));
            seen |= bill.meters.iter().any(|it| it.tariff_id == self.tariff_id);
            let add = |sum: Fen, more: Option<Fen>| {
                let sum = more.and_then(|more| sum.checked_add(more));
                sum.ok_or(BillingError::Overflow)
            };
            sums.billed = add(sums.billed, billed)?;
            sums.present = add(sums.present, Some(by_present))?;
            sums.draft = add(sums.draft, Some(by_draft))?;
            let used = sums.usage.checked_add(usage);
            sums.usage = used.ok_or(BillingError::Overflow)?;
        }
        Ok(seen.then_some(sums))
    }

    fn bill(
        &self,
        bill: &StandingBill,
        schedule: &TariffSchedule,
        to_date: &mut ToDate<'_>,
    ) -> Result<(Fen, Quantity), Stop> {
        let (mut total, mut usage) = (Fen::ZERO, Quantity::ZERO);
        let of_tariff = bill
            .meters
            .iter()
            .filter(|it| it.tariff_id == self.tariff_id);
        for charged in of_tariff {
            let rateable = Rateable {
                tariff_id: &self.tariff_id,
                period: charged.period,
                usage: charged.usage,
                rates: charged.rates.clone(),
                persons: bill.persons,
                stays: stays(charged.occupants.as_deref()),
                month: bill.month,
                is_last: is_last_of_tariff(bill, charged),
            };
            let rated = rate(schedule, &to_date.input(schedule, &rateable)?)?;
            to_date.count(&rateable, &tiers(&rated), Had::of(&rated)?);
            total = total
                .checked_add(rated.total)
                .ok_or(BillingError::Overflow)?;
            let used = usage.checked_add(charged.usage);
            usage = used.ok_or(BillingError::Overflow)?;
        }
        Ok((total, usage))
    }
}

/// All accounts together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    pub total: SimulatedSum,
    pub by_class: BTreeMap<AccountClass, SimulatedSum>,
    /// How many accounts' money changes by how much, from the greatest relief to the greatest
    /// burden.
    pub changes: Vec<ChangeBand>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimulatedSum {
    pub accounts: u32,
    /// Accounts that would pay less.
    pub winners: u32,
    /// Accounts that would pay more.
    pub losers: u32,
    pub billed: Fen,
    pub present: Fen,
    pub draft: Fen,
}

/// Accounts whose change is from `from`, included, to `to`, not included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeBand {
    pub from: Option<Fen>,
    pub to: Option<Fen>,
    pub accounts: u32,
}

/// Where the bands part, in fen: 100, 20 and 5 yuan less, no change, 5, 20 and 100 yuan more.
const BANDS: [i64; 8] = [-10_000, -2_000, -500, 0, 1, 501, 2_001, 10_001];

impl SimulatedSum {
    /// What the draft would bring more; negative where less.
    pub fn delta(&self) -> Fen {
        Fen::new(self.draft.value().saturating_sub(self.present.value()))
    }

    fn add(&mut self, account: &SimulatedAccount) -> Option<()> {
        self.accounts += 1;
        self.winners += u32::from(account.draft < account.present);
        self.losers += u32::from(account.draft > account.present);
        self.billed = self.billed.checked_add(account.billed)?;
        self.present = self.present.checked_add(account.present)?;
        self.draft = self.draft.checked_add(account.draft)?;
        Some(())
    }
}

impl Simulation {
    pub fn of(accounts: &[SimulatedAccount]) -> Result<Self, BillingError> {
        let mut simulation = Self {
            changes: bands(),
            ..Self::default()
        };
        for account in accounts {
            let class = simulation.by_class.entry(account.class).or_default();
            let added = class.add(account).and(simulation.total.add(account));
            added.ok_or(BillingError::Overflow)?;
            let change = Fen::new(
                account
                    .draft
                    .value()
                    .saturating_sub(account.present.value()),
            );
            let inside = |band: &&mut ChangeBand| {
                band.from.is_none_or(|from| from <= change) && band.to.is_none_or(|to| change < to)
            };
            if let Some(band) = simulation.changes.iter_mut().find(inside) {
                band.accounts += 1;
            }
        }
        Ok(simulation)
    }
}

fn bands() -> Vec<ChangeBand> {
    let from = std::iter::once(None).chain(BANDS.map(Some));
    let to = BANDS.map(Some).into_iter().chain([None]);
    from.zip(to)
        .map(|(from, to)| ChangeBand {
            from: from.map(Fen::new),
            to: to.map(Fen::new),
            accounts: 0,
        })
        .collect()
}
