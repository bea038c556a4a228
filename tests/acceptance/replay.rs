//! X3: every bill of a campus is worked out again from the events before it, and is the same.

use std::time::Duration;

use chaobiao_testing::{ScratchDirectory, TestDatabase};
use serde_json::Value;

use crate::support::{Server, chaobiao, run};

#[tokio::test]
async fn x3_every_bill_of_the_demo_campus_is_what_its_events_come_to() {
    let database = TestDatabase::create().await;
    let scratch = ScratchDirectory::create();
    let command = || {
        let mut command = chaobiao(&scratch.path().join("data"));
        command.env("DATABASE_URL", database.url());
        command
    };
    let demo = [
        "--demo",
        "--today",
        "2026-11-23",
        "--meters",
        "200",
        "--seed",
        "3",
    ];
    let _server = Server::start(command(), &demo);
    let mut bills = 0;
    // What is not sealed yet is not known yet: until the server has sealed all, there are more.
    for _ in 0..60 {
        let mut replay = command();
        replay.args(["bill", "replay", "--all", "--json"]);
        let output = run(replay);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        let found: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(found["different"], 0, "{found}");
        let replayed = found["bills"].as_u64().unwrap();
        if replayed > 100 && replayed == bills {
            return;
        }
        bills = replayed;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("{bills} bills after a minute");
}
