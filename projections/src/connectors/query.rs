use chaobiao_domain::connector::{ConnectorRecord, RunOutcome};
use chaobiao_domain::units::ConnectorId;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorRow {
    pub connector_id: ConnectorId,
    pub record: ConnectorRecord,
}

impl FromRow<'_, PgRow> for ConnectorRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(record) = row.try_get("record")?;
        Ok(Self {
            connector_id: field(row, "connector_id")?,
            record,
        })
    }
}

const CONNECTORS: &str = "SELECT connector_id, record FROM read_connectors";

/// Lists of connectors go by number.
pub type ConnectorKey = String;

pub async fn list(
    executor: impl PgExecutor<'_>,
    page: &Page<ConnectorKey>,
) -> Result<Slice<ConnectorRow, ConnectorKey>, sqlx::Error> {
    let rows: Vec<ConnectorRow> = sqlx::query_as(&format!(
        "{CONNECTORS} WHERE ($1::text IS NULL OR connector_id > $1) ORDER BY connector_id LIMIT $2"
    ))
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.connector_id.to_string()))
}

pub async fn one(
    executor: impl PgExecutor<'_>,
    connector_id: &str,
) -> Result<Option<ConnectorRow>, sqlx::Error> {
    sqlx::query_as(&format!("{CONNECTORS} WHERE connector_id = $1"))
        .bind(connector_id)
        .fetch_optional(executor)
        .await
}

/// Those that are to run now.
pub async fn due(
    executor: impl PgExecutor<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<ConnectorId>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT connector_id FROM read_connectors \
         WHERE NOT paused AND (requested OR next_at <= $1) ORDER BY next_at LIMIT 100",
    )
    .bind(now)
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| field(row, "connector_id")).collect()
}

/// One run, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    pub run: i64,
    pub node: String,
    pub began_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub outcome: Option<RunOutcome>,
}

impl FromRow<'_, PgRow> for RunRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let outcome: Option<Json<RunOutcome>> = row.try_get("outcome")?;
        Ok(Self {
            run: row.try_get("run")?,
            node: row.try_get("node")?,
            began_at: row.try_get("began_at")?,
            ended_at: row.try_get("ended_at")?,
            outcome: outcome.map(|Json(outcome)| outcome),
        })
    }
}

/// The newest first.
pub async fn runs(
    executor: impl PgExecutor<'_>,
    connector_id: &str,
    page: &Page<i64>,
) -> Result<Slice<RunRow, i64>, sqlx::Error> {
    let rows: Vec<RunRow> = sqlx::query_as(
        "SELECT run, node, began_at, ended_at, outcome FROM read_connectors_runs \
         WHERE connector_id = $1 AND ($2::bigint IS NULL OR run < $2) ORDER BY run DESC LIMIT $3",
    )
    .bind(connector_id)
    .bind(page.after)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.run))
}
