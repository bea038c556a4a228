//! 辖区: what staff confined to their campus can still do, and how they are told what they cannot.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::account::{AccountClass, OpenAccount};
use chaobiao_domain::meter::RegisterMeter;
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::Commodity;
use serde_json::{Value, json};

use crate::support::Browser;
use crate::support::town::Town;

/// A1 with W-A1 on the northern campus, S1 with W-S1 on the southern.
async fn town() -> Town {
    let town = Town::open().await;
    town.household("A1").await;
    let south = OpenAccount {
        account_no: "S1".parse().unwrap(),
        class: AccountClass::Resident,
        campus: "S".parse().unwrap(),
        holder: "李南".to_owned(),
        phone: None,
        address: "南苑 101".to_owned(),
        household_persons: 2,
    };
    town.centre.run(south).await;
    let meter = RegisterMeter {
        meter_no: "W-S1".parse().unwrap(),
        commodity: Commodity::Water,
        campus: "S".parse().unwrap(),
        building: "南苑 1 栋".to_owned(),
        room: "101".to_owned(),
        book: "S1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    town.centre.run(meter).await;
    town
}

/// Works on the northern campus, and is confined to it.
async fn confined(town: &Town, login: &str, role: Role) -> Browser {
    let centre = &town.centre;
    centre.staff(login, &[role]).await;
    let admin = centre
        .staff(&format!("{login}.admin"), &[Role::Admin])
        .await;
    let home = json!({ "login": login, "campusId": "N" });
    centre
        .must(&admin, "changeStaffProfile", home, "pending")
        .await;
    let reach = json!({ "login": login, "confined": true });
    let fields = "staffMember { confined }";
    let set = centre.must(&admin, "setStaffReach", reach, fields).await;
    assert_eq!(set["staffMember"]["confined"], true);
    town.again(login).await
}

fn numbers(data: &Value, list: &str, name: &str) -> Vec<String> {
    let nodes = data[list]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node[name].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn r86_lists_of_confined_staff_are_of_their_campus_however_they_ask() {
    let town = town().await;
    let centre = &town.centre;
    let manager = confined(&town, "bei", Role::Manager).await;
    for query in [
        "{ meters { nodes { meterNo } } }",
        "query($campus: String) { meters(campus: $campus) { nodes { meterNo } } }",
        "query($campus: String = null) { ...all } fragment all on Query {
            meters(campus: $campus) { nodes { meterNo } } }",
        "{ ... on Query { meters(campus: null) { nodes { meterNo } } } }",
    ] {
        let data = centre.ask(&manager, query, json!({})).await.data();
        assert_eq!(
            numbers(&data, "meters", "meterNo"),
            ["E-A1", "W-A1"],
            "{query}"
        );
    }
    let accounts = "{ accounts(search: \"S1\") { nodes { accountNo } } }";
    let data = centre.ask(&manager, accounts, json!({})).await.data();
    assert!(numbers(&data, "accounts", "accountNo").is_empty());
    // Whoever is not confined sees both.
    let all = "{ meters { nodes { meterNo } } }";
    let data = centre
        .ask(&town.again("ma").await, all, json!({}))
        .await
        .data();
    assert_eq!(
        numbers(&data, "meters", "meterNo"),
        ["E-A1", "W-A1", "W-S1"]
    );
}

#[tokio::test]
async fn r86_what_is_of_another_campus_is_refused_and_the_refusal_kept() {
    let town = town().await;
    let centre = &town.centre;
    let manager = confined(&town, "bei", Role::Manager).await;
    let aliased = "query($no: String!) { one: meter(meterNo: \"W-A1\") { meterNo }
        other: meter(meterNo: $no) { meterNo } }";
    let by_variable = "query($no: String = \"W-S1\") { ...named } fragment named on Query {
        meter(meterNo: $no) { meterNo } }";
    let by_one_of_two = "query A($no: String! = \"W-A1\") { ...named }
        query B($no: String! = \"W-S1\") { ...named }
        query C($no: String! = \"W-A1\") { ...named }
        fragment named on Query { meter(meterNo: $no) { meterNo } }";
    let own = "query($no: String! = \"W-A1\") { ...named }
        fragment named on Query { meter(meterNo: $no) { meterNo } }";
    centre.ask(&manager, own, json!({})).await.data();
    for (query, variables) in [
        (by_one_of_two, json!({})),
        ("{ meter(meterNo: \"W-S1\") { meterNo } }", json!({})),
        (aliased, json!({ "no": "W-S1" })),
        (by_variable, json!({})),
        ("{ meters(campus: \"S\") { nodes { meterNo } } }", json!({})),
        ("{ account(accountNo: \"S1\") { accountNo } }", json!({})),
        // Neither of a campus nor of something that has one.
        ("{ staffMembers { nodes { login } } }", json!({})),
    ] {
        let answer = centre.ask(&manager, query, variables).await;
        assert_eq!(answer.code(), Some("FORBIDDEN"), "{query}");
        assert!(answer.data.is_null(), "{query}");
    }
    let fault = json!({ "meterNo": "W-S1", "description": "表盘碎了" });
    let refused = centre.mutate(&manager, "reportFault", fault, "").await;
    assert_eq!(refused.unwrap_err(), "FORBIDDEN");
    let moved = json!({ "accountNo": "A1", "campus": "S" });
    let refused = centre.mutate(&manager, "changeAccount", moved, "").await;
    assert_eq!(refused.unwrap_err(), "FORBIDDEN");
    let own = json!({ "meterNo": "W-A1", "description": "表盘碎了" });
    centre.must(&manager, "reportFault", own, "pending").await;

    let denied = centre.log.take();
    let subjects: Vec<&str> = denied
        .iter()
        .filter(|entry| entry.kind == AccessKind::Denied && entry.what == "reach")
        .filter_map(|entry| entry.subject.as_deref())
        .collect();
    assert!(subjects.contains(&"meter/W-S1"), "{subjects:?}");
    assert!(subjects.contains(&"campus/S"), "{subjects:?}");
}

#[tokio::test]
async fn r86_a_batch_of_offline_work_is_refused_piece_by_piece() {
    let town = town().await;
    let reader = confined(&town, "bei", Role::Reader).await;
    let fault = |item: &str, meter_no: &str| {
        json!({
            "itemId": item, "doneAt": "2026-09-24T00:30:00Z",
            "work": { "fault": { "meterNo": meter_no, "description": "接头漏水" } },
        })
    };
    let batch = json!({ "items": [fault("piece-0001", "W-S1"), fault("piece-0002", "W-A1")] });
    let query = "mutation($input: SyncFieldWorkInput!) { syncFieldWork(input: $input) {
        results { itemId status errors { code } } } }";
    let synced = town.centre.ask(&reader, query, json!({ "input": batch }));
    assert_eq!(
        synced.await.data()["syncFieldWork"]["results"],
        json!([
            { "itemId": "piece-0001", "status": "REFUSED", "errors": [{ "code": "OUT_OF_REACH" }] },
            { "itemId": "piece-0002", "status": "ACCEPTED", "errors": [] },
        ])
    );
}

