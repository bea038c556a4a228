use async_trait::async_trait;
use chaobiao_domain::bulletin::outage::{OutageArea, OutageEvent, OutagePublished};
use chaobiao_domain::units::Commodity;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_outages`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutagesProjector;

#[async_trait]
impl Projector for OutagesProjector {
    fn name(&self) -> &'static str {
        "outages"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["outage"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_outages"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            project(event, connection).await?;
        }
        Ok(())
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        OutageEvent::Published(published) => return publish(event, &published, connection).await,
        OutageEvent::Extended { to, reason } => sqlx::query(
            "UPDATE read_outages SET outage_to = $2, extension = $3 WHERE outage_id = $1",
        )
        .bind(id)
        .bind(to)
        .bind(reason),
        OutageEvent::Cancelled { reason, .. } => sqlx::query(
            "UPDATE read_outages SET cancelled_at = $2, cancellation = $3 WHERE outage_id = $1",
        )
        .bind(id)
        .bind(event.recorded_at)
        .bind(reason),
        OutageEvent::Reminded => {
            sqlx::query("UPDATE read_outages SET reminded_at = $2 WHERE outage_id = $1")
                .bind(id)
                .bind(event.recorded_at)
        }
    };
    query.execute(connection).await?;
    Ok(())
}

const fn commodity(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Water => "water",
        Commodity::Electricity => "electricity",
    }
}

async fn publish(
    event: &RecordedEvent,
    published: &OutagePublished,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let (area, building, meter_no, account_no) = match &published.area {
        OutageArea::Campus { .. } => ("campus", None, None, None),
        OutageArea::Building { building, .. } => ("building", Some(building.as_str()), None, None),
        OutageArea::Meter { meter_no, .. } => ("meter", None, Some(meter_no.as_str()), None),
        OutageArea::Account { account_no, .. } => {
            ("account", None, None, Some(account_no.as_str()))
        }
    };
    let commodities: Vec<&str> = published
        .commodities
        .iter()
        .map(|it| commodity(*it))
        .collect();
    sqlx::query(
        "INSERT INTO read_outages (outage_id, commodities, area, campus, building, meter_no, \
         account_no, outage_from, outage_to, first_to, reason, published_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)",
    )
    .bind(&event.stream.aggregate_id)
    .bind(commodities)
    .bind(area)
    .bind(published.area.campus().as_str())
    .bind(building)
    .bind(meter_no)
    .bind(account_no)
    .bind(published.from)
    .bind(published.to)
    .bind(&published.reason)
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}
