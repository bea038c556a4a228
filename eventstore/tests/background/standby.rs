//! Read models built anew beside the live ones, while everything goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use chaobiao_eventstore::operate::{self, DifferenceKind, Exchanged, Intent};
use chaobiao_eventstore::{Daemon, EventStore};
use sqlx::PgPool;
use tokio::task::JoinHandle;

use crate::counter::{LIMIT, Totals, World, rows, run, until};

async fn exchange(world: &World, version: i32, intent: Intent) -> Result<Exchanged, String> {
    let store = world.bus.store();
    operate::exchange(store, Totals::new(version), intent, false)
        .await
        .map_err(|error| error.to_string())
}

async fn build(store: &EventStore, totals: Arc<Totals>) -> operate::Built {
    operate::build(store, totals).await.unwrap()
}

/// Several events in one commit, so that there is something to build.
async fn fill(world: &World, commits: i64) {
    let names: Vec<String> = (0..100).map(|n| format!("c{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for amount in 1..=commits {
        world.add(&names, amount).await;
    }
}

async fn started(world: &World, version: i32) -> Daemon {
    let totals = Totals::new(version);
    let daemon = world.daemon().projectors(vec![totals]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    daemon
}

/// A resident's page: one connection, one prepared statement, again and again. Totals only grow,
/// so whoever sees less than before has seen a model that was not whole.
struct Reader {
    stop: Arc<AtomicBool>,
    reads: Arc<AtomicU32>,
    task: JoinHandle<i64>,
}

impl Reader {
    fn start(pool: PgPool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let reads = Arc::new(AtomicU32::new(0));
        let (ended, counted) = (Arc::clone(&stop), Arc::clone(&reads));
        let task = tokio::spawn(async move {
            let mut connection = pool.acquire().await.unwrap();
            let mut seen = 0;
            while !ended.load(Ordering::Relaxed) {
                let total: i64 =
                    sqlx::query_scalar("SELECT coalesce(sum(total), 0)::bigint FROM read_totals")
                        .fetch_one(&mut *connection)
                        .await
                        .unwrap();
                assert!(total >= seen, "{total} after {seen}");
                seen = total;
                counted.fetch_add(1, Ordering::Relaxed);
            }
            seen
        });
        Self { stop, reads, task }
    }

    async fn stop(self) -> i64 {
        self.stop.store(true, Ordering::Relaxed);
        assert!(self.reads.load(Ordering::Relaxed) > 10);
        self.task.await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_built_compared_exchanged_and_brought_back_under_load() {
    let world = Arc::new(World::create().await);
    let daemon = started(&world, 1).await;
    fill(&world, 20).await;
    // Whatever else runs on the cluster may hold the sealer up.
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let reader = Reader::start(world.pool());
    let writing = Arc::new(AtomicBool::new(true));
    let writer = tokio::spawn({
        let (world, writing) = (Arc::clone(&world), Arc::clone(&writing));
        async move {
            let mut last = 0;
            while writing.load(Ordering::Relaxed) {
                last = world.add(&["a", "b"], 1).await;
            }
            last
        }
    });
    let store = world.bus.store();
    let built = build(store, Totals::new(1)).await;
    assert!(built.next_leaf > 2_000 && !built.resumed);

    let diff = operate::diff(store, Totals::new(1)).await.unwrap();
    assert!(diff.aligned && diff.is_equal(), "{diff:?}");
    assert!(diff.tables[0].rows >= 101);
    for intent in [Intent::Swap, Intent::Undo, Intent::Undo] {
        let exchanged = exchange(&world, 1, intent).await.unwrap();
        assert!(exchanged.standby.was_live && !exchanged.live.was_live);
        assert!(exchanged.live.next_leaf >= exchanged.standby.next_leaf);
    }
    let again = exchange(&world, 1, Intent::Swap).await.unwrap_err();
    assert!(again.contains("live already"), "{again}");

    writing.store(false, Ordering::Relaxed);
    let last = writer.await.unwrap();
    assert!(daemon.wait_for(last, LIMIT).await);
    let seen = reader.stop().await;
    assert!(seen > 0);
    let diff = operate::diff(store, Totals::new(1)).await.unwrap();
    assert!(diff.aligned && diff.is_equal(), "{diff:?}");
    let verified = operate::verify(store, Totals::new(1)).await.unwrap();
    assert!(verified.is_equal(), "{verified:?}");
    daemon.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_row_is_listed_and_goes_with_its_side() {
    let world = World::create().await;
    let daemon = started(&world, 1).await;
    run(&world, "UPDATE read_totals SET total = 99").await;
    let store = world.bus.store();
    build(store, Totals::new(1)).await;
    let diff = operate::diff(store, Totals::new(1)).await.unwrap();
    let found = &diff.tables[0].examples;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].key.as_str(), found[0].kind),
        (r#"["a"]"#, DifferenceKind::Different)
    );
    exchange(&world, 1, Intent::Swap).await.unwrap();
    assert_eq!(world.totals().await, rows(&[("a", 1, 1)]));
    // The old side is kept up to date: what comes now is in it when it is brought back.
    assert!(daemon.wait_for(world.add(&["b"], 2).await, LIMIT).await);
    exchange(&world, 1, Intent::Undo).await.unwrap();
    assert_eq!(world.totals().await, rows(&[("a", 99, 1), ("b", 2, 1)]));
    exchange(&world, 1, Intent::Undo).await.unwrap();
    assert!(
        operate::drop_standby(store, &*Totals::new(1))
            .await
            .unwrap()
    );
    assert!(
        !operate::drop_standby(store, &*Totals::new(1))
            .await
            .unwrap()
    );
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(standby|passage|verify)_'";
    assert_eq!(world.count(left).await, 0);
    assert_eq!(world.count("SELECT count(*) FROM projection").await, 1);
    assert_eq!(world.totals().await, rows(&[("a", 1, 1), ("b", 2, 1)]));
    assert!(daemon.wait_for(world.add(&["b"], 1).await, LIMIT).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_cut_off_goes_on_where_it_was() {
    let world = World::create().await;
    started(&world, 1).await.shutdown().await;
    fill(&world, 60).await;
    let sealing = world.daemon().start();
    until(&world, "SELECT (next_leaf = 6001)::int::bigint FROM sealer").await;
    sealing.shutdown().await;
    let store = world.bus.store().clone();
    let first = Totals::new(1);
    let building = tokio::spawn({
        let (store, first) = (store.clone(), Arc::clone(&first));
        async move { operate::build(&store, first).await }
    });
    let begun = "SELECT count(*) FROM projection WHERE name = 'standby:totals' AND next_leaf > 0";
    until(&world, begun).await;
    building.abort();
    assert!(building.await.unwrap_err().is_cancelled());
    let position = "SELECT next_leaf FROM projection WHERE name = 'standby:totals'";
    let reached = world.count(position).await;
    assert!(reached < 6_001, "it was cut off too late");
    // The killed process's lease runs out.
    run(&world, "UPDATE lease SET held_until = '-infinity'").await;

    let second = Totals::new(1);
    let built = build(&store, Arc::clone(&second)).await;
    assert!(built.resumed);
    let rest = usize::try_from(6_001 - reached).unwrap();
    assert_eq!(second.projected.load(Ordering::Relaxed), rest);
    exchange(&world, 1, Intent::Swap).await.unwrap();
    let verified = operate::verify(&store, Totals::new(1)).await.unwrap();
    assert!(verified.is_equal());
    assert_eq!(verified.tables[0].rows, 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_ask_for_one_rebuild_share_it() {
    let world = World::create().await;
    started(&world, 1).await.shutdown().await;
    fill(&world, 20).await;
    let sealing = world.daemon().start();
    until(&world, "SELECT (next_leaf = 2001)::int::bigint FROM sealer").await;
    sealing.shutdown().await;
    let (first, second) = (Totals::new(1), Totals::new(1));
    let store = world.bus.store();
    let (one, other) = tokio::join!(build(store, first.clone()), build(store, second.clone()));
    assert_eq!((one.next_leaf, other.next_leaf), (2_001, 2_001));
    assert_ne!(one.resumed, other.resumed);
    let projected = |totals: &Totals| totals.projected.load(Ordering::Relaxed);
    assert_eq!(projected(&first) + projected(&second), 2_001);
    let diff = operate::diff(store, Totals::new(1)).await.unwrap();
    assert!(!diff.is_equal(), "nobody has filled the live side");
    assert!(!diff.aligned);
    exchange(&world, 1, Intent::Swap).await.unwrap();
    assert_eq!(world.totals().await.len(), 101);
}

/// A node that waits while the live rows are of another version gives up at once, and learns only
/// at its next look that they are its own again.
async fn caught_up(daemon: &Daemon, position: i64) {
    let shown = async {
        while !daemon.wait_for(position, LIMIT).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, shown).await.unwrap();
}

const LIVE_VERSION: &str = "SELECT version::bigint - 1 FROM projection WHERE name = 'totals'";

/// Version 2 counts double.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_program_shows_the_old_rows_until_its_own_are_ready() {
    let world = World::create().await;
    let old = started(&world, 1).await;
    fill(&world, 5).await;
    assert!(old.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let reader = Reader::start(world.pool());
    let new = world.daemon().projectors(vec![Totals::new(2)]).start();
    until(&world, LIVE_VERSION).await;
    caught_up(&new, world.add(&["a"], 1).await).await;
    assert_eq!(world.totals().await[0], ("a".to_owned(), 6, 3));
    reader.stop().await;

    // The old program is still running, and leaves the newer rows alone.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.count(LIVE_VERSION).await, 1);
    new.shutdown().await;
    let refused = exchange(&world, 2, Intent::Undo).await.unwrap_err();
    assert!(refused.contains("are of version 1"), "{refused}");
    exchange(&world, 1, Intent::Undo).await.unwrap();
    assert_eq!(world.totals().await[0], ("a".to_owned(), 3, 3));
    caught_up(&old, world.add(&["a"], 1).await).await;

    // The next start of the newer program takes up the rows it has left.
    let new = world.daemon().projectors(vec![Totals::new(2)]).start();
    until(&world, LIVE_VERSION).await;
    caught_up(&new, world.add(&["a"], 1).await).await;
    assert_eq!(world.totals().await[0], ("a".to_owned(), 10, 5));
    old.shutdown().await;
    new.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parked_events_hold_an_exchange_up_until_forced_and_go_with_their_side() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    assert!(daemon.wait_for(world.add(&["a"], 13).await, LIMIT).await);
    daemon.shutdown().await;
    let store = world.bus.store();
    build(store, Totals::broken()).await;
    let refused = exchange(&world, 1, Intent::Swap).await.unwrap_err();
    assert!(refused.contains("parked"), "{refused}");
    operate::exchange(store, Totals::new(1), Intent::Swap, true)
        .await
        .unwrap();
    assert_eq!(world.totals().await, []);
    let consumers: Vec<(String, i64)> = operate::consumers(&world.pool())
        .await
        .unwrap()
        .into_iter()
        .map(|consumer| (consumer.name, consumer.parked))
        .collect();
    let expected = [("standby:totals".to_owned(), 0), ("totals".to_owned(), 1)];
    assert_eq!(consumers, expected);
    // A runner that is up keeps what follows in the stream behind the parked event.
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    assert_eq!(world.totals().await, []);
    let retried = operate::retry_parked_projection(store, Totals::new(1))
        .await
        .unwrap();
    assert_eq!((retried.taken, retried.still_parked), (2, 0));
    assert_eq!(world.totals().await, rows(&[("a", 14, 2)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_and_names_follow_and_another_shape_does_not_fit() {
    let world = World::create().await;
    let daemon = started(&world, 1).await;
    for sql in [
        "CREATE UNIQUE INDEX totals_by_events ON read_totals (events DESC, counter) \
         WHERE events > 0",
        "GRANT SELECT ON read_totals TO PUBLIC",
        "GRANT UPDATE (last_by) ON read_totals TO PUBLIC",
    ] {
        run(&world, sql).await;
    }
    let described = "SELECT string_agg(line, ' ' ORDER BY line) FROM (
            SELECT indexdef AS line FROM pg_indexes WHERE tablename = 'read_totals'
                AND schemaname = 'public'
            UNION ALL SELECT concat(relowner::regrole, relacl, relpersistence) FROM pg_class
                WHERE oid = 'public.read_totals'::regclass
            UNION ALL SELECT attacl::text FROM pg_attribute
                WHERE attrelid = 'public.read_totals'::regclass) AS lines";
    let describe = || async {
        let text: String = sqlx::query_scalar(described)
            .fetch_one(&world.pool())
            .await
            .unwrap();
        text
    };
    let before = describe().await;
    let store = world.bus.store();
    build(store, Totals::new(1)).await;
    exchange(&world, 1, Intent::Swap).await.unwrap();
    assert_eq!(describe().await, before);

    run(&world, "ALTER TABLE read_totals ADD COLUMN note text").await;
    let refused = exchange(&world, 1, Intent::Undo).await.unwrap_err();
    assert!(refused.contains("a migration has changed"), "{refused}");
    // Asked for again, the rows are built in the new shape.
    assert!(!build(store, Totals::new(1)).await.resumed);
    exchange(&world, 1, Intent::Swap).await.unwrap();
    assert_eq!(world.totals().await, rows(&[("a", 1, 1)]));
    daemon.shutdown().await;
}

/// An export that takes its time holds the exchange up, not the other readers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_waits_for_a_long_reader_without_blocking_others() {
    let world = Arc::new(World::create().await);
    let daemon = started(&world, 1).await;
    build(world.bus.store(), Totals::new(1)).await;
    let mut export = world.pool().begin().await.unwrap();
    sqlx::query("SELECT FROM read_totals")
        .execute(&mut *export)
        .await
        .unwrap();
    let swapping = tokio::spawn({
        let world = Arc::clone(&world);
        async move { exchange(&world, 1, Intent::Swap).await }
    });
    for _ in 0..5 {
        let read = tokio::time::timeout(Duration::from_secs(1), world.totals()).await;
        assert_eq!(read.unwrap(), rows(&[("a", 1, 1)]));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(daemon.wait_for(world.add(&["b"], 1).await, LIMIT).await);
    assert!(!swapping.is_finished());
    export.commit().await.unwrap();
    assert!(swapping.await.unwrap().unwrap().standby.was_live);
}
