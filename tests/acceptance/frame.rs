//! `chaobiao frame …` as a script runs it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

#[path = "../../devices/tests/support/mod.rs"]
mod vectors;

use crate::support;
use std::io::Write as _;
use std::process::Stdio;

use crate::support::chaobiao;
use chaobiao_testing::ScratchDirectory;
use serde_json::{Value, json};
use vectors::{FILES, Vector, differences, vectors};

const NAMES: [&str; 3] = ["dlt645-1997", "dlt645-2007", "cjt188"];

/// What `chaobiao frame` prints for this input, line by line.
fn frame(arguments: &[&str], input: &[u8]) -> Vec<String> {
    let scratch = ScratchDirectory::create();
    let mut command = chaobiao(&scratch.path().join("data"));
    command.arg("frame").args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{:?}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn objects(lines: &[String]) -> Vec<Value> {
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn r34_r42_every_vector_is_decoded_field_by_field() {
    let mut wrong = Vec::new();
    for ((_, text, count), name) in FILES.into_iter().zip(NAMES) {
        let vectors = vectors(text);
        assert_eq!(vectors.len(), count);
        let input: String = vectors
            .iter()
            .map(|vector: &Vector| hex::encode(&vector.bytes) + "\n")
            .collect();
        let got = objects(&frame(&["decode", "--protocol", name], input.as_bytes()));
        assert_eq!(got.len(), count);
        for (number, (vector, got)) in vectors.iter().zip(&got).enumerate() {
            for difference in differences(&vector.expect, got, "") {
                wrong.push(format!("{name} {number} {difference}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn damaged_lines_are_answered_one_by_one() {
    let long = "68".repeat(128 * 1024);
    let input = format!(
        "\nzz\n68 3\nFE FE 6843100011340068D101316B16\r\n{long}\n\u{ff}\n68AAAAAAAAAAAA681300DF16"
    );
    let got = objects(&frame(
        &["decode", "--protocol", "dlt645-2007"],
        input.as_bytes(),
    ));
    let errors: Vec<&str> = got
        .iter()
        .map(|object| object["error"].as_str().unwrap_or("-"))
        .collect();
    assert_eq!(
        errors,
        ["no_frame", "hex", "hex", "-", "too_long", "hex", "-"]
    );
    assert_eq!(got[3]["error_word"], "FE");
    assert_eq!(got[6]["control"], "13");
}

/// Requests of each protocol, and the frames others have published for them.
const REQUESTS: [(&str, &str, &str); 12] = [
    (
        "dlt645-2007",
        r#"{"address":"123456789012","request":"read","di":"00010000"}"#,
        "68129078563412681104333334336816",
    ),
    (
        "dlt645-2007",
        r#"{"request":"read_address","preamble":4}"#,
        "FEFEFEFE68AAAAAAAAAAAA681300DF16",
    ),
    (
        "dlt645-2007",
        r#"{"address":"202401150037","request":"read_follow_up","di":"0001FF00","seq":1}"#,
        "6837001501242068120533323433347816",
    ),
    (
        "dlt645-2007",
        r#"{"address":"111111111111","request":"broadcast_time","time":"2017-06-05 10:40:25"}"#,
        "6811111111111168080658734338394A0D16",
    ),
    (
        "dlt645-2007",
        r#"{"address":"999999999999","request":"freeze","at":"99-99 99:99"}"#,
        "68999999999999681604CCCCCCCCB016",
    ),
    (
        "dlt645-2007",
        r#"{"address":"151230011061","request":"control","password":"02020637","operator":"00000001","order":"trip","valid_until":"2099-12-30 00:00:00"}"#,
        "68611001301215681C10356A3935343333334D333333336345CC2C16",
    ),
    (
        "dlt645-2007",
        r#"{"address":"FFFFFFFFFFFF","request":"write","di":"04CC0001","password":"02000000","operator":"11111111","data":"11"}"#,
        "68FFFFFFFFFFFF68140D3433FF37353333334444444444AA16",
    ),
    (
        "dlt645-1997",
        r#"{"address":"202401150037","request":"read_follow_up","di":"901F"}"#,
        "6837001501242068020252C37A16",
    ),
    (
        "dlt645-1997",
        r#"{"address":"999999999999","request":"write","di":"C010","password":"00000000","data":"06060719"}"#,
        "6899999999999968040A43F33333333339393A4C6E16",
    ),
    (
        "cjt188",
        r#"{"type":"10","address":"00201510270588","request":"read","di":"901F","seq":1}"#,
        "6810880527101520000103901F012516",
    ),
    (
        "cjt188",
        r#"{"type":"10","request":"valve","order":"close"}"#,
        "6810AAAAAAAAAAAAAA0404A01700997616",
    ),
    (
        "cjt188",
        r#"{"type":"10","address":"00000805000002","request":"write_address","new_address":"00000805000001"}"#,
        "681002000005080000150AA01800010000050800006C16",
    ),
];

#[test]
fn r34_requests_are_encoded_as_others_have_sent_them() {
    for name in NAMES {
        let rows = || REQUESTS.iter().filter(|(protocol, _, _)| *protocol == name);
        let lines: Vec<&str> = rows().map(|(_, request, _)| *request).collect();
        let input = lines.join("\n");
        let expected: Vec<&str> = rows().map(|(_, _, hex)| *hex).collect();
        let got = frame(&["encode", "--protocol", name], input.as_bytes());
        assert_eq!(got, expected);
    }
}

#[test]
fn a_request_that_cannot_be_sent_is_told() {
    let input = [
        "{",
        "[]",
        r#"{"request":"read"}"#,
        r#"{"request":"read","di":"0001000"}"#,
        r#"{"request":"read","di":"00010000","password":"1"}"#,
        r#"{"request":"read","di":"00010000","address":"1234567890123"}"#,
        r#"{"request":"control","password":"02020637","operator":"00000001","order":"explode","valid_until":"2099-12-30 00:00:00"}"#,
    ];
    let mut text = input.join("\n");
    let long = json!({
        "request": "write", "di": "00000000", "password": "00000000", "operator": "00000000",
        "data": "00".repeat(189),
    });
    text = format!("{text}\n{long}\n");
    let got = objects(&frame(
        &["encode", "--protocol", "dlt645-2007"],
        text.as_bytes(),
    ));
    let errors: Vec<&str> = got
        .iter()
        .map(|object| object["error"].as_str().unwrap())
        .collect();
    let mut expected = vec!["json"; 2];
    expected.extend(["request"; 5]);
    expected.push("length");
    assert_eq!(errors, expected);
}

#[test]
fn the_table_of_identifiers_can_be_read_and_extended() {
    let rows = objects(&frame(&["items", "--protocol", "dlt645-2007"], b""));
    let energy = rows.iter().find(|row| row["di"] == "0001TTHH").unwrap();
    assert_eq!(energy["format"], "XXXXXX.XX");
    assert_eq!(energy["unit"], "kWh");
    let scratch = ScratchDirectory::create();
    let file = scratch.path().join("own.toml");
    let path = file.to_str().unwrap();
    let own = "protocol = 'dlt645-1997'\n[[items]]\ndi = '9010'\nname = 'water'\ntitle = '水量'\n\
               bytes = 4\ndecimals = 2\nunit = 'm3'\n";
    std::fs::write(&file, own).unwrap();
    let arguments = ["decode", "--protocol", "dlt645-1997", "--profile", path];
    let got = objects(&frame(
        &arguments,
        b"6892010010000068810643C333BB33335416\n",
    ));
    assert_eq!(got[0]["unit"], "m3");

    let mut command = chaobiao(&scratch.path().join("data"));
    command.args(["frame", "items", "--protocol", "cjt188", "--profile", path]);
    let output = support::run(command);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("错误："), "{told}");
}
