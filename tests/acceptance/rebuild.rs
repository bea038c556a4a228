//! Every read model of a small demo campus built anew and exchanged, as an operator does it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Server, chaobiao, run};
use chaobiao_testing::{ScratchDirectory, TestDatabase};
use serde_json::Value;

struct Site {
    scratch: ScratchDirectory,
    database: TestDatabase,
}

impl Site {
    /// Two hundred meters over fourteen months.
    async fn demo() -> Self {
        let site = Self {
            scratch: ScratchDirectory::create(),
            database: TestDatabase::create().await,
        };
        let made = site.run(&["demo", "--meters", "200", "--today", "2026-11-23"]);
        assert!(made.status.success(), "{}", text(&made.stderr));
        site
    }

    fn command(&self) -> Command {
        let mut command = chaobiao(&self.scratch.path().join("data"));
        command.env("DATABASE_URL", self.database.url());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(arguments);
        run(command)
    }

    /// `projection …`, which must succeed; its lines.
    fn projection(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[&["projection", "--json"][..], arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Waits until the running server has built every read model, and nothing more follows.
    fn await_read_models(&self) {
        let deadline = Instant::now() + Duration::from_mins(3);
        let mut seen = Vec::new();
        loop {
            let consumers = self.projection(&["list"]);
            let caught_up = |c: &Value| c["lag"] == 0 && c["state"] == "running";
            let reached: Vec<Value> = consumers.iter().map(|c| c["next_leaf"].clone()).collect();
            if reached.len() > 10 && consumers.iter().all(caught_up) && reached == seen {
                return;
            }
            assert!(Instant::now() < deadline, "the read models do not catch up");
            seen = reached;
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    async fn query(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(sql)
            .fetch_all(&self.database.pool())
            .await
            .unwrap()
    }

    /// Every row of every live table, in bytes.
    async fn live(&self) -> Vec<(String, String)> {
        let tables = self
            .query(
                "SELECT tablename::text FROM pg_tables
                 WHERE schemaname = 'public' AND tablename LIKE 'read\\_%' ORDER BY 1",
            )
            .await;
        let mut content = Vec::new();
        for table in tables {
            let rows = format!("SELECT t::text FROM public.{table} t ORDER BY 1");
            content.push((table, self.query(&rows).await.join("\n")));
        }
        content
    }

    /// Begins to build everything, and is killed in the middle.
    async fn killed_rebuild(&self) {
        let mut command = self.command();
        command.args(["projection", "rebuild"]);
        let mut building = command.stdout(Stdio::null()).spawn().unwrap();
        let begun = "SELECT name FROM projection WHERE name LIKE 'standby:%' AND next_leaf > 0";
        while self.query(begun).await.is_empty() {
            assert_eq!(building.try_wait().unwrap(), None, "it was over too early");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        building.kill().unwrap();
        building.wait().unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x18_all_read_models_built_anew_are_byte_equal_to_live() {
    let site = Site::demo().await;
    let mut server = Server::start(site.command(), &[]);
    site.await_read_models();
    let live = site.live().await;
    assert!(live.len() > 20 && live.iter().filter(|(_, rows)| !rows.is_empty()).count() > 15);
    let models = site.projection(&["verify"]).len();
    let kept = "SELECT name FROM projection WHERE name NOT LIKE '%:%'";
    assert_eq!(models, site.query(kept).await.len());

    // Somebody meddles with one row.
    let meddle = "UPDATE read_meter_card SET room = 'X' WHERE meter_no = \
                  (SELECT min(meter_no) FROM read_meter_card) RETURNING meter_no";
    let meter_no = site.query(meddle).await.remove(0);
    let verified = site.run(&["projection", "verify", "meter_card"]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(text(&verified.stderr).contains("与重放不一致：meter_card"));

    // Built by commands alone, killed in the middle and asked for again.
    server.signal("-TERM");
    assert!(server.wait().success());
    let planned = site.projection(&["rebuild", "--dry-run"]);
    assert!(planned.len() == models && planned.iter().all(|p| p["standby"].is_null()));
    site.killed_rebuild().await;
    let built = site.projection(&["rebuild"]);
    assert_eq!(built.len(), models);
    assert!(built.iter().any(|built| built["resumed"] == true));

    let differing = site.run(&["projection", "diff"]);
    assert_eq!(differing.status.code(), Some(1));
    let listed = text(&differing.stdout);
    assert!(
        listed.contains(&format!("different [\"{meter_no}\"]")),
        "{listed}"
    );
    assert_eq!(listed.matches("不一致").count(), 1, "{listed}");

    // Beside a server again: it keeps both sides up, and serves on through the exchange.
    let server = Server::start(site.command(), &[]);
    assert_eq!(site.projection(&["swap", "--dry-run"]).len(), models);
    assert_eq!(site.projection(&["swap"]).len(), models);
    assert_eq!(site.live().await, live);
    assert_eq!(site.projection(&["verify"]).len(), models);
    site.projection(&["undo", "meter_card"]);
    assert_ne!(site.live().await, live, "the meddled row is back");
    site.projection(&["undo", "meter_card"]);
    assert_eq!(site.live().await, live);
    assert_eq!(site.projection(&["drop"]).len(), models);
    assert_eq!(site.live().await, live);
    let left =
        "SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^(standby|passage|verify)_'";
    assert_eq!(site.query(left).await, [""; 0]);
    // A job whose rows were just exchanged takes its lease anew.
    let mut doctor = site.run(&["doctor", "--json"]);
    for _ in 0..40 {
        if doctor.status.success() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
        doctor = site.run(&["doctor", "--json"]);
    }
    assert!(doctor.status.success(), "{}", text(&doctor.stdout));
    let metrics = server.get("/metrics").body;
    for name in [
        "chaobiao_consumer_lag_seconds{",
        "chaobiao_job_idle_seconds{",
        "chaobiao_pool_connections{",
    ] {
        assert!(metrics.contains(name), "{metrics}");
    }
}
