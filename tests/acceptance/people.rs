//! Registration, binding and accounts as people meet them, over HTTP.

use crate::support::centre::{ALL_DESKS, Centre};
use crate::support::client::Client;
use serde_json::{Value, json};

fn bind(customer: &mut Client, account_no: &str) -> String {
    let key = customer.new_key();
    // A busy machine may show the binding later than it answers: the same key asks again.
    for _ in 0..100 {
        let request = json!({
            "idempotencyKey": key, "accountNo": account_no, "holderName": "王芳",
        });
        let bound = customer.must("requestBinding", request, "binding { bindingId }");
        if let Some(binding_id) = bound["binding"]["bindingId"].as_str() {
            return binding_id.to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the binding of {account_no} is never shown")
}

fn account(manager: &mut Client, account_no: &str) {
    let account = json!({
        "accountNo": account_no, "class": "RESIDENT", "campus": "N", "holder": "王芳",
        "address": "北苑 1 栋 101", "householdPersons": 3,
    });
    manager.must("openAccount", account, "account { accountNo }");
}

#[tokio::test]
async fn r48_a_phone_registers_by_a_code_and_sees_no_account_before_a_binding() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    account(&mut manager, "10001");
    let mut stranger = centre.client("stranger");
    stranger.must("requestPhoneCode", json!({ "phone": "13800138000" }), "");
    let wrong = json!({ "phone": "13800138000", "code": "000000", "kind": "RESIDENT" });
    let (code, field) = stranger.refused("registerCustomer", wrong);
    assert_eq!(
        (code.as_str(), field.as_str()),
        ("CODE_WRONG", "input.code")
    );
    let not_a_phone = json!({ "phone": "12345" });
    let (_, field) = stranger.refused("requestPhoneCode", not_a_phone);
    assert_eq!(field, "input.phone");

    let mut resident = centre.customer("13800138005", "RESIDENT");
    let me = resident.query("{ me { kind customer { kind } } }", &Value::Null);
    assert_eq!(me["me"]["kind"], "CUSTOMER");
    let foreign = "{ account(accountNo: \"10001\") { accountNo } }";
    let answer = resident.ask(foreign, &Value::Null);
    assert!(answer["data"]["account"].is_null(), "{answer}");
}

#[tokio::test]
async fn r49_a_resident_binds_two_accounts_and_hears_until_when_it_is_decided() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    for number in ["10001", "10002", "10003"] {
        account(&mut manager, number);
    }
    let mut resident = centre.customer("13800138000", "RESIDENT");
    let first = bind(&mut resident, "10001");
    manager.must(
        "approveBinding",
        json!({ "bindingId": first }),
        "binding { status }",
    );
    bind(&mut resident, "10002");
    let third = json!({ "accountNo": "10003", "holderName": "王芳" });
    let (code, field) = resident.refused("requestBinding", third);
    assert_eq!(
        (code.as_str(), field.as_str()),
        ("BINDING_LIMIT_REACHED", "input.accountNo")
    );
    // Another WeChat id may bind the same account.
    let mut flatmate = centre.customer("13800138001", "RESIDENT");
    bind(&mut flatmate, "10001");
}

#[tokio::test]
async fn r50_a_units_clerk_binds_ten_accounts_and_not_the_eleventh() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    let mut clerk = centre.customer("13800138000", "UNIT_CLERK");
    for number in 1..=10 {
        account(&mut manager, &format!("200{number:02}"));
        bind(&mut clerk, &format!("200{number:02}"));
    }
    account(&mut manager, "20011");
    let eleventh = json!({ "accountNo": "20011", "holderName": "王芳" });
    assert_eq!(
        clerk.refused("requestBinding", eleventh).0,
        "BINDING_LIMIT_REACHED"
    );
}

#[tokio::test]
async fn r52_binding_opens_the_account_and_unbinding_closes_it() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    account(&mut manager, "10001");
    let mut resident = centre.customer("13800138000", "RESIDENT");
    let binding = bind(&mut resident, "10001");
    let look = "{ account(accountNo: \"10001\") { accountNo holder } }";
    assert!(resident.ask(look, &Value::Null)["data"]["account"].is_null());
    manager.must(
        "approveBinding",
        json!({ "bindingId": binding }),
        "binding { status }",
    );
    let seen = resident.query(look, &Value::Null);
    assert_eq!(seen["account"]["accountNo"], "10001");
    resident.must(
        "revokeBinding",
        json!({ "bindingId": binding }),
        "binding { status }",
    );
    assert!(resident.ask(look, &Value::Null)["data"]["account"].is_null());
    let told = centre.await_message(|m| m["message"]["template"] == "binding_approved");
    assert_eq!(told["channel"], "wechat");
}

#[tokio::test]
async fn r85_a_binding_is_checked_against_the_accounts_holder() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    account(&mut manager, "10001");
    let mut resident = centre.customer("13800138000", "RESIDENT");
    for (account_no, holder) in [("10001", "赵六"), ("99999", "王芳")] {
        let wrong = json!({ "accountNo": account_no, "holderName": holder });
        let (code, field) = resident.refused("requestBinding", wrong);
        assert_eq!(
            (code.as_str(), field.as_str()),
            ("BINDING_HOLDER_MISMATCH", "input.holderName")
        );
    }
    let change = json!({ "accountNo": "10001", "holder": "赵六" });
    manager.must("changeAccount", change, "account { accountNo }");
    let right = json!({ "accountNo": "10001", "holderName": "赵六" });
    resident.must("requestBinding", right, "binding { bindingId }");
    let again = json!({
        "accountNo": "10001", "class": "RESIDENT", "campus": "N", "holder": "王芳",
        "address": "x", "householdPersons": 3,
    });
    let (_, field) = manager.refused("openAccount", again);
    assert_eq!(field, "input.accountNo");
}

#[tokio::test]
async fn a_refused_look_and_a_login_are_in_the_audit_trail() {
    let mut centre = Centre::equipped().await;
    let mut auditor = centre.staff("auditor", &["AUDITOR"]);
    let mut reader = centre.staff("reader", &["READER"]);
    let denied = reader.error_code("{ auditTrail(first: 1) { nodes { actor } } }", &Value::Null);
    assert_eq!(denied, "FORBIDDEN");
    let mut nobody = centre.client("nobody");
    let code = nobody.error_code("{ auditTrail(first: 1) { nodes { actor } } }", &Value::Null);
    assert_eq!(code, "UNAUTHENTICATED");

    let query = "{ auditTrail(first: 100) { nodes { actor kind what } } }";
    let found = |trail: &Value, actor: &str, kind: &str| {
        let nodes = trail["auditTrail"]["nodes"].as_array().unwrap();
        nodes
            .iter()
            .any(|n| n["actor"] == actor && n["kind"] == kind)
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let trail = auditor.query(query, &Value::Null);
        if found(&trail, "staff:reader", "DENIED") && found(&trail, "staff:reader", "LOGGED_IN") {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{trail}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
