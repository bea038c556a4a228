//! Metering points, their numbers, states and trees, asked through the schema.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::{Browser, Centre};
use chaobiao_domain::staff::Role;
use serde_json::{Value, json};

struct Desk {
    centre: Centre,
    technician: Browser,
    manager: Browser,
}

fn pair(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), format!("input.{field}"))
}

impl Desk {
    async fn open() -> Self {
        let centre = Centre::open_at("2026-10-02T01:00:00Z".parse().unwrap()).await;
        centre.campus("N").await;
        let technician = centre.staff("zhou", &[Role::Technician]).await;
        let manager = centre.staff("ma", &[Role::Manager]).await;
        Self {
            centre,
            technician,
            manager,
        }
    }

    async fn must(&self, name: &str, input: Value, fields: &str) -> Value {
        self.centre
            .must(&self.technician, name, input, fields)
            .await
    }

    async fn refused(&self, name: &str, input: Value) -> (String, String) {
        self.centre.refused(&self.technician, name, input).await
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.centre.ask(&self.manager, query, variables).await;
        answer.data()
    }

    /// A meter with a device of five digits and two decimals, opened in August.
    async fn meter(&self, meter_no: &str, commodity: &str, device: Value) {
        let meter = json!({
            "meterNo": meter_no, "commodity": commodity, "campusId": "N",
            "building": "紫荆 3 号楼", "room": "总表间", "book": "B1", "selfRead": false,
        });
        self.must("registerMeter", meter, "").await;
        let mut input = json!({
            "meterNo": meter_no, "hardwareNo": format!("H{meter_no}"), "digits": 5, "decimals": 2,
            "openingIndex": "0", "installedAt": "2026-08-31T00:00:00Z",
        });
        for (name, value) in device.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.must("installDevice", input, "").await;
    }

    async fn read(&self, meter_no: &str, index: &str, at: &str) -> Value {
        let reading = json!({
            "meterNo": meter_no, "index": index, "readAt": at, "channel": "HANDHELD",
        });
        let fields = "status findings { rule } reading { usage cumulative }";
        self.must("submitReading", reading, fields).await
    }
}

#[tokio::test]
async fn r81_a_meter_is_found_by_any_number_it_has_now_and_the_history_keeps_the_others() {
    let desk = Desk::open().await;
    desk.meter("100234", "WATER", json!({})).await;
    desk.meter("100235", "WATER", json!({})).await;
    let link = |meter_no: &str, kind: &str, number: &str, from: &str| json!({ "meterNo": meter_no, "kind": kind, "number": number, "from": from });
    for (kind, number) in [("HANDHELD", "ZJ-7001"), ("PLATFORM", "8800123456")] {
        let input = link("100234", kind, number, "2026-09-01");
        let linked = desk
            .must("linkMeterNumber", input, "meter { meterNo }")
            .await;
        assert_eq!(linked["meter"]["meterNo"], "100234");
    }
    let found = async |code: &str| {
        let query = "query($no: String!) { meter(meterNo: $no) { meterNo } }";
        desk.ask(query, json!({ "no": code })).await["meter"]["meterNo"].clone()
    };
    for code in ["100234", "H100234", "ZJ-7001", "８８００１２３４５６"] {
        assert_eq!(found(code).await, "100234", "{code}");
    }
    let taken = link("100235", "HANDHELD", "ZJ-7001", "2026-09-10");
    assert_eq!(
        desk.refused("linkMeterNumber", taken.clone()).await,
        pair("METER_MAPPING_NUMBER_TAKEN", "number")
    );
    let second = link("100234", "HANDHELD", "ZJ-7002", "2026-09-10");
    assert_eq!(
        desk.refused("linkMeterNumber", second).await,
        pair("METER_MAPPING_METER_HAS_ONE", "meterNo")
    );
    let unlink = json!({
        "meterNo": "100234", "kind": "HANDHELD", "number": "ZJ-7001", "to": "2026-09-10",
        "reason": "掌机重新建档",
    });
    desk.must("unlinkMeterNumber", unlink.clone(), "").await;
    assert_eq!(
        desk.refused("unlinkMeterNumber", unlink).await,
        pair("METER_MAPPING_NOT_LINKED", "number")
    );
    desk.must("linkMeterNumber", taken, "").await;
    assert_eq!(found("ZJ-7001").await, "100235");

    let history = "query($number: String, $on: Date) { meterMappings(number: $number, on: $on) {
        nodes { kind number meterNo from to linkedBy reason } } }";
    let all = desk.ask(history, json!({ "number": "ZJ-7001" })).await;
    assert_eq!(
        all["meterMappings"]["nodes"],
        json!([
            { "kind": "HANDHELD", "number": "ZJ-7001", "meterNo": "100234", "from": "2026-09-01",
              "to": "2026-09-10", "linkedBy": "staff:zhou", "reason": "掌机重新建档" },
            { "kind": "HANDHELD", "number": "ZJ-7001", "meterNo": "100235", "from": "2026-09-10",
              "to": null, "linkedBy": "staff:zhou", "reason": null },
        ])
    );
    let then = desk
        .ask(history, json!({ "number": "ZJ-7001", "on": "2026-09-09" }))
        .await;
    assert_eq!(then["meterMappings"]["nodes"][0]["meterNo"], "100234");
    let stamped = desk.ask(history, json!({ "number": "H100234" })).await;
    assert_eq!(stamped["meterMappings"]["nodes"][0]["kind"], "HARDWARE");
    assert_eq!(stamped["meterMappings"]["nodes"][0]["from"], "2026-08-31");
}

