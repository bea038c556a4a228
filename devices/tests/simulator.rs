//! Simulated meters, asked through the same codecs as real ones.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_devices::cjt188::{self, Target, ValveOrder};
use chaobiao_devices::dlt645::{Added, Address, Operator, Password};
use chaobiao_devices::dlt645_2007::{self, Order, Request, WIRE};
use chaobiao_devices::simulator::{Faults, Model, Reply, SimulatedMeter};
use chaobiao_devices::{FrameDecoder, Profile, Protocol, dlt645_1997, json};
use chrono::NaiveDateTime;
use serde_json::Value;

const PASSWORD: Password = Password {
    level: 2,
    secret: [0; 3],
};
const OPERATOR: Operator = Operator([1, 0, 0, 0]);

fn own() -> Address {
    "202401150037".parse().unwrap()
}

fn now() -> NaiveDateTime {
    "2026-09-11T08:30:00".parse().unwrap()
}

fn meter(faults: Faults, seed: u64) -> SimulatedMeter {
    let mut meter = SimulatedMeter::new(Model::Dlt645Of2007(own()), faults, seed);
    meter.set(0x0001_0000, vec![0x56, 0x34, 0x12, 0x00]);
    meter
}

fn read(di: &str) -> Request {
    Request::Read {
        di: di.parse().unwrap(),
        arguments: Vec::new(),
    }
}

fn ask(meter: &mut SimulatedMeter, to: Address, request: &Request) -> Vec<Reply> {
    meter.hear(&request.encode(&to, WIRE).unwrap(), now())
}

/// The one answer, decoded.
fn told(meter: &mut SimulatedMeter, request: &Request) -> Value {
    let replies = ask(meter, own(), request);
    assert_eq!(replies.len(), 1, "{replies:?}");
    json::decode(
        &replies[0].bytes,
        &Profile::standard(Protocol::Dlt645Of2007),
    )
}

#[test]
fn a_meter_answers_what_it_knows_and_refuses_the_rest() {
    let mut meter = meter(Faults::default(), 1);
    assert_eq!(told(&mut meter, &read("00010000"))["value"], "1234.56");
    assert_eq!(told(&mut meter, &read("04000101"))["date"], "2026-09-11");
    assert_eq!(told(&mut meter, &read("04000102"))["time"], "08:30:00");
    assert_eq!(told(&mut meter, &read("00020000"))["errors"][0], "no_data");
    let found = ask(&mut meter, Address::ANY, &Request::ReadAddress);
    let found = json::decode(&found[0].bytes, &Profile::standard(Protocol::Dlt645Of2007));
    assert_eq!(found["meter_address"], "202401150037");
    assert_eq!(ask(&mut meter, "1".parse().unwrap(), &read("00010000")), []);
}

#[test]
fn a_trip_is_seen_by_reading_back() {
    let mut meter = meter(Faults::default(), 1);
    let control = |order, password| Request::Control {
        password,
        operator: OPERATOR,
        order,
        valid_until: now(),
    };
    let wrong = Password {
        secret: [9; 3],
        ..PASSWORD
    };
    assert_eq!(
        told(&mut meter, &control(Order::Trip, wrong))["errors"][0],
        "password"
    );
    assert!(!meter.is_cut_off());
    assert_eq!(
        told(&mut meter, &control(Order::Trip, PASSWORD))["control"],
        "9C"
    );
    assert_eq!(
        told(&mut meter, &read("04000503"))["flags"][0],
        "relay_open"
    );
    told(&mut meter, &control(Order::Close, PASSWORD));
    assert_eq!(told(&mut meter, &read("04000503"))["state_word"], "0000");
}

#[test]
fn a_long_answer_comes_in_parts() {
    let mut meter = meter(Faults::default(), 1);
    let long: Vec<u8> = (0..500_u16).map(|place| place.to_le_bytes()[0]).collect();
    meter.set(0x0330_0D01, long.clone());
    let heard = ask(&mut meter, own(), &read("03300D01"));
    let mut join = None;
    FrameDecoder::new(WIRE).feed(&heard[0].bytes, |frame| {
        join = Some(dlt645_2007::join(&frame, WIRE).unwrap());
    });
    let mut join = join.unwrap();
    while let Some(next) = dlt645_2007::next_part(&join) {
        let heard = ask(&mut meter, own(), &next);
        FrameDecoder::new(WIRE).feed(&heard[0].bytes, |frame| {
            assert!(matches!(
                join.add(&frame),
                Ok(Added::More | Added::Complete)
            ));
        });
    }
    assert_eq!(join.data(), Some(&long[..]));
}

