//! One's own data to take away, and into another centre (X20).

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::export::{rows, two_months};
use crate::support::centre::{ALL_DESKS, Centre};
use crate::support::client::Client;

fn bound(centre: &mut Centre, manager: &mut Client) -> Client {
    let mut resident = centre.customer("13800138001", "RESIDENT");
    let request = json!({
        "accountNo": "10001", "holderName": "王芳",
    });
    let bound = resident.must("requestBinding", request, "binding { bindingId }");
    let approve = json!({ "bindingId": bound["binding"]["bindingId"] });
    manager.must("approveBinding", approve, "binding { status }");
    resident
}

/// The texts of all elements of a name, in their order.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.name().as_ref() == name => {
                found.push(reader.read_text(start.name()).unwrap().to_string());
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[tokio::test]
async fn x20_a_holder_takes_the_own_data_away_and_another_centre_takes_it_in() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    two_months(&mut manager);
    let mut resident = bound(&mut centre, &mut manager);

    // Ten cubic metres to February, five to April.
    let (answer, feed) = resident.download("/export/own/10001/usage.xml");
    assert_eq!(
        answer.header("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
    let feed = String::from_utf8(feed).unwrap();
    assert_eq!(texts(&feed, "value"), ["10", "5"]);
    assert_eq!(texts(&feed, "powerOfTenMultiplier"), ["0"]);
    assert_eq!(texts(&feed, "uom"), ["42"]);
    // Water is service 2; its volume is measured.
    assert_eq!(texts(&feed, "kind"), ["2", "58"]);
    let seconds: Vec<i64> = texts(&feed, "duration")
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert_eq!(seconds[0], seconds[1] + seconds[2]);

    // What the charges cost is what the bills ask for, to the fen.
    let (_, charges) = resident.download("/export/own/10001/charges.csv");
    let cost = |bill: &str| -> i64 {
        let of_bill = rows(&charges).into_iter().filter(|row| row[1] == bill);
        of_bill
            .map(|row| row[14].replace('.', "").parse::<i64>().unwrap())
            .sum()
    };
    let bills = "{ account(accountNo: \"10001\") { bills { nodes { billNo total } } } }";
    let bills = resident.query(bills, &Value::Null)["account"]["bills"]["nodes"].take();
    assert_eq!(bills.as_array().unwrap().len(), 2);
    for bill in bills.as_array().unwrap() {
        let total = cost(bill["billNo"].as_str().unwrap()).to_string();
        assert_eq!(bill["total"], total);
    }

    // Taken in by another centre, usage by month is the same again.
    let (_, usage) = resident.download("/export/own/10001/usage.csv");
    let mut other = Centre::equipped().await;
    let mut admin = other.staff("setup", &["ADMIN"]);
    Centre::household(&mut admin, "10001", "王芳");
    let path = other.data_dir().join("usage.csv");
    std::fs::write(&path, &usage).unwrap();
    other.command(&["import", "history", path.to_str().unwrap()]);
    let months = "{ migratedUsage(meterNo: \"W-10001\") { month usage } }";
    let taken_in = Centre::until(|| {
        let shown = admin.query(months, &Value::Null)["migratedUsage"].take();
        (shown.as_array().unwrap().len() == 2).then_some(shown)
    });
    let exported: Vec<Value> = rows(&usage)
        .iter()
        .map(|row| json!({ "month": row[2], "usage": row[3] }))
        .collect();
    assert_eq!(taken_in, json!(exported));

    nobody_elses(&mut centre, &mut manager);
}

fn nobody_elses(centre: &mut Centre, manager: &mut Client) {
    let mut stranger = centre.customer("13800138009", "RESIDENT");
    for file in ["usage.xml", "usage.csv", "charges.csv"] {
        let path = format!("/export/own/10001/{file}");
        // As if there were none.
        assert_eq!(stranger.get(&path).status, 404, "{file}");
        assert_eq!(centre.client("nobody").get(&path).status, 401, "{file}");
        assert_eq!(manager.get(&path).status, 200, "{file}");
        let absent = format!("/export/own/99999/{file}");
        assert_eq!(manager.get(&absent).status, 404, "{file}");
    }
    assert_eq!(manager.get("/export/own/10001/all.zip").status, 404);
}
