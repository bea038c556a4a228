//! Readings as the rules judge them, estimates and what becomes of them, through GraphQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::time::Duration;

use crate::support::town::Town;
use crate::support::{Answer, Browser, Centre};
use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use futures::StreamExt as _;
use serde_json::{Value, json};

const VERDICT: &str = "status duplicate findings { rule severity version threshold message recomputed inputs { name value } } \
     reading { readingId index status quality usage cumulative state }";

struct Desk {
    centre: Centre,
    /// Reads meters and looks after machines.
    reader: Browser,
    manager: Browser,
}

fn noon(day: &str) -> String {
    format!("{day}T04:00:00Z")
}

impl Desk {
    /// A campus with a water meter that counts whole units, opened on a day.
    async fn open(opened: &str, opening: &str) -> Self {
        let centre = Centre::open().await;
        centre.campus("N").await;
        let reader = centre
            .staff("li", &[Role::Reader, Role::Technician, Role::Admin])
            .await;
        let manager = centre.staff("ma", &[Role::Manager]).await;
        let desk = Self {
            centre,
            reader,
            manager,
        };
        desk.meter("M1", opened, opening).await;
        desk
    }

    async fn meter(&self, meter_no: &str, opened: &str, opening: &str) {
        let register = RegisterMeter {
            meter_no: meter_no.parse().unwrap(),
            commodity: Commodity::Water,
            campus: "N".parse().unwrap(),
            building: "北苑 3 栋".to_owned(),
            room: "201".to_owned(),
            book: "B1".parse().unwrap(),
            walk_order: 1,
            self_read: true,
        };
        self.centre.run(register).await;
        let device = DeviceSpec {
            hardware_no: format!("H-{meter_no}").parse().unwrap(),
            digits: Some(5),
            decimals: 2,
            multiplier: Multiplier::ONE,
            max_per_hour: Some("5".parse().unwrap()),
            opening_index: opening.parse().unwrap(),
            photo: None,
        };
        let install = InstallDevice {
            meter_no: meter_no.parse().unwrap(),
            device,
            installed_at: Some(noon(opened).parse().unwrap()),
        };
        self.centre.run(install).await;
    }

    async fn read(&self, day: &str, index: &str) -> Value {
        self.submit(json!({ "index": index, "readAt": noon(day) }))
            .await
    }

    async fn submit(&self, mut input: Value) -> Value {
        input["channel"] = "HANDHELD".into();
        if input["meterNo"].is_null() {
            input["meterNo"] = "M1".into();
        }
        self.centre
            .must(&self.reader, "submitReading", input, VERDICT)
            .await
    }

    async fn estimate(&self, day: &str, state: &str) -> Value {
        let input = estimate(day, state);
        self.centre
            .must(&self.reader, "estimateReading", input, VERDICT)
            .await
    }

    async fn rules(&self, water: Value) {
        let mut usual = json!({ "highFactor": "2", "highFloorPerDay": "0" });
        let electricity = usual.clone();
        for (name, value) in water.as_object().unwrap() {
            usual[name] = value.clone();
        }
        let input = json!({
            "effectiveFrom": "2025-01-01", "reason": "试运行",
            "water": usual, "electricity": electricity,
        });
        let fields = "validationRules { version water { lowFactor changePercent placeMetres
            watermarkMinutes estimation { order inARowMax monthsMax } intervals { staleSlots } } }";
        self.centre
            .must(&self.manager, "publishValidationRules", input, fields)
            .await;
    }

    async fn history(&self) -> Value {
        let query = "{ readingHistory(meterNo: \"M1\", first: 50) { nodes { readingId index usage
            cumulative status quality channel state device position { latitude longitude }
            watermarkAt photo photoCheck { verdict } submittedBy submittedAt readAt decidedBy
            estimate { method label days perDay usage drawnOverUsage drawnOverDays } } } }";
        let answer = self
            .centre
            .ask(&self.manager, query, json!({}))
            .await
            .data();
        answer["readingHistory"]["nodes"].clone()
    }
}

