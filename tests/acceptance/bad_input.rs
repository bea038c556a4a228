//! Bad input over HTTP: each with its stable code, a Chinese message and the field, and nothing
//! half written.

use crate::support;
use crate::support::centre::{ALL_DESKS, CAMPUS, Centre};
use crate::support::client::{Client, dial};
use serde_json::{Value, json};

/// A mutation, its input, and how it is refused.
type Case = (&'static str, Value, &'static str, &'static str);

/// Refuses each of the cases by its code on its field, and writes no event for any.
async fn assert_refused(centre: &Centre, client: &mut Client, cases: Vec<Case>) {
    let before = centre.events().await;
    for (mutation, input, code, field) in cases {
        let shown = input.to_string();
        let refused = client.refused(mutation, input);
        let expected = (code.to_owned(), format!("input.{field}"));
        assert_eq!(refused, expected, "{mutation} {shown}");
        assert_eq!(centre.events().await, before, "{mutation} {shown}");
    }
}

fn account(manager: &mut Client, account_no: &str, class: &str) {
    let account = json!({
        "accountNo": account_no, "class": class, "campus": CAMPUS, "holder": "王芳",
        "address": "北苑 1 栋 101", "householdPersons": 3,
    });
    manager.must("openAccount", account, "account { accountNo }");
}

const VERDICT: &str =
    "status duplicate findings { rule version message } reading { readingId usage }";

/// A reading of the household's meter by a member of staff.
fn field(index: &str, read_at: &str, photo: &str) -> Value {
    json!({
        "meterNo": "W-10001", "index": index, "readAt": read_at, "channel": "FIELD",
        "photo": photo,
    })
}

#[tokio::test]
async fn a_bad_reading_is_refused_by_name_and_writes_nothing() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    Centre::household(&mut manager, "10001", "王芳");
    let mut reader = centre.staff("reader", &["READER"]);
    let photo = reader.photograph(1);
    let day = "2026-02-01T02:00:00Z";
    reader.must("submitReading", field("110", day, &photo), VERDICT);

    let next = "2026-03-01T02:00:00Z";
    let mut unknown = field("111", next, &photo);
    unknown["meterNo"] = "W-99999".into();
    let mut unseen = field("111", next, &photo);
    unseen["photo"] = "0".repeat(64).into();
    let mut bare = field("111", next, &photo);
    bare["photo"] = Value::Null;
    let submit = "submitReading";
    let cases = vec![
        (submit, unknown, "METER_NOT_FOUND", "meterNo"),
        // Five digits, no decimals.
        (
            submit,
            field("100000", next, &photo),
            "METER_INDEX_OUT_OF_RANGE",
            "index",
        ),
        (
            submit,
            field("111.5", next, &photo),
            "METER_INDEX_TOO_PRECISE",
            "index",
        ),
        (submit, field("-1", next, &photo), "VALUE_NEGATIVE", "index"),
        (
            submit,
            field("111", "2099-01-01T00:00:00Z", &photo),
            "METER_READING_IN_FUTURE",
            "readAt",
        ),
        (
            submit,
            field("111", "2025-12-31T00:00:00Z", &photo),
            "METER_READING_BEFORE_INSTALLATION",
            "readAt",
        ),
        (
            submit,
            field("111", day, &photo),
            "METER_READING_CONFLICT",
            "index",
        ),
        (submit, unseen, "METER_PHOTO_UNKNOWN", "photo"),
        (submit, bare, "METER_PHOTO_REQUIRED", "photo"),
    ];
    assert_refused(&centre, &mut reader, cases).await;

    // A number that is none never reaches the meter.
    let query = "mutation($input: SubmitReadingInput!) { submitReading(input: $input) { status } }";
    for index in ["", "12a", "1e3"] {
        let mut input = field(index, next, &photo);
        input["idempotencyKey"] = reader.new_key().into();
        let answer = reader.ask(query, &json!({ "input": input }));
        assert!(
            answer["errors"][0]["message"].is_string(),
            "{index}: {answer}"
        );
        assert!(answer["data"].is_null(), "{index}: {answer}");
    }
}

