//! What goes wrong between a meter and us.

use super::Reply;
use crate::stream::PREAMBLE;

/// How often what goes wrong, in thousandths of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// No answer at all.
    pub silent: u16,
    /// Noise before and after the answer.
    pub noisy: u16,
    /// A sum that does not match.
    pub wrong_sum: u16,
    /// An answer after [`Faults::slow_ms`] more.
    pub slow: u16,
    pub slow_ms: u32,
    /// The answer twice.
    pub twice: u16,
    /// How far the meter's clock is ahead; negative: behind.
    pub clock_ahead_s: i32,
}

/// How long a meter takes in any case; the standard asks for 20 to 500 ms.
const DELAY_MS: u32 = 50;
const NOISE_BYTES_MAX: u64 = 12;

impl Faults {
    /// What arrives of an answer.
    pub(super) fn spoil(&self, mut answer: Vec<u8>, chance: &mut Chance) -> Vec<Reply> {
        // Each fault draws in any case, so that one more of them does not change the others.
        let [silent, noisy, wrong, slow, twice] = [
            self.silent,
            self.noisy,
            self.wrong_sum,
            self.slow,
            self.twice,
        ]
        .map(|often| chance.happens(often));
        if silent {
            return Vec::new();
        }
        if wrong && let [.., sum, _] = &mut answer[..] {
            *sum = sum.wrapping_add(1);
        }
        let mut bytes = vec![PREAMBLE; 4];
        bytes.extend(answer);
        if noisy {
            bytes.splice(0..0, chance.noise());
            bytes.extend(chance.noise());
        }
        let after_ms = DELAY_MS + if slow { self.slow_ms } else { 0 };
        let reply = Reply { after_ms, bytes };
        if twice {
            vec![reply.clone(), reply]
        } else {
            vec![reply]
        }
    }
}

/// A sequence that a seed decides (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn happens(&mut self, thousandths: u16) -> bool {
        self.next() % 1000 < u64::from(thousandths)
    }

    fn noise(&mut self) -> Vec<u8> {
        let count = self.next() % NOISE_BYTES_MAX + 1;
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}
