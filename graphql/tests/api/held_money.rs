//! Late fees as they are charged, deposits, refunds, and what is given up of bills.

use chaobiao_domain::staff::Role;
use chaobiao_eventstore::access::Principal;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::Browser;
use crate::support::town::Town;

/// Somebody at a counter days later, when the old session is over.
async fn again(town: &Town, login: &str) -> Browser {
    let principal = Principal::Staff(login.to_owned());
    town.centre.signed_in(principal).await
}

async fn held(town: &Town, who: &Browser, account_no: &str) -> Value {
    let query = "query($no: String!) { account(accountNo: $no) { openAmount credit deposit } }";
    let asked = town.centre.ask(who, query, json!({ "no": account_no }));
    asked.await.data()["account"].take()
}

/// A bill of 1 286.50 whose last day to pay is today, and a late fee of 1 ‰ a day.
async fn billed() -> Town {
    let town = Town::open().await;
    town.household("A1").await;
    let terms = json!({
        "tariffId": "W", "from": "2026-01-01", "perDay": "0.1", "policy": "AS_NEVER_PAID",
    });
    town.centre
        .must(&town.finance, "setLateFee", terms, "")
        .await;
    town.read("W-A1", "2026-09-20", "415").await;
    let bill = json!({ "month": "2026-09", "accountNos": ["A1"], "dueOn": "2026-09-24" });
    town.centre
        .must(&town.finance, "runBilling", bill, "run { total }")
        .await;
    town
}

fn cash(amount: &str) -> Value {
    json!({ "campusId": "N", "method": "CASH", "amount": amount, "accountNos": ["A1"] })
}

