//! The master key is changed beside a running server.

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
    let wrapped =
        "SELECT count(DISTINCT wrapped_by) FROM subject_key WHERE wrapped_key IS NOT NULL";
    let masters: i64 = sqlx::query_scalar(wrapped)
        .fetch_one(&centre.pool())
        .await
        .unwrap();
    assert_eq!(masters, 1);

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
