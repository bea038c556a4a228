//! From readings to bills, payments, receipts and the export, as the schema answers.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::town::Town;
use crate::support::{Browser, Centre};
use chaobiao_domain::staff::Role;
use chaobiao_eventstore::access::Principal;
use chrono::TimeDelta;
use serde_json::{Value, json};

#[tokio::test]
async fn r2_a_bill_names_its_readings_and_is_issued_once_however_often_it_is_asked_for() {
    let town = Town::open().await;
    town.household("A1").await;
    let reading = town.read("W-A1", "2026-08-20", "20").await;
    let preview = "query { previewBill(accountNo: \"A1\", month: \"2026-08\") {
        bill { total dueOn lines { meterNo amount } } userErrors { code } } }";
    let previewed = town
        .centre
        .ask(&town.finance, preview, json!({}))
        .await
        .data();
    assert_eq!(previewed["previewBill"]["bill"]["total"], "6200");

    let input = json!({ "idempotencyKey": "billing-2026-08-0001", "month": "2026-08" });
    let fields = "run { billed total nothingToBill alreadyBilled refused } pending";
    for _ in 0..2 {
        let payload = town
            .centre
            .must(&town.finance, "runBilling", input.clone(), fields)
            .await;
        assert_eq!(
            payload["run"],
            json!({
                "billed": 1, "total": "6200", "nothingToBill": 0, "alreadyBilled": 0, "refused": 0,
            })
        );
    }
    assert_eq!(town.bill("A1", "2026-08").await["alreadyBilled"], 1);
    let account = town.account(&town.finance, "A1").await;
    let bill = &account["bills"]["nodes"][0];
    assert_eq!(
        (&bill["billNo"], &bill["openAmount"]),
        (&json!("A1-202608"), &json!("6200"))
    );
    assert_eq!(
        bill["lines"],
        json!([{
            "meterNo": "W-A1", "component": "water", "quantity": "20", "unit": "m³",
            "price": "3.10", "amount": "6200", "readingIds": [reading],
        }])
    );
    let other = json!({ "idempotencyKey": "billing-2026-08-0001", "month": "2026-07" });
    let reused = town
        .centre
        .mutate(&town.finance, "runBilling", other, "")
        .await;
    assert_eq!(reused, Err("IDEMPOTENCY_KEY_REUSED".to_owned()));
    town.verified().await;
}

#[tokio::test]
async fn a_run_tells_which_accounts_it_could_not_bill() {
    let town = Town::open().await;
    town.household("A1").await;
    let input = json!({ "month": "2026-08", "accountNos": ["A1", "X9"] });
    let fields = "run { billed nothingToBill refused refusals { accountNo code message } }";
    let payload = town
        .centre
        .must(&town.finance, "runBilling", input, fields)
        .await;
    let run = &payload["run"];
    assert_eq!(
        (&run["nothingToBill"], &run["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(run["refusals"][0]["code"], "ACCOUNT_UNKNOWN");
    let future = json!({ "month": "2026-10" });
    let refused = town
        .centre
        .refused(&town.finance, "runBilling", future)
        .await;
    assert_eq!(
        refused,
        (
            "BILLING_MONTH_IN_FUTURE".to_owned(),
            "input.month".to_owned()
        )
    );
}

#[tokio::test]
async fn r29_a_notice_has_one_number_and_is_overdue_after_its_last_day() {
    let town = Town::open().await;
    town.august("A1").await;
    let account = town.account(&town.manager, "A1").await;
    assert_eq!(
        account["notices"],
        json!([{
            "noticeNo": "NA1-202608", "billNo": "A1-202608", "month": "2026-08",
            "amount": "10000", "openAmount": "10000", "dueOn": "2026-10-09", "overdue": false,
        }])
    );
    let overdue = "query { unpaidNotices(overdueOnly: true) { totalCount nodes { noticeNo
        overdue bill { total } } } }";
    let none = town
        .centre
        .ask(&town.manager, overdue, json!({}))
        .await
        .data();
    assert_eq!(none["unpaidNotices"]["totalCount"], 0);
    town.centre.wait(TimeDelta::days(16));
    let manager = town
        .centre
        .signed_in(Principal::Staff("ma".to_owned()))
        .await;
    let late = town.centre.ask(&manager, overdue, json!({})).await.data();
    assert_eq!(
        late["unpaidNotices"]["nodes"],
        json!([{ "noticeNo": "NA1-202608", "overdue": true, "bill": { "total": "10000" } }])
    );
}

