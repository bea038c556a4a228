//! Two sets of rows of one read model, compared row by row.

use std::cmp::Ordering;

use futures::{Stream, TryStreamExt};
use serde::Serialize;
use sqlx::PgConnection;

use crate::daemon::DaemonError;
use crate::standby::quoted;

const EXAMPLES_MAX: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableComparison {
    pub table: String,
    /// Rows of the live side.
    pub rows: u64,
    pub differences: u64,
    /// The first differences.
    pub examples: Vec<RowDifference>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowDifference {
    /// The primary key, as a JSON array.
    pub key: String,
    pub kind: DifferenceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The events give a row that is not there.
    Missing,
    /// There is a row the events do not give.
    Unexpected,
    /// The row has other values than the events give.
    Different,
}

impl DifferenceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::Different => "different",
        }
    }
}

/// Key and digest of a row.
type Digest = (String, Vec<u8>);

/// Compares a table as both connections find it by its unqualified name.
pub(super) async fn compare(
    live: &mut PgConnection,
    other: &mut PgConnection,
    table: &str,
) -> Result<TableComparison, DaemonError> {
    let key: Vec<String> = sqlx::query_scalar(
        "SELECT attname::text FROM pg_index JOIN pg_attribute
             ON attrelid = indrelid AND attnum = ANY (indkey)
         WHERE indrelid = $1::regclass AND indisprimary
         ORDER BY array_position(indkey::int2[], attnum)",
    )
    .bind(quoted(table))
    .fetch_all(&mut *live)
    .await?;
    if key.is_empty() {
        return Err(DaemonError::Refused(format!("{table} has no primary key")));
    }
    let key: Vec<String> = key
        .iter()
        .map(|column| format!("t.{}", quoted(column)))
        .collect();
    let sql = format!(
        "SELECT jsonb_build_array({})::text AS key, sha256(convert_to(t::text, 'UTF8')) AS digest
         FROM {} AS t ORDER BY jsonb_build_array({})::text COLLATE \"C\"",
        key.join(", "),
        quoted(table),
        key.join(", ")
    );
    let present = sqlx::query_as(&sql).fetch(live);
    let wanted = sqlx::query_as(&sql).fetch(other);
    merge(table, present, wanted).await
}

/// Walks both sorted streams side by side.
async fn merge<S>(
    table: &str,
    mut present: S,
    mut wanted: S,
) -> Result<TableComparison, DaemonError>
where
    S: Stream<Item = Result<Digest, sqlx::Error>> + Unpin,
{
    let mut result = TableComparison {
        table: table.to_owned(),
        rows: 0,
        differences: 0,
        examples: Vec::new(),
    };
    let mut left = present.try_next().await?;
    let mut right = wanted.try_next().await?;
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(result),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.0.as_bytes().cmp(right.0.as_bytes()),
        };
        let kind = match order {
            Ordering::Less => Some(DifferenceKind::Unexpected),
            Ordering::Greater => Some(DifferenceKind::Missing),
            Ordering::Equal => (left != right).then_some(DifferenceKind::Different),
        };
        let row = if order.is_gt() { &right } else { &left };
        if let (Some(kind), Some((key, _))) = (kind, row) {
            result.differences += 1;
            if result.examples.len() < EXAMPLES_MAX {
                result.examples.push(RowDifference {
                    key: key.clone(),
                    kind,
                });
            }
        }
        if order.is_le() {
            result.rows += 1;
            left = present.try_next().await?;
        }
        if order.is_ge() {
            right = wanted.try_next().await?;
        }
    }
}
