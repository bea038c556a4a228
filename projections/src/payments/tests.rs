use chaobiao_domain::payment::PaymentMethod;
use chaobiao_domain::payment_export::{CountedRows, CreateExportBatch, ExportBasis, ExportBatchId};
use chaobiao_domain::units::Fen;
use chaobiao_eventstore::Projector;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::paging::Page;
use crate::story::Story;

const JULY: &str = "2026-07";

/// One payment for July of A1 and B2 with 3.00 too much, which pays August of A1.
fn story() -> Story {
    let mut story = Story::new();
    story.open("A1");
    story.open("B2");
    story.charge("2026-08-01 09:00", "A1", JULY, (6000, 4000));
    story.charge("2026-08-01 09:00", "B2", JULY, (0, 7000));
    let payment = story.pay("2026-08-10 10:00", 17300, &["A1", "B2"]);
    story.receipt("2026-08-10 10:01", &payment.payment_id);
    story.charge("2026-09-01 09:00", "A1", "2026-08", (200, 0));
    story
}

/// Counts on a database of its own, as the caller of the command would, and closes the batch.
async fn close(story: &mut Story, time: &str, basis: ExportBasis, month: &str) -> ExportBatchId {
    let database = TestDatabase::create().await;
    story
        .log
        .project(&PaymentsProjector, &database.pool(), usize::MAX)
        .await;
    let month = month.parse().unwrap();
    let counted = query::countable(&database.pool(), basis, month)
        .await
        .unwrap();
    let create = CreateExportBatch {
        basis,
        month,
        counted,
    };
    story.run("ma", time, &create)
}

async fn projected(story: &Story) -> TestDatabase {
    let database = TestDatabase::create().await;
    story
        .log
        .project_both_ways(&PaymentsProjector, &database.pool())
        .await;
    database
}

async fn exported(database: &TestDatabase, batch: u32) -> Vec<(String, String, &'static str, i64)> {
    let batch = ExportBatchId::new(batch);
    let rows = query::export_rows(&database.pool(), batch).await.unwrap();
    let shown = rows.iter().map(|row| {
        (
            row.account_no.to_string(),
            row.month.to_string(),
            row.kind.label(),
            row.amount.value(),
        )
    });
    shown.collect()
}

fn line(
    account_no: &str,
    month: &str,
    kind: &'static str,
    fen: i64,
) -> (String, String, &'static str, i64) {
    (account_no.to_owned(), month.to_owned(), kind, fen)
}

#[tokio::test]
async fn r56_every_row_is_in_exactly_one_batch_and_a_reversal_is_negative_in_the_next() {
    let mut story = story();
    let bill_month = ExportBasis::BillMonth;
    close(&mut story, "2026-09-01 10:00", bill_month, JULY).await;
    let database = projected(&story).await;
    let july = [
        line("A1", JULY, "缴费", 10000),
        line("B2", JULY, "缴费", 7000),
    ];
    assert_eq!(exported(&database, 1).await, july);

    // The money of August: the credit, and the bill it paid.
    close(
        &mut story,
        "2026-09-01 11:00",
        ExportBasis::PaidMonth,
        "2026-08",
    )
    .await;
    let payment_id = paid_first(&story);
    story.reverse("2026-09-02 09:00", &payment_id);
    close(&mut story, "2026-09-03 09:00", bill_month, JULY).await;
    close(&mut story, "2026-09-03 09:01", bill_month, "2026-08").await;
    let database = projected(&story).await;
    assert_eq!(
        exported(&database, 1).await,
        july,
        "what was exported stays as it was"
    );
    assert_eq!(
        exported(&database, 2).await,
        [line("A1", "2026-08", "预存", 300)]
    );
    assert_eq!(
        exported(&database, 3).await,
        [
            line("A1", JULY, "冲正", -10000),
            line("B2", JULY, "冲正", -7000)
        ]
    );
    assert_eq!(
        exported(&database, 4).await,
        [
            line("A1", "2026-08", "预存转出", -200),
            line("A1", "2026-08", "预存抵扣", 200),
            line("A1", "2026-08", "冲正", -300),
        ]
    );
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM read_payments_row WHERE batch IS NULL")
            .fetch_one(&database.pool())
            .await
            .unwrap();
    assert_eq!(left, 0);
}

fn paid_first(story: &Story) -> chaobiao_domain::units::PaymentId {
    let recorded = story
        .log
        .events
        .iter()
        .find(|it| it.event_type == "payment.recorded")
        .unwrap();
    recorded.stream.aggregate_id.parse().unwrap()
}

#[tokio::test]
async fn a_line_is_an_account_and_a_month_however_many_payments_it_took() {
    let mut story = Story::new();
    story.open("A1");
    story.charge("2026-08-01 09:00", "A1", JULY, (6000, 4000));
    for (time, amount) in [("2026-08-10 10:00", 100), ("2026-08-12 10:00", 200)] {
        let payment_id = story.pay(time, amount, &["A1"]).payment_id;
        story.receipt(time, &payment_id);
    }
    close(&mut story, "2026-08-13 09:00", ExportBasis::BillMonth, JULY).await;
    let database = projected(&story).await;
    let rows = query::export_rows(&database.pool(), ExportBatchId::new(1))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].amount, Fen::new(300));
    assert_eq!(rows[0].booked_on.to_string(), "2026-08-12");
    let receipts: Vec<&str> = rows[0].receipts.iter().map(String::as_str).collect();
    assert_eq!(receipts, ["S-2026-000001", "S-2026-000002"]);
}

