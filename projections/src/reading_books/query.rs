use chaobiao_domain::reading_book::BookState;
use chaobiao_domain::units::{BookNo, CampusId, StaffLogin};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookRow {
    pub book: BookNo,
    pub name: String,
    pub campus: CampusId,
    pub state: BookState,
    pub closed_on: Option<NaiveDate>,
}

impl BookRow {
    pub fn reader_on(&self, day: NaiveDate) -> Option<&StaffLogin> {
        self.state.reader_on(day)
    }
}

impl FromRow<'_, PgRow> for BookRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(state) = row.try_get("state")?;
        Ok(Self {
            book: field(row, "book")?,
            name: row.try_get("name")?,
            campus: field(row, "campus")?,
            state,
            closed_on: row.try_get("closed_on")?,
        })
    }
}

pub async fn find(
    executor: impl PgExecutor<'_>,
    book: &BookNo,
) -> Result<Option<BookRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_reading_books WHERE book = $1")
        .bind(book.as_str())
        .fetch_optional(executor)
        .await
}

/// Books in use, by number.
pub async fn list(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
) -> Result<Vec<BookRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_reading_books \
         WHERE closed_on IS NULL AND ($1::text IS NULL OR campus = $1) ORDER BY book LIMIT 500",
    )
    .bind(campus.map(CampusId::as_str))
    .fetch_all(executor)
    .await
}
