//! Who pays for what is used together: dormitory rooms with a free allowance, minimum charges.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_decision::Actor;
use chaobiao_domain::account::{AccountClass, AssignMeter};
use chaobiao_domain::meter::{
    ApproveCorrection, DeviceSpec, InstallDevice, RegisterMeter, RequestCorrection,
};
use chaobiao_domain::units::{Commodity, Multiplier};
use serde_json::{Value, json};

use crate::support::Centre;
use crate::support::town::Town;

/// The time of October's billing.
async fn october() -> Town {
    let centre = Centre::open_at("2026-10-01T04:00:00Z".parse().unwrap());
    Town::set_up(centre.await).await
}

/// 0.65 yuan a kWh, and what a version says of a month.
async fn tariff(town: &Town, id: &str, of_month: Value) {
    let mut version = json!({ "from": "2026-01-01", "tiers": [{ "price": "0.65" }] });
    let version_fields = version.as_object_mut().unwrap();
    version_fields.extend(of_month.as_object().unwrap().clone());
    let input = json!({
        "tariffId": id, "name": format!("{id} 宿舍"), "commodity": "ELECTRICITY",
        "versions": [version],
    });
    town.centre
        .must(&town.finance, "defineTariff", input, "tariff { tariffId }")
        .await;
}

/// An electricity meter with two decimals, which stood at 100.00 on 1 September.
async fn meter(town: &Town, meter_no: &str, account_no: &str, tariff_id: &str) {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Electricity,
        campus: "N".parse().unwrap(),
        building: "学生公寓 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
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
        // As much a month as the tests use: nothing for the rules to wonder at.
        installed_at: Some("2026-07-01T01:00:00Z".parse().unwrap()),
    };
    town.centre.run(install).await;
    town.read(meter_no, "2026-09-01", "100.00").await;
    let assign = AssignMeter {
        account_no: account_no.parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        tariff_id: tariff_id.parse().unwrap(),
        from: Some("2026-09-01".parse().unwrap()),
    };
    town.centre.run(assign).await;
}

/// A room of three since August and one who moved in on 16 September.
async fn room(town: &Town) {
    town.centre
        .open_account("D1", "学生公寓 3-201", AccountClass::StudentDorm)
        .await;
    let beds = [
        ("1", "2026-08-25"),
        ("2", "2026-08-25"),
        ("3", "2026-08-25"),
        ("4", "2026-09-16"),
    ];
    // Whoever is entered first, ties go to the lowest number.
    for (bed, from) in beds.iter().rev() {
        let input = json!({ "accountNo": "D1", "occupantNo": bed, "from": from });
        town.centre
            .must(&town.manager, "addOccupant", input, "account { accountNo }")
            .await;
    }
}

const PREVIEW: &str = "query { previewBill(accountNo: \"D1\", month: \"2026-10\") {
    bill { total lines { component quantity price amount borneByCentre }
        occupantShares { occupantNo amount } }
    userErrors { code } } }";

const BILL: &str = "query($no: String!) { bill(billNo: $no) { total adjusted openAmount voidedOn
    lines { component quantity price amount borneByCentre }
    occupantShares { occupantNo amount meters { meterNo days amount } } } }";

async fn bill(town: &Town, bill_no: &str) -> Value {
    let asked = town
        .centre
        .ask(&town.finance, BILL, json!({ "no": bill_no }));
    asked.await.data()["bill"].take()
}

fn lines() -> Value {
    json!([
        { "component": "免费额度", "quantity": "28.00", "price": "0.65", "amount": "0",
          "borneByCentre": "1820" },
        { "component": "electricity", "quantity": "33.50", "price": "0.65", "amount": "2178",
          "borneByCentre": null },
    ])
}

