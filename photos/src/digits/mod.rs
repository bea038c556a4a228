//! Reads one window of a counter: a digit, or a wheel on its way from one digit to the next.

mod crop;
mod network;
mod tar;

pub use crop::Crop;
pub(crate) use crop::{HEIGHT as CROP_HEIGHT, WIDTH as CROP_WIDTH};
pub use network::{DigitNetwork, MODEL_SHA256, NetworkError};
pub use tar::{CropAnswer, TarError, read_tar};

/// How far a wheel has turned: classes of a tenth of a digit, in a ring.
pub const CLASSES: usize = 100;

/// What the network makes of one window.
#[derive(Clone, Debug)]
pub struct WheelReading {
    /// 0.0 up to 10.0: 3.7 is a wheel 70 % of the way from 3 to 4.
    pub value: f32,
    /// The probability around the peak.
    pub confidence: f32,
    /// Of every tenth.
    pub probabilities: Vec<f32>,
}

/// Classes to either side of the peak that count as one answer; labels are no finer.
const PEAK_REACH: usize = 2;

impl WheelReading {
    fn from_logits(logits: &[f32]) -> Self {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut probabilities: Vec<f32> = logits.iter().map(|l| (l - largest).exp()).collect();
        let sum: f32 = probabilities.iter().sum();
        for probability in &mut probabilities {
            *probability /= sum;
        }
        Self::from_probabilities(probabilities)
    }

    /// Of a window nobody looked at: any place is as likely as any other.
    pub(crate) fn unread() -> Self {
        Self::from_probabilities(vec![1.0 / CLASSES as f32; CLASSES])
    }

    pub(crate) fn from_probabilities(probabilities: Vec<f32>) -> Self {
        let around = |class: usize| {
            (0..=2 * PEAK_REACH).map(move |step| (class + CLASSES + step - PEAK_REACH) % CLASSES)
        };
        let weight = |class: usize| around(class).map(|at| probabilities[at]).sum::<f32>();
        let peak = (0..CLASSES)
            .max_by(|a, b| weight(*a).total_cmp(&weight(*b)))
            .unwrap_or(0);
        let confidence = weight(peak);
        let pull: f32 = around(peak)
            .zip(0u8..)
            .map(|(at, step)| probabilities[at] * (f32::from(step) - PEAK_REACH as f32))
            .sum();
        let value = (peak as f32 + pull / confidence.max(f32::EPSILON)) / 10.0;
        Self {
            value: value.rem_euclid(10.0),
            confidence,
            probabilities,
        }
    }

    /// To the tenth, 0.0 to 9.9.
    pub fn tenths(&self) -> f32 {
        ((self.value * 10.0).round() % CLASSES as f32) / 10.0
    }

    /// The probability that the wheel stands within `reach` of `value`.
    pub fn probability_near(&self, value: f32, reach: f32) -> f32 {
        self.probabilities
            .iter()
            .zip(0u8..)
            .filter(|(_, class)| ring_distance(f32::from(*class) / 10.0, value) <= reach + 0.001)
            .map(|(probability, _)| probability)
            .sum()
    }
}

/// How far two places on a wheel are apart, the short way round.
pub fn ring_distance(a: f32, b: f32) -> f32 {
    let apart = (a - b).rem_euclid(10.0);
    apart.min(10.0 - apart)
}

#[cfg(test)]
mod tests;
