//! Accounts bound to customers: how many, by whom decided, and by when.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use chrono::TimeDelta;
use serde_json::json;

use crate::people::{PHONE, me};
use crate::support::{Browser, Centre};

pub(crate) async fn request(
    centre: &Centre,
    browser: &Browser,
    account: &str,
    name: &str,
) -> String {
    let input = json!({ "accountNo": account, "holderName": name });
    let fields = "binding { bindingId status dueAt }";
    let payload = centre.must(browser, "requestBinding", input, fields).await;
    assert_eq!(payload["binding"]["status"], "PENDING");
    payload["binding"]["bindingId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn r49_r50_limits_count_what_waits_and_end_with_what_ends() {
    let centre = Centre::open().await;
    for number in 1..=11 {
        centre
            .open_account(&format!("A{number}"), "王芳", AccountClass::Resident)
            .await;
    }
    let manager = centre.staff("li", &[Role::Manager]).await;
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    let clerk = centre
        .customer("13800138001", CustomerKind::UnitClerk)
        .await;
    let input = |number: u32| json!({ "accountNo": format!("A{number}"), "holderName": "王芳" });
    let full = (
        "BINDING_LIMIT_REACHED".to_owned(),
        "input.accountNo".to_owned(),
    );

    let first = request(&centre, &resident, "A1", "王芳").await;
    let second = request(&centre, &resident, "A2", "王 芳").await;
    assert_eq!(
        centre.refused(&resident, "requestBinding", input(3)).await,
        full
    );
    let reject = json!({ "bindingId": second, "reason": "姓名与登记不符" });
    let rejected = centre
        .must(
            &manager,
            "rejectBinding",
            reject,
            "binding { status reason }",
        )
        .await;
    assert_eq!(rejected["binding"]["reason"], "姓名与登记不符");
    request(&centre, &resident, "A3", "王芳").await;
    assert_eq!(
        centre.refused(&resident, "requestBinding", input(2)).await,
        full
    );
    let revoke = json!({ "bindingId": first });
    centre
        .must(&resident, "revokeBinding", revoke, "binding { status }")
        .await;
    request(&centre, &resident, "A2", "王芳").await;

    for number in 1..=10 {
        let id = request(&centre, &clerk, &format!("A{number}"), "王芳").await;
        if number % 3 == 0 {
            centre
                .must(&manager, "approveBinding", json!({ "bindingId": id }), "")
                .await;
        }
    }
    assert_eq!(
        centre.refused(&clerk, "requestBinding", input(11)).await,
        full
    );
}

#[tokio::test]
async fn r85_a_wrong_name_and_an_unknown_account_answer_alike() {
    let centre = Centre::open().await;
    centre
        .open_account("A1", "王芳", AccountClass::Resident)
        .await;
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    for (account, name) in [("A1", "王方"), ("A9", "王芳")] {
        let input = json!({ "accountNo": account, "holderName": name });
        let refused = centre.refused(&resident, "requestBinding", input).await;
        let expected = (
            "BINDING_HOLDER_MISMATCH".to_owned(),
            "input.holderName".to_owned(),
        );
        assert_eq!(refused, expected);
    }
    let input = json!({ "accountNo": "A 1?", "holderName": "王芳" });
    assert_eq!(
        centre.refused(&resident, "requestBinding", input).await.0,
        "VALUE_BAD_CHARACTER"
    );
}

#[tokio::test]
async fn r51_a_binding_is_due_in_one_working_day_and_late_ones_are_told_apart() {
    let centre = Centre::open().await;
    for number in ["A1", "A2"] {
        let class = AccountClass::Resident;
        centre.open_account(number, "王芳", class).await;
    }
    let manager = centre.staff("li", &[Role::Manager]).await;
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    let late = "{ bindingQueue(overdueOnly: true) { nodes { accountNo overdue dueAt } } }";
    // Sessions last a working day.
    let again = async |browser: &Browser| {
        let principal = browser.principal.clone();
        centre.signed_in(principal.unwrap()).await
    };
    let nodes = async || {
        let manager = again(&manager).await;
        let answer = centre.ask(&manager, late, json!({})).await;
        answer.data()["bindingQueue"]["nodes"].take()
    };
    let id = request(&centre, &resident, "A1", "王芳").await;
    // From Thursday morning to the same time on Friday.
    let shown = me(&centre, &resident).await["customer"]["bindings"][0].clone();
    assert_eq!(shown["dueAt"], "2026-09-25T01:00:00+00:00");
    assert_eq!(shown["overdue"], false);
    centre.wait(TimeDelta::hours(23));
    request(&centre, &again(&resident).await, "A2", "王芳").await;
    assert_eq!(nodes().await, json!([]));
    centre.wait(TimeDelta::hours(2));
    assert_eq!(
        nodes().await,
        json!([{ "accountNo": "A1", "overdue": true, "dueAt": "2026-09-25T01:00:00+00:00" }])
    );
    let approve = json!({ "bindingId": id });
    let manager = again(&manager).await;
    centre.must(&manager, "approveBinding", approve, "").await;
    assert_eq!(nodes().await, json!([]));
    // The other is due on Monday: Saturday and Sunday count for nothing.
    centre.wait(TimeDelta::days(2));
    assert_eq!(nodes().await, json!([]));
    centre.wait(TimeDelta::days(1));
    assert_eq!(nodes().await[0]["accountNo"], "A2");
}