fn estimate(day: &str, state: &str) -> Value {
    json!({ "meterNo": "M1", "readAt": noon(day), "state": state, "reason": "门锁" })
}

/// The severity a rule shows with, and that it comes to the same again from its own inputs.
fn found<'a>(verdict: &'a Value, rule: &str) -> Option<&'a str> {
    let findings = verdict["findings"].as_array().unwrap();
    for finding in findings {
        assert_eq!(finding["recomputed"], true, "{finding}");
        let message = finding["message"].as_str().unwrap();
        assert!(message.chars().any(|c| c > '\u{4e00}'), "{message}");
    }
    let finding = findings.iter().find(|finding| finding["rule"] == rule);
    finding.map(|finding| finding["severity"].as_str().unwrap())
}

fn figures(node: &Value) -> [&str; 3] {
    ["index", "usage", "cumulative"].map(|name| node[name].as_str().unwrap_or("-"))
}

/// E7 up to June: 305 on the dial, and 0.42 a day in July of last year.
async fn e7() -> Desk {
    let desk = Desk::open("2025-06-30", "250").await;
    desk.read("2025-07-31", "263").await;
    desk.read("2025-08-31", "271").await;
    desk.read("2026-06-30", "305").await;
    desk
}

#[tokio::test]
async fn e7_a_july_nobody_read_is_estimated_and_august_counts_from_there() {
    let desk = e7().await;
    let july = desk.estimate("2026-07-31", "ESTIMATED").await;
    assert_eq!(july["reading"]["index"], "318");
    assert_eq!(july["reading"]["quality"], "ESTIMATED");
    let august = desk.read("2026-08-31", "326").await;
    assert_eq!(august["reading"]["usage"], "8");
    let history = desk.history().await;
    assert_eq!(figures(&history[1]), ["318", "13", "68"]);
    let expected = json!({
        "method": "LAST_YEAR", "label": "去年同期日均", "days": 31, "perDay": "0.42",
        "usage": "13.02", "drawnOverUsage": null, "drawnOverDays": null,
    });
    assert_eq!(history[1]["estimate"], expected);
    assert_eq!(history[1]["channel"], "ESTIMATE");
}

#[tokio::test]
async fn e7_v4_an_actual_below_an_estimate_trues_it_up_and_below_an_actual_is_held() {
    let desk = e7().await;
    desk.estimate("2026-07-31", "ESTIMATED").await;
    let august = desk.read("2026-08-31", "315").await;
    assert_eq!(august["status"], "ACCEPTED");
    assert_eq!(found(&august, "V4"), Some("WARN"));
    assert_eq!(august["reading"]["usage"], "5");
    let history = desk.history().await;
    assert_eq!(figures(&history[1]), ["310", "5", "60"]);
    let drawn = &history[1]["estimate"];
    assert_eq!(drawn["method"], "LATER_ACTUAL");
    assert_eq!(
        (&drawn["drawnOverUsage"], &drawn["drawnOverDays"]),
        (&json!("10"), &json!(62))
    );

    let desk = e7().await;
    desk.read("2026-07-31", "318").await;
    let august = desk.read("2026-08-31", "315").await;
    assert_eq!(august["status"], "HELD");
    assert_eq!(august["reading"]["usage"], Value::Null);
}

