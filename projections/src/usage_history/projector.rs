use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::account::{AccountEvent, MeterAssigned, MeterReleased};
use chaobiao_domain::meter::{MeterEvent, ReadingAccepted, ReadingCorrected};
use chaobiao_domain::units::{MeterNo, Quantity, ReadingId};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::rows::{field, store};

/// Keeps `read_usage_history`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsageHistoryProjector;

#[derive(Clone, Debug, Serialize)]
struct UsageRow {
    reading_id: ReadingId,
    meter_no: MeterNo,
    read_on: NaiveDate,
    read_at: DateTime<Utc>,
    usage: Quantity,
    cumulative: Quantity,
}

impl FromRow<'_, PgRow> for UsageRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            reading_id: field(row, "reading_id")?,
            meter_no: field(row, "meter_no")?,
            read_on: row.try_get("read_on")?,
            read_at: row.try_get("read_at")?,
            usage: field(row, "usage")?,
            cumulative: field(row, "cumulative")?,
        })
    }
}

#[derive(Clone, Debug, Serialize)]
struct MeterRow {
    meter_no: MeterNo,
    commodity: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct AssignmentRow {
    account_no: String,
    meter_no: MeterNo,
    from_on: NaiveDate,
    from_count: Quantity,
    to_on: Option<NaiveDate>,
    to_count: Option<Quantity>,
}

#[async_trait]
impl Projector for UsageHistoryProjector {
    fn name(&self) -> &'static str {
        "usage_history"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "account"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_usage_history",
            "read_usage_history_meter",
            "read_usage_history_assignment",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut batch = Batch::default();
        let mut decoded = Vec::with_capacity(events.len());
        for recorded in events {
            if recorded.stream.aggregate_type == "meter" {
                let event: MeterEvent = recorded.decode()?;
                batch.note_touched(&recorded.stream.aggregate_id, &event);
                decoded.push((recorded, event));
            } else {
                project_assignment(recorded, connection).await?;
            }
        }
        batch.load(connection).await?;
        for (recorded, event) in decoded {
            batch.apply(&recorded.stream.aggregate_id, event)?;
        }
        batch.store(connection).await
    }
}

/// The usages that a batch of events writes or changes.
#[derive(Default)]
struct Batch {
    rows: BTreeMap<ReadingId, UsageRow>,
    meters: Vec<MeterRow>,
    touched: BTreeSet<String>,
    /// Readings that no longer count.
    withdrawn: Vec<String>,
    /// Meters of which every later total moves.
    shifted: BTreeSet<String>,
}

impl Batch {
    /// Rows of earlier batches that this event changes.
    fn note_touched(&mut self, meter_no: &str, event: &MeterEvent) {
        let next = match event {
            MeterEvent::ReadingAccepted(accepted) => accepted.reapportioned.as_ref(),
            MeterEvent::ReadingReestimated(made) => {
                self.touched.insert(made.reading_id.to_string());
                made.reapportioned.as_ref()
            }
            MeterEvent::ReadingCorrected(corrected) => {
                self.touched.insert(corrected.reading_id.to_string());
                if !corrected.later_shift.is_zero() {
                    self.shifted.insert(meter_no.to_owned());
                }
                corrected.reapportioned.as_ref()
            }
            MeterEvent::ReadingWithdrawn(withdrawn) => {
                let counted = withdrawn.counted.as_ref();
                counted.and_then(|counted| counted.reapportioned.as_ref())
            }
            _ => None,
        };
        self.touched
            .extend(next.map(|next| next.reading_id.to_string()));
    }

