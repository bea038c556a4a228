//! Service cases and their deadlines, asked as pages ask.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::{Browser, Centre};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan, shipped_years};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{business_time, instant_of};
use chaobiao_domain::work_calendar::LoadYear;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

fn at(time: &str) -> DateTime<Utc> {
    instant_of(NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap())
}

/// By the wall clock of Shanghai.
fn local(instant: &Value) -> String {
    let instant: DateTime<Utc> = instant.as_str().unwrap().parse().unwrap();
    business_time(instant).format("%Y-%m-%d %H:%M").to_string()
}

/// A centre with the shipped lists and a campus that closes at noon, as E8 has it.
async fn centre(time: &str) -> Centre {
    let centre = Centre::open_at(at("2026-09-01 08:00")).await;
    for list in shipped_years().unwrap() {
        centre.run(LoadYear { list }).await;
    }
    let span = |from: &str, to: &str| OfficeSpan {
        from: format!("{from}:00").parse().unwrap(),
        to: format!("{to}:00").parse().unwrap(),
    };
    let spans = vec![span("08:00", "12:00"), span("14:00", "18:00")];
    centre
        .run(OpenCampus {
            campus_id: "N".parse().unwrap(),
            name: "北校区".to_owned(),
            office_hours: OfficeHours::try_new(spans).unwrap(),
            contact: "5566".to_owned(),
        })
        .await;
    centre.clock.set(at(time));
    centre
}

fn case(kind: &str) -> Value {
    let topic = (kind == "SERVICE_REQUEST").then_some("METERING_QUESTION");
    json!({
        "kind": kind, "topic": topic, "campusId": "N", "place": "北苑 3 栋 201",
        "text": "水表走得太快",
    })
}

async fn file(centre: &Centre, browser: &Browser, input: Value) -> String {
    let fields = "serviceCase { caseId }";
    let filed = centre.must(browser, "openServiceCase", input, fields).await;
    filed["serviceCase"]["caseId"].as_str().unwrap().to_owned()
}

const DEADLINE: &str = "serviceCase { caseId dueAt dueProvisional replyMode plannedAt }";

#[tokio::test]
async fn e8_r58_r59_r60_service_requests_are_due_as_the_worked_case_says_in_both_modes() {
    let centre = centre("2026-09-02 10:00").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let office_hours = json!({
        "effectiveFrom": "2026-10-05", "reason": "按办公时间计",
        "reply": { "mode": "OFFICE_HOURS", "replyMinutes": 120, "warnMinutes": 30 },
        "outageReminderMinutes": 1440,
    });
    let fields = "rules { version replyByKind { kind } }";
    centre
        .must(&manager, "publishServiceRules", office_hours, fields)
        .await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    for (filed, mode, due, planned) in [
        (
            "2026-09-20 10:00",
            "WALL_CLOCK",
            "2026-09-20 12:00",
            "2026-09-20 12:00",
        ),
        (
            "2026-09-21 11:00",
            "WALL_CLOCK",
            "2026-09-21 13:00",
            "2026-09-21 15:00",
        ),
        (
            "2026-10-01 10:00",
            "WALL_CLOCK",
            "2026-10-08 18:00",
            "2026-10-08 18:00",
        ),
        (
            "2026-10-09 17:00",
            "OFFICE_HOURS",
            "2026-10-10 09:00",
            "2026-10-10 09:00",
        ),
    ] {
        centre.clock.set(at(filed));
        // The session of weeks ago is over.
        let resident = centre.signed_in(resident.principal.clone().unwrap()).await;
        let opened = centre
            .must(
                &resident,
                "openServiceCase",
                case("SERVICE_REQUEST"),
                DEADLINE,
            )
            .await;
        let opened = &opened["serviceCase"];
        assert_eq!(local(&opened["dueAt"]), due, "filed {filed}");
        assert_eq!(local(&opened["plannedAt"]), planned, "filed {filed}");
        assert_eq!(opened["replyMode"], mode, "filed {filed}");
        assert_eq!(opened["dueProvisional"], false);
    }
    // Into a year whose list is not there yet.
    centre.clock.set(at("2027-01-05 10:00"));
    let resident = centre.signed_in(resident.principal.clone().unwrap()).await;
    let opened = centre
        .must(&resident, "openServiceCase", case("FAULT"), DEADLINE)
        .await;
    assert_eq!(opened["serviceCase"]["dueProvisional"], true);
}

