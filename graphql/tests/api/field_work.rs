//! Books, walks, outings and offline work as readers and their managers meet them.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::BTreeSet;

use crate::support::{Browser, Centre};
use chaobiao_decision::{Actor, CommandContext, Process};
use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use chaobiao_eventstore::Clock as _;
use chaobiao_eventstore::access::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

const PHOTO: &str = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

/// At eight in the morning of a working day in Shanghai.
fn morning() -> DateTime<Utc> {
    "2026-09-24T00:00:00Z".parse().unwrap()
}

struct Field {
    centre: Centre,
    manager: Browser,
    li: Browser,
    zhao: Browser,
}

/// Gives many commands at once, and waits until the last can be seen.
async fn all<P: Process>(centre: &Centre, commands: Vec<P>) {
    let bus = &centre.services.bus;
    let at = centre.clock.now() - TimeDelta::days(60);
    let run = |command: P| {
        let id = Uuid::now_v7();
        bus.execute(
            CommandContext::new(id, Actor::System("test".to_owned()), at),
            command,
        )
    };
    let done = join_all(commands.into_iter().map(run)).await;
    let last = done
        .into_iter()
        .filter_map(|done| done.unwrap().position)
        .max();
    assert!(chaobiao_graphql::support::caught_up(&centre.services, last).await);
}

fn meter_no(number: u32) -> String {
    format!("M{number:03}")
}

impl Field {
    /// Readers li and zhao, and a book of so many water meters that stood at 100 two months ago.
    async fn open(meters: u32) -> Self {
        let centre = Centre::open_at(morning()).await;
        centre.campus("N").await;
        let register = (1..=meters).map(|number| RegisterMeter {
            meter_no: meter_no(number).parse().unwrap(),
            commodity: Commodity::Water,
            campus: "N".parse().unwrap(),
            building: format!("紫荆 {} 号楼", 1 + number % 3),
            room: number.to_string(),
            book: "B1".parse().unwrap(),
            walk_order: number,
            self_read: number == 3,
        });
        all(&centre, register.collect()).await;
        let install = (1..=meters).map(|number| InstallDevice {
            meter_no: meter_no(number).parse().unwrap(),
            device: DeviceSpec {
                hardware_no: format!("H{number}").parse().unwrap(),
                digits: Some(5),
                decimals: 0,
                multiplier: Multiplier::ONE,
                max_per_hour: None,
                opening_index: "100".parse().unwrap(),
                photo: None,
            },
            installed_at: None,
        });
        all(&centre, install.collect()).await;
        let manager = centre.staff("ma", &[Role::Manager]).await;
        let li = centre.staff("li", &[Role::Reader]).await;
        let zhao = centre.staff("zhao", &[Role::Reader]).await;
        Self {
            centre,
            manager,
            li,
            zhao,
        }
    }

    /// The book, and its first walk.
    async fn book(&self) -> String {
        let book = json!({
            "book": "B1", "name": "紫荆", "campusId": "N", "cycle": "MONTH",
            "firstOn": "2026-09-24", "dueDays": 5, "reader": "li",
        });
        let fields = "readingBook { nextOn reader }";
        let opened = self
            .centre
            .must(&self.manager, "openReadingBook", book, fields)
            .await;
        assert_eq!(
            opened["readingBook"],
            json!({ "nextOn": "2026-09-24", "reader": "li" })
        );
        let start = json!({ "book": "B1" });
        let fields = "readingBook { nextOn lastRound { roundId reader dueOn } }";
        let started = self
            .centre
            .must(&self.manager, "startReadingRound", start, fields)
            .await;
        let book = &started["readingBook"];
        assert_eq!(book["nextOn"], "2026-10-24");
        assert_eq!(book["lastRound"]["dueOn"], "2026-09-29");
        assert_eq!(book["lastRound"]["reader"], "li");
        book["lastRound"]["roundId"].as_str().unwrap().to_owned()
    }

