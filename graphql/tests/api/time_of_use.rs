//! 尖峰平谷: a shop's electricity by the hours of use, from the registers on the dial to the bill, its
//! replay, a trial of other prices and a correction.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_decision::Actor;
use chaobiao_domain::account::{AccountClass, AssignMeter};
use chaobiao_domain::meter::{
    ApproveCorrection, DeviceSpec, InstallDevice, RegisterMeter, RequestCorrection,
};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use serde_json::{Value, json};

use crate::support::town::Town;
use crate::support::{Browser, Centre};

const METER: &str = "E-B1";

struct Shop {
    town: Town,
    technician: Browser,
}

impl Shop {
    /// 0.65 yuan, 0.10 more in the peak hours, 0.20 less by night; read at 200 on 1 September.
    async fn open() -> Self {
        let centre = Centre::open_at("2026-11-01T04:00:00Z".parse().unwrap());
        let town = Town::set_up(centre.await).await;
        let shop = Self {
            technician: town.centre.staff("sun", &[Role::Technician]).await,
            town,
        };
        let version = json!({ "from": "2026-01-01", "tiers": [{ "price": "0.65" }],
            "timeOfUse": [{ "rate": "PEAK", "delta": "0.10" },
                          { "rate": "VALLEY", "delta": "-0.20" }] });
        let tariff = json!({ "tariffId": "B", "name": "商业用电", "commodity": "ELECTRICITY",
            "versions": [version] });
        let centre = &shop.town.centre;
        centre
            .must(
                &shop.town.finance,
                "defineTariff",
                tariff,
                "tariff { tariffId }",
            )
            .await;
        centre
            .open_account("B1", "商业街 1 号", AccountClass::Unit)
            .await;
        let register = RegisterMeter {
            meter_no: METER.parse().unwrap(),
            commodity: Commodity::Electricity,
            campus: "N".parse().unwrap(),
            building: "商业街".to_owned(),
            room: "1 号".to_owned(),
            book: "B1".parse().unwrap(),
            walk_order: 1,
            self_read: false,
        };
        centre.run(register).await;
        let install = InstallDevice {
            meter_no: METER.parse().unwrap(),
            device: DeviceSpec {
                hardware_no: "HE-B1".parse().unwrap(),
                digits: Some(6),
                decimals: 2,
                multiplier: Multiplier::ONE,
                max_per_hour: None,
                opening_index: "0".parse().unwrap(),
                photo: None,
            },
            installed_at: Some("2026-07-01T01:00:00Z".parse().unwrap()),
        };
        centre.run(install).await;
        shop.read("2026-09-01", "200", ["100", "60", "40"]).await;
        let assign = AssignMeter {
            account_no: "B1".parse().unwrap(),
            meter_no: METER.parse().unwrap(),
            tariff_id: "B".parse().unwrap(),
            from: Some("2026-09-01".parse().unwrap()),
        };
        shop.town.centre.run(assign).await;
        shop
    }

    fn reading(day: &str, index: &str, [peak, flat, valley]: [&str; 3]) -> Value {
        json!({ "meterNo": METER, "index": index, "channel": "HANDHELD",
            "readAt": format!("{day}T02:00:00Z"),
            "rates": [{ "rate": "PEAK", "index": peak }, { "rate": "FLAT", "index": flat },
                      { "rate": "VALLEY", "index": valley }] })
    }

    async fn read(&self, day: &str, index: &str, rates: [&str; 3]) -> String {
        let input = Self::reading(day, index, rates);
        let fields = "status reading { readingId rates { rate index } }";
        let taken = self
            .town
            .centre
            .must(&self.technician, "submitReading", input, fields);
        let taken = taken.await;
        assert_eq!(taken["status"], "ACCEPTED");
        assert_eq!(
            taken["reading"]["rates"][0],
            json!({ "rate": "PEAK", "index": rates[0] })
        );
        taken["reading"]["readingId"].as_str().unwrap().to_owned()
    }

    async fn bill(&self, bill_no: &str) -> Value {
        let query = "query($no: String!) { bill(billNo: $no) { total adjusted
            lines { component quantity price amount } } }";
        let asked = self
            .town
            .centre
            .ask(&self.town.finance, query, json!({ "no": bill_no }));
        asked.await.data()["bill"].take()
    }
}

#[tokio::test]
async fn electricity_by_the_hours_of_use_is_billed_replayed_tried_and_corrected() {
    let shop = Shop::open().await;
    let reading = shop.read("2026-10-01", "300", ["160", "80", "60"]).await;
    shop.town.bill("B1", "2026-10").await;
    let bill = shop.bill("B1-202610").await;
    // 65.00 + 6.00 − 4.00
    assert_eq!(
        bill,
        json!({ "total": "6700", "adjusted": "0", "lines": [
            { "component": "electricity", "quantity": "100", "price": "0.65", "amount": "6500" },
            { "component": "峰时段", "quantity": "60", "price": "0.10", "amount": "600" },
            { "component": "谷时段", "quantity": "20", "price": "-0.20", "amount": "-400" },
        ] })
    );
    it_is_replayed_and_tried(&shop).await;
    it_is_corrected(&shop, &reading).await;
    shop.town.verified().await;
}