#[tokio::test]
async fn a_receipt_given_after_the_batch_does_not_change_it() {
    let mut story = Story::new();
    story.open("A1");
    story.charge("2026-08-01 09:00", "A1", JULY, (6000, 4000));
    let payment_id = story.pay("2026-08-10 10:00", 100, &["A1"]).payment_id;
    close(&mut story, "2026-08-11 09:00", ExportBasis::BillMonth, JULY).await;
    story.receipt("2026-08-12 09:00", &payment_id);
    let database = projected(&story).await;
    let rows = query::export_rows(&database.pool(), ExportBatchId::new(1))
        .await
        .unwrap();
    assert!(rows[0].receipts.is_empty());
}

#[tokio::test]
async fn a_batch_that_counted_wrongly_is_not_closed() {
    let mut story = story();
    let counted = CountedRows {
        through_leaf: i64::try_from(story.log.events.len()).unwrap() - 1,
        row_count: 9,
        total: Fen::new(17000),
        after: 0,
    };
    let create = CreateExportBatch {
        basis: ExportBasis::BillMonth,
        month: JULY.parse().unwrap(),
        counted,
    };
    story.run("ma", "2026-09-01 10:00", &create);
    let database = TestDatabase::create().await;
    let events: Vec<_> = story
        .log
        .events
        .iter()
        .filter(|it| {
            PaymentsProjector
                .aggregate_types()
                .contains(&&*it.stream.aggregate_type)
        })
        .cloned()
        .collect();
    let mut transaction = database.pool().begin().await.unwrap();
    let error = PaymentsProjector
        .project(&events, &mut transaction)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch PE000001 counted 9 rows but closes over 2"
    );
}

#[tokio::test]
async fn payments_are_listed_by_account_campus_and_time() {
    let mut story = story();
    story.charge("2026-09-05 09:00", "B2", "2026-08", (500, 0));
    story.pay("2026-09-10 10:00", 500, &["B2"]);
    let payment_id = paid_first(&story);
    story.reverse("2026-09-11 09:00", &payment_id);
    let database = projected(&story).await;
    let pool = database.pool();
    let count = async |filter: PaymentFilter| {
        query::list(&pool, &filter, &Page::first(50))
            .await
            .unwrap()
            .rows
            .len()
    };
    let all = PaymentFilter::default();
    assert_eq!(count(all.clone()).await, 2);
    let account = |no: &str| PaymentFilter {
        account_no: Some(no.parse().unwrap()),
        ..all.clone()
    };
    assert_eq!(
        (count(account("A1")).await, count(account("B2")).await),
        (1, 2)
    );
    let north = PaymentFilter {
        campus: Some("N".parse().unwrap()),
        ..all.clone()
    };
    assert_eq!(count(north).await, 0);
    let by = |method: PaymentMethod| PaymentFilter {
        method: Some(method),
        ..all.clone()
    };
    assert_eq!(count(by(PaymentMethod::Cash)).await, 2);
    assert_eq!(count(by(PaymentMethod::InternalTransfer)).await, 0);
    let september = crate::fixture::at("2026-09-01 00:00");
    let since = PaymentFilter {
        from: Some(september),
        ..all.clone()
    };
    assert_eq!(count(since).await, 1);

    let first = query::list(&pool, &all, &Page::first(1)).await.unwrap();
    let next = Page::first(1).following(Some(first.rows[0].0.clone()));
    let second = query::list(&pool, &all, &next).await.unwrap();
    assert_eq!(second.rows[0].1.payment_id, payment_id);
    let undone = &query::by_ids(&pool, &[payment_id.to_string()])
        .await
        .unwrap()[0];
    assert_eq!(undone.reversed_by.as_deref(), Some("staff:zhao"));
    let parts = query::parts(&pool, &[payment_id.to_string()])
        .await
        .unwrap();
    let sum: i64 = parts.iter().map(|part| part.amount.value()).sum();
    assert_eq!((parts.len(), sum), (3, 17300));
}

#[tokio::test]
async fn the_rows_of_every_payment_add_up_to_what_was_kept_of_it() {
    let mut story = story();
    story.charge("2026-09-05 09:00", "B2", "2026-08", (500, 0));
    story.pay("2026-09-10 10:00", 900, &["B2", "A1"]);
    let payment_id = paid_first(&story);
    story.reverse("2026-09-11 09:00", &payment_id);
    let database = projected(&story).await;
    let wrong: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM read_payments p WHERE \
             (SELECT sum(amount) FROM read_payments_row r WHERE r.payment_id = p.payment_id) \
             <> CASE WHEN p.reversed_at IS NULL THEN p.amount ELSE 0 END",
    )
    .fetch_one(&database.pool())
    .await
    .unwrap();
    assert_eq!(wrong, 0);
}
