//! How likely the wheels look as they do, if the counter stands at a number.
//!
//! A wheel turns only while its right neighbour goes from 9 to 0, and as far as that one is past
//! 9; the last one turns all the time. So the wheels are not read one by one: a 4 just passed and
//! a 3 about to go look alike, and the neighbour tells them apart.

use crate::digits::{CLASSES, WheelReading};

/// What the network never saw gets this much of the probability, so that one wrong wheel cannot
/// outweigh all others.
const DOUBT: f64 = 0.005;
/// In tenths: how far a worn wheel may stand from where it should, weighted.
const SLACK: [f64; 9] = [0.01, 0.04, 0.12, 0.2, 0.26, 0.2, 0.12, 0.04, 0.01];
const TENTHS: usize = 10;

/// For every wheel, the digit it must show, or none.
pub(super) type Digits = [Option<u8>];

/// Of all the ways in which the wheels may stand, the share of those with these digits.
pub(super) fn probability(wheels: &[WheelReading], digits: &Digits) -> f64 {
    let all: f64 = forward(wheels, &vec![None; wheels.len()]).iter().sum();
    let these: f64 = forward(wheels, digits).iter().sum();
    if all > 0.0 { these / all } else { 0.0 }
}

/// Weights by how far the leftmost wheel drives a wheel beyond it.
fn forward(wheels: &[WheelReading], digits: &Digits) -> [f64; TENTHS] {
    let mut weights = [0.0; TENTHS];
    let mut places = wheels.iter().zip(digits).rev();
    let Some((last, digit)) = places.next() else {
        return weights;
    };
    let table = free(last);
    for (class, weight) in table.iter().enumerate() {
        if allowed(*digit, class / TENTHS) {
            weights[passed_on(class)] += weight;
        }
    }
    for (wheel, digit) in places {
        let table = driven(wheel);
        let mut next = [0.0; TENTHS];
        for (carry, weight) in weights.iter().enumerate() {
            for shown in 0..TENTHS {
                if allowed(*digit, shown) {
                    let class = shown * TENTHS + carry;
                    next[passed_on(class)] += weight * table[class];
                }
            }
        }
        weights = next;
    }
    weights
}

/// The likeliest digits, left to right.
pub(super) fn likeliest(wheels: &[WheelReading]) -> Vec<u8> {
    // By carry: the best so far, and its digits from the right.
    let mut best: Vec<(f64, Vec<u8>)> = vec![(0.0, Vec::new()); TENTHS];
    let mut places = wheels.iter().rev();
    let Some(last) = places.next() else {
        return Vec::new();
    };
    // All places within one digit count together, as for the probability.
    for (class, weight) in free(last).iter().enumerate() {
        let digit = (class / TENTHS) as u8;
        let entry = &mut best[passed_on(class)];
        let same = entry.1 == [digit];
        if same {
            entry.0 += weight;
        } else if *weight > entry.0 {
            *entry = (*weight, vec![digit]);
        }
    }
    for wheel in places {
        let table = driven(wheel);
        let mut next: Vec<(f64, Vec<u8>)> = vec![(0.0, Vec::new()); TENTHS];
        for (carry, (weight, digits)) in best.iter().enumerate() {
            for shown in 0..TENTHS {
                let class = shown * TENTHS + carry;
                let product = weight * table[class];
                let entry = &mut next[passed_on(class)];
                if product > entry.0 {
                    let mut longer = digits.clone();
                    longer.push(shown as u8);
                    *entry = (product, longer);
                }
            }
        }
        best = next;
    }
    let winner = best.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
    let mut digits = winner.map(|(_, digits)| digits).unwrap_or_default();
    digits.reverse();
    digits
}

fn allowed(digit: Option<u8>, shown: usize) -> bool {
    digit.is_none_or(|digit| usize::from(digit) == shown)
}

/// How far the left neighbour is driven by a wheel that stands so.
const fn passed_on(class: usize) -> usize {
    if class >= 9 * TENTHS {
        class % TENTHS
    } else {
        0
    }
}

fn free(wheel: &WheelReading) -> Vec<f64> {
    wheel
        .probabilities
        .iter()
        .map(|p| f64::from(*p) * (1.0 - DOUBT) + DOUBT / CLASSES as f64)
        .collect()
}

fn driven(wheel: &WheelReading) -> Vec<f64> {
    let middle = SLACK.len() / 2;
    (0..CLASSES)
        .map(|class| {
            let near = SLACK.iter().enumerate().map(|(step, share)| {
                let at = (class + CLASSES + step - middle) % CLASSES;
                share * f64::from(wheel.probabilities[at])
            });
            near.sum::<f64>() * (1.0 - DOUBT) + DOUBT / CLASSES as f64
        })
        .collect()
}
