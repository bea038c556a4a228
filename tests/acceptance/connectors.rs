//! 平台对接: what another platform has is fetched by itself, from its server or from a folder.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use chaobiao_testing::ScratchDirectory;
use serde_json::{Value, json};

use crate::support::centre::{ALL_DESKS, Centre};
use crate::support::client::Client;

/// A platform that answers every request with the same, and remembers what it was asked.
struct Platform {
    host: String,
    answer: Arc<Mutex<(u16, String)>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Platform {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let answer = Arc::new(Mutex::new((503, String::new())));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, asks) = (Arc::clone(&answer), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let mut head = String::new();
                while let Some(Ok(line)) = lines.next()
                    && !line.is_empty()
                {
                    head = format!("{head}{line}\n");
                }
                asks.lock().unwrap().push(head);
                let (status, body) = answers.lock().unwrap().clone();
                let answer = format!(
                    "HTTP/1.1 {status} it is\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self {
            host,
            answer,
            asked,
        }
    }

    fn answers(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }
}

struct Stand {
    centre: Centre,
    manager: Client,
    platform: Platform,
    files: ScratchDirectory,
}

impl Stand {
    async fn open() -> Self {
        let platform = Platform::open();
        let files = ScratchDirectory::create();
        let keys = files.path().join("keys");
        fs::create_dir(&keys).unwrap();
        let key = keys.join("NH.key");
        fs::write(&key, "open sesame\n").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        fs::create_dir(files.path().join("power")).unwrap();
        let mut centre = Centre::with(&[
            ("CHAOBIAO_CONNECTORS__HOSTS", "[\"http://127.0.0.1\"]"),
            (
                "CHAOBIAO_CONNECTORS__FOLDER",
                &files.path().display().to_string(),
            ),
            (
                "CHAOBIAO_CONNECTORS__KEY_FOLDER",
                &keys.display().to_string(),
            ),
        ])
        .await;
        centre.equip();
        let mut manager = centre.staff("wang", &ALL_DESKS);
        for account in ["1001", "1002"] {
            Centre::household(&mut manager, account, "陈静");
        }
        let column = |field: &str, name: &str| json!({ "field": field, "place": { "name": name } });
        let profile = json!({
            "profileId": "NH",
            "layout": {
                "name": "能耗平台", "kind": "PLATFORM_READINGS", "format": "JSON", "rowsAt": "/data",
                "encoding": "UTF8",
                "columns": [
                    column("METER_NO", "meter"), column("INDEX", "value"), column("READ_AT", "time"),
                ],
            },
        });
        manager.must(
            "publishImportProfile",
            profile,
            "importProfile { profileId }",
        );
        Self {
            centre,
            manager,
            platform,
            files,
        }
    }

    fn register(&mut self, id: &str, settings: &Value) {
        let register = json!({ "connectorId": id, "settings": settings });
        self.manager
            .must("registerConnector", register, "connector { nextRunAt }");
    }

    fn web(&self) -> Value {
        json!({
            "name": "能耗监测平台", "kind": "WEB", "profileId": "NH", "everyMinutes": 1_440,
            "url": format!("http://{}/readings?day={{date}}", self.platform.host),
        })
    }

    /// Has it run, and gives what became of it.
    fn run(&mut self, id: &str) -> Value {
        let before = self.runs(id).len();
        let request = json!({ "connectorId": id });
        self.manager
            .must("requestConnectorRun", request, "connector { running }");
        Centre::until(|| {
            let runs = self.runs(id);
            let last = runs.first().filter(|last| last["outcome"] != "RUNNING");
            last.filter(|_| runs.len() > before).cloned()
        })
    }

    /// The newest first.
    fn runs(&mut self, id: &str) -> Vec<Value> {
        let query = "query($id: String!) { connectorRuns(connectorId: $id, first: 20) { nodes {
            run outcome reason files { fileName accepted held unchanged refused } } } }";
        let data = self.manager.query(query, &json!({ "id": id }));
        data["connectorRuns"]["nodes"].as_array().unwrap().clone()
    }
}