#[tokio::test]
async fn e7_bills_go_by_estimates_and_wait_where_less_was_used() {
    let town = Town::open().await;
    town.household("10001").await;
    let reader = town.centre.staff("wu", &[Role::Reader]).await;
    let meter_no = "W-10001";
    town.read(meter_no, "2026-05-31", "100").await;
    town.read(meter_no, "2026-06-30", "120").await;
    town.bill("10001", "2026-06").await;
    let estimate = json!({ "meterNo": meter_no, "readAt": noon("2026-07-31"), "reason": "门锁" });
    let fields = "reading { index usage quality }";
    let july = town
        .centre
        .must(&reader, "estimateReading", estimate, fields)
        .await;
    // 120 in 180 days are 0.67 a day, 20.77 in 31 days.
    let expected = json!({ "index": "140", "usage": "20", "quality": "ESTIMATED" });
    assert_eq!(july["reading"], expected);
    let billed = town.bill("10001", "2026-07").await;
    assert_eq!(
        (&billed["billed"], &billed["total"]),
        (&json!(1), &json!("6200"))
    );
    // Less than was billed: August waits, until readings have caught up.
    town.read(meter_no, "2026-08-31", "138").await;
    assert_eq!(town.bill("10001", "2026-08").await["billed"], 0);
    town.read(meter_no, "2026-09-20", "143").await;
    let september = town.bill("10001", "2026-09").await;
    assert_eq!(
        (&september["billed"], &september["total"]),
        (&json!(1), &json!("930"))
    );
}

#[tokio::test]
async fn estimates_go_by_the_order_the_rules_give() {
    for (order, index, method) in [
        (json!(["RECENT_PERIODS"]), "309", "RECENT_PERIODS"),
        (json!(["CLASS_MEAN", "LAST_YEAR"]), "320", "CLASS_MEAN"),
        (json!(["LATER_ACTUAL", "LAST_YEAR"]), "318", "LAST_YEAR"),
    ] {
        let desk = e7().await;
        desk.rules(json!({ "meanPerDay": "0.5", "estimation": { "order": order } }))
            .await;
        let july = desk.estimate("2026-07-31", "ESTIMATED").await;
        assert_eq!(july["reading"]["index"], index);
        assert_eq!(desk.history().await[0]["estimate"]["method"], method);
    }
    // With a later reading there, a gap is closed on a straight line: 21 in 62 days.
    let desk = e7().await;
    desk.read("2026-08-31", "326").await;
    let july = desk.estimate("2026-07-31", "ESTIMATED").await;
    assert_eq!(july["reading"]["index"], "315");
    assert_eq!(figures(&desk.history().await[0]), ["326", "11", "76"]);
}

#[tokio::test]
async fn v21_three_estimates_ask_for_a_visit_and_a_fourth_is_refused() {
    let desk = e7().await;
    assert_eq!(
        found(&desk.estimate("2026-07-31", "ESTIMATED").await, "V21"),
        None
    );
    assert_eq!(
        found(&desk.estimate("2026-08-15", "ESTIMATED").await, "V21"),
        None
    );
    let third = desk.estimate("2026-08-31", "ESTIMATED").await;
    assert_eq!(third["status"], "ACCEPTED");
    assert_eq!(found(&third, "V21"), Some("VISIT"));
    let fourth = estimate("2026-09-15", "ESTIMATED");
    assert_eq!(
        desk.centre
            .refused(&desk.reader, "estimateReading", fourth.clone())
            .await,
        (
            "METER_ESTIMATED_TOO_LONG".to_owned(),
            "input.meterNo".to_owned()
        )
    );
    // The list of visits shows it, and a reading ends it.
    let query = "{ readingReview(rule: V21, severity: VISIT) { nodes { meterNo } } }";
    let answer = desk
        .centre
        .ask(&desk.manager, query, json!({}))
        .await
        .data();
    assert_eq!(
        answer["readingReview"]["nodes"],
        json!([{ "meterNo": "M1" }])
    );
    desk.read("2026-09-10", "326").await;
    let again = desk
        .centre
        .must(&desk.reader, "estimateReading", fourth, VERDICT)
        .await;
    assert_eq!(found(&again, "V21"), None);
}

