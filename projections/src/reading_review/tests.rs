use std::collections::BTreeMap;

use chaobiao_decision::Actor;
use chaobiao_domain::meter::{
    CorrectionRequested, Finding, MeterEvent, PhotoSubmitted, ReadingRejected, Review, Rule,
    Severity,
};
use chaobiao_domain::units::PhotoHash;
use chaobiao_testing::TestDatabase;
use sqlx::PgPool;

use super::*;
use crate::fixture::{Log, meters};
use crate::paging::Page;

const M1: (&str, &str) = ("meter", "M1");

fn staff(login: &str) -> Actor {
    Actor::Staff(login.to_owned())
}

fn finding() -> Finding {
    Finding {
        rule: Rule::V7,
        version: 0,
        severity: Severity::Hold,
        inputs: BTreeMap::from([("per_day".to_owned(), "4.01".to_owned())]),
        threshold: "4".to_owned(),
        message: "用量异常偏高".to_owned(),
    }
}

fn photo() -> PhotoHash {
    PhotoHash::try_new("ab".repeat(32)).unwrap()
}

/// R1 accepted, R2 and R3 held.
fn log() -> Log {
    let mut log = Log::default();
    let day = "2026-02-01 09:00";
    log.record(M1, "2026-01-01 09:00", &meters::registered("M1", "B1", 1));
    let MeterEvent::ReadingSubmitted(mut submitted) = meters::submitted("R1", "130", day) else {
        panic!("a submission");
    };
    submitted.photo = Some(photo());
    submitted.note = Some("表盘起雾".to_owned());
    let shown = PhotoSubmitted {
        photo: photo(),
        bytes: 81_920,
        media_type: "image/jpeg".to_owned(),
    };
    log.record(M1, day, &MeterEvent::PhotoSubmitted(shown))
        .record(M1, day, &MeterEvent::ReadingSubmitted(submitted));
    let accepted = meters::accepted("R1", "130", day, ("30", "30"));
    log.record(M1, day, &MeterEvent::ReadingAccepted(accepted));
    for (id, index, day) in [
        ("R2", "300", "2026-03-01 09:00"),
        ("R3", "301", "2026-03-02 09:00"),
    ] {
        let mut held = meters::held(id, index, day);
        held.findings = vec![finding()];
        log.record(M1, day, &meters::submitted(id, index, day));
        log.record(M1, day, &MeterEvent::ReadingHeld(held));
    }
    log
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    log.project_both_ways(&ReadingReviewProjector, &database.pool())
        .await;
    database
}

async fn one(pool: &PgPool, id: &str) -> ReadingRow {
    query::by_ids(pool, &[id.to_owned()])
        .await
        .unwrap()
        .remove(0)
}

async fn ids(pool: &PgPool, status: Option<ReadingState>) -> Vec<String> {
    let filter = ReadingFilter {
        status,
        ..ReadingFilter::default()
    };
    let slice = query::list(pool, &filter, &Page::first(10)).await.unwrap();
    slice
        .rows
        .into_iter()
        .map(|(_, row)| row.reading_id.to_string())
        .collect()
}

#[tokio::test]
async fn a_reading_keeps_its_evidence() {
    let database = projected(&log()).await;
    let pool = database.pool();
    let read = one(&pool, "R1").await;
    assert_eq!(read.status, ReadingState::Accepted);
    assert_eq!(read.photo, Some(photo()));
    assert_eq!(read.note.as_deref(), Some("表盘起雾"));
    assert_eq!(read.submitted_by, staff("li"));
    assert_eq!(read.usage, Some("30".parse().unwrap()));
    assert_eq!(read.previous_index, Some("100".parse().unwrap()));
    let held = one(&pool, "R2").await;
    assert_eq!(
        (held.status, held.usage, held.findings),
        (ReadingState::Held, None, vec![finding()])
    );
    assert_eq!(
        query::of_photo(&pool, &photo()).await.unwrap(),
        [one(&pool, "R1").await]
    );
}

#[tokio::test]
async fn the_queue_is_oldest_first_and_the_history_newest_first() {
    let database = projected(&log()).await;
    let pool = database.pool();
    assert_eq!(ids(&pool, Some(ReadingState::Held)).await, ["R2", "R3"]);
    assert_eq!(ids(&pool, None).await, ["R3", "R2", "R1"]);
    assert_eq!(query::held_count(&pool, None).await.unwrap(), 2);
    let elsewhere = "S".parse().unwrap();
    assert_eq!(query::held_count(&pool, Some(&elsewhere)).await.unwrap(), 0);

    let filter = ReadingFilter {
        status: Some(ReadingState::Held),
        ..ReadingFilter::default()
    };
    let mut page = Page::first(1);
    let first = query::list(&pool, &filter, &page).await.unwrap();
    assert!(first.has_next);
    page.after = first.rows.first().map(|(key, _)| key.clone());
    let second = query::list(&pool, &filter, &page).await.unwrap();
    assert_eq!(second.rows[0].1.reading_id.as_str(), "R3");
    assert!(!second.has_next);
}

