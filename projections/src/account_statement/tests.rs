use chaobiao_domain::account::StatementKind;
use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::paging::Page;
use crate::story::Story;

async fn projected(story: &Story) -> TestDatabase {
    let database = TestDatabase::create().await;
    story
        .log
        .project_both_ways(&AccountStatementProjector, &database.pool())
        .await;
    database
}

fn numbers(accounts: &[&str]) -> Vec<String> {
    accounts.iter().map(|no| (*no).to_owned()).collect()
}

/// July paid with 3.00 too much, August paid from that, then all of it undone.
fn story() -> Story {
    let mut story = Story::new();
    story.open("A1");
    story.charge("2026-08-01 09:00", "A1", "2026-07", (6000, 4000));
    let payment = story.pay("2026-08-10 10:00", 10300, &["A1"]);
    story.charge("2026-09-01 09:00", "A1", "2026-08", (200, 0));
    story.reverse("2026-09-02 09:00", &payment.payment_id);
    story
}

#[tokio::test]
async fn the_timeline_tells_bills_payments_and_credit_with_a_running_balance() {
    let database = projected(&story()).await;
    let account = "A1".parse().unwrap();
    let page = query::entries(&database.pool(), &account, &Page::first(50))
        .await
        .unwrap();
    let shown: Vec<(StatementKind, i64, i64)> = page
        .rows
        .iter()
        .map(|(_, entry)| (entry.kind, entry.amount.value(), entry.balance.value()))
        .collect();
    assert_eq!(
        shown,
        [
            (StatementKind::CreditWithdrawn, 100, 10200),
            (StatementKind::PaymentReversed, 200, 10100),
            (StatementKind::PaymentReversed, 10000, 9900),
            (StatementKind::CreditApplied, 200, -100),
            (StatementKind::Charged, 200, -100),
            (StatementKind::CreditAdded, 300, -300),
            (StatementKind::Paid, 10000, 0),
            (StatementKind::Charged, 10000, 10000),
        ]
    );
    let oldest = Page::first(3).following(Some(3));
    let page = query::entries(&database.pool(), &account, &oldest)
        .await
        .unwrap();
    assert_eq!(page.rows.len(), 2);
}

#[tokio::test]
async fn an_account_shows_its_sums_its_meters_and_its_bills_with_their_lines() {
    let database = projected(&story()).await;
    let pool = database.pool();
    let accounts = query::accounts(&pool, &numbers(&["A1", "X9"]))
        .await
        .unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(
        (accounts[0].open, accounts[0].credit),
        (Fen::new(10200), Fen::ZERO)
    );
    let meters = query::meters(&pool, &numbers(&["A1"])).await.unwrap();
    let meters: Vec<(&str, String)> = meters
        .iter()
        .map(|it| (it.meter_no.as_str(), it.billed_to.to_string()))
        .collect();
    assert_eq!(
        meters,
        [
            ("E-A1", "2026-09-01".to_owned()),
            ("W-A1", "2026-09-01".to_owned())
        ]
    );
    let account = "A1".parse().unwrap();
    let bills = query::bills(&pool, &account, &Page::first(1))
        .await
        .unwrap();
    assert!(bills.has_next);
    assert_eq!(bills.rows[0].1.bill_no.as_str(), "A1-202608");
    let lines = query::lines(&pool, &numbers(&["A1-202607"])).await.unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].quantity, "10.33".parse().unwrap());
    assert_eq!(lines[0].amount, Fen::new(6000));
    assert_eq!(lines[0].readings.len(), 2);
    let month = "2026-07".parse().unwrap();
    let of_month = async |campus: Option<&str>, tier_from| {
        let filter = BillFilter {
            campus: campus.map(|campus| campus.parse().unwrap()),
            tier_from,
        };
        let slice = query::bills_of_month(&pool, month, &filter, &Page::first(5)).await;
        let rows = slice.unwrap().rows.into_iter();
        rows.map(|(_, bill)| bill.bill_no.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_month(None, None).await, ["A1-202607"]);
    assert_eq!(of_month(Some("S"), None).await, ["A1-202607"]);
    assert_eq!(of_month(Some("N"), None).await, [""; 0]);
    assert_eq!(of_month(None, Some(1)).await, ["A1-202607"]);
    assert_eq!(of_month(None, Some(9)).await, [""; 0]);
    let found = query::bills_by_number(&pool, &numbers(&["A1-202607", "X"]))
        .await
        .unwrap();
    assert_eq!(found[0].open, Fen::new(10000));
}

#[tokio::test]
async fn billable_are_accounts_with_a_meter_that_is_not_settled() {
    let mut story = story();
    story.open("B2");
    story.open("C3");
    for meter_no in ["W-C3", "E-C3"] {
        story.release("2026-01-02 09:00", "C3", meter_no);
    }
    let database = projected(&story).await;
    let month = "2026-07".parse().unwrap();
    let billable = async |campus: Option<&str>, after: Option<&str>, limit| {
        let campus = campus.map(|campus| campus.parse().unwrap());
        let after = after.map(|after| after.parse().unwrap());
        let pool = database.pool();
        let found = query::billable(&pool, month, campus.as_ref(), after.as_ref(), limit);
        let found = found.await.unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(billable(None, None, 9).await, ["A1", "B2"]);
    assert_eq!(billable(Some("S"), None, 9).await, ["A1", "B2"]);
    assert_eq!(billable(Some("N"), None, 9).await, [""; 0]);
    assert_eq!(billable(None, None, 1).await, ["A1"]);
    assert_eq!(billable(None, Some("A1"), 9).await, ["B2"]);
    assert_eq!(billable(None, Some("B2"), 9).await, [""; 0]);
    let counted = query::count_billable(&database.pool(), month, None).await;
    assert_eq!(counted.unwrap(), 2);
}