#[tokio::test]
async fn v6_v8_v9_v22_are_answered_with_the_reading() {
    // 1 a day before; then thirty days.
    for (index, rule, severity, status) in [
        ("143", "V8", None, "ACCEPTED"),
        ("142.99", "V8", Some("WARN"), "ACCEPTED"),
        ("191", "V9", None, "ACCEPTED"),
        ("191.01", "V9", Some("WARN"), "HELD"),
        ("3731", "V6", None, "HELD"),
        ("3731.01", "V6", Some("HOLD"), "HELD"),
        ("615", "V22", Some("WARN"), "HELD"),
        ("631", "V22", None, "HELD"),
    ] {
        let desk = Desk::open("2026-01-01", "100").await;
        desk.rules(json!({ "changePercent": 50 })).await;
        desk.read("2026-02-01", "131").await;
        let verdict = desk.read("2026-03-03", index).await;
        assert_eq!(found(&verdict, rule), severity, "{rule} {index}");
        assert_eq!(verdict["status"], status, "{rule} {index}");
        if rule == "V22" {
            // Suggested, and nothing else: what was entered stays.
            assert_eq!(verdict["reading"]["index"], index);
        }
    }
}

#[tokio::test]
async fn v24_the_time_on_the_photo_is_compared() {
    let desk = Desk::open("2026-01-01", "100").await;
    for (day, watermark, severity) in [
        ("2026-02-01", "2026-02-01T03:50:00Z", None),
        ("2026-03-01", "2026-03-01T04:10:01Z", Some("WARN")),
    ] {
        let index = if severity.is_some() { "159" } else { "131" };
        let input = json!({ "index": index, "readAt": noon(day), "watermarkAt": watermark });
        let verdict = desk.submit(input).await;
        assert_eq!(found(&verdict, "V24"), severity, "{watermark}");
        assert_eq!(verdict["status"], "ACCEPTED");
    }
}

#[tokio::test]
async fn r3_a_reading_keeps_who_when_where_and_with_what() {
    let desk = Desk::open("2026-01-01", "100").await;
    let input = json!({
        "index": "131", "readAt": noon("2026-02-01"), "device": " 手持终端 7 ",
        "position": { "latitude": "39.999800", "longitude": "116.326400" },
        "watermarkAt": "2026-02-01T03:58:00Z",
    });
    let read = desk.submit(input).await;
    let id = read["reading"]["readingId"].clone();
    let ask = json!({ "meterNo": "M1", "readingId": id, "index": "121", "reason": "看错一位" });
    let asked = desk
        .centre
        .must(&desk.manager, "requestCorrection", ask, "correctionId")
        .await;
    let second = desk.centre.staff("wang", &[Role::Manager]).await;
    let approve = json!({ "meterNo": "M1", "correctionId": asked["correctionId"] });
    desk.centre
        .must(
            &second,
            "approveCorrection",
            approve,
            "reading { readingId }",
        )
        .await;
    let history = desk.history().await;
    let kept = &history[0];
    for (name, value) in [
        ("submittedBy", json!("staff:li")),
        ("readAt", json!("2026-02-01T04:00:00+00:00")),
        ("device", json!("手持终端 7")),
        (
            "position",
            json!({ "latitude": "39.9998", "longitude": "116.3264" }),
        ),
        ("watermarkAt", json!("2026-02-01T03:58:00+00:00")),
        ("state", json!("NORMAL")),
        ("status", json!("CORRECTED")),
        ("quality", json!("EDITED")),
        ("decidedBy", json!("staff:wang")),
        ("photoCheck", Value::Null),
    ] {
        assert_eq!(kept[name], value, "{name}");
    }
    let events = "{ meterHistory(meterNo: \"M1\") { events { nodes { eventType } } } }";
    let auditor = desk.centre.staff("sun", &[Role::Auditor]).await;
    let answer = desk.centre.ask(&auditor, events, json!({})).await.data();
    let types = answer["meterHistory"]["events"]["nodes"].to_string();
    assert!(types.contains("meter.reading_corrected") && types.contains("meter.reading_submitted"));
    let outside = json!({
        "meterNo": "M1", "channel": "HANDHELD", "index": "140", "readAt": noon("2026-03-01"),
        "position": { "latitude": "91", "longitude": "0" },
    });
    assert_eq!(
        desk.centre
            .refused(&desk.reader, "submitReading", outside)
            .await,
        ("VALUE_OUT_OF_RANGE".to_owned(), "input.position".to_owned())
    );
}

