//! 公摊: what a common meter shows is paid by several accounts.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::account::{AccountClass, AddOccupant};
use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use serde_json::{Value, json};

use crate::support::Centre;
use crate::support::town::Town;

const FLATS: [&str; 3] = ["A1", "B2", "C3"];

/// Three flats with meters of their own, and a lift's meter that stood at 1000.00 on 1 September.
async fn building() -> Town {
    let centre = Centre::open_at("2026-10-01T04:00:00Z".parse().unwrap());
    let town = Town::set_up(centre.await).await;
    for account_no in FLATS {
        town.centre
            .open_account(account_no, "王芳", AccountClass::Resident)
            .await;
        town.meter(account_no, "E", Commodity::Electricity).await;
    }
    common_meter(&town, "E-LIFT").await;
    town
}

/// A meter nobody pays for by himself, which stood at 1000.00 on 1 September.
async fn common_meter(town: &Town, meter_no: &str) {
    installed(town, meter_no, "2026-01-01T01:00:00Z", "1000.00").await;
}

/// A meter nobody pays for by himself, and what it has shown from a day to 1 September.
async fn installed(town: &Town, meter_no: &str, at: &str, shown: &str) {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Electricity,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "电梯间".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 9,
        self_read: false,
    };
    town.centre.run(register).await;
    let install = InstallDevice {
        meter_no: meter_no.parse().unwrap(),
        device: DeviceSpec {
            hardware_no: format!("H{meter_no}").parse().unwrap(),
            digits: Some(6),
            decimals: 2,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "0".parse().unwrap(),
            photo: None,
        },
        installed_at: Some(at.parse().unwrap()),
    };
    town.centre.run(install).await;
    town.read(meter_no, "2026-09-01", shown).await;
}

fn agreement(key: &str, from: &str) -> Value {
    // Not in order: they are kept by number.
    json!({
        "meterNo": "E-LIFT", "tariffId": "E", "from": from, "key": key,
        "members": [
            { "accountNo": "C3", "area": "60.00" },
            { "accountNo": "A1", "area": "80.50" },
            { "accountNo": "B2", "area": "59.50" },
        ],
    })
}

async fn agree(town: &Town, key: &str, from: &str) {
    let fields = "sharedAllocation { meterNo from key members { accountNo area } }";
    let input = agreement(key, from);
    let agreed = town
        .centre
        .must(&town.finance, "agreeSharedAllocation", input, fields)
        .await;
    assert_eq!(agreed["sharedAllocation"]["members"][0]["accountNo"], "A1");
}

async fn preview(town: &Town, month: &str) -> Value {
    let query = "query($month: YearMonth!) {
        previewSharedAllocation(meterNo: \"E-LIFT\", month: $month) {
            content { from to usage amount shares { accountNo billNo quantity amount } }
            userErrors { code } } }";
    let asked = town
        .centre
        .ask(&town.finance, query, json!({ "month": month }));
    asked.await.data()["previewSharedAllocation"].take()
}

async fn post(town: &Town, month: &str) -> Value {
    let input = json!({ "meterNo": "E-LIFT", "month": month });
    let fields = "content { from to usage amount shares { accountNo billNo quantity amount } }";
    let posted = town
        .centre
        .must(&town.finance, "postSharedAllocation", input, fields)
        .await;
    posted["content"].clone()
}

