use chaobiao_decision::Actor;
use chaobiao_domain::meter::{
    Certainty, MeterEvent, PhotoAnalysed, PhotoCheck, PhotoDecision, PhotoReviewed, PhotoVerdict,
    ReadingRejected, Review,
};
use chaobiao_domain::units::PhotoHash;
use chaobiao_testing::TestDatabase;
use sqlx::PgPool;

use super::*;
use crate::fixture::{Log, meters};
use crate::paging::Page;

const M1: (&str, &str) = ("meter", "M1");
const DAY: &str = "2026-02-01 09:00";

fn photo(digit: char) -> PhotoHash {
    PhotoHash::try_new(digit.to_string().repeat(64)).unwrap()
}

fn check(verdict: PhotoVerdict, likely: u16, fingerprint: &str) -> PhotoCheck {
    PhotoCheck {
        verdict,
        rule: "scored".to_owned(),
        shown: Some("00126".to_owned()),
        wheels: Vec::new(),
        certainty: Certainty::try_new(970).ok(),
        probability: Certainty::try_new(likely).ok(),
        codes: Vec::new(),
        serial: None,
        taken_at: None,
        fingerprint: fingerprint.to_owned(),
        reused: None,
        model: "m1".to_owned(),
    }
}

fn analysed(id: &str, picture: char, check: PhotoCheck) -> MeterEvent {
    MeterEvent::PhotoAnalysed(PhotoAnalysed {
        reading_id: id.parse().unwrap(),
        photo: photo(picture),
        index: "128".parse().unwrap(),
        read_at: crate::fixture::at(DAY),
        check,
    })
}

fn reviewed(id: &str, decision: PhotoDecision) -> MeterEvent {
    MeterEvent::PhotoReviewed(PhotoReviewed {
        reading_id: id.parse().unwrap(),
        photo: photo('a'),
        decision,
        note: None,
        reviewed_by: Actor::Staff("wang".to_owned()),
    })
}

/// R1 matches, R2 and R3 are unsure, R4 held for a mismatch, R5 rejected.
fn log() -> Log {
    let mut log = Log::default();
    log.record(M1, DAY, &meters::registered("M1", "B1", 1));
    for (id, picture, verdict, likely, looks) in [
        ("R1", 'a', PhotoVerdict::Match, 990, "00ff"),
        ("R2", 'b', PhotoVerdict::Unsure, 400, "01ff"),
        ("R3", 'c', PhotoVerdict::Unsure, 3, "ff00"),
        ("R4", 'd', PhotoVerdict::Mismatch, 0, "ff00ff"),
        ("R5", 'e', PhotoVerdict::Unsure, 0, "00fe"),
    ] {
        log.record(M1, DAY, &meters::submitted(id, "128", DAY));
        log.record(
            M1,
            DAY,
            &analysed(id, picture, check(verdict, likely, looks)),
        );
    }
    log.record(
        M1,
        DAY,
        &MeterEvent::ReadingHeld(meters::held("R4", "128", DAY)),
    );
    let rejected = ReadingRejected {
        reading_id: "R5".parse().unwrap(),
        reason: "照片不清".to_owned(),
        rejected_by: Actor::Staff("wang".to_owned()),
    };
    log.record(M1, DAY, &MeterEvent::ReadingRejected(rejected));
    log
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    log.project_both_ways(&PhotoChecksProjector, &database.pool())
        .await;
    database
}

async fn open(pool: &PgPool) -> Vec<(String, i32)> {
    let filter = CheckFilter {
        open: true,
        campus: Some("N".parse().unwrap()),
        ..CheckFilter::default()
    };
    let rows = query::list(pool, &filter, &Page::first(10)).await.unwrap();
    let count = query::open_count(pool, filter.campus.as_ref())
        .await
        .unwrap();
    assert_eq!(usize::try_from(count).unwrap(), rows.rows.len());
    let shown = |row: CheckRow| (row.reading_id.to_string(), row.risk);
    rows.rows.into_iter().map(|(_, row)| shown(row)).collect()
}

fn pairs(expected: &[(&str, i32)]) -> Vec<(String, i32)> {
    let owned = expected.iter().map(|(id, risk)| ((*id).to_owned(), *risk));
    owned.collect()
}

#[tokio::test]
async fn x5_what_counts_and_is_in_doubt_is_a_queue_with_the_riskiest_first() {
    let database = projected(&log()).await;
    let pool = database.pool();
    assert_eq!(open(&pool).await, pairs(&[("R3", 997), ("R2", 600)]));
    let filter = CheckFilter {
        open: true,
        ..CheckFilter::default()
    };
    let first = query::list(&pool, &filter, &Page::first(1)).await.unwrap();
    let after = first.rows.last().map(|(key, _)| key.clone());
    let rest = Page::first(5).following(after);
    let rest = query::list(&pool, &filter, &rest).await.unwrap().rows;
    assert_eq!(rest.len(), 1, "pages go on where they stopped");
    assert_eq!(rest[0].1.reading_id.as_str(), "R2");
    let all = query::list(&pool, &CheckFilter::default(), &Page::first(10)).await;
    assert_eq!(all.unwrap().rows.len(), 5);
}

#[tokio::test]
async fn people_settle_what_the_program_doubts() {
    let mut log = log();
    log.record(M1, DAY, &reviewed("R2", PhotoDecision::Confirmed));
    log.record(M1, DAY, &reviewed("R3", PhotoDecision::Refuted));
    let mut accepted = meters::accepted("R4", "128", DAY, ("28", "28"));
    accepted.review = Some(Review {
        reviewed_by: Actor::Staff("wang".to_owned()),
        note: None,
    });
    log.record(M1, DAY, &MeterEvent::ReadingAccepted(accepted));
    let database = projected(&log).await;
    let pool = database.pool();
    assert_eq!(open(&pool).await, pairs(&[("R3", 2_000)]));
    let settled = query::by_ids(&pool, &["R4".to_owned()]).await.unwrap();
    assert_eq!(settled[0].decision, Some(PhotoDecision::Confirmed));
    assert_eq!(settled[0].reviewed_by.as_deref(), Some("staff:wang"));
}

#[tokio::test]
async fn x5_earlier_photos_are_found_by_their_file_their_looks_and_their_meter() {
    let database = projected(&log()).await;
    let pool = database.pool();
    let ids = |rows: Vec<CheckRow>| {
        let mut ids: Vec<String> = rows.iter().map(|row| row.reading_id.to_string()).collect();
        ids.sort();
        ids
    };
    let other = "M9".parse().unwrap();
    let alike = |picture: char, looks: &'static str, bits: i32| {
        let (pool, other) = (pool.clone(), &other);
        async move {
            ids(query::alike(&pool, &photo(picture), looks, bits, other)
                .await
                .unwrap())
        }
    };
    assert_eq!(alike('a', "ffff", 2).await, ["R1"], "the same file");
    assert_eq!(alike('f', "00ff", 2).await, ["R1", "R2"], "R5 was rejected");
    assert_eq!(alike('f', "00ff", 0).await, ["R1"]);
    assert_eq!(
        alike('f', "ff00ff", 24).await,
        ["R4"],
        "others are of another length"
    );
    let (unknown, own) = (photo('f'), "M1".parse().unwrap());
    let own = query::alike(&pool, &unknown, "0f0f", 0, &own)
        .await
        .unwrap();
    assert_eq!(own.len(), 4, "its own, whatever they look like");
}
