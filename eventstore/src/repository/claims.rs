//! What the claims of a batch come to.

use std::collections::BTreeMap;

use chaobiao_decision::{ClaimKey, StagedClaim};
use serde_json::Value;

use crate::{EventStore, StoreError};

/// Folds a claim change into the net effect of the batch: whether the key was held when the batch
/// began and must be given up, and who holds it at the end.
pub(super) fn note_net_change(
    claims: &mut BTreeMap<ClaimKey, (bool, Option<String>)>,
    claim: StagedClaim,
) {
    match claim {
        StagedClaim::Take { key, holder, .. } => {
            claims.entry(key).or_insert((false, None)).1 = Some(holder);
        }
        StagedClaim::Release { key } => match claims.get_mut(&key) {
            Some(change) => change.1 = None,
            None => drop(claims.insert(key, (true, None))),
        },
    }
}

/// Claim changes as they are kept in metadata: hashed keys only.
pub(super) fn claim_note(
    store: &EventStore,
    claims: &[StagedClaim],
) -> Result<Option<String>, StoreError> {
    if claims.is_empty() {
        return Ok(None);
    }
    let notes: Vec<Value> = claims
        .iter()
        .map(|claim| match claim {
            StagedClaim::Take { key, holder, .. } => serde_json::json!({
                "take": key.kind,
                "key": hex::encode(store.claim_hmac(key.kind, &key.key)),
                "holder": holder,
            }),
            StagedClaim::Release { key } => serde_json::json!({
                "release": key.kind,
                "key": hex::encode(store.claim_hmac(key.kind, &key.key)),
            }),
        })
        .collect();
    Ok(Some(serde_json::to_string(&notes)?))
}
