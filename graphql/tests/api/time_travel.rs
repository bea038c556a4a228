//! X2, X18: the past as it was known, asked through the schema.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::town::Town;
use crate::support::{Browser, Centre};
use chaobiao_decision::Actor;
use chaobiao_domain::account::AccountClass;
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::meter::{
    ApproveCorrection, DeviceSpec, RejectReading, RemovalReason, ReplaceDevice, RequestCorrection,
};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::Multiplier;
use chaobiao_eventstore::Known;
use chaobiao_eventstore::access::Principal;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const STATEMENT: &str = "query($no: String!, $on: Date, $known: Moment, $asOf: AsOf) {
    accountStatement(accountNo: $no, validOn: $on, knownAt: $known, asOf: $asOf) {
        openAmount credit bills { billNo month total openAmount }
        entries(first: 100) { nodes { at kind billNo month paymentId amount balance } } } }";
const HISTORY: &str = "query($no: String!, $on: Date, $known: Moment, $asOf: AsOf) {
    meterHistory(meterNo: $no, validOn: $on, knownAt: $known, asOf: $asOf) {
        readings(first: 100) { nodes {
            readingId index readAt readOn usage cumulative quality } } } }";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn staff(login: &str) -> Actor {
    Actor::Staff(login.to_owned())
}

async fn auditor(town: &Town) -> Browser {
    town.centre
        .signed_in(Principal::Staff("ma".to_owned()))
        .await
}

/// Asks at a time on the clock, with a session of that time.
async fn ask(town: &Town, query: &str, variables: Value) -> Value {
    let browser = auditor(town).await;
    town.centre.ask(&browser, query, variables).await.data()
}

async fn open_amount(town: &Town, on: Option<&str>, known: Option<&str>) -> Value {
    let variables = json!({ "no": "A1", "on": on, "known": known });
    ask(town, STATEMENT, variables).await["accountStatement"]["openAmount"].clone()
}

async fn last_index(town: &Town, on: Option<&str>, known: Option<&str>) -> Value {
    let variables = json!({ "no": "W-A1", "on": on, "known": known });
    ask(town, HISTORY, variables).await["meterHistory"]["readings"]["nodes"][0]["index"].clone()
}

async fn correct(town: &Town, meter_no: &str, reading: &str, index: &str) {
    let request = RequestCorrection {
        meter_no: meter_no.parse().unwrap(),
        reading_id: reading.parse().unwrap(),
        index: index.parse().unwrap(),
        reason: "看错一位".to_owned(),
    };
    let asked = town.centre.run_as(staff("chen"), request).await;
    let approve = ApproveCorrection {
        meter_no: meter_no.parse().unwrap(),
        correction_id: asked.correction_id,
    };
    town.centre.run_as(staff("wang"), approve).await;
}

async fn reverse(town: &Town, payment_id: &Value) {
    let manager = auditor(town).await;
    let input = json!({ "paymentId": payment_id, "reason": "银行退回" });
    town.centre
        .must(&manager, "reversePayment", input, "")
        .await;
}

/// 34 m³ and 2362 kWh: 105.40 and 1 181.00, 1 286.40 in all, billed on 1 September.
async fn north_campus_bill() -> (Town, String) {
    let town = Town::set_up(Centre::open_at(at("2026-08-31T03:00:00Z")).await).await;
    town.household("A1").await;
    let reading = town.read("W-A1", "2026-08-31", "34").await;
    town.read("E-A1", "2026-08-31", "2362").await;
    town.centre.clock.set(at("2026-09-01T02:00:00Z"));
    let finance = town
        .centre
        .signed_in(Principal::Staff("qian".to_owned()))
        .await;
    let run = json!({ "month": "2026-08", "accountNos": ["A1"] });
    town.centre.must(&finance, "runBilling", run, "").await;
    (town, reading)
}

