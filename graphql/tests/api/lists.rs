//! Lists in the order somebody chooses, page by page.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::Browser;
use crate::support::town::Town;
use chaobiao_domain::collector::{
    BillingReadings, BlockedRequest, BytesForwarded, ForwardedExchange, NoteForwarded,
    RegisterCollector, Sweeping,
};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::CollectorNo;
use chaobiao_eventstore::Clock as _;
use serde_json::{Value, json};

/// A list as it is asked for: what tells its rows apart, and where the value of an order stands.
struct List {
    field: &'static str,
    arguments: &'static str,
    sort: &'static str,
    id: &'static str,
    nodes: &'static str,
    /// Each order, and the place of its value in a row; none where it is not shown.
    orders: &'static [(&'static str, &'static str)],
}

const LISTS: &[List] = &[
    List {
        field: "accounts",
        arguments: "",
        sort: "AccountSort",
        id: "/accountNo",
        nodes: "accountNo campus class openAmount credit",
        orders: &[
            ("ACCOUNT_NO", "/accountNo"),
            ("CAMPUS", "/campus"),
            ("CLASS", ""),
            ("OPEN_AMOUNT", "/openAmount"),
            ("CREDIT", "/credit"),
        ],
    },
    List {
        field: "meters",
        arguments: "",
        sort: "MeterSort",
        id: "/meterNo",
        nodes: "meterNo building accountNo lastReading { readAt }",
        orders: &[
            ("WALK", ""),
            ("METER_NO", "/meterNo"),
            ("PLACE", "/building"),
            ("ACCOUNT_NO", "/accountNo"),
            ("LAST_READ_AT", "/lastReading/readAt"),
        ],
    },
    List {
        field: "unreadMeters",
        arguments: "",
        sort: "UnreadSort",
        id: "/meterNo",
        nodes: "meterNo building reader dueOn visits position",
        orders: &[
            ("WALK", "/position"),
            ("METER_NO", "/meterNo"),
            ("PLACE", "/building"),
            ("READER", "/reader"),
            ("DUE_ON", "/dueOn"),
            ("VISITS", "/visits"),
            ("REASON", ""),
        ],
    },
    List {
        field: "readingReview",
        arguments: "",
        sort: "ReadingSort",
        id: "/readingId",
        nodes: "readingId readAt meterNo usage",
        orders: &[
            ("READ_AT", "/readAt"),
            ("SUBMITTED_AT", ""),
            ("METER_NO", "/meterNo"),
            ("USAGE", "/usage"),
        ],
    },
    List {
        field: "bills",
        arguments: "month: \"2026-08\"",
        sort: "BillSort",
        id: "/billNo",
        nodes: "billNo accountNo issuedOn total openAmount",
        orders: &[
            ("BILL_NO", "/billNo"),
            ("ACCOUNT_NO", "/accountNo"),
            ("ISSUED_ON", "/issuedOn"),
            ("TOTAL", "/total"),
            ("OPEN_AMOUNT", "/openAmount"),
        ],
    },
    List {
        field: "unpaidNotices",
        arguments: "",
        sort: "NoticeSort",
        id: "/noticeNo",
        nodes: "noticeNo accountNo month amount openAmount dueOn",
        orders: &[
            ("DUE_ON", "/dueOn"),
            ("ACCOUNT_NO", "/accountNo"),
            ("MONTH", "/month"),
            ("AMOUNT", "/amount"),
            ("OPEN_AMOUNT", "/openAmount"),
        ],
    },
    List {
        field: "payments",
        arguments: "",
        sort: "PaymentSort",
        id: "/paymentId",
        nodes: "paymentId paidAt amount campus takenBy",
        orders: &[
            ("PAID_AT", "/paidAt"),
            ("AMOUNT", "/amount"),
            ("METHOD", ""),
            ("CAMPUS", "/campus"),
            ("TAKEN_BY", "/takenBy"),
        ],
    },
    List {
        field: "bindingQueue",
        arguments: "status: APPROVED",
        sort: "BindingSort",
        id: "/bindingId",
        nodes: "bindingId accountNo dueAt requestedAt",
        orders: &[
            ("DUE_AT", "/dueAt"),
            ("REQUESTED_AT", "/requestedAt"),
            ("ACCOUNT_NO", "/accountNo"),
        ],
    },
    List {
        field: "serviceCases",
        arguments: "",
        sort: "CaseSort",
        id: "/caseId",
        nodes: "caseId dueAt filedAt place",
        orders: &[
            ("DUE_AT", "/dueAt"),
            ("FILED_AT", "/filedAt"),
            ("KIND", ""),
            ("PLACE", "/place"),
            ("ASSIGNEE", ""),
            ("STATUS", ""),
        ],
    },
    List {
        field: "forwardedExchanges",
        arguments: "",
        sort: "ForwardedSort",
        id: "/requestSha256",
        nodes: "collectorNo at requestSha256 requestBytes answerBytes blockedReason",
        orders: &[
            ("AT", "/at"),
            ("COLLECTOR_NO", "/collectorNo"),
            ("REQUEST_BYTES", "/requestBytes"),
            ("ANSWER_BYTES", "/answerBytes"),
        ],
    },
    List {
        field: "debtors",
        arguments: "",
        sort: "DebtorSort",
        id: "/accountNo",
        nodes: "accountNo notices overdueAmount oldestDueOn",
        orders: &[
            ("OLDEST_DUE_ON", "/oldestDueOn"),
            ("ACCOUNT_NO", "/accountNo"),
            ("NOTICES", "/notices"),
            ("OVERDUE_AMOUNT", "/overdueAmount"),
        ],
    },
];

