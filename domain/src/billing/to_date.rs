use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::error::BillingError;
use crate::account::{
    AccountRecord, BillLine, ChargedMeter, OccupantShare, StandingBill, TierCounted, UsageCounted,
};
use crate::rating::{
    MonthToDate, RatedBill, RatingError, RatingInput, TariffSchedule, minimum_charge,
};
use crate::units::{BillingMonth, Fen, Period, Quantity, RateQuantities, TariffId};

/// The account's usage per tariff and tier period: as billed before, and as each bill adds to it,
/// so that two meters under one tariff share its tiers.
#[derive(Default)]
pub(super) struct ToDate<'a> {
    /// None: nothing was billed before.
    before: Option<&'a AccountRecord>,
    counted: BTreeMap<(TariffId, NaiveDate), Quantity>,
    beside: Vec<Beside>,
}

/// Another usage under a tariff: it may share days or a billing month with the one to be rated.
struct Beside {
    tariff_id: TariffId,
    period: Period,
    month: BillingMonth,
    had: Had,
}

/// What a usage had free, what it came to, and what minimum charge was asked for it.
#[derive(Clone, Copy)]
pub(super) struct Had {
    free: Quantity,
    amount: Fen,
    minimum: Fen,
}

impl Had {
    pub(super) fn of(rated: &RatedBill) -> Result<Self, BillingError> {
        Ok(Self {
            free: rated.free().ok_or(BillingError::Overflow)?,
            amount: rated.total,
            minimum: rated.minimum,
        })
    }

    pub(super) fn of_lines<'a>(
        lines: impl Iterator<Item = &'a BillLine> + Clone,
        minimum: Fen,
    ) -> Result<Self, BillingError> {
        let free = lines.clone().filter(|line| line.borne.is_some());
        let free = Quantity::checked_sum(free.map(|line| line.quantity));
        let amount = Fen::checked_sum(lines.map(|line| line.amount));
        let (free, amount) = free.zip(amount).ok_or(BillingError::Overflow)?;
        Ok(Self {
            free,
            amount,
            minimum,
        })
    }
}

/// The lines of one meter of a bill.
pub(super) fn is_line_of(line: &BillLine, charged: &ChargedMeter) -> bool {
    line.meter_no == charged.meter_no && line.readings.last() == Some(&charged.to_reading)
}

/// Whether no later meter of a bill is billed by the same tariff.
pub(super) fn is_last_of_tariff(bill: &StandingBill, charged: &ChargedMeter) -> bool {
    let mut of_tariff = bill.meters.iter().rev();
    let last = of_tariff.find(|meter| meter.tariff_id == charged.tariff_id);
    last == Some(charged)
}

/// When anybody was there, without who it was.
pub(super) fn stays(occupants: Option<&[OccupantShare]>) -> Option<Vec<Period>> {
    let all = |shares: &[OccupantShare]| {
        let stays = shares.iter().flat_map(|share| &share.stays);
        stays.copied().collect()
    };
    occupants.map(all)
}

/// A usage with all that its price depends on, but for what was used before it.
pub(super) struct Rateable<'a> {
    pub(super) tariff_id: &'a TariffId,
    pub(super) period: Period,
    pub(super) usage: Quantity,
    /// What of it was used in the hours of each rate, where the meter tells.
    pub(super) rates: RateQuantities,
    pub(super) persons: u32,
    /// Who was there, by days; none where nobody knows.
    pub(super) stays: Option<Vec<Period>>,
    /// The month it is billed in.
    pub(super) month: BillingMonth,
    /// Whether it is the last of its tariff in its bill: it is asked for the minimum charge.
    pub(super) is_last: bool,
}

impl<'a> ToDate<'a> {
    pub(super) fn after(account: &'a AccountRecord) -> Self {
        Self {
            before: Some(account),
            counted: BTreeMap::new(),
            beside: Vec::new(),
        }
    }

    fn at(&self, tariff_id: &TariffId, tier_period_from: NaiveDate) -> Quantity {
        let key = (tariff_id.clone(), tier_period_from);
        let counted = self.counted.get(&key).copied();
        counted.unwrap_or_else(|| {
            self.before.map_or(Quantity::ZERO, |account| {
                account.quantity_to_date(tariff_id, tier_period_from)
            })
        })
    }

