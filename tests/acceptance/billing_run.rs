//! A billing run whose server is killed in the middle goes on by itself after the next start.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::centre::Centre;

/// Many times the accounts that are noted at once, so that the kill falls between notes.
const ACCOUNTS: u32 = 2_400;

fn rows(heading: &str, row: impl Fn(u32) -> String) -> String {
    let mut file = format!("{heading}\n");
    for number in 1..=ACCOUNTS {
        writeln!(file, "{}", row(number)).unwrap();
    }
    file
}

/// Every account has a water meter, and has used as many cubic metres as its number has left over
/// by ten, and one.
fn equip(centre: &Centre) {
    let files = [
        (
            "meters",
            rows(
                "表号,类型,校区,楼栋,房间,抄表册,表具编号,位数,起码,安装日期",
                |number| format!("W-{number},水表,N,梅园,{number},B1,H{number},6,0,2026-01-01"),
            ),
        ),
        (
            "accounts",
            rows("户号,类别,校区,户名,地址", |number| {
                format!("{number},居民,N,某人,梅园{number}")
            }),
        ),
        (
            "assignments",
            rows("户号,表号,价格方案,起始日期", |number| {
                format!("{number},W-{number},W,2026-01-01")
            }),
        ),
        (
            "readings",
            rows("表号,读数,抄表时间", |number| {
                format!("W-{number},{},2026-02-01 08:00", 1 + number % 10)
            }),
        ),
    ];
    for (kind, text) in files {
        let path = centre.data_dir().join(format!("{kind}.csv"));
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        if kind == "readings" {
            centre.command(&["import", kind, "--source", "remote", path]);
        } else {
            centre.command(&["import", kind, path]);
        }
    }
}

async fn until_there_are(centre: &Centre, wanted: i64, event_type: &str) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while centre.events_of(event_type).await < wanted {
        assert!(Instant::now() < deadline, "{event_type} takes too long");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_a_run_cut_off_by_a_killed_server_goes_on_and_bills_every_account_once() {
    let mut centre = Centre::equipped().await;
    equip(&centre);
    let mut poster = centre.staff("poster", &["FINANCE"]);
    let mut finance = centre.staff("finance", &["FINANCE"]);
    let shown = "SELECT count(*) FROM read_account_statement_meter";
    let deadline = Instant::now() + Duration::from_mins(1);
    while sqlx::query_scalar::<_, i64>(shown)
        .fetch_one(&centre.pool())
        .await
        .unwrap()
        < i64::from(ACCOUNTS)
    {
        assert!(Instant::now() < deadline, "who pays is not seen in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let posting = std::thread::spawn(move || {
        let input = json!({ "month": "2026-02", "campus": "N", "dueOn": "2099-12-31" });
        poster.mutate("runBilling", input, "run { runId }")
    });
    until_there_are(&centre, 2, "billing_run.advanced").await;
    centre.kill();
    // Whether its answer still came depends on the machine.
    let _ = posting.join();
    let billed = centre.events_of("account.charged").await;
    assert!((1..i64::from(ACCOUNTS)).contains(&billed), "{billed}");
    assert_eq!(centre.events_of("billing_run.finished").await, 0);

    centre.start_again();
    finance.follow(&centre);
    until_there_are(&centre, 1, "billing_run.finished").await;
    assert_eq!(
        centre.events_of("account.charged").await,
        i64::from(ACCOUNTS)
    );
    let last = "{ billingRuns(first: 2, month: \"2026-02\") { nodes { state startedBy done \
                expected billed total nothingToBill alreadyBilled refused } } }";
    let runs = Centre::until(|| {
        let runs = finance.query(last, &Value::Null)["billingRuns"]["nodes"].take();
        (runs[0]["state"] == "FINISHED").then_some(runs)
    });
    // 5.5 m³ each at 3.10.
    let total = ACCOUNTS / 10 * 55 * 310;
    assert_eq!(
        runs,
        json!([{
            "state": "FINISHED", "startedBy": "staff:poster", "done": ACCOUNTS,
            "expected": ACCOUNTS, "billed": ACCOUNTS, "total": total.to_string(),
            "nothingToBill": 0, "alreadyBilled": 0, "refused": 0,
        }])
    );
    let authors: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT metadata ->> 'actor' FROM events WHERE event_type = 'account.charged'",
    )
    .fetch_all(&centre.pool())
    .await
    .unwrap();
    assert_eq!(authors, ["staff:poster"]);
}
