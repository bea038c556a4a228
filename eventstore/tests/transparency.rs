//! The log proven to outsiders, and every way of tampering with it found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

mod provable;
mod tank;

use std::sync::Arc;
use std::time::Duration;

use chaobiao_eventstore::notary::{
    AuditReport, Finding, Notary, NotaryOptions, audit_log, latest_checkpoint, prove_event, tile,
};
use chaobiao_proof::{Hash, SignedCheckpoint};
use provable::log;
use tank::{Fill, Sell, context};
use uuid::Uuid;

#[tokio::test]
async fn every_event_is_proven_against_the_signed_head_with_the_key_alone() {
    let mut log = log().await;
    log.grow(7).await;
    log.grow(6).await;
    for (index, id) in (0..).zip(log.event_ids().await) {
        let proof = prove_event(log.bench.store.pool(), id).await.unwrap();
        let proven = proof.verify(&log.trusted).unwrap();
        assert_eq!((proven.leaf_index, proven.leaf.event_id), (index, id));
        assert_eq!(proven.checkpoint.size, 13);
    }
    let report = log.audit().await;
    assert_eq!(
        report,
        AuditReport {
            leaves: 13,
            checkpoints: 2,
            finding: None
        }
    );
    assert!(
        prove_event(log.bench.store.pool(), Uuid::from_u128(5))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_proof_stays_valid_when_the_person_it_names_is_erased() {
    let mut log = log().await;
    let sell = Sell {
        tank: "a".into(),
        number: "1".into(),
        owner: "王小明".into(),
    };
    log.bench.bus.execute(context(900), sell).await.unwrap();
    log.grow(3).await;
    let id = log.event_ids().await[0];
    let proof = prove_event(log.bench.store.pool(), id).await.unwrap();
    assert!(
        !proof
            .verify(&log.trusted)
            .unwrap()
            .leaf
            .payload
            .contains("王小明")
    );
    sqlx::query("UPDATE subject_key SET wrapped_key = NULL, destroyed_at = now()")
        .execute(log.bench.store.pool())
        .await
        .unwrap();
    assert_eq!(log.audit().await.finding, None);
    proof.verify(&log.trusted).unwrap();
}

#[tokio::test]
async fn a_change_in_any_column_is_found_where_it_is() {
    let other_byte = |column: &str| format!("overlay({column} placing 'x' from 2 for 1)");
    let other_uuid = |column: &str| format!("overlay({column}::text placing 'f' from 3)::uuid");
    let changes = [
        ("aggregate_type", other_byte("aggregate_type")),
        ("aggregate_id", other_byte("aggregate_id")),
        ("sequence", "sequence + 1000".to_owned()),
        ("event_id", other_uuid("event_id")),
        ("command_id", other_uuid("command_id")),
        ("event_type", other_byte("event_type")),
        ("event_version", other_byte("event_version")),
        (
            "recorded_at",
            "recorded_at + interval '1 microsecond'".to_owned(),
        ),
        ("payload", "payload || '{\"x\": 1}'".to_owned()),
        ("metadata", "metadata || '{\"x\": \"1\"}'".to_owned()),
        (
            "salt",
            "set_byte(salt, 15, get_byte(salt, 15) # 1)".to_owned(),
        ),
    ];
    for (column, other) in changes {
        let mut log = log().await;
        log.grow(6).await;
        let sql = format!(
            "UPDATE events SET {column} = {other} WHERE global_position = \
             (SELECT global_position FROM log WHERE leaf_index = 4)"
        );
        log.tamper("events", &sql).await;
        let finding = log.finding().await;
        assert_eq!(finding, Finding::Altered { leaf_index: 4 }, "{column}");
    }
}

#[tokio::test]
async fn removed_reordered_and_cut_off_events_are_found() {
    let mut removed = log().await;
    removed.grow(9).await;
    removed
        .tamper("events", "DELETE FROM events WHERE global_position = (SELECT global_position FROM log WHERE leaf_index = 3)")
        .await;
    assert_eq!(removed.finding().await, Finding::Altered { leaf_index: 3 });

    let mut reordered = log().await;
    reordered.grow(9).await;
    for (from, to) in [(5, 100), (6, 5), (100, 6)] {
        let sql = format!("UPDATE log SET leaf_index = {to} WHERE leaf_index = {from}");
        reordered.tamper("log", &sql).await;
    }
    assert_eq!(
        reordered.finding().await,
        Finding::Altered { leaf_index: 5 }
    );

    let mut cut = log().await;
    cut.grow(9).await;
    for (table, sql) in [
        ("tree_hash", "DELETE FROM tree_hash WHERE hash_index >= 8"),
        ("log", "DELETE FROM log WHERE leaf_index >= 5"),
    ] {
        cut.tamper(table, sql).await;
    }
    sqlx::query("UPDATE notary SET tree_size = 5")
        .execute(cut.bench.store.pool())
        .await
        .unwrap();
    let reason = "the log ends at 5".to_owned();
    assert_eq!(
        cut.finding().await,
        Finding::Checkpoint {
            tree_size: 9,
            reason
        }
    );
}

#[tokio::test]
async fn another_history_does_not_agree_with_what_was_published() {
    let mut log = log().await;
    log.grow(9).await;
    let outside = std::fs::read_to_string(log.published.path().join("latest.note")).unwrap();
    // The whole database is rewritten, hashes and heads too, by somebody without the key.
    log.tamper(
        "events",
        "UPDATE events SET payload = payload || '{\"litres\": 2}' WHERE sequence = 1",
    )
    .await;
    log.tamper("tree_hash", "DELETE FROM tree_hash").await;
    log.tamper("checkpoint", "DELETE FROM checkpoint").await;
    sqlx::query("UPDATE notary SET tree_size = 0")
        .execute(log.bench.store.pool())
        .await
        .unwrap();
    while log.notary.extend().await.unwrap() {}
    assert_eq!(
        log.audit().await.finding,
        None,
        "inside the database all agrees"
    );
    let report = audit_log(log.bench.store.pool(), &log.trusted, &[outside])
        .await
        .unwrap();
    assert!(matches!(
        report.finding,
        Some(Finding::Checkpoint { tree_size: 9, .. })
    ));
}

#[tokio::test]
async fn tiles_give_an_outsider_the_root_of_the_published_head() {
    let mut log = log().await;
    log.grow(5).await;
    let (size, note) = latest_checkpoint(log.bench.store.pool())
        .await
        .unwrap()
        .unwrap();
    let head = SignedCheckpoint::verify(note.as_bytes(), &log.trusted).unwrap();
    let bytes = tile(log.bench.store.pool(), &format!("0/000.p/{size}"))
        .await
        .unwrap();
    let mut hashes = bytes.chunks_exact(32).map(|c| Hash(c.try_into().unwrap()));
    let mut next = || hashes.next().unwrap();
    let join = sha256_node;
    let first = join(next(), next());
    let second = join(next(), next());
    assert_eq!(head.root, join(join(first, second), next()));
    assert!(
        tile(log.bench.store.pool(), "0/000.p/6").await.is_err(),
        "beyond the published head"
    );
    assert!(tile(log.bench.store.pool(), "0/../x").await.is_err());
}

/// An interior node of RFC 6962, by hand.
fn sha256_node(left: Hash, right: Hash) -> Hash {
    use sha2::{Digest, Sha256};
    let bytes = Sha256::new()
        .chain_update([1])
        .chain_update(left.0)
        .chain_update(right.0);
    Hash(bytes.finalize().into())
}

#[tokio::test]
async fn two_notaries_never_hash_a_leaf_twice_and_a_quiet_log_is_signed_once() {
    let mut log = log().await;
    log.grow(3).await;
    let other = Notary::new(
        &log.bench.store,
        NotaryOptions {
            keys: Arc::new(log.key.clone()),
            interval: Duration::ZERO,
            sinks: Vec::new(),
        },
    );
    for id in 100..140 {
        let fill = Fill {
            tank: format!("t{id}"),
            litres: 1,
        };
        log.bench.bus.execute(context(id), fill).await.unwrap();
    }
    log.seal().await;
    let (one, two) = tokio::join!(log.notary.extend(), other.extend());
    one.unwrap();
    two.unwrap();
    log.notary.sign().await.unwrap();
    log.notary.sign().await.unwrap();
    let report = log.audit().await;
    assert_eq!(
        report,
        AuditReport {
            leaves: 43,
            checkpoints: 2,
            finding: None
        }
    );
}
