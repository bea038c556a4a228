//! E5: a holder moves out, to the fen.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_decision::Actor;
use chaobiao_domain::account::{AccountClass, AssignMeter};
use chaobiao_domain::meter::{
    ApproveCorrection, Channel, DeviceSpec, Evidence, InstallDevice, RegisterMeter,
    RequestCorrection, SubmitReading,
};
use chaobiao_domain::staff::Role;
use chaobiao_domain::tariff::DefineTariff;
use chaobiao_domain::units::{Commodity, Multiplier};
use chaobiao_eventstore::access::Principal;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::Browser;
use crate::support::town::Town;

async fn again(town: &Town, login: &str) -> Browser {
    let principal = Principal::Staff(login.to_owned());
    town.centre.signed_in(principal).await
}

async fn meter(town: &Town, meter_no: &str, commodity: Commodity, tariff: &str, index: &str) {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    town.centre.run(register).await;
    let device = DeviceSpec {
        hardware_no: format!("H{meter_no}").parse().unwrap(),
        digits: Some(5),
        decimals: 2,
        multiplier: Multiplier::ONE,
        max_per_hour: None,
        opening_index: index.parse().unwrap(),
        photo: None,
    };
    let install = InstallDevice {
        meter_no: meter_no.parse().unwrap(),
        device,
        installed_at: Some("2026-08-26T01:00:00Z".parse().unwrap()),
    };
    town.centre.run(install).await;
    assign(town, "A1", meter_no, tariff, "2026-08-26").await;
}

async fn assign(town: &Town, account_no: &str, meter_no: &str, tariff: &str, from: &str) {
    let assign = AssignMeter {
        account_no: account_no.parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        tariff_id: tariff.parse().unwrap(),
        from: Some(from.parse().unwrap()),
    };
    town.centre.run(assign).await;
}

/// Water at 3.10 and 0.95 sewage from 505, power at 0.5469 from 8 766.87, both with 1 ‰ a day for
/// being late; September's bill of 63.15 was due on the 30th, and it is 15 October.
async fn e5() -> (Town, String, String) {
    let town = Town::open().await;
    town.centre.staff("chen", &[Role::Manager]).await;
    let surcharges = json!([{ "name": "sewage", "price": "0.95" }]);
    for (id, commodity, price, surcharges) in [
        ("W5", Commodity::Water, "3.10", surcharges),
        ("E5", Commodity::Electricity, "0.5469", json!([])),
    ] {
        let versions = json!([{
            "from": "2025-01-01", "tiers": [{ "price": price }], "surcharges": surcharges,
        }]);
        let tariff = DefineTariff {
            tariff_id: id.parse().unwrap(),
            name: format!("{id} 价"),
            payment_days: 15,
            commodity,
            terms: serde_json::from_value(json!({ "versions": versions })).unwrap(),
        };
        town.centre.run(tariff).await;
        let terms = json!({
            "tariffId": id, "from": "2026-01-01", "perDay": "0.1", "policy": "AS_NEVER_PAID",
        });
        town.centre
            .must(&town.finance, "setLateFee", terms, "")
            .await;
    }
    town.centre
        .open_account("A1", "王芳", AccountClass::Resident)
        .await;
    meter(&town, "W1", Commodity::Water, "W5", "505").await;
    meter(&town, "E1", Commodity::Electricity, "E5", "8766.87").await;
    town.read("W1", "2026-09-20", "512").await;
    town.read("E1", "2026-09-20", "8830.50").await;
    // Held until the end, and against nothing before.
    for amount in ["20000", "5000"] {
        let deposit = json!({
            "accountNo": "A1", "campusId": "N", "method": "CASH", "amount": amount,
        });
        town.centre
            .must(&town.cashier, "recordDeposit", deposit, "")
            .await;
    }
    let bill = json!({ "month": "2026-09", "accountNos": ["A1"], "dueOn": "2026-09-30" });
    let run = town
        .centre
        .must(&town.finance, "runBilling", bill, "run { total }")
        .await;
    assert_eq!(run["run"]["total"], "6315");
    let resident = town.resident("13800138000", "A1").await;
    let Some(Principal::Customer(customer)) = resident.principal else {
        unreachable!()
    };
    town.centre.wait(TimeDelta::hours(21 * 24 + 2));
    let water = town.read("W1", "2026-10-15", "519").await;
    town.read("E1", "2026-10-15", "8902.90").await;
    (town, water, customer)
}

