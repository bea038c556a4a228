//! Roles as data (R86): what they give is changed by two people and holds with the next request.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::time::Duration;

use crate::support::{Answer, Browser, Centre};
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use chrono::TimeDelta;
use futures::StreamExt as _;
use serde_json::{Value, json};

/// Two who manage staff, one of whom is no administrator by the shipped role.
struct Office {
    centre: Centre,
    fang: Browser,
    lin: Browser,
}

impl Office {
    async fn open() -> Self {
        let centre = Centre::open().await;
        let fang = centre.staff("fang", &[Role::Admin]).await;
        let lin = centre.staff("lin", &[Role::Admin]).await;
        Self { centre, fang, lin }
    }

    async fn propose(&self, name: &str, input: Value) -> Value {
        let fields = "proposal { proposalId role kind state }";
        let payload = self.centre.must(&self.fang, name, input, fields).await;
        let proposal = &payload["proposal"];
        assert_eq!(proposal["state"], "OPEN");
        json!({ "role": proposal["role"], "proposalId": proposal["proposalId"] })
    }

    async fn approve(&self, proposal: Value) {
        let fields = "proposal { state decidedBy }";
        let name = "approveRoleChange";
        let payload = self.centre.must(&self.lin, name, proposal, fields).await;
        let decided = json!({ "state": "APPROVED", "decidedBy": "staff:lin" });
        assert_eq!(payload["proposal"], decided);
    }

    /// The code of a role of the centre's own that is in use.
    async fn role(&self, name: &str, permissions: &[&str]) -> String {
        let proposal = self.propose("proposeRole", role(name, permissions)).await;
        let code = proposal["role"].as_str().unwrap().to_owned();
        self.approve(proposal).await;
        code
    }

    async fn change(&self, code: &str, permissions: &[&str]) {
        let proposal = self.propose("proposeRoleChange", change(code, permissions));
        self.approve(proposal.await).await;
    }

    async fn give(&self, login: &str, code: &str) {
        let grant = json!({ "login": login, "role": code });
        self.centre.must(&self.fang, "grantRole", grant, "").await;
    }

    async fn rights(&self, browser: &Browser) -> Value {
        let query = "{ me { permissions staff { roles } } }";
        let mut answer = self.centre.ask(browser, query, json!({})).await.data();
        answer["me"]["permissions"].take()
    }
}

fn role(name: &str, permissions: &[&str]) -> Value {
    json!({ "name": name, "permissions": permissions, "reason": "本校有这个岗位" })
}

fn change(code: &str, permissions: &[&str]) -> Value {
    json!({ "role": code, "permissions": permissions, "reason": "岗位职责有变" })
}

async fn code(centre: &Centre, browser: &Browser, query: &str) -> Option<String> {
    let answer = centre.ask(browser, query, json!({})).await;
    answer.code().map(str::to_owned)
}

const QUEUE: &str = "{ bindingQueue { totalCount } }";
const TILLS: &str = "{ tills { totalCount } }";

#[tokio::test]
async fn r86_a_role_of_ones_own_gives_exactly_its_rights() {
    let office = Office::open().await;
    let wang = office.centre.staff("wang", &[Role::Reader]).await;
    assert_eq!(
        code(&office.centre, &wang, QUEUE).await.as_deref(),
        Some("FORBIDDEN")
    );
    let leader = office
        .role(
            "值班长",
            &["VIEW_METERS", "DECIDE_BINDINGS", "APPROVE_TILLS"],
        )
        .await;
    assert!(leader.starts_with("OWN_"), "{leader}");
    office.give("wang", &leader).await;
    let revoke = json!({ "login": "wang", "role": "READER" });
    office
        .centre
        .must(&office.lin, "revokeRole", revoke, "")
        .await;
    assert_eq!(
        office.rights(&wang).await,
        json!(["VIEW_METERS", "DECIDE_BINDINGS", "APPROVE_TILLS"])
    );
    assert_eq!(code(&office.centre, &wang, QUEUE).await, None);
    assert_eq!(
        code(&office.centre, &wang, TILLS).await.as_deref(),
        Some("FORBIDDEN")
    );
    let query = "{ roles { code name shipped holders retired permissions } }";
    let shown = office
        .centre
        .ask(&office.fang, query, json!({}))
        .await
        .data();
    let roles = shown["roles"].as_array().unwrap();
    assert_eq!(roles.len(), 8);
    assert_eq!(
        roles.last().unwrap(),
        &json!({ "code": leader, "name": "值班长", "shipped": false, "holders": 1, "retired": false,
            "permissions": ["VIEW_METERS", "DECIDE_BINDINGS", "APPROVE_TILLS"] })
    );
    assert_eq!(
        roles.first().unwrap(),
        &json!({ "code": "READER", "name": "抄表员", "shipped": true, "holders": 0,
            "retired": false, "permissions": ["VIEW_METERS", "SUBMIT_READINGS", "MAKE_VISITS"] })
    );
    let hired = json!({ "login": "zhao", "name": "赵", "department": "营业部", "position": "值班长",
        "roles": [leader] });
    let fields = "staffMember { roles }";
    let payload = office
        .centre
        .must(&office.fang, "hireStaff", hired, fields)
        .await;
    assert_eq!(payload["staffMember"]["roles"], json!([leader]));
}