    /// Time passes, and everybody signs in again.
    async fn later(&mut self, time: TimeDelta) {
        self.centre.wait(time);
        let again = async |login: &str| {
            let principal = Principal::Staff(login.to_owned());
            self.centre.signed_in(principal).await
        };
        let (manager, li, zhao) = (again("ma").await, again("li").await, again("zhao").await);
        (self.manager, self.li, self.zhao) = (manager, li, zhao);
    }

    async fn ask(&self, browser: &Browser, query: &str) -> Value {
        self.centre.ask(browser, query, json!({})).await.data()
    }

    async fn sync(&self, browser: &Browser, items: &[Value]) -> Value {
        let query = "mutation($input: SyncFieldWorkInput!) { syncFieldWork(input: $input) {
            accepted held duplicates conflicts refused
            results { itemId status repeated existingIndex errors { code field } } } }";
        let variables = json!({ "input": { "items": items } });
        let mut answer = self.centre.ask(browser, query, variables).await.data();
        answer["syncFieldWork"].take()
    }
}

fn reading(item: &str, number: u32, index: &str, minute: i64) -> Value {
    let done_at = morning() + TimeDelta::minutes(minute);
    json!({ "itemId": item, "doneAt": done_at, "work": { "reading": {
        "meterNo": meter_no(number), "index": index, "photo": PHOTO, "roundId": "B1-202609",
    } } })
}

fn figures(synced: &Value) -> [i64; 5] {
    ["accepted", "held", "duplicates", "conflicts", "refused"]
        .map(|name| synced[name].as_i64().unwrap())
}

fn all_repeated(synced: &Value) -> bool {
    let results = synced["results"].as_array().unwrap();
    results.iter().all(|result| result["repeated"] == true)
}

#[tokio::test]
async fn x9_a_day_offline_counts_once_from_however_many_devices() {
    let mut field = Field::open(300).await;
    assert_eq!(field.book().await, "B1-202609");
    // Eight hours without a network: a reading every hundred seconds or so.
    let day: Vec<Value> = (1..=300)
        .map(|number| {
            let index = (101 + number % 7).to_string();
            reading(
                &format!("pda-{number}"),
                number,
                &index,
                i64::from(number) * 480 / 300,
            )
        })
        .collect();
    field.later(TimeDelta::hours(8)).await;
    // The phone and its restored copy come back into the network at the same moment.
    let (phone, copy) = tokio::join!(field.sync(&field.li, &day), field.sync(&field.li, &day));
    assert_eq!(figures(&phone), [300, 0, 0, 0, 0]);
    assert_eq!(figures(&copy), [300, 0, 0, 0, 0]);
    let again = field.sync(&field.li, &day).await;
    assert_eq!(figures(&again), [300, 0, 0, 0, 0]);
    assert!(all_repeated(&again));

    // Somebody else read three of the meters as well: once the same, twice otherwise.
    let theirs = [
        reading("z-1", 1, "102", 300),
        reading("z-2", 2, "105", 301),
        reading("z-3", 3, "107", 302),
    ];
    let zhao = field.sync(&field.zhao, &theirs).await;
    assert_eq!(figures(&zhao), [0, 0, 1, 2, 0]);
    assert_eq!(zhao["results"][1]["existingIndex"], "103");
    assert!(all_repeated(&field.sync(&field.zhao, &theirs).await));
    let conflicts = "{ fieldConflicts { itemId meterNo index existing { index } } }";
    let listed = field.ask(&field.zhao, conflicts).await;
    assert_eq!(
        listed["fieldConflicts"],
        json!([
            { "itemId": "z-2", "meterNo": "M002", "index": "105", "existing": { "index": "103" } },
            { "itemId": "z-3", "meterNo": "M003", "index": "107", "existing": { "index": "104" } },
        ])
    );
    let li_sees = field.ask(&field.li, conflicts).await;
    assert_eq!(
        li_sees["fieldConflicts"],
        json!([]),
        "they are zhao's to settle"
    );

    let round = "{ readingRound(roundId: \"B1-202609\") { read held unread } }";
    let round = field.ask(&field.li, round).await["readingRound"].take();
    assert_eq!(round, json!({ "read": 300, "held": 0, "unread": 0 }));
    assert_eq!(readings_logged(&field, "li").await, 300);
    assert_eq!(readings_logged(&field, "zhao").await, 0);
}