const SETTLEMENT: &str = "settlement { billNo due openAmount credit certificateNo refundId }";

fn settle() -> Value {
    json!({ "accountNo": "A1", "charges": [
        { "commodity": "ELECTRICITY", "amount": "432", "reason": "公摊电梯" },
    ] })
}

/// One asks for all the account holds, another approves, a third pays it out.
async fn refund(town: &Town, amount: &str) {
    let cashier = again(town, "li").await;
    let ask = json!({
        "accountNo": "A1", "purse": "CREDIT", "amount": amount, "method": "BANK",
        "payee": "王芳 中国银行 6222", "reason": "退房",
    });
    let asked = town
        .centre
        .must(&cashier, "requestRefund", ask, "refund { refundId }")
        .await;
    pay_out(town, asked["refund"]["refundId"].clone(), amount).await;
}

async fn pay_out(town: &Town, refund_id: Value, amount: &str) {
    let (chief, finance) = (again(town, "chen").await, again(town, "qian").await);
    let mut refund = json!({ "refundId": refund_id });
    town.centre
        .must(&chief, "approveRefund", refund.clone(), "")
        .await;
    refund["bankReference"] = json!(format!("OUT-{amount}"));
    town.centre
        .must(&finance, "payRefundByBank", refund, "")
        .await;
}

async fn correct(town: &Town, water: &str) {
    let actor = |login: &str| Actor::Staff(login.to_owned());
    let request = RequestCorrection {
        meter_no: "W1".parse().unwrap(),
        reading_id: water.parse().unwrap(),
        index: "518".parse().unwrap(),
        reason: "照片显示 518".to_owned(),
    };
    let asked = town.centre.run_as(actor("sun"), request).await;
    let approve = ApproveCorrection {
        meter_no: "W1".parse().unwrap(),
        correction_id: asked.correction_id,
    };
    town.centre.run_as(actor("zhao"), approve).await;
}

