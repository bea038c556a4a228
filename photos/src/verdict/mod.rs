//! Whether the dial shows what was typed.

mod index;
mod likelihood;

use serde::Serialize;

use crate::codes::CodeRead;
use crate::counter::Counter;
use crate::digits::WheelReading;
use crate::gate::QualityFault;
pub use index::{IndexError, TypedIndex};
use likelihood::{likeliest, probability};

/// What is said of a photo. Only `Match` passes as verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Match,
    Mismatch,
    Unsure,
    WrongMeter,
    Retake,
}

/// Why it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The typed index was scored against the wheels.
    Scored,
    /// The last wheel stands between two digits, and the typed index is one of them (V23).
    HalfTurn,
    /// The typed index would fit if the counter had a wheel less, or its point elsewhere.
    CounterUnclear,
    /// The typed index has more digits than the counter has wheels.
    TooManyDigits,
    /// Some wheel can be read in more than one way.
    WheelUnclear,
    TwoCounters,
    UpsideDown,
    CounterNotFound,
    PoorPicture,
    /// A code on the meter is that of another one.
    CodeOfOtherMeter,
}

/// The verdict, with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    pub outcome: Outcome,
    pub rule: Rule,
    /// Of the typed index among all the counter might show.
    pub probability: Option<f64>,
}

impl Verdict {
    const fn of(outcome: Outcome, rule: Rule, probability: Option<f64>) -> Self {
        Self {
            outcome,
            rule,
            probability,
        }
    }
}

/// How many wheels a meter has before and behind its point, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialShape {
    pub whole: usize,
    pub decimals: usize,
}

/// What the photo should show.
#[derive(Clone, Debug)]
pub struct Expected {
    pub index: TypedIndex,
    pub shape: Option<DialShape>,
    /// The meter's numbers, ours and its maker's; empty where they are not known.
    pub meter: Vec<String>,
}

/// What was seen on it.
pub struct Seen<'a> {
    pub counter: Option<&'a Counter>,
    pub two_counters: bool,
    pub codes: &'a [CodeRead],
    pub faults: &'a [QualityFault],
}

/// From this on a number is what the counter shows.
const SURE: f64 = 0.9;
/// Of the last wheel alone, where all before it are sure. It turns all the time, and within a tenth
/// of the next digit nothing behind it tells on which side it is: what is wrongly taken there is a
/// tenth of the smallest unit (V23 allows it half a turn).
const SURE_OF_LAST: f64 = 0.7;
/// From this on another way to see the counter is worth a human look.
const POSSIBLE: f64 = 0.5;
/// Below this, on average, what was taken for wheels may be anything.
const READABLE: f32 = 0.8;
/// A mismatch holds a bill, so the wheels must have been seen well (V23).
const CONFIDENT: f32 = 0.9;

/// Weighs everything; codes first, because a right number on the wrong meter is wrong.
pub fn judge(expected: &Expected, seen: &Seen<'_>) -> Verdict {
    if other_meter(&expected.meter, seen.codes) {
        return Verdict::of(Outcome::WrongMeter, Rule::CodeOfOtherMeter, None);
    }
    let Some(counter) = seen.counter else {
        let rule = if seen.faults.is_empty() {
            Rule::CounterNotFound
        } else {
            Rule::PoorPicture
        };
        return Verdict::of(Outcome::Retake, rule, None);
    };
    let verdict = compare(expected, counter);
    let doubt = if seen.two_counters {
        Some(Rule::TwoCounters)
    } else if counter.upside_down {
        Some(Rule::UpsideDown)
    } else if seen.faults.contains(&QualityFault::Screen) {
        Some(Rule::PoorPicture)
    } else {
        None
    };
    match (verdict.outcome, doubt) {
        (Outcome::Unsure, _) if counter.confidence < READABLE => {
            Verdict::of(Outcome::Retake, Rule::CounterNotFound, verdict.probability)
        }
        (_, Some(rule)) => Verdict::of(Outcome::Unsure, rule, verdict.probability),
        (Outcome::Unsure, None) if !seen.faults.is_empty() => {
            Verdict::of(Outcome::Retake, Rule::PoorPicture, verdict.probability)
        }
        _ => verdict,
    }
}

