//! Directory, binding queue and audit trail, from commands through the daemon to rows.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext, Process, StreamId};
use chaobiao_domain::access_log::{AccessEntry, AccessKind, RecordAccess};
use chaobiao_domain::account::{AccountClass, ChangeAccount, OpenAccount};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan, shipped_years};
use chaobiao_domain::campus::{OpenCampus, SetOfficeHours};
use chaobiao_domain::customer::{
    ApproveBinding, CustomerKind, Register, RejectBinding, RequestBinding, RevokeBinding,
};
use chaobiao_domain::staff::{ContactInput, GrantRole, HireStaff, Leave, Role};
use chaobiao_domain::units::{BindingId, CustomerId};
use chaobiao_domain::work_calendar::LoadYear;
use chaobiao_eventstore::{BusOptions, CommandBus, Daemon, EventStore, ManualClock, MasterKey};
use chaobiao_projections::audit_trail::{self, AuditFilter};
use chaobiao_projections::binding_queue::{self, BindingFilter};
use chaobiao_projections::directory::{self, AccountFilter, AccountSearch, Reach};
use chaobiao_projections::paging::{Page, Slice};
use chaobiao_projections::personal::reveal;
use chaobiao_projections::sorting::SortKey;
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use uuid::Uuid;

struct Centre {
    _database: TestDatabase,
    pool: PgPool,
    store: EventStore,
    bus: CommandBus,
    daemon: Daemon,
    commands: u128,
    position: Option<i64>,
}

fn start() -> DateTime<Utc> {
    "2026-09-24T01:00:00Z".parse().unwrap()
}

impl Centre {
    async fn open() -> Self {
        let database = TestDatabase::create().await;
        let clock = Arc::new(ManualClock::new(start()));
        let master = MasterKey::new([7; 32]);
        let store = EventStore::open(database.pool(), &master, clock)
            .await
            .unwrap();
        let options = BusOptions {
            simulation: true,
            ..BusOptions::default()
        };
        let bus = CommandBus::new(store.clone(), options);
        let daemon = Daemon::builder(bus.clone())
            .projectors(chaobiao_projections::all(&store))
            .start();
        let pool = database.pool();
        Self {
            _database: database,
            pool,
            store,
            bus,
            daemon,
            commands: 0,
            position: None,
        }
    }

    async fn run<P: Process>(&mut self, process: P) -> P::Outcome {
        self.run_as(Actor::Staff("li".to_owned()), process).await
    }

    async fn run_as<P: Process>(&mut self, actor: Actor, process: P) -> P::Outcome {
        self.commands += 1;
        let seconds = i64::try_from(self.commands).unwrap();
        let at = start() + TimeDelta::seconds(seconds);
        let mut context = CommandContext::new(Uuid::from_u128(self.commands), actor, at);
        context.origin = Some("10.0.0.9".to_owned());
        let executed = self.bus.execute(context, process).await.unwrap();
        self.position = executed.position.or(self.position);
        executed.outcome
    }

    async fn caught_up(&self) -> &PgPool {
        let position = self.position.unwrap();
        assert!(
            self.daemon
                .wait_for(position, Duration::from_secs(20))
                .await
        );
        &self.pool
    }

    async fn open_account(&mut self, number: &str, class: AccountClass, campus: &str) {
        let open = OpenCampus {
            campus_id: campus.parse().unwrap(),
            name: format!("{campus} 校区"),
            office_hours: hours("08:00", "18:00"),
            contact: "021-1".to_owned(),
        };
        // The same command for the same campus: a second time changes nothing.
        let command = self.bus.command_id("test-campus", campus);
        let context = CommandContext::new(command, Actor::System("test".to_owned()), start());
        self.bus.execute(context, open).await.unwrap();
        let account = OpenAccount {
            account_no: number.parse().unwrap(),
            class,
            campus: campus.parse().unwrap(),
            holder: format!("户主{number}"),
            phone: Some("13800138000".parse().unwrap()),
            address: format!("北苑 {number}"),
            household_persons: 3,
        };
        self.run(account).await;
    }

    async fn customer(&mut self, phone: &str) -> CustomerId {
        let register = Register {
            phone: phone.parse().unwrap(),
            kind: CustomerKind::Resident,
        };
        self.run_as(Actor::Anonymous, register).await.customer_id
    }

