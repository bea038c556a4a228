//! Bills after they were issued: rebilling, notes, void bills, closed months, replay.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_decision::Actor;
use chaobiao_domain::meter::{ApproveCorrection, RequestCorrection};
use chaobiao_eventstore::Known;
use chaobiao_eventstore::access::Principal;
use serde_json::{Value, json};

use crate::support::Browser;
use crate::support::town::Town;

const BILL: &str = "query($no: String!) { bill(billNo: $no) { billNo total adjusted openAmount
    voidedOn voidReason lines { quantity amount }
    notes { noteNo kind month bookedIn amount reason
        linesBefore { quantity amount } linesAfter { quantity amount } } } }";

async fn bill(town: &Town, bill_no: &str) -> Value {
    let asked = town
        .centre
        .ask(&town.finance, BILL, json!({ "no": bill_no }));
    asked.await.data()["bill"].take()
}

/// The dial of a reading showed something else.
async fn correct(town: &Town, meter_no: &str, reading_id: &str, index: &str) {
    let request = RequestCorrection {
        meter_no: meter_no.parse().unwrap(),
        reading_id: reading_id.parse().unwrap(),
        index: index.parse().unwrap(),
        reason: format!("照片显示 {index}"),
    };
    let actor = |login: &str| Actor::Staff(login.to_owned());
    let asked = town.centre.run_as(actor("sun"), request).await;
    let approve = ApproveCorrection {
        meter_no: meter_no.parse().unwrap(),
        correction_id: asked.correction_id,
    };
    town.centre.run_as(actor("zhao"), approve).await;
}

async fn preview(town: &Town, account_no: &str) -> Value {
    let query = "query($no: String!) { previewRebilling(accountNo: $no) {
        rebilling { net bills { billNo month kind bookedIn before after amount
            linesBefore { quantity } linesAfter { quantity } } }
        userErrors { code } } }";
    let asked = town
        .centre
        .ask(&town.finance, query, json!({ "no": account_no }));
    asked.await.data()["previewRebilling"].take()
}

async fn the_bills_stay_and_the_next_goes_on(town: &Town) {
    let issued = bill(town, "A1-202607").await;
    assert_eq!(
        (&issued["total"], &issued["lines"]),
        (
            &json!("62000"),
            &json!([{ "quantity": "200", "amount": "62000" }])
        ),
        "as issued"
    );
    assert_eq!(
        (&issued["adjusted"], &issued["notes"][0]["linesAfter"]),
        (
            &json!("-3100"),
            &json!([{ "quantity": "190", "amount": "58900" }])
        )
    );
    // What July was paid too much pays what August is asked for more.
    let account = town.account(&town.finance, "A1").await;
    assert_eq!(
        (&account["openAmount"], &account["credit"]),
        (&json!("0"), &json!("0"))
    );
    let kinds: Vec<&str> = account["statement"]["nodes"].as_array().unwrap()[..4]
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "CREDIT_APPLIED",
            "BILL_RAISED",
            "BILL_LOWERED",
            "PAYMENT_RELEASED"
        ]
    );
    // The next bill goes on from what now counts.
    town.read("W-A1", "2026-09-10", "241").await;
    town.bill("A1", "2026-09").await;
    assert_eq!(bill(town, "A1-202609").await["total"], "3100");
}

