//! Transfers, cheques, tills and what campuses owe each other, as the schema answers.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::town::Town;
use crate::support::{Browser, Centre};
use chaobiao_domain::staff::Role;
use chaobiao_eventstore::access::Principal;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const CLAIM: &str = "claim { claimId state received reason payment { paymentId amount bankReference
    allocations { billNo amount } } }";

fn photo(digit: char) -> String {
    format!("f0{}", digit.to_string().repeat(62))
}

/// North's A1 owes 1 286.40 on 14 September.
async fn town() -> Town {
    let start = "2026-09-14T01:00:00Z".parse().unwrap();
    let town = Town::set_up(Centre::open_at(start).await).await;
    town.household("A1").await;
    town.read("W-A1", "2026-08-20", "4").await;
    town.read("E-A1", "2026-08-20", "2548").await;
    town.bill("A1", "2026-08").await;
    town
}

/// Another morning; whoever was at the counters signs in again.
async fn on(town: &mut Town, day: &str) {
    let at: DateTime<Utc> = format!("{day}T01:00:00Z").parse().unwrap();
    town.centre.clock.set(at);
    let staff = async |login: &str| {
        let principal = Principal::Staff(login.to_owned());
        town.centre.signed_in(principal).await
    };
    let (cashier, finance, manager) = (staff("li").await, staff("qian").await, staff("ma").await);
    (town.cashier, town.finance, town.manager) = (cashier, finance, manager);
}

async fn line(town: &Town, number: &str, amount: &str, day: &str) -> Value {
    let line = json!({ "bankReference": number, "amount": amount, "bookedOn": day,
        "payer": "王芳", "memo": "水电费" });
    let input = json!({ "lines": [line] });
    let fields = "lines { bankReference state payer } knownAlready";
    let payload = town
        .centre
        .must(&town.finance, "enterBankLines", input, fields);
    payload.await
}

async fn open_amount(town: &Town) -> Value {
    town.account(&town.manager, "A1").await["openAmount"].clone()
}

