use chaobiao_domain::gateway_statement::{
    Difference, DifferenceKind, GatewayStatementEvent, RowKind, StatementCompared, StatementSums,
};
use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};
use crate::paging::Page;

fn compared(day: &str, differences: Vec<Difference>) -> GatewayStatementEvent {
    let sums = StatementSums {
        rows: 2,
        paid: Fen::new(15000),
        refunded: Fen::ZERO,
    };
    GatewayStatementEvent::Compared(StatementCompared {
        channel: "union_pay".to_owned(),
        merchant: "777290058110048".to_owned(),
        day: day.parse().unwrap(),
        file: "0".repeat(64).parse().unwrap(),
        there: sums,
        agreed: sums,
        differences,
        compared_at: at("2026-09-02 10:00"),
    })
}

#[tokio::test]
async fn each_day_shows_its_last_comparison_and_what_differs() {
    let missing = Difference {
        kind: DifferenceKind::MissingThere,
        line: None,
        row: RowKind::Payment,
        order_no: "order0001".to_owned(),
        there: None,
        here: Some(Fen::new(7000)),
    };
    let mut log = Log::default();
    let stream = |day: &str| format!("union_pay/777290058110048/{day}");
    for (day, differences) in [
        ("2026-09-01", vec![missing.clone()]),
        ("2026-09-02", vec![missing.clone()]),
        ("2026-09-01", Vec::new()),
    ] {
        let event = compared(day, differences);
        log.record(
            ("gateway_statement", &stream(day)),
            "2026-09-02 10:00",
            &event,
        );
    }
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&GatewayStatementsProjector, &pool)
        .await;
    let all = query::list(&pool, false, &Page::first(10)).await.unwrap();
    let days: Vec<String> = all
        .rows
        .iter()
        .map(|(_, row)| row.day.to_string())
        .collect();
    assert_eq!(days, ["2026-09-02", "2026-09-01"]);
    let open = query::list(&pool, true, &Page::first(10)).await.unwrap();
    assert_eq!(open.rows.len(), 1);
    assert_eq!(open.rows[0].1.differences, [missing]);
    assert_eq!(open.rows[0].1.there.paid, Fen::new(15000));
}