    async fn request(&mut self, customer_id: &CustomerId, account: &str) -> BindingId {
        let request = RequestBinding {
            customer_id: customer_id.clone(),
            account_no: account.parse().unwrap(),
            holder_name: format!("户主{account}"),
        };
        let actor = Actor::Customer(customer_id.to_string());
        self.run_as(actor, request).await.binding_id
    }
}

fn hours(from: &str, to: &str) -> OfficeHours {
    let span = OfficeSpan {
        from: format!("{from}:00").parse().unwrap(),
        to: format!("{to}:00").parse().unwrap(),
    };
    OfficeHours::try_new(vec![span]).unwrap()
}

/// Four accounts, the first of which has changed since.
async fn four_accounts() -> Centre {
    let mut centre = Centre::open().await;
    for (number, class, campus) in [
        ("8001", AccountClass::Resident, "N"),
        ("8002", AccountClass::Unit, "N"),
        ("8003", AccountClass::Resident, "S"),
        ("9001", AccountClass::Resident, "N"),
    ] {
        centre.open_account(number, class, campus).await;
    }
    let change = ChangeAccount {
        account_no: "8001".parse().unwrap(),
        class: None,
        campus: Some("S".parse().unwrap()),
        holder: Some("新户主".to_owned()),
        phone: None,
        remove_phone: true,
        address: None,
        household_persons: Some(5),
    };
    centre.run(change).await;
    centre
}

#[tokio::test]
async fn accounts_are_listed_page_by_page() {
    let centre = four_accounts().await;
    let pool = centre.caught_up().await;

    let numbers = |slice: &Slice<directory::AccountRow, SortKey>| {
        slice
            .rows
            .iter()
            .map(|(_, row)| row.account_no.clone())
            .collect::<Vec<_>>()
    };
    let all = AccountFilter::default();
    let first = directory::accounts(pool, &all, &Page::first(3))
        .await
        .unwrap();
    assert_eq!(
        (numbers(&first), first.has_next),
        (vec!["8001".into(), "8002".into(), "8003".into()], true)
    );
    let after = Some(first.rows[2].0.clone());
    let second = directory::accounts(pool, &all, &Page::first(3).following(after))
        .await
        .unwrap();
    assert_eq!(
        (numbers(&second), second.has_next),
        (vec!["9001".to_owned()], false)
    );

    let filter = AccountFilter {
        search: AccountSearch::new(centre.store.blind_index(), "80", Reach::default()),
        campus: Some("S".to_owned()),
        class: Some("resident".to_owned()),
    };
    let found = directory::accounts(pool, &filter, &Page::first(10))
        .await
        .unwrap();
    assert_eq!(numbers(&found), ["8001", "8003"]);
}

#[tokio::test]
async fn whoever_is_erased_is_found_by_number_only() {
    let centre = four_accounts().await;
    let pool = centre.caught_up().await;
    let everything = Reach {
        persons: true,
        places: true,
    };
    let found = async |text: &str| {
        let filter = AccountFilter {
            search: AccountSearch::new(centre.store.blind_index(), text, everything),
            ..AccountFilter::default()
        };
        let slice = directory::accounts(pool, &filter, &Page::first(10)).await;
        let rows = slice.unwrap().rows.into_iter();
        rows.map(|(_, row)| row.account_no).collect::<Vec<_>>()
    };
    assert_eq!(found("户主8002").await, ["8002"]);
    assert_eq!(found("38000").await, ["8002", "8003", "9001"]);
    sqlx::query(
        "UPDATE subject_key SET wrapped_key = NULL, destroyed_at = now() \
         WHERE subject = 'account/8002'",
    )
    .execute(pool)
    .await
    .unwrap();
    assert_eq!(found("户主8002").await, [""; 0]);
    assert_eq!(found("38000").await, ["8003", "9001"]);
    assert_eq!(found("8002").await, ["8002"]);
}

#[tokio::test]
async fn what_is_personal_comes_from_the_events() {
    let centre = four_accounts().await;
    let pool = centre.caught_up().await;
    let row = directory::account(pool, "8001").await.unwrap().unwrap();
    assert_eq!((row.household_persons, row.phone()), (5, None));
    let other = directory::account(pool, "8002").await.unwrap().unwrap();
    let wanted = [
        row.holder(),
        row.address(),
        other.phone().unwrap(),
        row.holder(),
    ];
    let texts = reveal(&centre.store, &wanted).await.unwrap();
    let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    assert_eq!(
        texts,
        [
            Some("新户主"),
            Some("北苑 8001"),
            Some("13800138000"),
            Some("新户主")
        ]
    );
    for table in ["read_directory_account", "read_directory_account_token"] {
        let rows: String = sqlx::query_scalar(&format!("SELECT json_agg(t)::text FROM {table} t"))
            .fetch_one(pool)
            .await
            .unwrap();
        assert!(
            !rows.contains("户主") && !rows.contains("13800138000"),
            "no copies: {rows}"
        );
    }
}

