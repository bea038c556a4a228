use async_trait::async_trait;
use chaobiao_domain::service::appointment::{AppointmentEvent, AppointmentRequested};
use chaobiao_domain::service::roster::{BookedSlot, RosterEvent};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_visits` and `read_visits_slot`.
#[derive(Clone, Copy, Debug, Default)]
pub struct VisitsProjector;

#[async_trait]
impl Projector for VisitsProjector {
    fn name(&self) -> &'static str {
        "visits"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["appointment", "visit_roster"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_visits", "read_visits_slot"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.stream.aggregate_type.as_str() {
                "appointment" => appointment(event, connection).await?,
                _ => roster(event, connection).await?,
            }
        }
        Ok(())
    }
}

async fn appointment(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        AppointmentEvent::Requested(requested) => return request(&requested, connection).await,
        AppointmentEvent::Scheduled { slot, confirmed }
        | AppointmentEvent::Rescheduled { slot, confirmed } => {
            return schedule(id, &slot, confirmed, connection).await;
        }
        AppointmentEvent::Confirmed => {
            sqlx::query("UPDATE read_visits SET state = 'confirmed' WHERE appointment_id = $1")
                .bind(id)
        }
        AppointmentEvent::Finished { result } => sqlx::query(
            "UPDATE read_visits SET state = 'finished', result = $2 WHERE appointment_id = $1",
        )
        .bind(id)
        .bind(result),
        AppointmentEvent::Cancelled { reason } => sqlx::query(
            "UPDATE read_visits SET state = 'cancelled', reason = $2 WHERE appointment_id = $1",
        )
        .bind(id)
        .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn request(
    requested: &AppointmentRequested,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_visits (appointment_id, kind, campus, place, note, account_no, \
         wished_on, requested_by, has_contact, requested_at, state, planned_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'requested', $10)",
    )
    .bind(requested.appointment_id.as_str())
    .bind(requested.kind.as_str())
    .bind(requested.campus.as_str())
    .bind(&requested.place)
    .bind(&requested.note)
    .bind(
        requested
            .account_no
            .as_ref()
            .map(chaobiao_domain::units::AccountNo::as_str),
    )
    .bind(requested.wished_on)
    .bind(requested.requested_by.to_string())
    .bind(requested.contact.is_some())
    .bind(requested.requested_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn schedule(
    id: &str,
    slot: &BookedSlot,
    confirmed: bool,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "UPDATE read_visits SET state = $2, slot_id = $3, staff = $4, slot_from = $5, \
         slot_to = $6, planned_at = $5 WHERE appointment_id = $1",
    )
    .bind(id)
    .bind(if confirmed { "confirmed" } else { "scheduled" })
    .bind(slot.slot_id.as_str())
    .bind(slot.staff.as_str())
    .bind(slot.from)
    .bind(slot.to)
    .execute(connection)
    .await?;
    Ok(())
}

async fn roster(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let roster = &event.stream.aggregate_id;
    match event.decode()? {
        RosterEvent::DaySet {
            staff,
            campus,
            slots,
            ..
        } => {
            let ids: Vec<&str> = slots.iter().map(|slot| slot.slot_id.as_str()).collect();
            sqlx::query("DELETE FROM read_visits_slot WHERE roster = $1 AND slot_id <> ALL($2)")
                .bind(roster)
                .bind(&ids)
                .execute(&mut *connection)
                .await?;
            for slot in &slots {
                sqlx::query(
                    "INSERT INTO read_visits_slot (slot_id, roster, campus, staff, slot_from, \
                     slot_to) VALUES ($1, $2, $3, $4, $5, $6) \
                     ON CONFLICT (slot_id) DO UPDATE SET campus = excluded.campus",
                )
                .bind(slot.slot_id.as_str())
                .bind(roster)
                .bind(campus.as_str())
                .bind(staff.as_str())
                .bind(slot.from)
                .bind(slot.to)
                .execute(&mut *connection)
                .await?;
            }
        }
        RosterEvent::SlotTaken {
            slot_id,
            appointment_id,
        } => {
            sqlx::query("UPDATE read_visits_slot SET appointment_id = $2 WHERE slot_id = $1")
                .bind(slot_id.as_str())
                .bind(appointment_id.as_str())
                .execute(connection)
                .await?;
        }
        RosterEvent::SlotFreed { slot_id, .. } => {
            sqlx::query("UPDATE read_visits_slot SET appointment_id = NULL WHERE slot_id = $1")
                .bind(slot_id.as_str())
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}
