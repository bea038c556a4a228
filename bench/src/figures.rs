//! What was measured, and what it comes to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// How a series is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// More is better.
    PerSecond,
    /// More is better.
    MegabytesPerSecond,
    /// Less is better.
    Microseconds,
    /// Less is better.
    Megabytes,
}

/// One series: the same thing, once per round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Series {
    pub(crate) work: String,
    pub(crate) who: String,
    pub(crate) unit: Unit,
    pub(crate) rounds: Vec<u64>,
}

/// What a series is to another, in thousandths, round by round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) work: String,
    pub(crate) who: String,
    pub(crate) to: String,
    pub(crate) thousandths: Vec<u64>,
}

#[derive(Default)]
pub(crate) struct Figures {
    series: BTreeMap<(String, String), Series>,
    order: Vec<(String, String)>,
    ratios: Vec<(String, String, String)>,
}

/// Median, least, greatest.
pub(crate) fn spread(values: &[u64]) -> (u64, u64, u64) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    let middle = sorted.len() / 2;
    let median = if sorted.len().is_multiple_of(2) && middle > 0 {
        at(middle - 1).midpoint(at(middle))
    } else {
        at(middle)
    };
    (median, at(0), at(sorted.len().saturating_sub(1)))
}

/// The value below which `percent` of the samples are.
pub(crate) fn percentile(samples: &mut [Duration], percent: usize) -> Duration {
    samples.sort_unstable();
    let place = (samples.len() * percent / 100).min(samples.len().saturating_sub(1));
    samples.get(place).copied().unwrap_or_default()
}

pub(crate) fn per_second(count: u64, taken: Duration) -> u64 {
    let nanos = u128::from(count) * 1_000_000_000 / taken.as_nanos().max(1);
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

pub(crate) fn micros(taken: Duration) -> u64 {
    u64::try_from(taken.as_micros()).unwrap_or(u64::MAX)
}

impl Figures {
    pub(crate) fn note(&mut self, work: &str, who: &str, unit: Unit, value: u64) {
        let key = (work.to_owned(), who.to_owned());
        if !self.series.contains_key(&key) {
            self.order.push(key.clone());
        }
        self.series
            .entry(key)
            .or_insert_with(|| Series {
                work: work.to_owned(),
                who: who.to_owned(),
                unit,
                rounds: Vec::new(),
            })
            .rounds
            .push(value);
    }

    /// Asks for a ratio of two series of one work.
    pub(crate) fn compare(&mut self, work: &str, who: &str, to: &str) {
        let wanted = (work.to_owned(), who.to_owned(), to.to_owned());
        if !self.ratios.contains(&wanted) {
            self.ratios.push(wanted);
        }
    }

    pub(crate) fn series(&self) -> Vec<&Series> {
        self.order
            .iter()
            .filter_map(|key| self.series.get(key))
            .collect()
    }

    /// Ratios are taken within each round, so that what the machine did besides hits both sides.
    pub(crate) fn ratios(&self) -> Vec<Ratio> {
        self.ratios
            .iter()
            .filter_map(|(work, who, to)| {
                let ours = self.series.get(&(work.clone(), who.clone()))?;
                let theirs = self.series.get(&(work.clone(), to.clone()))?;
                let thousandths = ours
                    .rounds
                    .iter()
                    .zip(&theirs.rounds)
                    .map(|(ours, theirs)| ours * 1000 / (*theirs).max(1))
                    .collect();
                Some(Ratio {
                    work: work.clone(),
                    who: who.clone(),
                    to: to.clone(),
                    thousandths,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(spread(&[9, 1, 5]), (5, 1, 9));
        assert_eq!(spread(&[4, 1, 9, 6]), (5, 1, 9));
        assert_eq!(spread(&[]), (0, 0, 0));
    }

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let mut samples: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut samples, 50), Duration::from_millis(51));
        assert_eq!(percentile(&mut samples, 99), Duration::from_millis(100));
        assert_eq!(percentile(&mut [], 95), Duration::ZERO);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let mut figures = Figures::default();
        for (ours, theirs) in [(50, 100), (300, 200)] {
            figures.note("append", "store", Unit::PerSecond, ours);
            figures.note("append", "raw", Unit::PerSecond, theirs);
            figures.compare("append", "store", "raw");
        }
        let ratios = figures.ratios();
        assert_eq!(ratios.len(), 1);
        assert_eq!(ratios[0].thousandths, [500, 1500]);
    }
}
