//! `docs/alerts.yml` asks for metrics that exist, and `docs/runbook.md` explains every alert.

use std::collections::BTreeSet;

use super::syntax::words;
use crate::source::{File, files};

const RULES: &str = "docs/alerts.yml";
const RUNBOOK: &str = "docs/runbook.md";

fn is_metric(word: &str) -> bool {
    word.starts_with("chaobiao_") || word.starts_with("http_")
}

/// Names of metrics as the product reports them.
fn reported(files: &[File]) -> BTreeSet<String> {
    files
        .iter()
        .filter(|file| file.has_extension("rs") && !file.is_test)
        .filter(|file| file.path.starts_with("src/") || file.path.starts_with("eventstore/src/"))
        .flat_map(|file| words(file).strings)
        .map(|text| text.what)
        .filter(|text| is_metric(text) && text.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}

fn text<'a>(files: &'a [File], path: &str) -> &'a str {
    files
        .iter()
        .find(|file| file.path == path)
        .map_or("", |file| file.text.as_str())
}

/// What follows a key in the file of rules.
fn values<'a>(rules: &'a str, key: &str) -> Vec<&'a str> {
    let lines = rules
        .lines()
        .map(|line| line.trim().trim_start_matches("- "));
    lines
        .filter_map(|line| line.strip_prefix(key))
        .map(str::trim)
        .collect()
}

fn metrics(expression: &str) -> Vec<&str> {
    let parts = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    parts.filter(|part| is_metric(part)).collect()
}

fn complaints(files: &[File]) -> Vec<String> {
    let rules = text(files, RULES);
    let runbook = text(files, RUNBOOK);
    let known = reported(files);
    let mut complaints = Vec::new();
    for alert in values(rules, "alert:") {
        if !runbook.lines().any(|line| line == format!("### {alert}")) {
            complaints.push(format!("{alert} is not in {RUNBOOK}"));
        }
    }
    for heading in runbook.lines().filter_map(|line| line.strip_prefix("### ")) {
        if !values(rules, "alert:").contains(&heading) {
            complaints.push(format!("{heading} is not in {RULES}"));
        }
    }
    for expression in values(rules, "expr:") {
        let named = metrics(expression);
        if named.is_empty() {
            complaints.push(format!("`{expression}` names no metric"));
        }
        for metric in named {
            let base = metric.strip_suffix("_count").unwrap_or(metric);
            if !known.contains(metric) && !known.contains(base) {
                complaints.push(format!("nothing reports {metric}"));
            }
        }
    }
    complaints
}

#[test]
fn every_alert_watches_metrics_that_exist_and_is_explained() {
    let files = files();
    assert!(values(text(&files, RULES), "alert:").len() > 10);
    assert_eq!(complaints(&files), [""; 0]);
}

#[test]
fn the_alert_check_can_fail() {
    let files = [
        File::sample(
            "src/a.rs",
            "fn f() { metrics::gauge!(\"chaobiao_known\").set(1); }",
        ),
        File::sample(
            RULES,
            "- alert: Told\n  expr: chaobiao_known{a=\"b\"} > 5\n\
             - alert: Untold\n  expr: sum(chaobiao_unknown) > 1\n- expr: up == 0\n",
        ),
        File::sample(RUNBOOK, "### Told\n### Gone\n"),
    ];
    assert_eq!(
        complaints(&files),
        [
            "Untold is not in docs/runbook.md",
            "Gone is not in docs/alerts.yml",
            "nothing reports chaobiao_unknown",
            "`up == 0` names no metric",
        ]
    );
}