#[tokio::test]
async fn r86_a_change_holds_with_the_next_request_of_a_session_that_is_open() {
    let office = Office::open().await;
    let centre = &office.centre;
    let wang = centre.staff("wang", &[Role::Reader]).await;
    let more = ["VIEW_METERS", "SUBMIT_READINGS", "DECIDE_BINDINGS"];
    let waiting = office
        .propose("proposeRoleChange", change("READER", &more))
        .await;
    assert_eq!(
        code(centre, &wang, QUEUE).await.as_deref(),
        Some("FORBIDDEN")
    );
    office.approve(waiting).await;
    assert_eq!(code(centre, &wang, QUEUE).await, None);
    assert_eq!(office.rights(&wang).await, json!(more));
    office.change("READER", &["VIEW_METERS"]).await;
    assert_eq!(
        code(centre, &wang, QUEUE).await.as_deref(),
        Some("FORBIDDEN")
    );
    // Whoever comes later has what it gives now, and so has the domain.
    let shipped = ["VIEW_METERS", "SUBMIT_READINGS", "MAKE_VISITS"];
    office.change("READER", &shipped).await;
    let query = "{ roles { code changedAt permissions shippedPermissions openProposal { kind } } }";
    let shown = centre.ask(&office.fang, query, json!({})).await.data();
    let reader = &shown["roles"][0];
    assert_eq!(reader["permissions"], reader["shippedPermissions"]);
    assert!(reader["changedAt"].is_string());
    assert_eq!(reader["openProposal"], Value::Null);
}

#[tokio::test]
async fn r86_who_proposed_a_change_does_not_approve_it_and_nobody_widens_their_own_rights() {
    let office = Office::open().await;
    let (centre, name) = (&office.centre, "approveRoleChange");
    let more = ["VIEW_METERS", "SUBMIT_READINGS"];
    let waiting = office
        .propose("proposeRoleChange", change("READER", &more))
        .await;
    let refused = centre.refused(&office.fang, name, waiting.clone()).await;
    assert_eq!(
        refused,
        (
            "ROLE_APPROVED_BY_PROPOSER".into(),
            "input.proposalId".into()
        )
    );
    let second = change("READER", &["VIEW_METERS"]);
    let refused = centre
        .refused(&office.lin, "proposeRoleChange", second)
        .await;
    assert_eq!(refused.0, "ROLE_PROPOSAL_OPEN");
    let refusal = json!({ "reason": "先不改", "role": "READER",
        "proposalId": waiting["proposalId"] });
    let fields = "proposal { state refusal decidedBy }";
    let taken_back = centre
        .must(&office.fang, "refuseRoleChange", refusal, fields)
        .await;
    assert_eq!(
        taken_back["proposal"],
        json!({ "state": "REFUSED", "refusal": "先不改", "decidedBy": "staff:fang" })
    );
    assert_eq!(
        centre.refused(&office.lin, name, waiting).await.0,
        "ROLE_PROPOSAL_UNKNOWN"
    );

    let shipped = [
        "VIEW_METERS",
        "MANAGE_METERS",
        "VIEW_ACCOUNTS",
        "MANAGE_ACCOUNTS",
        "MANAGE_TARIFFS",
        "VIEW_STAFF",
        "MANAGE_STAFF",
        "MANAGE_CAMPUSES",
    ];
    let wider = [&shipped[..], &["MANAGE_BULLETIN"]].concat();
    let wider = office.propose("proposeRoleChange", change("ADMIN", &wider));
    let wider = wider.await;
    assert_eq!(
        centre.refused(&office.lin, name, wider.clone()).await.0,
        "ROLE_OWN_RIGHTS"
    );
    // Another way to the same right: one who manages staff, but not by that role.
    let personnel = json!({ "reason": "换个办法", "role": "ADMIN",
        "proposalId": wider["proposalId"] });
    centre
        .must(&office.lin, "refuseRoleChange", personnel, "")
        .await;
    let hr = office.role("人事", &["VIEW_STAFF", "MANAGE_STAFF"]).await;
    let he = centre.staff("he", &[Role::Reader]).await;
    office.give("he", &hr).await;
    let wider = [&shipped[..], &["MANAGE_BULLETIN"]].concat();
    let wider = office.propose("proposeRoleChange", change("ADMIN", &wider));
    let wider = wider.await;
    centre.must(&he, name, wider, "").await;
    let query = "{ articleDrafts { totalCount } }";
    assert_eq!(code(centre, &office.fang, query).await, None);
}