#[tokio::test]
async fn an_index_that_goes_back_is_held_and_never_blocks_the_next_reading() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    Centre::household(&mut manager, "10001", "王芳");
    let mut reader = centre.staff("reader", &["READER"]);
    for (shade, index, at, status) in [
        (1, "110", "2026-02-01T02:00:00Z", "ACCEPTED"),
        (2, "90", "2026-03-01T02:00:00Z", "HELD"),
        (3, "80", "2026-03-02T02:00:00Z", "HELD"),
        (4, "121", "2026-03-03T02:00:00Z", "ACCEPTED"),
    ] {
        let photo = reader.photograph(shade);
        let judged = reader.must("submitReading", field(index, at, &photo), VERDICT);
        assert_eq!(judged["status"], status, "{judged}");
        if status == "HELD" {
            assert_eq!(judged["findings"][0]["rule"], "V5");
            let message = judged["findings"][0]["message"].as_str().unwrap();
            assert!(message.contains("小于上次读数 110"), "{message}");
        } else if index == "121" {
            assert_eq!(judged["reading"]["usage"], "11");
        }
    }
}

#[tokio::test]
async fn the_same_reading_twice_is_one_and_a_key_answers_for_one_content_only() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    Centre::household(&mut manager, "10001", "王芳");
    let mut reader = centre.staff("reader", &["READER"]);
    let photo = reader.photograph(1);
    let mut keyed = field("110", "2026-02-01T02:00:00Z", &photo);
    keyed["idempotencyKey"] = reader.new_key().into();
    let first = reader.must("submitReading", keyed.clone(), VERDICT);
    let written = centre.events().await;
    assert_eq!(reader.must("submitReading", keyed.clone(), VERDICT), first);
    // Another key: the same reading all the same.
    let again = field("110", "2026-02-01T02:00:00Z", &photo);
    let again = reader.must("submitReading", again, VERDICT);
    assert_eq!(again["duplicate"], true);
    assert_eq!(again["reading"], first["reading"]);
    keyed["index"] = "111".into();
    let query = "mutation($input: SubmitReadingInput!) { submitReading(input: $input) { status } }";
    let answer = reader.ask(query, &json!({ "input": keyed }));
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "IDEMPOTENCY_KEY_REUSED"
    );
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(!message.is_ascii(), "{message}");
    assert_eq!(centre.events().await, written);
}

#[tokio::test]
async fn the_third_binding_of_a_resident_and_the_eleventh_of_a_clerk_are_refused() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    for (phone, kind, class, limit) in [
        ("13800138000", "RESIDENT", "RESIDENT", 2),
        ("13800138001", "UNIT_CLERK", "UNIT", 10),
    ] {
        let mut customer = centre.customer(phone, kind);
        let numbers: Vec<String> = (0..=limit)
            .map(|n| format!("{}{n:02}", &phone[8..]))
            .collect();
        for number in &numbers {
            account(&mut manager, number, class);
        }
        let ask = |number: &str| json!({ "accountNo": number, "holderName": "王芳" });
        for number in &numbers[..limit] {
            customer.must("requestBinding", ask(number), "");
        }
        let request = "requestBinding";
        let cases = vec![
            (
                request,
                ask(&numbers[limit]),
                "BINDING_LIMIT_REACHED",
                "accountNo",
            ),
            (
                request,
                ask(&numbers[0]),
                "BINDING_ALREADY_PENDING",
                "accountNo",
            ),
        ];
        assert_refused(&centre, &mut customer, cases).await;
    }
    let mut newcomer = centre.customer("13800138002", "RESIDENT");
    let unknown = json!({ "accountNo": "99999", "holderName": "王芳" });
    let cases = vec![(
        "requestBinding",
        unknown,
        "BINDING_HOLDER_MISMATCH",
        "holderName",
    )];
    assert_refused(&centre, &mut newcomer, cases).await;
}

/// An account that owes 31.00 yuan.
fn in_debt(centre: &mut Centre, manager: &mut Client) {
    Centre::household(manager, "10001", "王芳");
    let mut reader = centre.staff("reader", &["READER"]);
    let photo = reader.photograph(1);
    let reading = field("110", "2026-02-01T02:00:00Z", &photo);
    reader.must("submitReading", reading, VERDICT);
    let run = json!({ "month": "2026-02", "accountNos": ["10001"] });
    manager.must("runBilling", run, "run { billed }");
}

