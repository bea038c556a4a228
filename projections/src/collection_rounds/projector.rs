use async_trait::async_trait;
use chaobiao_domain::collection_round::{AccountVisited, CollectionRoundEvent, RoundPlanned};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Keeps `read_collection_rounds`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CollectionRoundsProjector;

#[async_trait]
impl Projector for CollectionRoundsProjector {
    fn name(&self) -> &'static str {
        "collection_rounds"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["collection_round"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_collection_rounds",
            "read_collection_rounds_account",
            "read_collection_rounds_payment",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let round_id = event.stream.aggregate_id.as_str();
            match event.decode()? {
                CollectionRoundEvent::Planned(planned) => plan(&planned, connection).await?,
                CollectionRoundEvent::AccountVisited(visited) => {
                    visit(round_id, &visited, connection).await?;
                }
                CollectionRoundEvent::Finished(it) => {
                    let by = it.finished_by.to_string();
                    let ended = ("finished", by, it.finished_at, it.reason);
                    end(round_id, ended, connection).await?;
                }
                CollectionRoundEvent::Cancelled(it) => {
                    let by = it.cancelled_by.to_string();
                    let ended = ("cancelled", by, it.cancelled_at, Some(it.reason));
                    end(round_id, ended, connection).await?;
                }
            }
        }
        Ok(())
    }
}

async fn plan(planned: &RoundPlanned, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let round_id = planned.round_id.as_str();
    sqlx::query(
        "INSERT INTO read_collection_rounds (round_id, campus, day, cashier, note, planned_by, \
         planned_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned')",
    )
    .bind(round_id)
    .bind(planned.campus.as_str())
    .bind(planned.day)
    .bind(planned.cashier.as_str())
    .bind(&planned.note)
    .bind(planned.planned_by.to_string())
    .bind(planned.planned_at)
    .execute(&mut *connection)
    .await?;
    let accounts: Vec<&str> = planned.accounts.iter().map(AsRef::as_ref).collect();
    sqlx::query(
        "INSERT INTO read_collection_rounds_account (round_id, account_no) \
         SELECT $1, unnest($2::text[])",
    )
    .bind(round_id)
    .bind(accounts)
    .execute(connection)
    .await?;
    Ok(())
}

async fn visit(
    round_id: &str,
    visited: &AccountVisited,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE read_collection_rounds_account SET visits = visits + 1, outcome = $3, \
         promised_on = $4, left_note = $5, note = $6, visited_at = $7 \
         WHERE round_id = $1 AND account_no = $2",
    )
    .bind(round_id)
    .bind(visited.account_no.as_str())
    .bind(visited.outcome.as_str())
    .bind(visited.promised_on)
    .bind(&visited.left_note)
    .bind(&visited.note)
    .bind(visited.visited_at)
    .execute(&mut *connection)
    .await?;
    if let Some(payment_id) = &visited.payment_id {
        sqlx::query(
            "INSERT INTO read_collection_rounds_payment (round_id, account_no, payment_id) \
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(round_id)
        .bind(visited.account_no.as_str())
        .bind(payment_id.as_str())
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn end(
    round_id: &str,
    (state, by, at, reason): (&str, String, DateTime<Utc>, Option<String>),
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE read_collection_rounds SET state = $2, ended_by = $3, ended_at = $4, \
         ended_reason = $5 WHERE round_id = $1",
    )
    .bind(round_id)
    .bind(state)
    .bind(by)
    .bind(at)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}