#[tokio::test]
async fn a_vacant_point_is_listed_until_it_is_used_again() {
    let desk = Desk::open().await;
    desk.meter("W1", "WATER", json!({})).await;
    let vacate = json!({
        "meterNo": "W1", "inactivity": "VACANT", "since": "2026-09-05T00:00:00Z",
        "reason": "暑期腾空",
    });
    let shown = "meter { inactivity inactiveSince }";
    let gone = desk.must("deactivateMeter", vacate.clone(), shown).await;
    assert_eq!(gone["meter"]["inactivity"], "VACANT");
    assert_eq!(
        desk.refused("deactivateMeter", vacate).await,
        pair("METER_ALREADY_INACTIVE", "inactivity")
    );
    let list = "query($why: Inactivity) { meters(inactivity: $why) { nodes { meterNo } } }";
    let vacant = desk.ask(list, json!({ "why": "VACANT" })).await;
    assert_eq!(vacant["meters"]["nodes"], json!([{ "meterNo": "W1" }]));
    let closed = desk.ask(list, json!({ "why": "CLOSED" })).await;
    assert_eq!(closed["meters"]["nodes"], json!([]));
    let back = json!({ "meterNo": "W1", "reason": "新生入住" });
    let back = desk.must("reactivateMeter", back, shown).await;
    assert_eq!(
        back["meter"],
        json!({ "inactivity": null, "inactiveSince": null })
    );
    assert_eq!(
        desk.refused("reactivateMeter", json!({ "meterNo": "W1" }))
            .await,
        pair("METER_NOT_INACTIVE", "meterNo")
    );
}

const LOSS: &str = "query($no: String!, $from: Date!, $to: Date!) {
    meterLoss(meterNo: $no, from: $from, to: $to) {
        masterUsage subUsage commonUsage loss lossPercent verdict unreadMeters
        subMeters { meterNo role usage readOn } } }";

impl Desk {
    /// A master and what is behind it, all counted through September.
    async fn building(&self, master: (&str, &str), behind: &[(&str, &str, &str)]) {
        let (first, last) = ("2026-09-01T00:00:00Z", "2026-09-30T00:00:00Z");
        let all = behind
            .iter()
            .map(|(meter_no, _, usage)| (*meter_no, *usage))
            .chain([master]);
        for (meter_no, usage) in all {
            self.meter(meter_no, "ELECTRICITY", json!({})).await;
            self.read(meter_no, "0", first).await;
            self.read(meter_no, usage, last).await;
        }
        for (meter_no, role, _) in behind {
            let link = json!({
                "meterNo": meter_no, "parentNo": master.0, "role": role, "from": "2026-09-01",
            });
            self.must("linkSubMeter", link, "").await;
        }
    }