#[tokio::test]
async fn x4_a_corrected_reading_is_rebilled_by_notes_and_the_bills_stay_readable() {
    let town = Town::open().await;
    town.household("A1").await;
    let july = town.read("W-A1", "2026-07-20", "200").await;
    town.bill("A1", "2026-07").await;
    town.read("W-A1", "2026-08-20", "231").await;
    town.bill("A1", "2026-08").await;
    town.pay("71610", &["A1"]).await;
    assert_eq!(
        preview(&town, "A1").await["userErrors"][0]["code"],
        "BILLING_NOTHING_TO_REBILL"
    );
    correct(&town, "W-A1", &july, "190").await;
    let previewed = preview(&town, "A1").await;
    assert_eq!(
        previewed["rebilling"],
        json!({ "net": "0", "bills": [
            { "billNo": "A1-202607", "month": "2026-07", "kind": "CREDIT", "bookedIn": "2026-07",
              "before": "62000", "after": "58900", "amount": "-3100",
              "linesBefore": [{ "quantity": "200" }], "linesAfter": [{ "quantity": "190" }] },
            { "billNo": "A1-202608", "month": "2026-08", "kind": "DEBIT", "bookedIn": "2026-08",
              "before": "9610", "after": "12710", "amount": "3100",
              "linesBefore": [{ "quantity": "31" }], "linesAfter": [{ "quantity": "41" }] },
        ] })
    );
    let input = json!({
        "idempotencyKey": "rebill-A1-0000000001", "accountNo": "A1", "reason": "读数更正",
    });
    let fields = "rebilling { net notes { noteNo amount } }";
    let finance = &town.finance;
    let posted = town
        .centre
        .must(finance, "rebill", input.clone(), fields)
        .await;
    assert_eq!(
        posted["rebilling"],
        json!({ "net": "0", "notes": [
            { "noteNo": "A1-202607C1", "amount": "-3100" },
            { "noteNo": "A1-202608D1", "amount": "3100" },
        ] })
    );
    // The same request is the same answer, and another finds nothing left to do.
    let again = town.centre.must(finance, "rebill", input, fields).await;
    assert_eq!(again, posted);
    let other = json!({ "accountNo": "A1", "reason": "读数更正" });
    let refused = town.centre.refused(finance, "rebill", other.clone()).await;
    assert_eq!(refused.0, "BILLING_NOTHING_TO_REBILL");
    let forbidden = town.centre.mutate(&town.cashier, "rebill", other, "").await;
    assert_eq!(forbidden, Err("FORBIDDEN".to_owned()));

    the_bills_stay_and_the_next_goes_on(&town).await;
    town.verified().await;
}

#[tokio::test]
async fn e7_a_closed_month_keeps_its_books_and_the_next_has_the_difference() {
    let town = Town::open().await;
    town.household("A1").await;
    let july = town.read("W-A1", "2026-07-20", "20").await;
    town.bill("A1", "2026-07").await;
    let close = json!({ "campus": "N", "month": "2026-07" });
    let fields = "closedMonth { campus month closedBy }";
    let closed = town
        .centre
        .must(&town.finance, "closeMonth", close.clone(), fields)
        .await;
    assert_eq!(
        closed["closedMonth"],
        json!({ "campus": "N", "month": "2026-07", "closedBy": "staff:qian" })
    );
    let twice = town
        .centre
        .refused(&town.finance, "closeMonth", close)
        .await;
    assert_eq!(
        twice,
        ("BILLING_MONTH_CLOSED".to_owned(), "input.month".to_owned())
    );
    let void = json!({ "billNo": "A1-202607", "reason": "户号错误" });
    assert_eq!(
        town.centre.refused(&town.finance, "voidBill", void).await.0,
        "BILLING_MONTH_CLOSED"
    );
    correct(&town, "W-A1", &july, "10").await;
    let input = json!({ "accountNo": "A1", "reason": "读数更正" });
    let fields = "rebilling { net notes { month bookedIn amount } }";
    let posted = town
        .centre
        .must(&town.finance, "rebill", input, fields)
        .await;
    assert_eq!(
        posted["rebilling"],
        json!({ "net": "-3100", "notes": [
            { "month": "2026-07", "bookedIn": "2026-08", "amount": "-3100" },
        ] })
    );
    let months = "query { closedMonths(campus: \"N\") { month } }";
    let months = town
        .centre
        .ask(&town.finance, months, json!({}))
        .await
        .data();
    assert_eq!(months["closedMonths"], json!([{ "month": "2026-07" }]));
    town.verified().await;
}

