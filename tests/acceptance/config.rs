//! Configuration as an operator meets it: file, environment, key file, documentation.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chaobiao::config::{Config, ConfigError, LogFormat};
use chaobiao_testing::ScratchDirectory;
use serde_json::Value;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load_from(None, variables(pairs))
}

fn load_file(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let scratch = ScratchDirectory::create();
    let path = scratch.path().join("chaobiao.toml");
    fs::write(&path, text).unwrap();
    Config::load_from(Some(&path), variables(pairs))
}

/// Every key with its value as text, as `docs/configuration.md` writes it.
fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if prefix.is_empty() {
                    name.clone()
                } else {
                    format!("{prefix}.{name}")
                };
                flatten(&key, value, into);
            }
        }
        Value::Null => drop(into.insert(prefix.to_owned(), "none".to_owned())),
        Value::String(text) => drop(into.insert(prefix.to_owned(), format!("`{text}`"))),
        other => drop(into.insert(prefix.to_owned(), format!("`{other}`"))),
    }
}

#[test]
fn the_documentation_lists_every_key_with_its_default_and_variable() {
    let mut expected = BTreeMap::new();
    flatten(
        "",
        &serde_json::to_value(Config::default()).unwrap(),
        &mut expected,
    );
    let text = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/configuration.md"
    ));
    let text = text.unwrap();
    let mut documented = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let key = cells[1].trim_matches('`').to_owned();
        let variable = format!("`CHAOBIAO_{}`", key.to_uppercase().replace('.', "__"));
        assert_eq!(cells[2], variable, "{key}");
        assert!(!cells[4].is_empty(), "{key} has no meaning");
        documented.insert(key, cells[3].to_owned());
    }
    assert_eq!(documented, expected);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "data_dir = '/srv/a'\n[server]\nlisten = '0.0.0.0:1'\n[graphql]\ndepth_max = 5\n";
    let config = load_file(
        file,
        &[
            ("CHAOBIAO_SERVER__LISTEN", "[::1]:9000"),
            ("CHAOBIAO_TELEMETRY__LOG_FORMAT", "json"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen.to_string(), "[::1]:9000");
    assert_eq!(config.data_dir, Path::new("/srv/a"));
    assert_eq!(config.graphql.depth_max, 5);
    assert_eq!(config.telemetry.log_format, LogFormat::Json);
    assert_eq!(config.photos.bytes_max, 10 * 1024 * 1024);
}

#[test]
fn the_usual_database_variable_is_read_and_ours_wins() {
    let usual = ("DATABASE_URL", "postgres://usual/a");
    let url = |pairs: &[(&str, &str)]| {
        load(pairs)
            .unwrap()
            .database
            .url
            .map(|url| url.expose().clone())
    };
    assert_eq!(url(&[usual]).as_deref(), Some("postgres://usual/a"));
    let ours = ("CHAOBIAO_DATABASE__URL", "postgres://ours/b");
    assert_eq!(url(&[usual, ours]).as_deref(), Some("postgres://ours/b"));
    assert_eq!(url(&[("DATABASE_URL", "")]), None);
}

#[test]
fn a_misspelt_key_in_the_file_is_refused_by_name() {
    let error = load_file("[graphql]\ndepth_maximum = 5\n", &[])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("depth_maximum") && error.contains("depth_max"),
        "{error}"
    );
    assert!(error.contains("chaobiao.toml"), "{error}");
    let error = load_file("[grahpql]\n", &[]).unwrap_err().to_string();
    assert!(error.contains("grahpql"), "{error}");
}

#[test]
fn a_misspelt_variable_is_refused_by_name() {
    for name in [
        "CHAOBIAO_SERVER_LISTEN",
        "CHAOBIAO_SERVER__PORT",
        "CHAOBIAO_",
    ] {
        let error = load(&[(name, "1")]).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    load(&[
        ("CHAOBIAO_PG_BIN", "/x"),
        ("CHAOBIAO_TEST_SEED", "1"),
        ("HOME", "/root"),
    ])
    .unwrap();
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_with_its_variable() {
    let error = load(&[("CHAOBIAO_GRAPHQL__DEPTH_MAX", "deep")])
        .unwrap_err()
        .to_string();
    assert!(error.contains("CHAOBIAO_GRAPHQL__DEPTH_MAX"), "{error}");
}

#[test]
fn a_directory_that_looks_like_a_number_stays_text() {
    let config = load(&[("CHAOBIAO_DATA_DIR", "2026")]).unwrap();
    assert_eq!(config.data_dir, Path::new("2026"));
}

#[test]
fn a_missing_file_is_refused_and_the_variable_may_name_it() {
    let missing = [(chaobiao::config::CONFIG_VARIABLE, "/nowhere/c.toml")];
    let error = load(&missing).unwrap_err();
    assert!(matches!(error, ConfigError::FileMissing { .. }), "{error}");
}

#[test]
fn the_database_password_is_never_shown() {
    let config = load(&[("DATABASE_URL", "postgres://me:hunter2@host/db")]).unwrap();
    let shown = format!("{config:?}{}", serde_json::to_string(&config).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn the_master_key_is_made_once_and_only_its_owner_reads_it() {
    let scratch = ScratchDirectory::create();
    let data_dir = scratch.path().join("data");
    let config = Config {
        data_dir: data_dir.clone(),
        ..Config::default()
    };
    let first = config.master_key().unwrap();
    assert_eq!(config.master_key().unwrap(), first);
    assert_ne!(first.expose(), &[0; 32]);
    let path = data_dir.join("secret.key");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        config.master_key(),
        Err(ConfigError::KeyExposed { .. })
    ));
}

#[test]
fn a_broken_key_file_is_refused_and_not_replaced() {
    let scratch = ScratchDirectory::create();
    let path = scratch.path().join("key");
    fs::write(&path, "abc").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let mut config = Config::default();
    config.secrets.master_key_file = Some(path.clone());
    assert!(matches!(
        config.master_key(),
        Err(ConfigError::KeyMalformed { .. })
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "abc");
}
