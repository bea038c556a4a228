use async_trait::async_trait;
use chaobiao_domain::access_log::{AccessEntry, AccessEvent};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::CHANGED;

/// Keeps `read_audit_trail`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditTrailProjector;

#[async_trait]
impl Projector for AuditTrailProjector {
    fn name(&self) -> &'static str {
        "audit_trail"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        // All there are but `interval_day`: what collectors say by themselves, many times an hour.
        &[
            "access_log",
            "account",
            "appointment",
            "article",
            "bank_line",
            "bill_reconciliation",
            "billing_master",
            "billing_month",
            "billing_run",
            "campus",
            "campus_clearing",
            "cash_month",
            "class_method",
            "collection_round",
            "collector",
            "connector",
            "customer",
            "delay_reasons",
            "device_order",
            "equipment_item",
            "equipment_model",
            "gateway_order",
            "gateway_statement",
            "historic_usage",
            "import_batch",
            "import_profile",
            "label_template",
            "loss_limits",
            "message",
            "meter",
            "meter_label",
            "meter_mapping",
            "metering_point",
            "outage",
            "outage_month",
            "payment",
            "payment_export",
            "payroll_batch",
            "payroll_mandate",
            "reading_book",
            "reading_export",
            "reading_round",
            "reading_session",
            "receipt_book",
            "receipt_stock",
            "refund",
            "report_template",
            "role",
            "self_read_campaign",
            "service_case",
            "service_rules",
            "shared_allocation",
            "staff",
            "sub_meter",
            "tariff",
            "till",
            "transfer_claim",
            "validation_rules",
            "verification_cycle",
            "visit_roster",
            "waiver",
            "work_calendar",
        ]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_audit_trail"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut rows = Rows::default();
        for event in events {
            if event.stream.aggregate_type == "access_log" {
                let AccessEvent::Recorded { entries } = event.decode()?;
                for (place, entry) in (1..).zip(entries) {
                    rows.entry(event.leaf_index, place, entry);
                }
            } else {
                rows.event(event);
            }
        }
        rows.write(connection).await?;
        Ok(())
    }
}

/// A batch by columns, for one statement.
#[derive(Default)]
struct Rows {
    leaf_index: Vec<i64>,
    entry: Vec<i32>,
    at: Vec<DateTime<Utc>>,
    actor: Vec<String>,
    kind: Vec<&'static str>,
    what: Vec<String>,
    event_type: Vec<Option<String>>,
    stream_type: Vec<Option<String>>,
    stream_id: Vec<Option<String>>,
    code: Vec<Option<String>>,
    origin: Vec<Option<String>>,
    request_id: Vec<Option<String>>,
}

impl Rows {
    fn event(&mut self, event: &RecordedEvent) {
        self.leaf_index.push(event.leaf_index);
        self.entry.push(0);
        self.at.push(event.recorded_at);
        self.actor.push(event.metadata.actor.to_string());
        self.kind.push(CHANGED);
        self.what.push(event.metadata.process.clone());
        self.event_type.push(Some(event.event_type.clone()));
        self.stream_type
            .push(Some(event.stream.aggregate_type.clone()));
        self.stream_id.push(Some(event.stream.aggregate_id.clone()));
        self.code.push(None);
        self.origin.push(event.metadata.origin.clone());
        self.request_id.push(event.metadata.request_id.clone());
    }

    fn entry(&mut self, leaf_index: i64, place: i32, entry: AccessEntry) {
        let (stream_type, stream_id) = match &entry.subject {
            Some(subject) => match subject.split_once('/') {
                Some((kind, id)) => (Some(kind.to_owned()), Some(id.to_owned())),
                None => (None, Some(subject.clone())),
            },
            None => (None, None),
        };
        self.leaf_index.push(leaf_index);
        self.entry.push(place);
        self.at.push(entry.at);
        self.actor.push(entry.actor.to_string());
        self.kind.push(entry.kind.as_str());
        self.what.push(entry.what);
        self.event_type.push(None);
        self.stream_type.push(stream_type);
        self.stream_id.push(stream_id);
        self.code.push(entry.code);
        self.origin.push(entry.origin);
        self.request_id.push(entry.request_id);
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.leaf_index.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO read_audit_trail (leaf_index, entry, at, actor, kind, what, event_type, \
             stream_type, stream_id, code, origin, request_id) \
             SELECT * FROM unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::text[], \
             $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], \
             $11::text[], $12::text[])",
        )
        .bind(self.leaf_index)
        .bind(self.entry)
        .bind(self.at)
        .bind(self.actor)
        .bind(self.kind)
        .bind(self.what)
        .bind(self.event_type)
        .bind(self.stream_type)
        .bind(self.stream_id)
        .bind(self.code)
        .bind(self.origin)
        .bind(self.request_id)
        .execute(connection)
        .await?;
        Ok(())
    }
}
