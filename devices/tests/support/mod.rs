//! The vectors, and how an answer is held against them.

#![allow(dead_code, reason = "every test file uses its own part of this")]
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_devices::{Profile, Protocol};
use serde_json::Value;

/// A protocol, its name, and its vectors.
pub(crate) const FILES: [(Protocol, &str, usize); 3] = [
    (
        Protocol::Dlt645Of1997,
        include_str!("../vectors/dlt645_1997.json"),
        74,
    ),
    (
        Protocol::Dlt645Of2007,
        include_str!("../vectors/dlt645_2007.json"),
        120,
    ),
    (Protocol::Cjt188, include_str!("../vectors/cjt188.json"), 64),
];

pub(crate) struct Vector {
    pub(crate) bytes: Vec<u8>,
    pub(crate) expect: Value,
}

pub(crate) fn vectors(text: &str) -> Vec<Vector> {
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    entries
        .into_iter()
        .map(|mut entry| Vector {
            bytes: hex::decode(entry["hex"].as_str().unwrap()).unwrap(),
            expect: entry["expect"].take(),
        })
        .collect()
}

/// Every buffer of the vectors of one protocol.
pub(crate) fn buffers(protocol: Protocol) -> Vec<Vec<u8>> {
    let (_, text, _) = FILES.iter().find(|(of, _, _)| *of == protocol).unwrap();
    vectors(text)
        .into_iter()
        .map(|vector| vector.bytes)
        .collect()
}

pub(crate) fn standard(protocol: Protocol) -> Profile {
    Profile::standard(protocol)
}

/// Where `got` is not what `expect` says; more than that may be there.
pub(crate) fn differences(expect: &Value, got: &Value, path: &str) -> Vec<String> {
    match (expect, got) {
        (Value::Object(expect), Value::Object(got)) => expect
            .iter()
            .flat_map(|(key, expect)| {
                let got = got.get(key).cloned().unwrap_or_else(|| "absent".into());
                let absent = path.to_owned() + "/" + key;
                differences(expect, &got, &absent)
            })
            .collect(),
        (Value::Array(expect), Value::Array(got)) if expect.len() == got.len() => expect
            .iter()
            .zip(got)
            .enumerate()
            .flat_map(|(place, (expect, got))| differences(expect, got, &format!("{path}/{place}")))
            .collect(),
        (Value::String(expect), Value::String(got))
            if path == "/error" && expect == "length" && got == "truncated" =>
        {
            Vec::new()
        }
        _ if expect == got => Vec::new(),
        _ => vec![format!("{path}: {expect} expected, got {got}")],
    }
}
