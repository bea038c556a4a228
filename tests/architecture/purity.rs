//! Time and chance come from outside; what decides reaches for nothing.

use super::syntax::words;
use crate::source::{File, files};

/// Where each call is at home. A rule that reads the clock gives another answer on replay.
const CLOCKS: [[&str; 2]; 3] = [["Utc", "now"], ["Local", "now"], ["SystemTime", "now"]];

/// The files that are a clock, or set one up.
const CLOCK_HOMES: [&str; 1] = ["eventstore/src/clock.rs"];

/// The crates that decide.
const PURE: [&str; 3] = ["domain/src/", "devices/src/", "eventstore/decision/src/"];

/// What a pure crate must not mention: beginnings of paths, and single types.
const REACHING_OUT: [&[&str]; 10] = [
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "Instant"],
    &["tokio", "net"],
    &["tokio", "fs"],
    &["tokio", "spawn"],
    &["rand"],
];
const FLOATS: [&str; 2] = ["f32", "f64"];
const CHANCE: [[&str; 2]; 2] = [["Uuid", "now_v7"], ["Uuid", "new_v4"]];

/// Crates in which amounts and quantities pass through: floats have no business there.
const EXACT: [&str; 6] = [
    "domain/src/",
    "devices/src/",
    "devices/gateway/src/",
    "eventstore/decision/src/",
    "projections/src/",
    "graphql/src/",
];

fn is_in(file: &File, places: &[&str]) -> bool {
    places.iter().any(|place| file.path.starts_with(place))
}

fn ends_with(path: &[String], end: &[&str]) -> bool {
    path.len() >= end.len() && path[path.len() - end.len()..].iter().eq(end)
}

fn complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let code = files
        .iter()
        .filter(|file| file.has_extension("rs") && !file.is_test);
    for file in code {
        for path in words(file).paths {
            let names = &path.what;
            let clock = CLOCKS.iter().any(|call| ends_with(names, call))
                && !CLOCK_HOMES.contains(&file.path.as_str());
            let out = is_in(file, &PURE)
                && (REACHING_OUT.iter().any(|out| starts_with(names, out))
                    || CHANCE.iter().any(|call| ends_with(names, call)));
            let float =
                is_in(file, &EXACT) && names.len() == 1 && FLOATS.contains(&names[0].as_str());
            if clock || out || float {
                let spot = format!("{}:{}", file.path, path.line);
                complaints.push(format!("{spot} {}", names.join("::")));
            }
        }
    }
    complaints
}

fn starts_with(path: &[String], start: &[&str]) -> bool {
    path.len() >= start.len() && path[..start.len()].iter().eq(start)
}

#[test]
fn time_and_chance_come_from_outside_and_amounts_are_exact() {
    assert_eq!(complaints(&files()), [""; 0]);
}

#[test]
fn the_purity_check_can_fail() {
    let bad = "use std::fs;\n\
               fn f(price: f64) { let at = chrono::Utc::now(); }\n\
               fn g() { println!(\"{}\", Uuid::new_v4()); }\n\
               /// Utc::now() is only spoken of here.\n\
               #[cfg(test)]\nfn h() { SystemTime::now(); }";
    let files = [
        File::sample("domain/src/meter/aggregate.rs", bad),
        File::sample("src/serve.rs", bad),
        File::sample("eventstore/src/clock.rs", bad),
        File::sample("tests/clock.rs", bad),
    ];
    assert_eq!(
        complaints(&files),
        [
            "domain/src/meter/aggregate.rs:1 std::fs",
            "domain/src/meter/aggregate.rs:2 f64",
            "domain/src/meter/aggregate.rs:2 chrono::Utc::now",
            "domain/src/meter/aggregate.rs:3 Uuid::new_v4",
            "src/serve.rs:2 chrono::Utc::now",
        ]
    );
}