fn amounts(content: &Value) -> Vec<i64> {
    let shares = content["shares"].as_array().unwrap().iter();
    shares
        .map(|share| share["amount"].as_str().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn e6_a_lifts_usage_is_shared_exactly_and_paid_like_a_bill() {
    let town = building().await;
    agree(&town, "EQUAL", "2026-09-01").await;
    // 43.22 kWh × 0.50 = 21.61: 7.20 each, and the fen left to the first.
    town.read("E-LIFT", "2026-09-30", "1043.22").await;
    let previewed = preview(&town, "2026-09").await;
    let expected = json!({
        "from": "2026-09-01", "to": "2026-09-30", "usage": "43.22", "amount": "2161",
        "shares": [
            { "accountNo": "A1", "billNo": "A1-202609G1", "quantity": "14.41", "amount": "721" },
            { "accountNo": "B2", "billNo": "B2-202609G1", "quantity": "14.41", "amount": "720" },
            { "accountNo": "C3", "billNo": "C3-202609G1", "quantity": "14.40", "amount": "720" },
        ],
    });
    assert_eq!(previewed["content"], expected);
    assert_eq!(
        town.account(&town.finance, "A1").await["openAmount"],
        "0",
        "nothing is written"
    );
    assert_eq!(post(&town, "2026-09").await, expected);
    let again = json!({ "meterNo": "E-LIFT", "month": "2026-09" });
    let refused = town
        .centre
        .refused(&town.finance, "postSharedAllocation", again)
        .await;
    assert_eq!(
        refused,
        (
            "SHARED_ALLOCATION_ALREADY_POSTED".to_owned(),
            "input.month".to_owned()
        )
    );

    the_account_is_billed_for_its_own_meters_besides(&town).await;
    the_month_is_taken_back(&town).await;
    town.verified().await;
}

async fn the_account_is_billed_for_its_own_meters_besides(town: &Town) {
    town.read("E-A1", "2026-09-28", "76").await;
    let run = town.bill("A1", "2026-09").await;
    assert_eq!((&run["billed"], &run["total"]), (&json!(1), &json!("3800")));
    let account = town.account(&town.finance, "A1").await;
    assert_eq!(account["openAmount"], "4521");
    let notices = account["notices"].as_array().unwrap();
    let mut asked: Vec<(&str, &str)> = notices
        .iter()
        .map(|it| {
            (
                it["billNo"].as_str().unwrap(),
                it["openAmount"].as_str().unwrap(),
            )
        })
        .collect();
    asked.sort_unstable();
    assert_eq!(asked, [("A1-202609", "3800"), ("A1-202609G1", "721")]);
    let query = "query { bill(billNo: \"A1-202609G1\") { total sharedOf
        lines { meterNo component quantity price amount readings { readingId } } } }";
    let mut bill = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    let bill = bill["bill"].take();
    assert_eq!(
        (&bill["total"], &bill["sharedOf"]),
        (&json!("721"), &json!("E-LIFT"))
    );
    assert_eq!(bill["lines"][0]["component"], "公摊");
    assert_eq!(bill["lines"][0]["price"], "0.50");
    assert_eq!(bill["lines"][0]["readings"].as_array().unwrap().len(), 2);
    let paid = town.pay("4521", &["A1"]).await;
    assert_eq!(paid["allocations"].as_array().unwrap().len(), 2);
    // Its own bill may still be made void, and worked out again.
    let query = "query { replayBill(billNo: \"A1-202609\") { equal } }";
    let replayed = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(replayed["replayBill"]["equal"], true);
    let shared = json!({ "billNo": "A1-202609G1", "reason": "分摊错误" });
    let refused = town.centre.refused(&town.finance, "voidBill", shared).await;
    assert_eq!(refused.0, "ACCOUNT_BILL_SHARED");
}

async fn the_month_is_taken_back(town: &Town) {
    let input = json!({ "meterNo": "E-LIFT", "month": "2026-09", "reason": "电梯表抄错" });
    let fields = "sharedAllocation { postings { cancelledOn cancelReason content { amount } } }";
    let cancelled = town
        .centre
        .must(&town.finance, "cancelSharedAllocation", input, fields)
        .await;
    assert_eq!(
        cancelled["sharedAllocation"]["postings"],
        json!([{ "cancelledOn": "2026-10-01", "cancelReason": "电梯表抄错",
                 "content": { "amount": "2161" } }])
    );
    let account = town.account(&town.finance, "A1").await;
    assert_eq!(
        (&account["openAmount"], &account["credit"]),
        (&json!("0"), &json!("721")),
        "what was paid of the share is credit"
    );
    let twice = json!({ "meterNo": "E-LIFT", "month": "2026-09", "reason": "电梯表抄错" });
    let refused = town
        .centre
        .refused(&town.finance, "cancelSharedAllocation", twice)
        .await;
    assert_eq!(refused.0, "SHARED_ALLOCATION_NOT_POSTED");
    // The credit pays the share that takes its place.
    let posted = post(town, "2026-09").await;
    assert_eq!(posted["shares"][0]["billNo"], "A1-202609G2");
    let account = town.account(&town.finance, "A1").await;
    assert_eq!(
        (&account["openAmount"], &account["credit"]),
        (&json!("0"), &json!("0"))
    );
}

