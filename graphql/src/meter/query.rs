use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId};
use chaobiao_projections::meter_card::{self, MeterFilter};

use super::history::{MeterHistory, as_known};
use super::supply::Inactivity;
use super::{Meter, may_see_meter};
use crate::support::{
    AsOf, Connection, Date, Moment, Services, bad_input, connection, customer_or, internal, may,
    page_size, point_in_time, sorted_page, sorts,
};

sorts! {
    /// What meters may be sorted by.
    MeterSort by MeterOrderBy of meter_card::MeterOrderBy {
        /// Book by book in the order of the walk.
        Walk,
        MeterNo,
        Place,
        AccountNo,
        LastReadAt,
    }
}

#[derive(Default)]
pub struct MeterQuery;

#[Object]
impl MeterQuery {
    /// A meter by the number in the charging system, by its barcode or by what is stamped on the
    /// device; null where there is none, or none for the viewer.
    #[graphql(guard = "customer_or(Permission::ViewMeters)")]
    async fn meter(&self, ctx: &Context<'_>, meter_no: String) -> Result<Option<Meter>> {
        let pool = Services::of(ctx)?.store().pool();
        let card = meter_card::query::find(pool, &meter_no).await;
        match card.map_err(|error| internal(ctx, error))? {
            Some(card) if may_see_meter(ctx, &card).await? => Ok(Some(Meter(card))),
            _ => Ok(None),
        }
    }

    /// A meter's readings: `validOn` a day, as known at a time. Built from the events alone;
    /// without any time it says what `meter` says. Null where nothing was known of the meter.
    #[graphql(
        guard = "customer_or(Permission::ViewMeters)",
        complexity = "10 + child_complexity"
    )]
    async fn meter_history(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        valid_on: Option<Date>,
        known_at: Option<Moment>,
        as_of: Option<AsOf>,
    ) -> Result<Option<MeterHistory>> {
        let point = point_in_time(ctx, as_of, valid_on, known_at).await?;
        let pool = Services::of(ctx)?.store().pool();
        let card = meter_card::query::find(pool, &meter_no).await;
        match card.map_err(|error| internal(ctx, error))? {
            Some(card) if may_see_meter(ctx, &card).await? => as_known(ctx, &card, point).await,
            _ => Ok(None),
        }
    }

    /// Meters by book and walk. `search` looks into numbers, buildings and rooms.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn meters(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        book: Option<String>,
        search: Option<String>,
        inactivity: Option<Inactivity>,
        sort: Option<MeterSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Meter>> {
        let page = sorted_page(ctx, "meters", sort, first, after.as_deref())?;
        let filter = MeterFilter {
            campus: wanted(campus, CampusId::try_new)?,
            book: wanted(book, BookNo::try_new)?,
            search,
            inactivity: inactivity.map(Into::into),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = meter_card::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "meters", slice, Meter)
    }
}

/// A filter by an identifier.
fn wanted<T, E: ToString>(
    text: Option<String>,
    read: impl Fn(String) -> std::result::Result<T, E>,
) -> Result<Option<T>> {
    text.map(read)
        .transpose()
        .map_err(|error| bad_input(error.to_string()))
}