#[tokio::test]
async fn r72_an_anomaly_is_answered_at_once_and_pushed() {
    let desk = Desk::open("2026-01-01", "100").await;
    desk.read("2026-02-01", "131").await;
    let query =
        "subscription { anomalies(campus: \"N\") { latest { meterNo index findings { rule } } } }";
    let request = desk.centre.request(&desk.manager, query, json!({})).await;
    let mut answers = desk.centre.schema.execute_stream(request);
    let mut next = async || {
        let response = tokio::time::timeout(Duration::from_secs(20), answers.next());
        Answer::new(response.await.unwrap().unwrap()).data()["anomalies"]["latest"].clone()
    };
    assert_eq!(next().await, json!([]));
    let verdict = desk.read("2026-03-03", "631").await;
    assert_eq!(found(&verdict, "V7"), Some("HOLD"));
    let pushed = next().await;
    assert_eq!(pushed[0]["index"], "631");
    assert_eq!(pushed[0]["findings"][0]["rule"], "V7");
}

#[tokio::test]
async fn v2_readings_come_late_and_out_of_order_and_from_two_readers_at_once() {
    let desk = Desk::open("2026-01-01", "100").await;
    desk.read("2026-02-01", "120").await;
    desk.read("2026-04-01", "160").await;
    let late = desk.read("2026-03-01", "140").await;
    assert_eq!(
        (&late["status"], found(&late, "V2")),
        (&json!("ACCEPTED"), Some("WARN"))
    );
    assert_eq!(figures(&desk.history().await[0]), ["160", "20", "60"]);
    let wrong = desk.read("2026-03-15", "161").await;
    assert_eq!(
        (&wrong["status"], found(&wrong, "V2")),
        (&json!("HELD"), Some("HOLD"))
    );
    let accept = json!({ "meterNo": "M1", "readingId": wrong["reading"]["readingId"] });
    assert_eq!(
        desk.centre
            .refused(&desk.manager, "acceptHeldReading", accept)
            .await
            .0,
        "METER_READING_CONTRADICTS_LATER"
    );
    // Two readers before one meter: the same index is one reading, another one is told apart.
    let other = desk
        .centre
        .staff("zhou", &[Role::Reader, Role::Technician, Role::Admin])
        .await;
    let input = |index: &str| {
        json!({
            "meterNo": "M1", "channel": "HANDHELD", "index": index, "readAt": noon("2026-05-01"),
        })
    };
    let (one, two) = tokio::join!(
        desk.centre
            .must(&desk.reader, "submitReading", input("180"), VERDICT),
        desk.centre
            .must(&other, "submitReading", input("180"), VERDICT),
    );
    assert_eq!(
        (&one["status"], &two["status"]),
        (&json!("ACCEPTED"), &json!("ACCEPTED"))
    );
    assert_ne!(one["duplicate"], two["duplicate"]);
    assert_eq!(
        desk.centre
            .refused(&other, "submitReading", input("181"))
            .await,
        (
            "METER_READING_CONFLICT".to_owned(),
            "input.index".to_owned()
        )
    );
    assert_eq!(figures(&desk.history().await[0]), ["180", "20", "80"]);
}

#[tokio::test]
async fn a_held_reading_blocks_nothing_and_the_next_counts_from_the_last_accepted() {
    let desk = Desk::open("2026-01-01", "100").await;
    desk.read("2026-02-01", "131").await;
    let high = desk.read("2026-03-03", "631").await;
    assert_eq!(high["status"], "HELD");
    let next = desk.read("2026-04-02", "190").await;
    assert_eq!(
        (&next["status"], &next["reading"]["usage"]),
        (&json!("ACCEPTED"), &json!("59"))
    );
    let query = "{ readingReview(status: HELD) { totalCount nodes { index } } }";
    let answer = desk
        .centre
        .ask(&desk.manager, query, json!({}))
        .await
        .data();
    assert_eq!(
        answer["readingReview"]["nodes"],
        json!([{ "index": "631" }])
    );
}

