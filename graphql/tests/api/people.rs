//! Signing in, bindings, staff and the audit trail, as the schema answers.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::bindings::request;
use crate::support::{Answer, Browser, Centre, session_of};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::account::AccountClass;
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use chaobiao_graphql::support::{CursorKey, ReadModels, Services};
use chaobiao_graphql::{SchemaOptions, build_schema};
use chrono::TimeDelta;
use futures::StreamExt as _;
use serde_json::{Value, json};

pub(crate) const PHONE: &str = "13800138000";
const ME: &str = "{ me { kind displayName permissions
    customer { customerId kind phoneMasked bindingLimit
        bindings { bindingId accountNo status holderName dueAt overdue } }
    staff { login name roles mustChangePassword secondFactor } } }";

fn visitor() -> Browser {
    Browser {
        origin: "10.0.0.7".to_owned(),
        ..Browser::default()
    }
}

pub(crate) async fn me(centre: &Centre, browser: &Browser) -> Value {
    centre.ask(browser, ME, json!({})).await.data()["me"].take()
}

/// Runs a sign-in mutation and takes its cookie.
pub(crate) async fn sign_in(centre: &Centre, name: &str, input: Value) -> (Value, Browser) {
    let type_name = format!("{}{}Input", name[..1].to_ascii_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {type_name}!) {{ {name}(input: $input) {{ viewer {{ kind }} \
         userErrors {{ code field }} }} }}"
    );
    let answer = centre
        .ask(&visitor(), &query, json!({ "input": input }))
        .await;
    let session = answer.cookie.as_deref().map(session_of);
    let payload = answer.data()[name].take();
    (
        payload,
        Browser {
            session,
            ..visitor()
        },
    )
}