fn pay(amount: &str, account_no: &str) -> Value {
    json!({
        "campusId": CAMPUS, "method": "CASH", "amount": amount, "accountNos": [account_no],
    })
}

fn balance(client: &mut Client) -> (String, String) {
    let query = "{ account(accountNo: \"10001\") { openAmount credit } }";
    let account = client.query(query, &Value::Null)["account"].take();
    let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
    (text("openAmount"), text("credit"))
}

fn until_balance(client: &mut Client, open: &str, credit: &str) {
    let wanted = (open.to_owned(), credit.to_owned());
    Centre::until(|| (balance(client) == wanted).then_some(()));
}

#[tokio::test]
async fn a_payment_is_more_than_nothing_and_neither_too_little_nor_too_much_gets_lost() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    in_debt(&mut centre, &mut manager);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let record = "recordPayment";
    let mut nobodys = pay("100", "10001");
    nobodys["accountNos"] = json!([]);
    let mut cheque = pay("100", "10001");
    cheque["method"] = "CHEQUE".into();
    let mut elsewhere = pay("100", "10001");
    elsewhere["campusId"] = "X".into();
    let mut no_bill = pay("100", "10001");
    no_bill["billNos"] = json!(["10001-209901"]);
    let cases = vec![
        (record, pay("0", "10001"), "PAYMENT_NOT_POSITIVE", "amount"),
        (
            record,
            pay("-100", "10001"),
            "PAYMENT_NOT_POSITIVE",
            "amount",
        ),
        (
            record,
            pay("100", "99999"),
            "PAYMENT_ACCOUNT_UNKNOWN",
            "accountNos",
        ),
        (record, nobodys, "PAYMENT_NO_ACCOUNT", "accountNos"),
        (record, no_bill, "PAYMENT_BILL_UNKNOWN", "billNos"),
        (record, cheque, "PAYMENT_CHEQUE_INCOMPLETE", "cheque"),
        (record, elsewhere, "CAMPUS_UNKNOWN", "campusId"),
    ];
    assert_refused(&centre, &mut cashier, cases).await;
    until_balance(&mut manager, "3100", "0");

    // Twice with one key is once.
    let mut keyed = pay("1000", "10001");
    keyed["idempotencyKey"] = cashier.new_key().into();
    let first = cashier.must(record, keyed.clone(), "payment { paymentId }");
    let written = centre.events().await;
    let again = cashier.must(record, keyed.clone(), "payment { paymentId }");
    assert_eq!(first["payment"], again["payment"]);
    keyed["amount"] = "2000".into();
    let query =
        "mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { pending } }";
    let code = cashier.error_code(query, &json!({ "input": keyed }));
    assert_eq!(code, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(centre.events().await, written);

    until_balance(&mut manager, "2100", "0");
    cashier.must(record, pay("5000", "10001"), "");
    until_balance(&mut manager, "0", "2900");
}

#[tokio::test]
async fn unknown_accounts_meters_and_numbers_are_told_and_change_nothing() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    Centre::household(&mut manager, "10001", "王芳");
    let assign = |account_no: &str, meter_no: &str| {
        json!({
            "accountNo": account_no, "meterNo": meter_no, "tariffId": "W", "from": "2026-01-01",
        })
    };
    let change = json!({ "accountNo": "99999", "householdPersons": 2 });
    let cases = vec![
        (
            "assignMeter",
            assign("99999", "W-10001"),
            "ACCOUNT_UNKNOWN",
            "accountNo",
        ),
        (
            "assignMeter",
            assign("10001", "W-99999"),
            "METER_NOT_FOUND",
            "meterNo",
        ),
        ("changeAccount", change, "ACCOUNT_UNKNOWN", "accountNo"),
        (
            "reversePayment",
            json!({ "paymentId": "nobody-paid-this", "reason": "错账" }),
            "PAYMENT_UNKNOWN",
            "paymentId",
        ),
    ];
    assert_refused(&centre, &mut manager, cases).await;
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let cases = vec![
        (
            "issueReceipt",
            json!({ "paymentId": "nobody-paid-this", "campusId": CAMPUS }),
            "PAYMENT_UNKNOWN",
            "paymentId",
        ),
        (
            "reprintReceipt",
            json!({ "receiptNo": "N-2026-999999" }),
            "RECEIPT_UNKNOWN",
            "receiptNo",
        ),
    ];
    assert_refused(&centre, &mut cashier, cases).await;
    let nothing = "{ account(accountNo: \"99999\") { accountNo }
        meter(meterNo: \"W-99999\") { meterNo } bill(billNo: \"99999-202602\") { billNo } }";
    let answer = manager.query(nothing, &Value::Null);
    assert_eq!(
        answer,
        json!({ "account": null, "meter": null, "bill": null })
    );
}

