//! Where SQL may stand, and which tables a read model may write.

use super::syntax::words;
use crate::source::{File, files};

/// The crates that speak SQL. `bench` compares the store with the bare database.
const SPEAKERS: [&str; 4] = ["bench/", "eventstore/", "migrations/", "projections/"];

/// How statements begin; SQL is written in capitals here, prose is not.
const BEGINNINGS: [&str; 20] = [
    "ALTER TABLE ",
    "COPY ",
    "CREATE INDEX ",
    "CREATE SCHEMA ",
    "CREATE TABLE ",
    "CREATE UNIQUE ",
    "DELETE FROM ",
    "DROP ",
    "GRANT ",
    "INSERT INTO ",
    "LISTEN ",
    "LOCK TABLE ",
    "MERGE INTO ",
    "NOTIFY ",
    "SELECT ",
    "SET LOCAL ",
    "TRUNCATE ",
    "UPDATE ",
    "VACUUM ",
    "WITH ",
];

/// What the program around the store may use of sqlx: connections, never statements.
const WIRING: [&[&str]; 6] = [
    &["sqlx", "Connection"],
    &["sqlx", "PgPool"],
    &["sqlx", "Error"],
    &["sqlx", "migrate"],
    &["sqlx", "postgres"],
    &["sqlx", "PgConnection"],
];

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    BEGINNINGS.iter().any(|begin| text.starts_with(begin))
}

fn misplaced(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let silent = |file: &&File| {
        file.has_extension("rs")
            && !file.is_test
            && !SPEAKERS.iter().any(|place| file.path.starts_with(place))
    };
    for file in files.iter().filter(silent) {
        let words = words(file);
        for text in words.strings.iter().filter(|text| is_statement(&text.what)) {
            let begin: String = text.what.trim_start().chars().take(30).collect();
            complaints.push(format!("{}:{} {begin}", file.path, text.line));
        }
        for path in &words.paths {
            let names: Vec<&str> = path.what.iter().map(String::as_str).collect();
            let wiring = WIRING.iter().any(|wiring| names.starts_with(wiring));
            if names.first() == Some(&"sqlx") && names.len() > 1 && !wiring {
                let path_text = names.join("::");
                complaints.push(format!("{}:{} {path_text}", file.path, path.line));
            }
        }
    }
    complaints
}