    async fn september(&self, master: &str) -> Value {
        let variables = json!({ "no": master, "from": "2026-09-01", "to": "2026-10-01" });
        self.ask(LOSS, variables).await["meterLoss"].clone()
    }
}

#[tokio::test]
async fn e6_v20_a_buildings_loss_is_1_80_percent_and_the_worst_building_comes_first() {
    let desk = Desk::open().await;
    desk.building(
        ("M1", "3980.00"),
        &[
            ("M1-A", "SUB", "2000.40"),
            ("M1-B", "SUB", "1812"),
            ("M1-C", "COMMON", "96.00"),
        ],
    )
    .await;
    let loss = desk.september("M1").await;
    let number =
        |name: &str| -> rust_decimal::Decimal { loss[name].as_str().unwrap().parse().unwrap() };
    assert_eq!(number("subUsage"), "3812.40".parse().unwrap());
    assert_eq!(number("loss"), "71.60".parse().unwrap());
    assert_eq!(loss["lossPercent"], "1.80");
    assert_eq!(loss["verdict"], "WITHIN");
    assert_eq!(loss["unreadMeters"], 0);

    desk.building(("M2", "1000"), &[("M2-A", "SUB", "949")])
        .await;
    desk.building(("M3", "1000"), &[("M3-A", "DEDUCTED", "1000.5")])
        .await;
    assert_eq!(desk.september("M2").await["verdict"], "OUT_OF_BOUNDS");
    assert_eq!(desk.september("M3").await["verdict"], "IMPOSSIBLE");
    let ranking = "query($after: String) {
        meterLosses(from: \"2026-09-01\", to: \"2026-10-01\", commodity: ELECTRICITY, first: 2, after: $after) {
            totalCount pageInfo { hasNextPage endCursor } nodes { meterNo lossPercent } } }";
    let first = desk.ask(ranking, json!({})).await["meterLosses"].clone();
    assert_eq!(first["totalCount"], 3);
    assert_eq!(
        first["nodes"],
        json!([{ "meterNo": "M3", "lossPercent": "-0.05" },
               { "meterNo": "M2", "lossPercent": "5.10" }])
    );
    let after = json!({ "after": first["pageInfo"]["endCursor"] });
    let second = desk.ask(ranking, after).await["meterLosses"].clone();
    assert_eq!(second["nodes"][0]["meterNo"], "M1");
    assert_eq!(second["pageInfo"]["hasNextPage"], false);

    // The centre may say what is ordinary, from a day on.
    let limits = json!({
        "commodity": "ELECTRICITY", "from": "2026-09-01", "lowPercent": "-1",
        "highPercent": "6", "reason": "老旧线路",
    });
    let asked = desk
        .centre
        .must(&desk.manager, "setLossLimits", limits.clone(), "");
    asked.await;
    assert_eq!(desk.september("M2").await["verdict"], "WITHIN");
    assert_eq!(
        desk.centre
            .refused(&desk.manager, "setLossLimits", limits)
            .await,
        pair("METER_TREE_LIMITS_NOT_LATER", "from")
    );
    let set = "{ lossLimits { commodity from highPercent setBy } }";
    let set = desk.ask(set, json!({})).await["lossLimits"].clone();
    assert_eq!(set[0]["setBy"], "staff:ma");
    assert_eq!(set[1]["highPercent"], "5");
}