#[tokio::test]
async fn e6_shares_go_by_area_by_persons_and_by_usage() {
    let town = building().await;
    town.read("E-LIFT", "2026-09-30", "1100.00").await;
    // 100 kWh, 50.00 yuan, by 80.50 : 59.50 : 60.00.
    agree(&town, "AREA", "2026-09-01").await;
    let by_area = preview(&town, "2026-09").await;
    assert_eq!(amounts(&by_area["content"]), [2013, 1487, 1500]);
    end(&town, "2026-09-02").await;
    // 29 days: A1 has two occupants, one from 16 September; the others are households of three.
    agree(&town, "PERSONS", "2026-09-02").await;
    for (bed, from) in [("1", "2026-08-01"), ("2", "2026-09-16")] {
        let add = AddOccupant {
            account_no: "A1".parse().unwrap(),
            occupant: bed.parse().unwrap(),
            from: Some(from.parse().unwrap()),
        };
        town.centre.run(add).await;
    }
    // 28 days from the 2nd: 28 + 14 = 42 of 42 + 84 + 84.
    let by_persons = preview(&town, "2026-09").await;
    assert_eq!(amounts(&by_persons["content"]), [1000, 2000, 2000]);
    end(&town, "2026-09-03").await;
    agree(&town, "USAGE", "2026-09-03").await;
    let waiting = preview(&town, "2026-09").await;
    assert_eq!(
        waiting["userErrors"][0]["code"],
        "SHARED_ALLOCATION_MEMBER_NOT_BILLED"
    );
    for (account_no, index) in [("A1", "10"), ("B2", "30"), ("C3", "60")] {
        town.read(&format!("E-{account_no}"), "2026-09-28", index)
            .await;
        town.bill(account_no, "2026-09").await;
    }
    let by_usage = post(&town, "2026-09").await;
    assert_eq!(amounts(&by_usage), [500, 1500, 3000]);
    town.verified().await;
}

async fn end(town: &Town, on: &str) {
    let input = json!({ "meterNo": "E-LIFT", "on": on });
    let fields = "sharedAllocation { endedOn }";
    let ended = town
        .centre
        .must(&town.finance, "endSharedAllocation", input, fields)
        .await;
    assert_eq!(ended["sharedAllocation"]["endedOn"], on);
}

#[tokio::test]
async fn e6_no_common_meter_is_paid_for_twice_and_nonsense_is_refused() {
    let town = building().await;
    let refused =
        async |name: &str, input: Value| town.centre.refused(&town.finance, name, input).await.0;
    let mut own = agreement("EQUAL", "2026-09-01");
    own["meterNo"] = json!("E-A1");
    assert_eq!(
        refused("agreeSharedAllocation", own).await,
        "SHARED_ALLOCATION_METER_PAID_FOR"
    );
    let mut nought = agreement("AREA", "2026-09-01");
    for member in nought["members"].as_array_mut().unwrap() {
        member["area"] = json!("0");
    }
    assert_eq!(
        refused("agreeSharedAllocation", nought).await,
        "SHARED_ALLOCATION_WEIGHTS_ZERO"
    );
    let mut water = agreement("EQUAL", "2026-09-01");
    water["tariffId"] = json!("W");
    assert_eq!(
        refused("agreeSharedAllocation", water).await,
        "SHARED_ALLOCATION_OTHER_COMMODITY"
    );
    let unposted = json!({ "meterNo": "E-LIFT", "month": "2026-09" });
    assert_eq!(
        refused("postSharedAllocation", unposted.clone()).await,
        "SHARED_ALLOCATION_UNKNOWN"
    );
    agree(&town, "EQUAL", "2026-09-01").await;
    assert_eq!(
        refused("postSharedAllocation", unposted).await,
        "SHARED_ALLOCATION_NOTHING_TO_SHARE"
    );
    assert_eq!(
        refused("agreeSharedAllocation", agreement("AREA", "2026-09-10")).await,
        "SHARED_ALLOCATION_OVERLAPS"
    );
    let input = json!({ "accountNo": "A1", "meterNo": "E-LIFT", "tariffId": "E" });
    let taken = town
        .centre
        .refused(&town.manager, "assignMeter", input)
        .await;
    assert_eq!(taken.0, "ACCOUNT_METER_SHARED");
    let forbidden = town
        .centre
        .mutate(
            &town.cashier,
            "agreeSharedAllocation",
            agreement("EQUAL", "2026-09-01"),
            "",
        )
        .await;
    assert_eq!(forbidden, Err("FORBIDDEN".to_owned()));
    let query = "query { sharedAllocations(first: 10) { nodes { meterNo key endedOn } } }";
    let listed = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(
        listed["sharedAllocations"]["nodes"],
        json!([{ "meterNo": "E-LIFT", "key": "EQUAL", "endedOn": null }])
    );
}