#[tokio::test]
async fn r11_a_reader_sees_what_a_meters_account_owes_and_no_name() {
    let town = Town::open().await;
    town.august("A1").await;
    let reader = town.centre.staff("du", &[Role::Reader]).await;
    let query = "query($no: String!) { accountCharges(meterNo: $no) {
        accountNo holder openAmount dueSince credit
        bills { billNo month total openAmount } } }";
    let asked = town.centre.ask(&reader, query, json!({ "no": "W-A1" }));
    assert_eq!(
        asked.await.data()["accountCharges"],
        json!({
            "accountNo": "A1", "holder": "王*", "openAmount": "10000",
            "dueSince": "2026-10-09", "credit": "0",
            "bills": [{ "billNo": "A1-202608", "month": "2026-08",
                        "total": "10000", "openAmount": "10000" }],
        })
    );
    // Not the account itself, nor anything of it that could be changed.
    let whole = "{ account(accountNo: \"A1\") { holder } }";
    let denied = town.centre.ask(&reader, whole, json!({})).await;
    assert_eq!(denied.code(), Some("FORBIDDEN"));
    let nobody = town
        .centre
        .ask(&reader, query, json!({ "no": "9999" }))
        .await;
    assert_eq!(nobody.data()["accountCharges"], json!(null));
}

#[tokio::test]
async fn r25_cash_is_taken_at_any_counter_and_the_receipt_given_on_the_spot() {
    let town = Town::open().await;
    town.august("A1").await;
    let payment = town.pay("10000", &["A1"]).await;
    let issue = json!({ "paymentId": payment["paymentId"], "campusId": "S" });
    let fields = "receipt { receiptNo campus total voided payment { amount } }";
    let given = town
        .centre
        .must(&town.cashier, "issueReceipt", issue, fields)
        .await;
    assert_eq!(
        given["receipt"],
        json!({
            "receiptNo": "S-2026-000001", "campus": "S", "total": "10000", "voided": false,
            "payment": { "amount": "10000" },
        })
    );
    assert_eq!(town.account(&town.cashier, "A1").await["openAmount"], "0");
    let unknown = json!({
        "campusId": "X", "method": "CASH", "amount": "1", "accountNos": ["A1"],
    });
    let refused = town
        .centre
        .refused(&town.cashier, "recordPayment", unknown)
        .await;
    assert_eq!(
        refused,
        ("CAMPUS_UNKNOWN".to_owned(), "input.campusId".to_owned())
    );
    town.verified().await;
}

#[tokio::test]
async fn r31_receipts_are_joint_or_by_account_with_water_and_electricity_apart_and_never_twice() {
    let town = Town::open().await;
    town.august("A1").await;
    town.august("B2").await;
    let payment = town.pay("20500", &["A1", "B2"]).await;
    let receipt = async |accounts: Value, parts: Value| {
        let input = json!({
            "paymentId": payment["paymentId"], "campusId": "N", "accountNos": accounts,
            "parts": parts,
        });
        let fields = "receipt { receiptNo total items { accountNo part amount } }";
        town.centre
            .mutate(&town.cashier, "issueReceipt", input, fields)
            .await
            .unwrap()
    };
    let water = receipt(json!(["A1"]), json!(["WATER"])).await;
    assert_eq!(
        water["receipt"]["items"],
        json!([{ "accountNo": "A1", "part": "WATER", "amount": "6200" }])
    );
    let again = receipt(json!(["A1"]), Value::Null).await;
    assert_eq!(again["userErrors"][0]["code"], "RECEIPT_ALREADY_ISSUED");
    let joint = receipt(Value::Null, Value::Null).await;
    assert_eq!(joint["userErrors"][0]["code"], "RECEIPT_ALREADY_ISSUED");
    let rest = receipt(json!(["A1"]), json!(["ELECTRICITY", "CREDIT"])).await;
    assert_eq!(
        rest["receipt"]["total"], "4300",
        "38.00 and the 5.00 that were too much"
    );
    let neighbour = receipt(json!(["B2"]), Value::Null).await;
    assert_eq!(
        (
            &neighbour["receipt"]["receiptNo"],
            &neighbour["receipt"]["total"]
        ),
        (&json!("N-2026-000003"), &json!("10000"))
    );

    let reprint = json!({ "receiptNo": "N-2026-000003" });
    let copy = town
        .centre
        .must(
            &town.cashier,
            "reprintReceipt",
            reprint,
            "receipt { copies }",
        )
        .await;
    assert_eq!(copy["receipt"]["copies"], 1);
    town.verified().await;
}

