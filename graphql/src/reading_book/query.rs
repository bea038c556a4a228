use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, business_date};
use chaobiao_projections::reading_books::query;

use super::types::ReadingBook;
use crate::reading_round::read;
use crate::support::{Services, internal, may};

#[derive(Default)]
pub struct ReadingBookQuery;

#[Object]
impl ReadingBookQuery {
    /// Books in use, by number.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn reading_books(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<Vec<ReadingBook>> {
        let campus = read(campus, CampusId::try_new)?;
        let store = Services::of(ctx)?.store();
        let today = business_date(store.clock().now());
        let books = query::list(store.pool(), campus.as_ref()).await;
        let books = books.map_err(|error| internal(ctx, error))?;
        let book = |row| ReadingBook::new(row, today);
        Ok(books.into_iter().map(book).collect())
    }

    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn reading_book(&self, ctx: &Context<'_>, book: String) -> Result<Option<ReadingBook>> {
        match BookNo::try_new(&book) {
            Ok(book) => find(ctx, &book).await,
            Err(_) => Ok(None),
        }
    }
}

pub(super) async fn find(ctx: &Context<'_>, book: &BookNo) -> Result<Option<ReadingBook>> {
    let store = Services::of(ctx)?.store();
    let today = business_date(store.clock().now());
    let row = query::find(store.pool(), book).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    Ok(row.map(|row| ReadingBook::new(row, today)))
}