async fn receipt(town: &Town, payment_id: &Value, campus: &str) -> Result<Value, Value> {
    let input = json!({ "paymentId": payment_id, "campusId": campus });
    let fields = "receipt { receiptNo total campus }";
    let payload = town
        .centre
        .mutate(&town.cashier, "issueReceipt", input, fields)
        .await
        .unwrap();
    match payload["userErrors"][0]["code"].as_str() {
        Some(code) => Err(code.into()),
        None => Ok(payload["receipt"].clone()),
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn e4_a_transfer_with_a_mismatch_a_receipt_at_another_campus_and_the_bank_taking_it_back() {
    let mut town = town().await;
    assert_eq!(open_amount(&town).await, "128640");
    let resident = town.resident("13800138000", "A1").await;
    let claim = json!({
        "accountNos": ["A1"], "amount": "128640", "photo": photo('1'), "transferredOn": "2026-09-14",
    });
    let claimed = town
        .centre
        .must(&resident, "claimTransfer", claim, CLAIM)
        .await;
    assert_eq!(claimed["claim"]["state"], "PENDING");
    let claim_id = claimed["claim"]["claimId"].clone();
    assert_eq!(open_amount(&town).await, "128640", "a claim only");
    let paused = "query { account(accountNo: \"A1\") { dunningPaused } }";
    let answer = town.centre.ask(&resident, paused, json!({})).await.data();
    assert_eq!(answer["account"]["dunningPaused"], true);

    on(&mut town, "2026-09-16").await;
    line(&town, "B1", "126840", "2026-09-16").await;
    line(&town, "B2", "5", "2026-09-16").await;
    let waiting = "query { transferClaims(state: PENDING) { nodes { claimId
        suggestions { reason days bankLine { bankReference amount } } } } }";
    let answer = town
        .centre
        .ask(&town.finance, waiting, json!({}))
        .await
        .data();
    assert_eq!(
        answer["transferClaims"]["nodes"],
        json!([{ "claimId": claim_id, "suggestions": [{
            "reason": "DIGITS_SWAPPED", "days": 2,
            "bankLine": { "bankReference": "B1", "amount": "126840" },
        }] }])
    );
    let verify = json!({ "claimId": claim_id, "bankReference": "B1" });
    let checked = town
        .centre
        .must(&town.finance, "verifyTransfer", verify.clone(), CLAIM)
        .await;
    assert_eq!(
        (&checked["claim"]["state"], &checked["claim"]["received"]),
        (&json!("MISMATCHED"), &json!("126840"))
    );
    assert_eq!(open_amount(&town).await, "128640");
    let mut accept = verify;
    accept["acceptBankAmount"] = true.into();
    let verified = town
        .centre
        .must(&town.finance, "verifyTransfer", accept.clone(), CLAIM)
        .await;
    let payment = verified["claim"]["payment"].clone();
    assert_eq!(
        (&payment["amount"], &payment["bankReference"]),
        (&json!("126840"), &json!("B1"))
    );
    assert_eq!(open_amount(&town).await, "1800");
    let twice = town
        .centre
        .refused(&town.finance, "verifyTransfer", accept)
        .await;
    assert_eq!(twice.0, "TRANSFER_ALREADY_VERIFIED");

    on(&mut town, "2026-09-17").await;
    let given = receipt(&town, &payment["paymentId"], "S").await.unwrap();
    assert_eq!(
        given,
        json!({ "receiptNo": "S-2026-000001", "total": "126840", "campus": "S" })
    );
    let again = receipt(&town, &payment["paymentId"], "N").await;
    assert_eq!(again, Err("RECEIPT_ALREADY_ISSUED".into()));
    let clearing = "query { campusClearing { fromCampus toCampus due } }";
    let answer = town
        .centre
        .ask(&town.finance, clearing, json!({}))
        .await
        .data();
    assert_eq!(
        answer["campusClearing"],
        json!([]),
        "South has only issued paper"
    );

    on(&mut town, "2026-09-18").await;
    let back = json!({ "bankReference": "B1", "returnReference": "R1", "reason": "账号有误" });
    let fields = "bankLine { state returnReference }";
    let returned = town
        .centre
        .must(&town.finance, "returnBankLine", back.clone(), fields)
        .await;
    assert_eq!(returned["bankLine"]["state"], "RETURNED");
    assert_eq!(open_amount(&town).await, "128640");
    let refused = town
        .centre
        .refused(&town.finance, "returnBankLine", back)
        .await;
    assert_eq!(refused.0, "BANK_LINE_ALREADY_RETURNED");
    let reverse = json!({ "paymentId": payment["paymentId"], "reason": "再冲一次" });
    let refused = town
        .centre
        .refused(&town.manager, "reversePayment", reverse)
        .await;
    assert_eq!(refused.0, "PAYMENT_ALREADY_REVERSED");
    let void = "query { receipt(receiptNo: \"S-2026-000001\") { voided returnedAt } }";
    let answer = town.centre.ask(&town.cashier, void, json!({})).await.data();
    assert_eq!(
        answer["receipt"],
        json!({ "voided": true, "returnedAt": null })
    );

    on(&mut town, "2026-09-30").await;
    let paid = town.pay("128640", &["A1"]).await;
    let early = receipt(&town, &paid["paymentId"], "S").await;
    assert_eq!(early, Err("RECEIPT_STILL_OUT".into()));
    let take_back = json!({ "receiptNo": "S-2026-000001" });
    let fields = "receipt { voided returnedAt }";
    town.centre
        .must(&town.cashier, "takeReceiptBack", take_back, fields)
        .await;
    let next = receipt(&town, &paid["paymentId"], "S").await.unwrap();
    assert_eq!(next["receiptNo"], "S-2026-000002");
    let answer = town
        .centre
        .ask(&town.finance, clearing, json!({}))
        .await
        .data();
    assert_eq!(
        answer["campusClearing"],
        json!([{ "fromCampus": "S", "toCampus": "N", "due": "128640" }]),
        "the cash was taken at South"
    );
    let trial = "query { trialBalance { account debit credit } }";
    let answer = town
        .centre
        .ask(&town.finance, trial, json!({}))
        .await
        .data();
    let rows = answer["trialBalance"].as_array().unwrap().clone();
    let sum = |side: &str| {
        let amounts = rows.iter().map(|row| row[side].as_str().unwrap());
        amounts
            .map(|text| text.parse::<i64>().unwrap())
            .sum::<i64>()
    };
    assert_eq!(sum("debit"), sum("credit"));
    let of = |account: &str| {
        let row = rows.iter().find(|row| row["account"] == account).unwrap();
        (row["debit"].clone(), row["credit"].clone())
    };
    assert_eq!(of("CASH"), (json!("128640"), json!("0")));
    assert_eq!(of("BANK"), (json!("126845"), json!("126840")));
    let statement = "query($on: Date, $known: Moment) {
        accountStatement(accountNo: \"A1\", validOn: $on, knownAt: $known) { openAmount } }";
    for (known, open) in [("2026-09-17", "1800"), ("2026-09-30", "128640")] {
        let variables = json!({ "on": "2026-09-17", "known": known });
        let answer = town
            .centre
            .ask(&town.manager, statement, variables)
            .await
            .data();
        assert_eq!(answer["accountStatement"]["openAmount"], open, "{known}");
    }
    town.verified().await;
}

