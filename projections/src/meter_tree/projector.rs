use async_trait::async_trait;
use chaobiao_domain::meter_tree::{
    LossLimitsEvent, SubMeterEvent, SubMeterLinked, SubMeterRole, SubMeterUnlinked,
};
use chaobiao_domain::units::MeterNo;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_meter_tree` and the limits beside it.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeterTreeProjector;

#[derive(Clone, Debug, Serialize)]
struct LinkRow {
    meter_no: MeterNo,
    sequence: i64,
    parent_no: MeterNo,
    role: SubMeterRole,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    reason: Option<String>,
}

impl LinkRow {
    fn new(linked: SubMeterLinked, sequence: i64) -> Self {
        Self {
            meter_no: linked.meter_no,
            sequence,
            parent_no: linked.parent_no,
            role: linked.role,
            from_on: linked.from,
            to_on: None,
            reason: None,
        }
    }
}

#[async_trait]
impl Projector for MeterTreeProjector {
    fn name(&self) -> &'static str {
        "meter_tree"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["sub_meter", "loss_limits"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_meter_tree", "read_meter_tree_limits"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut links: Vec<LinkRow> = Vec::new();
        for recorded in events {
            if recorded.stream.aggregate_type == "loss_limits" {
                set_limits(recorded, connection).await?;
                continue;
            }
            match recorded.decode()? {
                SubMeterEvent::Linked(linked) => {
                    links.push(LinkRow::new(linked, recorded.sequence));
                }
                SubMeterEvent::Unlinked(unlinked) => {
                    let open = |row: &&mut LinkRow| {
                        row.meter_no == unlinked.meter_no && row.to_on.is_none()
                    };
                    match links.iter_mut().find(open) {
                        Some(row) => {
                            row.to_on = Some(unlinked.to);
                            row.reason = unlinked.reason;
                        }
                        None => end(&unlinked, connection).await?,
                    }
                }
            }
        }
        let statement = "INSERT INTO read_meter_tree \
             SELECT * FROM jsonb_populate_recordset(NULL::read_meter_tree, $1)";
        store(connection, statement, &links).await?;
        Ok(())
    }
}

async fn end(
    unlinked: &SubMeterUnlinked,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE read_meter_tree SET to_on = $2, reason = $3 \
         WHERE meter_no = $1 AND to_on IS NULL",
    )
    .bind(unlinked.meter_no.as_str())
    .bind(unlinked.to)
    .bind(&unlinked.reason)
    .execute(connection)
    .await?;
    Ok(())
}

async fn set_limits(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let LossLimitsEvent::BoundsSet(set) = recorded.decode()?;
    sqlx::query(
        "INSERT INTO read_meter_tree_limits \
             (commodity, from_on, low_percent, high_percent, reason, set_by) \
         VALUES ($1, $2, $3::text::numeric, $4::text::numeric, $5, $6)",
    )
    .bind(set.commodity.as_str())
    .bind(set.from)
    .bind(set.bounds.low.to_string())
    .bind(set.bounds.high.to_string())
    .bind(set.reason)
    .bind(recorded.metadata.actor.to_string())
    .execute(connection)
    .await?;
    Ok(())
}