#[tokio::test]
async fn a_decision_shows_who_when_and_why() {
    let mut log = log();
    let rejected = MeterEvent::ReadingRejected(ReadingRejected {
        reading_id: "R2".parse().unwrap(),
        reason: "照片与读数不符".to_owned(),
        rejected_by: staff("wang"),
    });
    let mut accepted = meters::accepted("R3", "301", "2026-03-02 09:00", ("171", "201"));
    accepted.findings = vec![finding()];
    accepted.review = Some(Review {
        reviewed_by: staff("wang"),
        note: None,
    });
    log.record(M1, "2026-03-03 09:00", &rejected).record(
        M1,
        "2026-03-03 10:00",
        &MeterEvent::ReadingAccepted(accepted),
    );
    let database = projected(&log).await;
    let pool = database.pool();
    let rejected = one(&pool, "R2").await;
    assert_eq!(rejected.status, ReadingState::Rejected);
    assert_eq!(rejected.decided_by, Some(staff("wang")));
    assert_eq!(rejected.reason.as_deref(), Some("照片与读数不符"));
    let accepted = one(&pool, "R3").await;
    assert_eq!(accepted.status, ReadingState::Accepted);
    assert_eq!(
        accepted.decided_at,
        Some(crate::fixture::at("2026-03-03 10:00"))
    );
    assert_eq!(accepted.findings, vec![finding()]);
    assert_eq!(
        ids(&pool, Some(ReadingState::Held)).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_correction_changes_the_figures_and_ends_every_request() {
    let mut log = log();
    let later = meters::accepted("R9", "190", "2026-04-01 09:00", ("60", "90"));
    log.record(
        M1,
        "2026-04-01 09:00",
        &meters::submitted("R9", "190", "2026-04-01 09:00"),
    )
    .record(M1, "2026-04-01 09:00", &MeterEvent::ReadingAccepted(later));
    for (correction, index) in [("K-R1", "120"), ("K-other", "125")] {
        let requested = MeterEvent::CorrectionRequested(CorrectionRequested {
            correction_id: correction.parse().unwrap(),
            reading_id: "R1".parse().unwrap(),
            index: index.parse().unwrap(),
            reason: "看错一位".to_owned(),
            requested_by: staff("chen"),
        });
        log.record(M1, "2026-04-02 09:00", &requested);
    }
    let database = projected(&log).await;
    let pool = database.pool();
    let pending = CorrectionFilter {
        status: Some(CorrectionState::Pending),
        ..CorrectionFilter::default()
    };
    let queue = query::corrections(&pool, &pending, &Page::first(10))
        .await
        .unwrap();
    assert_eq!(queue.rows.len(), 2);

    let mut corrected = meters::corrected("R1", ("130", "120"), ("20", "20"), "-5");
    corrected.reapportioned = Some(meters::next("R9", "65"));
    log.record(
        M1,
        "2026-04-03 09:00",
        &MeterEvent::ReadingCorrected(corrected),
    );
    let database = projected(&log).await;
    let pool = database.pool();
    let row = one(&pool, "R1").await;
    assert_eq!(
        (row.status, row.index),
        (ReadingState::Corrected, "120".parse().unwrap())
    );
    assert_eq!(row.usage, Some("20".parse().unwrap()));
    let later = one(&pool, "R9").await;
    assert_eq!(later.usage, Some("65".parse().unwrap()));
    assert_eq!(later.cumulative, Some("85".parse().unwrap()));
    let all = query::corrections(&pool, &CorrectionFilter::default(), &Page::first(10))
        .await
        .unwrap();
    let states: Vec<_> = all
        .rows
        .iter()
        .map(|(_, row)| (row.correction_id.as_str(), row.status))
        .collect();
    assert_eq!(
        states,
        [
            ("K-R1", CorrectionState::Approved),
            ("K-other", CorrectionState::Superseded)
        ]
    );
}

#[tokio::test]
async fn readings_are_found_by_what_a_rule_found_in_them() {
    let database = projected(&log()).await;
    let pool = database.pool();
    let found = async |rule, severity| {
        let filter = ReadingFilter {
            found: Some(Found { rule, severity }),
            ..ReadingFilter::default()
        };
        let slice = query::list(&pool, &filter, &Page::first(10)).await.unwrap();
        slice.rows.len()
    };
    let held = query::held_count(&pool, None).await.unwrap();
    assert_eq!(held, 2);
    assert_eq!(found(Some(Rule::V7), None).await, 2);
    assert_eq!(found(None, Some(Severity::Hold)).await, 2);
    assert_eq!(found(Some(Rule::V7), Some(Severity::Warn)).await, 0);
    assert_eq!(found(Some(Rule::V10), None).await, 0);
    assert_eq!(found(None, None).await, 2, "a finding of whatever kind");
}
