use super::*;
use crate::units::Commodity;

fn replacement(closing: &str, hardware_no: &str, opening: &str) -> ReplaceDevice {
    ReplaceDevice {
        meter_no: meter_no(),
        closing_index: index(closing),
        closing_photo: None,
        reason: RemovalReason::Rotation,
        device: device(hardware_no, opening),
        replaced_at: None,
    }
}

#[test]
fn e2_a_replacement_sums_the_old_and_the_new_segment() {
    let mut old = device("H1", "99962.40");
    old.multiplier = "30".parse().unwrap();
    old.max_per_hour = Some(quantity("98.73"));
    let mut desk = installed(Commodity::Electricity, old, "2026-08-31");
    let mut swap = replacement("18.10", "H2", "3.20");
    swap.device.multiplier = "40".parse().unwrap();
    swap.device.max_per_hour = Some(quantity("131.63"));
    let swapped = desk.on("2026-09-14").run(&swap).unwrap();
    assert_eq!(
        swapped.event_types(),
        ["meter.device_removed", "meter.device_installed"]
    );
    assert_eq!(swapped.events[0].payload["usage"], "1671");
    let judged = read(&mut desk, "2026-09-30", "51.95").outcome;
    assert_eq!(judged.usage, Some(quantity("3621")));
    assert_eq!(judged.cumulative, Some(quantity("3621")));
}

#[test]
fn a_lower_opening_index_is_no_usage_and_no_step_back() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "130");
    desk.on("2026-02-15")
        .run(&replacement("140", "H2", "0"))
        .unwrap();
    read(&mut desk, "2026-03-01", "12");
    assert_eq!(
        history(&mut desk),
        rows(&[("130", "30", "30"), ("12", "22", "52")])
    );
}

#[test]
fn a_closing_index_must_follow_the_last_reading() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "130");
    let rejection = desk
        .on("2026-02-02")
        .run(&replacement("129.99", "H2", "0"))
        .unwrap_err();
    assert_eq!(rejection.code, "METER_CLOSING_INDEX_WENT_BACKWARDS");
    assert_eq!(
        rejection.message,
        "止码 129.99 小于上次读数 130，且不是过圈"
    );
    assert_eq!(rejection.field, Some(vec!["closingIndex".to_owned()]));
    let mut early = replacement("131", "H2", "0");
    early.replaced_at = Some(at("2026-02-01 09:00"));
    assert_eq!(desk.refused(&early), "METER_DEVICE_DATE_BEFORE_LAST");
    early.replaced_at = Some(at("2026-02-02 09:01"));
    assert_eq!(desk.refused(&early), "METER_DEVICE_DATE_IN_FUTURE");
    assert_eq!(
        desk.refused(&replacement("100000", "H2", "0")),
        "METER_INDEX_OUT_OF_RANGE"
    );
    assert_eq!(
        desk.refused(&replacement("131", "H2", "100000")),
        "METER_INDEX_OUT_OF_RANGE"
    );
}

#[test]
fn a_reading_dated_before_the_replacement_counts_for_the_old_device() {
    let mut desk = water();
    desk.on("2026-02-01")
        .run(&replacement("110", "H2", "0"))
        .unwrap();
    read(&mut desk, "2026-03-01", "8");
    let mut late = reading("105");
    late.read_at = Some(at("2026-01-20 09:00"));
    let placed = desk.on("2026-03-02").run(&late).unwrap().outcome;
    assert_eq!(rules_of(&placed), [(Rule::V2, Severity::Warn)]);
    assert_eq!(
        history(&mut desk),
        rows(&[("105", "5", "5"), ("8", "13", "18")])
    );
    // Beyond the closing index it is held, and at the very moment of the change refused.
    late.index = index("111");
    late.read_at = Some(at("2026-01-25 09:00"));
    let held = desk.run(&late).unwrap().outcome;
    assert_eq!(rules_of(&held), [(Rule::V2, Severity::Hold)]);
    late.read_at = Some(at("2026-02-01 09:00"));
    assert_eq!(desk.refused(&late), "METER_READING_BEFORE_LAST");
}

#[test]
fn a_device_hangs_in_one_place_only() {
    let mut desk = water();
    let mut other = registration(Commodity::Water);
    other.meter_no = "M2".parse().unwrap();
    desk.run(&other).unwrap();
    let mut install = InstallDevice {
        meter_no: "M2".parse().unwrap(),
        device: device("H1", "0"),
        installed_at: None,
    };
    assert_eq!(desk.refused(&install), "METER_HARDWARE_NO_TAKEN");
    assert_eq!(
        desk.on("2026-02-01")
            .refused(&replacement("110", "H1", "0")),
        "METER_SAME_DEVICE"
    );
    desk.run(&replacement("110", "H2", "0")).unwrap();
    // Taken down in one place, it may hang in another.
    desk.run(&install).unwrap();
    install.device = device("H3", "0");
    assert_eq!(desk.refused(&install), "METER_DEVICE_ALREADY_INSTALLED");
}

