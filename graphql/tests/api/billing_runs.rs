//! Runs over the accounts of a month: how far they are, and that they survive whoever drives them.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext, ErasedProcess, StreamId};
use chaobiao_domain::billing::IssueBill;
use chaobiao_domain::billing_run::StartBillingRun;
use chaobiao_domain::units::{AccountNo, BillingRunId, Fen};
use chaobiao_eventstore::Clock as _;
use chaobiao_graphql::billing::{Driven, drive};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::town::Town;

const RUN: &str = "runId state month campusId named startedBy done expected billed total \
                   nothingToBill alreadyBilled refused refusals { accountNo code }";

/// Three households with a reading each but the last.
async fn read_town() -> Town {
    let town = Town::open().await;
    for account_no in ["A1", "B2", "C3"] {
        town.household(account_no).await;
    }
    for account_no in ["A1", "B2"] {
        let meter_no = format!("W-{account_no}");
        town.read(&meter_no, "2026-08-20", "20").await;
    }
    town
}

async fn run_of(town: &Town, run_id: &str) -> Value {
    let query = format!("query($id: String!) {{ billingRun(runId: $id) {{ {RUN} }} }}");
    let asked = town
        .centre
        .ask(&town.finance, &query, json!({ "id": run_id }));
    asked.await.data()["billingRun"].clone()
}

/// What a request did that was killed before it billed anybody.
async fn begun(town: &Town, accounts: &[&str]) -> BillingRunId {
    let start = StartBillingRun {
        month: "2026-08".parse().unwrap(),
        campus: Some("N".parse().unwrap()),
        accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
        due_on: None,
        counted: 3,
    };
    let qian = Actor::Staff("qian".to_owned());
    town.centre.run_as(qian, start).await
}

/// Waits until what drivers have noted can be seen.
async fn seen(town: &Town, driven: &[Driven]) {
    let noted = driven.iter().filter_map(|it| it.position).max();
    let limit = Duration::from_secs(20);
    let read_models = &town.centre.services.read_models;
    assert!(read_models.wait_for(noted.unwrap(), limit).await);
}

