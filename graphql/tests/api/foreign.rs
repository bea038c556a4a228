//! What belongs to others: every field is asked for it, in every way its arguments allow, by everybody
//! who may not have it.
//!
//! Everything of the other campus is marked. No answer to a customer, or to staff who are confined to
//! their own campus, may hold the mark, and nothing marked may gain an event.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chaobiao_domain::account::{AccountClass, AssignMeter, OpenAccount};
use chaobiao_domain::customer::{CustomerKind, RequestBinding};
use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use chaobiao_eventstore::access::Principal;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::support::sampler::Types;
use crate::support::town::Town;
use crate::support::{Answer, Browser};

const MARK: &str = "ZZ";

/// Told to everybody: campuses and their offices, and what the centre announces.
const PUBLIC: [&str; 6] = [
    "query article",
    "query articles",
    "query campuses",
    "query campusOffices",
    "query outages",
    "subscription outagesChanged",
];

/// Another campus with all that a campus has, and what its things are called.
struct Abroad {
    town: Town,
    known: BTreeMap<String, String>,
}

fn account() -> OpenAccount {
    OpenAccount {
        account_no: "ZZA1".parse().unwrap(),
        class: AccountClass::Resident,
        campus: MARK.parse().unwrap(),
        holder: "ZZ王".to_owned(),
        phone: None,
        address: "ZZ楼 101".to_owned(),
        household_persons: 3,
    }
}

