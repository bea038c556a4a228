use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use chaobiao_domain::field_work::{RouteStop, RouteWalk, on_one_map, plan};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, business_date};
use chaobiao_projections::metering_points;
use chaobiao_projections::unread_meters::{UnreadFilter, query};

use crate::meter::{Meter, meter_of};
use crate::reading_round::read;
use crate::support::{Services, YearMonth, bad_input, internal, may};

/// More than the readers of a campus walk in a cycle.
const STOPS_MAX: i64 = 5_000;
const READERS_MAX: i32 = 20;

/// One stop of a walk.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
struct RouteStopNode {
    /// What its barcode says.
    meter_no: String,
    building: String,
    room: String,
}

#[ComplexObject]
impl RouteStopNode {
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, &self.meter_no).await
    }
}

/// One reader's share of what is unread, in the order it is best walked.
#[derive(Clone, Debug, SimpleObject)]
struct ReadingRoute {
    /// From 1.
    share: i32,
    /// What it takes, stairs and reading counted as metres on the flat.
    metres: u64,
    stops: Vec<RouteStopNode>,
}

impl ReadingRoute {
    fn new(share: i32, walk: RouteWalk) -> Self {
        let stop = |stop: RouteStop| RouteStopNode {
            meter_no: stop.meter_no.to_string(),
            building: stop.building,
            room: stop.room,
        };
        Self {
            share,
            metres: walk.metres,
            stops: walk.stops.into_iter().map(stop).collect(),
        }
    }
}

#[derive(Default)]
pub struct FieldWorkQuery;

#[Object]
impl FieldWorkQuery {
    /// Walks for so many readers over what is unread in a month, fair and always the same (X16);
    /// buildings stand where meters in them were marked to be.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "200 + 20 * child_complexity"
    )]
    async fn reading_routes(
        &self,
        ctx: &Context<'_>,
        month: YearMonth,
        campus: String,
        book: Option<String>,
        #[graphql(default = 1)] readers: i32,
    ) -> Result<Vec<ReadingRoute>> {
        let wanted = usize::try_from(readers)
            .ok()
            .filter(|_| (1..=READERS_MAX).contains(&readers))
            .ok_or_else(|| bad_input("readers 应在 1 到 20 之间"))?;
        let store = Services::of(ctx)?.store();
        let filter = UnreadFilter {
            campus: read(Some(campus), CampusId::try_new)?,
            book: read(book, BookNo::try_new)?,
            month: Some(month.0),
            tasks_on: Some(business_date(store.clock().now())),
            ..UnreadFilter::default()
        };
        let unread = query::all(store.pool(), &filter, STOPS_MAX).await;
        let unread = unread.map_err(|error| internal(ctx, error))?;
        let meters: Vec<String> = unread.iter().map(|row| row.meter_no.to_string()).collect();
        let marked = metering_points::query::marked(store.pool(), &meters).await;
        let places = on_one_map(&marked.map_err(|error| internal(ctx, error))?);
        let stops = unread.into_iter().map(|row| RouteStop {
            building: row.building,
            room: row.room,
            place: places.get(&row.meter_no).copied(),
            meter_no: row.meter_no,
        });
        let walks = plan(stops.collect(), wanted);
        Ok((1..)
            .zip(walks)
            .map(|(share, walk)| ReadingRoute::new(share, walk))
            .collect())
    }
}
