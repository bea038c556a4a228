use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::{Channel, DeviceSpec, Evidence, InstallDevice, RegisterMeter, SubmitReading};
use crate::units::{Commodity, Multiplier};

fn record(month: &str, usage: &str) -> RecordHistoricUsage {
    RecordHistoricUsage {
        meter_no: "M1".parse().unwrap(),
        month: month.parse().unwrap(),
        usage: usage.parse().unwrap(),
        batch: Some("history-1".parse().unwrap()),
    }
}

fn desk() -> Desk {
    let mut desk = Desk::new("2026-01-10");
    desk.actor = Actor::System("import".to_owned());
    let register = RegisterMeter {
        meter_no: "M1".parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: false,
    };
    desk.run(&register).unwrap();
    desk
}

#[test]
fn r88_a_month_is_taken_over_once_and_never_beside_a_reading_of_ours() {
    let mut desk = desk();
    let recorded = desk.run(&record("2025-11", "12.5")).unwrap();
    assert_eq!(recorded.event_types(), ["historic_usage.recorded"]);
    let again = desk.run(&record("2025-11", "12.5")).unwrap();
    assert!(again.outcome.known && again.events.is_empty());
    assert_eq!(desk.refused(&record("2025-11", "13")), "HISTORY_DIFFERS");
    assert_eq!(desk.refused(&record("2025-10", "-1")), "HISTORY_NEGATIVE");
    assert_eq!(
        desk.refused(&record("2026-01", "3")),
        "HISTORY_MONTH_NOT_OVER"
    );
    let mut unknown = record("2025-11", "1");
    unknown.meter_no = "M9".parse().unwrap();
    assert_eq!(desk.refused(&unknown), "METER_NOT_FOUND");

    let install = InstallDevice {
        meter_no: "M1".parse().unwrap(),
        device: DeviceSpec {
            hardware_no: "H1".parse().unwrap(),
            digits: Some(5),
            decimals: 0,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "0".parse().unwrap(),
            photo: None,
        },
        installed_at: Some(desk.at),
    };
    desk.run(&install).unwrap();
    let reading = SubmitReading {
        meter_no: "M1".parse().unwrap(),
        index: "4".parse().unwrap(),
        read_at: None,
        channel: Channel::Import,
        photo: None,
        round: None,
        note: None,
        evidence: Evidence::default(),
    };
    desk.on("2026-01-31").run(&reading).unwrap();
    assert_eq!(
        desk.on("2026-02-10").refused(&record("2026-01", "3")),
        "HISTORY_MONTH_METERED"
    );
}

#[test]
fn a_file_takes_back_what_it_brought_and_nothing_else() {
    let mut desk = desk();
    desk.run(&record("2025-11", "12.5")).unwrap();
    let mut withdraw = WithdrawHistoricUsage {
        meter_no: "M1".parse().unwrap(),
        month: "2025-11".parse().unwrap(),
        batch: "history-2".parse().unwrap(),
    };
    assert_eq!(desk.run(&withdraw).unwrap().events, []);
    withdraw.batch = "history-1".parse().unwrap();
    let withdrawn = desk.run(&withdraw).unwrap();
    assert_eq!(withdrawn.event_types(), ["historic_usage.withdrawn"]);
    assert_eq!(desk.run(&withdraw).unwrap().events, []);
    desk.run(&record("2025-11", "13")).unwrap();
}

#[test]
fn events_keep_their_form() {
    let events = [
        HistoricUsageEvent::Recorded(MonthRecorded {
            meter_no: "M1".parse().unwrap(),
            month: "2025-11".parse().unwrap(),
            usage: "12.5".parse().unwrap(),
            batch: Some("history-1".parse().unwrap()),
        }),
        HistoricUsageEvent::Withdrawn {
            month: "2025-11".parse().unwrap(),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<HistoricUsageEvent>(&json).unwrap(),
            event
        );
    }
}