#[tokio::test]
async fn r92_one_cheque_settles_several_accounts_and_months_bill_by_bill() {
    let town = Town::open().await;
    town.august("A1").await;
    town.august("B2").await;
    town.read("W-A1", "2026-09-20", "22").await;
    town.bill("A1", "2026-09").await;
    let cheque = json!({
        "campusId": "S", "method": "CHEQUE", "amount": "20500", "accountNos": ["A1", "B2"],
        "cheque": { "number": "00123456", "bank": "中国银行", "drawer": "后勤集团" },
    });
    let fields = "payment { paymentId chequeNumber allocations { accountNo billNo month amount } }";
    let paid = town
        .centre
        .must(&town.cashier, "recordPayment", cheque, fields)
        .await;
    assert_eq!(paid["payment"]["chequeNumber"], "00123456");
    assert_eq!(
        paid["payment"]["allocations"],
        json!([
            { "accountNo": "A1", "billNo": "A1-202608", "month": "2026-08", "amount": "10000" },
            { "accountNo": "A1", "billNo": "A1-202609", "month": "2026-09", "amount": "500" },
            { "accountNo": "B2", "billNo": "B2-202608", "month": "2026-08", "amount": "10000" },
        ])
    );
    assert_eq!(town.account(&town.cashier, "A1").await["openAmount"], "120");
    let missing = json!({
        "campusId": "S", "method": "CHEQUE", "amount": "1", "accountNos": ["A1"],
    });
    let refused = town
        .centre
        .refused(&town.cashier, "recordPayment", missing)
        .await;
    assert_eq!(
        refused,
        (
            "PAYMENT_CHEQUE_INCOMPLETE".to_owned(),
            "input.cheque".to_owned()
        )
    );
}

#[tokio::test]
async fn a_reversal_needs_somebody_else_and_opens_everything_again() {
    let town = Town::open().await;
    town.august("A1").await;
    let both = town
        .centre
        .staff("zhao", &[Role::Cashier, Role::Manager])
        .await;
    let input = json!({
        "campusId": "N", "method": "CASH", "amount": "10300", "accountNos": ["A1"],
    });
    let paid = town
        .centre
        .must(&both, "recordPayment", input, "payment { paymentId }")
        .await;
    let payment_id = &paid["payment"]["paymentId"];
    let issue = json!({ "paymentId": payment_id, "campusId": "N" });
    town.centre
        .must(&both, "issueReceipt", issue.clone(), "")
        .await;
    let reverse = json!({ "paymentId": payment_id, "reason": "银行退回" });
    let own = town
        .centre
        .refused(&both, "reversePayment", reverse.clone())
        .await;
    assert_eq!(own.0, "PAYMENT_REVERSED_BY_TAKER");
    let fields = "payment { reversedBy reversalReason receipts { voided } }";
    let undone = town
        .centre
        .must(&town.manager, "reversePayment", reverse, fields)
        .await;
    assert_eq!(
        undone["payment"],
        json!({
            "reversedBy": "staff:ma", "reversalReason": "银行退回",
            "receipts": [{ "voided": true }],
        })
    );
    let account = town.account(&town.manager, "A1").await;
    assert_eq!(
        (&account["openAmount"], &account["credit"]),
        (&json!("10000"), &json!("0"))
    );
    let newest = &account["statement"]["nodes"][0];
    assert_eq!(
        (&newest["kind"], &newest["balance"]),
        (&json!("CREDIT_WITHDRAWN"), &json!("10000"))
    );
    assert_eq!(
        town.centre.refused(&both, "issueReceipt", issue).await.0,
        "RECEIPT_PAYMENT_REVERSED"
    );
    town.verified().await;
}

