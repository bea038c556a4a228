//! A consumer as a background job.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chaobiao_decision::StreamId;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::RecordedEvent;
use crate::daemon::consumer::{ConsumeError, Consumer};
use crate::daemon::feed::{Feed, Reader};
use crate::daemon::job::{Job, Step};
use crate::daemon::progress::Progress;
use crate::daemon::{DaemonError, Lease, checkpoint};

/// Behind by more than this, a consumer reads for itself, and only what it wants.
const CATCH_UP_FROM: i64 = 20_000;
/// Events of other types move the checkpoint only now and then.
const SAVE_EVERY: Duration = Duration::from_millis(200);
/// How often an idle consumer looks whether it has been reset.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A transaction holds the sealer up from its first write to its end.
const TRANSACTION_AIM: Duration = Duration::from_millis(100);
const TRANSACTION_EVENTS_MIN: usize = 50;
const TRANSACTION_EVENTS_MAX: usize = 10_000;

pub(crate) const SIBLING: &str = "an earlier event of the stream is parked";

pub(crate) struct ConsumerJob {
    consumer: Arc<dyn Consumer>,
    pool: PgPool,
    feed: Arc<Feed>,
    reader: Reader,
    progress: Arc<Progress>,
    sealed: watch::Receiver<i64>,
    /// The next leaf to take.
    position: i64,
    /// The stored checkpoint: behind `position` while nothing concerned this consumer.
    saved: i64,
    saved_at: Instant,
    blocked: HashSet<StreamId>,
    /// Events per transaction, so that it takes about [`TRANSACTION_AIM`].
    size: usize,
}

/// What came of a transaction.
enum Attempt {
    Done,
    /// The stored state is not what this job believes.
    Stale,
    Failed(ConsumeError),
}

/// Events and the checkpoint they lead to.
type Range<'a> = (&'a [RecordedEvent], i64);

impl ConsumerJob {
    pub(crate) fn new(
        consumer: Arc<dyn Consumer>,
        pool: PgPool,
        feed: Arc<Feed>,
        progress: Arc<Progress>,
    ) -> Self {
        let sealed = progress.sealed();
        let reader = Reader::new(Arc::clone(&feed), consumer.aggregate_types());
        Self {
            consumer,
            pool,
            feed,
            reader,
            progress,
            sealed,
            position: 0,
            saved: 0,
            saved_at: Instant::now(),
            blocked: HashSet::new(),
            size: 1_000,
        }
    }

    fn reached(&mut self, position: i64) {
        self.position = position;
        self.progress
            .consumer_reached(self.consumer.checkpoint(), position);
    }

