//! X15: what runs away, by the hour behind one meter and by the month behind a master, through
//! GraphQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::{Browser, Centre};

struct Desk {
    centre: Centre,
    technician: Browser,
}

impl Desk {
    async fn open() -> Self {
        let centre = Centre::open().await;
        centre.campus("N").await;
        centre.campus("S").await;
        let technician = centre
            .staff("li", &[Role::Reader, Role::Technician, Role::Admin])
            .await;
        Self { centre, technician }
    }

    async fn meter(&self, meter_no: &str, campus: &str) {
        let register = RegisterMeter {
            meter_no: meter_no.parse().unwrap(),
            commodity: Commodity::Water,
            campus: campus.parse().unwrap(),
            building: "北苑 3 栋".to_owned(),
            room: "水表间".to_owned(),
            book: "B1".parse().unwrap(),
            walk_order: 1,
            self_read: false,
        };
        self.centre.run(register).await;
        let device = DeviceSpec {
            hardware_no: format!("H-{meter_no}").parse().unwrap(),
            digits: Some(6),
            decimals: 3,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "0".parse().unwrap(),
            photo: None,
        };
        let install = InstallDevice {
            meter_no: meter_no.parse().unwrap(),
            device,
            installed_at: Some("2026-08-01T00:00:00Z".parse().unwrap()),
        };
        self.centre.run(install).await;
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.centre.ask(&self.technician, query, variables).await;
        answer.data()
    }
}

/// What a room uses in an hour, in litres: nothing at night, something in every other hour of a day.
const fn litres(room: usize, hour: usize) -> usize {
    if hour < 6 || hour % 2 == 1 {
        0
    } else {
        20 + 3 * room
    }
}

const ROOMS: usize = 6;
const LEAKING: usize = 4;
/// From the first hour of the first day; a day has 24.
const BEGINS: usize = 24 + 15;

/// Three days of a house in which a pipe begins to leak; after how many hours it was found.
async fn leaking(desk: &Desk) -> Option<usize> {
    for room in 0..ROOMS {
        desk.meter(&format!("M{room}"), "N").await;
    }
    let fields = "meters { meterNo findings { rule message } }";
    let mut found_after = None;
    for hour in 0..72_usize {
        let meters: Vec<Value> = (0..ROOMS)
            .map(|room| {
                let leaks = room == LEAKING && hour >= BEGINS;
                // Three litres a minute for an hour.
                let litres = litres(room, hour % 24) + if leaks { 180 } else { 0 };
                let moved = Decimal::new(i64::try_from(litres).unwrap(), 3);
                json!({
                    "meterNo": format!("M{room}"), "firstSlot": hour % 24,
                    "values": [moved.to_string()],
                })
            })
            .collect();
        let input = json!({
            "collectorNo": "C-1", "day": format!("2026-09-{:02}", 20 + hour / 24),
            "stepMinutes": 60, "meters": meters,
        });
        let swept = desk
            .centre
            .must(&desk.technician, "recordIntervals", input, fields)
            .await;
        for meter in swept["meters"].as_array().unwrap() {
            let mut findings = meter["findings"].as_array().unwrap().iter();
            if findings.any(|finding| finding["rule"] == "V25") {
                assert_eq!(meter["meterNo"], format!("M{LEAKING}"), "hour {hour}");
                found_after = found_after.or(Some(hour + 1 - BEGINS));
            }
        }
    }
    found_after
}

const LIST: &str = "query($campus: String, $rule: Rule, $after: String) {
    intervalFindings(campus: $campus, rule: $rule, first: 1, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { meterNo day meter { building } findings { rule severity message recomputed } } } }";

