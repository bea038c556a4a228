//! The names under which facts are kept for ever, and the files that hold their form.

use std::collections::{BTreeMap, BTreeSet};

use super::syntax::{arms, constant, first_text, impls, method, parse, text_in};
use crate::source::{File, files};

/// Past forms that do not end in `ed`.
const IRREGULAR: [&str; 12] = [
    "begun",
    "built",
    "given",
    "held",
    "left",
    "lost",
    "paid",
    "read",
    "sent",
    "set",
    "taken",
    "withdrawn",
];

/// A kind of event, as the source declares it.
struct Declared {
    spot: String,
    /// The folder of its capability.
    capability: String,
    /// `None` for a wildcard or a name that is put together.
    event_type: Option<String>,
}

fn is_domain(file: &File) -> bool {
    file.path.starts_with("domain/src/") && file.has_extension("rs") && !file.is_test
}

fn declared(files: &[File]) -> Vec<Declared> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_domain(file)) {
        let capability = file.path.split('/').nth(2).unwrap_or_default();
        let syntax = parse(file);
        for (_, _, block) in impls(&syntax) {
            let Some(function) = method(block, "event_type") else {
                continue;
            };
            let arms = arms(function);
            if arms.is_empty() {
                found.push(Declared {
                    spot: file.path.clone(),
                    capability: capability.to_owned(),
                    event_type: text_in(&function.block),
                });
            }
            for arm in arms {
                let event_type = first_text(&arm.body).filter(|_| arm.variants.len() == 1);
                let nested = matches!(&arm.body, syn::Expr::MethodCall(call)
                    if call.method == "event_type");
                if !nested {
                    found.push(Declared {
                        spot: format!("{}:{}", file.path, arm.line),
                        capability: capability.to_owned(),
                        event_type,
                    });
                }
            }
        }
    }
    found
}

fn is_snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_past(word: &str) -> bool {
    word.ends_with("ed") || IRREGULAR.contains(&word)
}

/// The last word, or the one before a particle that belongs to it: `handed_over`.
fn ends_in_the_past(fact: &str) -> bool {
    let verb = fact.strip_suffix("_over").unwrap_or(fact);
    verb.rsplit('_').next().is_some_and(is_past)
}

/// `capability.what_happened`
fn is_well_formed(event_type: &str) -> bool {
    event_type.split_once('.').is_some_and(|(subject, fact)| {
        is_snake(subject) && is_snake(fact) && ends_in_the_past(fact)
    })
}

/// The `TYPE` of each aggregate, by the folder it stands in.
fn aggregates(files: &[File]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_domain(file)) {
        let capability = file.path.split('/').nth(2).unwrap_or_default();
        for (_, of_trait, block) in impls(&parse(file)) {
            if of_trait.as_deref() == Some("Aggregate")
                && let Some(name) = constant(block, "TYPE")
            {
                found.push((capability.to_owned(), name));
            }
        }
    }
    found
}

fn bad_names(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    for (capability, name) in aggregates(files) {
        if let Some(other) = types.insert(name.clone(), capability.clone()) {
            complaints.push(format!("{other} and {capability} both keep {name}"));
        }
    }
    let mut subjects: BTreeMap<String, String> = BTreeMap::new();
    for event in declared(files) {
        let Some(name) = event.event_type else {
            complaints.push(format!("{} is not one written name", event.spot));
            continue;
        };
        if !is_well_formed(&name) {
            complaints.push(format!("{} {name} is not subject.past_tense", event.spot));
        }
        let subject = name.split('.').next().unwrap_or_default();
        let keeper = subjects
            .entry(subject.to_owned())
            .or_insert_with(|| event.capability.clone());
        // An event of `reading_round` may speak of a `round`, if no other capability does.
        let is_of_aggregate = types.iter().any(|(aggregate, capability)| {
            *capability == event.capability
                && (aggregate == subject || aggregate.split('_').any(|word| word == subject))
        });
        if !is_of_aggregate || *keeper != event.capability {
            complaints.push(format!("{} {name} is not of its aggregate", event.spot));
        }
        if let Some(other) = seen.insert(name.clone(), event.spot.clone()) {
            complaints.push(format!("{} {name} is also at {other}", event.spot));
        }
    }
    complaints
}

/// The event types a file of the golden kind holds the form of: the last part of
/// `…__meter.reading_accepted.snap`, a variant of the same event after `@`.
fn golden(path: &str) -> Option<&str> {
    let name = path.strip_suffix(".snap")?.rsplit("__").next()?;
    Some(name.split('@').next().unwrap_or(name))
}

