use chaobiao_decision::Actor;
use chrono::NaiveDate;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::RegisterMeter;
use crate::reading_round::{CloseReadingRound, ReadingRound};
use crate::staff::{ContactInput, HireStaff, Role};
use crate::units::Commodity;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn schedule(cycle: ReadingCycle, first_on: &str) -> Schedule {
    Schedule {
        cycle,
        first_on: day(first_on),
        due_days: 10,
    }
}

fn book(schedule: Schedule, meters: &[&str]) -> OpenReadingBook {
    OpenReadingBook {
        book: "B12".parse().unwrap(),
        name: "紫荆 1-3 号楼".to_owned(),
        campus: "N".parse().unwrap(),
        meters: meters
            .iter()
            .map(|number| number.parse().unwrap())
            .collect(),
        schedule,
        reader: Some("li".parse().unwrap()),
    }
}

/// Readers li and zhao, manager ma, and the meters M1 to M3.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-01-20");
    desk.by("admin");
    for (login, role) in [
        ("li", Role::Reader),
        ("zhao", Role::Reader),
        ("ma", Role::Manager),
    ] {
        let hire = HireStaff {
            login: login.parse().unwrap(),
            name: login.to_owned(),
            department: "营业部".to_owned(),
            position: "职员".to_owned(),
            campus: None,
            roles: [role].into(),
            contact: ContactInput::default(),
        };
        desk.run(&hire).unwrap();
    }
    for (order, number) in (1..).zip(["M1", "M2", "M3"]) {
        let register = RegisterMeter {
            meter_no: number.parse().unwrap(),
            commodity: Commodity::Water,
            campus: "N".parse().unwrap(),
            building: "紫荆 3 号楼".to_owned(),
            room: "305".to_owned(),
            book: "B12".parse().unwrap(),
            walk_order: order,
            self_read: false,
        };
        desk.run(&register).unwrap();
    }
    desk.by("ma");
    desk
}

fn start(starts_on: Option<&str>) -> StartRound {
    StartRound {
        book: "B12".parse().unwrap(),
        starts_on: starts_on.map(day),
    }
}

fn order(meters: &[&str]) -> OrderBook {
    OrderBook {
        book: "B12".parse().unwrap(),
        meters: meters
            .iter()
            .map(|number| number.parse().unwrap())
            .collect(),
    }
}

