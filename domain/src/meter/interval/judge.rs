//! V12 to V17 and V25 over what a sweep brought and what was known before.

use rust_decimal::Decimal;

use super::aggregate::Known;
use super::process::MeterSweep;
use super::{DeviceCode, MINUTES};
use crate::meter::check::{self, Figures, evaluate};
use crate::meter::{DeviceInstalled, Finding, Rule};
use crate::units::{Commodity, Quantity};
use crate::validation_rules::RuleSet;

/// What a sweep brought of one meter, with all it is judged by.
pub(super) struct Swept<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) commodity: Commodity,
    pub(super) device: Option<&'a DeviceInstalled>,
    pub(super) step_minutes: u32,
    pub(super) yesterday: Option<&'a Known>,
    /// Before this sweep.
    pub(super) today: Option<&'a Known>,
    pub(super) sweep: &'a MeterSweep,
}

/// What the rules found, and what the next sweep goes on from.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) findings: Vec<Finding>,
    pub(super) idle_minutes: u32,
    pub(super) leaking: bool,
}

type Values = Vec<Option<Quantity>>;

impl Swept<'_> {
    pub(super) fn judge(&self) -> Verdict {
        let last_day = self.last_day();
        let leak = self.leak(&last_day);
        let leaking = leak.is_some();
        let told = self.before().is_some_and(|before| before.leaking);
        let mut findings: Vec<Finding> = leak.into_iter().filter(|_| !told).collect();
        findings.extend(self.sum());
        findings.extend(self.stale());
        findings.extend(self.missing());
        findings.extend(self.rates());
        findings.extend(self.burst());
        findings.extend(
            self.sweep
                .codes
                .iter()
                .filter_map(|code| self.reported(*code)),
        );
        if self.ends_the_day() {
            let row = self.row(&last_day);
            findings.extend(self.spike(row.clone()));
            findings.extend(self.outliers(row));
        }
        Verdict {
            findings,
            idle_minutes: self.idle_minutes(),
            leaking,
        }
    }

    fn found(&self, rule: Rule, figures: Figures) -> Option<Finding> {
        evaluate(rule, self.rules.version, figures.into())
    }

    /// What was known last.
    fn before(&self) -> Option<&Known> {
        self.today.or(self.yesterday)
    }

    fn slots_of_day(&self) -> usize {
        usize::try_from(MINUTES / self.step_minutes.max(1)).unwrap_or(0)
    }

    fn first(&self) -> usize {
        usize::try_from(self.sweep.first_slot).unwrap_or(usize::MAX)
    }

    fn end(&self) -> usize {
        self.first().saturating_add(self.sweep.values.len())
    }

    fn ends_the_day(&self) -> bool {
        self.end() == self.slots_of_day()
    }

    /// Today's intervals up to the end of the sweep.
    fn so_far(&self) -> Values {
        let mut values = self
            .today
            .map(|known| known.values.clone())
            .unwrap_or_default();
        values.resize(self.end().min(self.slots_of_day()), None);
        for (place, value) in values.iter_mut().skip(self.first()).zip(&self.sweep.values) {
            *place = value.or(*place);
        }
        values
    }

    /// As many intervals as a day has, up to the end of the sweep.
    fn last_day(&self) -> Values {
        let mut values = self
            .yesterday
            .map(|known| known.values.clone())
            .unwrap_or_default();
        values.resize(self.slots_of_day(), None);
        values.extend(self.so_far());
        values.split_off(values.len().saturating_sub(self.slots_of_day()))
    }

    fn row(&self, values: &[Option<Quantity>]) -> Figures {
        let text = |value: &Option<Quantity>| match value {
            Some(value) => value.value().normalize().to_string(),
            None => "-".to_owned(),
        };
        let values: Vec<String> = values.iter().map(text).collect();
        Figures::default()
            .with("values", values.join(" "))
            .with("step_minutes", self.step_minutes)
            .with("unit", self.commodity.unit())
    }

    fn spike(&self, row: Figures) -> Option<Finding> {
        let ratio = self.rules.of(self.commodity).intervals.spike_ratio;
        self.found(Rule::V12, row.with("ratio", ratio.normalize()))
    }

    fn outliers(&self, row: Figures) -> Option<Finding> {
        let rules = &self.rules.of(self.commodity).intervals;
        let figures = row
            .with("factor", rules.outlier_factor.normalize())
            .with("floor", rules.outlier_floor.normalize())
            .with("neighbours", rules.outlier_neighbours);
        self.found(Rule::V15, figures)
    }

    fn sum(&self) -> Option<Finding> {
        let rules = &self.rules.of(self.commodity).intervals;
        let known: Option<Vec<Quantity>> = self.sweep.values.iter().copied().collect();
        let minutes = u32::try_from(self.sweep.values.len()).ok()? * self.step_minutes;
        let limit = if minutes >= 7 * MINUTES {
            rules.sum_weekly_percent
        } else {
            rules.sum_daily_percent
        };
        let figures = Figures::default()
            .with("sum", Quantity::checked_sum(known?)?.value().normalize())
            .with("start_index", self.sweep.start_index?)
            .with("end_index", self.sweep.end_index?)
            .with("multiplier", self.device?.multiplier)
            .with("limit_percent", limit.normalize());
        self.found(Rule::V13, figures)
    }

    fn stale(&self) -> Option<Finding> {
        let rules = &self.rules.of(self.commodity).intervals;
        let figures = self
            .row(&self.sweep.values)
            .with("stale_slots", rules.stale_slots)
            .with("zero_run_minutes", rules.zero_run_minutes(self.commodity))
            .with("idle_minutes_before", self.idle_before());
        self.found(Rule::V14, figures)
    }

    fn idle_before(&self) -> u32 {
        self.before().map_or(0, |before| before.idle_minutes)
    }

    fn idle_minutes(&self) -> u32 {
        let idle = |idle: u32, value: &Option<Quantity>| match value {
            Some(value) if value.is_zero() => idle.saturating_add(self.step_minutes),
            _ => 0,
        };
        self.sweep.values.iter().fold(self.idle_before(), idle)
    }

    /// Intervals from the last that had come up to the end of this sweep.
    fn missing(&self) -> Option<Finding> {
        let from = match (self.today, self.yesterday) {
            (Some(known), _) => self.first().min(known.values.len()),
            (None, Some(_)) => 0,
            // It hangs there since today: nothing is missing before what it says first.
            (None, None) => {
                let values = self.sweep.values.iter();
                self.first() + values.take_while(|value| value.is_none()).count()
            }
        };
        let so_far = self.so_far();
        let names = |wanted: &dyn Fn(&Option<Quantity>) -> bool| {
            let slots = so_far.iter().enumerate().skip(from);
            let names: Vec<String> = slots
                .filter(|(_, value)| wanted(value))
                .map(|(slot, _)| slot.to_string())
                .collect();
            names.join(" ")
        };
        let figures = Figures::default()
            .with("kind", "interval")
            .with("expected", names(&|_| true))
            .with("present", names(&|value| value.is_some()));
        self.found(Rule::V16, figures)
    }

    /// V16 and V17 of a time-of-use meter.
    fn rates(&self) -> Vec<Finding> {
        let rates = &self.sweep.rates;
        if rates.is_empty() {
            return Vec::new();
        }
        let siblings = self.found(Rule::V16, check::siblings(rates));
        if let (Some(total), Some(device), None) = (self.sweep.end_index, self.device, &siblings) {
            let figures = check::sum_of_rates(total, rates, device.decimals);
            return self.found(Rule::V17, figures).into_iter().collect();
        }
        siblings.into_iter().collect()
    }

    /// The hours up to the last full one.
    fn hours(&self, last_day: &[Option<Quantity>]) -> Vec<Option<Quantity>> {
        let per_hour = usize::try_from(60 / self.step_minutes.clamp(1, 60)).unwrap_or(1);
        let over = self.end() % per_hour;
        let full = last_day.len().saturating_sub(over);
        let begun = full % per_hour;
        let sum = |hour: &[Option<Quantity>]| {
            let values: Option<Vec<Quantity>> = hour.iter().copied().collect();
            Quantity::checked_sum(values?)
        };
        last_day
            .get(begun..full)
            .map(|hours| hours.chunks(per_hour).map(sum).collect())
            .unwrap_or_default()
    }

    fn leak(&self, last_day: &[Option<Quantity>]) -> Option<Finding> {
        if self.commodity != Commodity::Water || self.step_minutes > 60 {
            return None;
        }
        let rules = &self.rules.of(self.commodity).intervals;
        let hours = self.hours(last_day);
        let wanted = usize::try_from(rules.leak_hours).ok()?;
        let recent = hours.get(hours.len().checked_sub(wanted)?..)?;
        let figures = self
            .row(recent)
            .with("kind", "leak")
            .with("hours", rules.leak_hours)
            .with("floor_per_hour", rules.leak_floor_per_hour.normalize());
        self.found(Rule::V25, figures)
    }

    fn burst(&self) -> Option<Finding> {
        if self.commodity != Commodity::Water {
            return None;
        }
        let rules = &self.rules.of(self.commodity).intervals;
        // Q4, the most the meter bears, is a quarter more than Q3, what it is made for.
        let most = self.device?.max_per_hour?.value();
        let nominal = most.checked_div(Decimal::new(125, 2))?;
        let figures = self
            .row(&self.sweep.values)
            .with("kind", "burst")
            .with("nominal_per_hour", nominal.round_dp(4).normalize())
            .with("percent", rules.burst_percent.normalize())
            .with("minutes", rules.burst_minutes);
        self.found(Rule::V25, figures)
    }

    fn reported(&self, code: DeviceCode) -> Option<Finding> {
        self.found(Rule::V25, Figures::default().with("kind", code.kind()))
    }
}