async fn the_month_is_billed_again(town: &Town) {
    let reissue = json!({ "billNo": "A1-202608" });
    let fields = "bill { billNo total openAmount notice { noticeNo openAmount } }";
    let issued = town
        .centre
        .must(&town.finance, "reissueBill", reissue.clone(), fields)
        .await;
    assert_eq!(
        issued["bill"],
        json!({
            "billNo": "A1-202608R2", "total": "10000", "openAmount": "6000",
            "notice": { "noticeNo": "NA1-202608R2", "openAmount": "6000" },
        }),
        "what had paid the void one pays it"
    );
    let lives = town
        .centre
        .refused(&town.finance, "reissueBill", reissue)
        .await;
    assert_eq!(lives.0, "ACCOUNT_MONTH_ALREADY_BILLED");
    let note = json!({
        "billNo": "A1-202608R2", "kind": "DEBIT", "commodity": "WATER", "amount": "100",
        "reason": "漏计",
    });
    let noted = town
        .centre
        .must(
            &town.finance,
            "adjustBill",
            note,
            "bill { adjusted openAmount }",
        )
        .await;
    assert_eq!(
        noted["bill"],
        json!({ "adjusted": "100", "openAmount": "6100" })
    );
    town.pay("6100", &["A1"]).await;
    let account = town.account(&town.finance, "A1").await;
    assert_eq!(account["openAmount"], "0");
    let bills: Vec<&str> = account["bills"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bill| bill["billNo"].as_str().unwrap())
        .collect();
    assert_eq!(
        bills,
        ["A1-202608R2", "A1-202608"],
        "the void one stays readable"
    );
}

#[tokio::test]
async fn r29_a_void_bill_is_not_paid_and_its_revision_is() {
    let town = Town::open().await;
    town.august("A1").await;
    town.pay("4000", &["A1"]).await;
    let void = json!({ "billNo": "A1-202608", "reason": "户号错误" });
    let fields = "bill { voidReason openAmount notice { openAmount } }";
    let voided = town
        .centre
        .must(&town.finance, "voidBill", void.clone(), fields)
        .await;
    assert_eq!(
        voided["bill"],
        json!({ "voidReason": "户号错误", "openAmount": "0", "notice": { "openAmount": "0" } })
    );
    let twice = town.centre.refused(&town.finance, "voidBill", void).await;
    assert_eq!(
        twice,
        ("ACCOUNT_BILL_VOID".to_owned(), "input.billNo".to_owned())
    );
    let note = json!({
        "billNo": "A1-202608", "kind": "CREDIT_NOTE", "commodity": "WATER", "amount": "100",
        "reason": "减免",
    });
    let refused = town.centre.refused(&town.finance, "requestWaiver", note);
    assert_eq!(refused.await.0, "ACCOUNT_BILL_VOID");
    let pay = json!({
        "campusId": "S", "method": "CASH", "amount": "100", "accountNos": ["A1"],
        "billNos": ["A1-202608"],
    });
    let refused = town
        .centre
        .refused(&town.cashier, "recordPayment", pay)
        .await;
    assert_eq!(
        refused,
        ("PAYMENT_BILL_VOID".to_owned(), "input.billNos".to_owned())
    );
    the_month_is_billed_again(&town).await;
    town.verified().await;
}

#[tokio::test]
async fn x13_nobody_lowers_a_bill_alone() {
    let town = Town::open().await;
    town.august("A1").await;
    let alone = json!({
        "billNo": "A1-202608", "kind": "CREDIT", "commodity": "WATER", "amount": "1",
        "reason": "调减",
    });
    let alone = town.centre.refused(&town.finance, "adjustBill", alone);
    assert_eq!(
        alone.await,
        (
            "BILLING_CREDIT_TAKES_TWO".to_owned(),
            "input.kind".to_owned()
        )
    );
    let ask = json!({
        "billNo": "A1-202608", "kind": "CREDIT_NOTE", "commodity": "WATER", "amount": "1",
        "reason": "调减",
    });
    let fields = "waiver { waiverId state kind commodity }";
    let mut asked = town
        .centre
        .must(&town.finance, "requestWaiver", ask, fields)
        .await;
    let waiver = json!({ "waiverId": asked["waiver"]["waiverId"].take() });
    assert_eq!(
        asked["waiver"],
        json!({
            "waiverId": null, "state": "REQUESTED", "kind": "CREDIT_NOTE", "commodity": "WATER",
        })
    );
    assert_eq!(
        town.account(&town.finance, "A1").await["openAmount"],
        "10000"
    );
    town.centre
        .must(&town.manager, "approveWaiver", waiver, "waiver { state }")
        .await;
    let query =
        "{ bill(billNo: \"A1-202608\") { openAmount adjusted notes { noteNo amount reason } } }";
    let bill = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(
        bill["bill"],
        json!({
            "openAmount": "9999", "adjusted": "-1",
            "notes": [{ "noteNo": "A1-202608C1", "amount": "-1", "reason": "调减" }],
        })
    );
    town.verified().await;
}