/// Index by index what came in from a reader, none of them twice.
async fn readings_logged(field: &Field, reader: &str) -> usize {
    let query = "query($reader: String, $after: String) {
        sessionLog(reader: $reader, kind: READING, first: 100, after: $after) {
            nodes { meterNo } pageInfo { hasNextPage endCursor } } }";
    let (mut meters, mut count, mut after) = (BTreeSet::new(), 0, Value::Null);
    loop {
        let variables = json!({ "reader": reader, "after": after });
        let answer = field.centre.ask(&field.manager, query, variables).await;
        let page = answer.data()["sessionLog"].take();
        for node in page["nodes"].as_array().unwrap() {
            meters.insert(node["meterNo"].as_str().unwrap().to_owned());
            count += 1;
        }
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(meters.len(), count, "a reading counts twice");
            return count;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn r22_a_late_reading_waits_for_a_decision_and_can_still_be_taken_in() {
    let mut field = Field::open(2).await;
    field.book().await;
    field.later(TimeDelta::hours(8)).await;
    field.sync(&field.li, &[reading("a", 1, "110", 10)]).await;
    field.sync(&field.li, &[reading("b", 2, "110", 10)]).await;
    let late = [reading("z-1", 1, "111", 60), reading("z-2", 2, "90", 60)];
    let synced = field.sync(&field.zhao, &late).await;
    assert_eq!(figures(&synced), [0, 0, 0, 2, 0]);
    let settle =
        |item: &str, take: bool| json!({ "roundId": "B1-202609", "itemId": item, "take": take });
    let taken = field
        .centre
        .must(
            &field.zhao,
            "settleFieldConflict",
            settle("z-1", true),
            "reading { status usage photo }",
        )
        .await;
    // It is judged like any other: a ton in fifty minutes waits for a person.
    assert_eq!(
        taken["reading"],
        json!({ "status": "HELD", "usage": null, "photo": PHOTO })
    );
    let left = field
        .centre
        .must(
            &field.zhao,
            "settleFieldConflict",
            settle("z-2", false),
            "reading { status }",
        )
        .await;
    assert!(left["reading"].is_null());
    assert_eq!(
        field
            .centre
            .refused(&field.zhao, "settleFieldConflict", settle("z-2", true))
            .await,
        (
            "ROUND_CONFLICT_NOT_FOUND".to_owned(),
            "input.itemId".to_owned()
        )
    );
    let open = field
        .ask(&field.manager, "{ fieldConflicts { itemId } }")
        .await;
    assert_eq!(open["fieldConflicts"], json!([]));
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one batch and what comes of each piece"
)]
async fn r22_a_batch_answers_for_every_piece_and_a_bad_one_stops_no_other() {
    let mut field = Field::open(3).await;
    field.book().await;
    field.later(TimeDelta::hours(8)).await;
    let at = |minute: i64| morning() + TimeDelta::minutes(minute);
    let items = [
        json!({ "itemId": "s", "doneAt": at(1), "work": { "sessionStart": {
            "sessionId": "li-0924", "roundId": "B1-202609", "device": "PDA-3" } } }),
        reading("r1", 1, "110", 5),
        json!({ "itemId": "v", "doneAt": at(6), "work": { "visit": {
            "roundId": "B1-202609", "meterNo": "M002", "reasonCode": "door_locked",
            "leftNote": "便条 0012" } } }),
        json!({ "itemId": "v2", "doneAt": at(7), "work": { "visit": {
            "roundId": "B1-202609", "meterNo": "M003", "reasonCode": "dog" } } }),
        json!({ "itemId": "n", "doneAt": at(8), "work": { "note": {
            "sessionId": "li-0924", "text": "井盖松动", "meterNo": "M002" } } }),
        reading("r9", 9, "110", 9),
        json!({ "itemId": "f", "doneAt": at(9), "work": { "fault": {
            "meterNo": "M003", "description": "表盘破裂" } } }),
        json!({ "itemId": "e", "doneAt": at(10), "work": { "sessionEnd": {
            "sessionId": "li-0924", "summary": "抄 1 块" } } }),
    ];
    let synced = field.sync(&field.li, &items).await;
    let told: Vec<String> = synced["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let code = result["errors"][0]["code"].as_str().unwrap_or_default();
            let status = result["status"].as_str().unwrap();
            format!("{} {status} {code}", result["itemId"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "s ACCEPTED ",
            "r1 ACCEPTED ",
            "v ACCEPTED ",
            "v2 REFUSED DELAY_REASON_UNKNOWN",
            "n ACCEPTED ",
            "r9 REFUSED ROUND_METER_NOT_IN_ROUND",
            "f ACCEPTED ",
            "e ACCEPTED ",
        ]
    );
    // The same name for something else is told from the same piece sent again.
    let other = [reading("r1", 3, "110", 5)];
    let reused = field.sync(&field.li, &other).await;
    assert_eq!(reused["results"][0]["status"], "NAME_REUSED");
    let twice = json!({ "input": { "items": [other[0], other[0]] } });
    let query = "mutation($input: SyncFieldWorkInput!) {
        syncFieldWork(input: $input) { accepted } }";
    let answer = field.centre.ask(&field.li, query, twice).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));

    // R78: the outing as it was described; R80: asked for by outing, meter, reader and reason.
    let session = "{ readingSession(sessionId: \"li-0924\") {
        reader device summary readings visits notes } }";
    let session = field.ask(&field.manager, session).await["readingSession"].take();
    assert_eq!(
        session,
        json!({ "reader": "li", "device": "PDA-3", "summary": "抄 1 块",
                "readings": 1, "visits": 1, "notes": 1 })
    );
    let log = async |filter: &str| {
        let query = format!(
            "{{ sessionLog({filter}) {{ nodes {{ kind meterNo note reasonLabel
            leftNote index }} }} }}"
        );
        field.ask(&field.manager, &query).await["sessionLog"]["nodes"].take()
    };
    let kinds = |nodes: &Value| -> Vec<String> {
        let nodes = nodes.as_array().unwrap().iter();
        nodes
            .map(|node| node["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        kinds(&log("sessionId: \"li-0924\"").await),
        ["NOTE", "VISIT", "READING"]
    );
    assert_eq!(kinds(&log("meterNo: \"M002\"").await), ["NOTE", "VISIT"]);
    assert_eq!(log("reader: \"zhao\"").await, json!([]));
    let locked = log("reader: \"li\", reasonCode: \"door_locked\"").await;
    assert_eq!(
        locked,
        json!([{ "kind": "VISIT", "meterNo": "M002", "note": null, "reasonLabel": "门锁",
                 "leftNote": "便条 0012", "index": null }])
    );
}