async fn account(town: &Town, account_no: &str) -> Value {
    let query = "query($no: String!) { account(accountNo: $no) { openAmount credit deposit
        certificateNo movedOut { on openAmount closings { meterNo index } } assignments { meterNo releasedOn } } }";
    let manager = again(town, "ma").await;
    let asked = town
        .centre
        .ask(&manager, query, json!({ "no": account_no }));
    asked.await.data()["account"].take()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn e5_a_move_out_is_settled_cleared_and_refunded_to_the_fen() {
    let (town, water, customer) = e5().await;
    let manager = again(&town, "ma").await;
    let mut all = settle();
    all["refund"] = json!({ "method": "BANK", "payee": "王芳 中国银行 6222" });
    let mut settled = town
        .centre
        .must(&manager, "settleMoveOut", all, SETTLEMENT)
        .await;
    let refund_id = settled["settlement"]["refundId"].take();
    assert_eq!(
        settled["settlement"],
        json!({
            "billNo": "A1-202610P001", "due": "13637", "openAmount": "0", "credit": "11363",
            "certificateNo": "JQA1-20261015", "refundId": null,
        })
    );
    // Worked out again from the events before it, the last bill comes to the same.
    let query = "{ replayBill(billNo: \"A1-202610P001\") { equal } }";
    let replayed = town.centre.ask(&manager, query, json!({})).await.data();
    assert_eq!(replayed["replayBill"]["equal"], true);
    let query = "{ bill(billNo: \"A1-202610P001\") { total adjusted openAmount
        lines { component quantity amount } notes { amount reason } } }";
    let bill = town.centre.ask(&manager, query, json!({})).await.data();
    assert_eq!(
        bill["bill"],
        json!({
            "total": "6795", "adjusted": "432", "openAmount": "0",
            "lines": [
                { "component": "water", "quantity": "7", "amount": "2170" },
                { "component": "sewage", "quantity": "7", "amount": "665" },
                { "component": "electricity", "quantity": "72.40", "amount": "3960" },
            ],
            "notes": [{ "amount": "432", "reason": "公摊电梯" }],
        })
    );
    assert_eq!(
        account(&town, "A1").await,
        json!({
            "openAmount": "0", "credit": "11363", "deposit": "0",
            "certificateNo": "JQA1-20261015",
            "movedOut": {
                "on": "2026-10-15", "openAmount": "0",
                "closings": [
                    { "meterNo": "W1", "index": "519" }, { "meterNo": "E1", "index": "8902.90" },
                ],
            },
            "assignments": [
                { "meterNo": "E1", "releasedOn": "2026-10-15" },
                { "meterNo": "W1", "releasedOn": "2026-10-15" },
            ],
        })
    );
    // The holder's phone sees the account no more.
    let principal = Principal::Customer(customer);
    let resident = town.centre.signed_in(principal).await;
    let query = "{ account(accountNo: \"A1\") { accountNo } }";
    let asked = town.centre.ask(&resident, query, json!({})).await;
    assert_eq!(asked.data()["account"], Value::Null);
    let twice = town.centre.refused(&manager, "settleMoveOut", settle());
    assert_eq!(twice.await.0, "ACCOUNT_ALREADY_CLEARED");
    // Who has settled does not approve.
    let own = json!({ "refundId": refund_id });
    let own = town.centre.refused(&manager, "approveRefund", own);
    assert_eq!(own.await.0, "REFUND_APPROVED_BY_REQUESTER");
    pay_out(&town, refund_id, "11363").await;

    // Later the photo proves 518.
    correct(&town, &water).await;
    let rebill = json!({ "accountNo": "A1", "reason": "读数更正" });
    let finance = again(&town, "qian").await;
    let rebilled = town
        .centre
        .must(&finance, "rebill", rebill, "rebilling { net }")
        .await;
    assert_eq!(rebilled["rebilling"]["net"], "-405");
    assert_eq!(account(&town, "A1").await["credit"], "405");
    refund(&town, "405").await;
    let query = "{ refunds(accountNo: \"A1\", state: PAID) { nodes { amount } } }";
    let paid = town.centre.ask(&finance, query, json!({})).await.data();
    let paid = paid["refunds"]["nodes"].as_array().unwrap().iter();
    let mut paid: Vec<&str> = paid.map(|it| it["amount"].as_str().unwrap()).collect();
    paid.sort_unstable();
    assert_eq!(paid, ["11363", "405"], "117.68 in all");
    assert_eq!(account(&town, "A1").await["credit"], "0");
    town.verified().await;
}

#[tokio::test]
async fn r95_meters_go_to_who_moves_in_from_the_last_readings() {
    let (town, ..) = e5().await;
    let manager = again(&town, "ma").await;
    town.centre
        .must(&manager, "settleMoveOut", settle(), "")
        .await;
    town.centre
        .open_account("B2", "李雷", AccountClass::Resident)
        .await;
    assign(&town, "B2", "W1", "W5", "2026-10-15").await;
    assign(&town, "B2", "E1", "E5", "2026-10-15").await;
    town.centre.wait(TimeDelta::days(20));
    town.read("W1", "2026-11-04", "529").await;
    let finance = again(&town, "qian").await;
    let bill = json!({ "month": "2026-11", "accountNos": ["B2"] });
    let run = town
        .centre
        .must(&finance, "runBilling", bill, "run { total }")
        .await;
    // Ten from 519 on, at 4.05.
    assert_eq!(run["run"]["total"], "4050");
    town.verified().await;
}

