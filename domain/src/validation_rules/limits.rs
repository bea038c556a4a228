//! Limits that would catch everything, or nothing, are typing errors.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{CommodityRules, ValidationRulesError};
use crate::units::Commodity;

fn within(value: Decimal, from: Decimal, to: u32) -> bool {
    from <= value && value <= Decimal::from(to)
}

macro_rules! limits {
    ($of:expr; $($field:literal: $holds:expr;)+) => {
        $(if !$holds {
            let field = match $of {
                Commodity::Water => concat!("water.", $field),
                Commodity::Electricity => concat!("electricity.", $field),
            };
            return Err(ValidationRulesError::LimitOutOfRange { field });
        })+
    };
}

pub(super) fn check(of: Commodity, rules: &CommodityRules) -> Result<(), ValidationRulesError> {
    let smallest = Decimal::new(1, 4);
    let (estimation, intervals) = (&rules.estimation, &rules.intervals);
    let methods: BTreeSet<_> = estimation.order.iter().collect();
    limits! { of;
        "lowFactor": rules.low.is_none_or(|low| {
            low.factor > Decimal::ZERO && low.factor < Decimal::ONE
        });
        "lowFloorPerDay": rules.low.is_none_or(|low| low.floor_per_day >= Decimal::ZERO);
        "changePercent": rules.change_percent.is_none_or(|limit| (1..=1_000).contains(&limit));
        "zeroOutagePercent": (1..=100).contains(&rules.zero_outage_percent);
        "placeMetres": rules.place_metres.is_none_or(|limit| (10..=10_000).contains(&limit));
        "watermarkMinutes": rules.watermark_minutes.is_none_or(|limit| (1..=1_440).contains(&limit));
        "photoHoldPercent": (50..=100).contains(&rules.photo_hold_percent);
        "estimation.order": !methods.is_empty() && methods.len() == estimation.order.len();
        "estimation.inARowMax": (1..=12).contains(&estimation.in_a_row_max);
        "estimation.monthsMax": (1..=24).contains(&estimation.months_max);
        "intervals.spikeRatio": within(intervals.spike_ratio, smallest, 1_000);
        "intervals.sumDailyPercent": within(intervals.sum_daily_percent, Decimal::ZERO, 100);
        "intervals.sumWeeklyPercent": within(intervals.sum_weekly_percent, Decimal::ZERO, 100);
        "intervals.staleSlots": (2..=1_440).contains(&intervals.stale_slots);
        "intervals.outlierFactor": within(intervals.outlier_factor, Decimal::ONE, 1_000);
        "intervals.outlierNeighbours": (2..=100).contains(&intervals.outlier_neighbours);
        "intervals.outlierFloor": within(intervals.outlier_floor, Decimal::ZERO, 1_000_000);
        "intervals.leakHours": (1..=24).contains(&intervals.leak_hours);
        "intervals.leakFloorPerHour":
            within(intervals.leak_floor_per_hour, Decimal::ZERO, 1_000_000);
        "intervals.burstPercent": within(intervals.burst_percent, smallest, 100);
        "intervals.burstMinutes": (1..=1_440).contains(&intervals.burst_minutes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation_rules::EstimationMethod;

    fn refused(change: impl Fn(&mut CommodityRules)) -> &'static str {
        let mut rules = CommodityRules::default();
        change(&mut rules);
        match check(Commodity::Water, &rules) {
            Err(ValidationRulesError::LimitOutOfRange { field }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn limits_are_refused_by_their_field_and_the_usual_ones_are_not() {
        assert_eq!(check(Commodity::Water, &CommodityRules::default()), Ok(()));
        assert_eq!(
            refused(|rules| rules.place_metres = Some(9)),
            "water.placeMetres"
        );
        for percent in [0, 101] {
            assert_eq!(
                refused(|rules| rules.zero_outage_percent = percent),
                "water.zeroOutagePercent"
            );
        }
        assert_eq!(
            refused(|rules| rules.estimation.order = vec![EstimationMethod::LastYear; 2]),
            "water.estimation.order"
        );
        assert_eq!(
            refused(|rules| rules.estimation.order.clear()),
            "water.estimation.order"
        );
        assert_eq!(
            refused(|rules| rules.intervals.leak_hours = 25),
            "water.intervals.leakHours"
        );
        let one = |rules: &mut CommodityRules| {
            rules.low = Some(crate::validation_rules::LowUsage {
                factor: Decimal::ONE,
                floor_per_day: Decimal::ZERO,
            });
        };
        assert_eq!(refused(one), "water.lowFactor");
    }
}