#[tokio::test]
async fn x15_a_leak_of_three_litres_a_minute_is_found_within_a_day_and_listed() {
    let desk = Desk::open().await;
    let found_after = leaking(&desk).await;
    assert!(
        found_after.is_some_and(|hours| hours <= 24),
        "{found_after:?}"
    );

    // Whoever looks at the centre's findings sees it, and nobody else's.
    let first = desk
        .ask(LIST, json!({ "campus": "N", "rule": "V25" }))
        .await["intervalFindings"]
        .clone();
    let node = &first["nodes"][0];
    assert_eq!(node["meterNo"], format!("M{LEAKING}"));
    assert_eq!(node["day"], "2026-09-22");
    assert_eq!(node["meter"]["building"], "北苑 3 栋");
    let leak = node["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["rule"] == "V25");
    let leak = leak.unwrap();
    assert_eq!(
        (&leak["severity"], &leak["recomputed"]),
        (&json!("VISIT"), &json!(true))
    );
    let elsewhere = desk
        .ask(LIST, json!({ "campus": "S", "rule": "V25" }))
        .await;
    assert_eq!(elsewhere["intervalFindings"]["nodes"], json!([]));
}

#[tokio::test]
async fn x15_what_was_found_is_read_page_by_page_and_by_staff_alone() {
    let desk = Desk::open().await;
    leaking(&desk).await;
    // Every page has a row of its own until there is none.
    let (mut days, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = desk.ask(LIST, json!({ "after": after })).await["intervalFindings"].clone();
        let node = &page["nodes"][0];
        days.push((node["day"].to_string(), node["meterNo"].to_string()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert!(days.is_sorted_by(|one, next| one > next), "{days:?}");
    let customer = desk
        .centre
        .customer(
            "13800131234",
            chaobiao_domain::customer::CustomerKind::Resident,
        )
        .await;
    let refused = desk.centre.ask(&customer, LIST, json!({})).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
}

#[tokio::test]
async fn x15_the_worst_loss_of_a_campus_and_month_comes_first_by_rate_or_by_quantity() {
    let desk = Desk::open().await;
    // What a master and the meters behind it counted in September.
    for (master, campus, counted, subs) in [
        ("Z1", "N", 2_000, [990, 990]),
        // Little flows there, and an eighth of it goes nowhere.
        ("Z2", "N", 1_000, [500, 375]),
        ("Z3", "N", 9_000, [4_500, 3_900]),
        ("Z4", "S", 1_000, [100, 100]),
    ] {
        let behind = subs.iter().zip(["A", "B"]);
        let behind = behind.map(|(usage, letter)| (format!("{master}{letter}"), *usage));
        let meters: Vec<(String, i64)> = [(master.to_owned(), counted)]
            .into_iter()
            .chain(behind)
            .collect();
        for (meter_no, usage) in &meters {
            desk.meter(meter_no, campus).await;
            for (day, index) in [("2026-08-31", 0), ("2026-09-23", *usage)] {
                let reading = json!({
                    "meterNo": meter_no, "index": index.to_string(), "channel": "HANDHELD",
                    "readAt": format!("{day}T04:00:00Z"),
                });
                let taken = desk
                    .centre
                    .must(&desk.technician, "submitReading", reading, "status")
                    .await;
                assert_eq!(taken["status"], "ACCEPTED", "{meter_no} {day}");
            }
            if meter_no != master {
                let link = json!({
                    "meterNo": meter_no, "parentNo": master, "role": "SUB", "from": "2026-08-31",
                });
                desk.centre
                    .must(&desk.technician, "linkSubMeter", link, "")
                    .await;
            }
        }
    }
    let query = "query($rank: LossRank! = PERCENT, $after: String) {
        meterLosses(from: \"2026-09-01\", to: \"2026-10-01\", campus: \"N\", commodity: WATER,
            rank: $rank, first: 2, after: $after) {
            totalCount pageInfo { endCursor }
            nodes { meterNo loss lossPercent verdict unreadMeters } } }";
    let ranked = async |rank: &str| {
        let first = desk.ask(query, json!({ "rank": rank })).await["meterLosses"].clone();
        assert_eq!(first["totalCount"], 3);
        let after = json!({ "rank": rank, "after": first["pageInfo"]["endCursor"] });
        let second = desk.ask(query, after).await["meterLosses"].clone();
        let pages = [first, second];
        let nodes = pages
            .iter()
            .flat_map(|page| page["nodes"].as_array().unwrap().clone());
        nodes.collect::<Vec<Value>>()
    };
    let order = |nodes: &[Value]| -> Vec<String> {
        let mut order = Vec::new();
        for node in nodes {
            assert_eq!(node["unreadMeters"], 0);
            order.push(node["meterNo"].as_str().unwrap().to_owned());
        }
        order
    };
    let by_rate = ranked("PERCENT").await;
    assert_eq!(order(&by_rate), ["Z2", "Z3", "Z1"]);
    assert_eq!(
        (&by_rate[0]["lossPercent"], &by_rate[0]["verdict"]),
        (&json!("12.50"), &json!("OUT_OF_BOUNDS"))
    );
    assert_eq!(by_rate[2]["verdict"], "WITHIN");
    let by_quantity = ranked("QUANTITY").await;
    assert_eq!(order(&by_quantity), ["Z3", "Z2", "Z1"]);
    assert_eq!(by_quantity[0]["loss"], "600");
}