#[tokio::test]
async fn r56_a_batch_holds_what_was_not_exported_yet_and_the_same_request_is_the_same_batch() {
    let town = Town::open().await;
    town.august("A1").await;
    let paid = town.pay("4000", &["A1"]).await;
    let create = json!({
        "idempotencyKey": "export-2026-08-00001", "basis": "BILL_MONTH", "month": "2026-08",
    });
    let fields = "batch { batchId rowCount total }";
    let name = "createPaymentExport";
    let first = town
        .centre
        .must(&town.finance, name, create.clone(), fields)
        .await;
    assert_eq!(
        first["batch"],
        json!({ "batchId": "PE000001", "rowCount": 1, "total": "4000" })
    );
    town.pay("6000", &["A1"]).await;
    let again = town.centre.must(&town.finance, name, create, fields).await;
    assert_eq!(
        again["batch"], first["batch"],
        "whatever could be counted by then"
    );

    let reverse = json!({ "paymentId": paid["paymentId"], "reason": "收错户" });
    town.centre
        .must(&town.manager, "reversePayment", reverse, "")
        .await;
    let next = json!({ "basis": "BILL_MONTH", "month": "2026-08" });
    let second = town
        .centre
        .must(&town.finance, name, next.clone(), fields)
        .await;
    assert_eq!(
        second["batch"],
        json!({ "batchId": "PE000002", "rowCount": 2, "total": "2000" })
    );
    let refused = town.centre.refused(&town.finance, name, next).await;
    assert_eq!(
        refused,
        (
            "PAYMENT_EXPORT_NOTHING_NEW".to_owned(),
            "input.month".to_owned()
        )
    );
    let list = "query { exportBatches { nodes { batchId basis createdBy } } }";
    let auditor = town.centre.staff("shen", &[Role::Auditor]).await;
    let audited = town.centre.ask(&auditor, list, json!({})).await.data();
    assert_eq!(
        audited["exportBatches"]["nodes"].as_array().unwrap().len(),
        2
    );
    let batches = town.centre.ask(&town.finance, list, json!({})).await.data();
    assert_eq!(
        batches["exportBatches"]["nodes"][0],
        json!({ "batchId": "PE000002", "basis": "BILL_MONTH", "createdBy": "staff:qian" })
    );
    town.verified().await;
}

#[tokio::test]
async fn customers_see_their_own_accounts_and_their_own_part_of_a_payment() {
    let town = Town::open().await;
    town.august("A1").await;
    town.august("B2").await;
    let payment = town.pay("20000", &["A1", "B2"]).await;
    let issue = json!({ "paymentId": payment["paymentId"], "campusId": "S" });
    town.centre
        .must(&town.cashier, "issueReceipt", issue, "")
        .await;
    let resident = town.resident("13800138000", "A1").await;

    let own = town.account(&resident, "A1").await;
    let seen = &own["payments"]["nodes"][0];
    assert_eq!(seen["amount"], "10000");
    assert_eq!(
        seen["allocations"],
        json!([{ "accountNo": "A1", "amount": "10000" }])
    );
    let receipt = "query { receipt(receiptNo: \"S-2026-000001\") { total items { accountNo } } }";
    let receipt = town.centre.ask(&resident, receipt, json!({})).await.data();
    assert_eq!(
        receipt["receipt"]["total"], "10000",
        "water and electricity of A1"
    );

    assert_eq!(town.account(&resident, "B2").await, Value::Null);
    for foreign in [
        "query { bill(billNo: \"B2-202608\") { total } }",
        "query { notice(noticeNo: \"NB2-202608\") { amount } }",
    ] {
        let data = town.centre.ask(&resident, foreign, json!({})).await.data();
        assert!(
            data.as_object().unwrap().values().all(Value::is_null),
            "{data}"
        );
    }
    let preview = "query { previewBill(accountNo: \"B2\", month: \"2026-08\") { bill { total } } }";
    let answer = town.centre.ask(&resident, preview, json!({})).await;
    assert_eq!(answer.code(), Some("NOT_FOUND"));
    let all = town
        .centre
        .ask(
            &resident,
            "query { unpaidNotices { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(all.code(), Some("BAD_USER_INPUT"));
}

#[tokio::test]
async fn r85_accounts_are_opened_and_changed_by_those_who_may() {
    let town = Town::open().await;
    let admin = town.centre.staff("admin1", &[Role::Admin]).await;
    let open = json!({
        "accountNo": "A1", "class": "RESIDENT", "campus": "N", "holder": "王芳",
        "phone": "13800138000", "address": "北苑 3 栋 201", "householdPersons": 3,
    });
    let forbidden = town
        .centre
        .mutate(&town.cashier, "openAccount", open.clone(), "")
        .await;
    assert_eq!(forbidden, Err("FORBIDDEN".to_owned()));
    let fields = "account { accountNo class holder address householdPersons openAmount }";
    let opened = town
        .centre
        .must(&admin, "openAccount", open.clone(), fields)
        .await;
    assert_eq!(
        opened["account"],
        json!({
            "accountNo": "A1", "class": "RESIDENT", "holder": "王*", "address": "北苑***",
            "householdPersons": 3, "openAmount": "0",
        })
    );
    let twice = town
        .centre
        .refused(&admin, "openAccount", open.clone())
        .await;
    assert_eq!(
        twice,
        (
            "ACCOUNT_ALREADY_OPEN".to_owned(),
            "input.accountNo".to_owned()
        )
    );
    let mut nowhere = open.clone();
    nowhere["campus"] = json!("X");
    let (code, on) = town.centre.refused(&admin, "openAccount", nowhere).await;
    assert_eq!((&*code, &*on), ("CAMPUS_UNKNOWN", "input.campus"));
    let mut wrong = open;
    wrong["phone"] = json!("12345");
    let refused = town.centre.refused(&admin, "openAccount", wrong).await;
    assert_eq!(
        refused,
        ("VALUE_BAD_FORMAT".to_owned(), "input.phone".to_owned())
    );
    let change = json!({ "accountNo": "A1", "householdPersons": 5, "removePhone": true });
    let changed = town
        .centre
        .must(
            &admin,
            "changeAccount",
            change,
            "account { householdPersons phone }",
        )
        .await;
    assert_eq!(
        changed["account"],
        json!({ "householdPersons": 5, "phone": null })
    );
    let nobody = json!({ "accountNo": "X9", "householdPersons": 5 });
    assert_eq!(
        town.centre.refused(&admin, "changeAccount", nobody).await.0,
        "ACCOUNT_UNKNOWN"
    );
    let list = "query { accounts(search: \"A\", class: RESIDENT) { nodes { accountNo } } }";
    let listed = town.centre.ask(&admin, list, json!({})).await.data();
    assert_eq!(listed["accounts"]["nodes"], json!([{ "accountNo": "A1" }]));
}

const SEARCH: &str = "query($text: String!) { accounts(search: $text, first: 5) {
    nodes { accountNo holder phone address } } }";