impl List {
    fn query(&self) -> String {
        let Self {
            field,
            arguments,
            sort,
            nodes,
            ..
        } = self;
        format!(
            "query($sort: {sort}, $first: Int!, $after: String) {{
                {field}({arguments} sort: $sort, first: $first, after: $after) {{
                    pageInfo {{ hasNextPage endCursor }} nodes {{ {nodes} }} }} }}"
        )
    }

    /// Every row, page by page, and a cursor from the middle.
    async fn read(
        &self,
        town: &Town,
        who: &Browser,
        sort: &Value,
        first: usize,
    ) -> (Vec<Value>, Value) {
        let (mut rows, mut after, mut middle) = (Vec::new(), Value::Null, Value::Null);
        loop {
            let variables = json!({ "sort": sort, "first": first, "after": after });
            let answer = town.centre.ask(who, &self.query(), variables).await;
            let mut page = answer.data()[self.field].take();
            rows.extend(page["nodes"].as_array().unwrap().iter().cloned());
            after = page["pageInfo"]["endCursor"].take();
            if page["pageInfo"]["hasNextPage"] != true {
                return (rows, middle);
            }
            middle = after.clone();
        }
    }
}

/// Numbers as numbers, whether they travel as text or not; the rest as text.
fn value(row: &Value, place: &str) -> (i64, String) {
    // The empty place is the row itself: a value that is not shown.
    match row.pointer(place) {
        None | Some(Value::Null | Value::Object(_)) => (i64::MIN, String::new()),
        Some(Value::Number(number)) => (number.as_i64().unwrap(), String::new()),
        Some(Value::String(text)) => match text.parse() {
            Ok(number) => (number, String::new()),
            Err(_) => (0, text.clone()),
        },
        Some(other) => panic!("{other}"),
    }
}

/// Three households of which two owe the same, with a payment each, a case and a binding.
async fn town() -> (Town, Browser) {
    let town = Town::open().await;
    let book = json!({
        "book": "B1", "name": "北苑", "campusId": "N", "cycle": "MONTH",
        "firstOn": "2026-09-24", "dueDays": 5, "reader": "qian",
    });
    for account in ["A3", "A1"] {
        town.august(account).await;
    }
    town.household("A2").await;
    town.read("W-A2", "2026-08-21", "150").await;
    town.bill("A2", "2026-08").await;
    for (number, account) in ["A1", "A2", "A3"].into_iter().enumerate() {
        let resident = town.resident(&format!("1380013800{number}"), account).await;
        let case = json!({
            "kind": (if number == 1 { "COMPLAINT" } else { "FAULT" }), "campusId": "N",
            "place": format!("北苑 {} 栋", 3 - number), "text": "水表走得太快",
        });
        town.centre
            .must(&resident, "openServiceCase", case, "serviceCase { caseId }")
            .await;
    }
    town.pay("300", &["A3"]).await;
    town.pay("500", &["A1"]).await;
    town.pay("300", &["A2"]).await;
    town.centre
        .must(
            &town.manager,
            "openReadingBook",
            book,
            "readingBook { book }",
        )
        .await;
    let start = json!({ "book": "B1" });
    town.centre
        .must(
            &town.manager,
            "startReadingRound",
            start,
            "readingBook { book }",
        )
        .await;
    forward(&town).await;
    town.centre.wait(chrono::TimeDelta::days(40));
    let everybody = [
        Role::Manager,
        Role::Finance,
        Role::Cashier,
        Role::Auditor,
        Role::Technician,
    ];
    let who = town.centre.staff("all", &everybody).await;
    (town, who)
}

