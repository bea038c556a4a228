//! Rating: from a usage to the lines of a bill.
//!
//! One pure function serves preview, issue, simulation, dispute replay and the command line, so
//! none of them can disagree with another. Its rules:
//!
//! - The period is cut into **parts**. `prorate_by_day` cuts it where the tariff version changes;
//!   `by_reading_date` takes the version in force on the reading date, `period.to`, throughout.
//!   Where the period crosses into another tier year, `by_day` cuts it on the first day of that
//!   year; `by_billing_month` counts all of it in the tier year of the billing month.
//! - The usage is shared out over the parts by days, two decimals, half-up; the last part takes
//!   the rest.
//! - Parts stay apart in the bill, in the order of time, even where two tier years meet under one
//!   version: merged, nobody could check either year.
//! - A version may give a **free allowance** by the month and the person. What is free is a line of
//!   its own that costs nothing; only the excess goes on to tiers and surcharges.
//! - A version may ask for a **minimum charge** by the month: a last line lifts the period to it.
//! - A version may have **time of use**: what was used in the hours of a rate, by the meter's registers,
//!   costs so much more or less, on a line of its own, on top of its tiers. What no register told
//!   apart costs its tier.
//! - Allowance and minimum go by the days of each calendar month, so that a part of a month has its part of them.
//! - Each part fills the tiers from where its tier year stands, then pays its version's surcharges.
//!   Every line is rounded once, half-up to the fen; the total is the sum of the lines.

mod bill;
mod case;
mod error;
mod late_fee;
mod month;
mod parts;
mod rate;
mod schedule;
#[cfg(test)]
mod tests;

pub use bill::{RatedBill, RatedLine, TierCount};
pub use case::{Household, RatingCase, rate_case_json};
pub use error::{RatingError, TariffError};
pub use late_fee::{LateFeePolicy, LateFeeTerms, Settlement, late_fee};
pub use rate::{MonthToDate, RatingInput, minimum_charge, rate};
pub use schedule::{
    AllowanceBasis, FreeAllowance, PriceChange, Surcharge, TariffSchedule, TariffTerms,
    TariffVersion, Tier, TierPeriod, YearCrossing,
};
