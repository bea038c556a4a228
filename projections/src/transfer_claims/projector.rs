use async_trait::async_trait;
use chaobiao_domain::transfer_claim::{TransferClaimEvent, TransferSubmitted};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_transfer_claims`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TransferClaimsProjector;

#[async_trait]
impl Projector for TransferClaimsProjector {
    fn name(&self) -> &'static str {
        "transfer_claims"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["transfer_claim"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_transfer_claims"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            project(event, connection).await?;
        }
        Ok(())
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        TransferClaimEvent::Submitted(claim) => return submit(&claim, connection).await,
        TransferClaimEvent::MismatchNoted(mismatch) => sqlx::query(
            "UPDATE read_transfer_claims SET state = 'mismatched', bank_reference = $2, \
             received = $3 WHERE claim_id = $1",
        )
        .bind(id)
        .bind(mismatch.bank_reference.to_string())
        .bind(mismatch.received.value()),
        TransferClaimEvent::Verified(verified) => sqlx::query(
            "UPDATE read_transfer_claims SET state = 'verified', bank_reference = $2, \
             received = $3, payment_id = $4, decided_by = $5, decided_at = $6 WHERE claim_id = $1",
        )
        .bind(id)
        .bind(verified.bank_reference.to_string())
        .bind(verified.amount.value())
        .bind(verified.payment_id.to_string())
        .bind(verified.verified_by.to_string())
        .bind(event.recorded_at),
        TransferClaimEvent::Rejected {
            reason,
            rejected_by,
        } => sqlx::query(
            "UPDATE read_transfer_claims SET state = 'rejected', reason = $2, decided_by = $3, \
             decided_at = $4 WHERE claim_id = $1",
        )
        .bind(id)
        .bind(reason)
        .bind(rejected_by.to_string())
        .bind(event.recorded_at),
        TransferClaimEvent::Reversed { reason, .. } => sqlx::query(
            "UPDATE read_transfer_claims SET state = 'reversed', reason = $2 WHERE claim_id = $1",
        )
        .bind(id)
        .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn submit(
    claim: &TransferSubmitted,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let accounts: Vec<String> = claim.accounts.iter().map(ToString::to_string).collect();
    let bills: Vec<String> = claim.bills.iter().map(ToString::to_string).collect();
    sqlx::query(
        "INSERT INTO read_transfer_claims (claim_id, accounts, bills, amount, photo, \
         transferred_on, campus, submitted_by, submitted_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending')",
    )
    .bind(claim.claim_id.as_str())
    .bind(accounts)
    .bind(bills)
    .bind(claim.amount.value())
    .bind(claim.photo.as_ref().map(ToString::to_string))
    .bind(claim.transferred_on)
    .bind(claim.campus.as_ref().map(ToString::to_string))
    .bind(claim.submitted_by.to_string())
    .bind(claim.submitted_at)
    .execute(connection)
    .await?;
    Ok(())
}
