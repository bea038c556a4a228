use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::error::BillingError;
use crate::account::{AccountRecord, TierCounted, UsageCounted};
use crate::rating::{RatedBill, RatingInput, TariffSchedule};
use crate::units::{BillingMonth, Period, Quantity, TariffId};

/// The account's usage per tariff and tier period: as billed before, and as each bill adds to it,
/// so that two meters under one tariff share its tiers.
#[derive(Default)]
pub(super) struct ToDate<'a> {
    /// None: nothing was billed before.
    before: Option<&'a AccountRecord>,
    counted: BTreeMap<(TariffId, NaiveDate), Quantity>,
}

/// A usage with all that its price depends on, but for what was used before it.
pub(super) struct Rateable<'a> {
    pub(super) tariff_id: &'a TariffId,
    pub(super) period: Period,
    pub(super) usage: Quantity,
    pub(super) persons: u32,
    /// The month it is billed in.
    pub(super) month: BillingMonth,
}

impl<'a> ToDate<'a> {
    pub(super) fn after(account: &'a AccountRecord) -> Self {
        Self {
            before: Some(account),
            counted: BTreeMap::new(),
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

    pub(super) fn input(&self, schedule: &TariffSchedule, usage: &Rateable<'_>) -> RatingInput {
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
        RatingInput {
            period: usage.period,
            usage: usage.usage,
            quantity_to_date: self.at(tariff_id, first),
            later_to_date,
            persons: usage.persons,
            // Billed late, a usage still counts where it happened.
            billing_month: Some(usage.month.min(last_month)),
        }
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

    pub(super) fn count(&mut self, tariff_id: &TariffId, tiers: &[TierCounted]) {
        for tier in tiers {
            let key = (tariff_id.clone(), tier.tier_period_from);
            self.counted.insert(key, tier.quantity_to_date_after);
        }
    }
}

pub(super) fn tiers(rated: &RatedBill) -> Vec<TierCounted> {
    let counted = rated.counted.iter().map(|count| TierCounted {
        tier_period_from: count.tier_period_from,
        quantity_to_date_after: count.quantity_to_date_after,
    });
    counted.collect()
}
