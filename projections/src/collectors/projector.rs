use async_trait::async_trait;
use chaobiao_domain::collector::{
    BillingReadings, CollectedMeter, CollectorEvent, CollectorRegistered, OddityNoticed, Sweeping,
};
use chaobiao_domain::meter::interval::{IntervalDayEvent, SweepRecorded};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{PgConnection, query};

use super::forwarded::forward;

/// Keeps `read_collectors` and what belongs to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct CollectorsProjector;

#[async_trait]
impl Projector for CollectorsProjector {
    fn name(&self) -> &'static str {
        "collectors"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["collector", "interval_day"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_collectors",
            "read_collectors_forwarded",
            "read_collectors_meters",
            "read_collectors_oddities",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            if event.stream.aggregate_type == "interval_day" {
                let IntervalDayEvent::SweepRecorded(sweep) = event.decode()?;
                swept(&sweep, connection).await?;
            } else {
                project(event, connection).await?;
            }
        }
        Ok(())
    }
}

const fn billing_day(sweeping: Sweeping) -> Option<u32> {
    match sweeping.readings {
        BillingReadings::Day => None,
        BillingReadings::Month { day } => Some(day),
    }
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = event.stream.aggregate_id.as_str();
    let link = "UPDATE read_collectors SET linked = $2, peer = coalesce($3, peer), lost_for = $4, \
         link_changed_at = $5 WHERE collector_no = $1";
    let query = match event.decode()? {
        CollectorEvent::Registered(registered) => return register(&registered, connection).await,
        CollectorEvent::MeterAttached(meter) => return attach(id, &meter, connection).await,
        CollectorEvent::OddityNoticed(noticed) => {
            return notice(event, &noticed, connection).await;
        }
        CollectorEvent::BytesForwarded(forwarded) => {
            return forward(event, forwarded, connection).await;
        }
        CollectorEvent::SweepingChanged { sweeping } => query(
            "UPDATE read_collectors SET every_minutes = $2, retries = $3, billing_day = $4 \
             WHERE collector_no = $1",
        )
        .bind(id)
        .bind(small(sweeping.every_minutes))
        .bind(i32::from(sweeping.retries))
        .bind(billing_day(sweeping).map(small)),
        CollectorEvent::MeterDetached(detached) => {
            query("DELETE FROM read_collectors_meters WHERE collector_no = $1 AND meter_no = $2")
                .bind(id)
                .bind(detached.meter_no.to_string())
        }
        CollectorEvent::ProtocolDetected { meter_no, protocol } => query(
            "UPDATE read_collectors_meters SET protocol = $3 \
             WHERE collector_no = $1 AND meter_no = $2",
        )
        .bind(id)
        .bind(meter_no.to_string())
        .bind(protocol.as_str()),
        CollectorEvent::LinkOpened { peer, at } => query(link)
            .bind(id)
            .bind(true)
            .bind(Some(peer))
            .bind(None::<String>)
            .bind(at),
        CollectorEvent::LinkLost { reason, at } => query(link)
            .bind(id)
            .bind(false)
            .bind(None::<String>)
            .bind(Some(reason))
            .bind(at),
        CollectorEvent::Retired { .. } => {
            query("UPDATE read_collectors SET retired = true WHERE collector_no = $1").bind(id)
        }
    };
    query.execute(connection).await?;
    Ok(())
}

async fn register(
    registered: &CollectorRegistered,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    query(
        "INSERT INTO read_collectors (collector_no, campus, place, every_minutes, retries, \
         billing_day) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(registered.collector_no.as_str())
    .bind(registered.campus.as_str())
    .bind(&registered.place)
    .bind(small(registered.sweeping.every_minutes))
    .bind(i32::from(registered.sweeping.retries))
    .bind(billing_day(registered.sweeping).map(small))
    .execute(connection)
    .await?;
    Ok(())
}

async fn attach(
    collector_no: &str,
    meter: &CollectedMeter,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    query(
        "INSERT INTO read_collectors_meters (meter_no, collector_no, address, protocol, switchable) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(meter.meter_no.as_str())
    .bind(collector_no)
    .bind(meter.address.as_str())
    .bind(meter.protocol.map(chaobiao_domain::units::MeterProtocol::as_str))
    .bind(meter.switchable)
    .execute(connection)
    .await?;
    Ok(())
}

async fn notice(
    event: &RecordedEvent,
    noticed: &OddityNoticed,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    query(
        "INSERT INTO read_collectors_oddities (leaf_index, collector_no, meter_no, oddity, detail, \
         at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(event.leaf_index)
    .bind(&event.stream.aggregate_id)
    .bind(noticed.meter_no.as_ref().map(ToString::to_string))
    .bind(noticed.oddity.as_str())
    .bind(&noticed.detail)
    .bind(noticed.at)
    .execute(connection)
    .await?;
    Ok(())
}

/// What a round brought of one meter.
#[derive(Serialize)]
struct Brought {
    meter_no: String,
    last_index: Option<String>,
    last_heard: Option<String>,
}

async fn swept(
    sweep: &SweepRecorded,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let brought: Vec<Brought> = sweep
        .meters
        .iter()
        .map(|meter| Brought {
            meter_no: meter.meter_no.to_string(),
            last_index: meter.end_index.map(|index| index.to_string()),
            last_heard: meter
                .end_index
                .map(|_| meter.read_at.unwrap_or(sweep.swept_at).to_rfc3339()),
        })
        .collect();
    let answered = brought
        .iter()
        .filter(|meter| meter.last_index.is_some())
        .count();
    query(
        "UPDATE read_collectors_meters m SET \
         last_index = coalesce(b.last_index, m.last_index), \
         last_heard = coalesce(b.last_heard, m.last_heard), \
         silent = CASE WHEN b.last_index IS NULL THEN m.silent + 1 ELSE 0 END \
         FROM jsonb_to_recordset($2) AS b \
         (meter_no text, last_index numeric, last_heard timestamptz) \
         WHERE m.meter_no = b.meter_no AND m.collector_no = $1",
    )
    .bind(sweep.collector.as_str())
    .bind(Json(&brought))
    .execute(&mut *connection)
    .await?;
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    query(
        "UPDATE read_collectors SET last_round_at = $2, answered = $3, asked = $4 \
         WHERE collector_no = $1",
    )
    .bind(sweep.collector.as_str())
    .bind(sweep.swept_at)
    .bind(count(answered))
    .bind(count(brought.len()))
    .execute(connection)
    .await?;
    Ok(())
}
