use proptest::prelude::*;

use super::*;
use crate::units::Commodity;

/// What happens to a meter on one day.
#[derive(Clone, Debug)]
enum Step {
    Use(u32),
    Read,
    Swap(u32),
    AcceptHeld,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..15_u32).prop_map(Step::Use),
        4 => Just(Step::Read),
        1 => (0..1000_u32).prop_map(Step::Swap),
        1 => Just(Step::AcceptHeld),
    ];
    proptest::collection::vec(step, 1..60)
}

fn swap(closing: u32, opening: u32, number: usize) -> ReplaceDevice {
    let mut spec = device(&format!("H{number}"), &opening.to_string());
    spec.digits = Some(3);
    ReplaceDevice {
        meter_no: meter_no(),
        closing_index: index(&closing.to_string()),
        closing_photo: None,
        reason: RemovalReason::Rotation,
        device: spec,
        replaced_at: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is held, accepted late, swapped or rolled over: the last total is the truth, and
    /// the usages add up to it.
    #[test]
    fn usage_adds_up_to_what_flowed(steps in steps()) {
        let mut spec = device("H0", "990");
        spec.digits = Some(3);
        let mut desk = installed(Commodity::Water, spec, "2026-01-01");
        let (mut dial, mut flowed, mut held) = (990, 0, Vec::new());
        let mut known = 0;
        for (number, step) in steps.into_iter().enumerate() {
            desk.at += chrono::TimeDelta::days(1);
            desk.by("li");
            match step {
                Step::Use(used) => {
                    dial = (dial + used) % 1000;
                    flowed += used;
                }
                Step::Read => {
                    let judged = desk.run(&reading(&dial.to_string())).unwrap().outcome;
                    if judged.status == ReadingStatus::Held {
                        held.push(judged.reading_id);
                    } else {
                        known = flowed;
                    }
                }
                Step::Swap(opening) => {
                    desk.run(&swap(dial, opening, number + 1)).unwrap();
                    dial = opening;
                }
                Step::AcceptHeld => {
                    if let Some(id) = held.pop() {
                        desk.by("wang").run(&accept(&id)).unwrap();
                    }
                }
            }
            let meter = desk.state::<Meter>(METER);
            let usages = meter.accepted().iter().map(|reading| reading.usage);
            let total = Quantity::checked_sum(usages).unwrap();
            let last = meter.accepted().last().map_or(Quantity::ZERO, |reading| reading.cumulative);
            prop_assert_eq!(total, last);
            prop_assert!(last >= quantity(&known.to_string()));
            prop_assert!(last <= quantity(&flowed.to_string()));
        }
    }
}