#[tokio::test]
async fn r23_a_run_tells_who_began_it_and_how_far_it_is_and_a_key_is_one_run() {
    let town = read_town().await;
    let input = json!({
        "idempotencyKey": "run-2026-08-N-00001", "month": "2026-08", "campus": "N",
    });
    let fields = format!("run {{ {RUN} startedAt }} pending");
    let made = town
        .centre
        .must(&town.finance, "runBilling", input.clone(), &fields)
        .await;
    assert_eq!(made["pending"], false);
    let run_id = made["run"]["runId"].as_str().unwrap().to_owned();
    let expected = json!({
        "runId": run_id, "state": "FINISHED", "month": "2026-08", "campusId": "N", "named": 0,
        "startedBy": "staff:qian", "done": 3, "expected": 3, "billed": 2, "total": "12400",
        "nothingToBill": 1, "alreadyBilled": 0, "refused": 0, "refusals": [],
    });
    assert_eq!(run_of(&town, &run_id).await, expected);
    let again = town
        .centre
        .must(&town.finance, "runBilling", input, &fields)
        .await;
    assert_eq!(again, made, "sent again, the same run");

    town.centre.wait(TimeDelta::seconds(1));
    let named = json!({ "month": "2026-08", "accountNos": ["C3", "A1", "C3"] });
    let made = town
        .centre
        .must(&town.finance, "runBilling", named, &fields)
        .await;
    assert_eq!(
        (&made["run"]["named"], &made["run"]["done"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(made["run"]["alreadyBilled"], 1);
    let listed = "query($month: YearMonth, $campus: String, $after: String) {
        billingRuns(first: 1, after: $after, month: $month, campus: $campus) {
            nodes { runId } pageInfo { hasNextPage endCursor } } }";
    let list = async |variables: Value| {
        let asked = town.centre.ask(&town.finance, listed, variables);
        asked.await.data()["billingRuns"].clone()
    };
    let newest = list(json!({})).await;
    assert_eq!(newest["nodes"], json!([{ "runId": made["run"]["runId"] }]));
    let after = newest["pageInfo"]["endCursor"].clone();
    let older = list(json!({ "after": after, "month": "2026-08", "campus": "N" })).await;
    assert_eq!(older["nodes"], json!([{ "runId": run_id }]));
    assert_eq!(older["pageInfo"]["hasNextPage"], false);
    let other = list(json!({ "month": "2026-07" })).await;
    assert_eq!(other["nodes"], json!([]));

    let query = format!("{{ billingRun(runId: \"{run_id}\") {{ billed }} }}");
    let forbidden = town.centre.ask(&town.cashier, &query, json!({})).await;
    assert_eq!(forbidden.code(), Some("FORBIDDEN"));
    assert_eq!(run_of(&town, "nobody-began-it").await, Value::Null);
    town.verified().await;
}

#[tokio::test]
async fn r23_a_run_cut_off_is_carried_on_and_counts_every_account_once() {
    let town = read_town().await;
    let run_id = begun(&town, &[]).await;
    let shown = run_of(&town, run_id.as_str()).await;
    assert_eq!(
        (&shown["state"], &shown["done"]),
        (&json!("RUNNING"), &json!(0))
    );
    let input = json!({ "month": "2026-08", "campus": "N" });
    let refused = town
        .centre
        .refused(&town.finance, "runBilling", input)
        .await;
    assert_eq!(
        refused,
        ("BILLING_RUN_UNDER_WAY".to_owned(), "input.month".to_owned())
    );

    // A driver bills the first account, and is killed before it notes it.
    let bus = &town.centre.services.bus;
    let account_no: AccountNo = "A1".parse().unwrap();
    let id = bus.command_id(&format!("runBilling/{run_id}"), account_no.as_str());
    let qian = Actor::Staff("qian".to_owned());
    let issue = IssueBill {
        account_no,
        month: "2026-08".parse().unwrap(),
        due_on: None,
    };
    let context = CommandContext::new(id, qian.clone(), town.centre.clock.now());
    let command: (CommandContext, Box<dyn ErasedProcess>) = (context, Box::new(issue));
    let answers = bus.execute_batch(vec![command]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");

    let idle = drive(bus, &run_id, || false).await.unwrap();
    assert_eq!((idle.run.counts.accounts(), idle.position), (0, None));
    let (one, other) = tokio::join!(drive(bus, &run_id, || true), drive(bus, &run_id, || true));
    let both = [one.unwrap(), other.unwrap()];
    seen(&town, &both).await;
    for driven in both {
        assert!(driven.run.is_finished);
        let counts = driven.run.counts;
        assert_eq!((counts.billed, counts.already_billed), (2, 0));
        assert_eq!(
            (counts.total, counts.nothing_to_bill),
            (Fen::new(12_400), 1)
        );
    }
    let shown = run_of(&town, run_id.as_str()).await;
    assert_eq!(
        (&shown["state"], &shown["done"], &shown["billed"]),
        (&json!("FINISHED"), &json!(3), &json!(2))
    );
    for account_no in ["A1", "B2"] {
        let stream = StreamId::new("account", account_no);
        let history = town.centre.services.store().history(&stream).await.unwrap();
        let mut charged = history
            .iter()
            .filter(|it| it.event_type == "account.charged");
        assert_eq!(charged.next().unwrap().metadata.actor, qian);
        assert!(charged.next().is_none());
    }
    // The month is free for another run.
    let input = json!({ "month": "2026-08", "campus": "N" });
    let made = town
        .centre
        .must(&town.finance, "runBilling", input, "run { alreadyBilled }")
        .await;
    assert_eq!(made["run"]["alreadyBilled"], 2);
    town.verified().await;
}

#[tokio::test]
async fn r23_drivers_of_one_long_run_count_it_once_and_tell_the_first_hundred() {
    let town = read_town().await;
    let unknown: Vec<String> = (1000..1450).map(|number| format!("X{number}")).collect();
    let mut named: Vec<&str> = unknown.iter().map(String::as_str).collect();
    named.extend(["A1", "B2"]);
    let run_id = begun(&town, &named).await;
    let bus = &town.centre.services.bus;
    loop {
        let (one, other) = tokio::join!(drive(bus, &run_id, || true), drive(bus, &run_id, || true));
        let both = [one.unwrap(), other.unwrap()];
        if both.iter().any(|driven| driven.run.is_finished) {
            seen(&town, &both).await;
            break;
        }
    }
    let run = run_of(&town, run_id.as_str()).await;
    assert_eq!(
        (&run["done"], &run["expected"], &run["refused"]),
        (&json!(452), &json!(452), &json!(450))
    );
    assert_eq!(
        (&run["billed"], &run["total"]),
        (&json!(2), &json!("12400"))
    );
    let refusals = run["refusals"].as_array().unwrap();
    assert_eq!(refusals.len(), 100);
    assert_eq!(
        refusals[99],
        json!({ "accountNo": "X1099", "code": "ACCOUNT_UNKNOWN" })
    );
    town.verified().await;
}