#[tokio::test]
async fn x3_a_bill_is_worked_out_again_from_what_was_known_when_it_was_issued() {
    let town = Town::open().await;
    town.household("A1").await;
    let july = town.read("W-A1", "2026-07-20", "200").await;
    town.bill("A1", "2026-07").await;
    // What becomes known later is not what the bill was made of.
    correct(&town, "W-A1", &july, "190").await;
    let later = json!({
        "tariffId": "W", "version": { "from": "2026-09-01", "tiers": [{ "price": "4.00" }] },
    });
    town.centre
        .must(
            &town.finance,
            "publishTariffVersion",
            later,
            "tariff { tariffId }",
        )
        .await;
    let rebill = json!({ "accountNo": "A1", "reason": "读数更正" });
    town.centre
        .must(&town.finance, "rebill", rebill, "rebilling { net }")
        .await;
    let query = "query($no: String!) { replayBill(billNo: $no) {
        billNo month equal issuedTotal replayedTotal householdPersons
        replayedLines { quantity price amount }
        readings { meterNo readingId index cumulative quality rulesVersion photo }
        tariffVersions { tariffId from tiers { upTo price } } } }";
    let asked = town
        .centre
        .ask(&town.finance, query, json!({ "no": "A1-202607" }));
    assert_eq!(
        asked.await.data()["replayBill"],
        json!({
            "billNo": "A1-202607", "month": "2026-07", "equal": true,
            "issuedTotal": "62000", "replayedTotal": "62000", "householdPersons": 3,
            "replayedLines": [{ "quantity": "200", "price": "3.10", "amount": "62000" }],
            "readings": [{
                "meterNo": "W-A1", "readingId": july, "index": "200", "cumulative": "200",
                "quality": "ACTUAL", "rulesVersion": 0, "photo": null,
            }],
            "tariffVersions": [{
                "tariffId": "W", "from": "2025-01-01",
                "tiers": [{ "upTo": null, "price": "3.10" }],
            }],
        })
    );
    for unknown in ["A1-202608", "A1", "X-202607", "?"] {
        let asked = town
            .centre
            .ask(&town.finance, query, json!({ "no": unknown }));
        assert_eq!(asked.await.data()["replayBill"], Value::Null, "{unknown}");
    }
    let stranger = town.resident("13800138000", "A1").await;
    let own = town
        .centre
        .ask(&stranger, query, json!({ "no": "A1-202607" }));
    assert_eq!(own.await.data()["replayBill"]["equal"], true);
    town.household("B2").await;
    let other = town.resident("13800138001", "B2").await;
    let foreign = town.centre.ask(&other, query, json!({ "no": "A1-202607" }));
    assert_eq!(foreign.await.data()["replayBill"], Value::Null);
}

const SIMULATE: &str = "query($input: SimulateTariffInput!) { simulateTariff(input: $input) {
    simulation { total { accounts winners losers billed present draft delta }
        byClass { class sum { accounts delta } }
        changes { from to accounts } }
    userErrors { code } } }";

