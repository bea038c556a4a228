//! What a server writes about its work: fields to search by, and nothing personal.

use crate::support::centre::{ALL_DESKS, CAMPUS, Centre};
use serde_json::{Value, json};

const PHONE: &str = "13900002468";
const ACCOUNT_NO: &str = "ACC-2468-13579";
const HOLDER: &str = "欧阳若兰";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_has_one_span_with_its_fields_and_nothing_personal() {
    let mut centre = Centre::logging().await;
    centre.equip();
    let mut manager = centre.staff("zhang", &ALL_DESKS);
    centre.customer(PHONE, "RESIDENT");
    let code = centre.code(PHONE);
    Centre::household(&mut manager, ACCOUNT_NO, HOLDER);
    // A refusal is logged inside its command's span.
    let again = json!({
        "accountNo": ACCOUNT_NO, "class": "RESIDENT", "campus": CAMPUS, "holder": HOLDER,
        "address": "北苑 3 栋 201", "householdPersons": 3,
    });
    let refused = manager.mutate("openAccount", again, "account { accountNo }");
    assert!(refused["userErrors"][0]["code"].is_string(), "{refused}");

    let log = centre.log();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect();
    let refusal = lines
        .iter()
        .find(|line| line["message"] == "refused")
        .unwrap();
    assert_eq!(refusal["code"], refused["userErrors"][0]["code"]);
    let span = &refusal["span"];
    assert_eq!(
        (&span["name"], &span["actor"]),
        (&json!("command"), &json!("staff:zhang"))
    );
    for field in ["process", "command_id", "request_id"] {
        assert!(span[field].is_string(), "{field} in {refusal}");
    }
    let spans = refusal["spans"].as_array().unwrap();
    let commands = spans.iter().filter(|span| span["name"] == "command");
    assert_eq!(commands.count(), 1, "{refusal}");

    assert!(lines.len() > 20, "next to nothing was logged");
    for personal in [PHONE, HOLDER, "correct horse", ACCOUNT_NO, "北苑"] {
        let told = log.lines().find(|line| line.contains(personal));
        assert_eq!(told, None, "{personal}");
    }
    let mut words = log.split(|c: char| !c.is_ascii_alphanumeric());
    assert!(!words.any(|word| word == code), "the code {code}");
}