async fn it_is_replayed_and_tried(shop: &Shop) {
    let (centre, finance) = (&shop.town.centre, &shop.town.finance);
    let query = "query { replayBill(billNo: \"B1-202610\") { equal replayedTotal
        tariffVersions { timeOfUse { rate delta } } } }";
    let replayed = centre.ask(finance, query, json!({})).await.data();
    assert_eq!(
        replayed["replayBill"],
        json!({ "equal": true, "replayedTotal": "6700", "tariffVersions": [{ "timeOfUse": [
            { "rate": "PEAK", "delta": "0.10" }, { "rate": "VALLEY", "delta": "-0.20" } ] }] })
    );
    let query = "query($input: SimulateTariffInput!) { simulateTariff(input: $input) {
        simulation { total { billed present draft delta } } userErrors { code } } }";
    let draft = json!([{ "from": "2026-01-01", "tiers": [{ "price": "0.65" }],
        "timeOfUse": [{ "rate": "PEAK", "delta": "0.20" }] }]);
    let input = json!({ "tariffId": "B", "from": "2026-10", "to": "2026-10", "versions": draft });
    let tried = centre
        .ask(finance, query, json!({ "input": input }))
        .await
        .data();
    assert_eq!(
        tried["simulateTariff"]["simulation"]["total"],
        json!({ "billed": "6700", "present": "6700", "draft": "7700", "delta": "1000" })
    );
}

/// The dial showed 290: what the registers showed beside a wrong index counts no more, and the next
/// reading tells the hours apart. Over both months the shop pays for its usage and its hours.
async fn it_is_corrected(shop: &Shop, reading: &str) {
    let (centre, finance) = (&shop.town.centre, &shop.town.finance);
    let request = RequestCorrection {
        meter_no: METER.parse().unwrap(),
        reading_id: reading.parse().unwrap(),
        index: "290".parse().unwrap(),
        reason: "看错一位".to_owned(),
    };
    let actor = |login: &str| Actor::Staff(login.to_owned());
    let asked = centre.run_as(actor("chen"), request).await;
    let approve = ApproveCorrection {
        meter_no: METER.parse().unwrap(),
        correction_id: asked.correction_id,
    };
    centre.run_as(actor("zhao"), approve).await;
    let input = json!({ "accountNo": "B1", "reason": "读数更正" });
    let posted = centre
        .must(finance, "rebill", input, "rebilling { net }")
        .await;
    // 90 × 0.65 = 58.50 for 67.00
    assert_eq!(posted["rebilling"]["net"], "-850");
    shop.read("2026-11-01", "400", ["220", "100", "80"]).await;
    shop.town.bill("B1", "2026-11").await;
    // 110 × 0.65 + 120 × 0.10 − 40 × 0.20; with 58.50 that is 200 × 0.65 + 12.00 − 8.00.
    let november = shop.bill("B1-202611").await;
    assert_eq!(november["total"], "7550");
    assert_eq!(november["lines"][1]["quantity"], "120");
    assert_eq!(november["lines"][2]["quantity"], "40");
}

#[tokio::test]
async fn prices_by_the_hour_that_make_no_sense_and_registers_that_disagree_are_refused() {
    let shop = Shop::open().await;
    let (centre, finance) = (&shop.town.centre, &shop.town.finance);
    let define = async |commodity: &str, rates: Value| {
        let version =
            json!({ "from": "2026-01-01", "tiers": [{ "price": "0.65" }], "timeOfUse": rates });
        let input = json!({ "tariffId": "X", "name": "试", "commodity": commodity,
            "versions": [version] });
        centre.refused(finance, "defineTariff", input).await
    };
    let peak = json!({ "rate": "PEAK", "delta": "0.10" });
    let (code, _) = define("WATER", json!([peak])).await;
    assert_eq!(code, "TARIFF_TIME_OF_USE_OF_WATER");
    let twice = define("ELECTRICITY", json!([peak, peak])).await;
    assert_eq!(twice.0, "RATE_TWICE");
    let below = json!([{ "rate": "VALLEY", "delta": "-0.66" }]);
    assert_eq!(
        define("ELECTRICITY", below).await.0,
        "TARIFF_TIME_OF_USE_BELOW_ZERO"
    );

    // 160 + 80 + 70 is not 300.
    let apart = Shop::reading("2026-10-01", "300", ["160", "80", "70"]);
    let fields = "status findings { code message }";
    let held = centre
        .must(&shop.technician, "submitReading", apart, fields)
        .await;
    assert_eq!(held["status"], "HELD");
    assert_eq!(held["findings"][0]["code"], "METER_RATES_SUM_MISMATCH");
}