/// Rules with one factor for all meters.
fn rules(from: &str, factor: &str) -> Value {
    let class = json!({ "highFactor": factor, "highFloorPerDay": "0.1" });
    json!({
        "effectiveFrom": from, "reason": "暑期漏水较多", "water": class, "electricity": class,
    })
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("review", &["MANAGER"]);
    let publish = "publishValidationRules";
    let mut no_reason = rules("2026-01-01", "3");
    no_reason["reason"] = " ".into();
    let mut slow = rules("2026-01-01", "3");
    slow["futureToleranceMinutes"] = 61.into();
    let mut months = rules("2026-01-01", "3");
    months["electricity"]["zeroQuietMonths"] = json!([7, 13]);
    let cases = vec![
        (
            publish,
            rules("2026-01-01", "1"),
            "VALIDATION_RULES_FACTOR_TOO_SMALL",
            "water.highFactor",
        ),
        (
            publish,
            no_reason,
            "VALIDATION_RULES_REASON_INVALID",
            "reason",
        ),
        (
            publish,
            slow,
            "VALIDATION_RULES_TOLERANCE_TOO_LONG",
            "futureToleranceMinutes",
        ),
        (
            publish,
            months,
            "VALIDATION_RULES_QUIET_MONTH_UNKNOWN",
            "electricity.zeroQuietMonths",
        ),
    ];
    assert_refused(&centre, &mut manager, cases).await;
}

#[tokio::test]
async fn published_rules_judge_from_their_day_on_and_are_seen_by_whoever_reads_meters() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("review", &["MANAGER"]);
    let mut reader = centre.staff("reader", &["READER"]);
    let publish = "publishValidationRules";
    let fields = "validationRules { version effectiveFrom reason publishedBy
        water { highFactor zeroVisitMonths } }";
    let made = manager.must(publish, rules("2026-03-01", "3"), fields);
    assert_eq!(
        made["validationRules"],
        json!({
            "version": 1, "effectiveFrom": "2026-03-01", "reason": "暑期漏水较多",
            "publishedBy": "staff:review",
            "water": { "highFactor": "3", "zeroVisitMonths": 3 },
        })
    );
    let cases = vec![(
        publish,
        rules("2026-03-01", "4"),
        "VALIDATION_RULES_NOT_LATER",
        "effectiveFrom",
    )];
    assert_refused(&centre, &mut manager, cases).await;

    // Whoever reads meters sees them and cannot set them.
    let seen = reader.query("{ validationRules { version } }", &Value::Null);
    assert_eq!(
        seen["validationRules"],
        json!([{ "version": 1 }, { "version": 0 }])
    );
    let in_force = "query($on: Date!) { validationRulesInForce(on: $on) { version
        water { highFactor } } }";
    for (on, version, factor) in [("2026-02-28", 0, "2"), ("2026-03-01", 1, "3")] {
        let rules = reader.query(in_force, &json!({ "on": on }));
        assert_eq!(
            rules["validationRulesInForce"],
            json!({ "version": version, "water": { "highFactor": factor } })
        );
    }
    let mutation = "mutation($input: PublishValidationRulesInput!) {
        publishValidationRules(input: $input) { pending } }";
    let mut input = rules("2026-04-01", "3");
    input["idempotencyKey"] = reader.new_key().into();
    assert_eq!(
        reader.error_code(mutation, &json!({ "input": input })),
        "FORBIDDEN"
    );

    let mut admin = centre.staff("setup", &["ADMIN"]);
    Centre::household(&mut admin, "10001", "王芳");
    // One a day in January; then five, before the version and after it.
    for (shade, index, at, version) in [
        (1, "131", "2026-02-01T01:00:00Z", None),
        (2, "181", "2026-02-11T01:00:00Z", Some(0)),
        (3, "281", "2026-03-03T01:00:00Z", Some(1)),
    ] {
        let photo = reader.photograph(shade);
        let judged = reader.must("submitReading", field(index, at, &photo), VERDICT);
        let expected = version.map_or(Value::Null, Value::from);
        assert_eq!(judged["findings"][0]["version"], expected, "{judged}");
    }
}