fn meter() -> (RegisterMeter, InstallDevice, AssignMeter) {
    let register = RegisterMeter {
        meter_no: "ZZM1".parse().unwrap(),
        commodity: Commodity::Water,
        campus: MARK.parse().unwrap(),
        building: "ZZ楼".to_owned(),
        room: "101".to_owned(),
        book: "ZZB".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    let device = DeviceSpec {
        hardware_no: "ZZH1".parse().unwrap(),
        digits: Some(5),
        decimals: 0,
        multiplier: Multiplier::ONE,
        max_per_hour: None,
        opening_index: "0".parse().unwrap(),
        photo: None,
    };
    let install = InstallDevice {
        meter_no: register.meter_no.clone(),
        device,
        installed_at: Some("2026-01-01T01:00:00Z".parse().unwrap()),
    };
    let assign = AssignMeter {
        account_no: "ZZA1".parse().unwrap(),
        meter_no: register.meter_no.clone(),
        tariff_id: "W".parse().unwrap(),
        from: Some("2026-01-01".parse().unwrap()),
    };
    (register, install, assign)
}

impl Abroad {
    async fn new() -> Self {
        let town = Town::open().await;
        town.household("A1").await;
        town.centre.campus(MARK).await;
        town.centre.run(account()).await;
        let (register, install, assign) = meter();
        town.centre.run(register).await;
        town.centre.run(install).await;
        town.centre.run(assign).await;
        town.read("ZZM1", "2026-08-20", "20").await;
        town.bill("ZZA1", "2026-08").await;
        let mut known = BTreeMap::new();
        for (name, id) in [
            ("campus", MARK),
            ("campusId", MARK),
            ("accountNo", "ZZA1"),
            ("accountNos", "ZZA1"),
            ("meterNo", "ZZM1"),
            ("meterNos", "ZZM1"),
            ("book", "ZZB"),
            ("building", "ZZ楼"),
            ("search", "ZZ王"),
        ] {
            known.insert(name.to_owned(), json!(id).to_string());
        }
        let mut abroad = Self { town, known };
        abroad.money().await;
        abroad.service().await;
        abroad.field_work().await;
        abroad
    }

    fn know(&mut self, name: &str, id: &Value) {
        assert!(id.is_string(), "{name}: {id}");
        self.known.insert(name.to_owned(), id.to_string());
    }

    async fn money(&mut self) {
        let account = self.town.account(&self.town.finance, "ZZA1").await;
        self.know("billNo", &account["bills"]["nodes"][0]["billNo"]);
        self.know("billNos", &account["bills"]["nodes"][0]["billNo"]);
        self.know("noticeNo", &account["notices"][0]["noticeNo"]);
        let centre = &self.town.centre;
        let cash = json!({
            "campusId": MARK, "method": "CASH", "amount": "1000", "accountNos": ["ZZA1"],
        });
        let fields = "payment { paymentId }";
        let paid = centre.must(&self.town.cashier, "recordPayment", cash, fields);
        let payment_id = paid.await["payment"]["paymentId"].clone();
        let issue = json!({ "paymentId": payment_id, "campusId": MARK });
        let fields = "receipt { receiptNo }";
        let given = centre.must(&self.town.cashier, "issueReceipt", issue, fields);
        let receipt_no = given.await["receipt"]["receiptNo"].clone();
        let tills = format!("{{ tills(campus: \"{MARK}\") {{ nodes {{ tillId }} }} }}");
        let tills = centre
            .ask(&self.town.manager, &tills, json!({}))
            .await
            .data();
        self.know("paymentId", &payment_id);
        self.know("receiptNo", &receipt_no);
        self.know("tillId", &tills["tills"]["nodes"][0]["tillId"]);
    }

    async fn service(&mut self) {
        let centre = &self.town.centre;
        let neighbour = centre.customer("13800138009", CustomerKind::Resident).await;
        let Some(Principal::Customer(id)) = neighbour.principal.clone() else {
            unreachable!()
        };
        let bind = RequestBinding {
            customer_id: id.parse().unwrap(),
            account_no: "ZZA1".parse().unwrap(),
            holder_name: "ZZ王".to_owned(),
        };
        let binding_id = centre.run(bind).await.binding_id;
        let case = json!({
            "kind": "FAULT", "campusId": MARK, "place": "ZZ楼 101", "text": "ZZ漏水",
        });
        let filed = centre.must(
            &neighbour,
            "openServiceCase",
            case,
            "serviceCase { caseId }",
        );
        let case_id = filed.await["serviceCase"]["caseId"].clone();
        let wish = json!({
            "kind": "FAULT_CHECK", "campusId": MARK, "place": "ZZ楼 101", "text": "ZZ看表",
            "wishedOn": "2026-09-28",
        });
        let fields = "appointment { appointmentId }";
        let wished = centre.must(&neighbour, "requestAppointment", wish, fields);
        let appointment_id = wished.await["appointment"]["appointmentId"].clone();
        self.know("customerId", &json!(id));
        self.know("bindingId", &json!(binding_id.to_string()));
        self.know("caseId", &case_id);
        self.know("appointmentId", &appointment_id);
    }

    async fn field_work(&mut self) {
        let held = self.town.read("ZZM1", "2026-09-20", "90000").await;
        let centre = &self.town.centre;
        let round = json!({
            "book": "ZZB", "month": "2026-09", "campusId": MARK, "dueOn": "2026-09-30",
            "meterNos": ["ZZM1"],
        });
        let fields = "readingRound { roundId }";
        let opened = centre.must(&self.town.manager, "openReadingRound", round, fields);
        let round_id = opened.await["readingRound"]["roundId"].clone();
        let collector = json!({
            "collectorNo": "ZZC1", "campus": MARK, "place": "ZZ楼 配电间",
            "sweeping": { "everyMinutes": 60, "retries": 1, "billingDay": 1 },
        });
        let technician = centre.staff("tie", &[Role::Technician]).await;
        centre
            .must(&technician, "registerCollector", collector, "pending")
            .await;
        self.know("readingId", &json!(held));
        self.know("roundId", &round_id);
        self.know("collectorNo", &json!("ZZC1"));
    }

    /// Whether a text names something of the other campus.
    fn is_marked(&self, text: &str) -> bool {
        text.contains(MARK)
            || self
                .known
                .values()
                .any(|id| id.len() > 10 && text.contains(id.trim_matches('"')))
    }

    /// How many events there are of what is marked.
    async fn events(&self) -> i64 {
        let ids: Vec<&str> = self.known.values().map(|id| id.trim_matches('"')).collect();
        self.town.centre.database.events_naming(&ids, MARK).await
    }

    /// What somebody is told, by a document as deep as the limits allow.
    async fn told(
        &self,
        types: &Types,
        who: &Browser,
        operation: &str,
        field: &Value,
        optional: &[&str],
    ) -> String {
        let centre = &self.town.centre;
        for depth in (1..4).rev() {
            let document = types.deep(operation, field, optional, depth);
            // A session ended by one field must not decide about the next.
            let who = centre.signed_in(who.principal.clone().unwrap()).await;
            let request = centre.request(&who, &document, json!({})).await;
            let answer = if operation == "subscription" {
                let mut answers = centre.schema.execute_stream(request);
                let first = tokio::time::timeout(Duration::from_secs(5), answers.next());
                Answer::new(first.await.unwrap().unwrap())
            } else {
                Answer::new(centre.schema.execute(request).await)
            };
            match answer.code() {
                Some("QUERY_TOO_COMPLEX") => {}
                Some(code @ ("GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED")) => {
                    panic!("{code}: {document}: {:?}", answer.errors)
                }
                _ => return answer.data.to_string(),
            }
        }
        panic!("{field} is too complex for any question");
    }

    /// The fields by which these people came to something that is marked.
    async fn leaks(
        &self,
        operations: &[&str],
        people: &[(String, Browser)],
    ) -> BTreeMap<String, BTreeSet<String>> {
        let mut types = Types::of(&self.town.centre).await;
        types.known = self.known.clone();
        let mut leaks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in operations {
            for field in types.root(operation) {
                let name = format!("{operation} {}", field["name"].as_str().unwrap());
                if PUBLIC.contains(&name.as_str()) {
                    continue;
                }
                let arguments = field["args"].as_array().unwrap().iter();
                let optional = arguments.filter(|argument| argument["type"]["kind"] != "NON_NULL");
                let optional = optional.filter_map(|argument| argument["name"].as_str());
                let optional = optional.filter(|name| self.known.contains_key(*name));
                let ways = std::iter::once(Vec::new()).chain(optional.map(|name| vec![name]));
                for way in ways {
                    for (who, browser) in people {
                        let before = self.events().await;
                        let told = self.told(&types, browser, operation, &field, &way).await;
                        if self.is_marked(&told) || self.events().await != before {
                            leaks.entry(name.clone()).or_default().insert(who.clone());
                        }
                    }
                }
            }
        }
        leaks
    }
}

const ALL: [&str; 3] = ["query", "subscription", "mutation"];

fn lines(leaks: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let line = |(field, who): (&String, &BTreeSet<String>)| {
        let who: Vec<&str> = who.iter().map(String::as_str).collect();
        format!("{field}: {}", who.join(" "))
    };
    leaks.iter().map(line).collect()
}

#[tokio::test]
async fn whoever_may_look_everywhere_finds_what_is_marked() {
    let abroad = Abroad::new().await;
    let people = [("ma".to_owned(), abroad.town.again("ma").await)];
    let found = abroad.leaks(&ALL[..2], &people).await;
    assert!(found.len() > 40, "{:?}", lines(&found));
}

#[tokio::test]
async fn r86_customers_come_to_nothing_of_other_accounts() {
    let abroad = Abroad::new().await;
    let resident = abroad.town.resident("13800138000", "A1").await;
    let people = [("resident".to_owned(), resident)];
    let leaks = abroad.leaks(&ALL, &people).await;
    // Whoever lives on one campus may ask for a visit on another.
    assert_eq!(lines(&leaks), ["mutation requestAppointment: resident"]);
}

#[tokio::test]
async fn r86_confined_staff_come_to_nothing_of_another_campus() {
    let abroad = Abroad::new().await;
    let centre = &abroad.town.centre;
    let admin = centre.staff("fang", &[Role::Admin]).await;
    let mut people = Vec::new();
    for role in Role::SHIPPED {
        let login = role.code().to_lowercase();
        let member = centre.staff(&login, &[role]).await;
        let home = json!({ "login": login, "campusId": "N" });
        centre
            .must(&admin, "changeStaffProfile", home, "pending")
            .await;
        let reach = json!({ "login": login, "confined": true });
        centre.must(&admin, "setStaffReach", reach, "pending").await;
        people.push((role.code(), member));
    }
    let leaks = abroad.leaks(&ALL, &people).await;
    let expected: [&str; 0] = [];
    assert_eq!(lines(&leaks), expected);
}
