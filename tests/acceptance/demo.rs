//! The demo campus: made once, the same every time, and carried on after an interruption.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::sync::Arc;
use std::time::Duration;

use chaobiao::config::PhotoConfig;
use chaobiao::demo::{DemoError, DemoOptions, DemoParts, Progress, ensure};
use chaobiao::photos::{PhotoKey, PhotoLimits, PhotoStore};
use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::calendar::shipped_years;
use chaobiao_domain::work_calendar::LoadYear;
use chaobiao_eventstore::access::{Access, PasswordVerdict, SessionLimits};
use chaobiao_eventstore::notary::{Notary, NotaryOptions, prove_event};
use chaobiao_eventstore::{
    BusOptions, CommandBus, EventStore, Lease, MasterKey, SystemClock, seal_batch,
};
use chaobiao_proof::{LogKey, ProofFile, TrustedKey};
use chaobiao_testing::TestDatabase;
use object_store::memory::InMemory;
use tokio::sync::Notify;
use uuid::Uuid;

#[derive(Clone)]
struct Bench {
    bus: CommandBus,
    store: EventStore,
    access: Access,
    photos: PhotoStore,
    database: Arc<TestDatabase>,
}

impl Bench {
    async fn new() -> Self {
        let database = TestDatabase::create().await;
        let key = MasterKey::new([7; 32]);
        let clock = Arc::new(SystemClock);
        let store = EventStore::open(database.pool(), &key, clock)
            .await
            .unwrap();
        let options = BusOptions {
            simulation: true,
            ..BusOptions::default()
        };
        let limits = PhotoLimits::from(&PhotoConfig::default());
        Self {
            bus: CommandBus::new(store.clone(), options),
            access: Access::new(&store, SessionLimits::default()).unwrap(),
            store,
            photos: PhotoStore::over(Arc::new(InMemory::new()), limits, PhotoKey::new([7; 32])),
            database: Arc::new(database),
        }
    }

    fn parts(&self, progress: Option<Progress>) -> DemoParts<'_> {
        DemoParts {
            bus: &self.bus,
            access: &self.access,
            photos: &self.photos,
            progress,
        }
    }

    /// From two weeks before the first month, when the campus is set up, to the last day.
    async fn assert_all_happened_in_the_simulated_months(&self) {
        let outside: Vec<(String, String)> = sqlx::query_as(
            "SELECT event_type, recorded_at::text FROM events WHERE recorded_at \
                 NOT BETWEEN '2025-09-17T00:00:00+08' AND '2026-11-22T23:59:59.999999+08' LIMIT 5",
        )
        .fetch_all(&self.database.pool())
        .await
        .unwrap();
        assert_eq!(outside, []);
        let months: i64 = sqlx::query_scalar(
            "SELECT count(DISTINCT date_trunc('month', recorded_at AT TIME ZONE \
                 'Asia/Shanghai')) FROM events WHERE event_type = 'meter.reading_accepted'",
        )
        .fetch_one(&self.database.pool())
        .await
        .unwrap();
        assert_eq!(months, 14);
    }

    /// Everything that happened is in the log, under a signed head.
    async fn sign(&self) -> TrustedKey {
        let pool = self.database.pool();
        let lease = Lease::take(&pool, "sealer-test", Uuid::nil(), Duration::ZERO).await;
        let lease = lease.unwrap().unwrap();
        let unsealed = "SELECT (SELECT count(*) FROM events) > (SELECT count(*) FROM log)";
        while sqlx::query_scalar::<_, bool>(unsealed)
            .fetch_one(&pool)
            .await
            .unwrap()
        {
            seal_batch(&pool, &lease, 5000).await.unwrap();
        }
        let (key, public) = LogKey::generate("log.example/demo").unwrap();
        let options = NotaryOptions {
            keys: Arc::new(key),
            interval: Duration::ZERO,
            sinks: Vec::new(),
        };
        let mut notary = Notary::new(&self.store, options);
        while notary.extend().await.unwrap() {}
        notary.sign().await.unwrap();
        TrustedKey::parse(&public).unwrap()
    }

    /// With the public key alone; and with a byte changed, another in each, no proof is one.
    async fn assert_every_bill_is_proven(&self) {
        let trusted = [self.sign().await];
        let pool = self.database.pool();
        let issued = "SELECT event_id FROM events WHERE event_type = 'account.charged'";
        let bills: Vec<Uuid> = sqlx::query_scalar(issued).fetch_all(&pool).await.unwrap();
        assert!(bills.len() > 500, "{}", bills.len());
        let accepted = |bytes: &[u8]| {
            ProofFile::from_bytes(bytes).is_ok_and(|proof| proof.verify(&trusted).is_ok())
        };
        for (place, bill) in bills.into_iter().enumerate() {
            let proof = prove_event(&pool, bill).await.unwrap();
            let mut file = proof.to_text().unwrap().into_bytes();
            assert!(accepted(&file), "{bill}");
            let at = place * 7919 % file.len();
            file[at] ^= 1 << (place % 8);
            assert!(!accepted(&file), "{bill}, byte {at}");
        }
    }

    /// What happened, but for what is random in every store: ids of events and ciphertext.
    async fn digest(&self) -> (i64, String) {
        let digest = sqlx::query_as(
            "SELECT count(*), md5(string_agg(concat_ws('|', aggregate_type, aggregate_id, \
                 sequence, event_type, recorded_at, command_id, \
                 CASE WHEN payload::text LIKE '%$personal%' THEN '' ELSE payload::text END), \
                 '\n' ORDER BY aggregate_type, aggregate_id, sequence)) FROM events",
        );
        digest.fetch_one(&self.database.pool()).await.unwrap()
    }
}

