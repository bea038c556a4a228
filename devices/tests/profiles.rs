//! What makers do otherwise, described by files.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::path::Path;

use chaobiao_devices::{Profile, Protocol, dlt645, json};
use serde_json::Value;

fn profile(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("profiles")
        .join(name);
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn own(text: &str) -> Result<Profile, toml::de::Error> {
    toml::from_str(text)
}

fn decoded(hex: &str, profile: &Profile) -> Value {
    json::decode(&hex::decode(hex).unwrap(), profile)
}

#[test]
fn every_file_is_a_profile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(!profile(name.to_str().unwrap()).name.is_empty());
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn a_type_byte_and_data_without_offset() {
    let profile = profile("data-unit-1997.toml");
    // The frame of the data unit, with the sum the standard asks for.
    let frame = "68402013000317206881 06 43C3 70673600 1716".replace(' ', "");
    let got = decoded(&frame, &profile);
    assert_eq!(got["value"], "3667.70", "{got}");
    assert_eq!(got["type"], "40");
    assert_eq!(got["address"], "201703001320");
    let request = r#"{"address":"201703001320","type":"40","request":"read","di":"9010"}"#;
    let sent = json::encode(request, &profile).unwrap();
    assert_eq!(hex::encode_upper(sent), "684020130003172068010243C38616");
    // To a decoder of the standard it is no frame.
    let standard = Profile::standard(Protocol::Dlt645Of1997);
    assert_eq!(decoded(&frame, &standard)["error"], "start");
}

#[test]
fn an_identifier_of_the_makers_own_comes_before_the_standards() {
    let profile = profile("bluetooth-water-1997.toml");
    let got = decoded("6892010010000068810643C333BB33335416", &profile);
    assert_eq!(got["value"], "88.00");
    assert_eq!(got["unit"], "m3");
    assert_eq!(got["name"], "water_total");
    let first = json::items(&profile).next().unwrap();
    assert_eq!(first["name"], "water_total");
}

#[test]
fn another_length_needs_a_profile_and_is_no_number_without() {
    let data = [0x00, 0x02, 0x01, 0x04, 0x56, 0x34, 0x12, 0x00, 0x00];
    let meter = "1".parse().unwrap();
    let wire = chaobiao_devices::dlt645_2007::WIRE;
    let frame = dlt645::encode(wire, 0, &meter, 0x91, &data).unwrap();
    let got = json::decode(&frame, &profile("power-line-2007.toml"));
    assert_eq!(got["value"], "123.456", "{got}");
    assert_eq!(got["name"], "fine_energy_tariff_2");
    let data = [0x00, 0x00, 0x01, 0x00, 0x56, 0x34, 0x12, 0x00, 0x00];
    let frame = dlt645::encode(wire, 0, &meter, 0x91, &data).unwrap();
    let got = json::decode(&frame, &Profile::standard(Protocol::Dlt645Of2007));
    assert_eq!(got["quality"], "length_mismatch");
    assert_eq!(got["data"], "5634120000");
    assert!(got.get("value").is_none() && got.get("unit").is_none());
}

/// A water answer in litres with the status 4000 and its year first.
const LITRES: &str = "6810370015012400008116901F01513412002900001200292026091108300040000316";

#[test]
fn status_bits_litres_and_clocks_of_their_own() {
    let got = decoded(LITRES, &Profile::standard(Protocol::Cjt188));
    assert_eq!(got["total"]["value"], "1234.51", "{got}");
    assert_eq!(got["status"]["valve"], "open");
    assert_eq!(got["time"], "2026-09-11 08:30:00");
    assert_eq!(got["time_order"], "year_first");
    let got = decoded(LITRES, &profile("water-188-high-bits.toml"));
    assert_eq!(got["total"]["value"], "123451");
    assert_eq!(got["status"]["valve"], "closed");
    assert_eq!(got["status"]["raw"], "4000");
    let strict = own("protocol = 'cjt188'\nclock_order = 'second_first'").unwrap();
    assert_eq!(decoded(LITRES, &strict)["time"], Value::Null);
}

#[test]
fn a_profile_decides_where_both_orders_of_a_unit_fit() {
    // 2C is a unit on either side.
    let frame = "6810370015012400008108D120012C1234562CD316";
    let sum = hex::decode(frame).unwrap();
    let right = sum[..sum.len() - 2]
        .iter()
        .fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let frame = format!("{}{right:02X}16", &frame[..frame.len() - 4]);
    let standard = Profile::standard(Protocol::Cjt188);
    assert_eq!(decoded(&frame, &standard)["total"]["raw"], "2C123456");
    let first = own("protocol = 'cjt188'\nunit_order = 'unit_value'").unwrap();
    assert_eq!(decoded(&frame, &first)["total"]["raw"], "1234562C");
}

#[test]
fn what_is_enciphered_is_kept_as_it_is() {
    let sealed = own("protocol = 'cjt188'\nenciphered = true").unwrap();
    let got = decoded(LITRES, &sealed);
    assert_eq!(got["quality"], "enciphered");
    assert!(got.get("total").is_none());
    assert_eq!(got["data"].as_str().unwrap().len(), 38);
}

#[test]
fn numbers_may_come_the_highest_byte_first() {
    let turned = own("protocol = 'dlt645-2007'\nhigh_first = true").unwrap();
    let meter = "1".parse().unwrap();
    let data = [0x00, 0x00, 0x01, 0x00, 0x00, 0x12, 0x34, 0x56];
    let wire = turned.dlt645_wire();
    let frame = dlt645::encode(wire, 0, &meter, 0x91, &data).unwrap();
    assert_eq!(json::decode(&frame, &turned)["value"], "1234.56");
}

#[test]
fn a_wrong_profile_is_refused_by_name() {
    for (text, complaint) in [
        ("protocol = 'cjt188'\nspeed = 9600", "speed"),
        ("protocol = 'modbus'", "modbus"),
        (
            "protocol = 'dlt645-1997'\n[[items]]\ndi = '90'\nname = 'a'\ntitle = 'b'\nbytes = 4",
            "90",
        ),
        (
            "protocol = 'dlt645-1997'\n[[items]]\ndi = '9010'\nname = 'a'\ntitle = 'b'\nbytes = 9",
            "9010",
        ),
        (
            "protocol = 'dlt645-1997'\n[[items]]\ndi = '9010'\nname = 'a'\ntitle = 'b'",
            "9010",
        ),
    ] {
        let error = own(text).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}
