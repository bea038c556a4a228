//! Chance that repeats itself.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// Draws for one purpose. Each purpose has its own, so that one more draw here changes nothing
/// there, and a part made again comes out the same.
pub(super) struct Draws(StdRng);

impl Draws {
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(seed.to_be_bytes());
        hasher.update(purpose.as_bytes());
        Self(StdRng::from_seed(hasher.finalize().into()))
    }

    /// Both ends included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    pub(super) fn percent(&mut self, chance: i64) -> bool {
        self.between(0, 99) < chance
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::Draws;

    #[test]
    fn a_purpose_draws_the_same_for_ever_and_apart_from_others() {
        let take = |seed, purpose| -> Vec<i64> {
            let mut draws = Draws::new(seed, purpose);
            (0..6).map(|_| draws.between(0, 999)).collect()
        };
        assert_eq!(take(1, "names"), take(1, "names"));
        assert_ne!(take(1, "names"), take(2, "names"));
        assert_ne!(take(1, "names"), take(1, "usage"));
        // Generators may change with a new release of their crate; the demo must not.
        assert_eq!(take(1, "names"), [762, 543, 675, 168, 942, 496]);
    }
}