#[tokio::test]
async fn r48_a_phone_registers_by_its_code_and_signs_in_again() {
    let centre = Centre::open().await;
    let ask = json!({ "phone": PHONE });
    centre
        .must(&visitor(), "requestPhoneCode", ask.clone(), "expiresAt")
        .await;
    let code = centre.code_for(PHONE, 1).await;
    let register = |code: &str| {
        json!({ "idempotencyKey": "register-0123456789", "phone": PHONE, "code": code,
                "kind": "RESIDENT" })
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let (payload, nobody) = sign_in(&centre, "registerCustomer", register(wrong)).await;
    assert_eq!(payload["userErrors"][0]["code"], "CODE_WRONG");
    assert_eq!(nobody.session, None);

    let (payload, resident) = sign_in(&centre, "registerCustomer", register(&code)).await;
    assert_eq!(
        (&payload["viewer"]["kind"], &payload["userErrors"]),
        (&json!("CUSTOMER"), &json!([]))
    );
    let viewer = me(&centre, &resident).await;
    assert_eq!(viewer["displayName"], "138****8000");
    assert_eq!(viewer["customer"]["bindingLimit"], 2);

    // The answer was lost: the same command again signs the same customer in.
    let (_, again) = sign_in(&centre, "registerCustomer", register(&code)).await;
    let same = me(&centre, &again).await;
    assert_eq!(
        same["customer"]["customerId"],
        viewer["customer"]["customerId"]
    );

    centre.wait(TimeDelta::minutes(2));
    centre
        .must(&visitor(), "requestPhoneCode", ask.clone(), "")
        .await;
    let login = json!({ "phone": PHONE, "code": centre.code_for(PHONE, 2).await });
    let (_, later) = sign_in(&centre, "customerLogin", login.clone()).await;
    assert_eq!(
        me(&centre, &later).await["customer"]["customerId"],
        viewer["customer"]["customerId"]
    );
    let (used, _) = sign_in(&centre, "customerLogin", login).await;
    assert_eq!(
        used["userErrors"][0]["code"], "CODE_WRONG",
        "a code is good once"
    );

    let out = "mutation { logout { userErrors { code } } }";
    let answer = centre.ask(&later, out, json!({})).await;
    assert!(answer.cookie.as_deref().unwrap().contains("Max-Age=0"));
    assert_eq!(me(&centre, &later).await["kind"], "ANONYMOUS");
}

#[tokio::test]
async fn codes_and_phones_give_nothing_away() {
    let centre = Centre::open().await;
    let ask = json!({ "phone": PHONE });
    centre
        .must(&visitor(), "requestPhoneCode", ask.clone(), "")
        .await;
    let limited = centre.mutate(&visitor(), "requestPhoneCode", ask, "").await;
    assert_eq!(limited, Err("RATE_LIMITED".to_owned()));
    let bad = centre
        .refused(&visitor(), "requestPhoneCode", json!({ "phone": "123" }))
        .await;
    assert_eq!(
        bad,
        ("VALUE_BAD_FORMAT".to_owned(), "input.phone".to_owned())
    );

    let code = centre.code_for(PHONE, 1).await;
    let (unknown, _) = sign_in(
        &centre,
        "customerLogin",
        json!({ "phone": PHONE, "code": code }),
    )
    .await;
    assert_eq!(
        unknown["userErrors"][0]["code"],
        "CUSTOMER_PHONE_NOT_REGISTERED"
    );
    // The code is not used up by that: it still registers the phone.
    let register = json!({
        "idempotencyKey": "register-0123456789", "phone": PHONE, "code": code, "kind": "RESIDENT",
    });
    let (registered, _) = sign_in(&centre, "registerCustomer", register).await;
    assert_eq!(registered["viewer"]["kind"], "CUSTOMER");
    let login = json!({ "phone": PHONE, "code": code });
    let (used, _) = sign_in(&centre, "customerLogin", login).await;
    assert_eq!(used["userErrors"][0]["code"], "CODE_WRONG");
}

#[tokio::test]
async fn without_the_code_a_registered_phone_and_another_one_answer_alike() {
    let centre = Centre::open().await;
    centre.customer(PHONE, CustomerKind::Resident).await;
    let mut answers = Vec::new();
    for phone in [PHONE, "13900139000"] {
        let ask = json!({ "phone": phone });
        let asked = centre
            .mutate(&visitor(), "requestPhoneCode", ask, "expiresAt")
            .await;
        let code = centre.code_for(phone, 1).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let mut refusals = Vec::new();
        // As many tries for the one as for the other.
        for _ in 0..6 {
            let login = json!({ "phone": phone, "code": wrong });
            refusals.push(sign_in(&centre, "customerLogin", login).await.0);
        }
        let login = json!({ "phone": phone, "code": code });
        refusals.push(sign_in(&centre, "customerLogin", login).await.0);
        answers.push((asked, refusals));
    }
    assert_eq!(answers[0], answers[1]);
}

/// Notes what a mutation waits for.
struct Watched {
    daemon: Arc<dyn ReadModels>,
    waited_for: Mutex<Vec<i64>>,
}

#[async_trait::async_trait]
impl ReadModels for Watched {
    async fn wait_for(&self, position: i64, limit: Duration) -> bool {
        self.waited_for.lock().unwrap().push(position);
        self.daemon.wait_for(position, limit).await
    }

    fn watch(&self, name: &str) -> Option<tokio::sync::watch::Receiver<i64>> {
        self.daemon.watch(name)
    }
}

#[tokio::test]
async fn a_command_sent_again_waits_for_the_read_models_again() {
    let mut centre = Centre::open().await;
    let admin = centre.staff("wang", &[Role::Admin]).await;
    let watched = Arc::new(Watched {
        daemon: Arc::clone(&centre.services.read_models),
        waited_for: Mutex::default(),
    });
    let services = Services {
        read_models: Arc::clone(&watched) as Arc<_>,
        ..centre.services.clone()
    };
    let cursors = CursorKey::new(&[1; 32]);
    centre.schema = build_schema(services, cursors, SchemaOptions::default());
    let open = json!({
        "idempotencyKey": "open-campus-0123456789", "campusId": "N", "name": "北校区",
        "contact": "021-1", "officeHours": [{ "from": "08:00", "to": "18:00" }],
    });
    for _ in 0..2 {
        let opened = centre
            .must(
                &admin,
                "openCampus",
                open.clone(),
                "campus { name } pending",
            )
            .await;
        assert_eq!(opened["campus"]["name"], "北校区");
    }
    let waited_for = watched.waited_for.lock().unwrap().clone();
    let [first, again] = waited_for.as_slice() else {
        panic!("both wait, not {waited_for:?}")
    };
    assert_eq!(first, again);
}

#[tokio::test]
async fn staff_choose_their_own_password_before_anything_else() {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    let hire = json!({
        "idempotencyKey": "hire-wang-0123456789", "login": "wang", "name": "王芳",
        "department": "营业部", "position": "收费员", "roles": ["CASHIER"],
    });
    let fields = "initialPassword staffMember { login name roles employed }";
    let hired = centre.must(&admin, "hireStaff", hire.clone(), fields).await;
    assert_eq!(hired["staffMember"]["name"], "王芳");
    let password = hired["initialPassword"].as_str().unwrap();
    let repeated = centre.must(&admin, "hireStaff", hire, fields).await;
    assert_eq!(repeated["initialPassword"], Value::Null, "shown once");

    let login = |password: &str| json!({ "login": "wang", "password": password });
    let (_, wang) = sign_in(&centre, "staffLogin", login(password)).await;
    let viewer = me(&centre, &wang).await;
    assert_eq!(viewer["staff"]["mustChangePassword"], true);
    assert_eq!(viewer["permissions"], json!([]));

    let change = |new: &str| json!({ "currentPassword": password, "newPassword": new });
    let simple = centre
        .refused(&wang, "changePassword", change("1234567890"))
        .await;
    assert_eq!(
        simple,
        (
            "PASSWORD_TOO_SIMPLE".to_owned(),
            "input.newPassword".to_owned()
        )
    );
    let same = centre
        .refused(&wang, "changePassword", change(password))
        .await;
    assert_eq!(same.0, "PASSWORD_UNCHANGED");
    centre
        .must(&wang, "changePassword", change("correct horse battery"), "")
        .await;
    assert_eq!(
        me(&centre, &wang).await["kind"],
        "ANONYMOUS",
        "the old session is over"
    );

    let (_, wang) = sign_in(&centre, "staffLogin", login("correct horse battery")).await;
    let viewer = me(&centre, &wang).await;
    assert_eq!(viewer["staff"]["name"], "王芳");
    assert!(
        viewer["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!("TAKE_PAYMENTS"))
    );
}

#[tokio::test]
async fn a_wrong_password_an_unknown_login_and_one_who_left_answer_alike() {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    centre.staff("wang", &[Role::Cashier]).await;
    let reset = centre.must(
        &admin,
        "resetPassword",
        json!({ "login": "wang" }),
        "initialPassword",
    );
    let password = reset.await["initialPassword"].as_str().unwrap().to_owned();
    centre
        .must(&admin, "endEmployment", json!({ "login": "wang" }), "")
        .await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("admin", "wrong"),
        ("nobody", "wrong"),
        ("wang", &password),
        ("工", "x"),
    ] {
        let input = json!({ "login": login, "password": password });
        let (payload, browser) = sign_in(&centre, "staffLogin", input).await;
        assert_eq!(browser.session, None);
        answers.push(payload["userErrors"].clone());
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(answers[0][0]["code"], "LOGIN_FAILED");

    let tries = json!({ "login": "admin", "password": "wrong" });
    for _ in 0..4 {
        centre
            .mutate(&visitor(), "staffLogin", tries.clone(), "")
            .await
            .unwrap();
    }
    let locked = centre.mutate(&visitor(), "staffLogin", tries, "").await;
    assert_eq!(locked, Err("RATE_LIMITED".to_owned()));
}

#[tokio::test]
async fn aliases_do_not_multiply_tries() {
    let centre = Centre::open().await;
    let try_one = "staffLogin(input: { login: \"admin\", password: \"x\" }) { viewer { kind } }";
    let many: Vec<String> = (0..12).map(|n| format!("t{n}: {try_one}")).collect();
    let answer = centre
        .ask(
            &visitor(),
            &format!("mutation {{ {} }}", many.join(" ")),
            json!({}),
        )
        .await;
    assert_eq!(
        answer.code(),
        Some("RATE_LIMITED"),
        "the sixth ends the request"
    );
    let more: Vec<String> = (0..16).map(|n| format!("t{n}: {try_one}")).collect();
    let answer = centre
        .ask(
            &visitor(),
            &format!("mutation {{ {} }}", more.join(" ")),
            json!({}),
        )
        .await;
    assert_eq!(answer.code(), Some("QUERY_TOO_COMPLEX"));
}

#[tokio::test]
async fn r68_rights_change_with_the_next_request_and_contacts_are_ones_own() {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    let wang = centre.staff("wang", &[Role::Cashier]).await;
    let queue = "{ bindingQueue { totalCount } }";
    let code = async |browser: &Browser| {
        centre
            .ask(browser, queue, json!({}))
            .await
            .code()
            .map(str::to_owned)
    };
    assert_eq!(code(&wang).await.as_deref(), Some("FORBIDDEN"));
    let role = json!({ "login": "wang", "role": "MANAGER" });
    centre
        .must(&admin, "grantRole", role.clone(), "staffMember { roles }")
        .await;
    assert_eq!(code(&wang).await, None);
    centre.must(&admin, "revokeRole", role, "").await;
    assert_eq!(code(&wang).await.as_deref(), Some("FORBIDDEN"));

    let own = json!({ "login": "admin", "role": "FINANCE" });
    assert_eq!(
        centre.refused(&admin, "grantRole", own).await.0,
        "STAFF_OWN_ROLES"
    );
    let contact = json!({ "login": "wang", "contact": { "mobile": "13900139000" } });
    centre
        .must(
            &wang,
            "changeStaffProfile",
            contact,
            "staffMember { mobile }",
        )
        .await;
    let other = json!({ "login": "admin", "contact": { "wechat": "w" } });
    let denied = centre.mutate(&wang, "changeStaffProfile", other, "").await;
    assert_eq!(denied, Err("FORBIDDEN".to_owned()));

    centre
        .must(&admin, "endEmployment", json!({ "login": "wang" }), "")
        .await;
    assert_eq!(code(&wang).await.as_deref(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn whole_names_are_for_who_has_the_right_and_leave_a_line_in_the_log() {
    let centre = Centre::open().await;
    centre
        .open_account("A1", "欧阳小明", AccountClass::Resident)
        .await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    request(&centre, &resident, "A1", "欧阳小明").await;
    centre.log.take();

    let own = me(&centre, &resident).await;
    assert_eq!(own["customer"]["bindings"][0]["holderName"], "欧***");
    assert!(centre.log.take().is_empty(), "a masked look is no look");

    let queue = "{ bindingQueue { totalCount nodes { accountNo holderName phoneMasked } } }";
    let shown = centre.ask(&manager, queue, json!({})).await.data();
    assert_eq!(
        shown["bindingQueue"]["nodes"][0],
        json!({ "accountNo": "A1", "holderName": "欧阳小明", "phoneMasked": "138****8000" })
    );
    let entries = centre.log.take();
    let [seen] = entries.as_slice() else {
        panic!("one look, not {entries:?}")
    };
    assert_eq!(seen.kind, AccessKind::PersonalDataSeen);
    assert_eq!(seen.actor.to_string(), "staff:li");
    assert_eq!(seen.subject.as_deref(), Some("account/A1"));
    assert_eq!(seen.origin.as_deref(), Some("10.0.0.1"));
}

#[tokio::test]
async fn others_bindings_look_like_none_and_refusals_are_logged() {
    let centre = Centre::open().await;
    centre
        .open_account("A1", "王芳", AccountClass::Resident)
        .await;
    let one = centre.customer(PHONE, CustomerKind::Resident).await;
    let two = centre.customer("13800138001", CustomerKind::Resident).await;
    let id = request(&centre, &one, "A1", "王芳").await;
    let revoke = json!({ "bindingId": id });
    assert_eq!(
        centre
            .refused(&two, "revokeBinding", revoke.clone())
            .await
            .0,
        "BINDING_UNKNOWN"
    );
    centre.log.take();
    let approve = centre.mutate(&one, "approveBinding", revoke, "").await;
    assert_eq!(approve, Err("FORBIDDEN".to_owned()));
    let denied = centre.log.take().pop().unwrap();
    assert_eq!(
        (denied.kind, denied.what.as_str()),
        (AccessKind::Denied, "approveBinding")
    );
}

#[tokio::test]
async fn a_key_stands_for_one_command() {
    let centre = Centre::open().await;
    for number in ["A1", "A2"] {
        centre
            .open_account(number, "王芳", AccountClass::Resident)
            .await;
    }
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    let input = |account: &str| {
        json!({ "idempotencyKey": "the-same-key-0123456789", "accountNo": account,
                "holderName": "王芳" })
    };
    let fields = "binding { bindingId }";
    let first = centre
        .must(&resident, "requestBinding", input("A1"), fields)
        .await;
    let again = centre
        .must(&resident, "requestBinding", input("A1"), fields)
        .await;
    assert_eq!(first["binding"], again["binding"]);
    let other = centre
        .mutate(&resident, "requestBinding", input("A2"), fields)
        .await;
    assert_eq!(other, Err("IDEMPOTENCY_KEY_REUSED".to_owned()));
    let mut short = input("A2");
    short["idempotencyKey"] = "short".into();
    let short = centre
        .mutate(&resident, "requestBinding", short, fields)
        .await;
    assert_eq!(short, Err("BAD_USER_INPUT".to_owned()));
}

#[tokio::test]
async fn lists_page_by_cursors_that_cannot_be_made_up() {
    let centre = Centre::open().await;
    let auditor = centre.staff("auditor", &[Role::Auditor]).await;
    for login in ["a1", "a2", "a3"] {
        centre.staff(login, &[Role::Reader]).await;
    }
    let query = "query($first: Int, $after: String) { staffMembers(first: $first, after: $after) {
        totalCount edges { cursor node { login } } pageInfo { hasNextPage endCursor } } }";
    let ask = async |variables: Value| centre.ask(&auditor, query, variables).await;
    let page = ask(json!({ "first": 3 })).await.data();
    let page = &page["staffMembers"];
    assert_eq!(
        (&page["totalCount"], &page["pageInfo"]["hasNextPage"]),
        (&json!(4), &json!(true))
    );
    let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();
    let rest = ask(json!({ "first": 3, "after": cursor })).await.data();
    assert_eq!(rest["staffMembers"]["edges"][0]["node"]["login"], "auditor");
    assert_eq!(rest["staffMembers"]["edges"].as_array().unwrap().len(), 1);

    for bad in [
        json!({ "first": 0 }),
        json!({ "first": -1 }),
        json!({ "first": 101 }),
        json!({ "after": "bm9uc2Vuc2U" }),
        json!({ "after": format!("{cursor}A") }),
    ] {
        assert_eq!(
            ask(bad.clone()).await.code(),
            Some("BAD_USER_INPUT"),
            "{bad}"
        );
    }
    let costly = "{ staffMembers(first: 100) { nodes { login name department position campus roles \
        employed mobile } edges { node { login name department position campus roles employed \
        mobile } cursor } } a: auditTrail(first: 100) { nodes { at actor kind what eventType \
        stream code origin requestId leafIndex } edges { node { at actor kind what eventType \
        stream code origin requestId leafIndex } } } b: auditTrail(first: 100) { nodes { at actor \
        kind what eventType stream code origin requestId leafIndex } } }";
    let answer = centre.ask(&auditor, costly, json!({})).await;
    assert_eq!(answer.code(), Some("QUERY_TOO_COMPLEX"));
}

#[tokio::test]
async fn malformed_documents_have_codes_and_faults_no_text() {
    let centre = Centre::open().await;
    let deep = format!("{}{{ kind }}{}", "{ me ".repeat(12), "}".repeat(12));
    for (query, code) in [
        ("{ me", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query A { me { kind } } query B { me { kind } }",
            "OPERATION_RESOLUTION_FAILURE",
        ),
        (deep.as_str(), "QUERY_TOO_DEEP"),
    ] {
        let answer = centre.ask(&visitor(), query, json!({})).await;
        assert_eq!(answer.code(), Some(code), "{query}: {:?}", answer.errors);
    }
    a_fault_is_hidden(&centre).await;
}

/// With its pool closed every read fails: the answer shows a request id and nothing else.
async fn a_fault_is_hidden(centre: &Centre) {
    let admin = centre.staff("admin", &[Role::Admin]).await;
    let request = centre
        .request(&admin, "{ staffMembers { totalCount } }", json!({}))
        .await;
    centre.database.pool().close().await;
    let answer = Answer::new(centre.schema.execute(request).await);
    let error = &answer.errors[0];
    assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    assert_eq!(error["extensions"]["requestId"], "r-1");
    assert_eq!(error["message"], "服务器内部错误");
}

#[tokio::test]
async fn r12_the_work_queue_tells_changes_until_the_session_ends() {
    let centre = Centre::open().await;
    centre
        .open_account("A1", "王芳", AccountClass::Resident)
        .await;
    let manager = centre.staff("li", &[Role::Manager]).await;
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    let query = "subscription { workQueueChanged { bindingsPending bindingsOverdue } }";
    let subscription = centre.request(&manager, query, json!({})).await;
    let mut answers = centre.schema.execute_stream(subscription);
    let mut next = async || {
        let response = tokio::time::timeout(std::time::Duration::from_secs(20), answers.next());
        Answer::new(response.await.unwrap().unwrap())
    };
    let count = |answer: Answer| answer.data()["workQueueChanged"]["bindingsPending"].clone();
    assert_eq!(count(next().await), 0);
    let id = request(&centre, &resident, "A1", "王芳").await;
    assert_eq!(count(next().await), 1);

    let principal = manager.principal.clone().unwrap();
    centre
        .services
        .access
        .close_sessions(&principal, None)
        .await
        .unwrap();
    centre
        .must(&resident, "revokeBinding", json!({ "bindingId": id }), "")
        .await;
    assert_eq!(next().await.code(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn campuses_and_calendars_are_set_by_administrators() {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    let open = json!({
        "campusId": "N", "name": "北校区", "contact": "021-1",
        "officeHours": [{ "from": "08:00", "to": "12:00" }, { "from": "14:00", "to": "18:00" }],
    });
    centre
        .must(&admin, "openCampus", open.clone(), "campus { name }")
        .await;
    assert_eq!(
        centre.refused(&admin, "openCampus", open).await.0,
        "CAMPUS_ALREADY_OPEN"
    );
    let hours =
        |from: &str, span: Value| json!({ "campusId": "N", "from": from, "officeHours": [span] });
    let late = hours("2026-10-01", json!({ "from": "09:00", "to": "17:00" }));
    centre.must(&admin, "setOfficeHours", late, "").await;
    for (span, code) in [
        (
            json!({ "from": "9 o'clock", "to": "17:00" }),
            "VALUE_BAD_FORMAT",
        ),
        (
            json!({ "from": "17:00", "to": "09:00" }),
            "CALENDAR_OFFICE_HOURS_ORDER",
        ),
    ] {
        let refused = centre
            .refused(&admin, "setOfficeHours", hours("2026-10-01", span))
            .await;
        assert_eq!(refused, (code.to_owned(), "input.officeHours".to_owned()));
    }
    let query = "{ campuses { campusId officeHours { from to }
        later: officeHours(on: \"2026-10-01\") { from to } } }";
    let shown = centre.ask(&visitor(), query, json!({})).await.data();
    let campus = &shown["campuses"][0];
    assert_eq!(
        campus["officeHours"][1],
        json!({ "from": "14:00", "to": "18:00" })
    );
    assert_eq!(campus["later"], json!([{ "from": "09:00", "to": "17:00" }]));

    let load = |off: &str| {
        json!({
            "year": 2027, "papers": ["国办通知"], "offDays": [off], "makeUpDays": ["2027-01-03"],
        })
    };
    centre
        .must(
            &admin,
            "loadWorkCalendar",
            load("2027-01-01"),
            "workYear { year }",
        )
        .await;
    let refused = centre
        .refused(&admin, "loadWorkCalendar", load("2026-01-01"))
        .await;
    assert_eq!(refused.0, "CALENDAR_OUTSIDE_YEAR");
    let years = centre
        .ask(&admin, "{ workCalendar { year offDays } }", json!({}))
        .await
        .data();
    assert_eq!(
        years["workCalendar"],
        json!([{ "year": 2027, "offDays": ["2027-01-01"] }])
    );
}

#[tokio::test]
async fn the_audit_trail_is_the_auditors() {
    let centre = Centre::open().await;
    centre
        .open_account("A1", "王芳", AccountClass::Resident)
        .await;
    let auditor = centre.staff("auditor", &[Role::Auditor]).await;
    let resident = centre.customer(PHONE, CustomerKind::Resident).await;
    request(&centre, &resident, "A1", "王芳").await;
    let query =
        "query($stream: String, $kind: AuditKind) { auditTrail(stream: $stream, kind: $kind) {
        nodes { actor kind what eventType stream origin requestId } } }";
    let variables = json!({ "stream": "account/A1", "kind": "CHANGED" });
    let trail = centre.ask(&auditor, query, variables).await.data();
    let nodes = trail["auditTrail"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert_eq!(nodes[0]["eventType"], "account.binding_requested");
    assert_eq!(
        (&nodes[0]["what"], &nodes[0]["origin"]),
        (&json!("binding.request"), &json!("10.0.0.1"))
    );
    assert_eq!(nodes[1]["eventType"], "account.opened");
}
