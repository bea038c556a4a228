//! Events for projector tests, numbered as the sealer would.

use std::collections::HashMap;

use chaobiao_decision::{Actor, StreamId};
use chaobiao_domain::DomainEvent;
use chaobiao_eventstore::{EventMetadata, Projector, RecordedEvent};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// A log under construction; every event is a commit of its own.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) events: Vec<RecordedEvent>,
    sequences: HashMap<StreamId, i64>,
}

/// An instant by the wall clock of Shanghai.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    local.and_utc() - TimeDelta::hours(8)
}

impl Log {
    pub(crate) fn record<E: DomainEvent>(
        &mut self,
        stream: (&str, &str),
        time: &str,
        event: &E,
    ) -> &mut Self {
        let stream = StreamId::new(stream.0, stream.1);
        let leaf_index = i64::try_from(self.events.len()).unwrap();
        let sequence = self.sequences.entry(stream.clone()).or_default();
        *sequence += 1;
        let number = u128::try_from(leaf_index).unwrap() + 1;
        self.events.push(RecordedEvent {
            leaf_index,
            commit_index: leaf_index,
            sequence: *sequence,
            event_id: Uuid::from_u128(number),
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: serde_json::to_value(event).unwrap().into(),
            metadata: EventMetadata {
                actor: Actor::Staff("li".to_owned()),
                process: "test".to_owned(),
                command_id: Uuid::from_u128(number),
                request_id: None,
                origin: None,
                claims: None,
            },
            recorded_at: at(time),
            known_at: at(time),
            stream,
        });
        self
    }

    /// Projects what concerns the projector, in batches of a size.
    pub(crate) async fn project(&self, projector: &dyn Projector, pool: &PgPool, batch: usize) {
        let types = projector.aggregate_types();
        let wanted: Vec<RecordedEvent> = self
            .events
            .iter()
            .filter(|event| types.contains(&event.stream.aggregate_type.as_str()))
            .cloned()
            .collect();
        for batch in wanted.chunks(batch) {
            let mut transaction = pool.begin().await.unwrap();
            projector.project(batch, &mut transaction).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }

    /// Rows must not depend on where batches end: builds them twice and compares every table.
    pub(crate) async fn project_both_ways(&self, projector: &dyn Projector, pool: &PgPool) {
        self.project(projector, pool, 1).await;
        let one_by_one = dump(projector, pool).await;
        for table in projector.tables() {
            sqlx::query(&format!("TRUNCATE {table}"))
                .execute(pool)
                .await
                .unwrap();
        }
        self.project(projector, pool, usize::MAX).await;
        assert_eq!(dump(projector, pool).await, one_by_one);
    }
}

async fn dump(projector: &dyn Projector, pool: &PgPool) -> Vec<String> {
    let mut rows = Vec::new();
    for table in projector.tables() {
        let statement = format!("SELECT '{table} ' || t::text AS row FROM {table} t ORDER BY 1");
        let texts: Vec<String> = sqlx::query_scalar(&statement)
            .fetch_all(pool)
            .await
            .unwrap();
        rows.extend(texts);
    }
    rows
}

/// Facts about meters, as short as tests want them.
pub(crate) mod meters {
    use chaobiao_domain::meter::{
        Channel, DeviceInstalled, Evidence, MeterEvent, MeterRegistered, Quality, ReadingAccepted,
        ReadingCorrected, ReadingHeld, ReadingSubmitted, Reapportioned,
    };
    use chaobiao_domain::units::{Commodity, business_date};

    use super::{Actor, at};

    pub(crate) fn registered(meter_no: &str, book: &str, walk_order: u32) -> MeterEvent {
        MeterEvent::Registered(MeterRegistered {
            meter_no: meter_no.parse().unwrap(),
            commodity: Commodity::Water,
            campus: "N".parse().unwrap(),
            building: "紫荆 3 号楼".to_owned(),
            room: "305".to_owned(),
            book: book.parse().unwrap(),
            walk_order,
            self_read: true,
        })
    }

    pub(crate) fn installed(hardware_no: &str, opening: &str, time: &str) -> MeterEvent {
        MeterEvent::DeviceInstalled(DeviceInstalled {
            hardware_no: hardware_no.parse().unwrap(),
            digits: Some(5),
            decimals: 2,
            multiplier: "1".parse().unwrap(),
            max_per_hour: None,
            opening_index: opening.parse().unwrap(),
            installed_at: at(time),
            installed_on: business_date(at(time)),
            photo: None,
        })
    }

    pub(crate) fn submitted(reading_id: &str, index: &str, time: &str) -> MeterEvent {
        MeterEvent::ReadingSubmitted(ReadingSubmitted {
            reading_id: reading_id.parse().unwrap(),
            index: index.parse().unwrap(),
            read_at: at(time),
            channel: Channel::Field,
            photo: None,
            round: None,
            note: None,
            submitted_by: Actor::Staff("li".to_owned()),
            evidence: Evidence::default(),
        })
    }

    /// Usage and total are the test's to keep right.
    pub(crate) fn accepted(
        reading_id: &str,
        index: &str,
        time: &str,
        (usage, cumulative): (&str, &str),
    ) -> ReadingAccepted {
        ReadingAccepted {
            reading_id: reading_id.parse().unwrap(),
            index: index.parse().unwrap(),
            read_at: at(time),
            read_on: business_date(at(time)),
            previous_index: "100".parse().unwrap(),
            previous_at: at("2026-01-01 09:00"),
            usage: usage.parse().unwrap(),
            cumulative: cumulative.parse().unwrap(),
            quality: Quality::Actual,
            findings: Vec::new(),
            review: None,
            reapportioned: None,
            estimate: None,
            reversed: false,
        }
    }

    pub(crate) fn held(reading_id: &str, index: &str, time: &str) -> ReadingHeld {
        ReadingHeld {
            reading_id: reading_id.parse().unwrap(),
            index: index.parse().unwrap(),
            read_at: at(time),
            read_on: business_date(at(time)),
            previous_index: "100".parse().unwrap(),
            previous_at: at("2026-01-01 09:00"),
            findings: Vec::new(),
        }
    }

    pub(crate) fn next(reading_id: &str, usage: &str) -> Reapportioned {
        Reapportioned {
            reading_id: reading_id.parse().unwrap(),
            usage: usage.parse().unwrap(),
        }
    }

    /// A correction to an index, with usage and total of the reading after it.
    pub(crate) fn corrected(
        reading_id: &str,
        (from, to): (&str, &str),
        (usage, cumulative): (&str, &str),
        later_shift: &str,
    ) -> ReadingCorrected {
        ReadingCorrected {
            correction_id: format!("K-{reading_id}").parse().unwrap(),
            reading_id: reading_id.parse().unwrap(),
            old_index: from.parse().unwrap(),
            new_index: to.parse().unwrap(),
            usage: usage.parse().unwrap(),
            cumulative: cumulative.parse().unwrap(),
            cumulative_shift: "0".parse().unwrap(),
            later_shift: later_shift.parse().unwrap(),
            reapportioned: None,
            requested_by: Actor::Staff("chen".to_owned()),
            approved_by: Actor::Staff("wang".to_owned()),
            reason: "看错一位".to_owned(),
        }
    }
}