/// A code that is made like one of the meter's numbers, and is none of them.
fn other_meter(numbers: &[String], codes: &[CodeRead]) -> bool {
    let alike = |a: &str, b: &str| {
        a.len() == b.len()
            && a.bytes().all(|x| x.is_ascii_digit()) == b.bytes().all(|x| x.is_ascii_digit())
    };
    let ours = codes.iter().any(|code| numbers.contains(&code.text));
    !ours
        && codes
            .iter()
            .any(|code| numbers.iter().any(|number| alike(number, &code.text)))
}

fn compare(expected: &Expected, counter: &Counter) -> Verdict {
    let seen = counter.wheels.len();
    match expected.shape {
        None => {
            let shape = DialShape {
                whole: seen - counter.red,
                decimals: counter.red,
            };
            compare_wheels(expected, &counter.wheels, shape, counter.open_start)
        }
        Some(shape) if shape.whole + shape.decimals == seen => {
            compare_wheels(expected, &counter.wheels, shape, false)
        }
        Some(shape) => {
            let Some(wheels) = fitted(counter, shape) else {
                return Verdict::of(Outcome::Unsure, Rule::CounterUnclear, None);
            };
            let verdict = compare_wheels(expected, &wheels, shape, false);
            // Which places are the wheels is itself a guess, so that it holds no bill.
            match verdict.outcome {
                Outcome::Match => verdict,
                _ => Verdict::of(Outcome::Unsure, Rule::CounterUnclear, verdict.probability),
            }
        }
    }
}

/// The wheels the meter is known to have, where more or fewer were seen: what is beside a counter
/// may look like a wheel, and a wheel in glare like none. Where they begin is told by the first
/// red wheel, or by what is plainly no wheel; never by the number that was typed.
fn fitted(counter: &Counter, shape: DialShape) -> Option<Vec<WheelReading>> {
    /// As unsure as a mark or a screw; and how much surer the other end has to be.
    const NO_WHEEL: f32 = 0.93;
    const CLEARLY: f32 = 0.05;
    let wheels = &counter.wheels;
    let wanted = shape.whole + shape.decimals;
    let starts_right = counter.red > 0 && wheels.len() - counter.red == shape.whole;
    let ends_right = counter.red > 0 && counter.red == shape.decimals;
    if wheels.len() > wanted {
        let extra = wheels.len() - wanted;
        let (first, last) = (wheels[0].confidence, wheels[wheels.len() - 1].confidence);
        let drops_last = last < NO_WHEEL && last + CLEARLY < first;
        let drops_first = first < NO_WHEEL && first + CLEARLY < last;
        return if starts_right || (extra == 1 && drops_last && !ends_right) {
            Some(wheels[..wanted].to_vec())
        } else if ends_right || (extra == 1 && drops_first) {
            Some(wheels[extra..].to_vec())
        } else {
            None
        };
    }
    let missing = wanted - wheels.len();
    if starts_right && counter.after.len() >= missing {
        let more = counter.after[..missing].iter();
        Some(wheels.iter().chain(more).cloned().collect())
    } else if ends_right && counter.before.len() >= missing {
        let more = counter.before[..missing].iter().rev();
        Some(more.chain(wheels).cloned().collect())
    } else {
        None
    }
}

