//! Insight (统计分析): figures put together from what other read models keep. It has no tables of
//! its own, so it can never say anything else than they do.

pub mod arrears;
pub mod channels;
pub mod collections;
pub mod overview;
pub mod readers;
pub mod report;
#[cfg(test)]
mod tests;
pub mod usage;

pub use arrears::{ArrearsBand, Debtor, DebtorFilter, DebtorOrderBy};
pub use channels::{ChannelStats, StatsBy};
pub use collections::Collected;
pub use overview::{CommodityTotals, Overview};
pub use readers::ReaderFigures;
pub use report::{ReportFilter, ReportLine};
pub use usage::{MonthFigures, UsageScope};

use chaobiao_domain::units::{BillingMonth, start_of_business_day};
use chrono::{DateTime, Utc};

/// What was used by day: by the readings taken here, and by the months taken over from before.
const USED: &str = "(SELECT meter_no, read_on, usage FROM read_usage_history \
     UNION ALL SELECT meter_no, on_day, usage FROM read_historic_usage)";

/// The instants of some months, the last one included.
fn span(from: BillingMonth, to: BillingMonth) -> (DateTime<Utc>, DateTime<Utc>) {
    (
        start_of_business_day(from.first_day()),
        start_of_business_day(to.next().first_day()),
    )
}
