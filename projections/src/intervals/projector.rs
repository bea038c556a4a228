use async_trait::async_trait;
use chaobiao_domain::meter::Finding;
use chaobiao_domain::meter::interval::{IntervalDayEvent, SweepRecorded};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{PgConnection, query};

/// Keeps `read_intervals`.
#[derive(Clone, Copy, Debug, Default)]
pub struct IntervalsProjector;

#[async_trait]
impl Projector for IntervalsProjector {
    fn name(&self) -> &'static str {
        "intervals"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["interval_day"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_intervals"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let IntervalDayEvent::SweepRecorded(sweep) = event.decode()?;
            swept(&sweep, connection).await?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Swept<'a> {
    meter_no: String,
    last_index: Option<String>,
    last_at: Option<String>,
    findings: &'a [Finding],
}

/// One interval of one meter that has come.
#[derive(Serialize)]
struct Moved {
    meter_no: String,
    /// From 1, as PostgreSQL counts.
    place: u64,
    advance: String,
}

async fn swept(
    sweep: &SweepRecorded,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let mut meters = Vec::with_capacity(sweep.meters.len());
    let mut intervals = Vec::new();
    for meter in &sweep.meters {
        let meter_no = meter.meter_no.to_string();
        let told = meter.values.iter().zip(u64::from(meter.first_slot) + 1..);
        intervals.extend(told.filter_map(|(value, place)| {
            Some(Moved {
                meter_no: meter_no.clone(),
                place,
                advance: (*value)?.to_string(),
            })
        }));
        let at = meter.read_at.unwrap_or(sweep.swept_at);
        meters.push(Swept {
            meter_no,
            last_index: meter.end_index.map(|index| index.to_string()),
            last_at: meter.end_index.map(|_| at.to_rfc3339()),
            findings: &meter.findings,
        });
    }
    let step = i32::try_from(sweep.step_minutes).unwrap_or(i32::MAX);
    query(
        "INSERT INTO read_intervals AS i (meter_no, day, collector_no, step_minutes, moved, \
         last_index, last_at, findings) \
         SELECT s.meter_no, $1, $2, $3, array_fill(NULL::numeric, ARRAY[1440 / $3]), \
         s.last_index, s.last_at, s.findings FROM jsonb_to_recordset($4) AS s \
         (meter_no text, last_index numeric, last_at timestamptz, findings jsonb) \
         ON CONFLICT (meter_no, day, collector_no) DO UPDATE SET \
         last_index = CASE WHEN excluded.last_at >= i.last_at OR i.last_at IS NULL \
         THEN excluded.last_index ELSE i.last_index END, \
         last_at = greatest(excluded.last_at, i.last_at), \
         findings = i.findings || excluded.findings",
    )
    .bind(sweep.day)
    .bind(sweep.collector.as_str())
    .bind(step)
    .bind(Json(&meters))
    .execute(&mut *connection)
    .await?;
    if intervals.is_empty() {
        return Ok(());
    }
    query(
        "UPDATE read_intervals i SET moved = ( \
         SELECT array_agg(coalesce(n.advance, o.moved) ORDER BY o.place) \
         FROM unnest(i.moved) WITH ORDINALITY AS o (moved, place) \
         LEFT JOIN jsonb_to_recordset($3) AS n (meter_no text, place bigint, advance numeric) \
         ON n.place = o.place AND n.meter_no = i.meter_no) \
         WHERE i.day = $1 AND i.collector_no = $2 AND i.meter_no = ANY($4)",
    )
    .bind(sweep.day)
    .bind(sweep.collector.as_str())
    .bind(Json(&intervals))
    .bind(
        intervals
            .iter()
            .map(|one| one.meter_no.clone())
            .collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
