mod corrections;
mod devices;
mod estimates;
mod golden;
mod intervals;
mod leaks;
mod outages;
mod owners;
mod photo;
mod properties;
mod rates;
mod readings;
mod review;
mod rules;
mod supply;
mod withdrawals;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::*;
use crate::desk::{Accepted, Desk};
use crate::units::{Index, MeterNo, PhotoHash, Quantity, ReadingId, instant_of};

pub(super) const METER: &str = "M1";

pub(super) fn at(text: &str) -> DateTime<Utc> {
    instant_of(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

pub(super) fn meter_no() -> MeterNo {
    METER.parse().unwrap()
}

pub(super) fn index(text: &str) -> Index {
    text.parse().unwrap()
}

pub(super) fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub(super) fn photo(digit: char) -> ReadingPhoto {
    let stored = StoredPhoto {
        bytes: 81_920,
        media_type: "image/jpeg".to_owned(),
    };
    ReadingPhoto::new(
        PhotoHash::try_new(digit.to_string().repeat(64)).unwrap(),
        Some(stored),
    )
}

pub(super) fn registration(commodity: crate::units::Commodity) -> RegisterMeter {
    RegisterMeter {
        meter_no: meter_no(),
        commodity,
        campus: "N".parse().unwrap(),
        building: "紫荆 3 号楼".to_owned(),
        room: "305".to_owned(),
        book: "B12".parse().unwrap(),
        walk_order: 7,
        self_read: true,
    }
}

pub(super) fn device(hardware_no: &str, opening: &str) -> DeviceSpec {
    DeviceSpec {
        hardware_no: hardware_no.parse().unwrap(),
        digits: Some(5),
        decimals: 2,
        multiplier: "1".parse().unwrap(),
        max_per_hour: Some(quantity("5")),
        opening_index: index(opening),
        photo: None,
    }
}

/// A registered meter with a device, put in on a day.
pub(super) fn installed(commodity: crate::units::Commodity, spec: DeviceSpec, day: &str) -> Desk {
    let mut desk = Desk::new(day);
    desk.run(&registration(commodity)).unwrap();
    let install = InstallDevice {
        meter_no: meter_no(),
        device: spec,
        installed_at: None,
    };
    desk.run(&install).unwrap();
    desk
}

/// A water meter on ×1, opened at 100 on 2026-01-01 at nine.
pub(super) fn water() -> Desk {
    installed(
        crate::units::Commodity::Water,
        device("H1", "100"),
        "2026-01-01",
    )
}

pub(super) fn reading(text: &str) -> SubmitReading {
    SubmitReading {
        meter_no: meter_no(),
        index: index(text),
        read_at: None,
        channel: Channel::Handheld,
        photo: None,
        round: None,
        note: None,
        evidence: Evidence::default(),
    }
}

pub(super) fn read(desk: &mut Desk, day: &str, text: &str) -> Accepted<ReadingJudged> {
    desk.on(day).by("li").run(&reading(text)).unwrap()
}

pub(super) fn accept(id: &ReadingId) -> AcceptHeldReading {
    AcceptHeldReading {
        meter_no: meter_no(),
        reading_id: id.clone(),
        note: Some("照片清楚，读数属实".to_owned()),
        rollover: false,
    }
}

pub(super) fn state(desk: &mut Desk) -> MeterState {
    desk.state::<Meter>(METER).registered().unwrap().clone()
}

/// (index, usage, cumulative) of every accepted reading.
pub(super) fn history(desk: &mut Desk) -> Vec<(String, String, String)> {
    let meter = desk.state::<Meter>(METER);
    let row = |reading: &AcceptedReading| {
        let figures = [reading.usage, reading.cumulative];
        let [usage, cumulative] = figures.map(|quantity| quantity.to_string());
        (reading.index.to_string(), usage, cumulative)
    };
    meter.accepted().iter().map(row).collect()
}

pub(super) fn rows(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let text = |text: &str| text.to_owned();
    rows.iter()
        .map(|(a, b, c)| (text(a), text(b), text(c)))
        .collect()
}

pub(super) fn rules_of(judged: &ReadingJudged) -> Vec<(Rule, Severity)> {
    judged
        .findings
        .iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect()
}
