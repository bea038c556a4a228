use async_trait::async_trait;
use chaobiao_decision::Actor;
use chaobiao_domain::import_batch::{
    ImportAdvanced, ImportBatchEvent, ImportStarted, UndoAdvanced,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde::Serialize;
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_imports`. An import advances a few times a second at most: event by event is good
/// enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportsProjector;

#[derive(Serialize)]
struct RefusedRow<'a> {
    batch_id: &'a str,
    run: u32,
    file_row: u32,
    subject: Option<&'a str>,
    code: &'a str,
}

#[async_trait]
impl Projector for ImportsProjector {
    fn name(&self) -> &'static str {
        "imports"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["import_batch"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_imports",
            "read_imports_refused_row",
            "read_imports_kept",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.decode()? {
                ImportBatchEvent::Started(started) => start(event, &started, connection).await?,
                ImportBatchEvent::Advanced(step) => advance(event, &step, connection).await?,
                ImportBatchEvent::Finished { .. } => finish(event, connection).await?,
                ImportBatchEvent::UndoRequested {
                    reason,
                    requested_by,
                } => ask_undo(event, &reason, &requested_by, connection).await?,
                ImportBatchEvent::UndoApproved { approved_by } => {
                    let statement = "UPDATE read_imports SET undo = 'approved', \
                         undo_approved_by = $2 WHERE batch_id = $1";
                    sqlx::query(statement)
                        .bind(&event.stream.aggregate_id)
                        .bind(approved_by.to_string())
                        .execute(&mut *connection)
                        .await?;
                }
                ImportBatchEvent::UndoAdvanced(step) => {
                    advance_undo(event, &step, connection).await?;
                }
                ImportBatchEvent::UndoFinished { .. } => {
                    let statement = "UPDATE read_imports SET undo = 'done', undone_at = $2 \
                         WHERE batch_id = $1";
                    sqlx::query(statement)
                        .bind(&event.stream.aggregate_id)
                        .bind(event.recorded_at)
                        .execute(&mut *connection)
                        .await?;
                }
            }
        }
        Ok(())
    }
}

async fn start(
    event: &RecordedEvent,
    started: &ImportStarted,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_imports (batch_id, kind, file_name, file_hash, run, row_count, \
             started_at, started_by, advanced_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7) \
         ON CONFLICT (batch_id) DO UPDATE SET (file_name, run, row_count, accepted, held, \
             unchanged, refused, finished, started_at, started_by, advanced_at, undo, \
             undo_reason, undo_requested_by, undo_approved_by, withdrawn, kept) = \
             (excluded.file_name, excluded.run, excluded.row_count, 0, 0, 0, 0, false, \
             excluded.started_at, excluded.started_by, excluded.advanced_at, NULL, NULL, NULL, \
             NULL, 0, 0)",
    )
    .bind(started.batch_id.as_str())
    .bind(started.kind.as_str())
    .bind(&started.file_name)
    .bind(started.file_hash.as_str())
    .bind(i64::from(started.run))
    .bind(i64::from(started.row_count))
    .bind(event.recorded_at)
    .bind(event.metadata.actor.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn advance(
    event: &RecordedEvent,
    step: &ImportAdvanced,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let batch_id = event.stream.aggregate_id.as_str();
    sqlx::query(
        "UPDATE read_imports SET accepted = accepted + $2, held = held + $3, \
             unchanged = unchanged + $4, refused = refused + $5, advanced_at = $6 \
         WHERE batch_id = $1",
    )
    .bind(batch_id)
    .bind(i64::from(step.counts.accepted))
    .bind(i64::from(step.counts.held))
    .bind(i64::from(step.counts.unchanged))
    .bind(i64::from(step.counts.refused))
    .bind(event.recorded_at)
    .execute(&mut *connection)
    .await?;
    let refused: Vec<RefusedRow<'_>> = step
        .refused
        .iter()
        .map(|row| RefusedRow {
            batch_id,
            run: step.run,
            file_row: row.row,
            subject: row.subject.as_deref(),
            code: &row.code,
        })
        .collect();
    store(
        connection,
        "INSERT INTO read_imports_refused_row \
         SELECT * FROM jsonb_populate_recordset(NULL::read_imports_refused_row, $1)",
        &refused,
    )
    .await?;
    Ok(())
}

async fn ask_undo(
    event: &RecordedEvent,
    reason: &str,
    requested_by: &Actor,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let batch_id = &event.stream.aggregate_id;
    sqlx::query("DELETE FROM read_imports_kept WHERE batch_id = $1")
        .bind(batch_id)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE read_imports SET undo = 'requested', undo_reason = $2, undo_requested_by = $3, \
             undo_approved_by = NULL, withdrawn = 0, kept = 0 \
         WHERE batch_id = $1",
    )
    .bind(batch_id)
    .bind(reason)
    .bind(requested_by.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(Serialize)]
struct Kept<'a> {
    batch_id: &'a str,
    meter_no: &'a str,
    reading_id: &'a str,
    code: &'a str,
}

async fn advance_undo(
    event: &RecordedEvent,
    step: &UndoAdvanced,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let batch_id = event.stream.aggregate_id.as_str();
    let kept: Vec<Kept<'_>> = step
        .kept
        .iter()
        .map(|kept| Kept {
            batch_id,
            meter_no: kept.meter_no.as_str(),
            reading_id: kept.reading_id.as_str(),
            code: &kept.code,
        })
        .collect();
    sqlx::query(
        "UPDATE read_imports SET withdrawn = withdrawn + $2, kept = kept + $3 WHERE batch_id = $1",
    )
    .bind(batch_id)
    .bind(i64::from(step.withdrawn))
    .bind(i64::try_from(kept.len()).unwrap_or(i64::MAX))
    .execute(&mut *connection)
    .await?;
    let statement = "INSERT INTO read_imports_kept \
         SELECT * FROM jsonb_populate_recordset(NULL::read_imports_kept, $1)";
    store(connection, statement, &kept).await
}

async fn finish(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query("UPDATE read_imports SET finished = true, advanced_at = $2 WHERE batch_id = $1")
        .bind(event.stream.aggregate_id.as_str())
        .bind(event.recorded_at)
        .execute(connection)
        .await?;
    Ok(())
}