#[tokio::test]
async fn v20_trees_have_no_circles_and_join_like_with_like() {
    let desk = Desk::open().await;
    for (meter_no, commodity) in [
        ("A", "WATER"),
        ("B", "WATER"),
        ("C", "WATER"),
        ("E", "ELECTRICITY"),
    ] {
        desk.meter(meter_no, commodity, json!({})).await;
    }
    let link = |meter_no: &str, parent_no: &str| json!({ "meterNo": meter_no, "parentNo": parent_no, "role": "SUB", "from": "2026-09-01" });
    desk.must("linkSubMeter", link("B", "A"), "").await;
    desk.must("linkSubMeter", link("C", "B"), "").await;
    for (input, code) in [
        (link("A", "C"), "METER_TREE_CYCLE"),
        (link("A", "A"), "METER_TREE_OWN_PARENT"),
        (link("A", "E"), "METER_TREE_OTHER_COMMODITY"),
        (link("A", "Z"), "METER_TREE_PARENT_NOT_FOUND"),
    ] {
        assert_eq!(
            desk.refused("linkSubMeter", input).await,
            pair(code, "parentNo")
        );
    }
    let tree = "{ meterTree(meterNo: \"A\") { meterNo parentNo role depth meter { room } }
        masterMeters(meterNo: \"C\") { parentNo from to } }";
    let shown = desk.ask(tree, json!({})).await;
    let node = |meter_no: &str, parent_no: Value, role: Value, depth: i32| json!({ "meterNo": meter_no, "parentNo": parent_no, "role": role, "depth": depth, "meter": { "room": "总表间" } });
    assert_eq!(
        shown["meterTree"],
        json!([
            node("A", Value::Null, Value::Null, 0),
            node("B", json!("A"), json!("SUB"), 1),
            node("C", json!("B"), json!("SUB"), 2),
        ])
    );
    let unlink = json!({ "meterNo": "C", "to": "2026-09-20", "reason": "改接" });
    desk.must("unlinkSubMeter", unlink, "").await;
    let shown = desk.ask(tree, json!({})).await;
    assert_eq!(shown["meterTree"].as_array().unwrap().len(), 2);
    assert_eq!(
        shown["masterMeters"],
        json!([{ "parentNo": "B", "from": "2026-09-01", "to": "2026-09-20" }])
    );
}

#[tokio::test]
async fn e2_a_replacement_with_rollover_and_new_ratio_counts_1671_and_1950() {
    let desk = Desk::open().await;
    let old = json!({ "multiplier": "30", "maxPerHour": "98.73", "openingIndex": "99962.40" });
    desk.meter("E2", "ELECTRICITY", old).await;
    let swap = |closing: Value, opening: Value| {
        json!({
            "meterNo": "E2", "closingIndex": closing, "reason": "CAPACITY_CHANGE",
            "hardwareNo": "H40", "digits": 5, "decimals": 2, "multiplier": "40",
            "maxPerHour": "200", "openingIndex": opening, "replacedAt": "2026-09-14T00:00:00Z",
        })
    };
    // V19: neither end may be missing, and nothing may lie before the last reading.
    let backwards = "METER_CLOSING_INDEX_WENT_BACKWARDS";
    for (closing, opening, code, field) in [
        (Value::Null, json!("3.20"), "VALUE_EMPTY", "closingIndex"),
        (json!("18.10"), Value::Null, "VALUE_EMPTY", "openingIndex"),
        (json!("99000"), json!("3.20"), backwards, "closingIndex"),
        (
            json!("100000"),
            json!("3.20"),
            "METER_INDEX_OUT_OF_RANGE",
            "closingIndex",
        ),
    ] {
        let refusal = desk.refused("replaceDevice", swap(closing, opening));
        assert_eq!(refusal.await, pair(code, field));
    }
    let mut early = swap(json!("18.10"), json!("3.20"));
    early["replacedAt"] = json!("2026-08-31T00:00:00Z");
    assert_eq!(
        desk.refused("replaceDevice", early).await,
        pair("METER_DEVICE_DATE_BEFORE_LAST", "installedAt")
    );
    let shown = "meter { replacements { nodes {
        removedMultiplier closingIndex installedMultiplier openingIndex } } }";
    let input = swap(json!("18.10"), json!("3.20"));
    let swapped = desk.must("replaceDevice", input, shown).await;
    assert_eq!(
        swapped["meter"]["replacements"]["nodes"],
        json!([{ "removedMultiplier": "30", "closingIndex": "18.10",
                 "installedMultiplier": "40", "openingIndex": "3.20" }])
    );
    // V18: what a system believes of the device has to be what was installed.
    let mut reading = json!({
        "meterNo": "E2", "index": "51.95", "readAt": "2026-09-30T00:00:00Z",
        "channel": "HANDHELD", "multiplier": "30", "unit": "kWh",
    });
    assert_eq!(
        desk.refused("submitReading", reading.clone()).await,
        pair("METER_MULTIPLIER_DIFFERS", "multiplier")
    );
    reading["multiplier"] = json!("40");
    reading["unit"] = json!("MWh");
    assert_eq!(
        desk.refused("submitReading", reading.clone()).await,
        pair("METER_UNIT_DIFFERS", "unit")
    );
    reading["unit"] = json!("度");
    let judged = desk
        .must("submitReading", reading, "reading { usage cumulative }")
        .await;
    assert_eq!(
        judged["reading"],
        json!({ "usage": "3621", "cumulative": "3621" }),
        "1 671.00 by the old device and 1 950.00 by the new one"
    );
}

