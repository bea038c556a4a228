//! One round trip to load what a batch of commands needs, one statement to commit it.

mod claims;
mod load;

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::{ClaimKey, CommandContext, Decided, StagedEvent, StreamId};
use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryScalar;
use sqlx::{Acquire, PgConnection, Postgres};

use crate::bus::Link;
use crate::clock::event_id;
use crate::store::owner;
use crate::{EventMetadata, EventStore, StoreError};
use claims::{claim_note, note_net_change};
pub(crate) use load::{Found, Request, StoredOutcome};

/// Advisory locks guard streams that are read but not written. Streams share this many locks, so
/// that even a large batch stays far below the server's lock table.
const LOCK_BUCKETS: u64 = 1024;
/// First key of the two-part advisory locks.
const LOCK_SPACE: i32 = 0x6362;

/// One command's share of a commit.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) context: CommandContext,
    pub(crate) process: &'static str,
    pub(crate) body_hmac: [u8; 32],
    pub(crate) outcome: Value,
    pub(crate) decided: Decided,
}

/// Why a commit did not happen. Nothing was written.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// Somebody else was faster; load and decide again.
    Conflict,
    Fault(StoreError),
}

impl<E: Into<StoreError>> From<E> for CommitError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// In a statement of its own: what is checked under the locks needs a later snapshot, and whoever
/// waits here has no transaction id yet. The sealer cuts the order of ids: a commit that had to wait
/// for another one after it got its own could be sealed in an earlier batch than what it waited for.
const LOCK: &str = "
    SELECT count(CASE WHEN exclusive THEN pg_advisory_xact_lock($1, bucket)
                      ELSE pg_advisory_xact_lock_shared($1, bucket) END)
      FROM (SELECT bucket, exclusive FROM unnest($2::int[], $3::bool[]) AS l(bucket, exclusive)
             ORDER BY bucket) AS in_order";

/// Positions are given out after the claims are taken: a commit that had to wait for somebody who
/// gave a key up comes after them.
const COMMIT: &str = "
    WITH locked AS MATERIALIZED (
        SELECT count(pg_advisory_xact_lock_shared($1, bucket)) AS n
          FROM (SELECT bucket FROM unnest($2::int[]) AS bucket ORDER BY bucket) AS b
    ), claims AS (
        INSERT INTO claim (kind, key_hmac, holder)
        SELECT u.* FROM unnest($9::text[], $10::bytea[], $11::text[]) AS u, locked
         WHERE locked.n >= 0
        RETURNING kind
    ), claimed AS MATERIALIZED (
        SELECT count(*) AS n FROM claims
    ), appended AS (
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                            payload, metadata, event_id, command_id, recorded_at, salt, epoch)
        SELECT u.aggregate_type, u.aggregate_id, u.sequence, u.event_type, u.event_version,
               u.payload, u.metadata, u.event_id, u.command_id, u.recorded_at, u.salt, $12
          FROM unnest($13::text[], $14::text[], $15::bigint[], $16::text[], $17::text[],
                      $18::jsonb[], $19::jsonb[], $20::uuid[], $21::uuid[], $22::timestamptz[],
                      $23::bytea[])
               WITH ORDINALITY AS u(aggregate_type, aggregate_id, sequence, event_type,
                   event_version, payload, metadata, event_id, command_id, recorded_at, salt, ord),
               locked, claimed
         WHERE locked.n >= 0 AND claimed.n >= 0 ORDER BY u.ord
        RETURNING command_id, global_position
    ), commands AS (
        INSERT INTO command (id, name, body_hmac, actor, outcome, recorded_at, last_position)
        SELECT u.*, a.last_position
          FROM unnest($3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::jsonb[],
                      $8::timestamptz[]) AS u(id, name, body_hmac, actor, outcome, recorded_at)
               LEFT JOIN (SELECT command_id, max(global_position) AS last_position
                            FROM appended GROUP BY command_id) AS a ON a.command_id = u.id,
               locked
         WHERE locked.n >= 0
    )
    SELECT global_position FROM appended ORDER BY global_position";