#[tokio::test]
async fn r59_rules_are_dated_data_and_nonsense_is_refused() {
    let centre = centre("2026-09-21 10:00").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let rules = |reply: i32, warn: i32| {
        json!({
            "effectiveFrom": "2026-09-22", "reason": "试行", "outageReminderMinutes": 1440,
            "reply": { "mode": "WALL_CLOCK", "replyMinutes": reply, "warnMinutes": warn },
            "replyByKind": [{
                "kind": "FAULT",
                "rule": { "mode": "WALL_CLOCK", "replyMinutes": 30, "warnMinutes": 10 },
            }],
        })
    };
    let refused = centre
        .refused(&manager, "publishServiceRules", rules(0, 0))
        .await;
    let expected = (
        "SERVICE_RULES_REPLY_OUT_OF_RANGE",
        "input.reply.replyMinutes",
    );
    assert_eq!((refused.0.as_str(), refused.1.as_str()), expected);
    let refused = centre
        .refused(&manager, "publishServiceRules", rules(60, 90))
        .await;
    assert_eq!(refused.0, "SERVICE_RULES_WARNING_TOO_EARLY");
    let fields = "rules { version }";
    centre
        .must(&manager, "publishServiceRules", rules(60, 10), fields)
        .await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    for (kind, due) in [
        ("COMPLAINT", "2026-09-22 11:00"),
        ("FAULT", "2026-09-22 10:30"),
    ] {
        centre.clock.set(at("2026-09-22 10:00"));
        // The session of yesterday may be over.
        let resident = centre.signed_in(resident.principal.clone().unwrap()).await;
        let opened = centre
            .must(&resident, "openServiceCase", case(kind), DEADLINE)
            .await;
        assert_eq!(local(&opened["serviceCase"]["dueAt"]), due);
    }
    let manager = centre.signed_in(manager.principal.clone().unwrap()).await;
    let query = "{ serviceRules { version reply { replyMinutes } publishedBy } }";
    let shown = centre.ask(&manager, query, Value::Null).await.data();
    let versions = shown["serviceRules"].as_array().unwrap();
    assert_eq!(
        (&versions[0]["version"], &versions[1]["version"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(versions[0]["publishedBy"], "staff:li");
}

const STORY: &str = "query($id: String!) { serviceCase(caseId: $id) {
    kind status place text stars assignee contactPhone
    steps { kind text by colleague } } }";

async fn story(centre: &Centre, browser: &Browser, id: &str) -> Value {
    let answer = centre.ask(browser, STORY, json!({ "id": id })).await;
    answer.data()["serviceCase"].take()
}

fn kinds(story: &Value) -> Vec<&str> {
    let steps = story["steps"].as_array().unwrap().iter();
    steps.map(|step| step["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn r8_a_fault_is_tracked_from_filed_to_closed_by_its_reporter_alone() {
    let centre = centre("2026-09-21 10:00").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let fitter = centre.staff("wang", &[Role::Technician]).await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let stranger = centre.customer("13800138001", CustomerKind::Resident).await;
    let id = file(&centre, &resident, case("FAULT")).await;

    let assign = json!({ "caseId": id, "login": "wang", "text": "带上扳手" });
    centre
        .must(
            &manager,
            "assignServiceCase",
            assign,
            "serviceCase { status assignee }",
        )
        .await;
    let seen = story(&centre, &fitter, &id).await;
    assert_eq!(seen["contactPhone"], "13800138000", "who is sent may call");
    assert_eq!(seen["steps"][1]["text"], "带上扳手");
    for (name, text) in [
        ("replyToServiceCase", "下午到"),
        ("resolveServiceCase", "已换阀门"),
    ] {
        let input = json!({ "caseId": id, "text": text });
        centre
            .must(&fitter, name, input, "serviceCase { status }")
            .await;
    }
    let rating = json!({ "caseId": id, "stars": 5, "text": "很快" });
    centre
        .must(
            &resident,
            "rateServiceCase",
            rating,
            "serviceCase { stars }",
        )
        .await;
    let close = json!({ "caseId": id });
    centre
        .must(
            &resident,
            "closeServiceCase",
            close,
            "serviceCase { status }",
        )
        .await;

    let seen = story(&centre, &resident, &id).await;
    assert_eq!(
        (&seen["status"], &seen["stars"]),
        (&json!("CLOSED"), &json!(5))
    );
    assert_eq!(
        kinds(&seen),
        [
            "OPENED", "ASSIGNED", "REPLIED", "RESOLVED", "RATED", "CLOSED"
        ]
    );
    assert_eq!(seen["steps"][3]["text"], "已换阀门");
    assert!(
        seen["steps"][1]["text"].is_null(),
        "notes to colleagues stay inside"
    );
    assert!(seen["assignee"].is_null() && seen["steps"][1]["by"].is_null());

    assert!(
        story(&centre, &stranger, &id).await.is_null(),
        "to others it is not there"
    );
    let answer = centre
        .ask(&Browser::default(), STORY, json!({ "id": id }))
        .await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
    let mine = "{ myServiceCases { nodes { caseId } } }";
    let theirs = centre.ask(&stranger, mine, Value::Null).await.data();
    assert_eq!(theirs["myServiceCases"]["nodes"], json!([]));
    let rate = json!({ "caseId": id, "stars": 1 });
    assert_eq!(
        centre.refused(&stranger, "rateServiceCase", rate).await.0,
        "CASE_UNKNOWN"
    );
    let reopen = json!({ "caseId": id, "text": "还漏" });
    let refused = centre
        .refused(&stranger, "reopenServiceCase", reopen.clone())
        .await;
    assert_eq!(refused.0, "CASE_UNKNOWN");
    let reopened = centre
        .must(
            &resident,
            "reopenServiceCase",
            reopen,
            "serviceCase { status }",
        )
        .await;
    assert_eq!(reopened["serviceCase"]["status"], "ASSIGNED");
}

#[tokio::test]
async fn r65_a_complaint_is_answered_but_never_by_whom_it_is_about() {
    let centre = centre("2026-09-21 10:00").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let concerned = centre.staff("wang", &[Role::Technician]).await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let mut complaint = case("COMPLAINT");
    complaint["staffConcerned"] = "wang".into();
    let id = file(&centre, &resident, complaint).await;

    assert!(
        story(&centre, &concerned, &id).await.is_null(),
        "they do not even see it"
    );
    let list = "{ serviceCases { nodes { caseId } } }";
    let seen = centre.ask(&concerned, list, Value::Null).await.data();
    assert_eq!(seen["serviceCases"]["nodes"], json!([]));
    for (name, input) in [
        (
            "replyToServiceCase",
            json!({ "caseId": id, "text": "没有的事" }),
        ),
        (
            "resolveServiceCase",
            json!({ "caseId": id, "text": "没有的事" }),
        ),
        ("closeServiceCase", json!({ "caseId": id })),
    ] {
        let refused = centre.refused(&concerned, name, input).await;
        assert_eq!(refused.0, "CASE_HANDLER_CONCERNED", "{name}");
    }
    let assign = json!({ "caseId": id, "login": "wang" });
    let refused = centre.refused(&manager, "assignServiceCase", assign).await;
    assert_eq!(refused.0, "CASE_HANDLER_CONCERNED");
    let reply = json!({ "caseId": id, "text": "已约谈，向您致歉" });
    centre
        .must(
            &manager,
            "replyToServiceCase",
            reply,
            "serviceCase { answeredAt }",
        )
        .await;
    let seen = story(&centre, &resident, &id).await;
    assert_eq!(seen["steps"][1]["text"], "已约谈，向您致歉");

    // Suggestions and praise go the same way; staff named later have no hand in it from then on.
    for kind in ["SUGGESTION", "PRAISE"] {
        let id = file(&centre, &resident, case(kind)).await;
        assert_eq!(story(&centre, &concerned, &id).await["kind"], kind);
        let name = json!({ "caseId": id, "staffConcerned": "wang" });
        let refused = centre.refused(&manager, "nameStaffConcerned", name).await;
        assert_eq!(refused.0, "CASE_NOT_A_COMPLAINT");
    }
    let id = file(&centre, &resident, case("COMPLAINT")).await;
    let name = json!({ "caseId": id, "staffConcerned": "wang" });
    let named = centre
        .must(
            &manager,
            "nameStaffConcerned",
            name,
            "serviceCase { staffConcerned }",
        )
        .await;
    assert_eq!(named["serviceCase"]["staffConcerned"], "wang");
    assert!(story(&centre, &concerned, &id).await.is_null());
}

#[tokio::test]
async fn r67_anybody_gives_an_energy_tip_and_sees_the_outcome() {
    let centre = centre("2026-09-21 10:00").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let cashier = centre.staff("zhao", &[Role::Cashier]).await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    for reporter in [&resident, &cashier] {
        let id = file(&centre, reporter, case("ENERGY_TIP")).await;
        let outcome = json!({ "caseId": id, "text": "已换节能灯" });
        centre
            .must(
                &manager,
                "resolveServiceCase",
                outcome,
                "serviceCase { status }",
            )
            .await;
        let seen = story(&centre, reporter, &id).await;
        assert_eq!(seen["steps"][1]["text"], "已换节能灯");
    }
    let mut pictured = case("ENERGY_TIP");
    pictured["photos"] = json!(["0".repeat(64)]);
    let refused = centre.refused(&resident, "openServiceCase", pictured).await;
    assert_eq!(
        (refused.0.as_str(), refused.1.as_str()),
        ("CASE_PHOTO_UNKNOWN", "input.photos")
    );
    let anonymous = centre
        .mutate(
            &Browser::default(),
            "openServiceCase",
            case("ENERGY_TIP"),
            "",
        )
        .await;
    assert_eq!(anonymous, Err("UNAUTHENTICATED".to_owned()));
}

#[tokio::test]
async fn r77_patrols_report_what_they_find_and_nobody_else_does() {
    let centre = centre("2026-09-21 10:00").await;
    let reader = centre.staff("sun", &[Role::Reader]).await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let id = file(&centre, &reader, case("PATROL")).await;
    let seen = story(&centre, &reader, &id).await;
    assert_eq!(
        (&seen["kind"], &seen["contactPhone"]),
        (&json!("PATROL"), &Value::Null)
    );
    let refused = centre
        .refused(&resident, "openServiceCase", case("PATROL"))
        .await;
    assert_eq!(
        (refused.0.as_str(), refused.1.as_str()),
        ("CASE_KIND_NOT_ALLOWED", "input.kind")
    );
    // What people call in is written down by whoever answers cases, with a number to call back.
    let refused = centre
        .refused(&reader, "openServiceCase", case("FAULT"))
        .await;
    assert_eq!(refused.0, "CASE_KIND_NOT_ALLOWED");
    let fitter = centre.staff("wang", &[Role::Technician]).await;
    let refused = centre
        .refused(&fitter, "openServiceCase", case("FAULT"))
        .await;
    assert_eq!(refused.0, "CASE_CONTACT_MISSING");
    let mut called = case("FAULT");
    called["contactPhone"] = "13900139000".into();
    called["contactName"] = "王芳".into();
    let id = file(&centre, &fitter, called).await;
    let cashier = centre.staff("zhao", &[Role::Cashier]).await;
    assert!(story(&centre, &cashier, &id).await.is_null());
}

#[tokio::test]
async fn r59_the_board_counts_what_waits_and_what_was_late() {
    let centre = centre("2026-09-21 10:00").await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let answered = file(&centre, &resident, case("SERVICE_REQUEST")).await;
    file(&centre, &resident, case("SERVICE_REQUEST")).await;
    let reply = json!({ "caseId": answered, "text": "已答复" });
    centre
        .must(
            &manager,
            "replyToServiceCase",
            reply,
            "serviceCase { answeredAt }",
        )
        .await;
    centre.clock.set(at("2026-09-21 12:01"));
    let manager = centre.signed_in(manager.principal.clone().unwrap()).await;
    let resident = centre.signed_in(resident.principal.clone().unwrap()).await;
    let board = "{ serviceBoard(since: \"2026-09-21\") { waiting overdue answeredInTime late }
        serviceCases(overdueOnly: true) { nodes { caseId } } }";
    let seen = centre.ask(&manager, board, Value::Null).await.data();
    let expected = json!({ "waiting": 1, "overdue": 1, "answeredInTime": 1, "late": 1 });
    assert_eq!(seen["serviceBoard"], expected);
    assert_eq!(seen["serviceCases"]["nodes"].as_array().unwrap().len(), 1);
    let answer = centre.ask(&resident, board, Value::Null).await;
    assert_eq!(answer.code(), Some("FORBIDDEN"));
}