#[tokio::test]
async fn r86_pairs_that_exclude_each_other_are_refused() {
    let office = Office::open().await;
    let centre = &office.centre;
    let query = "{ roleExclusions { one other reason inPerson } }";
    let shown = centre.ask(&office.fang, query, json!({})).await.data();
    let exclusions = shown["roleExclusions"].as_array().unwrap();
    assert!(exclusions.len() > 20);
    for exclusion in exclusions {
        let pair = [&exclusion["one"], &exclusion["other"]].map(|right| right.as_str().unwrap());
        let refused = centre
            .mutate(&office.fang, "proposeRole", role("值班长", &pair), "")
            .await
            .unwrap();
        let error = &refused["userErrors"][0];
        assert_eq!(error["code"], "ROLE_EXCLUDES", "{pair:?}");
        assert!(error["message"].as_str().unwrap().contains('得'), "{error}");
    }
    for (code, permissions, refusal) in [
        ("ADMIN", &["VIEW_STAFF"][..], "ROLE_ADMIN_STAYS"),
        (
            "CASHIER",
            &["TAKE_PAYMENTS", "APPROVE_TILLS"],
            "ROLE_EXCLUDES",
        ),
        ("AUDITOR", &["VIEW_AUDIT", "MANAGE_METERS"], "ROLE_EXCLUDES"),
        ("READER", &[], "ROLE_NO_PERMISSION"),
        ("NOBODY", &["VIEW_METERS"], "VALUE_BAD_FORMAT"),
        (
            "OWN_00000000000000000000000000000001",
            &["VIEW_METERS"],
            "ROLE_UNKNOWN",
        ),
    ] {
        let change = change(code, permissions);
        let refused = centre
            .refused(&office.fang, "proposeRoleChange", change)
            .await;
        assert_eq!(refused.0, refusal, "{code}");
    }
    let retire = json!({ "role": "ADMIN", "reason": "不要了" });
    let refused = centre
        .refused(&office.fang, "proposeRoleRetirement", retire)
        .await;
    assert_eq!(refused.0, "ROLE_ADMIN_STAYS");
    // Nor does audit come to whoever gives rights, by two roles of one person.
    let auditor = json!({ "login": "he", "name": "何", "department": "审计处", "position": "审计",
        "roles": ["AUDITOR"] });
    centre.must(&office.fang, "hireStaff", auditor, "").await;
    let hr = office.role("人事", &["VIEW_STAFF", "MANAGE_STAFF"]).await;
    let both = json!({ "login": "he", "role": hr });
    assert_eq!(
        centre.refused(&office.fang, "grantRole", both).await.0,
        "ROLE_EXCLUDES"
    );
}

