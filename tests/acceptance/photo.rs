//! `chaobiao photo …` as a script runs it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::path::Path;

use chaobiao_photos::dial::{Code, Dial, Difficulty, Shot};
use chaobiao_testing::ScratchDirectory;
use serde_json::{Value, json};

use crate::support::chaobiao;

/// What `chaobiao photo` prints, line by line.
fn photo(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = chaobiao(&folder.join("data"))
        .current_dir(folder)
        .arg("photo")
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn x5_photos_are_read_on_the_command_line() {
    let scratch = ScratchDirectory::create();
    let folder = scratch.path();
    let dial = Dial {
        units: 1_268_503,
        fraction: 0.2,
        whole_digits: 5,
        decimals: 3,
        ..Dial::draw(17)
    };
    let picture = dial.photo(&Shot::new(Difficulty::FixedFace, 3));
    fs::write(folder.join("dial.jpg"), picture.jpeg(88).unwrap()).unwrap();
    fs::write(folder.join("text.jpg"), "1268").unwrap();

    let read = photo(folder, &["read", "dial.jpg", "text.jpg", "none.jpg"]);
    assert_eq!(read.len(), 3);
    assert_eq!(read[0]["file"], "dial.jpg");
    assert_eq!(read[0]["reading"]["text"], "01268.503");
    assert_eq!(read[0]["reading"]["wheels"].as_array().unwrap().len(), 8);
    assert_eq!(read[0]["verdict"], Value::Null);
    assert_eq!(read[1]["error"], "PHOTO_TYPE_NOT_ALLOWED");
    assert_eq!(read[2]["error"], "PHOTO_FILE_UNREADABLE");

    for (index, verdict) in [
        ("1268", "match"),
        ("1286", "mismatch"),
        ("01268.503", "match"),
    ] {
        let read = photo(folder, &["read", "--expect", index, "dial.jpg"]);
        assert_eq!(read[0]["verdict"], verdict, "{index}");
    }
    let refused = photo(folder, &["read", "--expect", "1268", "text.jpg"]);
    assert_eq!(refused[0]["verdict"], json!("retake"));
}

/// The models are fetched by the set-up; a program built without them says that it did not look.
#[test]
fn x5_r45_print_is_read_on_the_command_line() {
    let scratch = ScratchDirectory::create();
    let folder = scratch.path();
    let dial = Dial {
        units: 1_268_503,
        fraction: 0.2,
        whole_digits: 5,
        decimals: 3,
        serial: "20261103".to_owned(),
        code: Code::None,
        ..Dial::draw(17)
    };
    let mut picture = dial.photo(&Shot::new(Difficulty::FixedFace, 3));
    picture.stamp("2026-11-02 08:15:30");
    fs::write(folder.join("dial.jpg"), picture.jpeg(88).unwrap()).unwrap();

    let of_meter = [
        "read", "--expect", "1268", "--meter", "20261103", "dial.jpg",
    ];
    let read = photo(folder, &of_meter);
    assert_eq!(read[0]["verdict"], "match");
    match read[0]["serial_status"].as_str().unwrap() {
        "read" => {
            assert_eq!(read[0]["serial"], "20261103");
            assert_eq!(read[0]["evidence"]["serial_matches"], true);
            assert_eq!(read[0]["printed"]["taken_at"], "2026-11-02T08:15:30");
        }
        status => {
            assert_eq!(status, "not_analysed");
            assert_eq!(read[0]["serial"], Value::Null);
        }
    }
}