/// A platform asked through two collectors, and was held up once.
async fn forward(town: &Town) {
    let at = town.centre.clock.now();
    let digest = |sign: &str| sign.repeat(64).parse().unwrap();
    for (collector, sign) in [("C2", "a"), ("C1", "b")] {
        let collector_no: CollectorNo = collector.parse().unwrap();
        let register = RegisterCollector {
            collector_no: collector_no.clone(),
            campus: "N".parse().unwrap(),
            place: "配电间".to_owned(),
            sweeping: Sweeping {
                every_minutes: 60,
                retries: 1,
                readings: BillingReadings::Day,
            },
        };
        town.centre.run(register).await;
        let exchange = ForwardedExchange {
            at,
            request: digest(sign),
            request_bytes: 16,
            answer: Some(digest("e")),
            answer_bytes: 20,
        };
        let blocked = BlockedRequest {
            at,
            request: digest("c"),
            request_bytes: 24,
            reason: "含写操作".to_owned(),
        };
        let forwarded = BytesForwarded {
            exchanges: vec![exchange],
            blocked: (collector == "C1").then_some(blocked).into_iter().collect(),
        };
        let note = NoteForwarded {
            collector_no,
            forwarded,
        };
        town.centre.run(note).await;
    }
}

#[tokio::test]
async fn r96_what_platforms_sent_through_is_listed_and_what_was_held_up() {
    let town = Town::open().await;
    forward(&town).await;
    let query = "query($blocked: Boolean!) {
        forwardedExchanges(collectorNo: \"C1\", blockedOnly: $blocked) {
            nodes { collectorNo requestSha256 requestBytes answerSha256 answerBytes blockedReason } } }";
    let ask = async |blocked: bool| {
        let variables = json!({ "blocked": blocked });
        let mut data = town
            .centre
            .ask(&town.manager, query, variables)
            .await
            .data();
        data["forwardedExchanges"]["nodes"].take()
    };
    let held_up = json!({
        "collectorNo": "C1", "requestSha256": "c".repeat(64), "requestBytes": 24,
        "answerSha256": null, "answerBytes": 0, "blockedReason": "含写操作",
    });
    let through = json!({
        "collectorNo": "C1", "requestSha256": "b".repeat(64), "requestBytes": 16,
        "answerSha256": "e".repeat(64), "answerBytes": 20, "blockedReason": null,
    });
    assert_eq!(ask(true).await, json!([held_up]));
    assert_eq!(ask(false).await, json!([held_up, through]));
}

#[tokio::test]
async fn r96_lists_are_sorted_and_paged_in_any_order() {
    let (town, who) = town().await;
    for list in LISTS {
        let own = list.read(&town, &who, &Value::Null, 100).await.0;
        assert!(own.len() > 2, "{}: {own:?}", list.field);
        let ids = |rows: &[Value]| -> Vec<String> {
            let id = |row: &Value| row.pointer(list.id).unwrap().as_str().unwrap().to_owned();
            rows.iter().map(id).collect()
        };
        let mut all = ids(&own);
        all.sort();
        let mut cursors = Vec::new();
        for (by, place) in list.orders {
            let up = json!({ "orderBy": by });
            let down = json!({ "orderBy": by, "direction": "DESC" });
            let (rows, cursor) = list.read(&town, &who, &up, 1).await;
            let mut seen = ids(&rows);
            let forwards = seen.clone();
            seen.sort();
            assert_eq!(seen, all, "{} by {by}: each row once", list.field);
            let values: Vec<_> = rows.iter().map(|row| value(row, place)).collect();
            assert!(values.is_sorted(), "{} by {by}: {values:?}", list.field);
            let (rows, _) = list.read(&town, &who, &down, 2).await;
            let mut backwards = ids(&rows);
            backwards.reverse();
            assert_eq!(backwards, forwards, "{} by {by}, downwards", list.field);
            cursors.push((up, cursor));
            cursors.push((down, Value::Null));
        }
        // A place in one order is none in another.
        let (sort, cursor) = &cursors[0];
        for (other, _) in &cursors[1..] {
            let variables = json!({ "sort": other, "first": 1, "after": cursor });
            let answer = town.centre.ask(&who, &list.query(), variables).await;
            assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{sort} in {other}");
            let message = answer.errors[0]["message"].as_str().unwrap();
            assert!(message.contains("另一种排序"), "{message}");
        }
    }
    let query = "query($sort: AuditSort, $after: String) {
        auditTrail(sort: $sort, first: 2, after: $after) {
            pageInfo { endCursor } nodes { at } } }";
    let oldest = json!({ "sort": { "orderBy": "AT" } });
    let mut trail = town.centre.ask(&who, query, oldest.clone()).await.data();
    let after = trail["auditTrail"]["pageInfo"]["endCursor"].take();
    let next = json!({ "sort": oldest["sort"], "after": after });
    let next = town.centre.ask(&who, query, next).await.data();
    let at = |trail: &Value, row: usize| trail["auditTrail"]["nodes"][row]["at"].to_string();
    let read = [at(&trail, 0), at(&trail, 1), at(&next, 0), at(&next, 1)];
    assert!(read.is_sorted(), "from the oldest on: {read:?}");
}
