use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::paging::Page;
use crate::story::Story;

/// A1: July paid in part, August open; B2: July paid, too much, August paid from the credit.
fn story() -> Story {
    let mut story = Story::new();
    story.open("A1");
    story.open("B2");
    story.charge("2026-08-01 09:00", "A1", "2026-07", (6000, 4000));
    story.charge("2026-08-01 09:00", "B2", "2026-07", (0, 7000));
    story.pay("2026-08-10 10:00", 4000, &["A1"]);
    story.pay("2026-08-10 11:00", 8000, &["B2"]);
    story.charge("2026-09-01 09:00", "A1", "2026-08", (100, 0));
    story.charge("2026-09-01 09:00", "B2", "2026-08", (900, 0));
    story
}

fn shown(notices: &[Notice]) -> Vec<(String, i64, i64)> {
    let figures = |it: &Notice| (it.notice_no.to_string(), it.amount.value(), it.open.value());
    notices.iter().map(figures).collect()
}

async fn projected(story: &Story) -> TestDatabase {
    let database = TestDatabase::create().await;
    story
        .log
        .project_both_ways(&UnpaidNoticesProjector, &database.pool())
        .await;
    database
}

async fn unpaid(database: &TestDatabase, filter: &NoticeFilter) -> Vec<(String, i64, i64)> {
    let page = query::unpaid(&database.pool(), filter, &Page::first(50))
        .await
        .unwrap();
    let notices: Vec<Notice> = page.rows.into_iter().map(|(_, notice)| notice).collect();
    shown(&notices)
}

#[tokio::test]
async fn what_is_still_open_is_listed_by_due_date() {
    let database = projected(&story()).await;
    let all = NoticeFilter::default();
    let july = ("NA1-202607".to_owned(), 10000, 6000);
    let august = ("NA1-202608".to_owned(), 100, 100);
    assert_eq!(
        unpaid(&database, &all).await,
        [july.clone(), august.clone()]
    );
    let overdue = NoticeFilter {
        due_before: Some("2026-09-01".parse().unwrap()),
        ..all.clone()
    };
    assert_eq!(unpaid(&database, &overdue).await, [july]);
    let month = NoticeFilter {
        month: Some("2026-08".parse().unwrap()),
        ..all.clone()
    };
    assert_eq!(unpaid(&database, &month).await, [august]);
    let nobody = NoticeFilter {
        account_no: Some("B2".parse().unwrap()),
        ..all.clone()
    };
    assert_eq!(unpaid(&database, &nobody).await, []);
    let elsewhere = NoticeFilter {
        campus: Some("N".parse().unwrap()),
        ..all.clone()
    };
    assert_eq!(unpaid(&database, &elsewhere).await, []);
    assert_eq!(
        query::unpaid_sum(&database.pool(), &all).await.unwrap(),
        (2, Fen::new(6100))
    );
}

#[tokio::test]
async fn pages_join_without_repeating_or_losing_a_notice() {
    let database = projected(&story()).await;
    let filter = NoticeFilter::default();
    let first = query::unpaid(&database.pool(), &filter, &Page::first(1))
        .await
        .unwrap();
    assert!(first.has_next);
    let after = first.rows.last().map(|(key, _)| key.clone());
    let next = Page::first(1).following(after);
    let second = query::unpaid(&database.pool(), &filter, &next)
        .await
        .unwrap();
    assert!(!second.has_next);
    assert_eq!(second.rows[0].1.notice_no.as_str(), "NA1-202608");
}

#[tokio::test]
async fn a_reversal_opens_the_bill_that_credit_had_paid_too() {
    let mut story = story();
    let payment_id = story
        .pay("2026-09-02 10:00", 6100 + 300, &["A1"])
        .payment_id;
    story.charge("2026-10-01 09:00", "A1", "2026-09", (250, 0));
    story.reverse("2026-10-02 09:00", &payment_id);
    let database = projected(&story).await;
    assert_eq!(
        unpaid(&database, &NoticeFilter::default()).await,
        [
            ("NA1-202607".to_owned(), 10000, 6000),
            ("NA1-202608".to_owned(), 100, 100),
            // Paid from credit before its notice was sent, and open again.
            ("NA1-202609".to_owned(), 250, 250),
        ]
    );
}

#[tokio::test]
async fn a_notice_is_found_paid_or_not() {
    let database = projected(&story()).await;
    let pool = database.pool();
    let paid = query::by_number(&pool, &"NB2-202608".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown(&[paid]), [("NB2-202608".to_owned(), 900, 0)]);
    let none = query::by_number(&pool, &"NB2-209901".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(none, None);
    let bills = ["A1-202607".to_owned(), "B2-202607".to_owned()];
    assert_eq!(query::of_bills(&pool, &bills).await.unwrap().len(), 2);
    let accounts = ["A1".to_owned(), "B2".to_owned()];
    assert_eq!(query::of_accounts(&pool, &accounts).await.unwrap().len(), 2);
}