fn shares(bill: &Value) -> Vec<(String, String)> {
    let shares = bill["occupantShares"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    shares
        .map(|share| (text(&share["occupantNo"]), text(&share["amount"])))
        .collect()
}

fn owned(shares: [(&str, &str); 4]) -> Vec<(String, String)> {
    let owned = |(bed, amount): (&str, &str)| (bed.to_owned(), amount.to_owned());
    shares.map(owned).to_vec()
}

/// E6: 6.23, 6.22, 6.22 and 3.11.
fn e6() -> Vec<(String, String)> {
    owned([("1", "623"), ("2", "622"), ("3", "622"), ("4", "311")])
}

#[tokio::test]
async fn e6_a_room_pays_for_its_excess_and_shares_it_by_person_days() {
    let town = october().await;
    let allowance = json!({ "perMonth": "8", "excludedMonths": [2, 7, 8] });
    tariff(&town, "D", json!({ "freeAllowance": allowance })).await;
    room(&town).await;
    meter(&town, "E-D1", "D1", "D").await;
    let reading = town.read("E-D1", "2026-10-01", "161.50").await;

    let previewed = town
        .centre
        .ask(&town.finance, PREVIEW, json!({}))
        .await
        .data();
    let preview = &previewed["previewBill"]["bill"];
    assert_eq!(
        (&preview["total"], &preview["lines"]),
        (&json!("2178"), &lines())
    );
    assert_eq!(shares(preview), e6());

    town.bill("D1", "2026-10").await;
    let issued = bill(&town, "D1-202610").await;
    assert_eq!(
        (&issued["total"], &issued["lines"]),
        (&json!("2178"), &lines())
    );
    assert_eq!(shares(&issued), e6());
    assert_eq!(
        issued["occupantShares"][3]["meters"],
        json!([{ "meterNo": "E-D1", "days": 15, "amount": "311" }])
    );

    it_is_replayed_and_simulated(&town).await;
    it_is_corrected(&town, &reading).await;
    town.verified().await;
}

async fn it_is_replayed_and_simulated(town: &Town) {
    let query = "query { replayBill(billNo: \"D1-202610\") { equal replayedTotal
        occupantShares { occupantNo amount }
        tariffVersions { freeAllowance { perMonth basis excludedMonths } minimumCharge } } }";
    let replayed = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    let replayed = &replayed["replayBill"];
    assert_eq!(
        (&replayed["equal"], &replayed["replayedTotal"]),
        (&json!(true), &json!("2178"))
    );
    assert_eq!(shares(replayed), e6());
    assert_eq!(
        replayed["tariffVersions"],
        json!([{ "minimumCharge": null,
                 "freeAllowance": { "perMonth": "8", "basis": "PERSON", "excludedMonths": [2, 7, 8] } }])
    );
    let query = "query($input: SimulateTariffInput!) { simulateTariff(input: $input) {
        simulation { total { billed present draft delta } } userErrors { code } } }";
    let draft = json!([{ "from": "2026-01-01", "tiers": [{ "price": "0.65" }],
        "freeAllowance": { "perMonth": "10" }, "minimumCharge": "2000" }]);
    let input = json!({ "tariffId": "D", "from": "2026-10", "to": "2026-10", "versions": draft });
    let simulated = town
        .centre
        .ask(&town.finance, query, json!({ "input": input }))
        .await
        .data();
    // 61.50 − 35.00 = 26.50 × 0.65 = 17.225, lifted to 20.00.
    assert_eq!(
        simulated["simulateTariff"]["simulation"]["total"],
        json!({ "billed": "2178", "present": "2178", "draft": "2000", "delta": "-178" })
    );
}

