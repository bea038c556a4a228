//! Service cases over HTTP: filed by whoever has bound nothing, answered by message, and moved by a
//! new list of days off.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support;
use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;
use serde_json::{Value, json};

fn case(kind: &str) -> Value {
    let topic = (kind == "SERVICE_REQUEST").then_some("NEW_CAPACITY");
    json!({
        "kind": kind, "topic": topic, "campusId": CAMPUS, "place": "北苑 3 栋",
        "text": "走廊的灯整夜亮着",
    })
}

fn file(client: &mut Client, case: Value) -> String {
    let key = client.new_key();
    let mut case = case;
    case["idempotencyKey"] = key.into();
    // A busy machine may show the case later than it answers: the same key asks again.
    Centre::until(|| {
        let filed = client.must("openServiceCase", case.clone(), "serviceCase { caseId }");
        filed["serviceCase"]["caseId"].as_str().map(str::to_owned)
    })
}

fn told(centre: &Centre, case_id: &str) -> String {
    let message = centre.await_message(|message| message["message"]["case_id"] == case_id);
    assert_eq!(message["channel"], "sms");
    let text = &message["message"]["text"]["$personal"]["value"];
    format!(
        "{} {}",
        message["message"]["to"]["$personal"]["value"]
            .as_str()
            .unwrap_or_default(),
        text.as_str().unwrap_or_default()
    )
}

#[tokio::test]
async fn r48_the_unbound_book_visits_and_file_cases_of_every_kind_with_photos_and_hear_the_answers()
{
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &["MANAGER"]);
    let mut resident = centre.customer("13800138000", "RESIDENT");
    let photo = resident.photograph(40);
    for kind in [
        "SERVICE_REQUEST",
        "COMPLAINT",
        "SUGGESTION",
        "PRAISE",
        "FAULT",
        "ENERGY_TIP",
    ] {
        let mut case = case(kind);
        case["photos"] = json!([photo]);
        let id = file(&mut resident, case);
        let reply = json!({ "caseId": id, "text": format!("已受理 {kind}") });
        manager.must("replyToServiceCase", reply, "serviceCase { answeredAt }");
        let told = told(&centre, &id);
        assert!(told.starts_with("13800138000 "), "{told}");
        assert!(told.contains(&format!("已受理 {kind}")), "{told}");
    }
    let mine = "{ myServiceCases { nodes { kind photos steps { kind text } } } }";
    let mine = resident.query(mine, &Value::Null);
    let nodes = mine["myServiceCases"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 6);
    assert_eq!(nodes[0]["photos"], json!([photo]));
    assert_eq!(nodes[0]["steps"][1]["text"], "已受理 ENERGY_TIP");
    assert_eq!(resident.get(&format!("/photos/{photo}")).status, 200);
    let mut stranger = centre.customer("13800138001", "RESIDENT");
    assert_eq!(stranger.get(&format!("/photos/{photo}")).status, 404);

    let visit = json!({ "kind": "MOVE_OUT", "campusId": CAMPUS, "place": "北苑 3 栋 201" });
    let booked = resident.must(
        "requestAppointment",
        visit,
        "pending appointment { status }",
    );
    assert!(booked["pending"] == true || booked["appointment"]["status"] == "REQUESTED");

    // Nothing of an account before a binding.
    let mut all_desks = centre.staff("m2", &support::centre::ALL_DESKS);
    Centre::household(&mut all_desks, "10001", "王芳");
    for (name, value, code) in [
        ("accountNo", "10001", "CASE_ACCOUNT_NOT_YOURS"),
        ("meterNo", "W-10001", "CASE_METER_NOT_YOURS"),
    ] {
        let mut case = case("FAULT");
        case[name] = value.into();
        assert_eq!(resident.refused("openServiceCase", case).0, code);
    }
    let foreign = "{ account(accountNo: \"10001\") { accountNo } }";
    let answer = resident.ask(foreign, &Value::Null);
    assert!(answer["data"]["account"].is_null(), "{answer}");
}

/// The shipped list of a year, with days off besides.
fn with_days_off(list: &Value, days: &[String]) -> Value {
    let mut off: Vec<&str> = list["offDays"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .chain(days.iter().map(String::as_str))
        .filter(|day| day.starts_with(&list["year"].to_string()))
        .collect();
    off.sort_unstable();
    off.dedup();
    let make_up: Vec<&Value> = list["makeUpDays"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|day| !days.iter().any(|off| *day == off))
        .collect();
    json!({
        "year": list["year"], "papers": ["校办〔2026〕88号"], "offDays": off, "makeUpDays": make_up,
    })
}

#[tokio::test]
async fn x14_a_new_list_moves_the_deadlines_of_open_cases_only_and_says_why() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &["MANAGER"]);
    let mut resident = centre.customer("13800138000", "RESIDENT");
    let open = file(&mut resident, case("SERVICE_REQUEST"));
    let answered = file(&mut resident, case("SERVICE_REQUEST"));
    let reply = json!({ "caseId": answered, "text": "已答复" });
    manager.must("replyToServiceCase", reply, "serviceCase { answeredAt }");

    let look = "query($id: String!) { serviceCase(caseId: $id) { filedAt dueAt
        steps { kind text } } }";
    let see = |client: &mut Client, id: &str| {
        client.query(look, &json!({ "id": id }))["serviceCase"].take()
    };
    let before = see(&mut resident, &open);
    let shanghai = |instant: &Value| {
        let instant: chrono::DateTime<chrono::Utc> = instant.as_str().unwrap().parse().unwrap();
        chaobiao_domain::units::business_date(instant).to_string()
    };
    // Whenever this runs: the day of filing and the day it is due become days off.
    let days = [shanghai(&before["filedAt"]), shanghai(&before["dueAt"])];
    let lists = centre
        .admin
        .query("{ workCalendar { year offDays makeUpDays } }", &Value::Null);
    for year in days.iter().map(|day| day[..4].to_owned()) {
        let lists = lists["workCalendar"].as_array().unwrap();
        let list = lists.iter().find(|list| list["year"] == year);
        let none = json!({ "year": year.parse::<i32>().unwrap(), "offDays": [], "makeUpDays": [] });
        let list = with_days_off(list.unwrap_or(&none), &days);
        centre
            .admin
            .must("loadWorkCalendar", list, "workYear { year }");
    }
    let moved = Centre::until(|| {
        let seen = see(&mut resident, &open);
        (seen["dueAt"] != before["dueAt"]).then_some(seen)
    });
    assert!(shanghai(&moved["dueAt"]) > days[1], "{moved}");
    let last = moved["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(last["kind"], "REPLANNED");
    assert!(
        last["text"].as_str().unwrap().contains("校办〔2026〕88号"),
        "{last}"
    );
    let kept = see(&mut resident, &answered);
    let kinds: Vec<&str> = kept["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["OPENED", "REPLIED"]);
    assert!(told(&centre, &open).contains("校办〔2026〕88号"));
}
