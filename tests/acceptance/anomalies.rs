//! The demo campus as its people look at it: what is wrong there is found by the queries named.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::client::Client;
use crate::support::{Server, chaobiao, run};
use chaobiao::demo::{Anomaly, DemoOptions, Subject, anomalies};
use chaobiao_testing::{ScratchDirectory, TestDatabase};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const TODAY: &str = "2026-11-23";
/// When the demo ends: the beginning of that day in Shanghai.
const END: &str = "2026-11-22T16:00:00Z";
const METERS: usize = 200;

struct Campus {
    server: Server,
    scratch: ScratchDirectory,
    database: TestDatabase,
}

impl Campus {
    async fn open() -> Self {
        let database = TestDatabase::create().await;
        let scratch = ScratchDirectory::create();
        let mut command = chaobiao(&scratch.path().join("data"));
        command.env("DATABASE_URL", database.url());
        let meters = METERS.to_string();
        let demo = [
            "--demo", "--today", TODAY, "--meters", &meters, "--seed", "1",
        ];
        let server = Server::start(command, &demo);
        Self {
            server,
            scratch,
            database,
        }
    }

    /// Signs a member of staff in by the login the demo has printed.
    fn sign_in(&self, login: &str) -> Client {
        let mut lines = self.server.said.lines().map(str::split_whitespace);
        let password = lines
            .find_map(|mut words| (words.next()? == login).then(|| words.next())?)
            .unwrap_or_else(|| panic!("no {login} in {}", self.server.said));
        let mut client = Client::new(self.server.address, login);
        let input = json!({ "login": login, "password": password });
        client.must("staffLogin", input, "viewer { displayName }");
        client
    }

    fn command(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = chaobiao(&self.scratch.path().join("data"));
        command
            .env("DATABASE_URL", self.database.url())
            .args(arguments);
        let output = run(command);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output.stdout
    }
}

