//! What the capabilities of the domain may know of each other.
//!
//! An aggregate decides from its own history and from values, so that what it did can be told from
//! its stream alone. What needs several aggregates is a process: code in `process.rs`, or a file of
//! its own that is handed the `Workspace`, or a capability that keeps no history. Only there may
//! one capability look at another's state.

use std::collections::BTreeSet;

use super::syntax::{Words, words};
use crate::source::{File, files};

/// Values and pure functions everybody may use.
const VALUES: [&str; 3] = ["calendar", "rating", "units"];

/// The files that decide or keep history; none of them is ever a process.
const OF_THE_AGGREGATE: [&str; 4] = ["aggregate", "command", "error", "event"];

/// Values of one capability that another speaks in: who, of whom, what, and why.
const NAMED: [(&str, &str, &str, &str); 6] = [
    (
        "meter",
        "validation_rules",
        "RuleSet",
        "the dated thresholds a reading is judged by are handed to the meter",
    ),
    (
        "meter",
        "validation_rules",
        "EstimationMethod",
        "how an estimate was made is recorded in the words of the rules",
    ),
    (
        "payment",
        "account",
        "BillShare",
        "a payment records which part of which bill it pays, in the ledger's words",
    ),
    (
        "payment",
        "account",
        "CommodityAmount",
        "and how much of it is water and electricity",
    ),
    (
        "refund",
        "account",
        "Purse",
        "a refund says which of the account's moneys it is paid from",
    ),
    (
        "waiver",
        "account",
        "WaiverKind",
        "the account records what was given up, and why",
    ),
];

/// The module a file is, as names from the crate's root.
fn module(path: &str) -> Option<Vec<&str>> {
    let inside = path.strip_prefix("domain/src/")?.strip_suffix(".rs")?;
    let mut names: Vec<&str> = inside.split('/').collect();
    if matches!(names.last(), Some(&("mod" | "lib"))) {
        names.pop();
    }
    Some(names)
}

/// The capability a path leads to, seen from a module, and what it is used for there.
fn destination<'a>(module: &[&str], path: &'a [String]) -> Option<(&'a str, &'a str)> {
    let up = path.iter().take_while(|name| *name == "super").count();
    let inside = match path.first()?.as_str() {
        "crate" => &path[1..],
        _ if up > 0 && up == module.len() => &path[up..],
        _ => return None,
    };
    let item = inside.get(1).map_or("", String::as_str);
    Some((inside.first()?, item))
}

fn is_process(module: &[&str], words: &Words) -> bool {
    let handed_the_workspace = || {
        let mut paths = words.paths.iter();
        paths.any(|path| path.what.last().is_some_and(|name| name == "Workspace"))
    };
    module.contains(&"process")
        || !OF_THE_AGGREGATE.iter().any(|file| module.contains(file)) && handed_the_workspace()
}

fn crossings(files: &[File]) -> Vec<String> {
    let modules = files.iter().filter_map(|file| module(&file.path));
    let capabilities: BTreeSet<String> = modules
        .filter_map(|names| names.first().map(|name| (*name).to_owned()))
        .collect();
    let keepers: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.text.contains("impl Aggregate for"))
        .filter_map(|file| module(&file.path)?.first().copied())
        .collect();
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.is_test) {
        let Some(module) = module(&file.path) else {
            continue;
        };
        let Some(own) = module.first() else {
            continue;
        };
        let words = words(file);
        let keeps_history = keepers.contains(own) || VALUES.contains(own);
        if !keeps_history || is_process(&module, &words) {
            continue;
        }
        for path in &words.paths {
            let Some((other, item)) = destination(&module, &path.what) else {
                continue;
            };
            let named = NAMED
                .iter()
                .any(|(from, to, what, _)| (from, *to, *what) == (own, other, item));
            if capabilities.contains(other) && other != *own && !VALUES.contains(&other) && !named {
                complaints.push(format!("{}:{} uses {other}", file.path, path.line));
            }
        }
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

#[test]
fn only_a_process_looks_at_other_capabilities() {
    assert_eq!(crossings(&files()), [""; 0]);
}

#[test]
fn the_crossing_check_can_fail() {
    let bad = "use crate::{units::Fen, meter::Meter};\n\
               use super::super::tariff::Tariff;\n\
               fn f() { let _ = vec![crate::meter::Meter::default()]; super::own(); }\n\
               #[cfg(test)]\nmod tests { use crate::meter::Meter; }";
    let files = [
        File::sample("domain/src/account/aggregate.rs", bad),
        File::sample("domain/src/account/process.rs", bad),
        File::sample(
            "domain/src/account/layout.rs",
            "use chaobiao_decision::Workspace; use crate::meter::Meter;",
        ),
        File::sample(
            "domain/src/account/command.rs",
            "use chaobiao_decision::Workspace; use crate::meter::Meter;",
        ),
        File::sample(
            "domain/src/payment/event.rs",
            "use crate::account::{BillShare, Account};",
        ),
        File::sample("domain/src/account/tests.rs", bad),
        File::sample("domain/src/units/mod.rs", "use crate::account::Account;"),
        File::sample("domain/src/account/mod.rs", "impl Aggregate for Account {}"),
        File::sample("domain/src/payment/mod.rs", "impl Aggregate for Payment {}"),
        File::sample("domain/src/billing/measure.rs", bad),
        File::sample("domain/src/meter/mod.rs", ""),
        File::sample("domain/src/tariff/mod.rs", ""),
    ];
    assert_eq!(
        crossings(&files),
        [
            "domain/src/account/aggregate.rs:1 uses meter",
            "domain/src/account/aggregate.rs:2 uses tariff",
            "domain/src/account/aggregate.rs:3 uses meter",
            "domain/src/account/command.rs:1 uses meter",
            "domain/src/payment/event.rs:1 uses account",
            "domain/src/units/mod.rs:1 uses account",
        ]
    );
}
