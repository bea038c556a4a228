use super::facts::{Printed, Serial, differs_much, printed, serial};
use super::*;
use crate::dial::{Code, Dial, Difficulty, Shot};

fn line(text: &str) -> TextLine {
    TextLine {
        text: text.to_owned(),
        confidence: 0.97,
        strip: Strip {
            middle: (100.0, 100.0),
            along: (1.0, 0.0),
            half_length: 80.0,
            half_height: 10.0,
        },
    }
}

fn serial_of(lines: &[&str], known: &[&str]) -> Option<String> {
    let lines: Vec<TextLine> = lines.iter().map(|text| line(text)).collect();
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    serial(&lines, &known).map(|serial| serial.text)
}

#[test]
fn x5_a_serial_is_told_from_other_print() {
    let face = [
        "220V 10 40 A 50HZ",
        "NO.20261103",
        "GB/T 17215.321-2008",
        "1600",
    ];
    assert_eq!(serial_of(&face, &[]).as_deref(), Some("20261103"));
    assert_eq!(serial_of(&["No12O4567"], &[]).as_deref(), Some("1204567"));
    assert_eq!(serial_of(&["2026-11-03 08:15", "12:30"], &[]), None);
    assert_eq!(
        serial_of(&["00001268", "AB30730051"], &["AB30730051"]).as_deref(),
        Some("AB30730051")
    );
    assert_eq!(serial_of(&["1234"], &[]), None);
}

#[test]
fn x5_a_line_holds_what_is_inside_it() {
    let strip = line("00126850").strip;
    assert!(strip.holds((60.0, 104.0)));
    assert!(!strip.holds((60.0, 120.0)));
    assert!(!strip.holds((190.0, 100.0)));
}

#[test]
fn x5_a_misread_digit_is_not_another_meter() {
    let differs = |text: &str, confidence| {
        let serial = Serial {
            text: text.to_owned(),
            confidence,
        };
        differs_much(&serial, &["20261103".to_owned(), "WM-1".to_owned()])
    };
    assert!(!differs("20261103", 0.99));
    assert!(!differs("20261104", 0.99));
    assert!(!differs("20261188", 0.99));
    assert!(differs("31961103", 0.99));
    assert!(!differs("31961103", 0.8));
    // Made otherwise, so perhaps another kind of number.
    assert!(!differs("319611031", 0.99));
    assert!(!differs("A1961103", 0.99));
}

#[test]
fn r45_a_printed_time_is_understood() {
    let said = |lines: &[&str]| {
        let lines: Vec<TextLine> = lines.iter().map(|text| line(text)).collect();
        printed(&lines).map(|Printed { taken_at, seconds }| (taken_at.to_string(), seconds))
    };
    let full = Some(("2026-11-02 08:15:30".to_owned(), true));
    let short = Some(("2026-11-02 08:15:00".to_owned(), false));
    assert_eq!(said(&["2026-11-02 08:15:30"]), full);
    assert_eq!(said(&["2026/11/0208:15:30"]), full);
    assert_eq!(said(&["2026年11月2日 08:15"]), short);
    assert_eq!(said(&["08:15", "水表 2026.11.02"]), short);
    assert_eq!(said(&["2026-13-02 08:15"]), None);
    assert_eq!(said(&["2026-11-02"]), None);
    assert_eq!(said(&["25:15", "120261102"]), None);
}

/// Without the models there is nothing to test; the set-up fetches them.
fn reader() -> Option<TextReader> {
    TextReader::load().unwrap()
}

#[test]
fn x5_printed_serials_of_drawn_dials_are_read() {
    let Some(reader) = reader() else { return };
    let mut right = 0;
    for seed in 300..308 {
        let dial = Dial {
            code: Code::None,
            ..Dial::draw(seed)
        };
        let photo = dial.photo(&Shot::new(Difficulty::FixedFace, seed));
        let lines = reader.lines(&photo.pixels).unwrap();
        right += usize::from(lines.iter().any(|line| line.text.contains(&dial.serial)));
    }
    assert!(right >= 6, "{right} of 8");
}

#[test]
fn r45_a_stamped_time_is_read_along_the_edge() {
    let Some(reader) = reader() else { return };
    let mut photo = Dial::draw(9).photo(&Shot::new(Difficulty::FixedFace, 9));
    photo.stamp("2026-11-02 08:15:30");
    let lines = reader.margins(&photo.pixels).unwrap();
    let printed = printed(&lines).map(|printed| printed.taken_at.to_string());
    assert_eq!(printed.as_deref(), Some("2026-11-02 08:15:30"), "{lines:?}");
}