/// All nodes of a list, page after page.
fn all(client: &mut Client, list: &str, arguments: &str, size: usize, fields: &str) -> Vec<Value> {
    let mut nodes = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($after: String) {{ {list}({arguments} first: {size}, after: $after) {{ \
             nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let mut answer = client.query(&query, &json!({ "after": after }))[list].take();
        nodes.extend(answer["nodes"].as_array().unwrap().iter().cloned());
        if answer["pageInfo"]["hasNextPage"] != true {
            return nodes;
        }
        after = answer["pageInfo"]["endCursor"].take();
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// One field of the nodes that are meant.
fn those(nodes: &[Value], field: &str, meant: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let meant = nodes.iter().filter(|node| meant(node));
    meant.map(|node| text(&node[field])).collect()
}

/// The names that come up so often or more.
fn often(nodes: &[Value], field: &str, least: usize) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for node in nodes {
        *counts.entry(text(&node[field])).or_default() += 1;
    }
    counts.retain(|_, count| *count >= least);
    counts.into_keys().collect()
}

fn months() -> Vec<String> {
    let months = (10..=12).map(|month| format!("2025-{month:02}"));
    months
        .chain((1..=11).map(|month| format!("2026-{month:02}")))
        .collect()
}

/// Everybody the anomalies are looked for by.
struct Desks {
    manager: Client,
    finance: Client,
    auditor: Client,
    /// Campus by account, and the accounts of students' rooms.
    campus_of: BTreeMap<String, String>,
    dormitories: BTreeSet<String>,
}

impl Desks {
    fn new(campus: &Campus) -> Self {
        let mut finance = campus.sign_in("qiu.min");
        let accounts = all(&mut finance, "accounts", "", 100, "accountNo campus class");
        let campus_of = accounts
            .iter()
            .map(|account| (text(&account["accountNo"]), text(&account["campus"])));
        Self {
            campus_of: campus_of.collect(),
            dormitories: those(&accounts, "accountNo", |it| it["class"] == "STUDENT_DORM"),
            manager: campus.sign_in("lu.zhiyuan"),
            auditor: campus.sign_in("yan.zheng"),
            finance,
        }
    }

    fn readings(&mut self, arguments: &str) -> BTreeSet<String> {
        let arguments = format!("{arguments},");
        let nodes = all(
            &mut self.manager,
            "readingReview",
            &arguments,
            100,
            "meterNo",
        );
        those(&nodes, "meterNo", |_| true)
    }

    fn unread(&mut self, reason: &str, least: usize) -> BTreeSet<String> {
        let arguments = format!("reason: {reason},");
        let nodes = all(
            &mut self.manager,
            "unreadMeters",
            &arguments,
            100,
            "meterNo",
        );
        often(&nodes, "meterNo", least)
    }

    fn replacements(&mut self, arguments: &str) -> BTreeSet<String> {
        let fields = "meterNo openingIndex removedMultiplier installedMultiplier";
        let nodes = all(&mut self.manager, "replacements", arguments, 100, fields);
        those(&nodes, "meterNo", |node| {
            node["openingIndex"] == "37" || node["installedMultiplier"] == "20"
        })
    }

    fn payments(&mut self) -> Vec<Value> {
        let fields = "method campus reversedAt allocations { accountNo }";
        let mut payments = all(&mut self.finance, "payments", "", 100, fields);
        for payment in &mut payments {
            let allocations = payment["allocations"].as_array().unwrap();
            let accounts = those(allocations, "accountNo", |_| true);
            payment["accountNo"] = accounts.first().cloned().into();
            payment["accounts"] = accounts.len().into();
        }
        payments
    }

    fn notices(&mut self) -> Vec<Value> {
        let fields = "accountNo amount openAmount";
        all(&mut self.finance, "unpaidNotices", "", 100, fields)
    }

    /// Students' rooms with much usage in the month nobody is there. A reading after one that was
    /// missed tells of the time before the vacation too.
    fn rooms_lit_in_summer(&mut self) -> BTreeSet<String> {
        let fields = "meterNo accountNo commodity readings(first: 20) { nodes {
            readOn readAt previousReadAt usage } }";
        let meters = all(&mut self.auditor, "meters", "", 20, fields);
        let instant = |value: &Value| text(value).parse::<DateTime<Utc>>().unwrap();
        let much = |reading: &Value| {
            let usage = reading["usage"].as_str().unwrap_or("0");
            let whole: u32 = usage.split('.').next().unwrap().parse().unwrap();
            let period = instant(&reading["readAt"]) - instant(&reading["previousReadAt"]);
            text(&reading["readOn"]).starts_with("2026-08")
                && whole >= 200
                && period < TimeDelta::days(40)
        };
        those(&meters, "meterNo", |meter| {
            let readings = meter["readings"]["nodes"].as_array().unwrap();
            let account = meter["accountNo"].as_str().unwrap_or_default();
            meter["commodity"] == "ELECTRICITY"
                && self.dormitories.contains(account)
                && readings.iter().any(much)
        })
    }

    fn third_tier(&mut self) -> BTreeSet<String> {
        let months = months().into_iter();
        let bills = months.flat_map(|month| {
            let arguments = format!("month: \"{month}\", tierFrom: 3,");
            all(
                &mut self.finance,
                "bills",
                &arguments,
                100,
                "accountNo lines { commodity tier }",
            )
        });
        let bills: Vec<Value> = bills.collect();
        those(&bills, "accountNo", |bill| {
            let mut lines = bill["lines"].as_array().unwrap().iter();
            lines.any(|line| line["commodity"] == "WATER" && line["tier"].as_u64() >= Some(3))
        })
    }

    /// Whoever shows an anomaly, by the query it names.
    fn found(&mut self, anomaly: &Anomaly) -> BTreeSet<String> {
        match anomaly.key {
            "leaking_pipe" => self.readings("status: HELD, rule: V7"),
            "transposed_digits" => self.readings("status: HELD, rule: V5"),
            "rejected_and_read_again" => self.readings("status: REJECTED"),
            "rolled_over" => self.readings("status: ACCEPTED, rule: V5"),
            "stuck_meter" => self.readings("rule: V10, severity: VISIT"),
            "corrected_reading" => self.readings("status: CORRECTED"),
            "empty_room" => self.rooms_lit_in_summer(),
            "replaced_for_fault" => self.replacements("reason: FAULT,"),
            "changed_ratio" => self.replacements("multiplierChanged: true,"),
            "never_home" => self.unread("NO_ONE_HOME", 3),
            "flooded_pit" => self.unread("FLOODED", 1),
            "broken_meter" => self.unread("METER_BROKEN", 1),
            "long_in_arrears" => often(&self.notices(), "accountNo", 4),
            "paid_in_part" => those(&self.notices(), "accountNo", |notice| {
                notice["openAmount"] != notice["amount"]
            }),
            "paid_too_much" => {
                let accounts = all(&mut self.finance, "accounts", "", 100, "accountNo credit");
                those(&accounts, "accountNo", |account| account["credit"] != "0")
            }
            "paid_wrongly" => those(&self.payments(), "accountNo", |payment| {
                !payment["reversedAt"].is_null()
            }),
            "joint_cheque" => those(&self.payments(), "accountNo", |payment| {
                payment["method"] == "CHEQUE" && payment["accounts"].as_u64() > Some(1)
            }),
            "paid_elsewhere" => {
                let payments = self.payments();
                those(&payments, "accountNo", |payment| {
                    payment["accounts"] == 1
                        && self.campus_of[payment["accountNo"].as_str().unwrap()]
                            != payment["campus"].as_str().unwrap()
                })
            }
            "third_tier" => self.third_tier(),
            "late_binding" => {
                let arguments = "overdueOnly: true,";
                let fields = "accountNo dueAt";
                let queue = all(&mut self.manager, "bindingQueue", arguments, 100, fields);
                // The demo has ended, and time has not: by now another one may be late.
                those(&queue, "accountNo", |binding| {
                    text(&binding["dueAt"]).as_str() < END
                })
            }
            other => panic!("nobody knows how to find {other}"),
        }
    }
}

#[tokio::test]
async fn every_planted_anomaly_is_found_by_the_query_it_names_and_nobody_else() {
    let campus = Campus::open().await;
    let options = DemoOptions {
        seed: 1,
        today: TODAY.parse().unwrap(),
        meters: METERS,
    };
    let mut desks = Desks::new(&campus);
    let mut wrong = Vec::new();
    let planted = anomalies(options).unwrap();
    assert_eq!(planted.len(), 20);
    for anomaly in planted {
        let subject = match &anomaly.subject {
            Subject::Meter(meter_no) => meter_no.to_string(),
            Subject::Account(account_no) => account_no.to_string(),
        };
        let found = desks.found(&anomaly);
        if found != BTreeSet::from([subject.clone()]) {
            wrong.push(format!("{}: {subject}, found {found:?}", anomaly.key));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    what_was_exported_can_be_fetched_again(&campus, &mut desks.finance);
}

/// Finance has closed a batch for every month that is over, and each is the same whenever asked.
fn what_was_exported_can_be_fetched_again(campus: &Campus, finance: &mut Client) {
    let fields = "batchId basis month rowCount createdAt createdBy";
    let batches = all(finance, "exportBatches", "", 100, fields);
    let closed = those(&batches, "month", |batch| batch["basis"] == "PAID_MONTH");
    let over: BTreeSet<String> = months().into_iter().collect();
    let over: BTreeSet<String> = over
        .into_iter()
        .filter(|month| ("2025-11"..="2026-10").contains(&month.as_str()))
        .collect();
    assert!(closed.is_superset(&over), "{closed:?}");
    for batch in &batches {
        assert!(text(&batch["createdAt"]).as_str() < END, "{batch}");
        assert_eq!(batch["createdBy"], "staff:qiu.min");
    }
    let batch_id = text(&batches.last().unwrap()["batchId"]);
    let fetch = || campus.command(&["export", "payments", "--batch", &batch_id]);
    let file = fetch();
    let rows = String::from_utf8_lossy(&file).lines().count() as u64 - 1;
    assert!(rows > 0);
    assert_eq!(fetch(), file);
}
