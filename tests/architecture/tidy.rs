//! The habits of the house that no compiler knows: sizes, leftovers, numbering.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, files};

const LINES_MAX: usize = 600;
/// Tests list cases; they may be longer.
const TEST_LINES_MAX: usize = 800;
/// rustfmt keeps code within 100; this is for what it does not break: strings and SQL.
const COLUMNS_MAX: usize = 120;

/// Files whose length a machine decides.
const GENERATED: [&str; 5] = [
    "Cargo.lock",
    "docs/errors.md",
    "docs/schema.graphql",
    "domain/shipped/manifest.txt",
    "web/package-lock.json",
];

/// Written in two parts, so that this list does not find itself.
const LEFTOVERS: [(&str, &str); 10] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("#[ig", "nore"),
    ("<<<<", "<<< "),
    (">>>>", ">>> "),
    ("console", ".log("),
];

/// Paths of one machine: the code must run on every other.
const MACHINE_PATHS: [(&str, &str); 3] = [("/wo", "rk/"), ("/ro", "ot/"), ("/home", "/")];

fn is_generated(file: &File) -> bool {
    GENERATED.contains(&file.path.as_str())
        || ["snap", "svg", "json"]
            .iter()
            .any(|extension| file.has_extension(extension))
}

fn is_test(file: &File) -> bool {
    file.is_test || file.path.ends_with(".spec.ts") || file.path.ends_with(".test.ts")
}

fn too_long(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !is_generated(file)) {
        let lines = file.text.lines().count();
        let max = if is_test(file) {
            TEST_LINES_MAX
        } else {
            LINES_MAX
        };
        if lines > max {
            complaints.push(format!("{}: {lines} lines, at most {max}", file.path));
        }
    }
    complaints
}

fn too_wide(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let code =
        |file: &&File| !file.is_test && (file.has_extension("rs") || file.has_extension("sql"));
    for file in files.iter().filter(code) {
        for (number, line) in file.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS_MAX {
                complaints.push(format!("{}:{}: {columns} columns", file.path, number + 1));
            }
        }
    }
    complaints
}

fn left_over(files: &[File]) -> Vec<String> {
    let code = |file: &&File| {
        ["rs", "sql", "ts", "vue", "sh", "toml", "mjs"]
            .iter()
            .any(|extension| file.has_extension(extension))
    };
    mentions(files.iter().filter(code), &LEFTOVERS)
}

fn machine_paths(files: &[File]) -> Vec<String> {
    let ours = files.iter().filter(|file| file.path != "Cargo.lock");
    mentions(ours, &MACHINE_PATHS)
}

fn mentions<'a>(files: impl Iterator<Item = &'a File>, halves: &[(&str, &str)]) -> Vec<String> {
    let wholes: Vec<String> = halves.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let mut complaints = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            for whole in wholes.iter().filter(|whole| line.contains(*whole)) {
                complaints.push(format!("{}:{}: {whole}", file.path, number + 1));
            }
        }
    }
    complaints
}

/// A lock file that names download addresses pins everybody to one machine's registry.
fn pinned_addresses(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.ends_with("package-lock.json"))
        .filter(|file| file.text.contains("\"resolved\":"))
        .map(|file| format!("{} names download addresses", file.path))
        .collect()
}

/// Files numbered twice, or not at all, in a folder whose order is its numbers.
fn misnumbered(files: &[File], folder: &str, extension: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files {
        let Some(name) = file.path.strip_prefix(folder) else {
            continue;
        };
        let number = name.get(..4).filter(|number| {
            number.chars().all(|digit| digit.is_ascii_digit())
                && name[4..].starts_with(['-', '_'])
                && file.has_extension(extension)
        });
        match number {
            None if name != "README.md" => complaints.push(format!("{} has no number", file.path)),
            None => {}
            Some(number) => {
                if let Some(other) = taken.insert(number, name) {
                    complaints.push(format!("{number} is both {other} and {name}"));
                }
            }
        }
    }
    complaints
}

/// Decisions are told in order; one that is withdrawn stays, saying so.
fn gaps(files: &[File]) -> Vec<usize> {
    let numbers: BTreeSet<usize> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("docs/adr/")?.get(..4)?.parse().ok())
        .collect();
    let last = numbers.last().copied().unwrap_or_default();
    (1..=last)
        .filter(|number| !numbers.contains(number))
        .collect()
}

const NONE: [String; 0] = [];

#[test]
fn files_and_lines_stay_readable() {
    let files = files();
    assert_eq!(too_long(&files), NONE);
    assert_eq!(too_wide(&files), NONE);
}

#[test]
fn nothing_is_left_unfinished() {
    assert_eq!(left_over(&files()), NONE);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let files = files();
    assert_eq!(machine_paths(&files), NONE);
    assert_eq!(pinned_addresses(&files), NONE);
}

#[test]
fn migrations_and_decisions_are_numbered() {
    let files = files();
    assert_eq!(misnumbered(&files, "migrations/", "sql"), NONE);
    assert_eq!(misnumbered(&files, "docs/adr/", "md"), NONE);
    assert_eq!(gaps(&files), [0; 0]);
}

#[test]
fn each_of_these_checks_can_fail() {
    let long = "x\n".repeat(LINES_MAX + 1);
    let wide = "水".repeat(COLUMNS_MAX + 1);
    let unfinished = LEFTOVERS.map(|(a, b)| a.to_owned() + b).join("\n");
    let files = [
        File::sample("src/long.rs", &long),
        File::sample("tests/long.rs", &long),
        File::sample("src/wide.rs", &wide),
        File::sample("src/open.rs", &unfinished),
        File::sample(
            "docs/path.md",
            &MACHINE_PATHS.map(|(a, b)| a.to_owned() + b).join("\n"),
        ),
        File::sample("web/package-lock.json", "{\"resolved\": \"https://\"}"),
        File::sample("migrations/0001_one.sql", ""),
        File::sample("migrations/0001_two.sql", ""),
        File::sample("migrations/three.sql", ""),
        File::sample("docs/adr/0002-two.md", ""),
    ];
    assert_eq!(too_long(&files), ["src/long.rs: 601 lines, at most 600"]);
    assert_eq!(too_wide(&files), ["src/wide.rs:1: 121 columns"]);
    assert_eq!(left_over(&files).len(), LEFTOVERS.len());
    assert_eq!(machine_paths(&files).len(), MACHINE_PATHS.len());
    assert_eq!(pinned_addresses(&files).len(), 1);
    assert_eq!(
        misnumbered(&files, "migrations/", "sql"),
        [
            "0001 is both 0001_one.sql and 0001_two.sql",
            "migrations/three.sql has no number",
        ]
    );
    assert_eq!(gaps(&files), [1]);
}