#[tokio::test]
async fn broken_and_huge_photos_leave_nothing_behind() {
    let mut centre = Centre::equipped().await;
    let mut reader = centre.staff("reader", &["READER"]);
    let before = centre.events().await;
    let whole = dial(1);
    for (bytes, status, code) in [
        (Vec::new(), 400, "PHOTO_MISSING"),
        (b"GIF89a....".to_vec(), 415, "PHOTO_TYPE_NOT_ALLOWED"),
        (whole[..whole.len() - 20].to_vec(), 422, "PHOTO_UNREADABLE"),
        (vec![0xff; 50 * 1024 * 1024], 413, "PHOTO_TOO_LARGE"),
    ] {
        let answer = reader.upload(&bytes);
        assert_eq!(answer.status, status, "{code}: {}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (&body["code"], &body["field"]),
            (&json!(code), &json!(["photo"]))
        );
        assert!(!body["message"].as_str().unwrap().is_ascii(), "{body}");
    }
    let malformed = reader.post(
        "/photos",
        "multipart/form-data; boundary=x",
        b"--y\r\nnothing",
    );
    assert!((400..500).contains(&malformed.status), "{}", malformed.body);
    let kept = std::fs::read_dir(centre.data_dir().join("photos"));
    assert_eq!(kept.unwrap().count(), 0);
    assert_eq!(centre.events().await, before);
}

#[tokio::test]
async fn x21_with_the_store_of_photos_down_it_is_said_and_the_same_photo_is_taken_later() {
    let mut centre = Centre::equipped().await;
    let mut reader = centre.staff("reader", &["READER"]);
    let before = centre.events().await;
    let folder = centre.data_dir().join("photos");
    let aside = centre.data_dir().join("photos.aside");
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "no folder").unwrap();

    let answer = reader.upload(&dial(1));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer.status, 503, "{body}");
    assert_eq!(body["code"], "STORAGE_UNAVAILABLE");
    assert!(body["message"].as_str().unwrap().contains("稍后重试"));
    assert_eq!(centre.events().await, before);
    // Whatever needs no photo goes on.
    assert_eq!(
        reader.query("{ me { kind } }", &Value::Null)["me"]["kind"],
        "STAFF"
    );

    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    assert_eq!(reader.upload(&dial(1)).status, 201);
}

#[tokio::test]
async fn malformed_files_and_requests_are_refused_whole() {
    let mut centre = Centre::equipped().await;
    let mut reader = centre.staff("reader", &["READER"]);
    let before = centre.events().await;
    for (name, bytes) in [
        ("empty.csv", Vec::new()),
        ("no_heading.csv", "甲,乙\n1,2\n".as_bytes().to_vec()),
        ("open_quote.csv", "表号,读数\n\"W-1,2\n".as_bytes().to_vec()),
        ("no_text.csv", vec![0xff, 0xfe, 0x00, 0x80, 0xff, 0xff]),
        ("broken.xlsx", b"PK\x03\x04 and then nothing".to_vec()),
    ] {
        let path = centre.data_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut command = centre.command_line();
        command.args(["import", "meters"]).arg(&path);
        let output = support::run(command);
        assert!(!output.status.success(), "{name}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!message.is_ascii(), "{name}: {message}");
    }
    for (body, status) in [("{", 400), ("[]", 400), ("{\"query\": 1}", 400)] {
        let answer = reader.post("/graphql", "application/json", body.as_bytes());
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
    assert_eq!(
        reader.error_code("{ meter(", &Value::Null),
        "GRAPHQL_PARSE_FAILED"
    );
    let deep = format!(
        "{{ me {}displayName{} }}",
        "{ customer ".repeat(20),
        " }".repeat(20)
    );
    assert_eq!(reader.error_code(&deep, &Value::Null), "QUERY_TOO_DEEP");
    assert_eq!(centre.events().await, before);
}