/// The numbers of what a search shows.
async fn found(centre: &Centre, who: &Browser, text: &str) -> Vec<String> {
    let answer = centre.ask(who, SEARCH, json!({ "text": text })).await;
    let data = answer.data();
    let nodes = data["accounts"]["nodes"].as_array().unwrap();
    let number = |node: &Value| node["accountNo"].as_str().unwrap().to_owned();
    nodes.iter().map(number).collect()
}

#[tokio::test]
async fn r25_a_cashier_finds_an_account_by_whatever_the_customer_says() {
    let town = Town::open().await;
    let centre = &town.centre;
    let admin = centre.staff("admin1", &[Role::Admin]).await;
    town.household("A100").await;
    let other = json!({
        "accountNo": "B200", "class": "RESIDENT", "campus": "S", "holder": "欧阳小明",
        "phone": "13912345678", "address": "南苑 1 栋 9", "householdPersons": 2,
    });
    centre.must(&admin, "openAccount", other, "").await;

    let nobody: [&str; 0] = [];
    for (text, expected) in [
        ("A1", ["A100"].as_slice()),
        ("W-A1", &["A100"]),
        ("HW-A100-W", &nobody),
        ("王芳", &["A100"]),
        ("欧阳", &["B200"]),
        ("欧阳 小明", &["B200"]),
        ("小明", &nobody),
        ("13912345678", &["B200"]),
        ("5678", &["B200"]),
        ("５６７８", &["B200"]),
        ("1391", &nobody),
        ("北苑 3 栋 201", &["A100"]),
        ("3-201", &["A100"]),
        ("201室", &["A100"]),
        ("3-20", &["A100"]),
        ("3-21", &nobody),
        ("%", &nobody),
        ("", &["A100", "B200"]),
    ] {
        assert_eq!(found(centre, &town.cashier, text).await, expected, "{text}");
    }

    // Whoever may not see names and phones cannot find them out by trying, either.
    for text in ["王芳", "欧阳小明", "13912345678", "5678"] {
        assert_eq!(found(centre, &admin, text).await, nobody, "{text}");
    }
    centre.log.take();
    let masked = centre.ask(&admin, SEARCH, json!({ "text": "B2" })).await;
    let seen = &masked.data()["accounts"]["nodes"][0];
    assert_eq!(
        (&seen["holder"], &seen["phone"]),
        (&json!("欧***"), &json!("139****5678"))
    );
    assert!(centre.log.take().is_empty(), "nothing personal was seen");

    found(centre, &town.cashier, "13912345678").await;
    let mut looks = centre.log.take().into_iter().map(|entry| entry.what);
    assert_eq!(looks.next().as_deref(), Some("accounts.search"));
    assert!(looks.any(|what| what == "account.holder"));

    // A new name and no phone: the old ones lead nowhere.
    let change = json!({ "accountNo": "B200", "holder": "司马光", "removePhone": true });
    centre.must(&admin, "changeAccount", change, "").await;
    assert_eq!(found(centre, &town.cashier, "欧阳").await, nobody);
    assert_eq!(found(centre, &town.cashier, "5678").await, nobody);
    assert_eq!(found(centre, &town.cashier, "司马").await, ["B200"]);
}