fn readings(rows: &[(&str, &str)]) -> String {
    let row = |(meter, value): &(&str, &str)| json!({ "meter": meter, "value": value, "time": "2026-02-01 08:00:00" });
    json!({ "code": 0, "data": rows.iter().map(row).collect::<Vec<_>>() }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn r17_r87_a_platform_is_asked_by_itself_and_what_it_has_is_taken_in_once() {
    let mut stand = Stand::open().await;
    let settings = stand.web();
    stand.register("NH", &settings);
    // It does not answer as it should: said, and tried again soon.
    let failed = stand.run("NH");
    assert_eq!(failed["outcome"], "FAILED");
    assert_eq!(failed["reason"], "平台应答 503");
    let query = "{ connectors(first: 5) { nodes { connectorId failures lastRunAt nextRunAt } } }";
    let listed = Centre::until(|| {
        let data = stand.manager.query(query, &Value::Null);
        let node = data["connectors"]["nodes"][0].clone();
        (node["failures"] == 1).then_some(node)
    });
    let at = |name: &str| -> chrono::DateTime<chrono::Utc> {
        listed[name].as_str().unwrap().parse().unwrap()
    };
    let wait = at("nextRunAt") - at("lastRunAt");
    assert!(wait <= chrono::TimeDelta::minutes(15), "{listed}");

    stand.platform.answers(
        200,
        &readings(&[("W-1001", "112"), ("W-9", "5"), ("W-1002", "90")]),
    );
    let brought = stand.run("NH");
    assert_eq!(brought["outcome"], "IMPORTED", "{brought}");
    let file = &brought["files"][0];
    assert_eq!(
        (&file["accepted"], &file["refused"]),
        (&json!(1), &json!(1)),
        "{file}"
    );
    assert_eq!(file["held"], 1, "below the last one");
    let asked = stand.platform.asked.lock().unwrap().last().unwrap().clone();
    let today = (chrono::Utc::now() + chrono::TimeDelta::hours(8)).date_naive();
    assert!(
        asked.contains(&format!("/readings?day={today} ")),
        "{asked}"
    );
    assert!(
        asked.contains("authorization: Bearer open sesame"),
        "{asked}"
    );
    let query =
        "{ readingReview(status: ACCEPTED, first: 20) { nodes { meterNo index channel } } }";
    let data = stand.manager.query(query, &Value::Null);
    let accepted = &data["readingReview"]["nodes"];
    assert_eq!(
        accepted,
        &json!([{ "meterNo": "W-1001", "index": "112", "channel": "IMPORT" }])
    );

    // The row that was refused makes the same answer worth looking at again; then nothing is new.
    let again = stand.run("NH");
    assert_eq!(again["files"][0]["unchanged"], 2, "{again}");
    stand.platform.answers(200, &readings(&[("W-1001", "112")]));
    assert_eq!(stand.run("NH")["files"][0]["unchanged"], 1);
    assert_eq!(stand.run("NH")["outcome"], "NOTHING_NEW");
    assert_eq!(stand.centre.events_of("meter.reading_accepted").await, 1);

    // A machine nobody has allowed is not asked, whoever set it up.
    let mut elsewhere = stand.web();
    elsewhere["url"] = json!("http://169.254.169.254/latest/meta-data");
    stand.register("ELSE", &elsewhere);
    let refused = stand.run("ELSE");
    assert!(
        refused["reason"]
            .as_str()
            .unwrap()
            .contains("connectors.hosts"),
        "{refused}"
    );

    let mut reader = stand.centre.staff("du", &["READER"]);
    let query = "{ connectors(first: 5) { nodes { connectorId } } }";
    assert_eq!(reader.error_code(query, &Value::Null), "FORBIDDEN");
}

fn settle(file: &Path) {
    let earlier = SystemTime::now() - Duration::from_mins(1);
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_modified(earlier).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn r17_files_put_into_a_folder_are_taken_in_and_laid_aside() {
    let mut stand = Stand::open().await;
    let settings = json!({
        "name": "配电监控", "kind": "FOLDER", "folder": "power", "profileId": "NH",
        "everyMinutes": 15,
    });
    stand.register("PD", &settings);
    assert_eq!(stand.run("PD")["outcome"], "NOTHING_NEW");
    let folder = stand.files.path().join("power");
    let put = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        settle(&folder.join(name));
    };
    put("1.json", &readings(&[("W-1001", "112")]));
    put("2.json", "no readings at all");
    put("3.json", &readings(&[("W-1002", "113")]));
    put("4.json.part", "{");
    let ran = stand.run("PD");
    assert_eq!(ran["outcome"], "FAILED", "{ran}");
    assert!(
        ran["reason"].as_str().unwrap().starts_with("2.json："),
        "{ran}"
    );
    let files = ran["files"].as_array().unwrap();
    assert_eq!(files.len(), 2, "the others are taken: {ran}");
    for place in ["done/1.json", "failed/2.json", "done/3.json", "4.json.part"] {
        assert!(folder.join(place).exists(), "{place}");
    }
    assert_eq!(stand.centre.events_of("meter.reading_accepted").await, 2);

    // The same file once more is known, by whatever name, and after a power cut.
    stand.centre.kill_and_restart();
    stand.manager.follow(&stand.centre);
    put("5.json", &readings(&[("W-1002", "113")]));
    let known = stand.run("PD");
    assert_eq!(known["files"][0]["unchanged"], 1, "{known}");
    assert_eq!(stand.centre.events_of("meter.reading_accepted").await, 2);

    // Stopped, it is not asked for; a run nobody can begin is refused.
    let pause = json!({ "connectorId": "PD", "reason": "平台升级" });
    stand
        .manager
        .must("pauseConnector", pause, "connector { pausedFor nextRunAt }");
    let request = json!({ "connectorId": "PD" });
    let (code, _) = stand.manager.refused("requestConnectorRun", request);
    assert_eq!(code, "CONNECTOR_PAUSED");
}
