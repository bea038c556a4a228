use async_trait::async_trait;
use chaobiao_domain::bill_reconciliation::{
    BillReconciliationEvent, BillsCompared, ReconciledKind, ReconciliationBegun,
};
use chaobiao_domain::units::{BillingMonth, CampusId, Fen};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde::Serialize;
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_bill_reconciliations` and their differences.
#[derive(Clone, Copy, Debug, Default)]
pub struct BillReconciliationsProjector;

#[derive(Clone, Debug, Serialize)]
struct DifferenceRow<'a> {
    reconciliation_id: &'a str,
    place: usize,
    kind: ReconciledKind,
    account_no: &'a str,
    bill_month: BillingMonth,
    there: Option<Fen>,
    here: Option<Fen>,
    open_there: Option<Fen>,
    open_here: Option<Fen>,
}

#[async_trait]
impl Projector for BillReconciliationsProjector {
    fn name(&self) -> &'static str {
        "bill_reconciliations"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["bill_reconciliation"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_bill_reconciliations",
            "read_bill_reconciliations_difference",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let id = event.stream.aggregate_id.as_str();
            match event.decode()? {
                BillReconciliationEvent::Begun(begun) => begin(event, &begun, connection).await?,
                BillReconciliationEvent::Compared(compared) => {
                    add(event, id, &compared, connection).await?;
                }
                BillReconciliationEvent::Finished { .. } => {
                    sqlx::query(
                        "UPDATE read_bill_reconciliations SET finished = true, compared_at = $2 \
                         WHERE reconciliation_id = $1",
                    )
                    .bind(id)
                    .bind(event.recorded_at)
                    .execute(&mut *connection)
                    .await?;
                }
            }
        }
        Ok(())
    }
}

async fn begin(
    event: &RecordedEvent,
    begun: &ReconciliationBegun,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = begun.reconciliation_id.as_str();
    sqlx::query("DELETE FROM read_bill_reconciliations_difference WHERE reconciliation_id = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM read_bill_reconciliations WHERE reconciliation_id = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    let months: Vec<String> = begun.months.iter().map(ToString::to_string).collect();
    sqlx::query(
        "INSERT INTO read_bill_reconciliations \
         (reconciliation_id, file_name, campus, months, run, compared_at, compared_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(&begun.file_name)
    .bind(begun.campus.as_ref().map(CampusId::as_str))
    .bind(months.join(" "))
    .bind(count(begun.run)?)
    .bind(event.recorded_at)
    .bind(event.metadata.actor.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn add(
    event: &RecordedEvent,
    id: &str,
    compared: &BillsCompared,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let before: i32 = sqlx::query_scalar(
        "SELECT differing FROM read_bill_reconciliations WHERE reconciliation_id = $1",
    )
    .bind(id)
    .fetch_one(&mut *connection)
    .await?;
    let before = usize::try_from(before).unwrap_or(0);
    let rows = compared.differences.iter().zip(before + 1..);
    let rows: Vec<DifferenceRow<'_>> = rows
        .map(|(difference, place)| DifferenceRow {
            reconciliation_id: id,
            place,
            kind: difference.kind,
            account_no: &difference.account_no,
            bill_month: difference.month,
            there: difference.there,
            here: difference.here,
            open_there: difference.open_there,
            open_here: difference.open_here,
        })
        .collect();
    let statement = "INSERT INTO read_bill_reconciliations_difference \
         SELECT * FROM jsonb_populate_recordset(NULL::read_bill_reconciliations_difference, $1)";
    store(connection, statement, &rows).await?;
    sqlx::query(
        "UPDATE read_bill_reconciliations SET there_bills = there_bills + $2, \
         there_asked = there_asked + $3, there_open = there_open + $4, \
         here_bills = here_bills + $5, here_asked = here_asked + $6, here_open = here_open + $7, \
         agreed = agreed + $8, differing = differing + $9, compared_at = $10 \
         WHERE reconciliation_id = $1",
    )
    .bind(id)
    .bind(count(compared.there.bills)?)
    .bind(compared.there.asked.value())
    .bind(compared.there.open.value())
    .bind(count(compared.here.bills)?)
    .bind(compared.here.asked.value())
    .bind(compared.here.open.value())
    .bind(count(compared.agreed)?)
    .bind(i32::try_from(compared.differences.len()).map_err(|_| too_many())?)
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}

fn count(count: u32) -> Result<i32, ProjectionError> {
    i32::try_from(count).map_err(|_| too_many())
}

fn too_many() -> ProjectionError {
    ProjectionError::Invalid("a reconciliation has too many bills".to_owned())
}
