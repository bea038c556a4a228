//! Every vector, every field.

mod support;

use chaobiao_devices::json;
use serde_json::json;
use support::{FILES, differences, standard, vectors};

#[test]
fn every_field_of_every_vector_is_decoded() {
    let mut wrong = Vec::new();
    for (protocol, text, count) in FILES {
        let vectors = vectors(text);
        assert_eq!(vectors.len(), count);
        for (number, vector) in vectors.iter().enumerate() {
            let got = json::decode(&vector.bytes, &standard(protocol));
            for difference in differences(&vector.expect, &got, "") {
                wrong.push(format!("{protocol:?} {number} {difference}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
}

#[test]
fn the_comparison_can_fail() {
    let expect = json!({ "value": null, "frames": [{ "a": 1 }], "error": "length" });
    let got = json!({ "frames": [{ "a": 2 }], "error": "truncated" });
    assert_eq!(differences(&expect, &got, "").len(), 2);
    let short = json!({ "value": null, "frames": [], "error": "checksum" });
    assert_eq!(differences(&expect, &short, "").len(), 2);
}