impl EventStore {
    /// Writes the units in order, all or nothing; returns the position of each unit's last event.
    pub(crate) async fn commit(
        &self,
        link: &mut Link,
        units: Vec<Unit>,
    ) -> Result<Vec<Option<i64>>, CommitError> {
        let mut batch = Batch::build(self, units)?;
        let mut documents = Vec::with_capacity(batch.events.len());
        for (_, event) in &mut batch.events {
            documents.push((owner(&event.stream, event.sequence), &mut event.payload));
        }
        self.cipher().seal(documents).await?;
        let mut connection = link.take().await?;
        let written = batch.write(self, &mut connection).await;
        if !matches!(written, Err(CommitError::Fault(_))) {
            link.keep(connection);
        }
        let positions = written?;
        self.committed().notify_one();
        Ok(batch.last_positions(&positions))
    }
}

/// The statement that commits, while its columns are bound.
type Commit<'q> = QueryScalar<'q, Postgres, i64, PgArguments>;

/// The columns of one commit.
struct Batch {
    units: Vec<Unit>,
    /// Events with the index of their unit.
    events: Vec<(usize, StagedEvent)>,
    metadata: Vec<Value>,
    reads: BTreeMap<StreamId, i64>,
    takes: Vec<(&'static str, [u8; 32], String)>,
    releases: Vec<(&'static str, [u8; 32])>,
}

impl Batch {
    fn build(store: &EventStore, mut units: Vec<Unit>) -> Result<Self, StoreError> {
        let mut events = Vec::new();
        let mut metadata = Vec::new();
        let mut reads: BTreeMap<StreamId, i64> = BTreeMap::new();
        let mut claims: BTreeMap<ClaimKey, (bool, Option<String>)> = BTreeMap::new();
        for (index, unit) in units.iter_mut().enumerate() {
            let mut note = claim_note(store, &unit.decided.claims)?;
            for claim in unit.decided.claims.drain(..) {
                note_net_change(&mut claims, claim);
            }
            for event in unit.decided.events.drain(..) {
                let claims = note.take();
                metadata.push(serde_json::to_value(EventMetadata {
                    actor: unit.context.actor.clone(),
                    process: unit.process.to_owned(),
                    command_id: unit.context.command_id,
                    request_id: unit.context.request_id.clone(),
                    origin: unit.context.origin.clone(),
                    claims,
                })?);
                events.push((index, event));
            }
            for (stream, sequence) in std::mem::take(&mut unit.decided.read) {
                reads.entry(stream).or_insert(sequence);
            }
        }
        // A stream this very batch writes is guarded by its primary key.
        for (_, event) in &events {
            reads.remove(&event.stream);
        }
        let mut takes = Vec::new();
        let mut releases = Vec::new();
        for (key, (held_before, holder)) in claims {
            let hmac = store.claim_hmac(key.kind, &key.key);
            if held_before {
                releases.push((key.kind, hmac));
            }
            if let Some(holder) = holder {
                takes.push((key.kind, hmac, holder));
            }
        }
        Ok(Self {
            units,
            events,
            metadata,
            reads,
            takes,
            releases,
        })
    }

    /// Writes everything and returns the positions of the events; the connection is then outside
    /// any transaction, except after a fault.
    async fn write(
        &self,
        store: &EventStore,
        connection: &mut PgConnection,
    ) -> Result<Vec<i64>, CommitError> {
        if self.reads.is_empty() && self.releases.is_empty() {
            // The statement takes its locks before it writes.
            return self.append(store, connection).await;
        }
        let mut transaction = connection.begin().await?;
        let written = self.write_checked(store, &mut transaction).await;
        if written.is_ok() {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        written
    }

    async fn write_checked(
        &self,
        store: &EventStore,
        connection: &mut PgConnection,
    ) -> Result<Vec<i64>, CommitError> {
        self.lock(connection).await?;
        self.guard_reads(connection).await?;
        self.release(connection).await?;
        self.append(store, connection).await
    }

    /// Locks what is read, written, taken and given up, all in one order: exclusively the streams
    /// that are only read and the claims given up.
    ///
    /// Every commit holds the shared lock of each stream it writes and each claim it takes, so that
    /// whoever takes a claim that is being given up waits here.
    async fn lock(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let mut locks: BTreeMap<i32, bool> = self.shared().map(|bucket| (bucket, false)).collect();
        let releases = self
            .releases
            .iter()
            .map(|(kind, hmac)| claim_bucket(kind, hmac));
        for bucket in self.reads.keys().map(stream_bucket).chain(releases) {
            locks.insert(bucket, true);
        }
        let (buckets, exclusive): (Vec<i32>, Vec<bool>) = locks.into_iter().unzip();
        sqlx::query(LOCK)
            .bind(LOCK_SPACE)
            .bind(buckets)
            .bind(exclusive)
            .execute(connection)
            .await
            .map(drop)
            .map_err(conflict_or_fault)
    }

    /// The streams written and the claims taken.
    fn shared(&self) -> impl Iterator<Item = i32> {
        let written = self
            .events
            .iter()
            .map(|(_, event)| stream_bucket(&event.stream));
        let taken = self
            .takes
            .iter()
            .map(|(kind, hmac, _)| claim_bucket(kind, hmac));
        written.chain(taken)
    }

    /// Checks that the streams that were only read have not moved since.
    async fn guard_reads(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        if self.reads.is_empty() {
            return Ok(());
        }
        let types: Vec<&str> = self
            .reads
            .keys()
            .map(|s| s.aggregate_type.as_str())
            .collect();
        let ids: Vec<&str> = self.reads.keys().map(|s| s.aggregate_id.as_str()).collect();
        let seen: Vec<i64> = self.reads.values().copied().collect();
        let moved: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM unnest($1::text[], $2::text[], $3::bigint[]) \
                 AS s(aggregate_type, aggregate_id, seen) \
             JOIN events e USING (aggregate_type, aggregate_id) WHERE e.sequence > s.seen)",
        )
        .bind(types)
        .bind(ids)
        .bind(seen)
        .fetch_one(connection)
        .await?;
        if moved {
            Err(CommitError::Conflict)
        } else {
            Ok(())
        }
    }

    async fn release(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        if self.releases.is_empty() {
            return Ok(());
        }
        let (kinds, hmacs): (Vec<&str>, Vec<&[u8]>) = self
            .releases
            .iter()
            .map(|(kind, hmac)| (*kind, hmac.as_slice()))
            .unzip();
        let released = sqlx::query(
            "DELETE FROM claim USING unnest($1::text[], $2::bytea[]) AS r(kind, key_hmac) \
             WHERE claim.kind = r.kind AND claim.key_hmac = r.key_hmac",
        )
        .bind(kinds)
        .bind(hmacs)
        .execute(connection)
        .await
        .map_err(conflict_or_fault)?;
        // A claim that is gone was given up by somebody else since it was read.
        if released.rows_affected() == self.releases.len() as u64 {
            Ok(())
        } else {
            Err(CommitError::Conflict)
        }
    }

    async fn append(
        &self,
        store: &EventStore,
        connection: &mut PgConnection,
    ) -> Result<Vec<i64>, CommitError> {
        let buckets: BTreeSet<i32> = self.shared().collect();
        let buckets: Vec<i32> = buckets.into_iter().collect();
        let query = sqlx::query_scalar(COMMIT).bind(LOCK_SPACE).bind(buckets);
        let query = self.bind_units(query).bind(store.epoch);
        self.bind_events(query, store)
            .fetch_all(connection)
            .await
            .map_err(conflict_or_fault)
    }

    fn bind_units<'q>(&'q self, query: Commit<'q>) -> Commit<'q> {
        let (units, takes) = (&self.units, &self.takes);
        query
            .bind(
                units
                    .iter()
                    .map(|u| u.context.command_id)
                    .collect::<Vec<_>>(),
            )
            .bind(units.iter().map(|u| u.process).collect::<Vec<_>>())
            .bind(
                units
                    .iter()
                    .map(|u| u.body_hmac.as_slice())
                    .collect::<Vec<_>>(),
            )
            .bind(
                units
                    .iter()
                    .map(|u| u.context.actor.to_string())
                    .collect::<Vec<_>>(),
            )
            .bind(units.iter().map(|u| &u.outcome).collect::<Vec<_>>())
            .bind(units.iter().map(|u| u.context.at).collect::<Vec<_>>())
            .bind(takes.iter().map(|(kind, _, _)| *kind).collect::<Vec<_>>())
            .bind(
                takes
                    .iter()
                    .map(|(_, hmac, _)| hmac.as_slice())
                    .collect::<Vec<_>>(),
            )
            .bind(
                takes
                    .iter()
                    .map(|(_, _, holder)| holder.as_str())
                    .collect::<Vec<_>>(),
            )
    }

    fn bind_events<'q>(&'q self, query: Commit<'q>, store: &EventStore) -> Commit<'q> {
        let events = &self.events;
        let contexts = || events.iter().map(|(unit, _)| &self.units[*unit].context);
        let salt = |_| {
            let mut salt = vec![0u8; 16];
            store.entropy.fill(&mut salt);
            salt
        };
        query
            .bind(column(events, |e| e.stream.aggregate_type.as_str()))
            .bind(column(events, |e| e.stream.aggregate_id.as_str()))
            .bind(column(events, |e| e.sequence))
            .bind(column(events, |e| e.event_type.as_str()))
            .bind(column(events, |e| e.event_version.as_str()))
            .bind(column(events, |e| &e.payload))
            .bind(&self.metadata)
            .bind(
                contexts()
                    .map(|c| event_id(c.at, &*store.entropy))
                    .collect::<Vec<_>>(),
            )
            .bind(contexts().map(|c| c.command_id).collect::<Vec<_>>())
            .bind(contexts().map(|c| c.at).collect::<Vec<_>>())
            .bind(contexts().map(salt).collect::<Vec<_>>())
    }

    /// Positions are handed out in the order of `events`.
    fn last_positions(&self, positions: &[i64]) -> Vec<Option<i64>> {
        let mut last = vec![None; self.units.len()];
        for ((unit, _), position) in self.events.iter().zip(positions) {
            last[*unit] = Some(*position);
        }
        last
    }
}

fn column<'a, T>(
    events: &'a [(usize, StagedEvent)],
    field: impl Fn(&'a StagedEvent) -> T,
) -> Vec<T> {
    events.iter().map(|(_, event)| field(event)).collect()
}

fn stream_bucket(stream: &StreamId) -> i32 {
    let name = stream
        .aggregate_type
        .bytes()
        .chain([0])
        .chain(stream.aggregate_id.bytes());
    bucket(name)
}

fn claim_bucket(kind: &str, hmac: &[u8; 32]) -> i32 {
    bucket(kind.bytes().chain([0]).chain(hmac.iter().copied()))
}

/// FNV-1a of what is locked, folded into a lock bucket.
fn bucket(name: impl Iterator<Item = u8>) -> i32 {
    let hash = name.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // Below 1024: fits whatever the width.
    i32::try_from(hash % LOCK_BUCKETS).unwrap_or_default()
}

/// A taken sequence, command id or claim, or a deadlock, means: load and decide again.
fn conflict_or_fault(error: sqlx::Error) -> CommitError {
    const UNIQUE_VIOLATION: &str = "23505";
    const DEADLOCK: &str = "40P01";
    let code = error
        .as_database_error()
        .and_then(|e| e.code().map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        Some(UNIQUE_VIOLATION | DEADLOCK) => CommitError::Conflict,
        _ => CommitError::Fault(error.into()),
    }
}
