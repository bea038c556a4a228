//! X15: a leak among a thousand rooms, found in a day, and hardly ever one that is none.

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::Actor;

use super::*;
use crate::meter::interval::{MeterSweep, RecordSweep};
use crate::units::Commodity;

const ROOMS: u32 = 1_000;
const DAYS: u32 = 7;
/// 3 litres a minute, by the hour.
const LEAK_PER_HOUR: u32 = 180;

/// The same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(limit)).unwrap()
    }

    /// What a room uses in an hour, in litres: rarely anything at night, often by day.
    fn litres(&mut self, hour: u32) -> u32 {
        let often = if hour < 6 { 12 } else { 70 };
        if self.below(100) < often {
            5 + self.below(60)
        } else {
            0
        }
    }
}

fn cubic_metres(litres: u32) -> Option<Quantity> {
    Quantity::try_new(rust_decimal::Decimal::new(i64::from(litres), 3)).ok()
}

fn room(number: u32) -> MeterNo {
    format!("R{number}").parse().unwrap()
}

fn meter_sweep(number: u32, first_slot: u32, litres: &[u32]) -> MeterSweep {
    MeterSweep {
        meter_no: room(number),
        first_slot,
        values: litres.iter().copied().map(cubic_metres).collect(),
        start_index: None,
        end_index: None,
        rates: BTreeMap::new(),
        codes: BTreeSet::new(),
        frame: None,
        read_at: None,
        reading_since: None,
    }
}

fn campus(rooms: u32) -> Desk {
    let mut desk = Desk::new("2026-01-01");
    for number in 0..rooms {
        let mut card = registration(Commodity::Water);
        card.meter_no = room(number);
        desk.run(&card).unwrap();
        let install = InstallDevice {
            meter_no: room(number),
            device: device(&format!("H{number}"), "0"),
            installed_at: None,
        };
        desk.run(&install).unwrap();
    }
    desk.actor = Actor::System("collector".to_owned());
    desk
}

fn sweep(day: u32, meters: Vec<MeterSweep>) -> RecordSweep {
    RecordSweep {
        collector: "C-1".parse().unwrap(),
        day: format!("2026-03-{day:02}").parse().unwrap(),
        swept_at: None,
        step_minutes: 60,
        meters,
    }
}

fn leaks(desk: &mut Desk, sweep: &RecordSweep) -> usize {
    let judged = desk.on("2026-04-01").run(sweep).unwrap().outcome;
    let meters = judged.meters.iter();
    let leaking = meters.filter(|meter| {
        let mut findings = meter.findings.iter();
        findings.any(|finding| finding.rule == Rule::V25)
    });
    leaking.count()
}

#[test]
fn x15_a_leak_is_found_within_a_day_and_false_alarms_are_rare() {
    // Without a leak: a thousand meter-weeks.
    let mut chance = Chance(2026);
    let mut desk = campus(ROOMS);
    let mut false_alarms = 0;
    for day in 1..=DAYS {
        let mut meters = Vec::new();
        for number in 0..ROOMS {
            let litres: Vec<u32> = (0..24).map(|hour| chance.litres(hour)).collect();
            meters.push(meter_sweep(number, 0, &litres));
        }
        false_alarms += leaks(&mut desk, &sweep(day, meters));
    }
    // With one: from twenty moments of a day on, read every hour.
    let mut longest = 0_u32;
    for seed in 0..20_u32 {
        let mut chance = Chance(u64::from(seed) + 7);
        let mut desk = campus(1);
        let begins = 24 * 60 + chance.below(24 * 60);
        let mut found: Option<u32> = None;
        for hour in 0..72_u32 {
            let minutes = (60 * (hour + 1))
                .saturating_sub(begins.max(60 * hour))
                .min(60);
            let litres = chance.litres(hour % 24) + LEAK_PER_HOUR * minutes / 60;
            let swept = sweep(1 + hour / 24, vec![meter_sweep(0, hour % 24, &[litres])]);
            if found.is_none() && leaks(&mut desk, &swept) > 0 {
                found = Some(60 * (hour + 1));
            }
        }
        longest = longest.max(found.unwrap().saturating_sub(begins));
    }
    #[expect(clippy::print_stderr, reason = "X15 asks for the figures to be shown")]
    let () = eprintln!(
        "leak of 3 L/min: found after {longest} minutes at most; \
         {false_alarms} false alarms in {ROOMS} meter-weeks"
    );
    assert!(longest <= 24 * 60, "{longest} minutes");
    assert!(
        false_alarms <= 1,
        "{false_alarms} in a thousand meter-weeks"
    );
}
