use async_trait::async_trait;
use chaobiao_domain::meter_label::{LabelTemplateEvent, MeterLabelEvent, ScanCondition};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_meter_labels…`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeterLabelsProjector;

#[async_trait]
impl Projector for MeterLabelsProjector {
    fn name(&self) -> &'static str {
        "meter_labels"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter_label", "label_template"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_meter_labels",
            "read_meter_labels_batch",
            "read_meter_labels_scan",
            "read_meter_labels_template",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            if recorded.stream.aggregate_type == "label_template" {
                template(recorded, connection).await?;
            } else {
                label(recorded, connection).await?;
            }
        }
        Ok(())
    }
}

async fn template(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let LabelTemplateEvent::Defined { template_id, size } = recorded.decode()?;
    let statement = "INSERT INTO read_meter_labels_template (template_id, size) VALUES ($1, $2) \
         ON CONFLICT (template_id) DO UPDATE SET size = excluded.size";
    sqlx::query(statement)
        .bind(template_id.as_str())
        .bind(Json(size))
        .execute(connection)
        .await?;
    Ok(())
}

async fn label(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let meter_no = &recorded.stream.aggregate_id;
    match recorded.decode()? {
        MeterLabelEvent::Generated(generated) => {
            sqlx::query("INSERT INTO read_meter_labels (meter_no, serial) VALUES ($1, $2)")
                .bind(meter_no)
                .bind(i64::from(generated.serial))
                .execute(connection)
                .await?;
        }
        MeterLabelEvent::Printed(printed) => {
            let actor = recorded.metadata.actor.to_string();
            let statement = "WITH batch AS ( \
                     INSERT INTO read_meter_labels_batch \
                         (batch_id, meter_no, serial, size, printed_at, printed_by) \
                     VALUES ($1, $2, $3, $4, $5, $6)) \
                 UPDATE read_meter_labels SET batch_id = $1, printed_at = $5, printed_by = $6 \
                 WHERE meter_no = $2";
            sqlx::query(statement)
                .bind(printed.batch.as_str())
                .bind(meter_no)
                .bind(i64::from(printed.serial))
                .bind(Json(printed.size))
                .bind(recorded.recorded_at)
                .bind(actor)
                .execute(connection)
                .await?;
        }
        MeterLabelEvent::Replaced(replaced) => {
            let statement = "UPDATE read_meter_labels SET serial = $2, batch_id = NULL, \
                     printed_at = NULL, printed_by = NULL, scanned_at = NULL, \
                     scan_condition = NULL, readable = NULL \
                 WHERE meter_no = $1";
            sqlx::query(statement)
                .bind(meter_no)
                .bind(i64::from(replaced.serial))
                .execute(connection)
                .await?;
        }
        MeterLabelEvent::ScanVerified(scan) => {
            scanned(recorded, (scan.serial, scan.condition, true), connection).await?;
        }
        MeterLabelEvent::ScanFailed(scan) => {
            scanned(recorded, (scan.serial, scan.condition, false), connection).await?;
        }
    }
    Ok(())
}

async fn scanned(
    recorded: &RecordedEvent,
    (serial, condition, readable): (u32, ScanCondition, bool),
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let statement = "WITH scan AS ( \
             INSERT INTO read_meter_labels_scan (meter_no, sequence, serial, condition, \
                 readable, scanned_at, scanned_by) VALUES ($1, $2, $3, $4, $5, $6, $7)) \
         UPDATE read_meter_labels SET scanned_at = $6, scan_condition = $4, readable = $5 \
         WHERE meter_no = $1";
    sqlx::query(statement)
        .bind(&recorded.stream.aggregate_id)
        .bind(recorded.sequence)
        .bind(i64::from(serial))
        .bind(condition.as_str())
        .bind(readable)
        .bind(recorded.recorded_at)
        .bind(recorded.metadata.actor.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
