//! X19: a person is erased, and what was proven stays proven.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::path::Path;

use crate::support::centre::Centre;
use crate::support::home::{Home, home};
use serde_json::{Value, json};
use sqlx::Row as _;

const PHONE: &str = "13800138000";
const HOLDER_PHONE: &str = "13900139001";
const HOLDER: &str = "王芳";

/// Every row of every table, as text.
async fn dump(centre: &Centre) -> String {
    let pool = centre.pool();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(tables.len() > 30, "{tables:?}");
    let mut text = String::new();
    for table in tables {
        let sql = format!("SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} t");
        let row = sqlx::query(&sql).fetch_one(&pool).await.unwrap();
        text.push_str(row.get::<&str, _>(0));
    }
    text
}

/// Everything under a folder.
fn files(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
}

/// Which of the texts stand in clear, or in hex as bytes are dumped.
fn found<'a>(wanted: &[&'a str], text: &[u8]) -> Vec<&'a str> {
    let has = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
    wanted
        .iter()
        .copied()
        .filter(|word| has(word.as_bytes()) || has(hex::encode(word).as_bytes()))
        .collect()
}

const PERSON: [&str; 3] = [PHONE, HOLDER_PHONE, HOLDER];

fn customer_id(home: &mut Home) -> String {
    let me = home
        .resident
        .query("{ me { customer { customerId } } }", &Value::Null);
    me["me"]["customer"]["customerId"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn x19_a_person_is_erased_everywhere_and_all_proofs_hold() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let phone = json!({ "accountNo": "10001", "phone": HOLDER_PHONE });
    home.manager.must("changeAccount", phone, "");
    let photo = home.resident.photograph(10);
    let reading = json!({
        "meterNo": home.meter_no, "index": "110", "channel": "SELF_READ", "photo": photo,
        "readAt": "2026-02-01T02:00:00Z",
    });
    home.resident.must("submitReading", reading, "");
    home.bill("2026-02");
    let customer_id = customer_id(&mut home);
    let erase = json!({ "customerId": customer_id });

    // In clear stands nothing of a person even before, but in the development outbox.
    assert_eq!(
        found(&PERSON, dump(&centre).await.as_bytes()),
        Vec::<&str>::new()
    );

    // While there is something to settle, the person stays.
    assert_eq!(
        home.resident.refused("eraseCustomer", erase.clone()).0,
        "CUSTOMER_BALANCE_OPEN"
    );
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let receipt_no = Home::pay(&mut cashier, "3100");
    let mut stranger = centre.customer("13800138009", "RESIDENT");
    assert_eq!(
        stranger.refused("eraseCustomer", erase.clone()).0,
        "CUSTOMER_UNKNOWN"
    );
    let tried = centre.command(&["erase", &format!("phone/{PHONE}"), "--dry-run"]);
    assert!(
        tried.contains(&customer_id) && tried.contains("10001"),
        "{tried}"
    );
    centre.command_fails(&["erase", &format!("customer/{customer_id}")]);
    let before = prove(&centre, &receipt_no);

    let gone = home
        .resident
        .must("eraseCustomer", erase.clone(), "accountNos");
    assert_eq!(gone["accountNos"], json!(["10001"]));
    // The session is over, the photo gone, the key destroyed.
    let signed_out = || {
        let answer = home.resident.ask("{ me { kind } }", &Value::Null);
        (answer["data"]["me"]["kind"] != "CUSTOMER").then_some(())
    };
    Centre::until(signed_out);
    let path = format!("/photos/{photo}");
    Centre::until(|| (home.manager.get(&path).status == 404).then_some(()));
    await_destroyed(&centre, &format!("customer/{customer_id}")).await;

    // The phone is free, for the same person as somebody new.
    let mut again = centre.customer_called("again", PHONE, "RESIDENT");
    let me = again.query("{ me { customer { customerId } } }", &Value::Null);
    let new_id = me["me"]["customer"]["customerId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(new_id, customer_id);
    centre.command(&["erase", &format!("customer/{new_id}"), "--yes"]);
    await_destroyed(&centre, &format!("customer/{new_id}")).await;

    // The holder moves out: contact at once, the name when vouchers need not be kept.
    let release = json!({ "accountNo": "10001", "meterNo": home.meter_no, "on": "2026-02-01" });
    let refused = centre.command_fails(&["erase", "account/10001", "--yes"]);
    assert!(refused.contains("表计"), "{refused}");
    home.manager.must("releaseMeter", release, "");
    let scheduled = centre.command(&["erase", "account/10001", "--yes"]);
    assert!(scheduled.contains("-01-01"), "{scheduled}");
    await_destroyed(&centre, "account/10001/contact").await;
    let account = home.manager.query(
        "{ account(accountNo: \"10001\") { holder phone address } }",
        &Value::Null,
    );
    assert_eq!(
        account["account"],
        json!({ "holder": HOLDER, "phone": null, "address": null })
    );
    // An account nothing was ever booked on gives its holder up whole.
    Centre::household(&mut home.manager, "10002", "孙小红");
    let meter = json!({ "accountNo": "10002", "meterNo": "W-10002", "on": "2026-01-01" });
    home.manager.must("releaseMeter", meter, "");
    centre.command(&["erase", "account/10002", "--yes"]);
    await_destroyed(&centre, "account/10002").await;
    let account = home
        .manager
        .query("{ account(accountNo: \"10002\") { holder } }", &Value::Null);
    assert_eq!(account["account"]["holder"], Value::Null);

    // Nothing is left in clear, anywhere we write.
    let everything = dump(&centre).await.into_bytes();
    let mut kept = Vec::new();
    files(&centre.data_dir(), &mut kept);
    for text in [everything, kept] {
        assert_eq!(
            found(&[PHONE, HOLDER_PHONE, HOLDER, "孙小红"], &text),
            Vec::<&str>::new()
        );
    }
    // Every proof holds, old and new, and read models equal their replay.
    let verified = centre.command(&["audit", "verify", before.to_str().unwrap()]);
    assert!(verified.contains("payment.receipt_issued"), "{verified}");
    prove(&centre, &receipt_no);
    centre.command(&["audit", "verify"]);
    centre.command(&["projection", "verify"]);
}

/// A proof of a receipt, made by the command line and verified.
fn prove(centre: &Centre, receipt_no: &str) -> std::path::PathBuf {
    let file = centre.data_dir().join("receipt.proof");
    let path = file.to_str().unwrap();
    // A signed head must cover it first.
    Centre::until(|| {
        centre.try_command(&["audit", "prove", "--receipt", receipt_no, "--out", path])
    });
    centre.command(&["audit", "verify", path]);
    file
}

async fn await_destroyed(centre: &Centre, subject: &str) {
    let pool = centre.pool();
    for _ in 0..400 {
        let destroyed: Option<bool> =
            sqlx::query_scalar("SELECT wrapped_key IS NULL FROM subject_key WHERE subject = $1")
                .bind(subject)
                .fetch_optional(&pool)
                .await
                .unwrap();
        if destroyed == Some(true) {
            // Other nodes follow within a moment, and so does this one's memory.
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the key of {subject} was not destroyed");
}