/// E6: a master of 3 980.00, rooms of 3 812.40, common 96.00: 71.60 are lost, 1.80 %.
#[tokio::test]
async fn e6_the_loss_of_a_building_is_shared_up_to_its_limit() {
    let town = building().await;
    let technician = town.centre.staff("wu", &[Role::Technician]).await;
    // As much in August as in September: nothing to wonder at.
    for meter_no in ["E-MASTER", "E-ROOMS"] {
        installed(&town, meter_no, "2026-08-01T01:00:00Z", "4000.00").await;
    }
    for (meter_no, role) in [("E-ROOMS", "SUB"), ("E-LIFT", "COMMON")] {
        let input = json!({ "meterNo": meter_no, "parentNo": "E-MASTER", "role": role,
            "from": "2026-09-01" });
        town.centre
            .must(&technician, "linkSubMeter", input, "meter { meterNo }")
            .await;
    }
    let mut input = agreement("EQUAL", "2026-09-01");
    input["meterNo"] = json!("E-MASTER");
    input["source"] = json!("LOSS");
    let fields = "sharedAllocation { source }";
    let agreed = town
        .centre
        .must(&town.finance, "agreeSharedAllocation", input, fields)
        .await;
    assert_eq!(agreed["sharedAllocation"]["source"], "LOSS");

    let preview = async || {
        let query = "query { previewSharedAllocation(meterNo: \"E-MASTER\", month: \"2026-09\") {
            content { usage beyondLimit amount shares { amount } } userErrors { code } } }";
        let asked = town.centre.ask(&town.finance, query, json!({})).await;
        asked.data()["previewSharedAllocation"].take()
    };
    town.read("E-MASTER", "2026-09-30", "7980.00").await;
    town.read("E-ROOMS", "2026-09-30", "7812.40").await;
    assert_eq!(
        preview().await["userErrors"][0]["code"],
        "SHARED_ALLOCATION_SUBS_UNREAD"
    );
    town.read("E-LIFT", "2026-09-30", "1096.00").await;
    assert_eq!(
        preview().await["content"],
        json!({ "usage": "71.6", "beyondLimit": null, "amount": "3580",
                "shares": [{ "amount": "1194" }, { "amount": "1193" }, { "amount": "1193" }] })
    );
    // Ordinary is up to 1 % from now on: 39.80, and the centre bears the rest.
    let limits = json!({ "commodity": "ELECTRICITY", "from": "2026-09-01", "lowPercent": "-1",
        "highPercent": "1", "reason": "新楼" });
    town.centre
        .must(&town.manager, "setLossLimits", limits, "pending")
        .await;
    let input = json!({ "meterNo": "E-MASTER", "month": "2026-09" });
    let fields = "content { usage beyondLimit amount }";
    let posted = town
        .centre
        .must(&town.finance, "postSharedAllocation", input, fields)
        .await;
    let plain = |name: &str| {
        let text = posted["content"][name].as_str().unwrap();
        text.trim_end_matches('0').to_owned()
    };
    assert_eq!(
        (plain("usage"), plain("beyondLimit")),
        ("39.8".to_owned(), "31.8".to_owned())
    );
    assert_eq!(posted["content"]["amount"], "1990");
    town.verified().await;
}