#[tokio::test]
async fn staff_campuses_and_calendars_are_shown_as_they_are_now() {
    let mut centre = Centre::open().await;
    let campus_id = "N".parse().unwrap();
    let campus = OpenCampus {
        campus_id,
        name: "北校区".to_owned(),
        office_hours: hours("08:00", "18:00"),
        contact: "021-1".to_owned(),
    };
    centre.run(campus).await;
    let later = SetOfficeHours {
        campus_id: "N".parse().unwrap(),
        from: "2026-10-01".parse().unwrap(),
        office_hours: hours("09:00", "17:00"),
    };
    centre.run(later).await;
    for login in ["wang", "zhao"] {
        let hire = HireStaff {
            login: login.parse().unwrap(),
            name: format!("姓名{login}"),
            department: "营业部".to_owned(),
            position: "收费员".to_owned(),
            campus: Some("N".parse().unwrap()),
            roles: BTreeSet::from([Role::Cashier]),
            contact: ContactInput::default(),
        };
        centre.run(hire).await;
    }
    centre
        .run(GrantRole {
            login: "wang".parse().unwrap(),
            role: Role::Manager,
        })
        .await;
    centre
        .run(Leave {
            login: "zhao".parse().unwrap(),
        })
        .await;
    for list in shipped_years().unwrap() {
        centre.run(LoadYear { list }).await;
    }
    let pool = centre.caught_up().await;

    let [campus] = directory::campuses(pool).await.unwrap().try_into().unwrap();
    let opens = |day: &str| {
        campus
            .office_hours_on(day.parse().unwrap())
            .unwrap()
            .opens()
    };
    assert_eq!(opens("2026-09-30").to_string(), "08:00:00");
    assert_eq!(opens("2026-10-01").to_string(), "09:00:00");

    let members = directory::staff_members(pool, &Page::first(10))
        .await
        .unwrap();
    assert_eq!(members.total, Some(2));
    let [(_, wang), (_, zhao)] = members.rows.try_into().unwrap();
    assert_eq!(
        (wang.roles.as_slice(), wang.employed),
        (&["cashier".into(), "manager".into()][..], true)
    );
    assert_eq!((zhao.roles.len(), zhao.employed), (0, false));
    let names = reveal(&centre.store, &[wang.name()]).await.unwrap();
    assert_eq!(names, [Some("姓名wang".to_owned())]);
    assert_eq!(
        directory::work_years(pool).await.unwrap(),
        shipped_years().unwrap()
    );
}

/// Two customers; the first has asked for accounts 8001 and 8002, the second for 8003.
async fn three_requests() -> (Centre, [CustomerId; 2], [BindingId; 3]) {
    let mut centre = Centre::open().await;
    for number in ["8001", "8002", "8003"] {
        centre
            .open_account(number, AccountClass::Resident, "N")
            .await;
    }
    let one = centre.customer("13800138000").await;
    let two = centre.customer("13800138001").await;
    let bindings = [
        centre.request(&one, "8001").await,
        centre.request(&one, "8002").await,
        centre.request(&two, "8003").await,
    ];
    centre.caught_up().await;
    (centre, [one, two], bindings)
}

#[tokio::test]
async fn the_queue_is_paged_by_due_time() {
    let (centre, _, [.., third]) = three_requests().await;
    let pool = &centre.pool;
    let pending = BindingFilter {
        state: Some("pending".to_owned()),
        ..BindingFilter::default()
    };
    let queue = binding_queue::bindings(pool, &pending, &Page::first(2))
        .await
        .unwrap();
    assert_eq!(
        (queue.rows.len(), queue.has_next, queue.total),
        (2, true, Some(3))
    );
    let after = Some(queue.rows[1].0.clone());
    let rest = binding_queue::bindings(pool, &pending, &Page::first(2).following(after))
        .await
        .unwrap();
    assert_eq!(rest.rows[0].1.binding_id, third.to_string());
    for (days, late) in [(1, 0), (30, 3)] {
        let filter = BindingFilter {
            due_before: Some(start() + TimeDelta::days(days)),
            ..BindingFilter::default()
        };
        let found = binding_queue::bindings(pool, &filter, &Page::first(10))
            .await
            .unwrap();
        assert_eq!(found.rows.len(), late);
    }
}

