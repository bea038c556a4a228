use chaobiao_domain::historic_usage::{HistoricUsageEvent, MonthRecorded};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;

#[tokio::test]
async fn r88_months_from_before_are_shown_until_they_are_taken_back() {
    let recorded = |month: &str, usage: &str| {
        HistoricUsageEvent::Recorded(MonthRecorded {
            meter_no: "M1".parse().unwrap(),
            month: month.parse().unwrap(),
            usage: usage.parse().unwrap(),
            batch: Some("history-1".parse().unwrap()),
        })
    };
    let withdrawn = HistoricUsageEvent::Withdrawn {
        month: "2025-11".parse().unwrap(),
    };
    let mut log = Log::default();
    let (stream, time) = (("historic_usage", "M1"), "2026-01-10 09:00");
    log.record(stream, time, &recorded("2025-12", "8.50"))
        .record(stream, time, &recorded("2025-11", "12"))
        .record(stream, time, &withdrawn)
        .record(stream, time, &recorded("2025-11", "13"));
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&HistoricUsageProjector, &pool).await;
    let months = query::of_meter(&pool, &"M1".parse().unwrap())
        .await
        .unwrap();
    let shown: Vec<String> = months
        .iter()
        .map(|month| format!("{} {}", month.month, month.usage))
        .collect();
    assert_eq!(shown, ["2025-11 13", "2025-12 8.5"]);
    let batch = "history-1".parse().unwrap();
    assert_eq!(query::of_batch(&pool, &batch).await.unwrap().len(), 2);
}
