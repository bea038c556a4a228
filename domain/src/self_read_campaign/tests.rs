use chrono::NaiveDate;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::{Channel, DeviceSpec, Evidence, InstallDevice, RegisterMeter, SubmitReading};
use crate::units::{Commodity, Multiplier};
use chaobiao_decision::Actor;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn campaign(meters: &[&str], remind_on: &[&str]) -> OpenCampaign {
    OpenCampaign {
        campaign_id: "2026-02".parse().unwrap(),
        name: "二月自助抄表".to_owned(),
        campus: "N".parse().unwrap(),
        meters: meters
            .iter()
            .map(|number| number.parse().unwrap())
            .collect(),
        from: day("2026-02-01"),
        until: day("2026-02-20"),
        remind_on: remind_on.iter().map(|text| day(text)).collect(),
    }
}

fn remind(on: &str, after: u32) -> RemindSelfReaders {
    RemindSelfReaders {
        campaign_id: "2026-02".parse().unwrap(),
        remind_on: day(on),
        after,
    }
}

fn meter(desk: &mut Desk, number: &str) {
    let register = RegisterMeter {
        meter_no: number.parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    desk.run(&register).unwrap();
    let install = InstallDevice {
        meter_no: number.parse().unwrap(),
        device: DeviceSpec {
            hardware_no: format!("H-{number}").parse().unwrap(),
            digits: Some(5),
            decimals: 0,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "0".parse().unwrap(),
            photo: None,
        },
        installed_at: None,
    };
    desk.run(&install).unwrap();
}

#[test]
fn r1_those_who_have_not_read_are_reminded_and_nobody_else() {
    let mut desk = Desk::new("2026-01-15");
    for number in ["M1", "M2"] {
        meter(&mut desk, number);
    }
    desk.run(&campaign(&["M1", "M2"], &["2026-02-15", "2026-02-10"]))
        .unwrap();
    assert_eq!(
        desk.on("2026-02-09").refused(&remind("2026-02-10", 0)),
        "CAMPAIGN_REMINDER_NOT_DUE"
    );
    desk.actor = Actor::System("import".to_owned());
    let read = SubmitReading {
        meter_no: "M2".parse().unwrap(),
        index: "12".parse().unwrap(),
        read_at: None,
        channel: Channel::Import,
        photo: None,
        round: None,
        note: None,
        evidence: Evidence::default(),
    };
    desk.on("2026-02-10").run(&read).unwrap();
    let reminded = desk.run(&remind("2026-02-10", 0)).unwrap();
    let payload = &reminded.events[0].payload;
    assert_eq!(payload["meters"], serde_json::json!(["M1"]));
    assert_eq!(payload["last"], true);
    assert_eq!(
        desk.refused(&remind("2026-02-10", 0)),
        "CAMPAIGN_REMINDER_NOT_DUE"
    );
    assert_eq!(
        desk.refused(&remind("2026-02-11", 0)),
        "CAMPAIGN_REMINDER_NOT_DUE"
    );
    let end = EndCampaign {
        campaign_id: "2026-02".parse().unwrap(),
    };
    desk.run(&end).unwrap();
    assert_eq!(
        desk.on("2026-02-15").refused(&remind("2026-02-15", 0)),
        "CAMPAIGN_ENDED"
    );
}

#[test]
fn many_meters_are_looked_through_in_stretches() {
    let mut desk = Desk::new("2026-02-10");
    let numbers: Vec<String> = (0..130).map(|number| format!("M{number}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    desk.run(&campaign(&numbers, &["2026-02-10"])).unwrap();
    let mut after = 0;
    let mut stretches = Vec::new();
    while after < 130 {
        let reminded = desk.run(&remind("2026-02-10", after)).unwrap();
        let payload = &reminded.events[0].payload;
        after = u32::try_from(payload["through"].as_u64().unwrap()).unwrap();
        stretches.push((after, payload["last"] == true));
    }
    assert_eq!(stretches, [(100, false), (130, true)]);
}

#[test]
fn a_campaign_has_a_time_and_reminders_within_it() {
    let mut desk = Desk::new("2026-02-01");
    for (meters, remind_on, code) in [
        (&[][..], &[][..], "CAMPAIGN_HAS_NO_METERS"),
        (&["M1", "M1"], &[], "CAMPAIGN_METER_TWICE"),
        (&["M1"], &["2026-02-21"], "CAMPAIGN_REMINDERS_INVALID"),
        (
            &["M1"],
            &["2026-02-11", "2026-02-11"],
            "CAMPAIGN_REMINDERS_INVALID",
        ),
    ] {
        assert_eq!(desk.refused(&campaign(meters, remind_on)), code);
    }
    let mut backwards = campaign(&["M1"], &[]);
    backwards.until = day("2026-01-31");
    assert_eq!(desk.refused(&backwards), "CAMPAIGN_UNTIL_BEFORE_FROM");
    desk.run(&campaign(&["M1"], &[])).unwrap();
    assert_eq!(
        desk.refused(&campaign(&["M1"], &[])),
        "CAMPAIGN_ALREADY_OPENED"
    );
}

#[test]
fn events_keep_their_form() {
    let events = [
        SelfReadCampaignEvent::Opened(CampaignOpened {
            campaign_id: "2026-02".parse().unwrap(),
            name: "二月自助抄表".to_owned(),
            campus: "N".parse().unwrap(),
            meters: vec!["M1".parse().unwrap()],
            from: day("2026-02-01"),
            until: day("2026-02-20"),
            remind_on: vec![day("2026-02-10")],
        }),
        SelfReadCampaignEvent::Reminded(CustomersReminded {
            remind_on: day("2026-02-10"),
            through: 1,
            last: true,
            meters: vec!["M1".parse().unwrap()],
            until: day("2026-02-20"),
        }),
        SelfReadCampaignEvent::Ended {
            ended_on: day("2026-02-21"),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<SelfReadCampaignEvent>(&json).unwrap(),
            event
        );
    }
}