fn without_golden(files: &[File], paths: &[String]) -> Vec<String> {
    let held: BTreeSet<&str> = paths.iter().filter_map(|path| golden(path)).collect();
    let kept: BTreeSet<String> = declared(files)
        .into_iter()
        .filter_map(|event| event.event_type)
        .collect();
    let missing = kept
        .iter()
        .filter(|name| !held.contains(name.as_str()))
        .map(|name| format!("{name} has no golden file"));
    let stale = held
        .iter()
        .filter(|name| is_well_formed(name) && !kept.contains(**name))
        .map(|name| format!("{name} has a golden file but is no event"));
    missing.chain(stale).collect()
}

/// Names of commands kept in `due` and in the outcomes.
fn bad_processes(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for file in files.iter().filter(|file| is_domain(file)) {
        for (of, of_trait, block) in impls(&parse(file)) {
            if of_trait.as_deref() != Some("Process") {
                continue;
            }
            let Some(name) = constant(block, "NAME") else {
                complaints.push(format!("{}: {of} has no written name", file.path));
                continue;
            };
            let well_formed = name
                .split_once('.')
                .is_some_and(|(subject, verb)| is_snake(subject) && is_snake(verb));
            if !well_formed {
                complaints.push(format!("{}: {name} is not capability.verb", file.path));
            }
            if let Some(other) = seen.insert(name.clone(), of.clone()) {
                complaints.push(format!("{}: {of} and {other} are both {name}", file.path));
            }
        }
    }
    complaints
}

fn snapshots() -> Vec<String> {
    files()
        .into_iter()
        .filter(|file| file.path.starts_with("domain/") && file.has_extension("snap"))
        .map(|file| file.path)
        .collect()
}

#[test]
fn every_event_has_one_name_of_its_aggregate_in_the_past_tense() {
    assert!(!declared(&files()).is_empty());
    assert_eq!(bad_names(&files()), [""; 0]);
}

#[test]
fn every_event_has_a_golden_file_and_every_golden_file_an_event() {
    assert_eq!(without_golden(&files(), &snapshots()), [""; 0]);
}

/// What the machine says many times an hour: looked at in its own read model.
const NOT_IN_THE_TRAIL: &str = "interval_day";

#[test]
fn the_audit_trail_shows_every_aggregate() {
    let files = files();
    let trail = files
        .iter()
        .find(|file| file.path == "projections/src/audit_trail/projector.rs");
    let trail = &trail.unwrap().text;
    let missing: Vec<String> = aggregates(&files)
        .into_iter()
        .map(|(_, aggregate)| aggregate)
        .filter(|aggregate| !trail.contains(&format!("\"{aggregate}\",")))
        .collect();
    assert_eq!(missing, [NOT_IN_THE_TRAIL]);
}

#[test]
fn every_process_has_one_name() {
    assert_eq!(bad_processes(&files()), [""; 0]);
}

#[cfg(test)]
fn sample() -> [File; 2] {
    [
        File::sample(
            "domain/src/pump/event.rs",
            "impl Aggregate for Pump { const TYPE: &'static str = \"pump\"; }\n\
             impl DomainEvent for PumpEvent { fn event_type(&self) -> String { match self {\n\
             Self::Started => \"pump.started\",\n\
             Self::Stopped { .. } => \"pump.stop\",\n\
             Self::Held(_) => \"valve.held\",\n\
             Self::Oiled(event) => event.event_type(),\n\
             Self::Again => \"pump.started\",\n\
             _ => \"pump.forgotten_ed\",\n\
             }.to_owned() } }",
        ),
        File::sample(
            "domain/src/pump/process.rs",
            "impl Process for Start { const NAME: &'static str = \"pump.start\"; }\n\
             impl Process for Begin { const NAME: &'static str = \"pump.start\"; }\n\
             impl Process for Stop { const NAME: &'static str = \"Stop\"; }",
        ),
    ]
}

#[test]
fn the_name_check_can_fail() {
    assert_eq!(
        bad_names(&sample()),
        [
            "domain/src/pump/event.rs:4 pump.stop is not subject.past_tense",
            "domain/src/pump/event.rs:5 valve.held is not of its aggregate",
            "domain/src/pump/event.rs:7 pump.started is also at domain/src/pump/event.rs:3",
            "domain/src/pump/event.rs:8 is not one written name",
        ]
    );
}

#[test]
fn the_golden_check_can_fail() {
    let paths = [
        "domain/src/pump/snapshots/x__tests__pump.started@required.snap",
        "domain/src/pump/snapshots/x__tests__pump.burst_pipe_closed.snap",
        "domain/src/pump/snapshots/x__tests__valve.held.snap",
    ];
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(
        without_golden(&sample(), &paths),
        [
            "pump.stop has no golden file",
            "pump.burst_pipe_closed has a golden file but is no event",
        ]
    );
}

#[test]
fn the_process_check_can_fail() {
    assert_eq!(
        bad_processes(&sample()).len(),
        2,
        "{:?}",
        bad_processes(&sample())
    );
}
