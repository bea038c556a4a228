//! 上门收费: from the list of who owes to the money taken at the door (R62).

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::staff::{ChangeProfile, ContactInput, Role};
use chaobiao_domain::units::Commodity;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::Browser;
use crate::support::town::Town;

const ROUND: &str = "collectionRound { roundId state accounts visited paid unpaid collected }";

/// Three households owe, and the days to pay are over: A1 and A2 100.00 each in 北苑 3 栋, A3 62.00 in
/// a building before it.
async fn town() -> (Town, Browser, Browser) {
    let town = Town::open().await;
    for account_no in ["A1", "A2"] {
        town.august(account_no).await;
    }
    town.centre
        .open_account("A3", "赵敏", AccountClass::StaffDorm)
        .await;
    town.meter_in("A 栋", "A3", "W", Commodity::Water).await;
    town.read("W-A3", "2026-08-20", "20").await;
    town.bill("A3", "2026-08").await;
    town.centre.wait(TimeDelta::days(30));
    let cashier = town.again("li").await;
    let manager = town.again("ma").await;
    (town, cashier, manager)
}

const PROPOSED: &str = "query($building: String, $class: AccountClass) {
    proposedCollections(campus: \"N\", building: $building, class: $class, daysPastDue: 1) {
        accountNo building room notices overdueAmount } }";

async fn proposed(town: &Town, who: &Browser, variables: Value) -> Vec<Value> {
    let answer = town.centre.ask(who, PROPOSED, variables).await;
    let data = answer.data();
    data["proposedCollections"].as_array().unwrap().clone()
}

fn numbers(doors: &[Value]) -> Vec<&str> {
    doors
        .iter()
        .map(|door| door["accountNo"].as_str().unwrap())
        .collect()
}

/// What a plan for today says.
fn plan(town: &Town, accounts: &[&str]) -> Value {
    json!({ "campusId": "N", "day": town.today(), "cashier": "li", "accountNos": accounts })
}

async fn planned(town: &Town, manager: &Browser, accounts: &[&str]) -> String {
    let plan = plan(town, accounts);
    let payload = town
        .centre
        .must(manager, "planCollectionRound", plan, ROUND)
        .await;
    let round = &payload["collectionRound"];
    assert_eq!(round["state"], "PLANNED");
    round["roundId"].as_str().unwrap().to_owned()
}

/// The cashier's till takes it, and the receipt is handed out at the door.
async fn take(town: &Town, who: &Browser, account_no: &str, amount: &str) -> (String, String) {
    let cash = json!({
        "campusId": "N", "method": "CASH", "amount": amount, "accountNos": [account_no],
    });
    let paid = town
        .centre
        .must(who, "recordPayment", cash, "payment { paymentId }")
        .await;
    let payment_id = paid["payment"]["paymentId"].as_str().unwrap().to_owned();
    let issue = json!({ "paymentId": payment_id, "campusId": "N" });
    let given = town
        .centre
        .must(who, "issueReceipt", issue, "receipt { receiptNo }")
        .await;
    let receipt_no = given["receipt"]["receiptNo"].as_str().unwrap().to_owned();
    (payment_id, receipt_no)
}

fn visit(round_id: &str, account_no: &str, outcome: &str) -> Value {
    json!({ "roundId": round_id, "accountNo": account_no, "outcome": outcome })
}

fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        unreachable!()
    };
    input.as_object_mut().unwrap().extend(more);
    input
}

const LIST: &str = "query($id: String!) { collectionRound(roundId: $id) { cashier doors {
    accountNo building room visits outcome promisedOn leftNote collected
    account { holder phone address openAmount notices { billNo openAmount } }
    payments { paymentId receiptNo } } } }";