/// The dial showed 151.50: 23.50 beyond the allowance.
async fn it_is_corrected(town: &Town, reading: &str) {
    let request = RequestCorrection {
        meter_no: "E-D1".parse().unwrap(),
        reading_id: reading.parse().unwrap(),
        index: "151.50".parse().unwrap(),
        reason: "照片显示 151.50".to_owned(),
    };
    let actor = |login: &str| Actor::Staff(login.to_owned());
    let asked = town.centre.run_as(actor("sun"), request).await;
    let approve = ApproveCorrection {
        meter_no: "E-D1".parse().unwrap(),
        correction_id: asked.correction_id,
    };
    town.centre.run_as(actor("zhao"), approve).await;
    let input = json!({ "accountNo": "D1", "reason": "读数更正" });
    let posted = town
        .centre
        .must(&town.finance, "rebill", input, "rebilling { net }")
        .await;
    // 23.50 × 0.65 = 15.275 → 15.28
    assert_eq!(posted["rebilling"]["net"], "-650");
    let rebilled = bill(town, "D1-202610").await;
    assert_eq!(
        (&rebilled["adjusted"], &rebilled["openAmount"]),
        (&json!("-650"), &json!("1528"))
    );
    // 15.28 × 30/105 = 4.3657, × 15/105 = 2.1829: the two fen left go to the lowest of the larger.
    assert_eq!(
        shares(&rebilled),
        owned([("1", "437"), ("2", "437"), ("3", "436"), ("4", "218")])
    );
    let void = json!({ "billNo": "D1-202610", "reason": "入住日期错误" });
    town.centre
        .must(&town.finance, "voidBill", void, "bill { billNo }")
        .await;
    // Bed 4 came on the 11th, as it turns out.
    let wrong = json!({ "accountNo": "D1", "occupantNo": "4", "on": "2026-09-16" });
    let fields = "account { occupants { occupantNo from to } }";
    let removed = town
        .centre
        .must(&town.manager, "removeOccupant", wrong, fields)
        .await;
    assert_eq!(removed["account"]["occupants"].as_array().unwrap().len(), 3);
    let right = json!({ "accountNo": "D1", "occupantNo": "4", "from": "2026-09-11" });
    town.centre
        .must(&town.manager, "addOccupant", right, fields)
        .await;
    let again = json!({ "billNo": "D1-202610" });
    town.centre
        .must(&town.finance, "reissueBill", again, "bill { billNo }")
        .await;
    // 8 × (3 + 20/30) = 29.33; 51.50 − 29.33 = 22.17 × 0.65 = 14.4105
    let reissued = bill(town, "D1-202610R2").await;
    assert_eq!(
        (&reissued["total"], &reissued["lines"][0]["quantity"]),
        (&json!("1441"), &json!("29.33"))
    );
    let sum: i64 = shares(&reissued)
        .iter()
        .map(|(_, fen)| fen.parse::<i64>().unwrap())
        .sum();
    assert_eq!(sum, 1441);
}

#[tokio::test]
async fn e6_who_lives_where_is_kept_by_the_day_and_nonsense_is_refused() {
    let town = october().await;
    room(&town).await;
    let refused = async |name: &str, input: Value| {
        let mut input = input;
        input["accountNo"] = json!("D1");
        town.centre.refused(&town.manager, name, input).await
    };
    let code = |code: &str, field: &str| (code.to_owned(), format!("input.{field}"));
    let early = json!({ "occupantNo": "4", "on": "2026-09-15" });
    assert_eq!(
        refused("removeOccupant", early).await,
        code("ACCOUNT_OCCUPANT_OUT_BEFORE_IN", "on")
    );
    let twice = json!({ "occupantNo": "4", "from": "2026-09-20" });
    assert_eq!(
        refused("addOccupant", twice).await,
        code("ACCOUNT_OCCUPANT_THERE", "occupantNo")
    );
    let nobody = json!({ "occupantNo": "9" });
    assert_eq!(
        refused("removeOccupant", nobody).await,
        code("ACCOUNT_OCCUPANT_NOT_THERE", "occupantNo")
    );
    let out = json!({ "accountNo": "D1", "occupantNo": "2", "on": "2026-09-20" });
    let fields = "account { occupants { occupantNo from to } }";
    let gone = town
        .centre
        .must(&town.manager, "removeOccupant", out, fields)
        .await;
    let stays = gone["account"]["occupants"].as_array().unwrap();
    assert!(
        stays.contains(&json!({ "occupantNo": "2", "from": "2026-08-25", "to": "2026-09-20" }))
    );
    let back = json!({ "occupantNo": "2", "from": "2026-09-19" });
    assert_eq!(
        refused("addOccupant", back).await,
        code("ACCOUNT_OCCUPANT_OVERLAPS", "from")
    );
    let input = json!({ "accountNo": "D1", "occupantNo": "5" });
    let forbidden = town
        .centre
        .mutate(&town.cashier, "addOccupant", input, "")
        .await;
    assert_eq!(forbidden, Err("FORBIDDEN".to_owned()));

    let define = async |of_version: Value| {
        let mut version = json!({ "from": "2026-01-01", "tiers": [{ "price": "0.65" }] });
        let fields = version.as_object_mut().unwrap();
        fields.extend(of_version.as_object().unwrap().clone());
        let input = json!({ "tariffId": "X", "name": "宿舍", "commodity": "ELECTRICITY",
            "versions": [version] });
        town.centre
            .refused(&town.finance, "defineTariff", input)
            .await
            .0
    };
    let negative = json!({ "freeAllowance": { "perMonth": "-8" } });
    assert_eq!(define(negative).await, "TARIFF_ALLOWANCE_NEGATIVE");
    let thirteenth = json!({ "freeAllowance": { "perMonth": "8", "excludedMonths": [13] } });
    assert_eq!(define(thirteenth).await, "TARIFF_EXCLUDED_MONTH");
    assert_eq!(
        define(json!({ "minimumCharge": "-1" })).await,
        "TARIFF_MINIMUM_NEGATIVE"
    );
}

