//! Visits: who comes when, asked as pages ask (R57).

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::{Browser, Centre};
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};

const DAY: &str = "2026-09-25";

/// The day's slots of the fitter wang: 09:00 and 10:00.
async fn slots(centre: &Centre, manager: &Browser) -> Vec<String> {
    let day = json!({
        "login": "wang", "campusId": "N", "date": DAY,
        "slots": [{ "from": "09:00", "to": "10:00" }, { "from": "10:00", "to": "11:00" }],
    });
    let set = centre.must(manager, "setVisitSlots", day, "slotIds").await;
    let ids = set["slotIds"].as_array().unwrap().iter();
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn asking(kind: &str, slot: Option<&str>) -> Value {
    json!({ "kind": kind, "campusId": "N", "place": "北苑 3 栋 201", "slotId": slot })
}

async fn ask(centre: &Centre, browser: &Browser, input: Value) -> String {
    let fields = "appointment { appointmentId }";
    let made = centre
        .must(browser, "requestAppointment", input, fields)
        .await;
    let id = made["appointment"]["appointmentId"].as_str();
    id.unwrap().to_owned()
}

async fn free(centre: &Centre, browser: &Browser) -> Vec<Value> {
    let query = "{ visitSlots(campusId: \"N\", from: \"2026-09-25\", to: \"2026-09-26\") {
        nodes { slotId staff } } }";
    let mut seen = centre.ask(browser, query, Value::Null).await.data();
    match seen["visitSlots"]["nodes"].take() {
        Value::Array(nodes) => nodes,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn r57_visits_of_four_kinds_are_asked_for_confirmed_moved_and_made() {
    let centre = Centre::open().await;
    centre.campus("N").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let fitter = centre.staff("wang", &[Role::Technician]).await;
    let slots = slots(&centre, &manager).await;
    // Nothing is bound.
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    for kind in ["METER_READING", "FAULT_CHECK", "MOVE_IN"] {
        ask(&centre, &resident, asking(kind, None)).await;
    }
    let seen = free(&centre, &resident).await;
    assert_eq!(seen.len(), 2);
    assert!(
        seen[0]["staff"].is_null(),
        "customers see times, not people"
    );
    let id = ask(&centre, &resident, asking("MOVE_OUT", Some(&slots[0]))).await;
    assert_eq!(free(&centre, &resident).await.len(), 1);

    let state = "appointment { status staff from contactPhone }";
    let by_id = json!({ "appointmentId": id });
    let confirmed = centre
        .must(&manager, "confirmAppointment", by_id, state)
        .await;
    assert_eq!(confirmed["appointment"]["status"], "CONFIRMED");
    let moved = json!({ "appointmentId": id, "slotId": slots[1] });
    let moved = centre
        .must(&resident, "scheduleAppointment", moved, state)
        .await;
    assert_eq!(
        moved["appointment"]["status"], "SCHEDULED",
        "the centre has to agree again"
    );
    assert!(moved["appointment"]["staff"].is_null());
    let moved = json!({ "appointmentId": id, "slotId": slots[0] });
    let moved = centre
        .must(&manager, "scheduleAppointment", moved, state)
        .await;
    assert_eq!(moved["appointment"]["status"], "CONFIRMED");

    let done = json!({ "appointmentId": id, "text": "水表 519，电表 8902.90" });
    let refused = centre
        .refused(&fitter, "finishAppointment", done.clone())
        .await;
    assert_eq!(refused.0, "APPOINTMENT_TOO_EARLY");
    centre.wait(TimeDelta::hours(24) + TimeDelta::minutes(30));
    let fitter = centre.signed_in(fitter.principal.clone().unwrap()).await;
    let made = centre.must(&fitter, "finishAppointment", done, state).await;
    assert_eq!(made["appointment"]["status"], "FINISHED");
    assert_eq!(
        made["appointment"]["contactPhone"], "13800138000",
        "who comes may call"
    );
    let resident = centre.signed_in(resident.principal.clone().unwrap()).await;
    let mine = "{ myAppointments { nodes { kind status result } } }";
    let mine = centre.ask(&resident, mine, Value::Null).await.data();
    let nodes = mine["myAppointments"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 4);
    let made = nodes.iter().find(|node| node["status"] == "FINISHED");
    assert_eq!(made.unwrap()["result"], "水表 519，电表 8902.90");
}

#[tokio::test]
async fn r57_nobody_gets_a_slot_that_is_taken_and_others_see_nothing() {
    let centre = Centre::open().await;
    centre.campus("N").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    centre.staff("wang", &[Role::Technician]).await;
    let slots = slots(&centre, &manager).await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let stranger = centre.customer("13800138001", CustomerKind::Resident).await;
    let inputs = [&resident, &stranger].map(|browser| {
        let input = asking("FAULT_CHECK", Some(&slots[0]));
        centre.mutate(
            browser,
            "requestAppointment",
            input,
            "appointment { appointmentId }",
        )
    });
    let [one, other] = inputs;
    let (one, other) = tokio::join!(one, other);
    let answers = [one.unwrap(), other.unwrap()];
    let got = answers
        .iter()
        .filter(|answer| answer["userErrors"] == json!([]));
    assert_eq!(got.count(), 1, "{answers:?}");
    let codes: Vec<&Value> = answers
        .iter()
        .filter_map(|answer| answer["userErrors"].get(0).map(|error| &error["code"]))
        .collect();
    assert_eq!(codes, ["ROSTER_SLOT_TAKEN"]);

    let id = ask(&centre, &resident, asking("FAULT_CHECK", Some(&slots[1]))).await;
    let look = "query($id: String!) { appointment(appointmentId: $id) { status } }";
    let seen = centre
        .ask(&stranger, look, json!({ "id": id }))
        .await
        .data();
    assert!(seen["appointment"].is_null());
    let cancel = json!({ "appointmentId": id, "text": "不来了" });
    let refused = centre
        .refused(&stranger, "cancelAppointment", cancel.clone())
        .await;
    assert_eq!(refused.0, "APPOINTMENT_UNKNOWN");
    let empty = json!({ "login": "wang", "campusId": "N", "date": DAY, "slots": [] });
    let refused = centre.refused(&manager, "setVisitSlots", empty).await;
    assert_eq!(
        (refused.0.as_str(), refused.1.as_str()),
        ("ROSTER_SLOT_BOOKED", "input.slots")
    );
    centre
        .must(
            &resident,
            "cancelAppointment",
            cancel,
            "appointment { status reason }",
        )
        .await;
    assert_eq!(free(&centre, &stranger).await.len(), 1);
    let mut foreign = asking("METER_READING", None);
    foreign["accountNo"] = "10001".into();
    let refused = centre
        .refused(&resident, "requestAppointment", foreign)
        .await;
    assert_eq!(refused.0, "APPOINTMENT_ACCOUNT_NOT_YOURS");
}