async fn doors(town: &Town, who: &Browser, round_id: &str) -> Vec<Value> {
    let answer = town.centre.ask(who, LIST, json!({ "id": round_id })).await;
    let data = answer.data();
    data["collectionRound"]["doors"].as_array().unwrap().clone()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r62_from_arrears_to_the_receipt_handed_out_at_the_door() {
    let (town, cashier, manager) = town().await;
    let owing = proposed(&town, &manager, json!({})).await;
    assert_eq!(numbers(&owing), ["A3", "A1", "A2"]);
    assert_eq!(owing[1]["overdueAmount"], "10000");
    let of_building = json!({ "building": "北苑 3 栋", "class": "RESIDENT" });
    let of_building = proposed(&town, &manager, of_building).await;
    assert_eq!(numbers(&of_building), ["A1", "A2"]);
    let of_class = proposed(&town, &manager, json!({ "class": "STAFF_DORM" })).await;
    assert_eq!(numbers(&of_class), ["A3"]);

    // However it is asked for, it is walked as it stands.
    let round_id = planned(&town, &manager, &["A2", "A1", "A3"]).await;
    assert_eq!(
        proposed(&town, &manager, json!({})).await,
        Vec::<Value>::new()
    );
    let list = doors(&town, &cashier, &round_id).await;
    assert_eq!(numbers(&list), ["A3", "A1", "A2"]);
    let first = &list[1];
    assert_eq!(first["account"]["holder"], "王芳");
    assert_eq!(first["account"]["openAmount"], "10000");
    assert_eq!(
        first["account"]["notices"],
        json!([{ "billNo": "A1-202608", "openAmount": "10000" }])
    );
    assert_eq!(first["outcome"], json!(null));

    let note = with(
        visit(&round_id, "A1", "NOBODY_HOME"),
        json!({ "leftNote": "便条 7" }),
    );
    town.centre
        .must(&cashier, "recordCollectionVisit", note, "")
        .await;
    let (payment_id, receipt_no) = take(&town, &cashier, "A1", "10000").await;
    let paid = with(
        visit(&round_id, "A1", "PAID"),
        json!({ "paymentId": payment_id }),
    );
    let told = town
        .centre
        .must(&cashier, "recordCollectionVisit", paid, ROUND)
        .await;
    assert_eq!(told["collectionRound"]["collected"], "10000");
    let promise = with(
        visit(&round_id, "A2", "PROMISED"),
        json!({ "promisedOn": town.today() }),
    );
    town.centre
        .must(&cashier, "recordCollectionVisit", promise, "")
        .await;
    let list = doors(&town, &cashier, &round_id).await;
    let paid = &list[1];
    assert_eq!(
        (&paid["outcome"], &paid["visits"]),
        (&json!("PAID"), &json!(2))
    );
    assert_eq!(
        paid["payments"],
        json!([{ "paymentId": payment_id, "receiptNo": receipt_no }])
    );
    assert_eq!(paid["account"]["openAmount"], "0");
    assert_eq!(list[2]["promisedOn"], json!(town.today()));

    let ended = json!({ "roundId": round_id, "reason": "A 栋停电" });
    let ended = town
        .centre
        .must(&cashier, "finishCollectionRound", ended, ROUND)
        .await;
    assert_eq!(
        ended["collectionRound"],
        json!({
            "roundId": round_id, "state": "FINISHED", "accounts": 3, "visited": 2, "paid": 1,
            "unpaid": 2, "collected": "10000",
        })
    );
    // The money is in the cashier's till, like any other.
    let till = "query { tills(first: 1) { nodes { cashier } } }";
    let till = town.centre.ask(&manager, till, json!({})).await.data();
    assert_eq!(till["tills"]["nodes"][0]["cashier"], "li");
    town.verified().await;
}

#[tokio::test]
async fn r62_money_undone_is_not_collected() {
    let (town, cashier, manager) = town().await;
    let round_id = planned(&town, &manager, &["A1"]).await;
    let (payment_id, _) = take(&town, &cashier, "A1", "10000").await;
    let paid = with(
        visit(&round_id, "A1", "PAID"),
        json!({ "paymentId": payment_id }),
    );
    town.centre
        .must(&cashier, "recordCollectionVisit", paid, "")
        .await;
    let refused = town
        .centre
        .refused(
            &cashier,
            "recordCollectionVisit",
            visit(&round_id, "A1", "NOBODY_HOME"),
        )
        .await;
    assert_eq!(refused.0, "COLLECTION_ROUND_ALREADY_PAID");
    let cancel = json!({ "roundId": round_id, "reason": "请假" });
    let refused = town
        .centre
        .refused(&manager, "cancelCollectionRound", cancel)
        .await;
    assert_eq!(refused.0, "COLLECTION_ROUND_HAS_PAYMENTS");
    let undo = json!({ "paymentId": payment_id, "reason": "收错户" });
    town.centre.must(&manager, "reversePayment", undo, "").await;
    let again = town
        .centre
        .must(
            &cashier,
            "recordCollectionVisit",
            visit(&round_id, "A1", "REFUSED"),
            ROUND,
        )
        .await;
    let round = &again["collectionRound"];
    assert_eq!(
        (&round["paid"], &round["collected"]),
        (&json!(0), &json!("0"))
    );
    assert_eq!(
        doors(&town, &manager, &round_id).await[0]["outcome"],
        "REFUSED"
    );
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
async fn r62_what_cannot_be_planned_or_noted_is_refused_by_name() {
    let (town, cashier, manager) = town().await;
    let centre = &town.centre;
    let s_campus = ChangeProfile {
        login: "li".parse().unwrap(),
        name: None,
        department: None,
        position: None,
        campus: Some("S".parse().unwrap()),
        contact: ContactInput::default(),
    };
    let plans = [
        (
            json!({ "accountNos": [] }),
            "COLLECTION_ROUND_NO_ACCOUNTS",
            "accountNos",
        ),
        (
            json!({ "accountNos": ["A1", "A1"] }),
            "COLLECTION_ROUND_ACCOUNT_TWICE",
            "accountNos",
        ),
        (
            json!({ "accountNos": ["A9"] }),
            "ACCOUNT_UNKNOWN",
            "accountNos",
        ),
        (
            json!({ "day": "2026-01-01" }),
            "COLLECTION_ROUND_DAY_PAST",
            "day",
        ),
        (
            json!({ "cashier": "ma" }),
            "COLLECTION_ROUND_CASHIER_MAY_NOT_COLLECT",
            "cashier",
        ),
        (json!({ "cashier": "nobody" }), "STAFF_UNKNOWN", "cashier"),
        (
            json!({ "campusId": "S" }),
            "COLLECTION_ROUND_ACCOUNT_ELSEWHERE",
            "accountNos",
        ),
    ];
    for (change, code, at) in plans {
        let input = with(plan(&town, &["A1"]), change);
        let refused = centre.refused(&manager, "planCollectionRound", input).await;
        assert_eq!(refused, (code.to_owned(), format!("input.{at}")));
    }
    let round_id = planned(&town, &manager, &["A1"]).await;
    let (of_other, _) = take(&town, &cashier, "A2", "10000").await;
    let visits = [
        (
            visit(&round_id, "A2", "REFUSED"),
            "COLLECTION_ROUND_ACCOUNT_NOT_LISTED",
        ),
        (
            visit(&round_id, "A1", "PAID"),
            "COLLECTION_ROUND_PAYMENT_MISSING",
        ),
        (
            with(
                visit(&round_id, "A1", "PAID"),
                json!({ "paymentId": of_other }),
            ),
            "COLLECTION_ROUND_PAYMENT_OF_OTHER",
        ),
        (
            visit(&round_id, "A1", "OTHER"),
            "COLLECTION_ROUND_NOTE_REQUIRED",
        ),
        (
            visit(&round_id, "A1", "PROMISED"),
            "COLLECTION_ROUND_PROMISE_MISSING",
        ),
        (visit("none", "A1", "REFUSED"), "COLLECTION_ROUND_NOT_FOUND"),
    ];
    for (input, code) in visits {
        let refused = centre.refused(&cashier, "recordCollectionVisit", input);
        assert_eq!(refused.await.0, code);
    }
    let finish = json!({ "roundId": round_id });
    let refused = centre.refused(&cashier, "finishCollectionRound", finish);
    assert_eq!(refused.await.0, "COLLECTION_ROUND_REASON_REQUIRED");
    centre.run(s_campus).await;
    let refused = centre.refused(&manager, "planCollectionRound", plan(&town, &["A1"]));
    assert_eq!(refused.await.0, "COLLECTION_ROUND_CASHIER_ELSEWHERE");
}

#[tokio::test]
async fn r62_a_list_is_for_who_goes_and_who_sends_them() {
    let (town, cashier, manager) = town().await;
    let centre = &town.centre;
    let zhou = centre.staff("zhou", &[Role::Cashier]).await;
    let reader = centre.staff("wu", &[Role::Reader]).await;
    let round_id = planned(&town, &manager, &["A1"]).await;
    let seen = async |who: &Browser| {
        let query = "query($id: String!) { collectionRound(roundId: $id) { roundId }
            collectionRounds { nodes { roundId } } }";
        let data = centre
            .ask(who, query, json!({ "id": round_id }))
            .await
            .data();
        let listed = data["collectionRounds"]["nodes"].as_array().unwrap().len();
        (data["collectionRound"]["roundId"].is_string(), listed)
    };
    assert_eq!(seen(&cashier).await, (true, 1));
    assert_eq!(seen(&manager).await, (true, 1));
    assert_eq!(seen(&zhou).await, (false, 0));
    let refused = |who: Browser, name: &'static str, input: Value| async move {
        centre.refused(&who, name, input).await.0
    };
    let nobody = visit(&round_id, "A1", "NOBODY_HOME");
    assert_eq!(
        refused(zhou.clone(), "recordCollectionVisit", nobody.clone()).await,
        "COLLECTION_ROUND_NOT_YOURS"
    );
    let finish = json!({ "roundId": round_id, "reason": "下雨" });
    assert_eq!(
        refused(zhou, "finishCollectionRound", finish).await,
        "COLLECTION_ROUND_NOT_YOURS"
    );
    for (who, name, input) in [
        (&cashier, "planCollectionRound", plan(&town, &["A2"])),
        (&manager, "recordCollectionVisit", nobody.clone()),
        (&reader, "recordCollectionVisit", nobody),
    ] {
        assert_eq!(
            centre.mutate(who, name, input, "").await.unwrap_err(),
            "FORBIDDEN"
        );
    }
}

#[tokio::test]
async fn r62_a_visit_noted_twice_by_one_key_counts_once() {
    let (town, cashier, manager) = town().await;
    let round_id = planned(&town, &manager, &["A1"]).await;
    let nobody = with(
        visit(&round_id, "A1", "NOBODY_HOME"),
        json!({ "idempotencyKey": "01990000-0000-7000-8000-000000000001" }),
    );
    for _ in 0..2 {
        town.centre
            .must(&cashier, "recordCollectionVisit", nobody.clone(), "")
            .await;
    }
    assert_eq!(doors(&town, &cashier, &round_id).await[0]["visits"], 1);
    let plan = with(
        plan(&town, &["A2"]),
        json!({ "idempotencyKey": "01990000-0000-7000-8000-000000000002" }),
    );
    for _ in 0..2 {
        town.centre
            .must(&manager, "planCollectionRound", plan.clone(), "")
            .await;
    }
    let query = "query { collectionRounds { nodes { accounts } } }";
    let data = town.centre.ask(&manager, query, json!({})).await.data();
    let listed = data["collectionRounds"]["nodes"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
}