#[tokio::test]
async fn r28_a_transfer_shown_at_a_counter_is_a_slip_until_somebody_else_verifies_it() {
    let town = town().await;
    let register = json!({
        "campusId": "S", "accountNos": ["A1"], "amount": "128640", "photo": photo('2'),
        "phone": "13800138000",
    });
    let slip = town
        .centre
        .must(&town.cashier, "registerTransfer", register.clone(), CLAIM)
        .await;
    assert_eq!(slip["claim"]["state"], "PENDING");
    let refused = town
        .centre
        .refused(&town.cashier, "registerTransfer", register)
        .await;
    assert_eq!(
        refused,
        ("TRANSFER_PHOTO_USED".to_owned(), "input.photo".to_owned())
    );
    let both = town
        .centre
        .staff("wu", &[Role::Cashier, Role::Finance])
        .await;
    let register = json!({ "campusId": "S", "accountNos": ["A1"], "amount": "100" });
    let own = town
        .centre
        .must(&both, "registerTransfer", register, CLAIM)
        .await;
    line(&town, "B1", "100", "2026-09-14").await;
    let verify = json!({ "claimId": own["claim"]["claimId"], "bankReference": "B1" });
    let refused = town.centre.refused(&both, "verifyTransfer", verify).await;
    assert_eq!(refused.0, "TRANSFER_VERIFIED_BY_REGISTRAR");
    let reject = json!({ "claimId": own["claim"]["claimId"], "reason": "查无到账" });
    let rejected = town
        .centre
        .must(&town.finance, "rejectTransfer", reject, CLAIM)
        .await;
    assert_eq!(
        (&rejected["claim"]["state"], &rejected["claim"]["reason"]),
        (&json!("REJECTED"), &json!("查无到账"))
    );
    // A neighbour sees neither the claim nor the account.
    let stranger = town
        .centre
        .customer(
            "13900139000",
            chaobiao_domain::customer::CustomerKind::Resident,
        )
        .await;
    let claim = json!({ "accountNos": ["A1"], "amount": "1", "photo": photo('3') });
    let refused = town.centre.refused(&stranger, "claimTransfer", claim).await;
    assert_eq!(refused.0, "TRANSFER_ACCOUNT_NOT_YOURS");
    let query = "query($id: String!) { transferClaim(claimId: $id) { state } }";
    let id = json!({ "id": slip["claim"]["claimId"] });
    let answer = town.centre.ask(&stranger, query, id).await.data();
    assert_eq!(answer["transferClaim"], Value::Null);
    town.verified().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn r26_a_cheque_bounces_after_its_month_was_closed_and_counts_from_today() {
    let mut town = town().await;
    let cheque = json!({
        "campusId": "N", "method": "CHEQUE", "amount": "128640", "accountNos": ["A1"],
        "cheque": { "number": "00123456", "bank": "中国银行" },
    });
    let fields = "payment { paymentId chequeState tillId }";
    let paid = town
        .centre
        .must(&town.cashier, "recordPayment", cheque, fields)
        .await;
    let payment = paid["payment"].clone();
    assert_eq!(
        (&payment["chequeState"], &payment["tillId"]),
        (&json!("PENDING"), &json!("N@2026-09-14@li"))
    );
    receipt(&town, &payment["paymentId"], "N").await.unwrap();
    let sign = json!({ "tillId": "N@2026-09-14@li", "cash": "0", "cheque": "128640" });
    town.centre.must(&town.cashier, "signTill", sign, "").await;
    let till = json!({ "tillId": "N@2026-09-14@li" });
    town.centre
        .must(&town.manager, "approveTill", till, "")
        .await;
    on(&mut town, "2026-10-12").await;
    let close = json!({ "campusId": "N", "month": "2026-09" });
    town.centre
        .must(&town.finance, "closeCashMonth", close.clone(), "month")
        .await;
    let refused = town
        .centre
        .refused(&town.finance, "closeCashMonth", close)
        .await;
    assert_eq!(
        refused,
        ("CASH_MONTH_CLOSED".to_owned(), "input.month".to_owned())
    );
    let bounce = json!({ "paymentId": payment["paymentId"], "reason": "存款不足" });
    let fields = "payment { chequeState reversedAt receipts { voided } }";
    let bounced = town
        .centre
        .must(&town.finance, "bounceCheque", bounce.clone(), fields)
        .await;
    assert_eq!(
        bounced["payment"],
        json!({
            "chequeState": "BOUNCED", "reversedAt": "2026-10-12T01:00:00+00:00",
            "receipts": [{ "voided": true }],
        })
    );
    assert_eq!(open_amount(&town).await, "128640");
    let tills = "query { tills { nodes { tillId state cheque { expected counted difference } } } }";
    let answer = town
        .centre
        .ask(&town.finance, tills, json!({}))
        .await
        .data();
    assert_eq!(
        answer["tills"]["nodes"],
        json!([{ "tillId": "N@2026-09-14@li", "state": "APPROVED",
            "cheque": { "expected": "128640", "counted": "128640", "difference": "0" } }])
    );
    let refused = town
        .centre
        .refused(&town.finance, "bounceCheque", bounce)
        .await;
    assert_eq!(refused.0, "PAYMENT_CHEQUE_BOUNCED");
    let clear = json!({ "paymentId": payment["paymentId"] });
    let refused = town
        .centre
        .refused(&town.finance, "clearCheque", clear)
        .await;
    assert_eq!(refused.0, "PAYMENT_CHEQUE_BOUNCED");
    town.verified().await;
}

#[tokio::test]
async fn r25_nothing_is_recorded_in_a_till_that_is_signed_and_differences_have_a_reason() {
    let town = town().await;
    town.pay("5000", &["A1"]).await;
    let sign = |cash: &str, reason: Value| json!({ "tillId": "S@2026-09-14@li", "cash": cash, "cheque": "0", "reason": reason });
    let input = sign("4900", Value::Null);
    let refused = town.centre.refused(&town.cashier, "signTill", input).await;
    assert_eq!(
        refused,
        (
            "TILL_DIFFERENCE_UNEXPLAINED".to_owned(),
            "input.reason".to_owned()
        )
    );
    let fields = "till { state payments cash { expected counted difference } }";
    let signed = town
        .centre
        .must(
            &town.cashier,
            "signTill",
            sign("4900", "找零有误".into()),
            fields,
        )
        .await;
    assert_eq!(
        signed["till"],
        json!({ "state": "SIGNED", "payments": 1,
            "cash": { "expected": "5000", "counted": "4900", "difference": "-100" } })
    );
    let late = json!({
        "campusId": "S", "method": "CASH", "amount": "100", "accountNos": ["A1"],
    });
    let refused = town
        .centre
        .refused(&town.cashier, "recordPayment", late)
        .await;
    assert_eq!(refused.0, "TILL_CLOSED");
    let both: Browser = town
        .centre
        .staff("zhao", &[Role::Cashier, Role::Manager])
        .await;
    let own = json!({
        "campusId": "S", "method": "CASH", "amount": "100", "accountNos": ["A1"],
    });
    town.centre.must(&both, "recordPayment", own, "").await;
    let sign = json!({ "tillId": "S@2026-09-14@zhao", "cash": "100", "cheque": "0" });
    town.centre.must(&both, "signTill", sign, "").await;
    let approve = json!({ "tillId": "S@2026-09-14@zhao" });
    let refused = town.centre.refused(&both, "approveTill", approve).await;
    assert_eq!(refused.0, "TILL_APPROVED_BY_CASHIER");
    let approve = json!({ "tillId": "S@2026-09-14@li" });
    let fields = "till { state approvedBy }";
    let approved = town
        .centre
        .must(&both, "approveTill", approve, fields)
        .await;
    assert_eq!(
        approved["till"],
        json!({ "state": "APPROVED", "approvedBy": "staff:zhao" })
    );
    town.verified().await;
}

#[tokio::test]
async fn r30_what_south_takes_for_north_is_due_until_it_is_settled() {
    let town = town().await;
    town.pay("3000", &["A1"]).await;
    let settle = |amount: &str| json!({ "fromCampusId": "S", "toCampusId": "N", "month": "2026-09", "amount": amount });
    let name = "settleCampusClearing";
    let refused = town.centre.refused(&town.finance, name, settle("1")).await;
    assert_eq!(
        refused,
        (
            "CLEARING_AMOUNT_DIFFERS".to_owned(),
            "input.amount".to_owned()
        )
    );
    let fields = "clearing { owed relieved settled due settledBy }";
    let settled = town
        .centre
        .must(&town.finance, name, settle("3000"), fields)
        .await;
    assert_eq!(
        settled["clearing"],
        json!({ "owed": "3000", "relieved": "0", "settled": "3000", "due": "0",
            "settledBy": "staff:qian" })
    );
    let refused = town
        .centre
        .refused(&town.finance, name, settle("3000"))
        .await;
    assert_eq!(refused.0, "CLEARING_NOTHING_DUE");
    town.verified().await;
}

#[tokio::test]
async fn r94_unidentified_money_is_held_claimed_and_kept_as_credit_where_nothing_is_open() {
    let town = town().await;
    line(&town, "B1", "200000", "2026-09-14").await;
    let again = line(&town, "B1", "200000", "2026-09-14").await;
    assert_eq!(again["knownAlready"], json!(["B1"]));
    assert_eq!(again["lines"][0]["payer"], "王*", "finance sees no names");
    let hold = json!({ "bankReference": "B1", "reason": "附言不清" });
    town.centre
        .must(&town.finance, "holdBankLine", hold, "")
        .await;
    let waiting = "query { bankLines(state: HELD) { nodes { bankReference heldReason amount } } }";
    let answer = town
        .centre
        .ask(&town.finance, waiting, json!({}))
        .await
        .data();
    assert_eq!(answer["bankLines"]["nodes"][0]["heldReason"], "附言不清");
    let book = json!({ "bankReference": "B1", "accountNos": ["A1"], "payer": "李雷" });
    let fields = "payment { method amount payer credits { amount } }";
    let booked = town
        .centre
        .must(&town.finance, "bookBankLine", book.clone(), fields)
        .await;
    assert_eq!(
        booked["payment"],
        json!({ "method": "TRANSFER", "amount": "200000", "payer": "李*",
            "credits": [{ "amount": "71360" }] })
    );
    let refused = town
        .centre
        .refused(&town.finance, "bookBankLine", book)
        .await;
    assert_eq!(refused.0, "BANK_LINE_ALREADY_BOOKED");
    town.verified().await;
}

#[tokio::test]
async fn x12_fifty_cashiers_at_once_give_numbers_without_a_gap_and_none_twice() {
    const CASHIERS: usize = 50;
    let town = town().await;
    let mut payments = Vec::new();
    for _ in 0..CASHIERS {
        payments.push(town.pay("100", &["A1"]).await["paymentId"].clone());
    }
    let give = async |payment_id: &Value| receipt(&town, payment_id, "S").await;
    let once = futures::future::join_all(payments.iter().map(give)).await;
    let mut numbers: Vec<String> = once
        .into_iter()
        .map(|given| given.unwrap()["receiptNo"].as_str().unwrap().to_owned())
        .collect();
    numbers.sort_unstable();
    let expected: Vec<String> = (1..=CASHIERS)
        .map(|number| format!("S-2026-{number:06}"))
        .collect();
    assert_eq!(numbers, expected);
    let twice = futures::future::join_all(payments.iter().map(give)).await;
    assert!(
        twice
            .iter()
            .all(|given| given == &Err("RECEIPT_ALREADY_ISSUED".into()))
    );
    // A void one keeps its number: the next goes on after the last.
    let reverse = json!({ "paymentId": payments[7], "reason": "收错户" });
    town.centre
        .must(&town.manager, "reversePayment", reverse, "")
        .await;
    let later = town.pay("100", &["A1"]).await;
    let back = |number: &str| json!({ "receiptNo": number });
    let query = "query($id: String!) { payment(paymentId: $id) { receiptNo } }";
    let void = json!({ "id": payments[7] });
    let void = town.centre.ask(&town.cashier, query, void).await.data();
    let void = void["payment"]["receiptNo"].as_str().unwrap();
    town.centre
        .must(&town.cashier, "takeReceiptBack", back(void), "")
        .await;
    let next = receipt(&town, &later["paymentId"], "S").await.unwrap();
    assert_eq!(next["receiptNo"], "S-2026-000051");
    town.verified().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn r93_numbered_paper_is_handed_out_used_spoiled_and_taken_back_and_an_invoice_stands_in() {
    let town = town().await;
    let stock = json!({
        "stockNo": "R1", "prefix": "SD", "digits": 6, "first": 101, "last": 110,
        "campusId": "S", "cashier": "li",
    });
    let name = "issueReceiptStock";
    let fields = "stock { firstNo lastNo cashier unused }";
    let issued = town
        .centre
        .must(&town.manager, name, stock.clone(), fields)
        .await;
    assert_eq!(
        issued["stock"],
        json!({ "firstNo": "SD000101", "lastNo": "SD000110", "cashier": "li", "unused": 10 })
    );
    let mut overlapping = stock;
    overlapping["stockNo"] = "R2".into();
    overlapping["first"] = 110.into();
    overlapping["last"] = 119.into();
    let refused = town.centre.refused(&town.manager, name, overlapping).await;
    assert_eq!(
        refused,
        ("STOCK_NUMBER_TAKEN".to_owned(), "input.first".to_owned())
    );
    let payment = town.pay("3000", &["A1"]).await;
    let given = receipt(&town, &payment["paymentId"], "S").await.unwrap();
    let print =
        |number: i32| json!({ "receiptNo": given["receiptNo"], "stockNo": "R1", "number": number });
    let fields = "receipt { receiptNo printedNo }";
    let printed = town
        .centre
        .must(&town.cashier, "printReceipt", print(101), fields)
        .await;
    assert_eq!(
        printed["receipt"],
        json!({ "receiptNo": "S-2026-000001", "printedNo": "SD000101" })
    );
    let refused = town
        .centre
        .refused(&town.cashier, "printReceipt", print(102))
        .await;
    assert_eq!(refused.0, "STOCK_RECEIPT_ON_PAPER");
    let spoil = json!({ "stockNo": "R1", "number": 101, "reason": "卡纸" });
    town.centre
        .must(&town.cashier, "spoilReceiptSheet", spoil, "")
        .await;
    town.centre
        .must(&town.cashier, "printReceipt", print(102), "")
        .await;
    let back = json!({ "stockNo": "R1" });
    let fields = "stock { used spoiled unused returnedTo sheets { printedNo spoiled receiptNo } }";
    let returned = town
        .centre
        .must(&town.manager, "returnReceiptStock", back, fields)
        .await;
    assert_eq!(
        returned["stock"],
        json!({ "used": 1, "spoiled": 1, "unused": 8, "returnedTo": "staff:ma", "sheets": [
            { "printedNo": "SD000101", "spoiled": true, "receiptNo": null },
            { "printedNo": "SD000102", "spoiled": false, "receiptNo": "S-2026-000001" },
        ] })
    );
    let exchange = json!({
        "receiptNo": given["receiptNo"], "invoiceNo": "26110000000000000001",
    });
    let fields = "receipt { invoiceNo redInvoiceNo redReason }";
    town.centre
        .must(
            &town.cashier,
            "exchangeForInvoice",
            exchange.clone(),
            fields,
        )
        .await;
    let refused = town
        .centre
        .refused(&town.cashier, "exchangeForInvoice", exchange)
        .await;
    assert_eq!(refused.0, "INVOICE_NUMBER_USED");
    let red = json!({
        "invoiceNo": "26110000000000000001", "redInvoiceNo": "26110000000000000002",
        "reason": "ISSUED_IN_ERROR",
    });
    let reversed = town
        .centre
        .must(&town.finance, "reverseInvoice", red.clone(), fields)
        .await;
    assert_eq!(
        reversed["receipt"],
        json!({ "invoiceNo": "26110000000000000001", "redInvoiceNo": "26110000000000000002",
            "redReason": "ISSUED_IN_ERROR" })
    );
    let refused = town
        .centre
        .refused(&town.finance, "reverseInvoice", red)
        .await;
    assert_eq!(refused.0, "INVOICE_ALREADY_REVERSED");
    town.verified().await;
}
