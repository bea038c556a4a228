//! The tables of identifiers, and values of each layout.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_devices::item::Pattern;
use chaobiao_devices::quantity::{Format, Unit};
use chaobiao_devices::{Profile, Protocol, dlt645, dlt645_1997, dlt645_2007, json};
use serde_json::{Value, json};

fn shown(protocol: Protocol, di: &str, data: &str) -> Value {
    let profile = Profile::standard(protocol);
    let mut bytes = hex::decode(di).unwrap();
    bytes.reverse();
    bytes.extend(hex::decode(data.replace(' ', "")).unwrap());
    let control = if di.len() == 8 { 0x91 } else { 0x81 };
    let meter = "1".parse().unwrap();
    let frame = dlt645::encode(profile.dlt645_wire(), 0, &meter, control, &bytes).unwrap();
    json::decode(&frame, &profile)
}

fn new(di: &str, data: &str) -> Value {
    shown(Protocol::Dlt645Of2007, di, data)
}

fn old(di: &str, data: &str) -> Value {
    shown(Protocol::Dlt645Of1997, di, data)
}

#[test]
fn no_row_is_hidden_behind_another() {
    for protocol in [Protocol::Dlt645Of1997, Protocol::Dlt645Of2007] {
        let profile = Profile::standard(protocol);
        let mut rows = 0;
        for item in profile.items() {
            // The second of a family: the first may have a row of its own.
            let text: String = item
                .pattern
                .to_string()
                .chars()
                .rev()
                .scan(false, |seen, letter| {
                    let digit = if "THN".contains(letter) && !*seen {
                        *seen = true;
                        '1'
                    } else if "THNX".contains(letter) {
                        '0'
                    } else {
                        letter
                    };
                    Some(digit)
                })
                .collect();
            let text: String = text.chars().rev().collect();
            let di = u32::from_str_radix(&text, 16).unwrap();
            let found = profile.item(di).unwrap();
            assert_eq!(found.name, item.name, "{text}");
            assert!(!item.name_of(di).contains('{'), "{text}");
            assert!(!item.title_of(di).contains('{'), "{text}");
            rows += 1;
        }
        assert!(rows > 50, "{rows}");
    }
    assert!(dlt645_2007::item("FFFFFFFF".parse().unwrap()).is_none());
    assert!(dlt645_1997::item("FFFF".parse().unwrap()).is_none());
    assert!(Pattern::parse("0001TTHH").is_some());
}

#[test]
fn a_maximum_demand_has_its_time() {
    let got = new("01010000", "563412 3008110926");
    assert_eq!(got["value"], "12.3456");
    assert_eq!(got["unit"], "kW");
    assert_eq!(got["time"], "2026-09-11 08:30");
    let never = new("01010000", "000000 0000000000");
    assert_eq!(never["value"], "0.0000");
    assert_eq!(never["quality"], "invalid_time");
    assert!(never.get("time").is_none());
    let block = new("0101FF00", "563412 3008110926 FFFFFF FFFFFFFFFF");
    let second = json!({ "value": null, "time": null });
    assert_eq!(block["values"][1], second);
}

#[test]
fn signs_are_where_the_table_says_and_nowhere_else() {
    assert_eq!(new("02020100", "999979")["value"], "799.999");
    assert_eq!(new("02020100", "999979")["unit"], "A");
    assert_eq!(new("02020100", "010080")["value"], "-0.001");
    assert_eq!(new("02020100", "000080")["value"], "0.000");
    assert_eq!(new("00010000", "00000080")["value"], "800000.00");
    assert_eq!(new("02800007", "0581")["value"], "-10.5");
}

#[test]
fn words_numbers_and_texts() {
    let word = new("04000503", "5000");
    assert_eq!(word["state_word"], "0050");
    assert_eq!(
        word["flag_titles"],
        json!(["继电器断开", "继电器命令为断开"])
    );
    assert_eq!(new("04000404", "000056303232")["text"], "220V");
    assert_eq!(new("04000402", "185560060000")["text"], "000006605518");
    assert_eq!(new("04000402", "1A5560060000")["quality"], "invalid_bcd");
    assert_eq!(new("04000409", "001200")["value"], "1200");
    assert_eq!(new("0280000B", "12560000")["unit"], "yuan");
    assert_eq!(old("B010", "30081109")["time"], "09-11 08:30");
    assert_eq!(old("C032", "123456789012")["text"], "129078563412");
}