    async fn load(&mut self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        if self.touched.is_empty() {
            return Ok(());
        }
        let rows: Vec<UsageRow> = sqlx::query_as(
            "SELECT reading_id, meter_no, read_on, read_at, usage::text, cumulative::text \
             FROM read_usage_history WHERE reading_id = ANY($1) OR meter_no = ANY($2)",
        )
        .bind(self.touched.iter().cloned().collect::<Vec<_>>())
        .bind(self.shifted.iter().cloned().collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
        self.rows
            .extend(rows.into_iter().map(|row| (row.reading_id.clone(), row)));
        Ok(())
    }

    fn apply(&mut self, meter_no: &str, event: MeterEvent) -> Result<(), ProjectionError> {
        match event {
            MeterEvent::Registered(card) => self.meters.push(MeterRow {
                meter_no: card.meter_no,
                commodity: card.commodity.as_str(),
            }),
            MeterEvent::ReadingAccepted(accepted) => self.accept(meter_no, accepted)?,
            MeterEvent::ReadingReestimated(made) => {
                let row = self.row(&made.reading_id)?;
                row.usage = made.usage;
                row.cumulative = made.cumulative;
                if let Some(next) = made.reapportioned {
                    self.row(&next.reading_id)?.usage = next.usage;
                }
            }
            MeterEvent::ReadingCorrected(corrected) => self.correct(meter_no, &corrected)?,
            MeterEvent::ReadingWithdrawn(withdrawn) => {
                let Some(counted) = withdrawn.counted else {
                    return Ok(());
                };
                self.rows.remove(&withdrawn.reading_id);
                self.withdrawn.push(withdrawn.reading_id.to_string());
                if let Some(next) = counted.reapportioned {
                    self.row(&next.reading_id)?.usage = next.usage;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn row(&mut self, id: &ReadingId) -> Result<&mut UsageRow, ProjectionError> {
        self.rows
            .get_mut(id)
            .ok_or_else(|| ProjectionError::Invalid(format!("reading {id} has no usage")))
    }

    fn accept(&mut self, meter_no: &str, accepted: ReadingAccepted) -> Result<(), ProjectionError> {
        if let Some(next) = accepted.reapportioned {
            self.row(&next.reading_id)?.usage = next.usage;
        }
        let meter_no = MeterNo::try_new(meter_no)
            .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
        let row = UsageRow {
            reading_id: accepted.reading_id,
            meter_no,
            read_on: accepted.read_on,
            read_at: accepted.read_at,
            usage: accepted.usage,
            cumulative: accepted.cumulative,
        };
        self.rows.insert(row.reading_id.clone(), row);
        Ok(())
    }

    fn correct(
        &mut self,
        meter_no: &str,
        corrected: &ReadingCorrected,
    ) -> Result<(), ProjectionError> {
        let row = self.row(&corrected.reading_id)?;
        row.usage = corrected.usage;
        row.cumulative = corrected.cumulative;
        let read_at = row.read_at;
        if !corrected.later_shift.is_zero() {
            let later = self
                .rows
                .values_mut()
                .filter(|row| row.meter_no.as_str() == meter_no && read_at < row.read_at);
            for row in later {
                row.cumulative = row
                    .cumulative
                    .checked_add(corrected.later_shift)
                    .ok_or_else(|| ProjectionError::Invalid("usage overflows".to_owned()))?;
            }
        }
        if let Some(next) = &corrected.reapportioned {
            self.row(&next.reading_id)?.usage = next.usage;
        }
        Ok(())
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let statement = "INSERT INTO read_usage_history_meter \
             SELECT * FROM jsonb_populate_recordset(NULL::read_usage_history_meter, $1) \
             ON CONFLICT (meter_no) DO NOTHING";
        store(connection, statement, &self.meters).await?;
        let rows: Vec<UsageRow> = self.rows.into_values().collect();
        let statement = "INSERT INTO read_usage_history \
             SELECT * FROM jsonb_populate_recordset(NULL::read_usage_history, $1) \
             ON CONFLICT (reading_id) DO UPDATE SET \
             usage = excluded.usage, cumulative = excluded.cumulative";
        store(connection, statement, &rows).await?;
        if !self.withdrawn.is_empty() {
            sqlx::query("DELETE FROM read_usage_history WHERE reading_id = ANY($1)")
                .bind(self.withdrawn)
                .execute(connection)
                .await?;
        }
        Ok(())
    }
}

/// Accounts take meters over once in a while; no need to gather these.
async fn project_assignment(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let account_no = &recorded.stream.aggregate_id;
    match recorded.decode()? {
        AccountEvent::MeterAssigned(assigned) => assign(account_no, assigned, connection).await?,
        AccountEvent::MeterReleased(released) => {
            release(account_no, &released, connection).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn assign(
    account_no: &str,
    assigned: MeterAssigned,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let row = AssignmentRow {
        account_no: account_no.to_owned(),
        meter_no: assigned.meter_no,
        from_on: assigned.from,
        from_count: assigned.cumulative,
        to_on: None,
        to_count: None,
    };
    let statement = "INSERT INTO read_usage_history_assignment \
         SELECT * FROM jsonb_populate_recordset(NULL::read_usage_history_assignment, $1) \
         ON CONFLICT (account_no, meter_no, from_on) DO UPDATE SET \
         from_count = excluded.from_count, to_on = NULL, to_count = NULL";
    store(connection, statement, &[row]).await
}

async fn release(
    account_no: &str,
    released: &MeterReleased,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE read_usage_history_assignment SET to_on = $3, to_count = $4::text::numeric \
         WHERE account_no = $1 AND meter_no = $2 AND to_on IS NULL",
    )
    .bind(account_no)
    .bind(released.meter_no.as_str())
    .bind(released.on)
    .bind(released.cumulative.to_string())
    .execute(connection)
    .await?;
    Ok(())
}