#[tokio::test]
async fn x7_a_draft_is_tried_on_real_usage_and_writes_nothing() {
    let town = Town::open().await;
    for (account_no, index) in [("A1", "200"), ("B2", "20")] {
        town.household(account_no).await;
        town.read(&format!("W-{account_no}"), "2026-07-20", index)
            .await;
        town.bill(account_no, "2026-07").await;
    }
    let store = town.centre.services.store();
    let events = async || store.horizon(Known::Now).await.unwrap().position;
    let before = events().await;
    let simulate = async |mut input: Value| {
        input["tariffId"] = json!("W");
        for (name, month) in [("from", "2026-01"), ("to", "2026-09")] {
            if input[name].is_null() {
                input[name] = json!(month);
            }
        }
        let asked = town
            .centre
            .ask(&town.finance, SIMULATE, json!({ "input": input }));
        asked.await.data()["simulateTariff"].take()
    };
    let same = simulate(json!({})).await;
    assert_eq!(
        same["simulation"]["total"],
        json!({
            "accounts": 2, "winners": 0, "losers": 0,
            "billed": "68200", "present": "68200", "draft": "68200", "delta": "0",
        })
    );
    // The first 100 m³ cheaper, the rest dearer: 100 × 2.10 + 100 × 5.10 against 620.00, and
    // 20 × 2.10 against 62.00.
    let tiers = json!([{ "from": "2025-01-01",
        "tiers": [{ "upTo": "100", "price": "2.10" }, { "price": "5.10" }] }]);
    let draft = simulate(json!({ "versions": tiers })).await;
    assert_eq!(
        draft["simulation"]["total"],
        json!({
            "accounts": 2, "winners": 1, "losers": 1,
            "billed": "68200", "present": "68200", "draft": "76200", "delta": "8000",
        })
    );
    assert_eq!(
        draft["simulation"]["byClass"],
        json!([{ "class": "RESIDENT", "sum": { "accounts": 2, "delta": "8000" } }])
    );
    let moved: Vec<Value> = draft["simulation"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|band| band["accounts"] != 0)
        .map(|band| json!([band["from"], band["to"]]))
        .collect();
    assert_eq!(moved, [json!(["-2000", "-500"]), json!(["2001", "10001"])]);
    let elsewhere = simulate(json!({ "campus": "S" })).await;
    assert_eq!(elsewhere["simulation"]["total"]["accounts"], 0);
    let units = simulate(json!({ "class": "UNIT" })).await;
    assert_eq!(units["simulation"]["total"]["accounts"], 0);
    for (wrong, code) in [
        (json!({ "versions": [] }), "TARIFF_NO_VERSIONS"),
        (
            json!({ "versions": [{ "from": "2025-01-01", "tiers": [{ "price": "-1" }] }] }),
            "VALUE_NEGATIVE",
        ),
        (json!({ "from": "2026-10" }), "BILLING_MONTHS_REVERSED"),
    ] {
        let refused = simulate(wrong).await;
        assert_eq!(refused["userErrors"][0]["code"], code);
    }
    assert_eq!(events().await, before);
}

/// Somebody at a counter days later, when the old session is over.
async fn again(town: &Town, login: &str) -> Browser {
    let principal = Principal::Staff(login.to_owned());
    town.centre.signed_in(principal).await
}

/// E4: money that came short on the 16th and was taken back on the 18th.
async fn e4(policy: &str) -> Town {
    let town = Town::open().await;
    town.household("A1").await;
    let terms = json!({
        "tariffId": "W", "from": "2026-01-01", "perDay": "0.1", "policy": policy,
    });
    let fields = "tariff { lateFees { from perDay policy minimum } }";
    let set = town
        .centre
        .must(&town.finance, "setLateFee", terms.clone(), fields)
        .await;
    assert_eq!(
        set["tariff"]["lateFees"],
        json!([{ "from": "2026-01-01", "perDay": "0.1", "policy": policy, "minimum": "0" }])
    );
    let twice = town
        .centre
        .refused(&town.finance, "setLateFee", terms)
        .await;
    assert_eq!(
        twice,
        (
            "TARIFF_LATE_FEE_NOT_LATER".to_owned(),
            "input.from".to_owned()
        )
    );
    town.read("W-A1", "2026-09-20", "415").await;
    let bill = json!({ "month": "2026-09", "accountNos": ["A1"], "dueOn": "2026-09-24" });
    town.centre
        .must(&town.finance, "runBilling", bill, "run { total }")
        .await;
    town.centre.wait(chrono::TimeDelta::days(1));
    let transfer = json!({
        "campusId": "N", "method": "CASH", "amount": "126840", "accountNos": ["A1"],
    });
    let cashier = again(&town, "li").await;
    let paid = town
        .centre
        .must(&cashier, "recordPayment", transfer, "payment { paymentId }")
        .await;
    town.centre.wait(chrono::TimeDelta::days(2));
    let reverse = json!({ "paymentId": paid["payment"]["paymentId"], "reason": "银行退回" });
    let manager = again(&town, "ma").await;
    town.centre
        .must(&manager, "reversePayment", reverse, "")
        .await;
    town
}

