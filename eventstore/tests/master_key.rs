//! Another master key takes the place of the present one, while the store is in use.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

mod tank;

use std::sync::{Arc, Mutex};

use chaobiao_decision::ErasedProcess;
use chaobiao_eventstore::{
    BusOptions, CommandBus, CommandError, EventStore, MasterKey, MasterKeys, StoreError,
    SystemClock, change_master_key,
};
use chaobiao_testing::TestDatabase;
use sqlx::PgPool;
use tank::{Sell, Tank, TankEvent, context};

/// The key files of a node.
#[derive(Clone, Debug)]
struct Files(Arc<Mutex<Vec<MasterKey>>>);

impl Files {
    fn holding(keys: &[MasterKey]) -> Self {
        Self(Arc::new(Mutex::new(keys.to_vec())))
    }

    fn hold(&self, keys: &[MasterKey]) {
        *self.0.lock().unwrap() = keys.to_vec();
    }
}

impl MasterKeys for Files {
    fn read(&self) -> std::io::Result<Vec<MasterKey>> {
        Ok(self.0.lock().unwrap().clone())
    }
}

fn old() -> MasterKey {
    MasterKey::new([1; 32])
}

fn next() -> MasterKey {
    MasterKey::new([2; 32])
}

async fn open(pool: PgPool, files: &Files) -> Result<EventStore, StoreError> {
    EventStore::open_with(pool, Arc::new(files.clone()), Arc::new(SystemClock)).await
}

fn sell(tank: u128) -> Sell {
    Sell {
        tank: format!("t{tank}"),
        number: tank.to_string(),
        owner: format!("王{tank}"),
    }
}

async fn sell_many(bus: &CommandBus, tanks: std::ops::Range<u128>) {
    let commands = tanks.map(|tank| {
        let process: Box<dyn ErasedProcess> = Box::new(sell(tank));
        (context(tank), process)
    });
    for answer in bus.execute_batch(commands.collect()).await {
        answer.unwrap();
    }
}

async fn owner(store: &EventStore, tank: u128) -> Option<String> {
    use cqrs_es::EventStore as _;
    let repository = chaobiao_eventstore::AuditRepository::new(store.clone());
    let audit: cqrs_es::persist::PersistedEventStore<_, Tank> =
        cqrs_es::persist::PersistedEventStore::new_event_store(repository);
    let events = audit.load_events(&format!("t{tank}")).await.unwrap();
    let TankEvent::Sold { owner } = &events.last()?.payload else {
        return None;
    };
    owner.value().cloned()
}

async fn wrapped_by_next(pool: &PgPool) -> (i64, i64) {
    let count = "SELECT count(*) FILTER (WHERE wrapped_by = (SELECT wrapped_by FROM subject_key
                     WHERE subject = 'owner/t0')), count(*) FROM subject_key
                  WHERE wrapped_key IS NOT NULL";
    sqlx::query_as(count).fetch_one(pool).await.unwrap()
}

/// Waits for what the server still does for somebody who has gone.
async fn nothing_runs(pool: &PgPool) {
    let running = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                     AND pid <> pg_backend_pid() AND state <> 'idle')";
    while sqlx::query_scalar(running).fetch_one(pool).await.unwrap() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_cut_off_in_the_middle_goes_on_and_loses_nobody() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let files = Files::holding(&[old()]);
    let store = open(pool.clone(), &files).await.unwrap();
    let bus = CommandBus::new(store.clone(), BusOptions::default());
    sell_many(&bus, 0..1_700).await;
    let destroyed = "UPDATE subject_key SET wrapped_key = NULL, destroyed_at = now()
                      WHERE subject = 'owner/t7'";
    sqlx::query(destroyed).execute(&pool).await.unwrap();

    files.hold(&[old(), next()]);
    let cut_off = tokio::spawn({
        let store = store.clone();
        async move { change_master_key(&store, &next()).await }
    });
    while wrapped_by_next(&pool).await.0 == 1_699 && !cut_off.is_finished() {
        tokio::task::yield_now().await;
    }
    cut_off.abort();
    let _ = cut_off.await;
    nothing_runs(&pool).await;
    let (wrapped, all) = wrapped_by_next(&pool).await;
    assert!((500..=1_699).contains(&wrapped), "{wrapped} of {all}");

    // Meanwhile everything is read and written, by a node that has been there and by a new one.
    let started = open(pool.clone(), &files).await.unwrap();
    sell_many(&bus, 1_700..1_701).await;
    for tank in [0, 1_699, 1_700] {
        assert_eq!(owner(&started, tank).await, Some(format!("王{tank}")));
    }

    let rest = change_master_key(&started, &next()).await.unwrap().wrapped;
    assert_eq!(i64::try_from(rest).unwrap(), 1_699 - wrapped);
    assert_eq!(wrapped_by_next(&pool).await, (1_700, 1_700));
    assert_eq!(
        change_master_key(&started, &next()).await.unwrap().wrapped,
        0
    );

    // The next key alone opens everything, and what was hashed is known again.
    files.hold(&[next()]);
    sell_many(&bus, 1_701..1_702).await;
    let alone = open(pool.clone(), &Files::holding(&[next()]))
        .await
        .unwrap();
    for tank in [0, 499, 500, 1_699, 1_700, 1_701] {
        assert_eq!(owner(&alone, tank).await, Some(format!("王{tank}")));
    }
    assert_eq!(owner(&alone, 7).await, None, "who was erased stays erased");
    let bus = CommandBus::new(alone, BusOptions::default());
    assert!(bus.execute(context(3), sell(3)).await.unwrap().repeated);
    let taken = Sell {
        number: "3".to_owned(),
        ..sell(9_000)
    };
    let refused = bus.execute(context(9_000), taken).await.unwrap_err();
    let CommandError::Refused(refused) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refused.code, "TANK_NUMBER_TAKEN");

    // And the former one opens nothing any more.
    let former = open(pool, &Files::holding(&[old()])).await;
    assert!(
        matches!(former, Err(StoreError::OtherMasterKey)),
        "{former:?}"
    );
}

#[tokio::test]
async fn another_master_key_is_no_key_to_the_database() {
    let database = TestDatabase::create().await;
    drop(
        open(database.pool(), &Files::holding(&[old()]))
            .await
            .unwrap(),
    );
    let other = open(database.pool(), &Files::holding(&[next()])).await;
    assert!(
        matches!(other, Err(StoreError::OtherMasterKey)),
        "{other:?}"
    );
    let none = open(database.pool(), &Files::holding(&[])).await;
    assert!(matches!(none, Err(StoreError::NoMasterKey)), "{none:?}");
}
