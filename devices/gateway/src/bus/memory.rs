//! What is remembered of the meters on a bus from one round to the next, and over a lost link.

use std::collections::HashMap;
use std::sync::Arc;

use chaobiao_devices::Profile;
use chaobiao_devices::cjt188::DiOrder;
use chaobiao_devices::quantity::Quantity;
use tokio::time::Instant;

use crate::meter::{CollectorPlan, MeterAddress};
use crate::observation::Sweep;

/// A silent meter is left out of at most so many rounds in a row.
const SKIPS_MAX: u8 = 15;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) next_sweep: Option<Instant>,
    pub(super) sweeps: u64,
    pub(super) unfinished: Option<Unfinished>,
    pub(super) seq: u8,
    pub(super) meters: HashMap<MeterAddress, MeterMemory>,
}

/// A round under way: what is left of it if the link is lost.
#[derive(Clone, Debug)]
pub(super) struct Unfinished {
    pub(super) plan: Arc<CollectorPlan>,
    pub(super) sweep: Sweep,
    /// The place of the meter that comes next.
    pub(super) next: usize,
    /// The one before it is being asked.
    pub(super) asking: bool,
}

/// What is remembered of one meter.
#[derive(Debug, Default)]
pub(super) struct MeterMemory {
    /// Rounds in a row without a single answer.
    failures: u8,
    skips: u8,
    /// How it speaks, where that had to be found out.
    pub(super) profile: Option<Arc<Profile>>,
    pub(super) di_order: Option<DiOrder>,
    unsupported: Vec<u32>,
    indexes: Vec<(u32, Quantity)>,
    /// Told once, until it is right again.
    pub(super) clock_told: bool,
}

impl Memory {
    pub(super) fn meter(&mut self, address: MeterAddress) -> &mut MeterMemory {
        self.meters.entry(address).or_default()
    }

    pub(super) fn next_seq(&mut self) -> u8 {
        self.seq = self.seq.wrapping_add(1);
        self.seq
    }
}

impl MeterMemory {
    /// Whether the meter is left out of this round.
    pub(super) fn backs_off(&mut self) -> bool {
        let left_out = self.skips > 0;
        self.skips = self.skips.saturating_sub(1);
        left_out
    }

    /// The more often it was silent, the longer it is left alone: 0, 1, 3, 7, 15 rounds.
    pub(super) fn was_silent(&mut self) {
        self.failures = self.failures.saturating_add(1);
        let doubled = 1_u8.checked_shl(u32::from(self.failures - 1));
        self.skips = doubled.map_or(SKIPS_MAX, |doubled| (doubled - 1).min(SKIPS_MAX));
    }

    pub(super) fn answered(&mut self) {
        self.failures = 0;
        self.skips = 0;
    }

    pub(super) fn has_none_such(&mut self, item: u32) {
        if !self.unsupported.contains(&item) {
            self.unsupported.push(item);
        }
    }

    pub(super) fn is_unsupported(&self, item: u32) -> bool {
        self.unsupported.contains(&item)
    }

    /// Notes an index; the one before if it was greater. One with another unit or other decimals
    /// can not be compared.
    pub(super) fn went_back(&mut self, item: u32, now: Quantity) -> Option<Quantity> {
        let Some((_, last)) = self.indexes.iter_mut().find(|(known, _)| *known == item) else {
            self.indexes.push((item, now));
            return None;
        };
        let before = std::mem::replace(last, now);
        let comparable = before.unit == now.unit && before.decimals == now.decimals;
        (comparable && now.digits < before.digits).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chaobiao_devices::quantity::Unit;

    #[test]
    fn r33_a_silent_meter_is_left_alone_longer_and_longer() {
        let mut memory = MeterMemory::default();
        let mut left_out = Vec::new();
        for _ in 0..6 {
            memory.was_silent();
            let mut rounds = 0;
            while memory.backs_off() {
                rounds += 1;
            }
            left_out.push(rounds);
        }
        assert_eq!(left_out, [0, 1, 3, 7, 15, 15]);
        for _ in 0..300 {
            memory.was_silent();
        }
        assert!(memory.backs_off());
        memory.answered();
        assert!(!memory.backs_off());
    }

    #[test]
    fn an_index_is_compared_with_its_like_alone() {
        let mut memory = MeterMemory::default();
        let index = |digits, decimals| Quantity {
            digits,
            decimals,
            unit: Unit::KilowattHour,
        };
        assert_eq!(memory.went_back(1, index(500, 2)), None);
        assert_eq!(memory.went_back(2, index(100, 2)), None);
        assert_eq!(memory.went_back(1, index(500, 2)), None);
        assert_eq!(memory.went_back(1, index(499, 2)), Some(index(500, 2)));
        assert_eq!(memory.went_back(1, index(50, 1)), None);
    }
}
