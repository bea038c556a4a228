use async_trait::async_trait;
use chaobiao_domain::equipment::{
    CycleSet, EquipmentItemEvent, EquipmentModelEvent, VerificationCycleEvent,
};
use chaobiao_domain::units::StaffLogin;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde_json::{Value, json};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::rows::store;

/// Keeps `read_equipment_…`. What happens to the register is rare: a statement for each event.
#[derive(Clone, Copy, Debug, Default)]
pub struct EquipmentProjector;

#[async_trait]
impl Projector for EquipmentProjector {
    fn name(&self) -> &'static str {
        "equipment"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["equipment_model", "equipment_item", "verification_cycle"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_equipment_model",
            "read_equipment_item",
            "read_equipment_cycle",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            match recorded.stream.aggregate_type.as_str() {
                "equipment_model" => model(recorded, connection).await?,
                "equipment_item" => item(recorded, connection).await?,
                _ => {
                    let VerificationCycleEvent::Set(set) = recorded.decode()?;
                    cycle(recorded, &set, connection).await?;
                }
            }
        }
        Ok(())
    }
}

async fn model(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    match recorded.decode()? {
        EquipmentModelEvent::Registered(registered) => {
            let statement = "INSERT INTO read_equipment_model \
                     (model_id, kind, calibre_mm, spec, shortfalls, withdrawn) \
                 VALUES ($1, $2, $3, $4, $5, false)";
            sqlx::query(statement)
                .bind(registered.model_id.as_str())
                .bind(registered.spec.kind.as_str())
                .bind(registered.spec.calibre_mm.map(i32::from))
                .bind(Json(&registered.spec))
                .bind(Json(&registered.shortfalls))
                .execute(connection)
                .await?;
        }
        EquipmentModelEvent::Withdrawn(_) => {
            sqlx::query("UPDATE read_equipment_model SET withdrawn = true WHERE model_id = $1")
                .bind(&recorded.stream.aggregate_id)
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}

async fn item(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let equipment_no = &recorded.stream.aggregate_id;
    match recorded.decode()? {
        EquipmentItemEvent::Registered(registered) => {
            let statement = "INSERT INTO read_equipment_item \
                     (equipment_no, model_id, kind, campus, keeper, acquired_on, retired) \
                 VALUES ($1, $2, $3, $4, $5, $6, false)";
            sqlx::query(statement)
                .bind(equipment_no)
                .bind(registered.model_id.as_str())
                .bind(registered.kind.as_str())
                .bind(registered.campus.as_str())
                .bind(registered.keeper.as_ref().map(StaffLogin::as_str))
                .bind(registered.acquired_on)
                .execute(connection)
                .await?;
        }
        EquipmentItemEvent::Verified(verified) => {
            let statement = "UPDATE read_equipment_item SET verified_on = $2, \
                 certificate_no = $3, passed = $4 WHERE equipment_no = $1";
            sqlx::query(statement)
                .bind(equipment_no)
                .bind(verified.on)
                .bind(verified.certificate_no.to_string())
                .bind(verified.passed)
                .execute(connection)
                .await?;
        }
        EquipmentItemEvent::Retired(_) => {
            sqlx::query("UPDATE read_equipment_item SET retired = true WHERE equipment_no = $1")
                .bind(equipment_no)
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}

async fn cycle(
    recorded: &RecordedEvent,
    set: &CycleSet,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let classes = set.classes.iter().enumerate();
    let rows: Vec<Value> = classes
        .map(|(place, class)| {
            json!({
                "commodity": set.commodity, "from_on": set.from, "place": place,
                "calibre_mm_max": class.calibre_mm_max, "verify_months": class.verify_months,
                "rotate_months": class.rotate_months, "reason": set.reason,
                "set_by": recorded.metadata.actor,
            })
        })
        .collect();
    let statement = "INSERT INTO read_equipment_cycle \
         SELECT * FROM jsonb_populate_recordset(NULL::read_equipment_cycle, $1)";
    store(connection, statement, &rows).await?;
    Ok(())
}