/// E4 as far as its events are here: the transfer that the bank took back two days later.
#[tokio::test]
async fn x2_the_same_day_is_told_as_it_was_known_then_and_as_it_is_known_now() {
    let (mut town, reading) = north_campus_bill().await;
    assert_eq!(open_amount(&town, None, None).await, "128640");

    town.centre.clock.set(at("2026-09-16T03:00:00Z"));
    town.cashier = town
        .centre
        .signed_in(Principal::Staff("li".to_owned()))
        .await;
    let transfer = town.pay("126840", &["A1"]).await;
    town.centre.clock.set(at("2026-09-17T03:00:00Z"));
    assert_eq!(open_amount(&town, Some("2026-09-17"), None).await, "1800");
    assert_eq!(
        open_amount(&town, Some("2026-09-15"), None).await,
        "128640",
        "the day before the money came"
    );

    town.centre.clock.set(at("2026-09-18T03:00:00Z"));
    reverse(&town, &transfer["paymentId"]).await;
    correct(&town, "W-A1", &reading, "33").await;
    town.centre.clock.set(at("2026-09-30T03:00:00Z"));

    let on = Some("2026-09-17");
    for (known, open) in [
        (Some("2026-09-17"), "1800"),
        (Some("2026-09-17T15:00:00+08:00"), "1800"),
        (Some("2026-09-30"), "128640"),
        (None, "128640"),
    ] {
        assert_eq!(open_amount(&town, on, known).await, open, "{known:?}");
    }
    // The bill itself, as it was known.
    let bill = "query($on: Date, $known: Moment) {
        account(accountNo: \"A1\") { bills { nodes { billNo } } }
        knownBill(billNo: \"NONE\", validOn: $on, knownAt: $known) { billNo } }";
    let asked = ask(&town, bill, json!({ "on": on })).await;
    assert_eq!(asked["knownBill"], Value::Null);
    let bill_no = &asked["account"]["bills"]["nodes"][0]["billNo"];
    for (known, open) in [("2026-09-17", "1800"), ("2026-09-30", "128640")] {
        let bill = "query($no: String!, $on: Date, $known: Moment) {
            knownBill(billNo: $no, validOn: $on, knownAt: $known) {
                accountNo total asked openAmount voidedOn notes { noteNo } lines { amount } } }";
        let variables = json!({ "no": bill_no, "on": on, "known": known });
        let known_bill = ask(&town, bill, variables).await["knownBill"].take();
        assert_eq!(known_bill["openAmount"], open, "{known}");
        assert_eq!(known_bill["asked"], "128640", "{known}");
        assert_eq!(known_bill["notes"], json!([]), "{known}");
        let fen = |amount: &Value| amount.as_str().unwrap().parse::<i64>().unwrap();
        let lines = known_bill["lines"].as_array().unwrap().iter();
        let sum: i64 = lines.map(|line| fen(&line["amount"])).sum();
        assert_eq!(sum, fen(&known_bill["total"]));
    }
    let day = Some("2026-08-31");
    for (known, index) in [(Some("2026-09-17"), "34"), (Some("2026-09-18"), "33")] {
        assert_eq!(last_index(&town, day, known).await, index, "{known:?}");
    }
    assert_eq!(
        last_index(&town, Some("2026-08-30"), None).await,
        Value::Null
    );
}

/// What the read models say, in the form in which the past is told.
async fn live(town: &Town, account_no: &str, meter_no: &str) -> (Value, Value) {
    let query = "query($account: String!, $meter: String!) {
        account(accountNo: $account) { openAmount credit
            bills(first: 100) { nodes { billNo month total openAmount } }
            statement(first: 100) {
                nodes { at kind billNo month paymentId amount balance } } }
        meter(meterNo: $meter) { readings(first: 100) { nodes {
            status readingId index readAt readOn usage cumulative quality } } } }";
    let variables = json!({ "account": account_no, "meter": meter_no });
    let mut data = ask(town, query, variables).await;
    let mut account = data["account"].take();
    let mut bills = account["bills"]["nodes"].take();
    bills.as_array_mut().unwrap().reverse();
    account["bills"] = bills;
    account["entries"] = account["statement"].take();
    account.as_object_mut().unwrap().remove("statement");
    let mut readings = data["meter"]["readings"]["nodes"].take();
    let rows = readings.as_array_mut().unwrap();
    rows.retain(|row| row["status"] == "ACCEPTED" || row["status"] == "CORRECTED");
    for row in rows {
        row.as_object_mut().unwrap().remove("status");
    }
    (account, json!({ "readings": { "nodes": readings } }))
}

