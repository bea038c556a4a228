//! An import killed in the middle goes on where it was, and everybody can see how far it is.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::centre::Centre;
use crate::support::client::Client;
use serde_json::{Value, json};

const METERS: u32 = 1_500;
/// A month each: many times the rows that are noted at once, so that the kill falls between notes.
const MONTHS: std::ops::RangeInclusive<u32> = 2..=8;
const READINGS: u32 = 7 * METERS;

fn meters() -> String {
    let mut file = "表号,类型,校区,楼栋,房间,抄表册,表具编号,位数,起码,安装日期\n".to_owned();
    for number in 0..METERS {
        writeln!(
            file,
            "W-{number},水表,N,梅园,{number},B1,H{number},6,0,2026-01-01"
        )
        .unwrap();
    }
    file
}

fn readings() -> String {
    let mut file = "表号,读数,抄表时间\n".to_owned();
    for month in MONTHS {
        for number in 0..METERS {
            writeln!(file, "W-{number},{},2026-0{month}-01 08:00", month * 7).unwrap();
        }
    }
    writeln!(file, "W-none,1,2026-08-01 08:00").unwrap();
    file
}

fn latest(technician: &mut Client) -> Value {
    let query = "{ importBatches(first: 1) { nodes { batchId kind run rowCount accepted unchanged \
                 refused finished refusedRows { nodes { row subject code } } } } }";
    technician.query(query, &json!({}))["importBatches"]["nodes"][0].clone()
}

/// How many rows a resumed import says were dealt with before it.
fn dealt_with_before(text: &str) -> Option<u64> {
    let (_, after) = text.split_once("此前已处理 ")?;
    after.split_once(" 行")?.0.parse().ok()
}

fn until(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !done() {
        assert!(Instant::now() < deadline, "it takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x10_r19_an_import_killed_in_the_middle_goes_on_and_loses_and_doubles_nothing() {
    let mut centre = Centre::equipped().await;
    let mut technician = centre.staff("tech", &["TECHNICIAN"]);
    let folder = centre.data_dir();
    let (meters_file, readings_file) = (folder.join("meters.csv"), folder.join("readings.csv"));
    std::fs::write(&meters_file, meters()).unwrap();
    std::fs::write(&readings_file, readings()).unwrap();
    centre.command(&["import", "meters", meters_file.to_str().unwrap()]);

    let arguments = [
        "import",
        "readings",
        "--source",
        "remote",
        readings_file.to_str().unwrap(),
    ];
    let mut killed = centre.command_line();
    let mut killed = killed
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until(|| {
        let batch = latest(&mut technician);
        batch["kind"] == "REMOTE_READINGS" && batch["accepted"].as_i64() > Some(0)
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    let interrupted = latest(&mut technician);
    let accepted = interrupted["accepted"].as_u64().unwrap();
    assert_eq!(interrupted["finished"], false, "{interrupted}");
    assert!(accepted < u64::from(READINGS));

    let mut resumed = centre.command_line();
    let output = resumed.args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "a row was refused: {text}");
    // What was shown is what the read model knew; a later note may have been on its way.
    let before = dealt_with_before(&text).unwrap();
    assert!(
        (accepted..u64::from(READINGS)).contains(&before),
        "{accepted}: {text}"
    );
    until(|| latest(&mut technician)["finished"] == true);
    let batch = latest(&mut technician);
    assert_eq!(batch["run"], 1, "it is the same run that went on");
    // What was committed after the last note is known when it is met again.
    let taken = batch["accepted"].as_u64().unwrap() + batch["unchanged"].as_u64().unwrap();
    assert_eq!(
        (taken, batch["refused"].as_u64()),
        (u64::from(READINGS), Some(1))
    );
    let refused = &batch["refusedRows"]["nodes"][0];
    assert_eq!(refused["row"], READINGS + 2);
    assert_eq!(
        (&refused["subject"], &refused["code"]),
        (&json!("W-none"), &json!("METER_NOT_FOUND"))
    );
    assert_eq!(
        centre.events_of("meter.reading_submitted").await,
        i64::from(READINGS)
    );
}