#[tokio::test]
async fn r79_what_is_left_by_book_reader_building_and_campus_with_the_centres_own_reasons() {
    let field = Field::open(6).await;
    field.book().await;
    let dog = json!({ "code": "dog", "label": "有犬", "needsNote": true });
    field
        .centre
        .must(
            &field.manager,
            "defineDelayReason",
            dog,
            "delayReason { code }",
        )
        .await;
    let visit = |meter: &str, reason: &str, note: Option<&str>| {
        let round = "B1-202609";
        json!({ "roundId": round, "meterNo": meter, "reasonCode": reason, "note": note })
    };
    for (meter, reason, note) in [
        ("M001", "dog", Some("黑狗")),
        ("M002", "door_locked", None),
        ("M004", "door_locked", None),
    ] {
        field
            .centre
            .must(&field.li, "recordVisit", visit(meter, reason, note), "")
            .await;
    }
    assert_eq!(
        field
            .centre
            .refused(&field.li, "recordVisit", visit("M005", "dog", None))
            .await,
        (
            "DELAY_REASON_NOTE_REQUIRED".to_owned(),
            "input.note".to_owned()
        )
    );
    let shares = async |by: &str| {
        let query = format!(
            "{{ unreadSummary(by: {by}, month: \"2026-09\") {{
                key meters unread reasons {{ reasonLabel meters }} }} }}"
        );
        field.ask(&field.manager, &query).await["unreadSummary"].take()
    };
    let whole = json!([
        { "reasonLabel": null, "meters": 3 }, { "reasonLabel": "有犬", "meters": 1 },
        { "reasonLabel": "门锁", "meters": 2 },
    ]);
    for (by, key) in [("BOOK", "B1"), ("READER", "li"), ("CAMPUS", "N")] {
        assert_eq!(
            shares(by).await,
            json!([{ "key": key, "meters": 6, "unread": 6, "reasons": whole }]),
            "{by}"
        );
    }
    let buildings = shares("BUILDING").await;
    assert_eq!(
        buildings[1],
        json!({ "key": "紫荆 2 号楼", "meters": 2, "unread": 2, "reasons": [
            { "reasonLabel": "有犬", "meters": 1 }, { "reasonLabel": "门锁", "meters": 1 } ] })
    );
    let list = async |filter: &str| {
        let query = format!("{{ unreadMeters({filter}) {{ totalCount nodes {{ meterNo }} }} }}");
        field.ask(&field.manager, &query).await["unreadMeters"]["totalCount"].take()
    };
    assert_eq!(list("reasonCode: \"dog\"").await, 1);
    assert_eq!(list("reason: DOOR_LOCKED, reader: \"li\"").await, 2);
    assert_eq!(list("building: \"紫荆 2 号楼\"").await, 2);
    assert_eq!(list("reader: \"zhao\"").await, 0);
}