/// `may_lack_first`: what is before the first wheel may be one that was missed.
fn compare_wheels(
    expected: &Expected,
    wheels: &[WheelReading],
    shape: DialShape,
    may_lack_first: bool,
) -> Verdict {
    let typed = expected.index.on(shape.whole, shape.decimals);
    let score = typed.as_ref().map(|digits| probability(wheels, digits));
    let is_shown = typed.as_ref().zip(score).is_some_and(|(digits, score)| {
        score >= SURE || is_sure_but_for_last(wheels, digits, score)
    });
    if is_shown {
        return if may_lack_first {
            Verdict::of(Outcome::Unsure, Rule::CounterUnclear, score)
        } else {
            Verdict::of(Outcome::Match, Rule::Scored, score)
        };
    }
    if expected.shape.is_none() && fits_otherwise(&expected.index, wheels, shape) {
        return Verdict::of(Outcome::Unsure, Rule::CounterUnclear, score);
    }
    let Some(typed) = typed else {
        return Verdict::of(Outcome::Unsure, Rule::TooManyDigits, None);
    };
    let shown = likeliest(wheels);
    let compared: Vec<Option<u8>> = typed
        .iter()
        .zip(&shown)
        .map(|(typed, shown)| typed.map(|_| *shown))
        .collect();
    let clear = probability(wheels, &compared) >= SURE
        && typed
            .iter()
            .zip(wheels)
            .all(|(typed, wheel)| typed.is_none() || wheel.confidence >= CONFIDENT);
    if !clear {
        return Verdict::of(Outcome::Unsure, Rule::WheelUnclear, score);
    }
    if compared == typed {
        // Sure, but below what a match needs.
        return Verdict::of(Outcome::Unsure, Rule::WheelUnclear, score);
    }
    if within_half_turn(&typed, &compared, wheels) {
        return Verdict::of(Outcome::Unsure, Rule::HalfTurn, score);
    }
    Verdict::of(Outcome::Mismatch, Rule::Scored, score)
}

/// Whether all that is unclear is where the last wheel stands, and it rather stands as typed.
fn is_sure_but_for_last(wheels: &[WheelReading], digits: &[Option<u8>], score: f64) -> bool {
    let mut before = digits.to_vec();
    let last = before.last_mut().and_then(Option::take);
    last.is_some() && {
        let others = probability(wheels, &before);
        others >= SURE && score >= SURE_OF_LAST * others
    }
}

/// Whether the number fits the counter seen with a wheel less at an end, or with its point moved.
fn fits_otherwise(index: &TypedIndex, wheels: &[WheelReading], shape: DialShape) -> bool {
    const FEWER: usize = 2;
    let mut ways: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    for first in 0..=FEWER {
        for last in 0..=FEWER {
            let end = wheels.len() - last.min(wheels.len());
            if first < end {
                ways.push((first..end, shape.decimals.saturating_sub(last)));
                for decimals in 0..=3.max(index.decimals()) {
                    ways.push((first..end, decimals));
                }
            }
        }
    }
    ways.into_iter().any(|(range, decimals)| {
        let part = &wheels[range];
        part.len() > decimals
            && index
                .on(part.len() - decimals, decimals)
                .is_some_and(|digits| probability(part, &digits) >= POSSIBLE)
    })
}

/// The last typed place differs by one, and the wheel behind it, or it itself, is under way.
fn within_half_turn(typed: &[Option<u8>], shown: &[Option<u8>], wheels: &[WheelReading]) -> bool {
    let number = |digits: &[Option<u8>]| {
        digits
            .iter()
            .flatten()
            .fold(0u64, |number, digit| number * 10 + u64::from(*digit))
    };
    if number(typed).abs_diff(number(shown)) != 1 {
        return false;
    }
    let places = typed.iter().take_while(|digit| digit.is_some()).count();
    match wheels.get(places) {
        None => true,
        Some(next) => !(1.0..9.0).contains(&next.value),
    }
}

/// The reading as text, with a point before the red wheels.
pub fn reading_text(counter: &Counter) -> String {
    let digits = likeliest(&counter.wheels);
    let point = digits.len() - counter.red.min(digits.len());
    let mut text = String::with_capacity(digits.len() + 1);
    for (place, digit) in digits.iter().enumerate() {
        if place == point && counter.red > 0 {
            text.push('.');
        }
        text.push(char::from(b'0' + digit));
    }
    text
}

/// How surely the counter shows its likeliest digits, all of them.
pub fn reading_confidence(counter: &Counter) -> f64 {
    let digits: Vec<Option<u8>> = likeliest(&counter.wheels).into_iter().map(Some).collect();
    probability(&counter.wheels, &digits)
}

#[cfg(test)]
mod tests;
