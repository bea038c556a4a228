//! The main job over HTTP and the command line: read with a photo, bill, pay, receipt, export,
//! replay; and what happens to bad input on the way.

mod support;

use serde_json::{Value, json};
use support::centre::Centre;
use support::home::home;

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
    let mut stranger = centre.customer("13800138009", "RESIDENT");
    let answer = stranger.ask(query, &Value::Null);
    assert!(
        answer["errors"][0]["extensions"]["code"] == "NOT_FOUND",
        "{answer}"
    );
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
async fn bad_readings_are_refused_or_held_and_never_block_the_next() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    let submit = |index: &str, at: &str, photo: &str| json!({ "meterNo": "W-10001", "index": index, "channel": "SELF_READ", "photo": photo, "readAt": at });
    let photo = home.resident.photograph(20);
    for (index, at, on) in [
        ("123456", "2026-03-01T02:00:00Z", "input.index"),
        ("120", "2099-01-01T00:00:00Z", "input.readAt"),
        ("120", "2026-01-15T00:00:00Z", "input.readAt"),
    ] {
        let (code, field) = home
            .resident
            .refused("submitReading", submit(index, at, &photo));
        assert_eq!(field, on, "{code}");
    }
    let back = home.read("90", "2026-03-01T02:00:00Z", 30);
    assert_eq!(back["status"], "HELD");
    assert!(back["findings"].to_string().contains("V5"), "{back}");
    let next = home.read("121", "2026-03-02T02:00:00Z", 31);
    assert_eq!(
        (&next["status"], &next["usage"]),
        (&json!("ACCEPTED"), &json!("11"))
    );
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

#[tokio::test]
async fn a_query_too_deep_is_refused_with_its_code() {
    let centre = Centre::new().await;
    let mut nobody = centre.client("nobody");
    let deep = format!(
        "{{ me {}displayName{} }}",
        "{ customer ".repeat(20),
        " }".repeat(20)
    );
    assert_eq!(nobody.error_code(&deep, &Value::Null), "QUERY_TOO_DEEP");
}