/// Hourly values of a day: nothing at night, a little by day.
fn usual_day() -> Vec<&'static str> {
    let mut day = vec!["0"; 6];
    day.extend([
        "0.04", "0.06", "0.05", "0.03", "0.04", "0.05", "0.06", "0.04", "0.03", "0.02",
    ]);
    day.extend(["0.04", "0.05", "0.06", "0.05", "0.04", "0.03", "0.02", "0"]);
    day
}

#[tokio::test]
async fn v12_to_v17_and_v25_remote_intervals_are_judged_as_they_come() {
    let desk = Desk::open("2026-01-01", "100").await;
    let sweep = |day: &str, meter: Value| {
        let mut meter = meter;
        if meter["values"].is_null() {
            meter["values"] = json!(usual_day());
        }
        meter["meterNo"] = "M1".into();
        json!({ "collectorNo": "C-1", "day": day, "stepMinutes": 60, "meters": [meter] })
    };
    let fields =
        "meters { meterNo findings { rule severity message recomputed inputs { name value } } }";
    let judged = async |day: &str, meter: Value| {
        let input = sweep(day, meter);
        let payload = desk
            .centre
            .must(&desk.reader, "recordIntervals", input, fields)
            .await;
        payload["meters"][0].clone()
    };
    let usual = judged("2026-03-01", json!({})).await;
    assert_eq!(usual["findings"], json!([]));
    let mut spike = usual_day();
    spike[8] = "0.5";
    let mut gap: Vec<Value> = usual_day().into_iter().map(Value::from).collect();
    gap[9] = Value::Null;
    let cases = [
        ("V12", "WARN", json!({ "values": spike })),
        (
            "V13",
            "HOLD",
            json!({ "startIndex": "100", "endIndex": "101" }),
        ),
        (
            "V14",
            "WARN",
            json!({ "values": vec!["0.07"; 8], "firstSlot": 0 }),
        ),
        ("V15", "WARN", json!({ "values": spike })),
        ("V16", "HOLD", json!({ "values": gap })),
        (
            "V16",
            "HOLD",
            json!({ "rates": [{ "rate": "PEAK", "index": "60" }] }),
        ),
        (
            "V17",
            "HOLD",
            json!({ "endIndex": "100.71", "startIndex": "100", "rates": [
            { "rate": "PEAK", "index": "60" }, { "rate": "FLAT", "index": "30" },
            { "rate": "VALLEY", "index": "10" }] }),
        ),
        ("V25", "VISIT", json!({ "values": vec!["0.18"; 24] })),
        ("V25", "HOLD", json!({ "codes": ["TAMPER"] })),
    ];
    for (number, (rule, severity, meter)) in cases.into_iter().enumerate() {
        // Days apart, so that none goes on from another.
        let day = format!("2026-04-{:02}", 1 + 2 * number);
        let judged = judged(&day, meter).await;
        assert_eq!(found(&judged, rule), Some(severity), "{rule} {judged}");
    }
    // The same sweep again, and another value for the same hour.
    assert_eq!(judged("2026-03-01", json!({})).await["findings"], json!([]));
    let conflict = sweep("2026-03-01", json!({ "values": vec!["0.09"; 24] }));
    assert_eq!(
        desk.centre
            .refused(&desk.reader, "recordIntervals", conflict)
            .await,
        ("INTERVAL_CONFLICT".to_owned(), "input.meters".to_owned())
    );
}