#[tokio::test]
async fn a_binding_opens_its_account_from_approval_to_the_end() {
    let (mut centre, [one, two], [first, second, third]) = three_requests().await;
    let pool = centre.pool.clone();
    let bound = async |customer: &CustomerId| {
        binding_queue::bound_accounts(&pool, customer.as_str())
            .await
            .unwrap()
    };
    assert!(bound(&one).await.is_empty());

    for binding_id in [first.clone(), third] {
        centre.run(ApproveBinding { binding_id }).await;
    }
    let reason = "非本户".to_owned();
    centre
        .run(RejectBinding {
            binding_id: second.clone(),
            reason,
        })
        .await;
    centre.caught_up().await;
    assert_eq!(bound(&one).await, ["8001"]);
    assert_eq!(bound(&two).await, ["8003"]);
    assert!(
        binding_queue::is_bound(&pool, one.as_str(), "8001")
            .await
            .unwrap()
    );
    assert!(
        !binding_queue::is_bound(&pool, two.as_str(), "8001")
            .await
            .unwrap()
    );
    let rejected = binding_queue::binding(&pool, second.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(rejected.decided_by.as_deref(), Some("staff:li"));
    assert_eq!(rejected.reason.as_deref(), Some("非本户"));

    centre.run(RevokeBinding { binding_id: first }).await;
    centre.caught_up().await;
    assert!(bound(&one).await.is_empty());
    assert!(
        binding_queue::of_customer(&pool, one.as_str())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_trail_shows_changes_and_what_happened_at_the_door() {
    let mut centre = Centre::open().await;
    centre
        .open_account("8001", AccountClass::Resident, "N")
        .await;
    let entry = |kind, code: Option<&str>| AccessEntry {
        at: start(),
        kind,
        actor: Actor::Customer("c1".to_owned()),
        what: "binding.request".to_owned(),
        subject: Some("account/8001".to_owned()),
        code: code.map(str::to_owned),
        origin: Some("10.0.0.7".to_owned()),
        request_id: None,
    };
    let entries = vec![
        entry(AccessKind::Refused, Some("BINDING_LIMIT_REACHED")),
        entry(AccessKind::PersonalDataSeen, None),
    ];
    centre
        .run_as(
            Actor::System("access_log".to_owned()),
            RecordAccess { entries },
        )
        .await;
    let pool = centre.caught_up().await;

    let trail = audit_trail::entries(pool, &AuditFilter::default(), &Page::first(2))
        .await
        .unwrap();
    assert!(trail.has_next);
    let kinds: Vec<&str> = trail
        .rows
        .iter()
        .map(|(_, row)| row.kind.as_str())
        .collect();
    assert_eq!(kinds, ["personal_data_seen", "refused"]);
    let after = Some(trail.rows[1].0.clone());
    let page = Page::first(2).following(after);
    let rest = audit_trail::entries(pool, &AuditFilter::default(), &page)
        .await
        .unwrap();
    let [(_, opened), (_, campus)] = rest.rows.try_into().unwrap();
    assert_eq!(opened.event_type.as_deref(), Some("account.opened"));
    assert_eq!(
        (opened.actor.as_str(), opened.origin.as_deref()),
        ("staff:li", Some("10.0.0.9"))
    );
    assert_eq!(campus.event_type.as_deref(), Some("campus.opened"));

    let of_account = AuditFilter {
        stream_type: Some("account".to_owned()),
        stream_id: Some("8001".to_owned()),
        kind: Some("refused".to_owned()),
        ..AuditFilter::default()
    };
    let found = audit_trail::entries(pool, &of_account, &Page::first(10))
        .await
        .unwrap();
    let [(_, refused)] = found.rows.try_into().unwrap();
    assert_eq!(refused.code.as_deref(), Some("BINDING_LIMIT_REACHED"));
    let stream = StreamId::new("account", "8001");
    assert_eq!(centre.store.history(&stream).await.unwrap().len(), 1);
}