fn options(seed: u64) -> DemoOptions {
    DemoOptions {
        seed,
        today: "2026-11-23".parse().unwrap(),
        meters: 200,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_the_demo_is_made_once_and_found_again_with_a_proof_for_every_bill() {
    let bench = Bench::new().await;
    let made = ensure(&bench.parts(None), options(1)).await.unwrap();
    assert!(made.commands > 5_000, "{}", made.commands);
    let digest = bench.digest().await;
    bench.assert_all_happened_in_the_simulated_months().await;

    // Another day, seed and size: the demo that is there stays as it is.
    let other = DemoOptions {
        seed: 2,
        today: "2026-12-24".parse().unwrap(),
        meters: 300,
    };
    let found = ensure(&bench.parts(None), other).await.unwrap();
    assert_eq!((found.commands, found.options), (0, options(1)));
    assert_eq!(found.logins, made.logins);
    assert_eq!(bench.digest().await, digest);
    bench.assert_every_bill_is_proven().await;

    for login in &found.logins {
        let verdict = bench
            .access
            .check_password(login.login, &login.password, None)
            .await;
        assert_eq!(verdict.unwrap(), PasswordVerdict::Right, "{}", login.login);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_demo_is_carried_on_to_the_same_end() {
    let whole = Bench::new().await;
    ensure(&whole.parts(None), options(1)).await.unwrap();

    let bench = Bench::new().await;
    let far_enough = Arc::new(Notify::new());
    let begun = tokio::spawn({
        let (bench, far_enough) = (bench.clone(), Arc::clone(&far_enough));
        async move {
            let progress: Progress = Arc::new(move |commands, _| {
                if commands > 3_000 {
                    far_enough.notify_one();
                }
            });
            ensure(&bench.parts(Some(progress)), options(1))
                .await
                .map(drop)
        }
    });
    far_enough.notified().await;
    begun.abort();
    let cut = begun.await;
    assert!(
        cut.is_err_and(|error| error.is_cancelled()),
        "the demo was still being made"
    );

    ensure(&bench.parts(None), options(1)).await.unwrap();
    assert_eq!(bench.digest().await, whole.digest().await);

    let other = Bench::new().await;
    ensure(&other.parts(None), options(2)).await.unwrap();
    assert_ne!(other.digest().await.1, whole.digest().await.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_other_data_is_left_alone() {
    let bench = Bench::new().await;
    let list = shipped_years().unwrap().remove(0);
    let at = "2026-11-01T00:00:00Z".parse().unwrap();
    let context = CommandContext::new(Uuid::from_u128(1), Actor::System("t".to_owned()), at);
    bench.bus.execute(context, LoadYear { list }).await.unwrap();
    let digest = bench.digest().await;
    let refused = ensure(&bench.parts(None), options(1)).await;
    assert!(matches!(refused, Err(DemoError::NotEmpty)));
    assert_eq!(bench.digest().await, digest);

    let few = DemoOptions {
        meters: 199,
        ..options(1)
    };
    let refused = ensure(&bench.parts(None), few).await;
    assert!(matches!(refused, Err(DemoError::MetersOutOfRange { .. })));
}