#[tokio::test]
async fn e4_a_late_fee_follows_the_policy_about_money_that_was_taken_back() {
    // 415 m³ at 3.10 are 1 286.50; 15 days of 1 ‰: on all of it 19.30 (19.2975), in good faith two
    // days on 18.10 and 13 on all, 16.76 (16.7607).
    for (policy, fee) in [("AS_NEVER_PAID", "1930"), ("GOOD_FAITH", "1676")] {
        let town = e4(policy).await;
        let query = "query($by: Date!) { notice(noticeNo: \"NA1-202609\") {
            openAmount onTime: lateFee(by: \"2026-09-24\") lateFee(by: $by) }
            accountStatement(accountNo: \"A1\", validOn: $by) { openAmount lateFee } }";
        let finance = again(&town, "qian").await;
        let asked = town
            .centre
            .ask(&finance, query, json!({ "by": "2026-10-09" }));
        let data = asked.await.data();
        assert_eq!(
            data["notice"],
            json!({ "openAmount": "128650", "onTime": "0", "lateFee": fee })
        );
        assert_eq!(
            data["accountStatement"],
            json!({ "openAmount": "128650", "lateFee": fee })
        );
        town.verified().await;
    }
}

#[tokio::test]
async fn r23_a_run_is_seen_before_it_is_made_with_what_it_would_not_bill_and_why() {
    let town = Town::open().await;
    for account_no in ["A1", "B2", "C3"] {
        town.household(account_no).await;
    }
    town.read("W-A1", "2026-07-20", "200").await;
    // Ten times as much a day as before waits for a person.
    town.read("W-B2", "2026-06-20", "20").await;
    town.bill("B2", "2026-06").await;
    town.read("W-B2", "2026-07-20", "2000").await;
    let query = "query { previewBillingRun(month: \"2026-07\", campus: \"N\") {
        run { billed total nothingToBill unread alreadyBilled refused refusals { accountNo code } }
        userErrors { code } } }";
    let expected = json!({
        "billed": 1, "total": "62000", "nothingToBill": 1, "unread": ["C3"], "alreadyBilled": 0,
        "refused": 1, "refusals": [{ "accountNo": "B2", "code": "BILLING_READINGS_HELD" }],
    });
    let store = town.centre.services.store();
    let before = store.horizon(Known::Now).await.unwrap().position;
    let seen = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(seen["previewBillingRun"]["run"], expected);
    assert_eq!(store.horizon(Known::Now).await.unwrap().position, before);
    let input = json!({
        "idempotencyKey": "run-2026-07-N-00001", "month": "2026-07", "campus": "N",
    });
    let fields = "run { billed total nothingToBill unread alreadyBilled refused
        refusals { accountNo code } }";
    let made = town
        .centre
        .must(&town.finance, "runBilling", input.clone(), fields)
        .await;
    assert_eq!(made["run"], expected);
    let again = town
        .centre
        .must(&town.finance, "runBilling", input, fields)
        .await;
    assert_eq!(again["run"], expected, "sent again, the same run");
    let seen = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(seen["previewBillingRun"]["run"]["alreadyBilled"], 1);
    let close = json!({ "campus": "N", "month": "2026-07" });
    town.centre
        .must(&town.finance, "closeMonth", close, "")
        .await;
    let seen = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(
        seen["previewBillingRun"]["userErrors"][0]["code"],
        "BILLING_MONTH_CLOSED"
    );
}
