//! What a meter shows.

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::units::{Index, ValueError};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::plan::PlannedMeter;
use super::usage::{Milli, on_day};

/// A device's register, moved on by what flows through it.
#[derive(Clone, Debug)]
pub(super) struct Register {
    /// What it would show with endless digits, in thousandths.
    total: Milli,
    /// Thousandths not yet shown by a device with a multiplier.
    rest: Milli,
    /// All that ever flowed, whatever device counted it.
    flowed: Milli,
    /// Usage is counted up to this day's morning.
    upto: NaiveDate,
    digits: u8,
    decimals: u8,
    multiplier: i64,
    class: AccountClass,
}

impl Register {
    pub(super) fn new(meter: &PlannedMeter, class: AccountClass, installed: NaiveDate) -> Self {
        Self {
            total: meter.opening,
            rest: 0,
            flowed: 0,
            upto: installed,
            digits: meter.digits,
            decimals: meter.decimals,
            multiplier: 1,
            class,
        }
    }

    /// Lets time pass up to a day's morning; `percent` is how much more or less than usual is used.
    pub(super) fn pass(&mut self, meter: &PlannedMeter, until: NaiveDate, percent: i64) {
        let mut day = self.upto;
        let mut used = 0;
        while day < until {
            used += on_day(self.class, meter.commodity, meter.daily, day);
            day = day.succ_opt().unwrap_or(until);
        }
        self.upto = day;
        self.add(used * percent / 100);
    }

    /// What flowed beyond any pattern.
    pub(super) fn add(&mut self, used: Milli) {
        self.flowed += used;
        let used = used + self.rest;
        self.total += used / self.multiplier;
        self.rest = used % self.multiplier;
    }

    /// Time passes and nothing is counted.
    pub(super) fn skip(&mut self, until: NaiveDate) {
        self.upto = self.upto.max(until);
    }

    /// In thousandths.
    pub(super) const fn flowed(&self) -> Milli {
        self.flowed
    }

    pub(super) fn replace(&mut self, opening: Milli, multiplier: i64) {
        self.total = opening;
        self.rest = 0;
        self.multiplier = multiplier.max(1);
    }

    pub(super) fn index(&self) -> Result<Index, ValueError> {
        self.index_off_by(0)
    }

    /// What is read when the reader is wrong by some thousandths.
    pub(super) fn index_off_by(&self, error: Milli) -> Result<Index, ValueError> {
        let places = u32::from(self.decimals).min(3);
        let scale = 10_i64.pow(3 - places);
        let range = 10_i64.pow(u32::from(self.digits)) * 1_000;
        let shown = (self.total + error).rem_euclid(range) / scale;
        Index::try_new(Decimal::new(shown, places))
    }

    /// The digits on the dial, leading zeros too.
    pub(super) fn face(&self) -> String {
        let range = 10_i64.pow(u32::from(self.digits));
        let whole = (self.total / 1_000).rem_euclid(range);
        format!("{whole:0width$}", width = usize::from(self.digits))
    }
}

#[cfg(test)]
mod tests {
    use chaobiao_domain::units::Commodity;

    use super::super::plan::Plan;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_register_counts_rolls_over_and_is_replaced() {
        let plan = Plan::new(1, 200).unwrap();
        let place = plan.of_class(AccountClass::Unit).next().unwrap();
        let water = plan.meter_of(place, Commodity::Water).unwrap();
        let meter = PlannedMeter {
            digits: 5,
            decimals: 0,
            opening: 99_990_000,
            daily: 7_500,
            ..clone(&plan.meters[water])
        };
        let mut register = Register::new(&meter, AccountClass::Unit, day("2026-03-02"));
        register.pass(&meter, day("2026-03-03"), 100);
        assert_eq!(register.index().unwrap().to_string(), "99997");
        assert_eq!(register.face(), "99997");
        register.pass(&meter, day("2026-03-04"), 100);
        assert_eq!(register.index().unwrap().to_string(), "5");
        assert_eq!(register.face(), "00005");
        register.replace(37_000, 20);
        register.add(50_000);
        assert_eq!(register.index().unwrap().to_string(), "39");
        register.add(10_000);
        assert_eq!(register.index().unwrap().to_string(), "40");
    }

    fn clone(meter: &PlannedMeter) -> PlannedMeter {
        PlannedMeter {
            meter_no: meter.meter_no.clone(),
            hardware_no: meter.hardware_no.clone(),
            ..*meter
        }
    }
}