#[tokio::test]
async fn r95_who_still_owes_pays_first_and_is_cleared_then() {
    let (town, ..) = e5().await;
    let manager = again(&town, "ma").await;
    let mut dear = settle();
    dear["charges"][0]["amount"] = json!("20000");
    let settled = town
        .centre
        .must(&manager, "settleMoveOut", dear, SETTLEMENT)
        .await;
    assert_eq!(
        settled["settlement"],
        json!({
            "billNo": "A1-202610P001", "due": "33205", "openAmount": "8205", "credit": "0",
            "certificateNo": null, "refundId": null,
        })
    );
    // The debt stays to be seen, and nothing is settled twice.
    let owed = account(&town, "A1").await;
    assert_eq!(
        (&owed["openAmount"], &owed["movedOut"]["openAmount"]),
        (&json!("8205"), &json!("8205"))
    );
    let query = "{ debtors { nodes { accountNo } } account(accountNo: \"A1\") {
        notices { billNo openAmount dueOn } } }";
    let asked = town.centre.ask(&manager, query, json!({})).await.data();
    assert_eq!(
        asked["account"]["notices"],
        json!([{ "billNo": "A1-202610P001", "openAmount": "8205", "dueOn": "2026-10-15" }])
    );
    let twice = town.centre.refused(&manager, "settleMoveOut", settle());
    assert_eq!(twice.await.0, "ACCOUNT_ALREADY_MOVED_OUT");
    let early = town
        .centre
        .refused(&manager, "moveIn", move_in("2026-10-15"));
    assert_eq!(early.await.0, "ACCOUNT_NOT_CLEARED");
    let clear = json!({ "accountNo": "A1" });
    let early = town.centre.refused(&manager, "clearHolder", clear.clone());
    assert_eq!(early.await.0, "ACCOUNT_CLEAR_UNSETTLED");
    let cash = json!({
        "campusId": "N", "method": "CASH", "amount": "8205", "accountNos": ["A1"],
    });
    let cashier = again(&town, "li").await;
    town.centre.must(&cashier, "recordPayment", cash, "").await;
    let cleared = town
        .centre
        .must(&manager, "clearHolder", clear, SETTLEMENT)
        .await;
    assert_eq!(cleared["settlement"]["certificateNo"], "JQA1-20261015");
    town.verified().await;
}

#[tokio::test]
async fn r95_nobody_is_settled_without_the_readings_of_the_day() {
    let (town, ..) = e5().await;
    town.centre.wait(TimeDelta::days(1));
    let manager = again(&town, "ma").await;
    let missing = town.centre.refused(&manager, "settleMoveOut", settle());
    assert_eq!(missing.await.0, "BILLING_FINAL_READING_MISSING");
    let mut ahead = settle();
    ahead["on"] = json!("2026-10-17");
    let ahead = town.centre.refused(&manager, "settleMoveOut", ahead);
    assert_eq!(
        ahead.await,
        (
            "BILLING_MOVE_OUT_IN_FUTURE".to_owned(),
            "input.on".to_owned()
        )
    );
    let mut late = settle();
    late["on"] = json!("2026-10-15");
    let settled = town
        .centre
        .must(&manager, "settleMoveOut", late, SETTLEMENT)
        .await;
    // A day later the fee is a day's more: 0.45 on 28.35 and 0.56 on 34.80.
    assert_eq!(settled["settlement"]["due"], "13643");
}

fn move_in(on: &str) -> Value {
    json!({ "accountNo": "A1", "holder": "李雷", "householdPersons": 2, "on": on })
}

