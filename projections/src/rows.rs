//! Rows in and out of PostgreSQL.
//!
//! Projectors change rows in memory and store a batch of them with one statement: as JSON, which
//! PostgreSQL reads into the table's own types. Decimals leave as text, never as floats.

use chaobiao_domain::units::Fen;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};

/// Reads a text column (or one cast to text) as the domain's type; NULL reads as `None`.
pub(crate) fn field<T: DeserializeOwned>(row: &PgRow, column: &str) -> Result<T, sqlx::Error> {
    let text: Option<String> = row.try_get(column)?;
    serde_json::from_value(text.map_or(Value::Null, Value::String)).map_err(|error| {
        sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: Box::new(error),
        }
    })
}

/// Runs a statement whose one parameter is the rows, for `jsonb_populate_recordset`.
pub(crate) async fn store<T: Serialize>(
    connection: &mut PgConnection,
    statement: &str,
    rows: &[T],
) -> Result<(), sqlx::Error> {
    if !rows.is_empty() {
        sqlx::query(statement)
            .bind(Json(rows))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Reads an amount in fen.
pub(crate) fn fen(row: &PgRow, column: &str) -> Result<Fen, sqlx::Error> {
    row.try_get(column).map(Fen::new)
}

/// Reads a number that is counted from one, such as a batch's.
pub(crate) fn number(row: &PgRow, column: &str) -> Result<u32, sqlx::Error> {
    let number: i32 = row.try_get(column)?;
    u32::try_from(number).map_err(|source| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(source),
    })
}
