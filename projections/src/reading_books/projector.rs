use async_trait::async_trait;
use chaobiao_domain::Aggregate;
use chaobiao_domain::reading_book::{ReadingBook, ReadingBookEvent};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_reading_books`. Books change a few times a month: event by event is good enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadingBooksProjector;

#[async_trait]
impl Projector for ReadingBooksProjector {
    fn name(&self) -> &'static str {
        "reading_books"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["reading_book"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_reading_books"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            let id = recorded.stream.aggregate_id.as_str();
            match recorded.decode()? {
                ReadingBookEvent::Opened(opened) => {
                    let (name, campus) = (opened.name.clone(), opened.campus.clone());
                    let mut book = ReadingBook::default();
                    book.apply(ReadingBookEvent::Opened(opened));
                    sqlx::query("INSERT INTO read_reading_books VALUES ($1, $2, $3, $4, NULL)")
                        .bind(id)
                        .bind(name)
                        .bind(campus.as_str())
                        .bind(Json(book.open().map_err(invalid)?))
                        .execute(&mut *connection)
                        .await?;
                }
                ReadingBookEvent::Closed { closed_on } => {
                    sqlx::query("UPDATE read_reading_books SET closed_on = $2 WHERE book = $1")
                        .bind(id)
                        .bind(closed_on)
                        .execute(&mut *connection)
                        .await?;
                }
                event => change(id, event, connection).await?,
            }
        }
        Ok(())
    }
}

fn invalid(error: impl std::fmt::Display) -> ProjectionError {
    ProjectionError::Invalid(error.to_string())
}

async fn change(
    id: &str,
    event: ReadingBookEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let Json(state) = sqlx::query_scalar("SELECT state FROM read_reading_books WHERE book = $1")
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
    let mut book = ReadingBook::Open(Box::new(state));
    book.apply(event);
    sqlx::query("UPDATE read_reading_books SET state = $2 WHERE book = $1")
        .bind(id)
        .bind(Json(book.open().map_err(invalid)?))
        .execute(connection)
        .await?;
    Ok(())
}
