use async_trait::async_trait;
use chaobiao_domain::metering_point::{
    ClassMethodEvent, ClassMethodSet, LocationMarked, MeteringPointEvent, MismatchReported,
    MismatchResolved, PointVerified, ReadingMethodSet,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_metering_points_…`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeteringPointsProjector;

/// What a batch adds, as rows.
#[derive(Default)]
struct Batch {
    locations: Vec<Value>,
    checks: Vec<Value>,
    methods: Vec<Value>,
    class_methods: Vec<Value>,
    resolved: Vec<Value>,
}

impl Batch {
    fn point(&mut self, recorded: &RecordedEvent) -> Result<(), ProjectionError> {
        match recorded.decode()? {
            MeteringPointEvent::ReadingMethodSet(set) => self.method(recorded, &set),
            MeteringPointEvent::LocationMarked(marked) => self.location(recorded, &marked),
            MeteringPointEvent::Verified(verified) => self.verified(recorded, &verified),
            MeteringPointEvent::MismatchReported(reported) => self.amiss(recorded, &reported),
            MeteringPointEvent::MismatchResolved(resolved) => self.resolved(recorded, &resolved),
        }
        Ok(())
    }

    fn method(&mut self, recorded: &RecordedEvent, set: &ReadingMethodSet) {
        self.methods.push(json!({
            "meter_no": recorded.stream.aggregate_id, "from_on": set.from, "method": set.method,
            "set_by": recorded.metadata.actor,
        }));
    }

    fn location(&mut self, recorded: &RecordedEvent, marked: &LocationMarked) {
        let position = marked.position.as_ref();
        self.locations.push(json!({
            "meter_no": recorded.stream.aggregate_id, "sequence": recorded.sequence,
            "latitude": position.map(|position| position.point.latitude().to_string()),
            "longitude": position.map(|position| position.point.longitude().to_string()),
            "accuracy_m": position.and_then(|position| position.accuracy_m),
            "place": marked.place, "photo": marked.photo, "marked_at": marked.marked_at,
            "marked_by": marked.marked_by,
        }));
    }

    fn verified(&mut self, recorded: &RecordedEvent, verified: &PointVerified) {
        self.checks.push(json!({
            "verification_id": verified.verification_id,
            "meter_no": recorded.stream.aggregate_id, "checked_at": verified.verified_at,
            "checked_by": verified.verified_by, "facts": verified.facts, "mismatches": [],
            "note": verified.note, "photo": verified.photo, "open": false,
        }));
    }

    fn amiss(&mut self, recorded: &RecordedEvent, reported: &MismatchReported) {
        self.checks.push(json!({
            "verification_id": reported.verification_id,
            "meter_no": recorded.stream.aggregate_id, "checked_at": reported.reported_at,
            "checked_by": reported.reported_by, "facts": reported.facts,
            "mismatches": reported.mismatches, "note": reported.note, "photo": reported.photo,
            "open": true,
        }));
    }

    fn resolved(&mut self, recorded: &RecordedEvent, resolved: &MismatchResolved) {
        self.resolved.push(json!({
            "verification_id": resolved.verification_id, "resolution": resolved.resolution,
            "resolved_by": resolved.resolved_by, "resolved_at": recorded.recorded_at,
        }));
    }

    fn class(&mut self, recorded: &RecordedEvent, set: &ClassMethodSet) {
        self.class_methods.push(json!({
            "class": set.class, "commodity": set.commodity, "from_on": set.from,
            "method": set.method, "set_by": recorded.metadata.actor,
        }));
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let statement = "INSERT INTO read_metering_points_location \
             SELECT * FROM jsonb_populate_recordset(NULL::read_metering_points_location, $1)";
        store(connection, statement, &self.locations).await?;
        let statement = "INSERT INTO read_metering_points_check \
             SELECT * FROM jsonb_populate_recordset(NULL::read_metering_points_check, $1)";
        store(connection, statement, &self.checks).await?;
        let statement = "INSERT INTO read_metering_points_method \
             SELECT * FROM jsonb_populate_recordset(NULL::read_metering_points_method, $1)";
        store(connection, statement, &self.methods).await?;
        let statement = "INSERT INTO read_metering_points_class_method \
             SELECT * FROM jsonb_populate_recordset(NULL::read_metering_points_class_method, $1)";
        store(connection, statement, &self.class_methods).await?;
        // After the checks: one may be put right in the batch that told of it.
        let statement = "UPDATE read_metering_points_check c SET open = false, \
                 resolution = r.resolution, resolved_by = r.resolved_by, \
                 resolved_at = r.resolved_at \
             FROM jsonb_populate_recordset(NULL::read_metering_points_check, $1) r \
             WHERE c.verification_id = r.verification_id";
        store(connection, statement, &self.resolved).await
    }
}

#[async_trait]
impl Projector for MeteringPointsProjector {
    fn name(&self) -> &'static str {
        "metering_points"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["metering_point", "class_method"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_metering_points_location",
            "read_metering_points_check",
            "read_metering_points_method",
            "read_metering_points_class_method",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut batch = Batch::default();
        for recorded in events {
            if recorded.stream.aggregate_type == "class_method" {
                let ClassMethodEvent::Set(set) = recorded.decode()?;
                batch.class(recorded, &set);
            } else {
                batch.point(recorded)?;
            }
        }
        batch.store(connection).await?;
        Ok(())
    }
}