/// Live answers with the length the log had.
struct Diary {
    entries: Vec<(i64, &'static str, &'static str, (Value, Value))>,
    waits: u32,
}

impl Diary {
    async fn note(&mut self, town: &Town) {
        // Every read model has seen this account, so it has seen all that came before.
        self.waits += 1;
        let number = format!("Z{}", self.waits);
        town.centre
            .open_account(&number, "无", AccountClass::Unit)
            .await;
        let store = town.centre.services.store();
        let length = store.horizon(Known::Now).await.unwrap().position;
        for (account_no, meter_no) in [("A1", "W-A1"), ("B2", "W-B2")] {
            let answer = live(town, account_no, meter_no).await;
            self.entries.push((length, account_no, meter_no, answer));
        }
    }
}

async fn replace(town: &Town) {
    let device = DeviceSpec {
        hardware_no: "HNEW".parse().unwrap(),
        digits: Some(5),
        decimals: 0,
        multiplier: Multiplier::ONE,
        max_per_hour: None,
        opening_index: "3".parse().unwrap(),
        photo: None,
    };
    let replace = ReplaceDevice {
        meter_no: "W-A1".parse().unwrap(),
        closing_index: "20".parse().unwrap(),
        closing_photo: None,
        reason: RemovalReason::Rotation,
        device,
        replaced_at: Some(at("2026-08-25T02:00:00Z")),
    };
    town.centre.run(replace).await;
}

async fn story(town: &Town, diary: &mut Diary) {
    town.household("B2").await;
    town.august("A1").await;
    diary.note(town).await;
    town.read("W-B2", "2026-08-20", "20").await;
    town.bill("B2", "2026-08").await;
    diary.note(town).await;
    let first = town.pay("4000", &["A1"]).await;
    diary.note(town).await;
    let both = town.pay("18000", &["A1", "B2"]).await;
    diary.note(town).await;
    replace(town).await;
    let reading = town.read("W-A1", "2026-09-03", "4").await;
    diary.note(town).await;
    let held = town.read("W-B2", "2026-09-03", "12").await;
    diary.note(town).await;
    correct(town, "W-A1", &reading, "5").await;
    diary.note(town).await;
    reverse(town, &first["paymentId"]).await;
    diary.note(town).await;
    let reject = RejectReading {
        meter_no: "W-B2".parse().unwrap(),
        reading_id: held.parse().unwrap(),
        reason: "照片与读数不符".to_owned(),
    };
    town.centre.run_as(staff("wang"), reject).await;
    town.read("W-B2", "2026-09-05", "21").await;
    town.bill("A1", "2026-09").await;
    town.bill("B2", "2026-09").await;
    diary.note(town).await;
    reverse(town, &both["paymentId"]).await;
    town.pay("1", &["B2"]).await;
    diary.note(town).await;
}