#[test]
fn a_device_is_described_within_reason() {
    let mut desk = Desk::new("2026-01-01");
    desk.run(&registration(Commodity::Water)).unwrap();
    let good = device("H1", "0");
    let cases = [
        (
            "METER_DIGITS_OUT_OF_RANGE",
            DeviceSpec {
                digits: Some(0),
                ..good.clone()
            },
        ),
        (
            "METER_DIGITS_OUT_OF_RANGE",
            DeviceSpec {
                digits: Some(10),
                ..good.clone()
            },
        ),
        (
            "METER_DECIMALS_OUT_OF_RANGE",
            DeviceSpec {
                decimals: 5,
                ..good.clone()
            },
        ),
        (
            "METER_MULTIPLIER_TOO_PRECISE",
            DeviceSpec {
                multiplier: "0.00001".parse().unwrap(),
                ..good.clone()
            },
        ),
        (
            "METER_MAX_PER_HOUR_INVALID",
            DeviceSpec {
                max_per_hour: Some(quantity("0")),
                ..good.clone()
            },
        ),
        (
            "METER_INDEX_TOO_PRECISE",
            DeviceSpec {
                opening_index: index("0.001"),
                ..good.clone()
            },
        ),
        (
            "METER_PHOTO_UNKNOWN",
            DeviceSpec {
                photo: Some(ReadingPhoto {
                    stored: None,
                    ..photo('b')
                }),
                ..good
            },
        ),
    ];
    for (code, spec) in cases {
        let install = InstallDevice {
            meter_no: meter_no(),
            device: spec,
            installed_at: None,
        };
        assert_eq!(desk.refused(&install), code);
    }
}

#[test]
fn a_meter_is_registered_once_and_placed_somewhere() {
    let mut desk = Desk::new("2026-01-01");
    let mut card = registration(Commodity::Water);
    card.building = "　".to_owned();
    let rejection = desk.run(&card).unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        ("VALUE_EMPTY", "楼栋不能为空")
    );
    card.building = " 西区 2 号楼 ".to_owned();
    desk.run(&card).unwrap();
    assert_eq!(state(&mut desk).card().building, "西区 2 号楼");
    assert_eq!(desk.refused(&card), "METER_ALREADY_REGISTERED");
}

#[test]
fn a_fault_is_reported_with_words_and_perhaps_a_photo() {
    let mut desk = water();
    let mut fault = ReportFault {
        meter_no: meter_no(),
        description: "表盘破裂，漏水".to_owned(),
        photo: Some(photo('c')),
    };
    let filed = desk.run(&fault).unwrap();
    assert_eq!(
        filed.event_types(),
        ["meter.photo_submitted", "meter.fault_reported"]
    );
    assert_eq!(
        filed.events[1].payload["fault_id"],
        filed.outcome.fault_id.as_str()
    );
    fault.description = " ".to_owned();
    assert_eq!(desk.refused(&fault), "VALUE_EMPTY");
    fault.meter_no = "M9".parse().unwrap();
    assert_eq!(desk.refused(&fault), "METER_NOT_FOUND");
}

#[test]
fn a_device_comes_down_with_its_last_index_and_leaves_the_point_empty() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "130");
    let mut remove = RemoveDevice {
        meter_no: meter_no(),
        closing_index: index("129"),
        closing_photo: Some(photo('b')),
        reason: RemovalReason::Decommissioned,
        removed_at: None,
    };
    desk.on("2026-02-15");
    assert_eq!(desk.refused(&remove), "METER_CLOSING_INDEX_WENT_BACKWARDS");
    remove.closing_index = index("141");
    remove.removed_at = Some(at("2026-02-15 09:01"));
    assert_eq!(desk.refused(&remove), "METER_DEVICE_DATE_IN_FUTURE");
    remove.removed_at = None;
    let removed = desk.run(&remove).unwrap();
    assert_eq!(
        removed.event_types(),
        ["meter.photo_submitted", "meter.device_removed"]
    );
    assert_eq!(removed.events[1].payload["usage"], "11");
    assert_eq!(desk.refused(&remove), "METER_NO_DEVICE");
    assert!(state(&mut desk).device().is_none());
    // Its number is free, and what comes after counts on from where it stopped.
    let again = InstallDevice {
        meter_no: meter_no(),
        device: device("H1", "141"),
        installed_at: None,
    };
    desk.on("2026-03-01").run(&again).unwrap();
    read(&mut desk, "2026-03-15", "150");
    assert_eq!(
        history(&mut desk),
        rows(&[("130", "30", "30"), ("150", "20", "50")])
    );
}

#[test]
fn v18_a_reported_multiplier_or_unit_must_be_the_installations() {
    let mut old = device("H1", "100");
    old.multiplier = "30".parse().unwrap();
    old.max_per_hour = None;
    let mut desk = installed(Commodity::Electricity, old, "2026-01-01");
    desk.on("2026-02-01");
    let report = |multiplier: Option<&str>, unit: Option<&str>| SubmitReportedReading {
        reading: reading("110"),
        multiplier: multiplier.map(|text| text.parse().unwrap()),
        unit: unit.map(ReportedUnit::new),
    };
    let rejection = desk.run(&report(Some("40"), None)).unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        (
            "METER_MULTIPLIER_DIFFERS",
            "上报的倍率 40 与安装记录的倍率 30 不符，请先核对或办理换装"
        )
    );
    for unit in ["MWh", "m³"] {
        let code = desk.refused(&report(None, Some(unit)));
        assert_eq!(code, "METER_UNIT_DIFFERS", "{unit}");
    }
    let judged = desk.run(&report(Some("30.00"), Some("ｋＷh"))).unwrap();
    assert_eq!(judged.outcome.usage, Some(quantity("300")));
    // By what hung there at the time, not by what hangs there now.
    let mut swap = replacement("120", "H2", "0");
    swap.device.multiplier = "40".parse().unwrap();
    desk.on("2026-03-01").run(&swap).unwrap();
    desk.on("2026-04-01");
    let mut late = report(Some("30"), None);
    late.reading.index = index("10");
    assert_eq!(desk.refused(&late), "METER_MULTIPLIER_DIFFERS");
    late.multiplier = Some("40".parse().unwrap());
    desk.run(&late).unwrap();
}
