//! What is owed and what came in, as finance and those who dun ask for it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::Browser;
use crate::support::town::Town;
use chaobiao_eventstore::access::Principal;
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn later(town: &Town, days: i64) -> Browser {
    town.centre.wait(TimeDelta::days(days));
    town.centre
        .signed_in(Principal::Staff("ma".to_owned()))
        .await
}

async fn ageing(town: &Town, who: &Browser) -> Value {
    let query = "{ arrearsAgeing { campus daysFrom daysTo accounts notices openAmount } }";
    town.centre.ask(who, query, json!({})).await.data()["arrearsAgeing"].take()
}

async fn debtors(town: &Town, who: &Browser, filter: Value) -> Vec<String> {
    let query = "query($days: Int!, $least: Fen) { debtors(daysPastDue: $days, atLeast: $least,
        campus: \"N\") { nodes { accountNo notices overdueAmount oldestDueOn } } }";
    let mut data = town.centre.ask(who, query, filter).await.data();
    let nodes = data["debtors"]["nodes"].take();
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|debtor| {
            let text = |name: &str| debtor[name].as_str().unwrap().to_owned();
            format!("{} {}", text("accountNo"), text("overdueAmount"))
        })
        .collect()
}

#[tokio::test]
async fn r32_arrears_are_told_by_age_and_debtors_by_the_oldest_debt() {
    let town = Town::open().await;
    for account in ["A1", "A2"] {
        town.august(account).await;
    }
    town.pay("4000", &["A1"]).await;
    let not_due = json!([{
        "campus": "N", "daysFrom": null, "daysTo": 0, "accounts": 2, "notices": 2,
        "openAmount": "16000",
    }]);
    assert_eq!(ageing(&town, &town.manager).await, not_due);
    let all = json!({ "days": 1, "least": null });
    let none = debtors(&town, &town.manager, all.clone()).await;
    assert_eq!(none, Vec::<String>::new());

    // Due on 9 October: 35 days past it.
    let manager = later(&town, 50).await;
    let shown = ageing(&town, &manager).await;
    assert_eq!(
        (
            &shown[0]["daysFrom"],
            &shown[0]["daysTo"],
            shown.as_array().unwrap().len()
        ),
        (&json!(31), &json!(60), 1)
    );
    assert_eq!(debtors(&town, &manager, all).await, ["A1 6000", "A2 10000"]);
    let large = json!({ "days": 1, "least": "7000" });
    assert_eq!(debtors(&town, &manager, large).await, ["A2 10000"]);
    let young = json!({ "days": 60, "least": null });
    assert_eq!(debtors(&town, &manager, young).await, Vec::<String>::new());
    let cashier = town.resident("13800138000", "A1").await;
    let refused = town
        .centre
        .ask(&cashier, "{ arrearsAgeing { campus } }", json!({}))
        .await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
}

#[tokio::test]
async fn e4_nobody_is_dunned_while_a_transfer_waits_for_the_bank() {
    let town = Town::open().await;
    for account in ["A1", "A2"] {
        town.august(account).await;
    }
    let manager = later(&town, 50).await;
    let all = json!({ "days": 1, "least": null });
    let both = ["A1 10000", "A2 10000"];
    assert_eq!(debtors(&town, &manager, all.clone()).await, both);
    let resident = town.resident("13800138000", "A1").await;
    let claim = json!({ "accountNos": ["A1"], "amount": "10000", "photo": format!("f0{}", "1".repeat(62)) });
    let claimed = town
        .centre
        .must(&resident, "claimTransfer", claim, "claim { claimId }")
        .await;
    assert_eq!(debtors(&town, &manager, all.clone()).await, ["A2 10000"]);
    let query = "{ debtors(includePaused: true) { nodes { accountNo } } }";
    let shown = town.centre.ask(&manager, query, json!({})).await.data();
    assert_eq!(
        shown["debtors"]["nodes"],
        json!([{ "accountNo": "A1" }, { "accountNo": "A2" }])
    );
    let finance = Principal::Staff("qian".to_owned());
    let finance = town.centre.signed_in(finance).await;
    let reject = json!({ "claimId": claimed["claim"]["claimId"], "reason": "未到账" });
    town.centre
        .must(&finance, "rejectTransfer", reject, "")
        .await;
    assert_eq!(debtors(&town, &manager, all).await, both);
}

#[tokio::test]
async fn r32_what_came_in_is_told_by_campus_person_and_method_and_what_was_undone_apart() {
    let town = Town::open().await;
    town.august("A1").await;
    let first = town.pay("4000", &["A1"]).await;
    town.pay("1000", &["A1"]).await;
    let reverse = json!({ "paymentId": first["paymentId"], "reason": "收错户" });
    town.centre
        .must(
            &town.manager,
            "reversePayment",
            reverse,
            "payment { paymentId }",
        )
        .await;
    let query = "query($from: Date!, $to: Date!) { collections(from: $from, to: $to) {
        campus takenBy method payments taken reversals reversed net } }";
    let days = json!({ "from": "2026-09-01", "to": "2026-09-30" });
    let told = town.centre.ask(&town.manager, query, days).await.data();
    assert_eq!(
        told["collections"],
        json!([{
            "campus": "S", "takenBy": "staff:li", "method": "CASH", "payments": 2,
            "taken": "5000", "reversals": 1, "reversed": "4000", "net": "1000",
        }])
    );
    let before = json!({ "from": "2026-08-01", "to": "2026-08-31" });
    let told = town.centre.ask(&town.manager, query, before).await.data();
    assert_eq!(told["collections"], json!([]));
    let backwards = json!({ "from": "2026-09-30", "to": "2026-09-01" });
    let refused = town.centre.ask(&town.manager, query, backwards).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
}