#[tokio::test]
async fn e2_what_no_rollover_can_explain_is_held() {
    let desk = Desk::open().await;
    for (meter_no, digits, rule) in [("G5", json!(5), "V5"), ("G4", Value::Null, "V4")] {
        let device = json!({
            "multiplier": "30", "maxPerHour": "98.73", "digits": digits,
            "openingIndex": "52340.00",
        });
        desk.meter(meter_no, "ELECTRICITY", device).await;
        let judged = desk
            .read(meter_no, "52290.00", "2026-09-30T00:00:00Z")
            .await;
        assert_eq!(judged["status"], "HELD", "{meter_no}");
        assert_eq!(judged["findings"][0]["rule"], rule);
    }
}

#[tokio::test]
async fn r75_a_device_is_taken_down_for_good() {
    let desk = Desk::open().await;
    desk.meter("W1", "WATER", json!({})).await;
    let remove = json!({
        "meterNo": "W1", "closingIndex": "12.5", "reason": "DECOMMISSIONED",
        "removedAt": "2026-09-14T00:00:00Z",
    });
    let shown = "meter { device { hardwareNo } }";
    let gone = desk.must("removeDevice", remove.clone(), shown).await;
    assert_eq!(gone["meter"]["device"], Value::Null);
    assert_eq!(
        desk.refused("removeDevice", remove).await,
        pair("METER_NO_DEVICE", "meterNo")
    );
}

#[tokio::test]
async fn r73_r74_r14_a_reader_marks_the_place_checks_the_meter_and_sees_how_it_is_read() {
    let desk = Desk::open().await;
    let reader = desk.centre.staff("li", &[Role::Reader]).await;
    desk.meter("W1", "WATER", json!({})).await;
    let (latitude, longitude) = ("31.2303912", "121.473702");
    for mark in [
        json!({ "meterNo": "W1", "place": "一层楼梯下" }),
        json!({ "meterNo": "W1", "place": "管井", "latitude": latitude, "longitude": longitude }),
    ] {
        let marked = desk.centre.must(&reader, "markMeterLocation", mark, "");
        marked.await;
    }
    let half = json!({ "meterNo": "W1", "latitude": "31" });
    assert_eq!(
        desk.centre
            .refused(&reader, "markMeterLocation", half)
            .await,
        pair("METERING_POINT_POSITION_INCOMPLETE", "longitude")
    );
    let places = "{ meterLocations(meterNo: \"W1\") {
        nodes { place latitude longitude markedBy } } }";
    let places = desk.ask(places, json!({})).await;
    assert_eq!(
        places["meterLocations"]["nodes"],
        json!([
            { "place": "管井", "latitude": latitude, "longitude": longitude,
              "markedBy": "staff:li" },
            { "place": "一层楼梯下", "latitude": null, "longitude": null,
              "markedBy": "staff:li" },
        ])
    );

    let right = json!({ "meterNo": "W1", "findings": [
        { "fact": "HARDWARE_NO", "found": "hw1" }, { "fact": "ROOM", "found": "总表间" },
    ] });
    let mut wrong = right.clone();
    wrong["findings"][1]["found"] = json!("配电间");
    assert_eq!(
        desk.centre.refused(&reader, "verifyMeter", wrong).await,
        pair("METERING_POINT_PHOTO_REQUIRED", "photo")
    );
    let checked = desk
        .centre
        .must(&reader, "verifyMeter", right, "mismatches { fact }")
        .await;
    assert_eq!(checked["mismatches"], json!([]));
    let checks = "{ all: meterChecks(meterNo: \"W1\") { nodes { facts open } }
        open: meterChecks(open: true) { nodes { meterNo } } }";
    let checks = desk.ask(checks, json!({})).await;
    assert_eq!(
        checks["all"]["nodes"],
        json!([{ "facts": ["HARDWARE_NO", "ROOM"], "open": false }])
    );
    assert_eq!(checks["open"]["nodes"], json!([]));

    let method = "query($on: Date) {
        readingMethod(meterNo: \"W1\", on: $on) { method own { from } } }";
    let on = async |day: &str| {
        let found = desk.ask(method, json!({ "on": day })).await;
        found["readingMethod"]["method"].clone()
    };
    assert_eq!(on("2026-10-01").await, Value::Null);
    let set = json!({ "meterNo": "W1", "method": "REMOTE", "from": "2026-10-01" });
    desk.must("setReadingMethod", set, "").await;
    assert_eq!(on("2026-10-01").await, "REMOTE");
    assert_eq!(on("2026-09-30").await, Value::Null);
}