#[test]
fn a_wrong_clock_stays_wrong_until_it_is_set() {
    let faults = Faults {
        clock_ahead_s: -3600,
        ..Faults::default()
    };
    let mut meter = meter(faults, 1);
    assert_eq!(told(&mut meter, &read("04000102"))["time"], "07:30:00");
    let set = Request::BroadcastTime { time: now() };
    assert_eq!(ask(&mut meter, Address::BROADCAST, &set), []);
    assert_eq!(told(&mut meter, &read("04000102"))["time"], "08:30:00");
}

#[test]
fn each_fault_shows_and_a_seed_decides_which() {
    let asked = |faults, seed| {
        let mut meter = meter(faults, seed);
        let replies = (0..300).map(|_| ask(&mut meter, own(), &read("00010000")));
        replies.collect::<Vec<_>>()
    };
    let half = Faults {
        silent: 100,
        noisy: 300,
        wrong_sum: 200,
        slow: 200,
        slow_ms: 3000,
        twice: 200,
        clock_ahead_s: 0,
    };
    let rounds = asked(half, 7);
    assert_eq!(rounds, asked(half, 7));
    assert_ne!(rounds, asked(half, 8));
    let count = |fits: &dyn Fn(&Vec<Reply>) -> bool| rounds.iter().filter(|r| fits(r)).count();
    assert!((10..80).contains(&count(&Vec::is_empty)));
    assert!((30..100).contains(&count(&|replies| replies.len() == 2)));
    assert!((30..100).contains(&count(&|r| r.iter().any(|reply| reply.after_ms > 3000))));
    // Through noise every answer with a good sum is found.
    let mut decoder = FrameDecoder::new(WIRE);
    let mut found = 0;
    for reply in rounds.iter().flatten() {
        decoder.feed(&reply.bytes, |_| found += 1);
        decoder.finish(|_| found += 1);
    }
    let sent = rounds.iter().flatten().count();
    let bad = sent - found;
    assert!((sent / 10..sent * 3 / 10).contains(&bad), "{bad} of {sent}");
    let never = asked(Faults::default(), 7);
    assert!(
        never
            .iter()
            .all(|replies| replies.len() == 1 && replies[0].after_ms < 500)
    );
}

#[test]
fn a_meter_of_1997_and_a_water_meter() {
    let mut old = SimulatedMeter::new(Model::Dlt645Of1997(own()), Faults::default(), 1);
    old.set(0x9010, vec![0x75, 0x66, 0, 0]);
    let request = dlt645_1997::Request::Read {
        di: "9010".parse().unwrap(),
        arguments: Vec::new(),
    };
    // Such meters answer the broadcast address with their own.
    let bytes = request
        .encode(&Address::BROADCAST, dlt645_1997::WIRE)
        .unwrap();
    let heard = old.hear(&bytes, now());
    let seen = json::decode(&heard[0].bytes, &Profile::standard(Protocol::Dlt645Of1997));
    assert_eq!(seen["value"], "66.75");
    assert_eq!(seen["address"], "202401150037");
    // To requests of the other edition they stay silent.
    let stranger = Request::ReadAddress.encode(&Address::ANY, WIRE).unwrap();
    assert_eq!(old.hear(&stranger, now()), []);

    let address = "00002401150037".parse().unwrap();
    let model = Model::Cjt188(0x10, address);
    let mut water = SimulatedMeter::new(model, Faults::default(), 1);
    water.set(0x901F, vec![0x01, 0x23, 0x01, 0x00]);
    let target = Target {
        meter_type: 0x10,
        address,
        ..Target::ANY
    };
    let mut told = |request: cjt188::Request| {
        let bytes = request.encode(&target, cjt188::Wire::STANDARD).unwrap();
        let heard = water.hear(&bytes, now());
        json::decode(&heard[0].bytes, &Profile::standard(Protocol::Cjt188))
    };
    let di = cjt188::Di::READING;
    let seen = told(cjt188::Request::Read { di, seq: 3 });
    assert_eq!(seen["total"]["value"], "123.01");
    assert_eq!(seen["time"], "2026-09-11 08:30:00");
    assert_eq!(seen["seq"], 3);
    let order = ValveOrder::Close;
    let seen = told(cjt188::Request::Valve { seq: 4, order });
    assert_eq!(seen["status"]["valve"], "closed");
    let seen = told(cjt188::Request::Read { di, seq: 5 });
    assert_eq!(seen["status"]["valve"], "closed");
    let unknown = cjt188::Di(0xD120);
    let seen = told(cjt188::Request::Read {
        di: unknown,
        seq: 6,
    });
    assert_eq!(seen["abnormal"], true);
}
