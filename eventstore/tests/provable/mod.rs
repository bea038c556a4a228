//! A log that is sealed, hashed and signed step by step.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::sync::Arc;
use std::time::Duration;

use chaobiao_eventstore::notary::{
    AuditReport, CheckpointSink, Finding, FolderSink, Notary, NotaryOptions, audit_log,
    latest_checkpoint,
};
use chaobiao_eventstore::{Lease, seal_batch};
use chaobiao_proof::{LogKey, SignedCheckpoint, TrustedKey};
use chaobiao_testing::ScratchDirectory;
use uuid::Uuid;

use crate::tank::{Bench, Fill, bench, context};

/// A store whose log is hashed and signed by hand.
pub(crate) struct Log {
    pub(crate) bench: Bench,
    pub(crate) notary: Notary,
    pub(crate) trusted: Vec<TrustedKey>,
    pub(crate) key: LogKey,
    pub(crate) published: ScratchDirectory,
    commands: u128,
}

pub(crate) async fn log() -> Log {
    let bench = bench().await;
    let (key, public) = LogKey::generate("log.example/test").unwrap();
    let published = ScratchDirectory::create();
    let options = NotaryOptions {
        keys: Arc::new(key.clone()),
        interval: Duration::ZERO,
        sinks: vec![Arc::new(FolderSink::new(published.path()))],
    };
    let notary = Notary::new(&bench.store, options);
    let trusted = vec![TrustedKey::parse(&public).unwrap()];
    Log {
        bench,
        notary,
        trusted,
        key,
        published,
        commands: 0,
    }
}

impl Log {
    pub(crate) fn sinks(&self) -> Vec<Arc<dyn CheckpointSink>> {
        vec![Arc::new(FolderSink::new(self.published.path()))]
    }

    async fn fill(&mut self) {
        self.commands += 1;
        let fill = Fill {
            tank: format!("t{}", self.commands % 5),
            litres: 1,
        };
        let context = context(self.commands);
        self.bench.bus.execute(context, fill).await.unwrap();
    }

    /// Writes events, seals them, extends the tree and signs it.
    pub(crate) async fn grow(&mut self, events: u128) {
        for _ in 0..events {
            self.fill().await;
        }
        self.seal().await;
        while self.notary.extend().await.unwrap() {}
        self.notary.sign().await.unwrap();
    }

    /// Writes events until there are so many, and hashes them.
    pub(crate) async fn fill_up_to(&mut self, events: u128) {
        while self.commands < events {
            self.fill().await;
        }
        self.seal().await;
        while self.notary.extend().await.unwrap() {}
    }

    /// The head of so many events as another key signs it.
    pub(crate) async fn signed_by(&self, key: &LogKey, size: u64) -> String {
        let (signed, note) = latest_checkpoint(self.bench.store.pool())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(signed, size);
        let head = SignedCheckpoint::verify(note.as_bytes(), &self.trusted).unwrap();
        String::from_utf8(key.sign(size, head.root).unwrap()).unwrap()
    }

    /// Seals all events. Transactions of other tests on the cluster may hold it up for a moment.
    pub(crate) async fn seal(&self) {
        let pool = self.bench.store.pool();
        let lease = Lease::take(pool, "sealer-test", Uuid::nil(), Duration::ZERO)
            .await
            .unwrap();
        let lease = lease.unwrap();
        let unsealed = "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM log)";
        while sqlx::query_scalar::<_, i64>(unsealed)
            .fetch_one(pool)
            .await
            .unwrap()
            > 0
        {
            if seal_batch(pool, &lease, 1000).await.unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        lease.release(pool).await.unwrap();
    }

    pub(crate) async fn audit(&self) -> AuditReport {
        audit_log(self.bench.store.pool(), &self.trusted, &[])
            .await
            .unwrap()
    }

    pub(crate) async fn finding(&self) -> Finding {
        self.audit().await.finding.expect("tampering must be found")
    }

    /// What somebody with all rights on the database can do.
    pub(crate) async fn tamper(&self, table: &str, sql: &str) {
        for statement in [
            format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
            sql.to_owned(),
            format!("ALTER TABLE {table} ENABLE TRIGGER USER"),
        ] {
            sqlx::query(&statement)
                .execute(self.bench.store.pool())
                .await
                .unwrap();
        }
    }

    pub(crate) async fn event_ids(&self) -> Vec<Uuid> {
        sqlx::query_scalar(
            "SELECT event_id FROM events JOIN log USING (global_position) ORDER BY leaf_index",
        )
        .fetch_all(self.bench.store.pool())
        .await
        .unwrap()
    }
}