#[tokio::test]
async fn r86_a_confined_reader_has_their_tasks_as_before() {
    let town = town().await;
    let reader = confined(&town, "bei", Role::Reader).await;
    let round = json!({
        "book": "B1", "month": "2026-09", "campusId": "N", "dueOn": "2026-09-30",
        "meterNos": ["W-A1"], "reader": "bei",
    });
    let manager = town.again("ma").await;
    let fields = "readingRound { roundId }";
    town.centre
        .must(&manager, "openReadingRound", round, fields)
        .await;
    let tasks =
        "{ readingTasks { nodes { meterNo } } fieldConflicts { itemId } delayReasons { code } }";
    let data = town.centre.ask(&reader, tasks, json!({})).await.data();
    assert_eq!(numbers(&data, "readingTasks", "meterNo"), ["W-A1"]);
}

#[tokio::test]
async fn r86_nobody_sets_their_own_reach_and_a_change_ends_every_session() {
    let town = town().await;
    let centre = &town.centre;
    let reader = confined(&town, "bei", Role::Reader).await;
    let admin = town.again("bei.admin").await;
    let free = json!({ "login": "bei", "confined": false });
    centre.must(&admin, "setStaffReach", free, "pending").await;
    let answer = centre.ask(&reader, "{ me { kind } }", json!({})).await;
    assert_eq!(answer.data()["me"]["kind"], "ANONYMOUS");
    let freed = town.again("bei").await;
    let elsewhere = "{ meter(meterNo: \"W-S1\") { meterNo } }";
    let data = centre.ask(&freed, elsewhere, json!({})).await.data();
    assert_eq!(data["meter"]["meterNo"], "W-S1");

    let own = json!({ "login": "bei.admin", "confined": true });
    assert_eq!(
        centre.refused(&admin, "setStaffReach", own).await.0,
        "STAFF_OWN_REACH"
    );
    let nowhere = json!({ "login": "li", "confined": true });
    assert_eq!(
        centre.refused(&admin, "setStaffReach", nowhere).await.0,
        "STAFF_NO_CAMPUS"
    );
}