#[tokio::test]
async fn e6_two_meters_of_a_room_have_one_allowance_and_one_minimum() {
    let town = october().await;
    let of_month = json!({ "freeAllowance": { "perMonth": "8" }, "minimumCharge": "1000" });
    tariff(&town, "D", of_month).await;
    room(&town).await;
    // 5 and 25 kWh: 28 are free in all, and 2.00 × 0.65 = 1.30 is lifted to 10.00 once.
    for (meter_no, index) in [("E1-D1", "105.00"), ("E2-D1", "125.00")] {
        meter(&town, meter_no, "D1", "D").await;
        town.read(meter_no, "2026-10-01", index).await;
    }
    town.bill("D1", "2026-10").await;
    let issued = bill(&town, "D1-202610").await;
    let lines: Vec<(&str, &str, &str)> = issued["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap();
            (text("component"), text("quantity"), text("amount"))
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("免费额度", "5", "0"),
            ("免费额度", "23.00", "0"),
            ("electricity", "2.00", "130"),
            ("最低消费补足", "0", "870"),
        ]
    );
    assert_eq!(issued["total"], "1000");
    let query = "query { replayBill(billNo: \"D1-202610\") { equal } }";
    let replayed = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(replayed["replayBill"]["equal"], true);
    town.verified().await;
}

#[tokio::test]
async fn a_month_costs_its_minimum_by_the_days_of_the_period() {
    let town = october().await;
    tariff(&town, "M", json!({ "minimumCharge": "1000" })).await;
    for account_no in ["M1", "M2"] {
        town.centre
            .open_account(account_no, "北苑", AccountClass::Resident)
            .await;
        meter(&town, &format!("E-{account_no}"), account_no, "M").await;
    }
    // 10 days of September: 10.00 × 10/30 = 3.33, of which 2 kWh bring 1.30.
    town.read("E-M1", "2026-09-11", "102.00").await;
    town.read("E-M2", "2026-09-11", "120.00").await;
    let no_shares = json!([]);
    for (account_no, total, lines) in [("M1", "333", 2), ("M2", "1300", 1)] {
        town.bill(account_no, "2026-09").await;
        let issued = bill(&town, &format!("{account_no}-202609")).await;
        assert_eq!(
            (
                issued["total"].as_str(),
                issued["lines"].as_array().unwrap().len()
            ),
            (Some(total), lines)
        );
        assert_eq!(issued["occupantShares"], no_shares);
    }
    // The rest of September, in October's bill, with nothing used: 10.00 × 20/30.
    town.read("E-M1", "2026-10-01", "102.00").await;
    town.bill("M1", "2026-10").await;
    let issued = bill(&town, "M1-202610").await;
    assert_eq!(
        issued["lines"],
        json!([{ "component": "最低消费补足", "quantity": "0", "price": "0", "amount": "667",
                 "borneByCentre": null }])
    );
    town.verified().await;
}