    /// Takes the wanted events of the next slice.
    async fn take_slice(&mut self, lease: &Lease, sealed: i64) -> Result<Step, DaemonError> {
        let consumer = Arc::clone(&self.consumer);
        let types = consumer.aggregate_types();
        let (own, shared);
        let slice = if sealed - self.position > CATCH_UP_FROM {
            own = self.reader.next(self.position, sealed).await?;
            &own
        } else {
            self.reader.forget();
            shared = self.feed.shared(self.position, sealed).await?;
            self.feed.prepare(shared.to, sealed);
            &*shared
        };
        let events = wanted(&slice.events, self.position, types);
        let mut rest: &[RecordedEvent] = &events;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(commit_split(rest, self.size));
            let to = after.first().map_or(slice.to, |event| event.leaf_index);
            let started = Instant::now();
            if !self.take_range(lease, (chunk, to)).await? {
                return Ok(Step::Restart);
            }
            self.adapt(chunk.len(), started.elapsed());
            rest = after;
        }
        self.reached(slice.to);
        Ok(Step::More)
    }

    fn adapt(&mut self, events: usize, took: Duration) {
        if took > TRANSACTION_AIM {
            self.size = (self.size / 2).max(TRANSACTION_EVENTS_MIN);
        } else if events >= self.size && took < TRANSACTION_AIM / 2 {
            self.size = (self.size * 2).min(TRANSACTION_EVENTS_MAX);
        }
    }

    /// Commits a range; one that fails is halved until the poison event stands alone, and that one
    /// is parked. `false` when the job must look at its stored state again.
    async fn take_range(&mut self, lease: &Lease, range: Range<'_>) -> Result<bool, DaemonError> {
        let mut ranges = vec![range];
        while let Some((events, to)) = ranges.pop() {
            match self.attempt(lease, events, to).await? {
                Attempt::Done => {}
                Attempt::Stale => return Ok(false),
                Attempt::Failed(error) if error.passing => {
                    return Err(DaemonError::Refused(error.message));
                }
                Attempt::Failed(error) if events.len() == 1 => {
                    if !self.park(lease, events, to, &error.message).await? {
                        return Ok(false);
                    }
                }
                Attempt::Failed(_) => {
                    let (first, second) = events.split_at(half(events));
                    let middle = second.first().map_or(to, |event| event.leaf_index);
                    ranges.push((second, to));
                    ranges.push((first, middle));
                }
            }
        }
        Ok(true)
    }

    /// Two steps in `eventstore/model`: `React` is `prepare`, which may be repeated after a kill;
    /// `Advance` is the transaction that compares checkpoint and fence.
    async fn attempt(
        &mut self,
        lease: &Lease,
        events: &[RecordedEvent],
        to: i64,
    ) -> Result<Attempt, DaemonError> {
        let (free, siblings) = self.divide(events);
        let prepared = lease
            .keep_during(&self.pool, self.consumer.prepare(&free))
            .await?;
        let effects = match prepared {
            Ok(effects) => effects,
            Err(error) => return Ok(Attempt::Failed(error)),
        };
        let mut transaction = self.begin().await?;
        if !checkpoint::lock(&mut transaction, &*self.consumer, self.saved).await? {
            return Ok(Attempt::Stale);
        }
        let checkpoint = self.consumer.checkpoint();
        if !self.blocked.is_empty() {
            // `parked retry` may have freed streams since.
            let blocked = checkpoint::blocked(&mut transaction, checkpoint).await?;
            if blocked != self.blocked {
                return Ok(Attempt::Stale);
            }
        }
        if !free.is_empty()
            && let Err(error) = self.consumer.write(&free, &effects, &mut transaction).await
        {
            return Ok(Attempt::Failed(error));
        }
        checkpoint::park(&mut transaction, checkpoint, &siblings, SIBLING).await?;
        checkpoint::advance(&mut transaction, lease, &*self.consumer, self.saved, to).await?;
        transaction.commit().await?;
        self.saved = to;
        self.saved_at = Instant::now();
        self.reached(to);
        count_events(self.consumer.checkpoint(), free.len(), siblings.len());
        Ok(Attempt::Done)
    }

    /// Events to take now, and those that must wait behind a parked one.
    fn divide<'a>(
        &self,
        events: &'a [RecordedEvent],
    ) -> (Cow<'a, [RecordedEvent]>, Vec<RecordedEvent>) {
        if !events
            .iter()
            .any(|event| self.blocked.contains(&event.stream))
        {
            return (Cow::Borrowed(events), Vec::new());
        }
        let (siblings, free) = events
            .iter()
            .cloned()
            .partition(|event| self.blocked.contains(&event.stream));
        (Cow::Owned(free), siblings)
    }

    async fn park(
        &mut self,
        lease: &Lease,
        events: &[RecordedEvent],
        to: i64,
        error: &str,
    ) -> Result<bool, DaemonError> {
        let name = self.consumer.checkpoint();
        let mut transaction = self.begin().await?;
        if !checkpoint::lock(&mut transaction, &*self.consumer, self.saved).await? {
            return Ok(false);
        }
        checkpoint::park(&mut transaction, name, events, error).await?;
        checkpoint::advance(&mut transaction, lease, &*self.consumer, self.saved, to).await?;
        transaction.commit().await?;
        for event in events {
            tracing::error!(
                consumer = name,
                leaf = event.leaf_index,
                stream = %event.stream,
                error,
                "an event could not be taken and is parked"
            );
            self.blocked.insert(event.stream.clone());
        }
        count_events(name, 0, events.len());
        self.saved = to;
        self.reached(to);
        Ok(true)
    }

    /// Rows and checkpoint are lost together in a crash, and replayed: no need to wait for the disk.
    async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, sqlx::Error> {
        let begin = "BEGIN; SET LOCAL synchronous_commit = off";
        self.pool.begin_with(begin).await
    }

    /// Stores a checkpoint that moved past events of other types only, and looks now and then
    /// whether an operator has moved it.
    async fn save(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let unsaved = self.saved != self.position;
        let pause = if unsaved { SAVE_EVERY } else { LOOK_EVERY };
        if self.saved_at.elapsed() < pause {
            return Ok(Step::Idle);
        }
        self.saved_at = Instant::now();
        if unsaved {
            return self.store_position(lease).await;
        }
        let name = self.consumer.checkpoint();
        let stored: Option<i64> =
            sqlx::query_scalar("SELECT next_leaf FROM projection WHERE name = $1")
                .bind(name)
                .fetch_optional(&self.pool)
                .await?;
        Ok(if stored == Some(self.saved) {
            Step::Idle
        } else {
            Step::Restart
        })
    }

    async fn store_position(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let mut transaction = self.begin().await?;
        if !checkpoint::lock(&mut transaction, &*self.consumer, self.saved).await? {
            return Ok(Step::Restart);
        }
        let (from, to) = (self.saved, self.position);
        checkpoint::advance(&mut transaction, lease, &*self.consumer, from, to).await?;
        transaction.commit().await?;
        self.saved = to;
        Ok(Step::Idle)
    }

    /// For a runner that stops once it has caught up.
    pub(crate) async fn save_now(&mut self, lease: &Lease) -> Result<(), DaemonError> {
        if self.saved != self.position {
            self.store_position(lease).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Job for ConsumerJob {
    fn lease_name(&self) -> &str {
        self.consumer.lease_name()
    }

    async fn take_over(&mut self, lease: &Lease) -> Result<(), DaemonError> {
        let opened = checkpoint::open(&self.pool, lease, &*self.consumer).await;
        let foreign = matches!(opened, Err(DaemonError::OtherVersion { .. }));
        self.progress.freeze(self.consumer.checkpoint(), foreign);
        let position = opened?;
        let mut connection = self.pool.acquire().await?;
        self.blocked = checkpoint::blocked(&mut connection, self.consumer.checkpoint()).await?;
        self.saved = position;
        self.progress.hold(self.consumer.checkpoint(), true);
        self.reached(position);
        Ok(())
    }

    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let sealed = *self.sealed.borrow_and_update();
        if self.position < sealed {
            return self.take_slice(lease, sealed).await;
        }
        self.feed.forget_before(self.progress.last());
        self.save(lease).await
    }

    async fn wait(&mut self) {
        let unsaved = self.saved != self.position;
        tokio::select! {
            _ = self.sealed.changed() => {}
            () = sleep(if unsaved { SAVE_EVERY } else { LOOK_EVERY }) => {}
        }
    }

    fn let_go(&mut self) {
        self.progress.hold(self.consumer.checkpoint(), false);
    }
}

fn count_events(consumer: &str, taken: usize, parked: usize) {
    let labels = [("consumer", consumer.to_owned())];
    metrics::counter!("chaobiao_consumed_events_total", &labels).increment(taken as u64);
    metrics::counter!("chaobiao_parked_events_total", &labels).increment(parked as u64);
}

fn wanted<'a>(events: &'a [RecordedEvent], from: i64, types: &[&str]) -> Cow<'a, [RecordedEvent]> {
    let start = events.partition_point(|event| event.leaf_index < from);
    let events = &events[start..];
    let is_wanted = |event: &&RecordedEvent| types.contains(&event.stream.aggregate_type.as_str());
    if events.iter().all(|event| is_wanted(&event)) {
        Cow::Borrowed(events)
    } else {
        Cow::Owned(events.iter().filter(is_wanted).cloned().collect())
    }
}

/// Where to cut so that about `size` events are left and no commit is torn.
fn commit_split(events: &[RecordedEvent], size: usize) -> usize {
    let Some(last) = size.checked_sub(1).and_then(|last| events.get(last)) else {
        return events.len();
    };
    events.partition_point(|event| event.commit_index <= last.commit_index)
}

/// Where to halve a failed range: between commits if it has several, else between events.
fn half(events: &[RecordedEvent]) -> usize {
    let middle = events.len() / 2;
    let commit = events[middle].commit_index;
    let before = events.partition_point(|event| event.commit_index < commit);
    let after = events.partition_point(|event| event.commit_index <= commit);
    match (before, after) {
        (0, end) if end == events.len() => middle,
        (0, end) => end,
        (start, _) => start,
    }
}
