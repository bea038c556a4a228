//! Accounts that pay before: made so by staff, topped up at a counter, cut off and restored.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::town::Town;
use chaobiao_domain::billing::DeductUsage;
use chaobiao_domain::prepaid::{OrderCutOff, PlanCutOff};
use chaobiao_domain::staff::Role;
use chaobiao_eventstore::access::Principal;
use serde_json::{Value, json};

const STANDING: &str = "query($no: String!) { account(accountNo: $no) { prepaid {
    scheme since reason balance alarmBelow graceCredit level supply cutOffAt } } }";

async fn standing(town: &Town) -> Value {
    let answer = town
        .centre
        .ask(&town.manager, STANDING, json!({ "no": "A1" }));
    answer.await.data()["account"]["prepaid"].clone()
}

fn to_prepaid() -> Value {
    json!({ "accountNo": "A1", "scheme": "PREPAID", "reason": "已装远传表，可远程通断",
        "alarmBelow": "2000", "graceCredit": "1000" })
}

async fn change(town: &Town, input: Value) -> Value {
    let fields = "account { accountNo prepaid { level supply } }";
    let payload = town
        .centre
        .must(&town.manager, "changeChargeScheme", input, fields);
    payload.await["account"]["prepaid"].clone()
}

async fn listed(town: &Town, filter: &str) -> Vec<String> {
    let query = format!(
        "{{ prepaidAccounts({filter}) {{ nodes {{ accountNo account {{ openAmount }} }} }} }}"
    );
    let answer = town
        .centre
        .ask(&town.manager, &query, json!({}))
        .await
        .data();
    let nodes = answer["prepaidAccounts"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    let numbers = nodes
        .iter()
        .map(|node| node["accountNo"].as_str().unwrap().to_owned());
    numbers.collect()
}

#[tokio::test]
async fn r23_an_account_is_made_prepaid_topped_up_at_a_counter_and_cut_off() {
    let town = Town::open().await;
    town.household("A1").await;
    town.household("A2").await;
    assert_eq!(standing(&town).await, Value::Null);
    assert_eq!(change(&town, to_prepaid()).await["level"], "LOW");
    let paid = town.pay("2000", &["A1"]).await;
    assert_eq!(
        paid["credits"],
        json!([{ "accountNo": "A1", "amount": "2000" }])
    );
    assert_eq!(standing(&town).await["level"], "AMPLE");

    // 100 kWh at 0.50: 50.00.
    town.read("E-A1", "2026-08-20", "100").await;
    let deduct = DeductUsage {
        account_no: "A1".parse().unwrap(),
    };
    town.centre.run(deduct).await;
    let prepaid = standing(&town).await;
    assert_eq!(
        (&prepaid["balance"], &prepaid["level"]),
        (&json!("-3000"), &json!("EXHAUSTED"))
    );
    let account = town.account(&town.manager, "A1").await;
    assert_eq!(account["bills"]["nodes"][0]["total"], "5000");
    assert_eq!(account["notices"], json!([]));
    // The month's run leaves it alone.
    let run = town.bill("A1", "2026-08").await;
    assert_eq!((&run["billed"], &run["refused"]), (&json!(0), &json!(0)));

    let plan = PlanCutOff {
        account_no: "A1".parse().unwrap(),
    };
    town.centre.run(plan).await;
    let planned = standing(&town).await;
    assert_eq!(planned["supply"], "CUT_OFF_PLANNED");
    let at = planned["cutOffAt"].as_str().unwrap().parse().unwrap();
    town.centre.clock.set(at);
    let staff = async |login: &str| {
        let principal = Principal::Staff(login.to_owned());
        town.centre.signed_in(principal).await
    };
    let (manager, cashier) = (staff("ma").await, staff("li").await);
    let town = Town {
        cashier,
        manager,
        ..town
    };
    let order = OrderCutOff {
        account_no: "A1".parse().unwrap(),
        planned: at,
    };
    town.centre.run(order).await;
    assert_eq!(listed(&town, "supply: CUT_OFF_ORDERED").await, ["A1"]);
    assert_eq!(listed(&town, "level: AMPLE").await, [""; 0]);
    let technician = town.centre.staff("zhou", &[Role::Technician]).await;
    let note = async |name: &str| {
        let input = json!({ "accountNo": "A1" });
        let fields = "prepaid { level supply }";
        let payload = town.centre.must(&technician, name, input, fields).await;
        payload["prepaid"]["supply"].clone()
    };
    // Whoever does it sees what is to be done, and nothing of the account.
    let todo = "{ prepaidAccounts(supply: CUT_OFF_ORDERED) { nodes { accountNo } } }";
    let answer = town.centre.ask(&technician, todo, json!({})).await.data();
    assert_eq!(answer["prepaidAccounts"]["nodes"][0]["accountNo"], "A1");
    let more = "{ prepaidAccounts { nodes { account { openAmount } } } }";
    let refused = town.centre.ask(&technician, more, json!({})).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
    assert_eq!(note("noteCutOff").await, "CUT_OFF");
    town.pay("3000", &["A1"]).await;
    assert_eq!(listed(&town, "supply: RESTORATION_ORDERED").await, ["A1"]);
    assert_eq!(note("noteRestoration").await, "ON");
    assert_eq!(listed(&town, "campus: \"S\"").await, [""; 0]);
}

#[tokio::test]
async fn r23_what_cannot_be_changed_is_refused_with_the_reason() {
    let town = Town::open().await;
    town.august("A1").await;
    let technician = town.centre.staff("zhou", &[Role::Technician]).await;
    let refused = async |name: &str, input: Value| {
        let who = match name {
            "changeChargeScheme" => &town.manager,
            _ => &technician,
        };
        let (code, field) = town.centre.refused(who, name, input).await;
        format!("{code} {field}")
    };
    let mut no_alarm = to_prepaid();
    no_alarm["alarmBelow"] = Value::Null;
    let mut postpaid = to_prepaid();
    postpaid["scheme"] = json!("POSTPAID");
    let account = json!({ "accountNo": "A1" });
    for (name, input, expected) in [
        (
            "changeChargeScheme",
            to_prepaid(),
            "ACCOUNT_SCHEME_UNSETTLED input.accountNo",
        ),
        (
            "changeChargeScheme",
            no_alarm,
            "SCHEME_ALARM_MISSING input.alarmBelow",
        ),
        (
            "changeChargeScheme",
            postpaid,
            "ACCOUNT_SAME_SCHEME input.scheme",
        ),
        (
            "noteCutOff",
            account.clone(),
            "ACCOUNT_CUT_OFF_NOT_ORDERED input.accountNo",
        ),
        (
            "noteRestoration",
            account,
            "ACCOUNT_RESTORATION_NOT_ORDERED input.accountNo",
        ),
    ] {
        assert_eq!(refused(name, input).await, expected);
    }
}
