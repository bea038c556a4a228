//! The log's key changes, its heads continue one another, and others who sign find out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

mod provable;
mod tank;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chaobiao_eventstore::notary::{
    LogKeys, Notary, NotaryError, NotaryOptions, audit_log, change_key, key_changes,
    prove_consistency, prove_event,
};
use chaobiao_proof::{ConsistencyFile, LogKey, ProofFile, TrustedKey};
use provable::log;

/// The key file of a node, changed while the node runs.
#[derive(Debug)]
struct KeyFile(Mutex<LogKey>);

impl LogKeys for KeyFile {
    fn present(&self) -> std::io::Result<LogKey> {
        Ok(self.0.lock().unwrap().clone())
    }
}

#[tokio::test]
async fn x1_a_new_key_is_vouched_for_by_the_old_one_which_then_signs_no_more() {
    let mut log = log().await;
    log.grow(5).await;
    let pool = log.bench.store.pool().clone();
    let early = prove_event(&pool, log.event_ids().await[2]).await.unwrap();

    let (next, _) = LogKey::generate("log.example/test").unwrap();
    let file = Arc::new(KeyFile(Mutex::new(log.key.clone())));
    let options = NotaryOptions {
        keys: Arc::clone(&file) as Arc<dyn LogKeys>,
        interval: Duration::ZERO,
        sinks: log.sinks(),
    };
    log.notary = Notary::new(&log.bench.store, options);
    let sinks = log.sinks();
    let store = log.bench.store.clone();
    for _ in 0..2 {
        // The second time as after a kill: nothing happens twice.
        let size = change_key(&store, &log.key, &next, &sinks).await.unwrap();
        assert_eq!(size, 5);
    }
    let changes = key_changes(&pool).await.unwrap();
    assert_eq!(changes.len(), 1);
    let published = log
        .published
        .path()
        .join(format!("key-change-{:020}.note", 5));
    assert_eq!(std::fs::read_to_string(published).unwrap(), changes[0]);
    // The old key names nobody any more, and a stranger never did.
    let (thief, _) = LogKey::generate("log.example/test").unwrap();
    for key in [&log.key, &thief] {
        let refused = change_key(&store, key, &thief, &sinks).await;
        assert!(matches!(refused, Err(NotaryError::OtherKey)));
    }

    // A node that has not got the new key signs nothing.
    log.fill_up_to(6).await;
    assert!(matches!(
        log.notary.sign().await,
        Err(NotaryError::OtherKey)
    ));
    *file.0.lock().unwrap() = next.clone();
    assert_eq!(log.notary.sign().await.unwrap(), 6);

    // With the old public key alone: proofs of both times, heads of both times, the whole log.
    let late = prove_event(&pool, log.event_ids().await[5]).await.unwrap();
    for proof in [&early, &late] {
        let text = proof.to_text().unwrap();
        let proof = ProofFile::from_bytes(text.as_bytes()).unwrap();
        proof.verify(&log.trusted).unwrap();
    }
    let heads = prove_consistency(&pool, 5, 6).await.unwrap();
    heads.verify(&log.trusted).unwrap();
    assert_eq!(log.audit().await.finding, None);
    // Without what vouches for the new key, nothing it signed is accepted.
    let unvouched = ProofFile {
        key_changes: Vec::new(),
        ..late.clone()
    };
    assert!(unvouched.verify(&log.trusted).is_err());
    // Whoever knows the new key needs no more.
    let present = [TrustedKey::parse(next.public()).unwrap()];
    late.verify(&present).unwrap();

    // A head the old key signs later is refused, though its signature is good.
    let forged = log
        .key
        .sign(6, late.verify(&present).unwrap().checkpoint.root);
    let forged = String::from_utf8(forged.unwrap()).unwrap();
    let by_old_key = ProofFile {
        checkpoint: forged.clone(),
        ..late
    };
    assert!(by_old_key.verify(&log.trusted).is_err());
    let report = audit_log(&pool, &log.trusted, &[forged]).await.unwrap();
    assert!(report.finding.is_some());
}

#[tokio::test]
async fn x1_any_head_continues_any_before_it_and_a_fork_continues_none() {
    let mut ours = log().await;
    let mut sizes = Vec::new();
    for more in [1, 2, 4, 5] {
        ours.grow(more).await;
        sizes.push(sizes.last().unwrap_or(&0) + u64::try_from(more).unwrap());
    }
    let pool = ours.bench.store.pool();
    for (place, older) in sizes.iter().enumerate() {
        for newer in &sizes[place..] {
            let file = prove_consistency(pool, *older, *newer).await.unwrap();
            let text = file.to_text().unwrap();
            let file = ConsistencyFile::from_bytes(text.as_bytes()).unwrap();
            let (first, second) = file.verify(&ours.trusted).unwrap();
            assert_eq!((first.size, second.size), (*older, *newer));
        }
    }
    assert!(matches!(
        prove_consistency(pool, 2, 12).await,
        Err(NotaryError::NoCheckpoint(2))
    ));
    // Another history of the same length, signed by the same key.
    let mut fork = log().await;
    fork.grow(3).await;
    let forked = fork.signed_by(&ours.key, 3).await;
    let real = prove_consistency(pool, 3, 12).await.unwrap();
    let false_start = ConsistencyFile {
        older: forked,
        ..real
    };
    assert!(false_start.verify(&ours.trusted).is_err());
}
