use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent as _;

use super::*;
use crate::desk::Desk;
use crate::meter::interval::{IntervalDayEvent, SweptMeter};
use crate::meter::{Channel, DeviceSpec, InstallDevice, ReadingStatus, RegisterMeter, Rule};
use crate::units::{
    CollectorNo, Commodity, DeviceAddress, Index, MeterNo, MeterProtocol, Multiplier, RawFrame,
    instant_of,
};

fn collector_no() -> CollectorNo {
    "C-1".parse().unwrap()
}

fn meter_no(text: &str) -> MeterNo {
    text.parse().unwrap()
}

fn address(text: &str) -> DeviceAddress {
    DeviceAddress::try_new(text).unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    instant_of(text.parse().unwrap())
}

fn quarterly(readings: BillingReadings) -> Sweeping {
    Sweeping {
        every_minutes: 15,
        retries: 2,
        readings,
    }
}

fn monthly() -> Sweeping {
    quarterly(BillingReadings::Month { day: 1 })
}

fn add_meter(desk: &mut Desk, number: &str, commodity: Commodity, opening: &str) {
    let register = RegisterMeter {
        meter_no: meter_no(number),
        commodity,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    desk.run(&register).unwrap();
    let install = InstallDevice {
        meter_no: meter_no(number),
        device: DeviceSpec {
            hardware_no: format!("H-{number}").parse().unwrap(),
            digits: Some(6),
            decimals: 2,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: opening.parse().unwrap(),
            photo: None,
        },
        installed_at: None,
    };
    desk.run(&install).unwrap();
}

fn register(sweeping: Sweeping) -> RegisterCollector {
    RegisterCollector {
        collector_no: collector_no(),
        campus: "N".parse().unwrap(),
        place: "北苑 3 栋配电间".to_owned(),
        sweeping,
    }
}

fn attach(number: &str, at: &str) -> AttachMeter {
    AttachMeter {
        collector_no: collector_no(),
        meter_no: meter_no(number),
        address: address(at),
        protocol: None,
        switchable: true,
    }
}

const WATER: &str = "10-78330000010001";
const POWER: &str = "202401150037";

/// Water meter W1 at 100 and electricity meter E1 at 1000 behind C-1, asked every quarter.
fn desk(sweeping: Sweeping) -> Desk {
    let mut desk = Desk::new("2026-06-30");
    add_meter(&mut desk, "W1", Commodity::Water, "100");
    add_meter(&mut desk, "E1", Commodity::Electricity, "1000");
    desk.run(&register(sweeping)).unwrap();
    desk.run(&attach("W1", WATER)).unwrap();
    desk.run(&attach("E1", POWER)).unwrap();
    desk
}

fn heard(at: &str, when: &str, index: Option<&str>) -> Heard {
    Heard {
        address: address(at),
        at: moment(when),
        index: index.map(|index| index.parse::<Index>().unwrap()),
        frame: index.map(|_| RawFrame::try_new("6810").unwrap()),
    }
}

/// What a round wrote of each meter, and for which day.
fn round(desk: &mut Desk, heard: Vec<Heard>) -> Vec<(String, SweptMeter)> {
    let ended_at = heard.iter().map(|heard| heard.at).max().unwrap();
    let take = TakeRound {
        collector_no: collector_no(),
        ended_at,
        heard,
    };
    let accepted = desk.at(ended_at).by_system().run(&take).unwrap();
    let mut swept = Vec::new();
    for event in &accepted.events {
        let IntervalDayEvent::SweepRecorded(sweep) =
            serde_json::from_value(event.payload.clone()).unwrap();
        let day = sweep.day.to_string();
        swept.extend(sweep.meters.into_iter().map(|meter| (day.clone(), meter)));
    }
    swept
}

fn one(desk: &mut Desk, at: &str, when: &str, index: &str) -> (String, SweptMeter) {
    let mut swept = round(desk, vec![heard(at, when, Some(index))]);
    assert_eq!(swept.len(), 1);
    swept.remove(0)
}

fn values(meter: &SweptMeter) -> Vec<Option<String>> {
    let text = |value: &Option<crate::units::Quantity>| value.map(|value| value.to_string());
    meter.values.iter().map(text).collect()
}

#[test]
fn r34_a_meter_hangs_behind_one_collector_under_an_address_nobody_else_has() {
    let mut desk = desk(monthly());
    assert_eq!(
        desk.refused(&attach("W1", "10-78330000010009")),
        "COLLECTOR_METER_ATTACHED"
    );
    add_meter(&mut desk, "W2", Commodity::Water, "0");
    assert_eq!(
        desk.refused(&attach("W2", WATER)),
        "COLLECTOR_ADDRESS_TAKEN"
    );
    assert_eq!(
        desk.refused(&attach("W2", "202401150038")),
        "COLLECTOR_ADDRESS_MISFIT"
    );
    let other = RegisterCollector {
        collector_no: "C-2".parse().unwrap(),
        ..register(monthly())
    };
    desk.run(&other).unwrap();
    let elsewhere = AttachMeter {
        collector_no: "C-2".parse().unwrap(),
        ..attach("W1", "10-78330000010009")
    };
    assert_eq!(desk.refused(&elsewhere), "COLLECTOR_METER_ATTACHED");
    let take_off = DetachMeter {
        collector_no: collector_no(),
        meter_no: meter_no("W1"),
        reason: "改挂 2 号采集器".to_owned(),
    };
    desk.run(&take_off).unwrap();
    assert_eq!(desk.refused(&take_off), "COLLECTOR_METER_NOT_ATTACHED");
    desk.run(&elsewhere).unwrap();
    let retire = |number: &str| RetireCollector {
        collector_no: number.parse().unwrap(),
        reason: "拆除".to_owned(),
    };
    assert_eq!(desk.refused(&retire("C-2")), "COLLECTOR_STILL_IN_USE");
}

#[test]
fn addresses_are_what_stands_on_the_plate() {
    assert_eq!(address("37").as_str(), "000000000037");
    assert_eq!(address("10-7833 0000 0100 01").as_str(), WATER);
    for bad in [
        "",
        "1234567890123",
        "10-783300000100",
        "AB",
        "GG-78330000010001",
    ] {
        assert!(DeviceAddress::try_new(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_collector_is_asked_within_reason() {
    let mut desk = Desk::new("2026-06-30");
    for (minutes, code) in [(0, true), (4, true), (7, true), (2880, true), (5, false)] {
        let sweeping = Sweeping {
            every_minutes: minutes,
            ..monthly()
        };
        let result = desk.run(&register(sweeping));
        assert_eq!(result.is_err(), code, "{minutes}");
    }
    let readings = BillingReadings::Month { day: 29 };
    let change = ChangeSweeping {
        collector_no: collector_no(),
        sweeping: quarterly(readings),
    };
    assert_eq!(desk.refused(&change), "COLLECTOR_BILLING_DAY_INVALID");
    let unknown = RegisterCollector {
        collector_no: "C-9".parse().unwrap(),
        campus: "X".parse().unwrap(),
        ..register(monthly())
    };
    assert_eq!(desk.refused(&unknown), "COLLECTOR_CAMPUS_UNKNOWN");
}

#[test]
fn two_rounds_make_an_interval() {
    let mut desk = desk(monthly());
    let (day, first) = one(&mut desk, WATER, "2026-07-01T10:00:20", "100.00");
    assert_eq!((day.as_str(), first.first_slot), ("2026-07-01", 39));
    assert_eq!(values(&first), [None], "nothing is known of before");
    let (_, second) = one(&mut desk, WATER, "2026-07-01T10:15:40", "100.25");
    assert_eq!(second.first_slot, 40);
    assert_eq!(values(&second), [Some("0.25".to_owned())]);
    assert_eq!(second.start_index, Some("100.00".parse().unwrap()));
    // Asked once more at once: an index, and no interval twice.
    let (_, again) = one(&mut desk, WATER, "2026-07-01T10:17:00", "100.26");
    assert_eq!(values(&again), Vec::<Option<String>>::new());
}

#[test]
fn a_gap_a_late_answer_and_an_index_that_went_back_are_no_interval() {
    let mut desk = desk(monthly());
    one(&mut desk, WATER, "2026-07-01T10:00:20", "100");
    let (_, after_a_gap) = one(&mut desk, WATER, "2026-07-01T10:30:20", "100.5");
    assert_eq!(values(&after_a_gap), [None]);
    // More than a third of a quarter late.
    let (_, late) = one(&mut desk, WATER, "2026-07-01T10:50:20", "100.9");
    assert_eq!(values(&late), [None]);
    let (_, after_a_late_one) = one(&mut desk, WATER, "2026-07-01T11:00:20", "101");
    assert_eq!(values(&after_a_late_one), [None]);
    let (_, back) = one(&mut desk, WATER, "2026-07-01T11:15:20", "90");
    assert_eq!(values(&back), [None]);
    let (_, on) = one(&mut desk, WATER, "2026-07-01T11:30:20", "90.5");
    assert_eq!(values(&on), [Some("0.5".to_owned())]);
}

#[test]
fn midnight_ends_the_day_before() {
    let mut desk = desk(monthly());
    let (day, before) = one(&mut desk, WATER, "2026-07-01T23:45:05", "100");
    assert_eq!((day.as_str(), before.first_slot), ("2026-07-01", 94));
    let (day, last) = one(&mut desk, WATER, "2026-07-02T00:00:05", "100.1");
    assert_eq!((day.as_str(), last.first_slot), ("2026-07-01", 95));
    assert_eq!(values(&last), [Some("0.1".to_owned())]);
    let (day, first) = one(&mut desk, WATER, "2026-07-02T00:15:05", "100.3");
    assert_eq!((day.as_str(), first.first_slot), ("2026-07-02", 0));
    assert_eq!(values(&first), [Some("0.2".to_owned())]);
}

#[test]
fn a_meter_without_an_answer_is_missing_and_a_stranger_is_named() {
    let mut desk = desk(monthly());
    let at = "2026-07-01T10:00:20";
    one(&mut desk, WATER, "2026-07-01T09:45:20", "100");
    let take = TakeRound {
        collector_no: collector_no(),
        ended_at: moment(at),
        heard: vec![heard(WATER, at, None), heard("999999999999", at, Some("1"))],
    };
    let taken = desk.at(moment(at)).by_system().run(&take).unwrap();
    assert_eq!(taken.outcome.strangers, [address("999999999999")]);
    let findings = &taken.outcome.meters[0].findings;
    assert!(findings.iter().any(|finding| finding.rule == Rule::V16));
    // Nobody else may say what was heard.
    assert_eq!(desk.by("li").refused(&take), "COLLECTOR_NOT_THE_SYSTEM");
}

fn submit(swept: &SweptMeter) -> SubmitRemoteReading {
    SubmitRemoteReading {
        rates: swept.rates.clone(),
        meter_no: swept.meter_no.clone(),
        collector_no: collector_no(),
        index: swept.end_index.unwrap(),
        read_at: swept.read_at.unwrap(),
        frame: swept.frame.clone(),
        since: swept.reading_since,
    }
}

#[test]
fn one_index_a_month_becomes_a_reading_with_its_frame() {
    let mut desk = desk(monthly());
    let (_, june) = one(&mut desk, WATER, "2026-06-30T23:15:05", "100.1");
    assert_eq!(june.reading_since, Some(moment("2026-06-01T00:00:00")));
    let taken = desk.run(&submit(&june)).unwrap();
    assert_eq!(
        taken.outcome.judged.unwrap().status,
        ReadingStatus::Accepted
    );
    let (_, still_june) = one(&mut desk, WATER, "2026-06-30T23:30:05", "100.2");
    assert_eq!(still_june.reading_since, None);
    let (_, july) = one(&mut desk, WATER, "2026-07-01T00:00:05", "100.3");
    assert_eq!(july.reading_since, Some(moment("2026-07-01T00:00:00")));
    // The next round comes before anybody has made a reading of this one.
    let (_, next) = one(&mut desk, WATER, "2026-07-01T00:15:05", "100.4");
    assert_eq!(next.reading_since, july.reading_since);
    let taken = desk.run(&submit(&july)).unwrap();
    let submitted = taken.events[0].payload.clone();
    assert_eq!(submitted["channel"], serde_json::json!(Channel::Remote));
    assert_eq!(submitted["device"], "C-1");
    assert_eq!(submitted["frame"], "6810");
    assert_eq!(desk.run(&submit(&next)).unwrap().outcome.judged, None);
}

#[test]
fn or_one_a_day() {
    let mut desk = desk(quarterly(BillingReadings::Day));
    let (_, first) = one(&mut desk, POWER, "2026-07-01T08:00:05", "1000.5");
    desk.run(&submit(&first)).unwrap();
    let (_, evening) = one(&mut desk, POWER, "2026-07-01T20:00:05", "1002");
    assert_eq!(evening.reading_since, None);
    let (_, midnight) = one(&mut desk, POWER, "2026-07-02T00:00:05", "1003");
    assert_eq!(midnight.reading_since, Some(moment("2026-07-02T00:00:00")));
}

#[test]
fn what_a_meter_shows_more_closely_than_its_device_is_cut_off() {
    let mut desk = desk(monthly());
    let (_, swept) = one(&mut desk, WATER, "2026-07-01T08:00:05", "100.129");
    let taken = desk.run(&submit(&swept)).unwrap();
    assert_eq!(taken.events[0].payload["index"], "100.12");
}

#[test]
fn links_and_oddities_are_noted_once() {
    let mut desk = desk(monthly());
    let link = |at: &str, peer: Option<&str>| NoteLink {
        collector_no: collector_no(),
        at: moment(at),
        peer: peer.map(str::to_owned),
        lost_for: peer.is_none().then(|| "对方关闭了连接".to_owned()),
    };
    desk.by_system();
    let lost = desk.run(&link("2026-07-01T08:00:00", None)).unwrap();
    assert!(lost.events.is_empty(), "it never was there");
    desk.run(&link("2026-07-01T08:00:00", Some("10.0.0.7:4001")))
        .unwrap();
    let lost = desk.run(&link("2026-07-01T09:00:00", None)).unwrap();
    assert_eq!(lost.event_types(), ["collector.link_lost"]);
    let odd = |at: &str| NoteOddity {
        collector_no: collector_no(),
        address: Some(address(WATER)),
        oddity: Oddity::Clock,
        detail: "表计时钟 1970-01-01 00:00:00".to_owned(),
        at: moment(at),
    };
    let noted = desk.run(&odd("2026-07-01T09:00:00")).unwrap();
    assert_eq!(noted.event_types(), ["collector.oddity_noticed"]);
    let again = desk.run(&odd("2026-07-01T21:00:00")).unwrap();
    assert!(again.events.is_empty());
    let tomorrow = desk.run(&odd("2026-07-02T09:00:00")).unwrap();
    assert_eq!(tomorrow.events.len(), 1);
}

#[test]
fn r34_how_a_meter_speaks_is_found_out_once() {
    let mut desk = desk(monthly());
    let found = |protocol| NoteProtocol {
        collector_no: collector_no(),
        address: address(POWER),
        protocol,
    };
    desk.by_system();
    desk.run(&found(MeterProtocol::Dlt645Of1997)).unwrap();
    let again = desk.run(&found(MeterProtocol::Dlt645Of1997)).unwrap();
    assert!(again.events.is_empty());
    assert_eq!(
        desk.refused(&found(MeterProtocol::Dlt645Of2007)),
        "COLLECTOR_PROTOCOL_KNOWN"
    );
}

#[test]
fn events_keep_their_form() {
    let sweeping = monthly();
    let at = moment("2026-07-01T08:00:00");
    let meter = CollectedMeter {
        meter_no: meter_no("W1"),
        address: address(WATER),
        protocol: Some(MeterProtocol::Cjt188),
        switchable: true,
    };
    let events = [
        CollectorEvent::Registered(CollectorRegistered {
            collector_no: collector_no(),
            campus: "N".parse().unwrap(),
            place: "北苑 3 栋配电间".to_owned(),
            sweeping,
        }),
        CollectorEvent::SweepingChanged {
            sweeping: quarterly(BillingReadings::Day),
        },
        CollectorEvent::MeterAttached(meter),
        CollectorEvent::MeterDetached(MeterDetached {
            meter_no: meter_no("W1"),
            address: address(WATER),
            reason: "换表".to_owned(),
        }),
        CollectorEvent::ProtocolDetected {
            meter_no: meter_no("E1"),
            protocol: MeterProtocol::Dlt645Of2007,
        },
        CollectorEvent::LinkOpened {
            peer: "10.0.0.7:4001".to_owned(),
            at,
        },
        CollectorEvent::LinkLost {
            reason: "对方关闭了连接".to_owned(),
            at,
        },
        CollectorEvent::OddityNoticed(OddityNoticed {
            meter_no: Some(meter_no("W1")),
            oddity: Oddity::TwoAnswers,
            detail: "两块表用同一地址".to_owned(),
            at,
        }),
        CollectorEvent::BytesForwarded(BytesForwarded {
            exchanges: vec![ForwardedExchange {
                at,
                request: "a".repeat(64).parse().unwrap(),
                request_bytes: 16,
                answer: Some("b".repeat(64).parse().unwrap()),
                answer_bytes: 20,
            }],
            blocked: vec![BlockedRequest {
                at,
                request: "c".repeat(64).parse().unwrap(),
                request_bytes: 24,
                reason: "含写操作".to_owned(),
            }],
        }),
        CollectorEvent::Retired {
            reason: "拆除".to_owned(),
        },
    ];
    for event in &events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(event).unwrap();
        let read: CollectorEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, *event);
    }
}
