//! How readings are estimated, and how intervals are judged.

use async_graphql::{InputObject, SimpleObject};
use chaobiao_domain::validation_rules::{self, Estimation};

use crate::reading::EstimationMethod;
use crate::support::Decimal;

/// How readings are estimated, and for how long.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct EstimationRules {
    /// The first that has something to go by is taken.
    order: Vec<EstimationMethod>,
    /// V21: with so many estimates in a row somebody has to go there, and no more are made.
    in_a_row_max: u32,
    /// V21: the same, more than so many months after the last reading.
    months_max: u32,
}

impl From<&Estimation> for EstimationRules {
    fn from(rules: &Estimation) -> Self {
        let order = rules.order.iter().copied().map(Into::into);
        Self {
            order: order.collect(),
            in_a_row_max: rules.in_a_row_max,
            months_max: rules.months_max,
        }
    }
}

/// What is left out takes its default.
#[derive(Default, InputObject)]
pub(super) struct EstimationInput {
    order: Option<Vec<EstimationMethod>>,
    in_a_row_max: Option<u32>,
    months_max: Option<u32>,
}

impl From<EstimationInput> for Estimation {
    fn from(input: EstimationInput) -> Self {
        let usual = Self::default();
        let order = input
            .order
            .map(|order| order.into_iter().map(Into::into).collect());
        Self {
            order: order.unwrap_or(usual.order),
            in_a_row_max: input.in_a_row_max.unwrap_or(usual.in_a_row_max),
            months_max: input.months_max.unwrap_or(usual.months_max),
        }
    }
}

macro_rules! interval_rules {
    ($($(#[$doc:meta])* $name:ident: $shown:ty;)+) => {
        /// How the intervals of remote meters are judged.
        #[derive(Clone, Debug, SimpleObject)]
        pub(super) struct IntervalRules {
            $($(#[$doc])* $name: $shown,)+
            /// V14: so many minutes of nothing at all; null for what is usual for the commodity.
            zero_run_minutes: Option<u32>,
        }

        impl From<&validation_rules::IntervalRules> for IntervalRules {
            fn from(rules: &validation_rules::IntervalRules) -> Self {
                Self {
                    $($name: rules.$name.into(),)+
                    zero_run_minutes: rules.zero_run_minutes,
                }
            }
        }

        /// What is left out takes its default.
        #[derive(Default, InputObject)]
        pub(super) struct IntervalRulesInput {
            $($(#[$doc])* $name: Option<$shown>,)+
            zero_run_minutes: Option<u32>,
        }

        impl From<IntervalRulesInput> for validation_rules::IntervalRules {
            fn from(input: IntervalRulesInput) -> Self {
                let usual = Self::default();
                Self {
                    $($name: input.$name.map_or(usual.$name, Into::into),)+
                    zero_run_minutes: input.zero_run_minutes,
                }
            }
        }
    };
}

interval_rules! {
    /// V12: the highest interval over the third highest, less one.
    spike_ratio: Decimal;
    /// V13: in percent of what the register moved by, over a day.
    sum_daily_percent: Decimal;
    /// V13: the same over a week or more.
    sum_weekly_percent: Decimal;
    /// V14: so often the same value that is not zero.
    stale_slots: u32;
    /// V15: how many times the spread of its neighbours.
    outlier_factor: Decimal;
    /// V15: how many neighbours on each side.
    outlier_neighbours: u32;
    /// V15: a spread below this counts as this.
    outlier_floor: Decimal;
    /// V25: a flow in every hour of so many hours is a leak.
    leak_hours: u32;
    /// V25: what flows in an hour at least, to count as flow.
    leak_floor_per_hour: Decimal;
    /// V25: in percent of the most the line can deliver.
    burst_percent: Decimal;
    /// V25: for so many minutes.
    burst_minutes: u32;
}