#[tokio::test]
async fn r95_the_next_holder_of_the_account_starts_clean_at_the_closing_index() {
    let (town, water, _) = e5().await;
    let manager = again(&town, "ma").await;
    town.centre
        .must(&manager, "settleMoveOut", settle(), "")
        .await;
    let code = async |input: Value| town.centre.refused(&manager, "moveIn", input).await.0;
    // The former holder's money would be the next one's.
    assert_eq!(
        code(move_in("2026-10-15")).await,
        "ACCOUNT_FORMER_UNREFUNDED"
    );
    refund(&town, "11363").await;
    assert_eq!(
        code(move_in("2026-10-14")).await,
        "ACCOUNT_MOVE_IN_TOO_EARLY"
    );
    assert_eq!(
        code(move_in("2026-10-16")).await,
        "BILLING_MOVE_IN_IN_FUTURE"
    );
    let fields = "account { holder householdPersons certificateNo meters { meterNo } }";
    let moved = town
        .centre
        .must(&manager, "moveIn", move_in("2026-10-15"), fields)
        .await;
    assert_eq!(
        moved["account"],
        json!({
            "holder": "李雷", "householdPersons": 2, "certificateNo": null,
            "meters": [{ "meterNo": "W1" }, { "meterNo": "E1" }],
        })
    );
    assert_eq!(code(move_in("2026-10-15")).await, "ACCOUNT_NOT_CLEARED");
    // The same month is billed for the next holder: three from 519 on, at 4.05.
    town.centre.wait(TimeDelta::days(10));
    town.read("W1", "2026-10-25", "522").await;
    let finance = again(&town, "qian").await;
    let bill = json!({ "month": "2026-10", "accountNos": ["A1"] });
    let run = town
        .centre
        .must(
            &finance,
            "runBilling",
            bill,
            "run { total refused refusals { code } }",
        )
        .await;
    assert_eq!(
        run["run"],
        json!({ "total": "1215", "refused": 0, "refusals": []})
    );
    // What is found of the former holder's last bill is theirs and pays nothing of the next one's.
    correct(&town, &water).await;
    let rebill = json!({ "accountNo": "A1", "reason": "读数更正" });
    let rebilled = town
        .centre
        .must(&finance, "rebill", rebill, "rebilling { net }")
        .await;
    assert_eq!(rebilled["rebilling"]["net"], "-405");
    let held = account(&town, "A1").await;
    assert_eq!(
        (&held["openAmount"], &held["credit"]),
        (&json!("1215"), &json!("405"))
    );
    let raise = json!({
        "billNo": "A1-202610P001", "kind": "DEBIT", "commodity": "WATER", "amount": "100",
        "reason": "漏收",
    });
    let raised = town.centre.refused(&finance, "adjustBill", raise);
    assert_eq!(raised.await.0, "ACCOUNT_BILL_OF_FORMER_HOLDER");
    town.verified().await;
}

#[tokio::test]
async fn r95_nobody_is_settled_with_a_reading_held_or_before_the_last_bill() {
    let (town, ..) = e5().await;
    let manager = again(&town, "ma").await;
    let mut early = settle();
    early["on"] = json!("2026-09-19");
    let early = town.centre.refused(&manager, "settleMoveOut", early);
    assert_eq!(
        early.await,
        (
            "ACCOUNT_RELEASED_TOO_EARLY".to_owned(),
            "input.on".to_owned()
        )
    );
    // Below the one before: held.
    let below = SubmitReading {
        meter_no: "W1".parse().unwrap(),
        index: "300".parse().unwrap(),
        read_at: Some("2026-10-15T02:30:00Z".parse().unwrap()),
        channel: Channel::Import,
        photo: None,
        round: None,
        note: None,
        evidence: Evidence::default(),
    };
    town.centre.run(below).await;
    let held = town.centre.refused(&manager, "settleMoveOut", settle());
    assert_eq!(held.await.0, "BILLING_READINGS_HELD");
    assert_eq!(account(&town, "A1").await["deposit"], "25000");
}

#[tokio::test]
async fn r95_a_cheque_in_clearing_holds_the_certificate_up() {
    let (town, ..) = e5().await;
    let manager = again(&town, "ma").await;
    let mut dear = settle();
    dear["charges"][0]["amount"] = json!("20000");
    town.centre.must(&manager, "settleMoveOut", dear, "").await;
    let cheque = json!({
        "campusId": "N", "method": "CHEQUE", "amount": "8205", "accountNos": ["A1"],
        "cheque": { "number": "10203040", "bank": "工行" },
    });
    let cashier = again(&town, "li").await;
    let paid = town
        .centre
        .must(&cashier, "recordPayment", cheque, "payment { paymentId }")
        .await;
    let clear = json!({ "accountNo": "A1" });
    let early = town.centre.refused(&manager, "clearHolder", clear.clone());
    assert_eq!(early.await.0, "BILLING_CHEQUE_PENDING");
    let honoured = json!({ "paymentId": paid["payment"]["paymentId"] });
    let finance = again(&town, "qian").await;
    town.centre
        .must(&finance, "clearCheque", honoured, "")
        .await;
    town.centre.must(&manager, "clearHolder", clear, "").await;
}