#[tokio::test]
async fn the_eleven_states_fix_what_is_entered() {
    let desk = e7().await;
    let states = "{ readStates { state label entry } }";
    let answer = desk
        .centre
        .ask(&desk.reader, states, json!({}))
        .await
        .data();
    let states = answer["readStates"].as_array().unwrap().clone();
    assert_eq!(states.len(), 11);
    for (minute, state) in states.iter().enumerate() {
        let name = state["state"].as_str().unwrap();
        let with_index = json!({
            "meterNo": "M1", "channel": "HANDHELD", "index": "320", "state": name,
            "readAt": format!("2026-07-30T04:{minute:02}:00Z"),
        });
        let refused = desk
            .centre
            .refused(&desk.reader, "submitReading", with_index)
            .await
            .0;
        let without = desk.centre.refused(
            &desk.reader,
            "estimateReading",
            estimate("2026-09-25", name),
        );
        let without = without.await.0;
        match state["entry"].as_str().unwrap() {
            "INDEX" => {
                assert_ne!(refused, "METER_STATE_TAKES_NO_INDEX", "{name}");
                assert_eq!(without, "METER_STATE_TAKES_AN_INDEX", "{name}");
            }
            _ => assert_eq!(refused, "METER_STATE_TAKES_NO_INDEX", "{name}"),
        }
    }
    let label = |name: &str| {
        let state = states.iter().find(|state| state["state"] == name);
        state.unwrap()["label"].clone()
    };
    assert_eq!(label("DERIVED_ACTUAL"), "推正");
}

#[tokio::test]
async fn states_without_an_index_give_what_they_stand_for() {
    for (state, index, quality, method) in [
        ("ESTIMATED", "318", "ESTIMATED", "LAST_YEAR"),
        ("AVERAGE_ESTIMATE", "309", "ESTIMATED", "RECENT_PERIODS"),
        ("DERIVED_ESTIMATE", "309", "ESTIMATED", "PRESENT_DEVICE"),
        ("ISSUED_ESTIMATE", "318", "SUBSTITUTED", "LAST_YEAR"),
        ("NO_USAGE", "305", "SUBSTITUTED", "NO_USAGE"),
    ] {
        let desk = e7().await;
        let read = desk.estimate("2026-07-31", state).await;
        assert_eq!(read["reading"]["index"], index, "{state}");
        assert_eq!(read["reading"]["quality"], quality, "{state}");
        assert_eq!(read["reading"]["state"], state);
        assert_eq!(
            desk.history().await[0]["estimate"]["method"],
            method,
            "{state}"
        );
    }
    // What stands is no estimate to be trued up.
    let desk = e7().await;
    desk.estimate("2026-07-31", "ISSUED_ESTIMATE").await;
    assert_eq!(desk.read("2026-08-31", "315").await["status"], "HELD");
    // 推正 draws the line in any case: 21 in 62 days.
    let desk = e7().await;
    desk.estimate("2026-07-31", "ESTIMATED").await;
    let input = json!({ "index": "326", "readAt": noon("2026-08-31"), "state": "DERIVED_ACTUAL" });
    let read = desk.submit(input).await;
    assert_eq!(read["reading"]["usage"], "11");
    assert_eq!(figures(&desk.history().await[1]), ["315", "10", "65"]);
}

#[tokio::test]
async fn fitted_backwards_counts_down_and_a_planned_exchange_follows_a_replacement() {
    let desk = Desk::open("2026-01-01", "100").await;
    let down = json!({ "index": "88", "readAt": noon("2026-02-01"), "state": "FITTED_BACKWARDS" });
    let read = desk.submit(down).await;
    assert_eq!(
        (&read["status"], &read["reading"]["usage"]),
        (&json!("ACCEPTED"), &json!("12"))
    );
    let up = json!({ "index": "89", "readAt": noon("2026-03-01"), "state": "FITTED_BACKWARDS" });
    assert_eq!(desk.submit(up).await["status"], "HELD");
    let exchange = json!({
        "meterNo": "M1", "channel": "HANDHELD", "index": "8", "readAt": noon("2026-05-01"),
        "state": "PLANNED_EXCHANGE",
    });
    assert_eq!(
        desk.centre
            .refused(&desk.reader, "submitReading", exchange.clone())
            .await,
        (
            "METER_STATE_DOES_NOT_FIT".to_owned(),
            "input.state".to_owned()
        )
    );
    let replace = json!({
        "meterNo": "M1", "closingIndex": "92", "reason": "ROTATION", "replacedAt": noon("2026-04-01"),
        "hardwareNo": "H-new", "digits": 5, "decimals": 2, "openingIndex": "0", "maxPerHour": "5",
    });
    desk.centre
        .must(&desk.reader, "replaceDevice", replace, "meter { meterNo }")
        .await;
    let read = desk
        .centre
        .must(&desk.reader, "submitReading", exchange, VERDICT)
        .await;
    assert_eq!(read["reading"]["usage"], "12");
}

