//! What the due runner does when its time has come, on a clock of the test's own: warnings and notes
//! of unanswered cases, reminders of outages.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chaobiao::config::PhotoConfig;
use chaobiao::erasure::Keepers;
use chaobiao::photos::{PhotoAnalyst, PhotoKey, PhotoLimits, PhotoStore};
use chaobiao::policies;
use chaobiao_decision::{Actor, CommandContext, Process};
use chaobiao_domain::account::{AccountClass, OpenAccount};
use chaobiao_domain::bulletin::outage::{OutageArea, PublishOutage};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan, shipped_years};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::customer::{ApproveBinding, CustomerKind, Register, RequestBinding};
use chaobiao_domain::service::ContactGiven;
use chaobiao_domain::service::case::{CaseKind, OpenCase, ReplyToCase};
use chaobiao_domain::units::{CaseId, Commodity, instant_of};
use chaobiao_domain::work_calendar::LoadYear;
use chaobiao_eventstore::access::{Access, SessionLimits};
use chaobiao_eventstore::{
    BusOptions, CommandBus, Daemon, EventStore, JsonLinesSender, ManualClock, MasterKey,
};
use chaobiao_projections::service_cases::{self, CaseRow};
use chaobiao_testing::{ScratchDirectory, TestDatabase};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use uuid::Uuid;

struct World {
    clock: Arc<ManualClock>,
    bus: CommandBus,
    outbox: PathBuf,
    commands: u128,
    _daemon: Daemon,
    _database: TestDatabase,
    _scratch: ScratchDirectory,
}

fn at(time: &str) -> DateTime<Utc> {
    instant_of(NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap())
}

impl World {
    async fn at(time: &str) -> Self {
        let database = TestDatabase::create().await;
        let scratch = ScratchDirectory::create();
        let clock = Arc::new(ManualClock::new(at(time)));
        let master = MasterKey::new([7; 32]);
        let store = EventStore::open(database.pool(), &master, clock.clone())
            .await
            .unwrap();
        let options = BusOptions {
            simulation: true,
            ..BusOptions::default()
        };
        let bus = CommandBus::new(store.clone(), options);
        let outbox = scratch.path().join("outbox.jsonl");
        let sender = JsonLinesSender::new(outbox.clone());
        let keepers = Keepers {
            access: Access::new(&store, SessionLimits::default()).unwrap(),
            photos: PhotoStore::in_folder(
                &scratch.path().join("photos"),
                PhotoLimits::from(&PhotoConfig::default()),
                PhotoKey::new([7; 32]),
            )
            .unwrap(),
            outbox: sender.clone(),
            store: store.clone(),
        };
        let analyst = PhotoAnalyst::new(keepers.photos.clone(), store.pool().clone(), 0);
        let daemon = Daemon::builder(bus.clone())
            .projectors(chaobiao_projections::all(&store))
            .policies(policies::all(keepers, analyst))
            .processes(policies::processes())
            .sender(Arc::new(sender))
            .start();
        let mut world = Self {
            clock,
            bus,
            outbox,
            commands: 0,
            _daemon: daemon,
            _database: database,
            _scratch: scratch,
        };
        world.set_up().await;
        world
    }

    async fn set_up(&mut self) {
        for list in shipped_years().unwrap() {
            self.run(Actor::System("test".to_owned()), LoadYear { list })
                .await;
        }
        let span = OfficeSpan {
            from: "08:00:00".parse().unwrap(),
            to: "18:00:00".parse().unwrap(),
        };
        let campus = OpenCampus {
            campus_id: "N".parse().unwrap(),
            name: "北校区".to_owned(),
            office_hours: OfficeHours::try_new(vec![span]).unwrap(),
            contact: "5566".to_owned(),
        };
        self.run(Actor::System("test".to_owned()), campus).await;
    }

    async fn run<P: Process>(&mut self, actor: Actor, process: P) -> P::Outcome {
        self.commands += 1;
        let id = Uuid::from_u128(self.commands);
        let now = chaobiao_eventstore::Clock::now(&*self.clock);
        let context = CommandContext::new(id, actor, now);
        self.bus.execute(context, process).await.unwrap().outcome
    }

