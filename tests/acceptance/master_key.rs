//! The master key is changed beside a running server.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fmt::Write as _;
use std::process::Stdio;

use crate::support::centre::{ALL_DESKS, Centre};
use crate::support::client::Client;
use serde_json::{Value, json};

fn holder(manager: &mut Client, account_no: &str) -> Value {
    let query = "query($no: String!) { account(accountNo: $no) { holder } }";
    let mut data = manager.query(query, &json!({ "no": account_no }));
    data["account"]["holder"].take()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_master_key_takes_over_while_the_server_runs() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("wang", &ALL_DESKS);
    Centre::household(&mut manager, "A-1", "欧阳若兰");
    let files = ["secret.key", "secret.key.next", "secret.key.former"];
    let key = |name: &str| std::fs::read_to_string(centre.data_dir().join(name)).ok();
    let before = key(files[0]).unwrap();

    let said = centre.command(&["master-key", "change"]);
    assert!(said.contains("主密钥已更换"), "{said}");
    let after = key(files[0]).unwrap();
    assert_ne!(after, before);
    assert_eq!((key(files[1]), key(files[2])), (None, Some(before)));
    // The node that was there all the time wraps new keys by the new one.
    Centre::household(&mut manager, "A-2", "诸葛明月");
    assert_eq!(masters(&centre).await, 1);

    centre.kill_and_restart();
    manager.follow(&centre);
    for (account_no, name) in [("A-1", "欧阳若兰"), ("A-2", "诸葛明月")] {
        assert_eq!(
            holder(&mut manager, account_no),
            name,
            "also the session lives on"
        );
    }
    // Whoever changes it once more shall first take the former one to its backups.
    let refused = centre.command_fails(&["master-key", "change"]);
    assert!(refused.contains("secret.key.former"), "{refused}");
}

/// More than are wrapped anew in one transaction.
const PEOPLE: usize = 1_200;

fn people() -> String {
    let mut file = "户号,类别,校区,户名,电话,地址,人口\n".to_owned();
    for number in 0..PEOPLE {
        writeln!(
            file,
            "P-{number},居民,N,王{number},1380000{number:04},梅园{number},1"
        )
        .unwrap();
    }
    file
}

/// As soon as the read models have seen them all.
fn everybody_is_known(manager: &mut Client) {
    for number in [0, PEOPLE / 2, PEOPLE - 1] {
        let account_no = format!("P-{number}");
        let name = Centre::until(|| {
            let name = holder(manager, &account_no);
            name.as_str().map(str::to_owned)
        });
        assert_eq!(name, format!("王{number}"));
    }
}

/// Which keys the people's keys are wrapped by.
async fn masters(centre: &Centre) -> i64 {
    let wrapped =
        "SELECT count(DISTINCT wrapped_by) FROM subject_key WHERE wrapped_key IS NOT NULL";
    sqlx::query_scalar(wrapped)
        .fetch_one(&centre.pool())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_master_key_killed_anywhere_goes_on_and_loses_nobody() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("wang", &ALL_DESKS);
    let file = centre.data_dir().join("people.csv");
    std::fs::write(&file, people()).unwrap();
    centre.command(&["import", "accounts", file.to_str().unwrap()]);
    let key = |name: &str| std::fs::read_to_string(centre.data_dir().join(name)).ok();
    let before = key("secret.key").unwrap();

    let start = |centre: &Centre| {
        centre
            .command_line()
            .args(["master-key", "change"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    // Killed as soon as there is a next key, and again when some people's keys are wrapped by it.
    let next = centre.data_dir().join("secret.key.next");
    let mut change = start(&centre);
    while !next.exists() {
        assert!(change.try_wait().unwrap().is_none(), "it ended unseen");
        tokio::task::yield_now().await;
    }
    change.kill().unwrap();
    change.wait().unwrap();
    let chosen = std::fs::read_to_string(&next).unwrap();
    let mut change = start(&centre);
    while masters(&centre).await == 1 && change.try_wait().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    change.kill().unwrap();
    change.wait().unwrap();

    centre.kill_and_restart();
    manager.follow(&centre);
    everybody_is_known(&mut manager);
    // A change cut off after its last step is complete; every other goes on with the same key.
    if next.exists() {
        centre.command(&["master-key", "change"]);
    }
    assert_eq!(masters(&centre).await, 1);
    let key = |name: &str| std::fs::read_to_string(centre.data_dir().join(name)).ok();
    assert_eq!(key("secret.key"), Some(chosen));
    assert_eq!(
        (key("secret.key.next"), key("secret.key.former")),
        (None, Some(before))
    );
    everybody_is_known(&mut manager);
}