#[tokio::test]
async fn r14_a_class_counts_from_its_day_on_and_with_it_how_its_meters_are_read() {
    let desk = Desk::open().await;
    let finance = desk.centre.staff("fan", &[Role::Finance]).await;
    desk.meter("W1", "WATER", json!({})).await;
    let account = json!({
        "accountNo": "10001", "class": "RESIDENT", "campus": "N", "holder": "王芳",
        "address": "北苑 3 栋 201", "householdPersons": 3,
    });
    let must = async |operation: &str, input: Value, fields: &str| {
        desk.centre
            .must(&desk.manager, operation, input, fields)
            .await
    };
    must("openAccount", account, "account { class }").await;
    let tariff = json!({
        "tariffId": "W", "name": "居民水价", "commodity": "WATER", "basePersons": 4,
        "quotaPerExtraPerson": "30", "priceChange": "PRORATE_BY_DAY",
        "versions": [{ "from": "2025-01-01", "tiers": [{ "price": "3.10" }] }],
    });
    desk.centre
        .must(&finance, "defineTariff", tariff, "tariff { tariffId }")
        .await;
    let assign = json!({ "accountNo": "10001", "meterNo": "W1", "tariffId": "W" });
    must("assignMeter", assign, "account { accountNo }").await;
    for (class, method) in [("RESIDENT", "SELF_READ"), ("UNIT", "FIELD")] {
        let set =
            json!({ "class": class, "commodity": "WATER", "method": method, "from": "2026-01-01" });
        desk.must("setClassReadingMethod", set, "pending").await;
    }

    let today: chrono::NaiveDate = "2026-10-02".parse().unwrap();
    let before = today - chrono::TimeDelta::days(10);
    let change = json!({ "accountNo": "10001", "class": "UNIT", "from": before });
    let fields = "account { class classes { class from } }";
    let changed = must("changeAccountClass", change.clone(), fields).await;
    assert_eq!(
        changed["account"],
        json!({ "class": "UNIT", "classes": [
            { "class": "RESIDENT", "from": null }, { "class": "UNIT", "from": before },
        ] })
    );
    assert_eq!(
        desk.centre
            .refused(&desk.manager, "changeAccountClass", change)
            .await,
        pair("ACCOUNT_SAME_CLASS", "class")
    );
    let ahead = json!({ "accountNo": "10001", "class": "RESIDENT", "from": today + chrono::TimeDelta::days(1) });
    assert_eq!(
        desk.centre
            .refused(&desk.manager, "changeAccountClass", ahead)
            .await,
        pair("ACCOUNT_CLASS_IN_FUTURE", "from")
    );
    let method = "query($on: Date) { readingMethod(meterNo: \"W1\", on: $on) { method } }";
    for (day, way) in [
        (before, "FIELD"),
        (before - chrono::TimeDelta::days(1), "SELF_READ"),
    ] {
        let found = desk.ask(method, json!({ "on": day })).await;
        assert_eq!(found["readingMethod"]["method"], way, "{day}");
    }
}
