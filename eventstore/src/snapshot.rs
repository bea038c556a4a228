//! Folded streams kept as a cache (ADR 0015).

use chaobiao_decision::{Snapshot, StreamId, Workspace};

use crate::EventStore;
use crate::error::chain;

/// When a stream is kept folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotOptions {
    /// Names everything a folded state depends on; another program's snapshots are not used.
    pub code: String,
    /// After so many events had to be read.
    pub after: usize,
}

/// One row a stream; a newer state or that of another program takes the place of an older one.
const KEEP: &str = "
    INSERT INTO snapshot (aggregate_type, aggregate_id, code, sequence, event_id, state)
    SELECT s.aggregate_type, s.aggregate_id, $1, s.sequence, e.event_id, s.state
      FROM unnest($2::text[], $3::text[], $4::bigint[], $5::jsonb[])
           AS s(aggregate_type, aggregate_id, sequence, state)
      JOIN events e USING (aggregate_type, aggregate_id, sequence)
     ORDER BY 1, 2
    ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE
       SET code = excluded.code, sequence = excluded.sequence, event_id = excluded.event_id,
           state = excluded.state
     WHERE snapshot.code <> excluded.code OR snapshot.sequence < excluded.sequence";

impl EventStore {
    /// With long streams kept folded. Without, every stream is read from its first event on.
    #[must_use]
    pub fn with_snapshots(mut self, options: SnapshotOptions) -> Self {
        self.snapshots = Some(options);
        self
    }

    /// Keeps what took long to read. Its events are committed; nobody waits for this.
    pub(crate) fn remember(&self, workspace: &Workspace) {
        let Some(options) = &self.snapshots else {
            return;
        };
        let snapshots = workspace.snapshots(options.after);
        if snapshots.is_empty() {
            return;
        }
        let (store, code) = (self.clone(), options.code.clone());
        tokio::spawn(async move {
            if let Err(error) = store.keep(&code, &snapshots).await {
                tracing::warn!(error = %chain(&error), "a snapshot was not kept");
            }
        });
    }

    async fn keep(
        &self,
        code: &str,
        snapshots: &[(StreamId, Snapshot)],
    ) -> Result<(), sqlx::Error> {
        let streams = || snapshots.iter().map(|(stream, _)| stream);
        let kept = || snapshots.iter().map(|(_, snapshot)| snapshot);
        sqlx::query(KEEP)
            .bind(code)
            .bind(
                streams()
                    .map(|s| s.aggregate_type.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind(
                streams()
                    .map(|s| s.aggregate_id.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind(kept().map(|s| s.sequence).collect::<Vec<_>>())
            .bind(kept().map(|s| &s.state).collect::<Vec<_>>())
            .execute(self.pool())
            .await
            .map(drop)
    }
}
