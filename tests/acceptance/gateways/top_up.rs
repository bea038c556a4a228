//! Case E3: a prepaid account from its first top-up to the cut-off that is called off.

use std::time::Duration;

use axum::http::StatusCode;
use chaobiao_domain::account::{AssignMeter, ChargeScheme};
use chaobiao_domain::calendar::shipped_years;
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::meter::SubmitReading;
use chaobiao_domain::meter::{Channel, DeviceSpec, Evidence, InstallDevice, RegisterMeter};
use chaobiao_domain::prepaid::ChangeChargeScheme;
use chaobiao_domain::tariff::DefineTariff;
use chaobiao_domain::units::{Commodity, Fen, Multiplier};
use chaobiao_domain::work_calendar::LoadYear;
use chaobiao_gateway_stub::Flaw;
use chaobiao_projections::prepaid::{self, PrepaidRow};
use serde_json::json;

use super::town::{Town, morning};

const WECHAT_PAY: &str = "/callback/wechatpay";

async fn prepaid_town() -> Town {
    let town = Town::on("2026-09-01").await;
    for list in shipped_years().unwrap() {
        town.run(LoadYear { list }).await;
    }
    let terms = json!({ "versions": [{ "from": "2026-01-01", "tiers": [{ "price": "0.5500" }] }] });
    town.run(DefineTariff {
        tariff_id: "power-flat".parse().unwrap(),
        name: "单一电价".to_owned(),
        payment_days: 15,
        commodity: Commodity::Electricity,
        terms: serde_json::from_value(terms).unwrap(),
    })
    .await;
    town.run(RegisterMeter {
        meter_no: "E1".parse().unwrap(),
        commodity: Commodity::Electricity,
        campus: "S".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    })
    .await;
    town.run(InstallDevice {
        meter_no: "E1".parse().unwrap(),
        device: DeviceSpec {
            hardware_no: "H-E1".parse().unwrap(),
            digits: Some(6),
            decimals: 2,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "1000.00".parse().unwrap(),
            photo: None,
        },
        installed_at: None,
    })
    .await;
    town.run(AssignMeter {
        account_no: "A1".parse().unwrap(),
        meter_no: "E1".parse().unwrap(),
        tariff_id: "power-flat".parse().unwrap(),
        from: None,
    })
    .await;
    town.run(ChangeChargeScheme {
        account_no: "A1".parse().unwrap(),
        scheme: ChargeScheme::Prepaid,
        reason: "已装远传表，可远程通断".to_owned(),
        alarm_below: Some(Fen::new(2000)),
        grace_credit: Some(Fen::new(1000)),
    })
    .await;
    town
}

async fn standing(town: &Town) -> Option<PrepaidRow> {
    let accounts = ["A1".to_owned()];
    let rows = prepaid::query::of_accounts(town.pool(), &accounts).await;
    rows.unwrap().pop()
}

/// Waits until the account is shown with a balance, a level and a supply.
async fn becomes(town: &Town, balance: i64, level: &str, supply: &str) -> PrepaidRow {
    let mut last = None;
    for _ in 0..600 {
        last = standing(town).await;
        let same = |row: &&PrepaidRow| {
            (row.balance, row.level.as_str(), row.supply.as_str()) == (balance, level, supply)
        };
        if let Some(row) = last.as_ref().filter(same) {
            return row.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {balance} {level} {supply}: {last:?}")
}

/// The money comes by a gateway that says so three times.
async fn top_up(town: &Town, amount: i64) {
    let channel = GatewayChannel::WechatPay;
    let (order_no, _) = town.order_of(channel, Some(Fen::new(amount))).await;
    town.wechat.pay(order_no.as_str());
    for _ in 0..3 {
        let (headers, body) = town.wechat.notice(order_no.as_str(), Flaw::None);
        let answer = town.post(WECHAT_PAY, headers, body).await;
        assert_eq!(answer, StatusCode::NO_CONTENT);
    }
}

async fn read(town: &Town, day: &str, index: &str) {
    town.set_time(morning(day));
    let judged = town
        .run(SubmitReading {
            meter_no: "E1".parse().unwrap(),
            index: index.parse().unwrap(),
            read_at: None,
            channel: Channel::Remote,
            photo: None,
            round: None,
            note: None,
            evidence: Evidence::default(),
        })
        .await;
    assert!(judged.usage.is_some(), "held: {:?}", judged.findings);
}

#[tokio::test]
async fn e3_a_prepaid_account_from_its_top_up_to_a_cut_off_that_is_called_off() {
    let town = prepaid_town().await;
    becomes(&town, 0, "low", "on").await;
    top_up(&town, 10000).await;
    becomes(&town, 10000, "ample", "on").await;
    assert_eq!(town.payments_of(1).await.len(), 1);

    read(&town, "2026-09-10", "1118.60").await;
    becomes(&town, 3477, "ample", "on").await;
    read(&town, "2026-09-15", "1158.85").await;
    becomes(&town, 1263, "low", "on").await;
    read(&town, "2026-09-20", "1190.75").await;
    becomes(&town, -492, "grace", "on").await;
    // Mid-Autumn: the next working day is Monday.
    read(&town, "2026-09-26", "1202.75").await;
    let planned = becomes(&town, -1152, "exhausted", "cut_off_planned").await;
    assert_eq!(planned.cut_off_at, Some(morning("2026-09-28")));

    town.set_time(morning("2026-09-27"));
    town.settled_down().await;
    becomes(&town, -1152, "exhausted", "cut_off_planned").await;
    top_up(&town, 5000).await;
    becomes(&town, 3848, "ample", "on").await;
    assert_eq!(town.payments_of(2).await.len(), 2);
    town.set_time(morning("2026-09-28"));
    town.settled_down().await;
    becomes(&town, 3848, "ample", "on").await;
    town.close().await;
}

#[tokio::test]
async fn e3_what_is_not_paid_is_ordered_to_be_cut_off_when_the_planned_time_has_come() {
    let town = prepaid_town().await;
    read(&town, "2026-09-25", "1020.00").await;
    becomes(&town, -1100, "exhausted", "cut_off_planned").await;
    town.set_time(morning("2026-09-27"));
    town.settled_down().await;
    becomes(&town, -1100, "exhausted", "cut_off_planned").await;
    town.set_time(morning("2026-09-28"));
    becomes(&town, -1100, "exhausted", "cut_off_ordered").await;
    town.close().await;
}
