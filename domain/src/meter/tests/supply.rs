use super::*;

fn vacated(since: Option<&str>) -> DeactivateMeter {
    DeactivateMeter {
        meter_no: meter_no(),
        inactivity: Inactivity::Vacant,
        since: since.map(at),
        reason: " 暑假腾空 ".to_owned(),
    }
}

fn used_again(since: Option<&str>) -> ReactivateMeter {
    ReactivateMeter {
        meter_no: meter_no(),
        since: since.map(at),
        reason: None,
    }
}

#[test]
fn a_point_goes_out_of_use_and_comes_back_by_time() {
    let mut desk = water();
    let vacated = desk
        .on("2026-07-20")
        .run(&vacated(Some("2026-07-15 09:00")));
    assert_eq!(vacated.unwrap().event_types(), ["meter.deactivated"]);
    let closed = DeactivateMeter {
        inactivity: Inactivity::Closed,
        ..self::vacated(Some("2026-08-01 09:00"))
    };
    desk.on("2026-08-02").run(&closed).unwrap();
    desk.on("2026-09-01").run(&used_again(None)).unwrap();

    let supply = state(&mut desk).supply().clone();
    let inactive = |time: &str| supply.inactive_at(at(time));
    assert_eq!(inactive("2026-07-15 08:59"), None);
    assert_eq!(inactive("2026-07-15 09:00"), Some(Inactivity::Vacant));
    assert_eq!(inactive("2026-08-15 09:00"), Some(Inactivity::Closed));
    assert_eq!(inactive("2026-09-01 09:00"), None);
    let through = |from: &str, to: &str| supply.inactive_throughout(at(from), at(to));
    assert_eq!(
        through("2026-07-16 09:00", "2026-08-30 09:00"),
        Some(Inactivity::Closed)
    );
    assert_eq!(
        through("2026-07-16 09:00", "2026-09-01 09:00"),
        Some(Inactivity::Closed),
        "it came back at that very moment"
    );
    assert_eq!(through("2026-07-14 09:00", "2026-08-30 09:00"), None);
    assert_eq!(through("2026-07-16 09:00", "2026-09-02 09:00"), None);
}

#[test]
fn states_follow_each_other_and_are_not_told_ahead() {
    let mut desk = water();
    desk.on("2026-07-20");
    assert_eq!(desk.refused(&used_again(None)), "METER_NOT_INACTIVE");
    assert_eq!(
        desk.refused(&vacated(Some("2026-07-21 09:00"))),
        "METER_SUPPLY_CHANGE_IN_FUTURE"
    );
    let wordless = DeactivateMeter {
        reason: " ".to_owned(),
        ..vacated(None)
    };
    assert_eq!(desk.refused(&wordless), "VALUE_EMPTY");
    desk.run(&vacated(None)).unwrap();
    let rejection = desk.on("2026-07-21").run(&vacated(None)).unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        ("METER_ALREADY_INACTIVE", "该计量点已是空置状态")
    );
    assert_eq!(
        desk.refused(&used_again(Some("2026-07-20 09:00"))),
        "METER_SUPPLY_CHANGE_BEFORE_LAST"
    );
}