#[tokio::test]
async fn r86_a_role_is_retired_once_nobody_holds_it_and_can_come_back() {
    let office = Office::open().await;
    let centre = &office.centre;
    let wang = centre.staff("wang", &[Role::Reader]).await;
    let leader = office
        .role("值班长", &["VIEW_METERS", "DECIDE_BINDINGS"])
        .await;
    office.give("wang", &leader).await;
    centre.wait(TimeDelta::seconds(1));
    let retire = json!({ "role": leader, "reason": "不再设这个岗位" });
    let retire = office.propose("proposeRoleRetirement", retire).await;
    let name = "approveRoleChange";
    assert_eq!(
        centre.refused(&office.lin, name, retire.clone()).await.0,
        "ROLE_HELD"
    );
    let grant = json!({ "login": "wang", "role": leader });
    centre
        .must(&office.lin, "revokeRole", grant.clone(), "")
        .await;
    office.approve(retire).await;
    assert_eq!(
        centre.refused(&office.lin, "grantRole", grant).await.0,
        "ROLE_RETIRED"
    );
    assert_eq!(
        code(centre, &wang, QUEUE).await.as_deref(),
        Some("FORBIDDEN")
    );
    centre.wait(TimeDelta::seconds(1));
    office
        .change(&leader, &["VIEW_METERS", "DECIDE_BINDINGS"])
        .await;
    office.give("wang", &leader).await;
    assert_eq!(code(centre, &wang, QUEUE).await, None);
    let query = "{ roleProposals { kind state role name reason proposedBy permissions } }";
    let shown = centre.ask(&office.fang, query, json!({})).await.data();
    let kinds = shown["roleProposals"].as_array().unwrap().iter();
    let kinds: Vec<&str> = kinds.map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CHANGED", "RETIRED", "DEFINED"]);
}

#[tokio::test]
async fn r86_a_right_taken_from_a_role_ends_a_subscription_with_its_next_event() {
    let office = Office::open().await;
    let centre = &office.centre;
    let leader = office
        .role("审核员", &["DECIDE_BINDINGS", "VIEW_ACCOUNTS"])
        .await;
    let wang = centre.staff("wang", &[Role::Reader]).await;
    office.give("wang", &leader).await;
    centre
        .open_account(
            "A1",
            "王芳",
            chaobiao_domain::account::AccountClass::Resident,
        )
        .await;
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let query = "subscription { workQueueChanged { bindingsPending } }";
    let request = centre.request(&wang, query, json!({})).await;
    let mut answers = centre.schema.execute_stream(request);
    let mut next = async || {
        let response = tokio::time::timeout(Duration::from_secs(20), answers.next());
        Answer::new(response.await.unwrap().unwrap())
    };
    let first = next().await.data();
    assert_eq!(first["workQueueChanged"]["bindingsPending"], 0);
    office.change(&leader, &["VIEW_ACCOUNTS"]).await;
    let binding = json!({ "accountNo": "A1", "holderName": "王芳" });
    centre.must(&resident, "requestBinding", binding, "").await;
    assert_eq!(next().await.code(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn r86_a_login_costs_one_look_up_whatever_roles_it_has() {
    let office = Office::open().await;
    let (centre, fang) = (&office.centre, &office.fang);
    let first = office.role("值班长", &["DECIDE_BINDINGS"]).await;
    let second = office.role("调度", &["MANAGE_ROUNDS"]).await;
    let wang = centre
        .staff("wang", &[Role::Reader, Role::Technician])
        .await;
    office.give("wang", &first).await;
    office.give("wang", &second).await;
    let held = chaobiao_projections::roles::query::held(centre.services.store().pool(), "wang");
    let held = held.await.unwrap().unwrap();
    assert_eq!(held.roles.len(), 4);
    let rights: Vec<Value> = held.permissions.iter().map(|one| json!(one)).collect();
    let asked = office.rights(&wang).await;
    assert_eq!(asked.as_array().unwrap().len(), rights.len());
    // What somebody may do is also what the events say, where no read model is asked.
    let assign = json!({ "caseId": "c-1", "login": "wang" });
    let manager = centre.staff("li", &[Role::Manager]).await;
    let refused = centre
        .refused(&manager, "assignServiceCase", assign.clone())
        .await;
    assert_eq!(refused.0, "CASE_UNKNOWN");
    let technician = json!({ "login": "wang", "role": "TECHNICIAN" });
    centre.must(fang, "revokeRole", technician, "").await;
    let refused = centre
        .refused(&manager, "assignServiceCase", assign.clone())
        .await;
    assert_eq!(refused.0, "CASE_ASSIGNEE_NOT_ALLOWED");
    office
        .change(&first, &["DECIDE_BINDINGS", "HANDLE_CASES"])
        .await;
    let refused = centre.refused(&manager, "assignServiceCase", assign).await;
    assert_eq!(refused.0, "CASE_UNKNOWN");
}
