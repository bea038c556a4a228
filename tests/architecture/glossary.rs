//! `docs/glossary.md` names every capability in both languages.

use std::collections::BTreeSet;

use crate::source::{File, files};

const PAGE: &str = "docs/glossary.md";

/// The crates whose folders are capabilities or read models.
const HOMES: [&str; 2] = ["domain/src/", "projections/src/"];

fn capabilities(files: &[File]) -> BTreeSet<&str> {
    files
        .iter()
        .filter(|file| file.has_extension("rs"))
        .filter_map(|file| {
            let inside = HOMES.iter().find_map(|home| file.path.strip_prefix(home))?;
            inside.split_once('/').map(|(folder, _)| folder)
        })
        .collect()
}

/// Capabilities without a row of their own: `| 中文 | English | … `name` … |`.
fn unnamed(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == PAGE);
    let rows: Vec<&str> = page
        .iter()
        .flat_map(|page| page.text.lines())
        .filter(|line| line.starts_with('|'))
        .collect();
    capabilities(files)
        .into_iter()
        .filter(|name| {
            let name = format!("`{name}`");
            !rows.iter().any(|row| row.contains(&name))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_capability_is_in_the_glossary() {
    assert_eq!(unnamed(&files()), [""; 0]);
}

#[test]
fn the_glossary_check_can_fail() {
    let files = [
        File::sample("domain/src/meter/mod.rs", ""),
        File::sample("domain/src/lib.rs", ""),
        File::sample("projections/src/meter_card/mod.rs", ""),
        File::sample(
            PAGE,
            "| 计量点 | metering point | `meter` |\nThe `meter_card` is no row.",
        ),
    ];
    assert_eq!(unnamed(&files), ["meter_card"]);
}
