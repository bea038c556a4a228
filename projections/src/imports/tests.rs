use chaobiao_domain::import_batch::{
    ImportAdvanced, ImportBatchEvent, ImportKind, ImportStarted, RefusedRow, RowCounts,
};
use chaobiao_domain::units::{FileHash, ImportBatchId};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;
use crate::paging::Page;

const BATCH: &str = "meters-0123";

fn started(run: u32) -> ImportBatchEvent {
    ImportBatchEvent::Started(ImportStarted {
        batch_id: ImportBatchId::try_new(BATCH).unwrap(),
        kind: ImportKind::Meters,
        file_name: "表计.xlsx".to_owned(),
        file_hash: FileHash::try_new("0".repeat(64)).unwrap(),
        run,
        row_count: 700,
    })
}

fn advanced(run: u32, through_row: u32, accepted: u32, refused: &[u32]) -> ImportBatchEvent {
    let row = |row: &u32| RefusedRow {
        row: *row,
        subject: (*row != 3).then(|| format!("W-{row}")),
        code: "METER_ALREADY_REGISTERED".to_owned(),
    };
    ImportBatchEvent::Advanced(ImportAdvanced {
        run,
        through_row,
        counts: RowCounts {
            accepted,
            refused: u32::try_from(refused.len()).unwrap(),
            ..RowCounts::default()
        },
        refused: refused.iter().map(row).collect(),
    })
}

#[tokio::test]
async fn a_file_shows_its_latest_run_and_the_rows_refused_in_it() {
    let mut log = Log::default();
    let stream = ("import_batch", BATCH);
    log.record(stream, "2026-08-03 09:00", &started(1));
    log.record(stream, "2026-08-03 09:01", &advanced(1, 501, 498, &[3, 77]));
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ImportsProjector, &pool).await;

    let batch_id = ImportBatchId::try_new(BATCH).unwrap();
    let import = query::by_id(&pool, &batch_id).await.unwrap().unwrap();
    assert_eq!((import.run, import.finished), (1, false));
    assert_eq!((import.counts.rows(), import.row_count), (500, 700));
    let refused = query::refused_rows(&pool, &import, &Page::first(1))
        .await
        .unwrap();
    assert_eq!(refused.rows[0].1.subject, None);
    assert!(refused.has_next);

    let finished = ImportBatchEvent::Finished {
        run: 2,
        counts: RowCounts::default(),
    };
    log.record(stream, "2026-08-03 10:00", &started(2));
    log.record(stream, "2026-08-03 10:01", &advanced(2, 701, 699, &[77]));
    log.record(stream, "2026-08-03 10:01", &finished);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ImportsProjector, &pool).await;
    let listed = query::imports(&pool, &Page::first(10)).await.unwrap();
    let import = &listed.rows[0].1;
    assert_eq!(
        (listed.rows.len(), import.run, import.finished),
        (1, 2, true)
    );
    assert_eq!((import.counts.accepted, import.counts.refused), (699, 1));
    let refused = query::refused_rows(&pool, import, &Page::first(10))
        .await
        .unwrap();
    assert_eq!(refused.rows[0].1.subject.as_deref(), Some("W-77"));
    assert!(!refused.has_next);
}