    async fn customer(&mut self, phone: &str) -> Actor {
        let register = Register {
            phone: phone.parse().unwrap(),
            kind: CustomerKind::Resident,
        };
        let registered = self.run(Actor::System("test".to_owned()), register).await;
        Actor::Customer(registered.customer_id.to_string())
    }

    /// Waits until a case looks as wanted.
    async fn case(&self, case_id: &CaseId, wanted: impl Fn(&CaseRow) -> bool) -> CaseRow {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            let pool = self.bus.store().pool();
            let row = service_cases::by_id(pool, case_id.as_str()).await.unwrap();
            if let Some(row) = row.filter(|row| wanted(row)) {
                return row;
            }
            assert!(Instant::now() < deadline, "the case never looked so");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn messages(&self, containing: &str, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            let text = std::fs::read_to_string(&self.outbox).unwrap_or_default();
            if text.matches(containing).count() == count {
                return;
            }
            assert!(Instant::now() < deadline, "{containing}: {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn fault() -> OpenCase {
    OpenCase {
        kind: CaseKind::Fault,
        topic: None,
        campus: "N".parse().unwrap(),
        place: "北苑".to_owned(),
        description: "漏水".to_owned(),
        photos: Vec::new(),
        account_no: None,
        meter_no: None,
        concerned: None,
        contact: ContactGiven::default(),
    }
}

#[tokio::test]
async fn r59_a_case_is_warned_of_before_its_deadline_and_noted_after_it() {
    let mut world = World::at("2026-09-21 10:00").await;
    let resident = world.customer("13800138000").await;
    let case_id = world.run(resident.clone(), fault()).await.case_id;
    let answered = world.run(resident, fault()).await.case_id;
    let reply = ReplyToCase {
        case_id: answered.clone(),
        text: "马上到".to_owned(),
    };
    world.run(Actor::Staff("li".to_owned()), reply).await;
    world.messages("马上到", 1).await;
    world.case(&answered, |row| row.answered_at.is_some()).await;

    world.clock.set(at("2026-09-21 11:30"));
    let row = world.case(&case_id, |row| row.warned_at.is_some()).await;
    assert_eq!(row.missed_at, None);
    world.clock.set(at("2026-09-21 12:00"));
    world.case(&case_id, |row| row.missed_at.is_some()).await;
    let row = world.case(&answered, |_| true).await;
    assert_eq!(
        (row.warned_at, row.missed_at),
        (None, None),
        "an answer ends the watch"
    );
}

#[tokio::test]
async fn r61_whose_supply_is_cut_is_reminded_ahead_even_who_moved_in_since() {
    let mut world = World::at("2026-09-21 10:00").await;
    let staff = Actor::Staff("li".to_owned());
    let account = OpenAccount {
        account_no: "10001".parse().unwrap(),
        class: AccountClass::Resident,
        campus: "N".parse().unwrap(),
        holder: "王芳".to_owned(),
        phone: None,
        address: "北苑 201".to_owned(),
        household_persons: 3,
    };
    world.run(staff.clone(), account).await;
    let publish = PublishOutage {
        commodities: BTreeSet::from([Commodity::Water]),
        area: OutageArea::Campus {
            campus: "N".parse().unwrap(),
        },
        from: at("2026-09-23 09:00"),
        to: at("2026-09-23 12:00"),
        reason: "检修".to_owned(),
    };
    world.run(staff.clone(), publish).await;
    let resident = world.customer("13800138000").await;
    let Actor::Customer(customer_id) = resident.clone() else {
        panic!("no customer");
    };
    let request = RequestBinding {
        customer_id: customer_id.parse().unwrap(),
        account_no: "10001".parse().unwrap(),
        holder_name: "王芳".to_owned(),
    };
    let binding_id = world.run(resident, request).await.binding_id;
    world.run(staff, ApproveBinding { binding_id }).await;
    world.messages("binding_approved", 1).await;
    world.clock.set(at("2026-09-22 09:00"));
    world.messages("提醒：停水", 1).await;
    world
        .clock
        .set(at("2026-09-22 09:00") + TimeDelta::hours(1));
    world.messages("提醒：停水", 1).await;
}
