//! Reading the log, once for all consumers that keep up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use sqlx::PgPool;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use crate::{EventStore, RecordedEvent, StoreError};

/// A slice is read by the keys of its two tables. Left to itself, the planner may read all of
/// history for it, or start workers, which takes longer than the slice.
const BEGIN: &str = "BEGIN READ ONLY; SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off";
/// Events in a slice all consumers share.
const SHARED_MAX: i64 = 2_000;
/// Events in a slice that a consumer reads for itself. Two of them are in memory.
const OWN_MAX: i64 = 5_000;
/// From here on the two halves of a slice are read at the same time: writing an event out as text
/// is what takes the database long.
const HALVED_FROM: i64 = 500;
/// Slices kept for consumers that are a little behind the others.
const SLICES_MAX: usize = 8;

/// Consecutive leaves, ending where a commit ends.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) from: i64,
    /// The first leaf after it.
    pub(crate) to: i64,
    pub(crate) events: Vec<RecordedEvent>,
}

pub(crate) struct Feed {
    store: EventStore,
    slices: Mutex<VecDeque<Shared>>,
}

#[derive(Clone)]
struct Shared {
    from: i64,
    slice: Arc<OnceCell<Arc<Slice>>>,
}

impl Shared {
    fn has(&self, leaf: i64) -> bool {
        match self.slice.get() {
            Some(slice) => slice.from <= leaf && leaf < slice.to,
            None => self.from == leaf,
        }
    }
}

impl Feed {
    pub(crate) fn new(store: EventStore) -> Self {
        Self {
            store,
            slices: Mutex::default(),
        }
    }

    /// A slice with the leaf `from` in it, of all types; `from` must be below `sealed`. Whoever
    /// asks first reads it, the others wait for that.
    pub(crate) async fn shared(&self, from: i64, sealed: i64) -> Result<Arc<Slice>, StoreError> {
        let shared = self.slot(from);
        // Boxed: the compiler cannot see that a future borrowing `self` in a closure is `Send`.
        let reading = self.read(from, sealed, SHARED_MAX, None).boxed();
        let slice = shared
            .slice
            .get_or_try_init(|| reading.map(|read| read.map(Arc::new)))
            .await?;
        Ok(Arc::clone(slice))
    }

    /// Has the slice from `from` on read while the one before it is worked on.
    pub(crate) fn prepare(self: &Arc<Self>, from: i64, sealed: i64) {
        if from < sealed {
            let feed = Arc::clone(self);
            // A fault is met again by whoever asks for the slice.
            tokio::spawn(async move { feed.shared(from, sealed).await.map(drop) });
        }
    }

    fn slot(&self, from: i64) -> Shared {
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = slices.iter().find(|shared| shared.has(from)) {
            return shared.clone();
        }
        let shared = Shared {
            from,
            slice: Arc::default(),
        };
        slices.push_back(shared.clone());
        if slices.len() > SLICES_MAX {
            slices.pop_front();
        }
        shared
    }

    /// Drops slices nobody will ask for again: everybody has everything before `leaf`.
    pub(crate) fn forget_before(&self, leaf: i64) {
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        slices.retain(|shared| shared.slice.get().is_none_or(|slice| slice.to > leaf));
    }

    /// About `limit` leaves from `from` on, of which only the events of `types`.
    pub(crate) async fn read(
        &self,
        from: i64,
        sealed: i64,
        limit: i64,
        types: Option<&'static [&'static str]>,
    ) -> Result<Slice, StoreError> {
        let to = commit_end(self.store.pool(), from + limit, sealed).await?;
        let middle = if to - from > HALVED_FROM {
            from.midpoint(to)
        } else {
            to
        };
        let (first, second) = tokio::try_join!(
            self.range(from, middle, types),
            self.range(middle, to, types),
        )?;
        let mut events = first;
        events.extend(second);
        self.open(&mut events).await?;
        Ok(Slice { from, to, events })
    }

    async fn range(
        &self,
        from: i64,
        to: i64,
        types: Option<&'static [&'static str]>,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        if from == to {
            return Ok(Vec::new());
        }
        let mut reading = self.store.pool().begin_with(BEGIN).await?;
        let sql = format!(
            "SELECT {} FROM log l JOIN events e USING (global_position)
             WHERE l.leaf_index >= $1 AND l.leaf_index < $2
               AND ($3::text[] IS NULL OR e.aggregate_type = ANY($3))
             ORDER BY l.leaf_index",
            RecordedEvent::COLUMNS
        );
        let events = sqlx::query_as(&sql)
            .bind(from)
            .bind(to)
            .bind(types)
            .fetch_all(&mut *reading)
            .await?;
        reading.commit().await?;
        Ok(events)
    }

    /// Decrypts; an event that cannot be decrypted stays sealed, so that whoever reads its
    /// personal fields fails on that one event and parks it.
    async fn open(&self, events: &mut [RecordedEvent]) -> Result<(), StoreError> {
        match self.store.open_events(events).await {
            Err(fault) if !fault.is_passing() => {
                for event in events {
                    let opened = self.store.open_events(std::slice::from_mut(event)).await;
                    if opened.as_ref().is_err_and(StoreError::is_passing) {
                        return opened;
                    }
                }
                Ok(())
            }
            other => other,
        }
    }
}

/// The first leaf from `leaf` on that begins a commit; the end of the log counts as one.
async fn commit_end(pool: &PgPool, leaf: i64, sealed: i64) -> Result<i64, StoreError> {
    if leaf >= sealed {
        return Ok(sealed);
    }
    let end: Option<i64> = sqlx::query_scalar(
        "SELECT leaf_index FROM log
         WHERE leaf_index >= $1 AND leaf_index < $2
           AND commit_index > (SELECT commit_index FROM log WHERE leaf_index = $1 - 1)
         ORDER BY leaf_index LIMIT 1",
    )
    .bind(leaf)
    .bind(sealed)
    .fetch_optional(pool)
    .await?;
    Ok(end.unwrap_or(sealed))
}

/// Reads for one consumer that is far behind, and only what it wants: the next slice while the
/// consumer works on the present one.
pub(crate) struct Reader {
    feed: Arc<Feed>,
    types: &'static [&'static str],
    ahead: JoinSet<Result<Slice, StoreError>>,
}

impl Reader {
    pub(crate) fn new(feed: Arc<Feed>, types: &'static [&'static str]) -> Self {
        Self {
            feed,
            types,
            ahead: JoinSet::new(),
        }
    }

    pub(crate) async fn next(&mut self, from: i64, sealed: i64) -> Result<Slice, StoreError> {
        let slice = match self.ahead.join_next().await {
            Some(Ok(Ok(slice))) if slice.from == from => slice,
            // Of another place, or failed: what matters is what can be read now.
            _ => {
                self.forget();
                let types = Some(self.types);
                self.feed.read(from, sealed, OWN_MAX, types).await?
            }
        };
        if slice.to < sealed {
            let (feed, types, next) = (Arc::clone(&self.feed), self.types, slice.to);
            self.ahead
                .spawn(async move { feed.read(next, sealed, OWN_MAX, Some(types)).await });
        }
        Ok(slice)
    }

    /// Drops what was read ahead.
    pub(crate) fn forget(&mut self) {
        self.ahead = JoinSet::new();
    }
}