#[tokio::test]
async fn e4_a_late_fee_is_charged_on_settling_and_is_on_notice_receipt_and_ledger() {
    let town = billed().await;
    town.centre.wait(TimeDelta::days(15));
    let cashier = again(&town, "li").await;
    let notice = "query { notice(noticeNo: \"NA1-202609\") { openAmount lateFee } }";
    let shown = town.centre.ask(&cashier, notice, json!({})).await.data();
    assert_eq!(
        shown["notice"],
        json!({ "openAmount": "128650", "lateFee": "1930" })
    );
    let fields = "payment { paymentId amount allocations { billNo amount } credits { amount } }";
    let paid = town
        .centre
        .must(&cashier, "recordPayment", cash("130580"), fields)
        .await;
    assert_eq!(
        paid["payment"]["allocations"],
        json!([{ "billNo": "A1-202609", "amount": "130580" }])
    );
    assert_eq!(paid["payment"]["credits"], json!([]));
    let shown = town.centre.ask(&cashier, notice, json!({})).await.data();
    assert_eq!(
        shown["notice"],
        json!({ "openAmount": "0", "lateFee": "0" })
    );
    let issue = json!({ "paymentId": paid["payment"]["paymentId"], "campusId": "N" });
    let given = town
        .centre
        .must(
            &cashier,
            "issueReceipt",
            issue,
            "receipt { total items { part amount } }",
        )
        .await;
    assert_eq!(
        given["receipt"],
        json!({ "total": "130580", "items": [
            { "part": "WATER", "amount": "128650" }, { "part": "LATE_FEE", "amount": "1930" },
        ] })
    );
    let account = town.account(&cashier, "A1").await;
    let kinds: Vec<&str> = account["statement"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["PAID", "LATE_FEE_CHARGED", "CHARGED"]);
    let expected = [
        ("CASH", 130_580),
        ("LATE_FEES", -1930),
        ("REVENUE", -128_650),
    ];
    let expected = expected.map(|(account, sum)| (account.to_owned(), sum));
    assert_eq!(town.ledger(&cashier).await, expected);
    town.verified().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r94_a_deposit_is_held_apart_and_goes_back_over_four_eyes() {
    let town = Town::open().await;
    town.august("A1").await;
    let zhou = town.centre.staff("zhou", &[Role::Cashier]).await;
    let both = town
        .centre
        .staff("both", &[Role::Cashier, Role::Manager])
        .await;
    let deposit = json!({
        "accountNo": "A1", "campusId": "N", "method": "CASH", "amount": "20000",
    });
    let fields = "payment { paymentId allocations { amount } credits { amount } \
                  deposits { accountNo amount } }";
    let taken = town
        .centre
        .must(&both, "recordDeposit", deposit, fields)
        .await;
    let payment = &taken["payment"];
    assert_eq!(payment["allocations"], json!([]));
    assert_eq!(payment["credits"], json!([]));
    assert_eq!(
        payment["deposits"],
        json!([{ "accountNo": "A1", "amount": "20000" }])
    );
    // It pays nothing by itself.
    assert_eq!(
        held(&town, &town.cashier, "A1").await,
        json!({ "openAmount": "10000", "credit": "0", "deposit": "20000" })
    );
    let issue = json!({ "paymentId": payment["paymentId"], "campusId": "N" });
    let given = town
        .centre
        .must(
            &both,
            "issueReceipt",
            issue,
            "receipt { items { part amount } }",
        )
        .await;
    assert_eq!(
        given["receipt"]["items"],
        json!([{ "part": "DEPOSIT", "amount": "20000" }])
    );
    let ask = |amount: &str| {
        json!({
            "accountNo": "A1", "purse": "DEPOSIT", "amount": amount, "method": "CASH",
            "reason": "退房",
        })
    };
    let much = town.centre.refused(&zhou, "requestRefund", ask("20001"));
    assert_eq!(
        much.await,
        (
            "ACCOUNT_REFUND_NOT_COVERED".to_owned(),
            "input.amount".to_owned()
        )
    );
    let asked = town
        .centre
        .must(
            &zhou,
            "requestRefund",
            ask("20000"),
            "refund { refundId state requestedBy }",
        )
        .await;
    assert_eq!(asked["refund"]["state"], "REQUESTED");
    let refund = json!({ "refundId": asked["refund"]["refundId"] });
    let code = async |who: &Browser, mutation: &str| {
        town.centre.refused(who, mutation, refund.clone()).await.0
    };
    assert_eq!(code(&zhou, "payRefundInCash").await, "REFUND_NOT_APPROVED");
    // X13: who took the cash, and who asked, may not.
    assert_eq!(
        code(&both, "approveRefund").await,
        "REFUND_APPROVED_BY_TAKER"
    );
    let fields = "refund { state approvedBy }";
    let approved = town
        .centre
        .must(&town.manager, "approveRefund", refund.clone(), fields)
        .await;
    assert_eq!(
        approved["refund"],
        json!({ "state": "APPROVED", "approvedBy": "staff:ma" })
    );
    let paid = town
        .centre
        .must(
            &zhou,
            "payRefundInCash",
            refund.clone(),
            "refund { state tillId }",
        )
        .await;
    assert_eq!(
        paid["refund"],
        json!({ "state": "PAID", "tillId": "N@2026-09-24@zhou" })
    );
    assert_eq!(code(&zhou, "payRefundInCash").await, "REFUND_ALREADY_PAID");
    assert_eq!(
        held(&town, &town.cashier, "A1").await,
        json!({ "openAmount": "10000", "credit": "0", "deposit": "0" })
    );
    let expected = [("RECEIVABLE", 10_000), ("REVENUE", -10_000)];
    let expected = expected.map(|(account, sum)| (account.to_owned(), sum));
    assert_eq!(town.ledger(&town.finance).await, expected);
    let query = "{ refunds(state: PAID) { nodes { refundId amount paidBy reason } } }";
    let listed = town.centre.ask(&town.finance, query, json!({})).await;
    assert_eq!(
        listed.data()["refunds"]["nodes"],
        json!([{
            "refundId": refund["refundId"], "amount": "20000", "paidBy": "staff:zhou",
            "reason": "退房",
        }])
    );
    town.verified().await;
}

#[tokio::test]
async fn r94_an_overpayment_goes_back_by_bank_under_the_banks_number_and_may_come_back() {
    let town = Town::open().await;
    town.august("A1").await;
    town.pay("15000", &["A1"]).await;
    let ask = json!({
        "accountNo": "A1", "purse": "CREDIT", "amount": "5000", "method": "BANK",
        "payee": "王芳 中国银行 6222", "reason": "多缴",
    });
    let key = "refund-0001-0001-0001";
    let mut keyed = ask.clone();
    keyed["idempotencyKey"] = json!(key);
    let fields = "refund { refundId payee }";
    let first = town
        .centre
        .must(&town.cashier, "requestRefund", keyed.clone(), fields)
        .await;
    let same = town
        .centre
        .must(&town.cashier, "requestRefund", keyed, fields)
        .await;
    assert_eq!(first, same);
    let refund = json!({ "refundId": first["refund"]["refundId"] });
    town.centre
        .must(&town.manager, "approveRefund", refund.clone(), "")
        .await;
    let by_bank = json!({ "refundId": refund["refundId"], "bankReference": "OUT-1" });
    let fields = "refund { state bankReference paidBy }";
    let paid = town
        .centre
        .must(&town.finance, "payRefundByBank", by_bank, fields)
        .await;
    assert_eq!(
        paid["refund"],
        json!({ "state": "PAID", "bankReference": "OUT-1", "paidBy": "staff:qian" })
    );
    assert_eq!(
        held(&town, &town.cashier, "A1").await,
        json!({ "openAmount": "0", "credit": "0", "deposit": "0" })
    );
    let back = json!({ "refundId": refund["refundId"], "reason": "账号不符" });
    let fields = "refund { state endedReason }";
    let returned = town
        .centre
        .must(&town.finance, "returnRefund", back.clone(), fields)
        .await;
    assert_eq!(
        returned["refund"],
        json!({ "state": "RETURNED", "endedReason": "账号不符" })
    );
    let twice = town.centre.refused(&town.finance, "returnRefund", back);
    assert_eq!(twice.await.0, "REFUND_ALREADY_RETURNED");
    assert_eq!(
        held(&town, &town.cashier, "A1").await,
        json!({ "openAmount": "0", "credit": "5000", "deposit": "0" })
    );
    town.verified().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r94_waivers_and_write_offs_need_two_drop_out_of_arrears_and_are_reversed_once() {
    let town = billed().await;
    town.centre.wait(TimeDelta::days(10));
    let (cashier, manager) = (again(&town, "li").await, again(&town, "ma").await);
    // Ten days: 12.87 (12.865).
    let ask = |kind: &str, amount: &str| json!({ "billNo": "A1-202609", "kind": kind, "amount": amount, "reason": "系统故障" });
    let much = town
        .centre
        .refused(&cashier, "requestWaiver", ask("LATE_FEE", "1288"));
    assert_eq!(much.await.0, "WAIVER_NOT_COVERED");
    let waive = async |kind: &str, amount: &str| {
        let fields = "waiver { waiverId state }";
        let asked = town
            .centre
            .must(&cashier, "requestWaiver", ask(kind, amount), fields)
            .await;
        let waiver = json!({ "waiverId": asked["waiver"]["waiverId"] });
        let done = town
            .centre
            .must(
                &manager,
                "approveWaiver",
                waiver.clone(),
                "waiver { state approvedBy }",
            )
            .await;
        assert_eq!(
            done["waiver"],
            json!({ "state": "APPROVED", "approvedBy": "staff:ma" })
        );
        waiver
    };
    waive("LATE_FEE", "1287").await;
    // Lists go by time.
    town.centre.wait(TimeDelta::minutes(1));
    town.centre
        .must(&cashier, "recordPayment", cash("120000"), "")
        .await;
    let rest = waive("BILL_REST", "8650").await;
    let open = async || held(&town, &manager, "A1").await["openAmount"].clone();
    assert_eq!(open().await, "0");
    let query = "{ arrearsAgeing { openAmount } }";
    let ageing = town.centre.ask(&manager, query, json!({})).await.data();
    assert_eq!(ageing["arrearsAgeing"], json!([]));
    let expected = [
        ("CASH", 120_000),
        ("LATE_FEES", -1287),
        ("REVENUE", -128_650),
        ("WRITTEN_OFF", 9937),
    ];
    let expected = expected.map(|(account, sum)| (account.to_owned(), sum));
    assert_eq!(town.ledger(&manager).await, expected);
    let back = json!({ "waiverId": rest["waiverId"], "reason": "已追回" });
    let fields = "waiver { state endedBy }";
    let reversed = town
        .centre
        .must(&manager, "reverseWaiver", back.clone(), fields)
        .await;
    assert_eq!(
        reversed["waiver"],
        json!({ "state": "REVERSED", "endedBy": "staff:ma" })
    );
    assert_eq!(open().await, "8650");
    let twice = town.centre.refused(&manager, "reverseWaiver", back);
    assert_eq!(twice.await.0, "WAIVER_ALREADY_REVERSED");
    let query = "{ waivers(accountNo: \"A1\") { nodes { kind amount state } } }";
    let listed = town.centre.ask(&manager, query, json!({})).await.data();
    assert_eq!(
        listed["waivers"]["nodes"],
        json!([
            { "kind": "BILL_REST", "amount": "8650", "state": "REVERSED" },
            { "kind": "LATE_FEE", "amount": "1287", "state": "APPROVED" },
        ])
    );
    town.verified().await;
}

#[tokio::test]
async fn x13_whoever_took_the_money_undoes_gives_back_and_gives_up_none_of_it() {
    let town = Town::open().await;
    town.august("A1").await;
    let all = town
        .centre
        .staff("all", &[Role::Cashier, Role::Manager, Role::Finance])
        .await;
    let mut cheque = cash("9000");
    cheque["method"] = json!("CHEQUE");
    cheque["cheque"] = json!({ "number": "00000001", "bank": "中国银行" });
    let fields = "payment { paymentId }";
    let taken = town
        .centre
        .must(&all, "recordPayment", cheque, fields)
        .await;
    let deposit = json!({
        "accountNo": "A1", "campusId": "N", "method": "CASH", "amount": "20000",
    });
    town.centre
        .must(&all, "recordDeposit", deposit, fields)
        .await;
    let ask = json!({
        "accountNo": "A1", "purse": "DEPOSIT", "amount": "20000", "method": "CASH",
        "reason": "退房",
    });
    let refund = town
        .centre
        .must(&town.cashier, "requestRefund", ask, "refund { refundId }")
        .await;
    let ask = json!({
        "billNo": "A1-202608", "kind": "SMALL_REST", "amount": "1000", "reason": "尾差",
    });
    let waiver = town
        .centre
        .must(&town.cashier, "requestWaiver", ask, "waiver { waiverId }")
        .await;
    let till = json!({ "tillId": "N@2026-09-24@all", "cash": "20000", "cheque": "9000" });
    town.centre.must(&all, "signTill", till, "").await;
    let payment =
        |reason: &str| json!({ "paymentId": taken["payment"]["paymentId"], "reason": reason });
    let refund = json!({ "refundId": refund["refund"]["refundId"] });
    let waiver = json!({ "waiverId": waiver["waiver"]["waiverId"] });
    let till = json!({ "tillId": "N@2026-09-24@all" });
    for (mutation, input, code) in [
        (
            "reversePayment",
            payment("收错户"),
            "PAYMENT_REVERSED_BY_TAKER",
        ),
        ("bounceCheque", payment("退票"), "PAYMENT_REVERSED_BY_TAKER"),
        ("approveRefund", refund.clone(), "REFUND_APPROVED_BY_TAKER"),
        ("approveWaiver", waiver.clone(), "WAIVER_APPROVED_BY_TAKER"),
        ("approveTill", till.clone(), "TILL_APPROVED_BY_CASHIER"),
    ] {
        let refused = town.centre.refused(&all, mutation, input).await;
        assert_eq!(refused.0, code, "{mutation}");
    }
    // Somebody else with the same rights may.
    for (mutation, input) in [
        ("approveTill", till),
        ("approveRefund", refund),
        ("approveWaiver", waiver),
        ("reversePayment", payment("收错户")),
    ] {
        let done = town.centre.refused(&town.manager, mutation, input).await;
        assert_eq!(done.0, "accepted", "{mutation}");
    }
    town.verified().await;
}
