//! Chance that can be had again, and the seeds of this run.

use std::env;

/// `SplitMix64`: small, and the same for ever, unlike a library's default generator.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for one user of the seed, whatever the others draw.
    pub(crate) fn branch(&self, user: u64) -> Self {
        // Mixed: a start some steps further on would be the same stream, shifted.
        Self(self.clone().next() ^ Self(!user).next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("a short list");
        usize::try_from(self.below(length)).expect("an index")
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn amount(&mut self, end: u64) -> i64 {
        i64::try_from(1 + self.below(end)).expect("a small amount")
    }

    pub(crate) fn id(&mut self) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(self.next(), self.next())
    }
}

const IN_EVERY_RUN: u64 = 25;
const IN_A_SOAK: u64 = 1_000;

/// The seeds one of several test processes takes: every `of`-th, or the one asked for.
pub(crate) fn seeds(part: u64, of: u64) -> Vec<u64> {
    if let Ok(seed) = env::var("CHAOBIAO_FAULT_SEED") {
        let seed = seed.parse().expect("CHAOBIAO_FAULT_SEED is a number");
        return if part == 0 { vec![seed] } else { Vec::new() };
    }
    let soak = env::var("CHAOBIAO_TEST_SOAK").is_ok_and(|soak| soak == "1");
    let count = if soak { IN_A_SOAK } else { IN_EVERY_RUN };
    (1..=count).filter(|seed| seed % of == part).collect()
}