async fn tasks(field: &Field) -> Vec<String> {
    let query = "{ readingTasks { nodes { meterNo meter { lastReading { index } } } } }";
    let mut tasks = field.ask(&field.li, query).await;
    let nodes = tasks["readingTasks"]["nodes"].take();
    let number = |node: &Value| node["meterNo"].as_str().unwrap().to_owned();
    nodes.as_array().unwrap().iter().map(number).collect()
}

#[tokio::test]
async fn r18_tasks_are_meters_nobody_else_reads() {
    let mut field = Field::open(4).await;
    field.book().await;
    assert_eq!(tasks(&field).await, ["M001", "M002", "M003", "M004"]);
    // M003 is asked of its customers until the 26th.
    let campaign = json!({
        "campaignId": "C-202609", "name": "九月自助抄表", "campusId": "N",
        "from": "2026-09-24", "until": "2026-09-26", "remindOn": ["2026-09-25"],
    });
    let fields = "campaign { meters selfRead unreadMeterNos { nodes } }";
    let opened = field
        .centre
        .must(&field.manager, "openSelfReadCampaign", campaign, fields)
        .await;
    assert_eq!(
        opened["campaign"],
        json!({ "meters": 1, "selfRead": 0, "unreadMeterNos": { "nodes": ["M003"] } })
    );
    assert_eq!(tasks(&field).await, ["M001", "M002", "M004"]);
    // The reader walks the other way round, and the tasks follow.
    let order = json!({ "book": "B1", "meterNos": ["M004", "M003", "M002", "M001"] });
    field
        .centre
        .must(&field.li, "orderReadingBook", order.clone(), "")
        .await;
    assert_eq!(tasks(&field).await, ["M004", "M002", "M001"]);
    assert_eq!(
        field
            .centre
            .refused(&field.zhao, "orderReadingBook", order)
            .await
            .0,
        "BOOK_NOT_YOURS"
    );
    field.later(TimeDelta::days(3)).await;
    assert_eq!(tasks(&field).await, ["M004", "M003", "M002", "M001"]);
    // A substitute takes over what is left.
    let substitute = json!({
        "book": "B1", "reader": "zhao", "from": "2026-09-27", "until": "2026-09-30",
        "reason": "病假",
    });
    field
        .centre
        .must(
            &field.manager,
            "nameSubstituteReader",
            substitute,
            "readingBook { reader }",
        )
        .await;
    assert_eq!(tasks(&field).await, [""; 0]);
    let others = "{ readingTasks(reader: \"zhao\") { totalCount } }";
    let others = field.ask(&field.manager, others).await;
    assert_eq!(others["readingTasks"]["totalCount"], 4);
}

