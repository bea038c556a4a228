//! Sessions, passwords and one-time codes on a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::sync::Arc;

use chaobiao_eventstore::access::{
    Access, CodeVerdict, IssueVerdict, PasswordRefusal, PasswordVerdict, Principal, SessionLimits,
    SessionToken,
};
use chaobiao_eventstore::{EventStore, ManualClock, MasterKey};
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

struct Door {
    database: TestDatabase,
    store: EventStore,
    clock: Arc<ManualClock>,
    access: Access,
}

fn start() -> DateTime<Utc> {
    "2026-06-01T08:00:00Z".parse().unwrap()
}

async fn door() -> Door {
    let database = TestDatabase::create().await;
    let clock = Arc::new(ManualClock::new(start()));
    let master = MasterKey::new([7; 32]);
    let store = EventStore::open(database.pool(), &master, clock.clone())
        .await
        .unwrap();
    let access = Access::new(&store, SessionLimits::default()).unwrap();
    Door {
        database,
        store,
        clock,
        access,
    }
}

impl Door {
    fn wait(&self, time: TimeDelta) {
        use chaobiao_eventstore::Clock as _;
        self.clock.set(self.clock.now() + time);
    }

    async fn sms(&self) -> Vec<(String, String)> {
        let rows: Vec<(Uuid, Value)> = sqlx::query_as(
            "SELECT id, message FROM outbox WHERE channel = 'sms' ORDER BY created_at",
        )
        .fetch_all(&self.database.pool())
        .await
        .unwrap();
        let mut sent = Vec::new();
        for (id, mut message) in rows {
            assert!(
                !message.to_string().contains("138"),
                "a phone lies open: {message}"
            );
            self.store
                .cipher()
                .open(vec![(format!("outbox/{id}"), &mut message)])
                .await
                .unwrap();
            let text = |name: &str| {
                message[name]["$personal"]["value"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            sent.push((text("to"), text("text")));
        }
        sent
    }

    async fn issue(&self, phone: &str) -> IssueVerdict {
        self.access
            .issue_code(phone, Some("10.0.0.1"), |code, _| code.to_owned())
            .await
            .unwrap()
    }

    async fn check(&self, phone: &str, code: &str, used_for: u128) -> CodeVerdict {
        self.access
            .check_code(phone, code, Uuid::from_u128(used_for))
            .await
            .unwrap()
    }

    async fn login(&self, login: &str, password: &str, origin: &str) -> PasswordVerdict {
        self.access
            .check_password(login, password, Some(origin))
            .await
            .unwrap()
    }
}

fn another(code: &str) -> String {
    if code == "000000" {
        "000001".to_owned()
    } else {
        "000000".to_owned()
    }
}

const PHONE: &str = "13800138000";
const GOOD: &str = "correct horse battery";

#[tokio::test]
async fn a_session_ends_by_silence_by_age_and_by_hand() {
    let door = door().await;
    let resident = Principal::Customer("c1".to_owned());
    let silent = door.access.open_session(&resident, None).await.unwrap();
    door.wait(TimeDelta::hours(12));
    assert_eq!(door.access.session(&silent.token).await.unwrap(), None);

    let used = door.access.open_session(&resident, None).await.unwrap();
    for _ in 0..15 {
        door.wait(TimeDelta::hours(11));
        let session = door.access.session(&used.token).await.unwrap().unwrap();
        assert_eq!(session.principal, resident);
    }
    door.wait(TimeDelta::hours(11));
    assert_eq!(
        door.access.session(&used.token).await.unwrap(),
        None,
        "a week has passed"
    );

    let first = door.access.open_session(&resident, None).await.unwrap();
    let second = door.access.open_session(&resident, None).await.unwrap();
    let third = door.access.open_session(&resident, None).await.unwrap();
    assert_ne!(first.token, second.token);
    door.access.close_session(&first.token).await.unwrap();
    assert_eq!(door.access.session(&first.token).await.unwrap(), None);
    let closed = door
        .access
        .close_sessions(&resident, Some(&third.token))
        .await
        .unwrap();
    assert!(closed >= 1);
    assert_eq!(door.access.session(&second.token).await.unwrap(), None);
    assert!(door.access.session(&third.token).await.unwrap().is_some());
}

#[tokio::test]
async fn neither_token_nor_password_nor_phone_lies_in_the_database() {
    let door = door().await;
    let staff = Principal::Staff("li".to_owned());
    let opened = door
        .access
        .open_session(&staff, Some("10.0.0.1"))
        .await
        .unwrap();
    door.access
        .set_password("li", GOOD, false)
        .await
        .unwrap()
        .unwrap();
    door.issue(PHONE).await;
    for table in [
        "session",
        "credential",
        "one_time_code",
        "throttle",
        "outbox",
    ] {
        let rows: Vec<String> =
            sqlx::query_scalar(&format!("SELECT to_jsonb(t)::text FROM {table} t"))
                .fetch_all(&door.database.pool())
                .await
                .unwrap();
        let text = rows.concat();
        for secret in [opened.token.as_str(), GOOD, PHONE] {
            assert!(!text.contains(secret), "{table} shows a secret");
        }
    }
    let unknown = SessionToken::from_text("no such token");
    assert_eq!(door.access.session(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn a_password_is_checked_and_an_initial_one_is_not_for_ever() {
    let door = door().await;
    let simple = door
        .access
        .set_password("li", "1234567890", false)
        .await
        .unwrap();
    assert_eq!(simple, Err(PasswordRefusal::TooSimple));
    assert_eq!(door.login("li", GOOD, "a").await, PasswordVerdict::Wrong);

    let initial = door.access.random_password();
    door.access
        .set_password("li", &initial, true)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        door.login("li", &initial, "a").await,
        PasswordVerdict::Right
    );
    let staff = Principal::Staff("li".to_owned());
    let opened = door.access.open_session(&staff, None).await.unwrap();
    let session = door.access.session(&opened.token).await.unwrap().unwrap();
    assert!(session.must_change_password);

    door.wait(TimeDelta::days(7));
    assert_eq!(
        door.login("li", &initial, "a").await,
        PasswordVerdict::Wrong
    );
    door.access
        .set_password("li", GOOD, false)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(door.login("li", GOOD, "a").await, PasswordVerdict::Right);
    assert_eq!(
        door.login("li", &GOOD.to_uppercase(), "a").await,
        PasswordVerdict::Wrong
    );
}

#[tokio::test]
async fn failures_lock_the_address_that_made_them_for_a_while() {
    let door = door().await;
    door.access
        .set_password("li", GOOD, false)
        .await
        .unwrap()
        .unwrap();
    // Unknown logins are locked alike, so that a lock tells nothing.
    for login in ["li", "nobody"] {
        for _ in 0..5 {
            assert_eq!(
                door.login(login, "wrong password", "a").await,
                PasswordVerdict::Wrong
            );
        }
        let until = start() + TimeDelta::minutes(15);
        let locked = door.login(login, GOOD, "a").await;
        assert_eq!(locked, PasswordVerdict::Locked { until });
    }
    assert_eq!(
        door.login("li", GOOD, "b").await,
        PasswordVerdict::Right,
        "others may go on"
    );
    door.wait(TimeDelta::minutes(15));
    assert_eq!(door.login("li", GOOD, "a").await, PasswordVerdict::Right);
    for _ in 0..4 {
        door.login("li", "wrong password", "a").await;
    }
    assert_eq!(door.login("li", GOOD, "a").await, PasswordVerdict::Right);
    for _ in 0..5 {
        assert_eq!(
            door.login("li", "wrong password", "a").await,
            PasswordVerdict::Wrong
        );
    }
}

#[tokio::test]
async fn tries_made_at_once_count_each() {
    let door = door().await;
    door.access
        .set_password("li", GOOD, false)
        .await
        .unwrap()
        .unwrap();
    let tries = (0..12).map(|_| door.login("li", "wrong password", "a"));
    let verdicts = futures::future::join_all(tries).await;
    let looked_at = verdicts
        .iter()
        .filter(|v| **v == PasswordVerdict::Wrong)
        .count();
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn a_code_is_good_once_for_its_phone_and_for_ten_minutes() {
    let door = door().await;
    assert!(matches!(door.issue(PHONE).await, IssueVerdict::Sent { .. }));
    let sent = door.sms().await;
    let [(to, code)] = sent.as_slice() else {
        panic!("one message, not {sent:?}")
    };
    assert_eq!((to.as_str(), code.len()), (PHONE, 6));
    assert!(code.bytes().all(|b| b.is_ascii_digit()));

    assert_eq!(door.check("13900139000", code, 1).await, CodeVerdict::Wrong);
    assert_eq!(
        door.check(PHONE, &another(code), 1).await,
        CodeVerdict::Wrong
    );
    assert_eq!(door.check(PHONE, code, 1).await, CodeVerdict::Right);
    assert_eq!(
        door.check(PHONE, code, 1).await,
        CodeVerdict::Right,
        "the same use again"
    );
    assert_eq!(
        door.check(PHONE, code, 2).await,
        CodeVerdict::Wrong,
        "another use"
    );

    door.wait(TimeDelta::minutes(2));
    door.issue(PHONE).await;
    let newest = door.sms().await.pop().unwrap().1;
    door.wait(TimeDelta::minutes(10));
    assert_eq!(
        door.check(PHONE, &newest, 3).await,
        CodeVerdict::Wrong,
        "it is over"
    );
}

#[tokio::test]
async fn a_code_bears_five_tries_and_the_newest_counts() {
    let door = door().await;
    door.issue(PHONE).await;
    let first = door.sms().await.pop().unwrap().1;
    for use_no in 0..5 {
        door.check(PHONE, &another(&first), use_no).await;
    }
    assert_eq!(
        door.check(PHONE, &first, 9).await,
        CodeVerdict::Wrong,
        "tried too often"
    );

    door.wait(TimeDelta::minutes(1));
    door.issue(PHONE).await;
    let second = door.sms().await.pop().unwrap().1;
    if first != second {
        assert_eq!(door.check(PHONE, &first, 9).await, CodeVerdict::Wrong);
    }
    assert_eq!(door.check(PHONE, &second, 9).await, CodeVerdict::Right);
}

/// A provider that was down would send them all at once when it is back.
#[tokio::test]
async fn an_older_code_that_still_waits_is_not_sent() {
    let door = door().await;
    door.issue(PHONE).await;
    door.issue("13900139000").await;
    door.wait(TimeDelta::minutes(1));
    door.issue(PHONE).await;
    let states: Vec<String> =
        sqlx::query_scalar("SELECT state FROM outbox ORDER BY created_at, state")
            .fetch_all(&door.database.pool())
            .await
            .unwrap();
    assert_eq!(states, ["dropped", "queued", "queued"]);
}

#[tokio::test]
async fn codes_are_not_sent_as_often_as_asked_for() {
    let door = door().await;
    let at_once = futures::future::join_all((0..4).map(|_| door.issue(PHONE))).await;
    let sent = at_once
        .iter()
        .filter(|v| matches!(v, IssueVerdict::Sent { .. }))
        .count();
    assert_eq!(sent, 1);
    let retry_at = start() + TimeDelta::seconds(60);
    assert_eq!(door.issue(PHONE).await, IssueVerdict::Later { retry_at });

    for _ in 0..4 {
        door.wait(TimeDelta::minutes(1));
        assert!(matches!(door.issue(PHONE).await, IssueVerdict::Sent { .. }));
    }
    door.wait(TimeDelta::minutes(1));
    assert!(
        matches!(door.issue(PHONE).await, IssueVerdict::Later { .. }),
        "five an hour"
    );
    assert_eq!(door.sms().await.len(), 5);
}

#[tokio::test]
async fn what_is_over_is_purged() {
    let door = door().await;
    let resident = Principal::Customer("c1".to_owned());
    door.access.open_session(&resident, None).await.unwrap();
    door.issue(PHONE).await;
    door.login("li", "wrong password", "a").await;
    assert_eq!(door.access.purge().await.unwrap(), 0);
    door.wait(TimeDelta::days(8));
    // One session, one code, three throttled keys.
    assert_eq!(door.access.purge().await.unwrap(), 5);
}

#[tokio::test]
async fn a_pass_says_what_it_was_given_for_until_it_is_over() {
    let door = door().await;
    let life = TimeDelta::minutes(10);
    let pass = door.access.hand_out("one", "something", life).unwrap();
    assert!(!pass.contains("something"));
    let taken = door.access.take_back("one", &pass);
    assert_eq!(taken.as_deref(), Some("something"));
    assert_eq!(door.access.take_back("another", &pass), None);
    let mut altered = pass.clone();
    let last = if altered.pop() == Some('A') { 'B' } else { 'A' };
    altered.push(last);
    for wrong in ["", "x", &altered[4..]] {
        assert_eq!(door.access.take_back("one", wrong), None, "{wrong}");
    }
    door.wait(life);
    assert_eq!(door.access.take_back("one", &pass), None);
}

#[tokio::test]
async fn what_is_good_for_one_use_is_not_for_another() {
    let door = door().await;
    let until = start() + TimeDelta::minutes(10);
    let access = &door.access;
    let is_its_use = async |key: &str, used_for: &[u8]| {
        let its = access.is_its_use(&["test", key], used_for, until).await;
        its.unwrap()
    };
    assert!(is_its_use("k1", b"one").await);
    assert!(is_its_use("k1", b"one").await, "the same again");
    assert!(!is_its_use("k1", b"another").await);
    assert!(is_its_use("k2", b"another").await);
    door.wait(TimeDelta::minutes(11));
    assert_eq!(door.access.purge().await.unwrap(), 2);
}
