use std::sync::LazyLock;

use image::{RgbImage, imageops};

use super::*;
use crate::dial::{Code, Dial, Difficulty, Shot};
use crate::verdict::TypedIndex;

mod poor;

static READER: LazyLock<PhotoReader> =
    LazyLock::new(|| PhotoReader::load(Limits::default()).unwrap());

fn dial() -> Dial {
    Dial {
        units: 1_268_503,
        fraction: 0.2,
        whole_digits: 5,
        decimals: 3,
        serial: "20261103".to_owned(),
        code: Code::Bars,
        ..Dial::draw(17)
    }
}

fn shot() -> Shot {
    Shot::new(Difficulty::FixedFace, 3)
}

fn expected(index: &str) -> Expected {
    Expected {
        index: TypedIndex::try_new(index).unwrap(),
        shape: None,
        meter: Vec::new(),
    }
}

fn jpeg(pixels: &RgbImage) -> Vec<u8> {
    jpeg_of(pixels, 88).unwrap()
}

fn read(pixels: &RgbImage, index: &str) -> Report {
    READER.read(&jpeg(pixels), Some(&expected(index))).unwrap()
}

#[test]
fn x5_a_good_photo_is_read_and_compared() {
    let photo = dial().photo(&shot());
    let report = read(&photo.pixels, "1268");
    let reading = report.reading.unwrap();
    assert_eq!(reading.text, "01268.503");
    assert_eq!(reading.wheels.len(), 8);
    assert_eq!(
        report.verdict,
        Some(Outcome::Match),
        "{:?}",
        report.evidence
    );
    assert_eq!(report.codes[0].text, "20261103");
    assert!(report.crop.is_some());
    assert_eq!(read(&photo.pixels, "1286").verdict, Some(Outcome::Mismatch));
}

#[test]
fn x5_a_photo_without_an_index_has_no_verdict() {
    let photo = dial().photo(&shot());
    let report = READER.read(&jpeg(&photo.pixels), None).unwrap();
    assert_eq!(report.verdict, None);
    assert!(report.reading.is_some());
}

#[test]
fn x5_the_code_of_another_meter_is_told() {
    let photo = dial().photo(&shot());
    let expected = Expected {
        meter: vec!["20261104".to_owned()],
        ..expected("1268")
    };
    let report = READER.read(&jpeg(&photo.pixels), Some(&expected)).unwrap();
    assert_eq!(report.verdict, Some(Outcome::WrongMeter));
}

#[test]
fn x5_a_photo_on_its_side_is_turned() {
    let photo = dial().photo(&shot());
    for turned in [
        imageops::rotate90(&photo.pixels),
        imageops::rotate270(&photo.pixels),
    ] {
        let report = read(&turned, "1268");
        assert_eq!(report.reading.unwrap().text, "01268.503");
    }
}

#[test]
fn x5_bytes_changed_after_upload_have_another_hash() {
    let mut bytes = jpeg(&dial().photo(&shot()).pixels);
    let before = READER.read(&bytes, None).unwrap().sha256;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert_ne!(crate::gate::sha256(&bytes), before);
}

#[test]
fn x5_what_the_clock_does_not_allow_is_not_analysed() {
    let dial = Dial {
        code: Code::None,
        ..dial()
    };
    let bytes = jpeg(&dial.photo(&shot()).pixels);
    let looked = READER.look_while(&bytes, &|| false).unwrap();
    let report = looked.report(None).unwrap();
    assert_eq!(report.serial_status, "not_analysed");
    assert_eq!(report.serial, None);
    assert_eq!(report.reading.unwrap().text, "01268.503");
}

fn has_text_models() -> bool {
    crate::text::TextReader::load().unwrap().is_some()
}

#[test]
fn x5_the_printed_serial_is_read_where_no_code_is() {
    if !has_text_models() {
        return;
    }
    let dial = Dial {
        code: Code::None,
        ..dial()
    };
    let bytes = jpeg(&dial.photo(&shot()).pixels);
    let looked = READER.look(&bytes).unwrap();
    let of = |number: &str| Expected {
        meter: vec![number.to_owned()],
        ..expected("1268")
    };
    let ours = looked.report(Some(&of("20261103"))).unwrap();
    assert_eq!(ours.serial.as_deref(), Some("20261103"));
    assert_eq!(ours.serial_status, "read");
    assert_eq!(ours.evidence.serial_matches, Some(true));
    assert_eq!(ours.verdict, Some(Outcome::Match));
    // Print raises a doubt and no more; a code would say that it is another meter.
    let other = looked.report(Some(&of("31779946"))).unwrap();
    assert_eq!(other.evidence.serial_matches, Some(false));
    assert_eq!(other.verdict, Some(Outcome::Unsure));
}

#[test]
fn r45_a_printed_time_is_reported_beside_the_file_s_own() {
    if !has_text_models() {
        return;
    }
    let mut photo = dial().photo(&shot());
    photo.stamp("2026-11-02 08:27:30");
    let bytes = crate::gate::jpeg_taken_at(&photo.pixels, "2026:11:02 08:15:30");
    let report = READER.read(&bytes, Some(&expected("1268"))).unwrap();
    let printed = report.printed.unwrap();
    assert_eq!(printed.printed.taken_at.to_string(), "2026-11-02 08:27:30");
    assert_eq!(printed.minutes_from_exif, Some(12));
    // A claim against a claim: told, and never a block.
    assert_eq!(report.verdict, Some(Outcome::Match));
}