fn mark(item: &str, number: u32, latitude: &str, minute: i64) -> Value {
    json!({ "itemId": item, "doneAt": morning() + TimeDelta::minutes(minute), "work": { "mark": {
        "meterNo": meter_no(number), "latitude": latitude, "longitude": "116.3264",
        "accuracyM": 6, "place": "管井", "photo": PHOTO,
    } } })
}

#[tokio::test]
async fn x9_r74_places_marked_offline_come_in_once_and_the_newest_stands() {
    let mut field = Field::open(2).await;
    field.later(TimeDelta::hours(8)).await;
    let day = [
        mark("m-1", 1, "40.001", 200),
        // Told later than it was seen.
        mark("m-2", 1, "39.500", 100),
        mark("m-3", 2, "95", 210),
        mark("m-4", 2, "40.002", 600),
    ];
    let first = field.sync(&field.li, &day).await;
    assert_eq!(figures(&first), [2, 0, 0, 0, 2]);
    let refused = |at: usize| first["results"][at]["errors"][0].clone();
    assert_eq!(
        refused(2),
        json!({ "code": "VALUE_OUT_OF_RANGE", "field": ["input", "latitude"] })
    );
    assert_eq!(refused(3)["code"], "METERING_POINT_MARK_IN_FUTURE");
    assert!(all_repeated(&field.sync(&field.li, &day[..2]).await));

    let query = "{ meterLocations(meterNo: \"M001\") { nodes { latitude place photo } } }";
    let marks = field.ask(&field.li, query).await;
    assert_eq!(
        marks["meterLocations"]["nodes"],
        json!([
            { "latitude": "40.001", "place": "管井", "photo": PHOTO },
            { "latitude": "39.5", "place": "管井", "photo": PHOTO },
        ])
    );
}

#[tokio::test]
async fn x16_what_is_unread_is_shared_among_readers_building_by_building() {
    let field = Field::open(9).await;
    field.book().await;
    let routes = async |readers: i32| {
        let query = format!(
            "{{ readingRoutes(month: \"2026-09\", campus: \"N\", readers: {readers}) {{
                share metres stops {{ meterNo building meter {{ room }} }} }} }}"
        );
        field.centre.ask(&field.manager, &query, json!({})).await
    };
    let planned = routes(3).await.data()["readingRoutes"].take();
    let shares = planned.as_array().unwrap();
    assert_eq!(shares.len(), 3);
    let stops = shares
        .iter()
        .flat_map(|share| share["stops"].as_array().unwrap());
    let stops: Vec<&Value> = stops.collect();
    let meters: BTreeSet<&str> = stops
        .iter()
        .map(|stop| stop["meterNo"].as_str().unwrap())
        .collect();
    assert_eq!((stops.len(), meters.len()), (9, 9));
    // Nobody goes back to a building: three buildings, two changes from one to the next.
    let changes = stops
        .windows(2)
        .filter(|pair| pair[0]["building"] != pair[1]["building"]);
    assert_eq!(changes.count(), 2);
    assert_eq!(routes(3).await.data()["readingRoutes"], planned);

    // Once a meter of each building is marked, the walk goes by the places and not by the numbers:
    // from the south-west 2 号楼, then 1 号楼, and 3 号楼 last.
    for (number, latitude) in [(1, "39.9990"), (3, "40.0000"), (2, "40.0030")] {
        let mark =
            json!({ "meterNo": meter_no(number), "latitude": latitude, "longitude": "116.3264" });
        field
            .centre
            .must(&field.li, "markMeterLocation", mark, "pending")
            .await;
    }
    let walk = routes(1).await.data()["readingRoutes"][0].take();
    let mut buildings: Vec<&str> = walk["stops"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stop| stop["building"].as_str().unwrap())
        .collect();
    buildings.dedup();
    assert_eq!(buildings, ["紫荆 2 号楼", "紫荆 1 号楼", "紫荆 3 号楼"]);
    assert_eq!(routes(0).await.code(), Some("BAD_USER_INPUT"));
}
