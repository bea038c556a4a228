use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::units::Commodity;

/// V12 to V17 and V25: how the intervals of remote meters are judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntervalRules {
    /// V12: the highest interval over the third highest, less one.
    pub spike_ratio: Decimal,
    /// V13: in percent of what the register moved by, over a day.
    pub sum_daily_percent: Decimal,
    /// V13: the same over a week or more.
    pub sum_weekly_percent: Decimal,
    /// V14: so often the same value that is not zero.
    pub stale_slots: u32,
    /// V14: so many minutes of nothing at all; left out, what is usual for the commodity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero_run_minutes: Option<u32>,
    /// V15: how many times the spread of its neighbours.
    pub outlier_factor: Decimal,
    /// V15: how many neighbours on each side.
    pub outlier_neighbours: u32,
    /// V15: a spread below this counts as this.
    pub outlier_floor: Decimal,
    /// V25: a flow in every hour of so many hours is a leak.
    pub leak_hours: u32,
    /// V25: what flows in an hour at least, to count as flow.
    pub leak_floor_per_hour: Decimal,
    /// V25: in percent of the most the line can deliver.
    pub burst_percent: Decimal,
    /// V25: for so many minutes.
    pub burst_minutes: u32,
}

impl Default for IntervalRules {
    fn default() -> Self {
        Self {
            spike_ratio: Decimal::new(18, 1),
            sum_daily_percent: Decimal::from(5),
            sum_weekly_percent: Decimal::new(7, 1),
            stale_slots: 6,
            zero_run_minutes: None,
            outlier_factor: Decimal::from(6),
            outlier_neighbours: 12,
            outlier_floor: Decimal::new(1, 2),
            leak_hours: 24,
            leak_floor_per_hour: Decimal::ZERO,
            burst_percent: Decimal::from(5),
            burst_minutes: 30,
        }
    }
}

impl IntervalRules {
    /// V14: an hour for electricity, thirty days for water.
    pub fn zero_run_minutes(&self, commodity: Commodity) -> u32 {
        let usual = match commodity {
            Commodity::Electricity => 60,
            Commodity::Water => 720 * 60,
        };
        self.zero_run_minutes.unwrap_or(usual)
    }

    pub(super) fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}