#[test]
fn starts_follow_the_cycle() {
    let starts = |cycle, first_on: &str| {
        let schedule = schedule(cycle, first_on);
        let mut starts = vec![schedule.next_on(day("2026-01-01")).unwrap()];
        for _ in 0..3 {
            let last = *starts.last().unwrap();
            starts.push(schedule.next_after(last).unwrap());
        }
        starts.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let expected = [
        (
            ReadingCycle::HalfMonth,
            ["2026-01-05", "2026-01-20", "2026-02-05", "2026-02-20"],
        ),
        (
            ReadingCycle::Month,
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        (
            ReadingCycle::TwoMonths,
            ["2026-01-05", "2026-03-05", "2026-05-05", "2026-07-05"],
        ),
        (
            ReadingCycle::Quarter,
            ["2026-01-05", "2026-04-05", "2026-07-05", "2026-10-05"],
        ),
        (
            ReadingCycle::HalfYear,
            ["2026-01-05", "2026-07-05", "2027-01-05", "2027-07-05"],
        ),
        (
            ReadingCycle::Year,
            ["2026-01-05", "2027-01-05", "2028-01-05", "2029-01-05"],
        ),
    ];
    for (cycle, wanted) in expected {
        let first_on = if cycle == ReadingCycle::Month {
            "2025-07-31"
        } else {
            "2026-01-05"
        };
        assert_eq!(starts(cycle, first_on), wanted, "{cycle:?}");
    }
    let late = schedule(ReadingCycle::Quarter, "2020-02-29");
    assert_eq!(late.next_on(day("2026-03-01")), Some(day("2026-05-29")));
}

#[test]
fn r18_a_book_opens_its_rounds_by_the_cycle() {
    let mut desk = desk();
    let monthly = schedule(ReadingCycle::Month, "2025-12-05");
    desk.run(&book(monthly, &["M2", "M1"])).unwrap();
    assert_eq!(desk.refused(&start(None)), "BOOK_NOT_DUE");
    let started = desk
        .on("2026-02-05")
        .run(&start(Some("2026-02-05")))
        .unwrap();
    assert_eq!(
        started.event_types(),
        ["reading_book.round_started", "round.opened"]
    );
    let (round, opened) = (&started.events[0].payload, &started.events[1].payload);
    assert_eq!(round["next_on"], "2026-03-05");
    assert_eq!(opened["meters"], serde_json::json!(["M2", "M1"]));
    assert_eq!(opened["reader"], "li");
    assert_eq!(opened["due_on"], "2026-02-15");
    assert_eq!(desk.refused(&start(Some("2026-02-05"))), "BOOK_NOT_DUE");
    // A server that stood still makes up for the last walk only.
    let late = desk.on("2026-05-20").run(&start(None)).unwrap();
    assert_eq!(late.events[0].payload["starts_on"], "2026-03-05");
    assert_eq!(late.events[0].payload["next_on"], "2026-06-05");
}

#[test]
fn a_book_walked_twice_a_month_has_two_rounds_in_it() {
    let mut desk = desk();
    desk.run(&book(
        schedule(ReadingCycle::HalfMonth, "2026-02-03"),
        &["M1"],
    ))
    .unwrap();
    let mut rounds = Vec::new();
    for today in ["2026-02-03", "2026-02-18", "2026-03-03"] {
        let started = desk.on(today).run(&start(None)).unwrap();
        rounds.push(started.outcome.round_id.unwrap().to_string());
    }
    assert_eq!(rounds, ["B12-202602", "B12-202602-2", "B12-202603"]);
    let late = schedule(ReadingCycle::HalfMonth, "2026-02-16");
    let change = ScheduleBook {
        book: "B12".parse().unwrap(),
        schedule: late,
    };
    assert_eq!(desk.refused(&change), "BOOK_HALF_MONTH_START");
}

#[test]
fn r99_the_reader_keeps_the_order_and_a_substitute_goes_in_the_readers_place() {
    let mut desk = desk();
    let monthly = schedule(ReadingCycle::Month, "2026-01-20");
    desk.run(&book(monthly, &["M1", "M2", "M3"])).unwrap();
    desk.run(&start(None)).unwrap();
    let state = |desk: &mut Desk| desk.state::<ReadingRound>("B12-202601");
    assert_eq!(
        desk.by("zhao").refused(&order(&["M3", "M2", "M1"])),
        "BOOK_NOT_YOURS"
    );
    assert_eq!(
        desk.by("li").refused(&order(&["M3", "M2"])),
        "BOOK_ORDER_INCOMPLETE"
    );
    let ordered = desk.by("li").run(&order(&["M3", "M1", "M2"])).unwrap();
    assert_eq!(
        ordered.event_types(),
        ["reading_book.ordered", "round.reordered"]
    );
    let walk = state(&mut desk).walk().unwrap().clone();
    assert_eq!(walk.meters[0].as_str(), "M3");

    let mut substitute = NameSubstitute {
        book: "B12".parse().unwrap(),
        reader: "zhao".parse().unwrap(),
        from: day("2026-01-21"),
        until: day("2026-01-19"),
        reason: Some("病假".to_owned()),
    };
    assert_eq!(
        desk.by("ma").refused(&substitute),
        "BOOK_SUBSTITUTE_UNTIL_BEFORE_FROM"
    );
    substitute.from = day("2026-01-20");
    substitute.until = day("2026-01-25");
    let named = desk.run(&substitute).unwrap();
    assert_eq!(
        named.event_types(),
        ["reading_book.substitute_named", "round.assigned"]
    );
    assert_eq!(named.events[1].payload["reader"], "zhao");
    desk.by("zhao").run(&order(&["M1", "M2", "M3"])).unwrap();
    let readers = ["2026-01-19", "2026-01-25", "2026-01-26"].map(|on| {
        let book = desk.state::<ReadingBook>("B12");
        book.open()
            .unwrap()
            .reader_on(day(on))
            .map(ToString::to_string)
    });
    assert_eq!(readers.map(Option::unwrap_or_default), ["", "zhao", "li"]);

    let close = CloseReadingRound {
        round_id: "B12-202601".parse().unwrap(),
    };
    desk.run(&close).unwrap();
    let assign = AssignReader {
        book: "B12".parse().unwrap(),
        reader: "zhao".parse().unwrap(),
        from: None,
    };
    let assigned = desk.by("ma").run(&assign).unwrap();
    assert_eq!(assigned.event_types(), ["reading_book.reader_assigned"]);
}

#[test]
fn a_book_is_made_of_meters_there_are() {
    let mut desk = desk();
    let monthly = schedule(ReadingCycle::Month, "2026-01-20");
    for (meters, code) in [
        (&[][..], "BOOK_HAS_NO_METERS"),
        (&["M1", "M1"], "BOOK_METER_TWICE"),
        (&["M9"], "BOOK_METER_NOT_FOUND"),
    ] {
        assert_eq!(desk.refused(&book(monthly, meters)), code);
    }
    let mut nobody = book(monthly, &["M1"]);
    nobody.reader = Some("wu".parse().unwrap());
    assert_eq!(desk.refused(&nobody), "STAFF_UNKNOWN");
    desk.run(&book(monthly, &["M1"])).unwrap();
    assert_eq!(desk.refused(&book(monthly, &["M1"])), "BOOK_ALREADY_OPENED");
    let close = CloseReadingBook {
        book: "B12".parse().unwrap(),
    };
    desk.run(&close).unwrap();
    assert_eq!(desk.refused(&start(None)), "BOOK_CLOSED");
}

#[test]
fn events_keep_their_form() {
    let schedule = schedule(ReadingCycle::HalfYear, "2026-01-20");
    let meters = vec!["M2".parse().unwrap(), "M1".parse().unwrap()];
    let events = [
        ReadingBookEvent::Opened(BookOpened {
            book: "B12".parse().unwrap(),
            name: "紫荆 1-3 号楼".to_owned(),
            campus: "N".parse().unwrap(),
            meters: meters.clone(),
            schedule,
            next_on: day("2026-01-20"),
            reader: Some("li".parse().unwrap()),
            opened_on: day("2026-01-10"),
        }),
        ReadingBookEvent::MetersSet {
            meters: meters.clone(),
        },
        ReadingBookEvent::Ordered {
            meters,
            ordered_by: Actor::Staff("li".to_owned()),
        },
        ReadingBookEvent::ScheduleSet(ScheduleSet {
            schedule,
            next_on: day("2026-07-20"),
        }),
        ReadingBookEvent::ReaderAssigned(ReaderAssigned {
            reader: "zhao".parse().unwrap(),
            from: day("2026-02-01"),
        }),
        ReadingBookEvent::SubstituteNamed(SubstituteNamed {
            reader: "zhao".parse().unwrap(),
            from: day("2026-02-01"),
            until: day("2026-02-03"),
            reason: Some("病假".to_owned()),
        }),
        ReadingBookEvent::RoundStarted(RoundStarted {
            round_id: "B12-202601".parse().unwrap(),
            starts_on: day("2026-01-20"),
            next_on: day("2026-07-20"),
        }),
        ReadingBookEvent::Closed {
            closed_on: day("2026-08-01"),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ReadingBookEvent>(&json).unwrap(),
            event
        );
    }
}