#[tokio::test]
async fn x18_every_past_position_answers_what_the_read_models_answered_then() {
    let town = Town::open().await;
    let mut diary = Diary {
        entries: Vec::new(),
        waits: 0,
    };
    story(&town, &mut diary).await;
    assert!(diary.entries.len() >= 20, "{}", diary.entries.len());
    let mut distinct = Vec::new();
    for (length, account_no, meter_no, (account, meter)) in &diary.entries {
        let as_of = |no: &str| json!({ "no": no, "asOf": { "position": length } });
        let told = ask(&town, STATEMENT, as_of(account_no)).await;
        assert_eq!(
            told["accountStatement"], *account,
            "{account_no} at {length}"
        );
        let told = ask(&town, HISTORY, as_of(meter_no)).await;
        assert_eq!(told["meterHistory"], *meter, "{meter_no} at {length}");
        if !distinct.contains(&(account, meter)) {
            distinct.push((account, meter));
        }
    }
    assert!(
        distinct.len() >= 12,
        "only {} answers differ",
        distinct.len()
    );
}

async fn code(town: &Town, query: &str, variables: Value) -> String {
    let browser = auditor(town).await;
    let answer = town.centre.ask(&browser, query, variables).await;
    answer.code().unwrap_or("answered").to_owned()
}

#[tokio::test]
async fn x18_times_that_cannot_be_looked_from_are_refused_with_their_codes() {
    let (town, _) = north_campus_bill().await;
    let beyond = "HISTORY_POSITION_BEYOND_LOG";
    let before = "HISTORY_BEFORE_FIRST_EVENT";
    let twice = "HISTORY_ASKED_TWICE";
    let day = "2026-09-01";
    let cases = [
        (json!({ "asOf": { "position": 1_000_000 } }), beyond),
        (json!({ "asOf": { "position": "0" } }), before),
        (json!({ "asOf": { "position": -1 } }), before),
        (json!({ "known": "2026-08-30" }), before),
        (json!({ "asOf": { "position": 9, "date": day } }), twice),
        (json!({ "asOf": { "position": 9 }, "known": day }), twice),
        (json!({ "asOf": { "date": day }, "on": day }), twice),
        (json!({ "asOf": { "date": day }, "known": day }), "answered"),
        (json!({ "asOf": { "position": 9 }, "on": day }), "answered"),
    ];
    for (mut variables, expected) in cases {
        for (query, no) in [(STATEMENT, "A1"), (HISTORY, "W-A1")] {
            variables["no"] = no.into();
            let code = code(&town, query, variables.clone()).await;
            assert_eq!(code, expected, "{variables}");
        }
    }
}

#[tokio::test]
async fn x2_a_resident_sees_the_past_of_the_own_account_and_nobody_elses() {
    let (town, _) = north_campus_bill().await;
    let resident = town.resident("13800138000", "A1").await;
    town.centre.clock.set(at("2026-09-16T03:00:00Z"));
    let owner = resident.principal.clone().unwrap();
    let stranger = town.centre.customer("13800138001", CustomerKind::Resident);
    let stranger = stranger.await;
    let resident = town.centre.signed_in(owner).await;
    let ask = async |browser: &Browser, query: &str, no: &str| {
        let variables = json!({ "no": no, "known": "2026-09-02" });
        town.centre.ask(browser, query, variables).await.data()
    };
    let own = ask(&resident, STATEMENT, "A1").await;
    assert_eq!(own["accountStatement"]["openAmount"], "128640");
    let own = ask(&resident, HISTORY, "W-A1").await;
    assert_eq!(own["meterHistory"]["readings"]["nodes"][0]["index"], "34");
    for (query, no) in [(STATEMENT, "A1"), (HISTORY, "W-A1")] {
        let answer = ask(&stranger, query, no).await;
        assert!(
            answer.as_object().unwrap().values().all(Value::is_null),
            "{answer}"
        );
    }
    let events = "{ meterHistory(meterNo: \"W-A1\") { events { nodes { eventType } } } }";
    let answer = town.centre.ask(&resident, events, json!({})).await;
    assert_eq!(answer.code(), Some("FORBIDDEN"));
    let looking = town.centre.staff("he", &[Role::Auditor]).await;
    let told = town.centre.ask(&looking, events, json!({})).await.data();
    let newest = &told["meterHistory"]["events"]["nodes"][0];
    assert_eq!(newest["eventType"], "meter.reading_accepted");
}
