//! The main job over HTTP and the command line: read with a photo, bill, pay, receipt, export,
//! replay.

use crate::support;
use crate::support::centre::Centre;
use crate::support::home::home;
use serde_json::{Value, json};

#[tokio::test]
async fn the_main_job_from_a_photo_to_the_replay() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);

    // R15, R54: the last index is shown, the index and the photo are sent.
    let card = format!(
        "{{ meter(meterNo: \"{}\") {{ meterNo lastReading {{ index }} }} }}",
        home.meter_no
    );
    let seen = home.resident.query(&card, &Value::Null);
    assert_eq!(seen["meter"]["meterNo"], home.meter_no);
    let reading = home.read("110", "2026-02-01T02:00:00Z", 10);
    assert_eq!(
        (&reading["status"], &reading["usage"]),
        (&json!("ACCEPTED"), &json!("10"))
    );

    // R2: the bill's line names the reading it came from. 10 m³ at 3.10.
    let account = home.bill("2026-02");
    assert_eq!(account["openAmount"], "3100");
    let line = &account["bills"]["nodes"][0]["lines"][0];
    assert_eq!(line["amount"], "3100");
    assert!(
        line["readingIds"]
            .to_string()
            .contains(reading["readingId"].as_str().unwrap())
    );

    // R25: cash at another campus's counter, the receipt on the spot.
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let payment = json!({
        "campusId": "S", "method": "CASH", "amount": "3100", "accountNos": ["10001"],
    });
    let paid = cashier.must(
        "recordPayment",
        payment,
        "payment { paymentId allocations { billNo } }",
    );
    let payment_id = paid["payment"]["paymentId"].as_str().unwrap().to_owned();
    let receipt = json!({ "paymentId": payment_id, "campusId": "S" });
    let given = cashier.must(
        "issueReceipt",
        receipt.clone(),
        "receipt { receiptNo total }",
    );
    assert_eq!(given["receipt"]["total"], "3100");
    // R31: never twice.
    assert_eq!(
        cashier.refused("issueReceipt", receipt).0,
        "RECEIPT_ALREADY_ISSUED"
    );
    let account = home.resident.query(
        "{ account(accountNo: \"10001\") { openAmount } }",
        &Value::Null,
    );
    assert_eq!(account["account"]["openAmount"], "0");

    // R56: finance exports it, twice the same.
    let export = |centre: &Centre| {
        centre.command(&[
            "export", "payments", "--month", "2026-02", "--format", "csv",
        ])
    };
    let first = export(&centre);
    assert!(
        first.contains("10001") && first.contains("31.00"),
        "{first}"
    );

    // The auditor replays the meter from events alone.
    let replay = centre.command(&["meter", "replay", &home.meter_no, "--json"]);
    assert!(
        replay.contains("meter.reading_accepted") && replay.contains("customer:"),
        "{replay}"
    );
    centre.command(&["projection", "verify"]);
}

#[tokio::test]
async fn r53_a_resident_sees_twelve_months_of_usage_and_payments() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    home.read("121", "2026-03-01T02:00:00Z", 11);
    let query = "{ usage(accountNo: \"10001\", months: 12) { month commodity usage } }";
    let usage = home.resident.query(query, &Value::Null);
    let months: Vec<&str> = usage["usage"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|m| m["usage"].as_str())
        .collect();
    assert!(months.contains(&"10") && months.contains(&"11"), "{usage}");
    // Payments of the same twelve months, those taken back among them.
    home.bill("2026-03");
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    for amount in ["1000", "500"] {
        let payment = json!({
            "campusId": "N", "method": "CASH", "amount": amount, "accountNos": ["10001"],
        });
        let paid = cashier.must("recordPayment", payment, "payment { paymentId }");
        if amount == "500" {
            let reverse = json!({
                "paymentId": paid["payment"]["paymentId"], "reason": "收错户号",
            });
            home.manager.must("reversePayment", reverse, "");
        }
    }
    let now = chrono::Utc::now();
    let from = now.checked_sub_months(chrono::Months::new(12)).unwrap();
    let payments = "query($from: DateTime!, $to: DateTime) {
        payments(accountNo: \"10001\", from: $from, to: $to) { nodes {
            amount reversalReason allocations { month amount } } } }";
    let seen = json!({ "from": from });
    Centre::until(|| {
        let answer = home.resident.query(payments, &seen);
        let nodes = answer["payments"]["nodes"].as_array()?;
        (nodes.len() == 2 && nodes[0]["reversalReason"] == "收错户号").then_some(())
    });
    let answer = home.resident.query(payments, &seen);
    let first = &answer["payments"]["nodes"][1];
    assert_eq!(
        first,
        &json!({
            "amount": "1000", "reversalReason": null,
            "allocations": [{ "month": "2026-03", "amount": "1000" }],
        })
    );
    let before = json!({ "from": from, "to": now.checked_sub_days(chrono::Days::new(1)).unwrap() });
    let none = home.resident.query(payments, &before);
    assert_eq!(none["payments"]["nodes"], json!([]));

    let mut stranger = centre.customer("13800138009", "RESIDENT");
    for (query, variables) in [(query, &Value::Null), (payments, &seen)] {
        let answer = stranger.ask(query, variables);
        assert!(
            answer["errors"][0]["extensions"]["code"] == "NOT_FOUND",
            "{answer}"
        );
    }
}