#[tokio::test]
async fn a_delayed_reading_is_listed_until_it_is_made_up_for() {
    let desk = Desk::open("2026-01-01", "100").await;
    let delay = |until: &str| json!({ "meterNo": "M1", "until": until, "reason": "楼栋封闭" });
    assert_eq!(
        desk.centre
            .refused(&desk.reader, "delayReading", delay("2026-09-24"))
            .await,
        ("METER_DELAY_NOT_AHEAD".to_owned(), "input.until".to_owned())
    );
    desk.centre
        .must(&desk.reader, "delayReading", delay("2026-10-08"), "until")
        .await;
    let list = "{ delayedReadings { nodes { meterNo until reason delayedBy } } }";
    let listed = async || {
        let answer = desk.centre.ask(&desk.manager, list, json!({})).await.data();
        answer["delayedReadings"]["nodes"].clone()
    };
    let expected = json!([{
        "meterNo": "M1", "until": "2026-10-08", "reason": "楼栋封闭", "delayedBy": "staff:li",
    }]);
    assert_eq!(listed().await, expected);
    desk.centre.wait(chrono::TimeDelta::minutes(5));
    desk.submit(json!({ "index": "131", "readAt": "2026-09-24T01:05:00Z" }))
        .await;
    assert_eq!(listed().await, json!([]));
}

#[tokio::test]
async fn v11_v10_usage_of_a_point_out_of_use_is_held_and_none_is_as_expected() {
    let desk = Desk::open("2026-01-01", "100").await;
    desk.read("2026-02-01", "131").await;
    let vacant = json!({
        "meterNo": "M1", "inactivity": "VACANT", "since": noon("2026-02-01"), "reason": "退房",
    });
    desk.centre
        .must(&desk.reader, "deactivateMeter", vacant, "meter { meterNo }")
        .await;
    let nothing = desk.read("2026-03-01", "131").await;
    assert_eq!(
        (&nothing["status"], &nothing["findings"]),
        (&json!("ACCEPTED"), &json!([]))
    );
    let used = desk.read("2026-04-01", "131.01").await;
    assert_eq!(
        (&used["status"], found(&used, "V11")),
        (&json!("HELD"), Some("HOLD"))
    );
    let again = json!({ "meterNo": "M1", "since": noon("2026-04-02") });
    desk.centre
        .must(&desk.reader, "reactivateMeter", again, "meter { meterNo }")
        .await;
    let moved_in = desk.read("2026-05-01", "140").await;
    assert_eq!(
        (&moved_in["status"], found(&moved_in, "V11")),
        (&json!("ACCEPTED"), None)
    );
    // In use, nothing used is odd.
    assert_eq!(
        found(&desk.read("2026-06-01", "140").await, "V10"),
        Some("WARN")
    );
}

#[tokio::test]
async fn v24_the_place_of_a_reading_is_compared_with_the_marked_one() {
    let desk = Desk::open("2026-01-01", "100").await;
    let mark = json!({
        "meterNo": "M1", "latitude": "39.999800", "longitude": "116.326400", "place": "楼道左侧",
    });
    desk.centre
        .must(&desk.reader, "markMeterLocation", mark, "meter { meterNo }")
        .await;
    for (day, index, latitude, severity) in [
        ("2026-02-01", "131", "40.001598", None),
        ("2026-03-01", "159", "40.001608", Some("WARN")),
    ] {
        let input = json!({
            "index": index, "readAt": noon(day),
            "position": { "latitude": latitude, "longitude": "116.326400" },
        });
        let verdict = desk.submit(input).await;
        assert_eq!(found(&verdict, "V24"), severity, "{latitude}");
        assert_eq!(verdict["status"], "ACCEPTED");
    }
}
