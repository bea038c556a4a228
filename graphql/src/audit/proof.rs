use async_graphql::{Context, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_eventstore::notary::{NotaryError, find_event, latest_checkpoint, prove_event};
use chaobiao_projections::evidence::Evidence;
use uuid::Uuid;

use crate::support::{Services, Viewer, internal};

/// Proof that an event is in the published log, to be checked with the log's public key alone.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditProof {
    event_id: String,
    /// The event's place in the log.
    leaf_index: String,
    /// How many events the signed head covers.
    tree_size: String,
    /// The signed head of the log, as published under `/log/checkpoint`.
    checkpoint: String,
    /// The hashes from the event to the root, in hex.
    path: Vec<String>,
    /// The whole proof as a file; keep it to the byte. `chaobiao audit verify` checks it.
    file: String,
}

/// The proof of one event; `None` until a signed head covers it.
pub(super) async fn proof(ctx: &Context<'_>, event_id: Uuid) -> Result<Option<AuditProof>> {
    let pool = Services::of(ctx)?.store().pool();
    let proof = match prove_event(pool, event_id).await {
        Ok(proof) => proof,
        Err(NotaryError::NotYetCovered | NotaryError::UnknownEvent(_)) => return Ok(None),
        Err(error) => return Err(internal(ctx, error)),
    };
    let newest = latest_checkpoint(pool).await;
    let (tree_size, _) = newest
        .map_err(|error| internal(ctx, error))?
        .unwrap_or_default();
    let file = proof.to_text().map_err(|error| internal(ctx, error))?;
    Ok(Some(AuditProof {
        event_id: event_id.to_string(),
        leaf_index: proof.leaf_index.to_string(),
        tree_size: tree_size.to_string(),
        checkpoint: proof.checkpoint,
        path: proof.path,
        file,
    }))
}

/// The proof of a bill, receipt or reading. Among staff it is for auditors: a proof shows who did
/// it and from where.
pub(crate) async fn proof_of(
    ctx: &Context<'_>,
    evidence: Evidence,
    own: bool,
) -> Result<Option<AuditProof>> {
    let viewer = ctx.data::<Viewer>()?;
    let allowed = match viewer {
        Viewer::Customer(_) => own,
        _ => viewer.may(Permission::ViewAudit),
    };
    if !allowed {
        return Ok(None);
    }
    let pool = Services::of(ctx)?.store().pool();
    let at = evidence.event(pool).await;
    let Some(at) = at.map_err(|error| internal(ctx, error))? else {
        return Ok(None);
    };
    let found = find_event(pool, &at).await;
    match found.map_err(|error| internal(ctx, error))? {
        Some(event_id) => proof(ctx, event_id).await,
        None => Ok(None),
    }
}