#[tokio::test]
async fn r71_number_and_hardware_number_find_the_same_card() {
    let mut centre = Centre::equipped().await;
    let home = home(&mut centre);
    let mut reader = centre.staff("reader", &["READER"]);
    for code in [home.meter_no.as_str(), "HW10001"] {
        let card = reader.query(
            "query($code: String!) { meter(meterNo: $code) { meterNo room } }",
            &json!({ "code": code }),
        );
        assert_eq!(card["meter"]["meterNo"], home.meter_no);
    }
}

#[tokio::test]
async fn r21_a_reading_without_a_photo_and_a_photo_that_is_none_are_refused() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let bare = json!({ "meterNo": home.meter_no, "index": "110", "channel": "SELF_READ" });
    let (_, field) = home.resident.refused("submitReading", bare);
    assert_eq!(field, "input.photo");
    let broken = home.resident.upload(b"not a picture at all");
    assert!((400..500).contains(&broken.status), "{}", broken.body);
    let huge = home.resident.upload(&vec![0u8; 11 * 1024 * 1024]);
    assert!(
        huge.status == 413 || huge.status == 0,
        "{}: {}",
        huge.status,
        huge.body
    );
    let nobody = centre.client("nobody").upload(&support::client::dial(1));
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn a_key_used_again_gives_the_same_answer_and_for_another_body_an_error() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    home.bill("2026-02");
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let key = cashier.new_key();
    let pay = |amount: &str| {
        json!({
            "idempotencyKey": key, "campusId": "N", "method": "CASH", "amount": amount,
            "accountNos": ["10001"],
        })
    };
    let first = cashier.must("recordPayment", pay("1000"), "payment { paymentId }");
    centre.kill_and_restart();
    cashier.follow(&centre);
    home.resident.follow(&centre);
    home.manager.follow(&centre);
    let again = cashier.must("recordPayment", pay("1000"), "payment { paymentId }");
    assert_eq!(first["payment"]["paymentId"], again["payment"]["paymentId"]);
    let query =
        "mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { pending } }";
    let other = cashier.error_code(query, &json!({ "input": pay("2000") }));
    assert_eq!(other, "IDEMPOTENCY_KEY_REUSED");

    // A part payment leaves the rest open; too much stays as credit; nothing and less are refused.
    let account = "{ account(accountNo: \"10001\") { openAmount credit } }";
    assert_eq!(
        home.resident.query(account, &Value::Null)["account"]["openAmount"],
        "2100"
    );
    for amount in ["0", "-100"] {
        let (_, field) = cashier.refused(
            "recordPayment",
            json!({
                "campusId": "N", "method": "CASH", "amount": amount, "accountNos": ["10001"],
            }),
        );
        assert_eq!(field, "input.amount");
    }
    let too_much = json!({
        "campusId": "N", "method": "CASH", "amount": "5000", "accountNos": ["10001"],
    });
    cashier.must("recordPayment", too_much, "payment { paymentId }");
    // The killed server's leases run out in seconds; until then the read models wait.
    let settled = json!({ "openAmount": "0", "credit": "2900" });
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(40);
    loop {
        let after = home.resident.query(account, &Value::Null);
        if after["account"] == settled {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{after}");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}