/// The tables a text of SQL writes to.
fn written(sql: &str) -> Vec<String> {
    let spaced = sql.replace('(', " ( ").replace(['\n', ';', ','], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let word = |place: usize| words.get(place).copied().unwrap_or_default();
    let mut tables = Vec::new();
    for place in 0..words.len() {
        let before = place.checked_sub(1).map(word).unwrap_or_default();
        let writes = match (before, word(place)) {
            // `FOR UPDATE`, `FOR NO KEY UPDATE` and `DO UPDATE` write no table of their own.
            ("FOR" | "KEY" | "DO" | "THEN", "UPDATE") => false,
            (before, "INTO") => matches!(before, "INSERT" | "MERGE"),
            (before, "FROM") => before == "DELETE",
            (_, word) => matches!(word, "UPDATE" | "TRUNCATE" | "COPY"),
        };
        if !writes {
            continue;
        }
        let table = match word(place + 1) {
            "ONLY" | "TABLE" => word(place + 2),
            table => table,
        };
        if !table.is_empty() && table != "(" {
            tables.push(table.trim_matches('"').to_owned());
        }
    }
    tables
}

fn owns(read_model: &str, table: &str) -> bool {
    table
        .strip_prefix("read_")
        .and_then(|rest| rest.strip_prefix(read_model))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Read models that write what is not theirs.
fn foreign_writes(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.is_test) {
        let Some(inside) = file.path.strip_prefix("projections/src/") else {
            continue;
        };
        let read_model = inside.split_once('/').map_or("", |(folder, _)| folder);
        for text in words(file).strings {
            for table in written(&text.what) {
                if read_model.is_empty() || !owns(read_model, &table) {
                    let spot = format!("{}:{}", file.path, text.line);
                    complaints.push(format!("{spot} writes {table}"));
                }
            }
        }
    }
    complaints
}

/// The tables a migration makes, each with its definition.
fn created(sql: &str) -> Vec<(String, String)> {
    let code: String = sql
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    code.split(';')
        .filter_map(|statement| {
            let rest = statement.trim().strip_prefix("CREATE TABLE ")?;
            let (name, body) = rest.split_once('(')?;
            Some((name.trim().to_owned(), body.to_owned()))
        })
        .collect()
}

/// Tables of read models that stand in the wrong migration, have no key, or are not named by the
/// projector that must be able to empty and verify them.
fn bad_tables(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let migrations = files
        .iter()
        .filter(|file| file.path.starts_with("migrations/") && file.has_extension("sql"));
    for file in migrations {
        let read_model = file
            .path
            .split_once("_read_")
            .and_then(|(_, rest)| rest.strip_suffix(".sql"));
        for (table, body) in created(&file.text) {
            let complaint = match read_model {
                None => table
                    .starts_with("read_")
                    .then_some("belongs to a migration of its read model"),
                Some(read_model) if !owns(read_model, &table) => Some("is not the read model's"),
                Some(_) if !body.contains("PRIMARY KEY") => Some("has no primary key"),
                Some(read_model) => (!is_named(files, read_model, &table))
                    .then_some("is not among its projector's tables"),
            };
            complaints
                .extend(complaint.map(|complaint| format!("{}: {table} {complaint}", file.path)));
        }
    }
    complaints
}

fn is_named(files: &[File], read_model: &str, table: &str) -> bool {
    let folder = format!("projections/src/{read_model}/");
    files
        .iter()
        .filter(|file| file.path.starts_with(&folder) && file.has_extension("rs"))
        .any(|file| words(file).strings.iter().any(|text| text.what == table))
}

#[test]
fn sql_stands_only_where_the_database_is_spoken_to() {
    assert_eq!(misplaced(&files()), [""; 0]);
}

#[test]
fn the_place_check_can_fail() {
    let bad = "use sqlx::PgPool;\n\
               fn f() { sqlx::query(\"SELECT 1\"); format!(\"DELETE FROM {table}\"); }\n\
               /// SELECT in prose\n\
               fn g() { say(\"UPDATED\"); say(\"Select a file\"); }\n\
               #[test] fn h() { sqlx::query(\"SELECT 1\"); }";
    let files = [
        File::sample("src/serve.rs", bad),
        File::sample("eventstore/src/store.rs", bad),
        File::sample("graphql/tests/meter.rs", bad),
    ];
    assert_eq!(
        misplaced(&files),
        [
            "src/serve.rs:2 SELECT 1",
            "src/serve.rs:2 DELETE FROM {table}",
            "src/serve.rs:2 sqlx::query",
        ]
    );
}

#[test]
fn a_projector_writes_its_own_tables_only() {
    assert_eq!(foreign_writes(&files()), [""; 0]);
}

#[test]
fn the_ownership_check_can_fail() {
    let bad = "fn f() {\n\
               a(\"INSERT INTO read_meter_card (no) VALUES ($1) ON CONFLICT DO UPDATE SET no = 1\");\n\
               a(\"WITH x AS (DELETE FROM read_meter_card_device RETURNING 1) SELECT 1\");\n\
               a(\"UPDATE read_meter_cards SET no = 1\");\n\
               a(\"SELECT 1 FROM read_payments FOR UPDATE\");\n\
               a(\"INSERT INTO read_payments (no) SELECT 1\"); a(\"TRUNCATE events\"); }";
    let files = [
        File::sample("projections/src/meter_card/projector.rs", bad),
        File::sample(
            "projections/src/paging.rs",
            "fn f() { a(\"DELETE FROM read_meter_card\"); }",
        ),
    ];
    assert_eq!(
        foreign_writes(&files),
        [
            "projections/src/meter_card/projector.rs:4 writes read_meter_cards",
            "projections/src/meter_card/projector.rs:6 writes read_payments",
            "projections/src/meter_card/projector.rs:6 writes events",
            "projections/src/paging.rs:1 writes read_meter_card",
        ]
    );
}

#[test]
fn every_read_table_has_an_owner_and_a_key() {
    assert_eq!(bad_tables(&files()), [""; 0]);
}

#[test]
fn the_table_check_can_fail() {
    let files = [
        File::sample(
            "migrations/0100_read_meter_card.sql",
            "-- CREATE TABLE nothing (a);\n\
             CREATE TABLE read_meter_card (no text PRIMARY KEY);\n\
             CREATE TABLE read_meter_card_device (no text);\n\
             CREATE TABLE read_meter_card_note (no text PRIMARY KEY);\n\
             CREATE TABLE meter_card (no text PRIMARY KEY);",
        ),
        File::sample(
            "migrations/0002_more.sql",
            "CREATE TABLE read_extra (no text PRIMARY KEY); CREATE TABLE more (no text);",
        ),
        File::sample(
            "projections/src/meter_card/projector.rs",
            "const TABLES: [&str; 2] = [\"read_meter_card\", \"read_meter_card_device\"];",
        ),
    ];
    assert_eq!(
        bad_tables(&files),
        [
            "migrations/0100_read_meter_card.sql: read_meter_card_device has no primary key",
            "migrations/0100_read_meter_card.sql: read_meter_card_note is not among its \
             projector's tables",
            "migrations/0100_read_meter_card.sql: meter_card is not the read model's",
            "migrations/0002_more.sql: read_extra belongs to a migration of its read model",
        ]
    );
}