    pub(super) fn input(
        &self,
        schedule: &TariffSchedule,
        usage: &Rateable<'_>,
    ) -> Result<RatingInput, RatingError> {
        let tariff_id = usage.tariff_id;
        let tier_period = schedule.terms().tier_period;
        let first = tier_period.start(usage.period.from());
        let last_month = BillingMonth::of(usage.period.last_day());
        let mut later_to_date = BTreeMap::new();
        let mut at = BillingMonth::of(first);
        while at < last_month {
            at = at.next();
            let start = tier_period.start(at.first_day());
            if start > first {
                later_to_date.insert(start, self.at(tariff_id, start));
            }
        }
        let mut input = RatingInput {
            period: usage.period,
            usage: usage.usage,
            rates: usage.rates.clone(),
            quantity_to_date: self.at(tariff_id, first),
            later_to_date,
            persons: usage.persons,
            stays: usage.stays.clone(),
            free_to_date: Quantity::ZERO,
            month_to_date: usage.is_last.then(MonthToDate::default),
            // Billed late, a usage still counts where it happened.
            billing_month: Some(usage.month.min(last_month)),
        };
        let of_month = schedule.versions().iter();
        let mut of_month = of_month
            .filter(|version| version.free_allowance.is_some() || version.minimum_charge.is_some());
        // Most tariffs say nothing of a month, and their bills need not be looked through.
        if of_month.next().is_some() {
            self.look_beside(schedule, usage, &mut input)?;
        }
        Ok(input)
    }

    /// What other usages of the same days had free, and what those of the same month came to.
    fn look_beside(
        &self,
        schedule: &TariffSchedule,
        usage: &Rateable<'_>,
        input: &mut RatingInput,
    ) -> Result<(), RatingError> {
        let before = self.billed_before(schedule, usage)?;
        for beside in before.iter().chain(&self.beside) {
            if beside.tariff_id != *usage.tariff_id {
                continue;
            }
            if beside.period.intersection(&usage.period).is_some() {
                let free = input.free_to_date.checked_add(beside.had.free);
                input.free_to_date = free.ok_or(RatingError::Overflow)?;
            }
            if let Some(month) = input
                .month_to_date
                .as_mut()
                .filter(|_| beside.month == usage.month)
            {
                let add = |sum: Fen, more| sum.checked_add(more).ok_or(RatingError::Overflow);
                month.amount = add(month.amount, beside.had.amount)?;
                month.minimum = add(month.minimum, beside.had.minimum)?;
            }
        }
        Ok(())
    }

    /// The usages of the account's bills that share days or the month.
    fn billed_before(
        &self,
        schedule: &TariffSchedule,
        usage: &Rateable<'_>,
    ) -> Result<Vec<Beside>, RatingError> {
        let mut found = Vec::new();
        let Some(account) = self.before else {
            return Ok(found);
        };
        let ours =
            |bill: &&StandingBill| !bill.is_imported() && bill.holder == account.ledger().holder();
        for bill in account.standing_bills().filter(ours) {
            for charged in &bill.meters {
                let shares_days = charged.period.intersection(&usage.period).is_some();
                let counts = shares_days || bill.month == usage.month;
                if charged.tariff_id != *usage.tariff_id || !counts {
                    continue;
                }
                let asked = RatingInput {
                    period: charged.period,
                    usage: Quantity::ZERO,
                    rates: RateQuantities::default(),
                    quantity_to_date: Quantity::ZERO,
                    later_to_date: BTreeMap::new(),
                    persons: 0,
                    stays: None,
                    free_to_date: Quantity::ZERO,
                    month_to_date: is_last_of_tariff(bill, charged).then(MonthToDate::default),
                    billing_month: None,
                };
                let minimum = minimum_charge(schedule, &asked)?;
                let lines = bill.lines.iter().filter(|line| is_line_of(line, charged));
                found.push(Beside {
                    tariff_id: charged.tariff_id.clone(),
                    period: charged.period,
                    month: bill.month,
                    had: Had::of_lines(lines, minimum).map_err(|_| RatingError::Overflow)?,
                });
            }
        }
        Ok(found)
    }

    /// What the charging system has billed.
    pub(super) fn count_imported(&mut self, counted: &[UsageCounted]) -> Result<(), BillingError> {
        for counted in counted {
            let so_far = self.at(&counted.tariff_id, counted.tier_period_from);
            let key = (counted.tariff_id.clone(), counted.tier_period_from);
            let sum = so_far.checked_add(counted.usage);
            self.counted.insert(key, sum.ok_or(BillingError::Overflow)?);
        }
        Ok(())
    }

    pub(super) fn count(&mut self, usage: &Rateable<'_>, tiers: &[TierCounted], had: Had) {
        for tier in tiers {
            let key = (usage.tariff_id.clone(), tier.tier_period_from);
            self.counted.insert(key, tier.quantity_to_date_after);
        }
        self.beside.push(Beside {
            tariff_id: usage.tariff_id.clone(),
            period: usage.period,
            month: usage.month,
            had,
        });
    }
}

pub(super) fn tiers(rated: &RatedBill) -> Vec<TierCounted> {
    let counted = rated.counted.iter().map(|count| TierCounted {
        tier_period_from: count.tier_period_from,
        quantity_to_date_after: count.quantity_to_date_after,
    });
    counted.collect()
}