#[test]
fn a_damaged_field_of_a_block_spoils_no_other() {
    let got = new("0201FF00", "2122 AA22 FFFF");
    let damaged = json!({ "quality": "invalid_bcd" });
    assert_eq!(got["values"], json!(["222.1", damaged, null]));
    assert_eq!(new("0201FF00", "212221")["quality"], "length_mismatch");
    assert_eq!(new("0201FF00", "")["quality"], "length_mismatch");
}

#[test]
fn blocks_of_1997_end_with_a_separator_or_have_one_between() {
    let expected = json!(["0.01", "0.02"]);
    for data in [
        "01000000 02000000",
        "01000000 02000000 AA",
        "01000000 AA 02000000 AA",
    ] {
        assert_eq!(old("901F", data)["values"], expected, "{data}");
    }
    assert_eq!(old("901F", "AA")["quality"], "length_mismatch");
    assert_eq!(old("901F", "01000000 0200")["quality"], "length_mismatch");
}

#[test]
fn a_time_that_is_none_is_told() {
    let got = new("04000101", "00300223");
    assert_eq!(got["quality"], "invalid_time");
    assert_eq!(new("04000102", "FFFFFF")["time"], Value::Null);
    assert_eq!(new("04000102", "FFFFFF")["quality"], "not_supported");
    assert_eq!(new("04000102", "006024")["quality"], "invalid_time");
}

#[test]
fn a_number_is_written_as_it_is_read() {
    let format = Format::new(4, 2, Unit::KilowattHour);
    assert_eq!(
        format.write_text("1234.5"),
        Some(vec![0x50, 0x34, 0x12, 0x00])
    );
    assert_eq!(format.write_text("1234.567"), None);
    assert_eq!(format.write_text("1000000"), None);
    assert_eq!(format.write_text("-1"), None);
    for bad in ["", "-", ".", "1.", ".5", "1e3", "１", "+1", "--1"] {
        assert_eq!(format.write_text(bad), None, "{bad}");
    }
    let signed = format.signed();
    for text in ["0.00", "-0.01", "799999.99", "-799999.99"] {
        let bytes = signed.write_text(text).unwrap();
        assert_eq!(signed.read(&bytes).present().unwrap().to_string(), text);
    }
    assert_eq!(signed.write_text("800000"), None);
}

#[test]
fn what_does_not_fit_its_function_is_shown_as_far_as_it_is_known() {
    let seen = |control, data: &[u8]| {
        let profile = Profile::standard(Protocol::Dlt645Of2007);
        let meter = "1".parse().unwrap();
        let wire = profile.dlt645_wire();
        let frame = dlt645::encode(wire, 0, &meter, control, data).unwrap();
        json::decode(&frame, &profile)
    };
    // A write without a password.
    let short = seen(0x14, &[0x01, 0x01, 0x00, 0x04, 0x55]);
    assert_eq!(short["di"], "04000101");
    assert_eq!(short["data"], "55");
    assert_eq!(short["quality"], "unexpected_content");
    // An address of five bytes; an order nobody knows.
    assert_eq!(seen(0x93, &[1, 2, 3, 4, 5])["data"], "0102030405");
    assert_eq!(seen(0x1C, &[0; 16])["quality"], "unexpected_content");

    let profile = Profile::standard(Protocol::Cjt188);
    let wire = profile.cjt188_wire();
    let data = [0x1F, 0x90, 0x07, 0x55];
    let frame = chaobiao_devices::cjt188::encode(wire, 0x10, &"1".parse().unwrap(), 0x01, &data);
    let seen = json::decode(&frame.unwrap(), &profile);
    assert_eq!(seen["di"], "901F");
    assert_eq!(seen["seq"], 7);
    assert_eq!(seen["data"], "55");
}
