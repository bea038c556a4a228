//! The simulator, by the command line.

use crate::support::{chaobiao, run};
use chaobiao_testing::ScratchDirectory;
use serde_json::Value;

fn simulate(arguments: &[&str]) -> String {
    let scratch = ScratchDirectory::create();
    let mut command = chaobiao(&scratch.path().join("data"));
    command.arg("simulate").args(arguments);
    let output = run(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    text
}

#[test]
fn x17_a_seeded_campus_tells_how_well_the_rules_find_what_is_wrong() {
    let small = ["--meters", "150", "--months", "14", "--seed", "3"];
    let text = simulate(&small);
    assert!(
        text.contains("抄码颠倒") && text.contains("查准率"),
        "{text}"
    );
    let json = simulate(&[&small[..], &["--json"]].concat());
    let score: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&score["meters"], &score["months"]),
        (&150.into(), &14.into())
    );
    assert!(score["readings"].as_u64() >= Some(150 * 14));
    assert_eq!(score["doubled"], 0);
    let count = |path: &str| score.pointer(path).and_then(Value::as_u64).unwrap();
    for fault in ["transposed", "misread", "neighbour", "leak"] {
        let of = |what: &str| count(&format!("/faults/{fault}/{what}"));
        let known = of("refused") + of("held") + of("warned") + of("late") + of("missed");
        assert_eq!(known, of("planted"), "{fault}: {score}");
    }
    assert_eq!(simulate(&[&small[..], &["--json"]].concat()), json);
}

/// The figures are kept: whoever changes what a campus's two years come to has to say so.
#[test]
fn x17_two_years_are_billed_paid_and_reconciled_to_the_same_totals() {
    let small = [
        "--meters", "300", "--months", "24", "--seed", "17", "--billed",
    ];
    let told = simulate(&[&small[..], &["--json"]].concat());
    let score: Value = serde_json::from_str(&told).unwrap();
    let money = &score["money"];
    assert_eq!(money["differences"], serde_json::json!([]));
    assert_eq!(score["reconciled"], true);
    let count = |name: &str| money[name].as_u64().unwrap();
    // What was planted is there, and found.
    assert!(count("planted") > 5, "{money}");
    assert_eq!(count("planted"), count("found"));
    assert!(count("moved_out") > 0 && count("moved_in") > 0, "{money}");
    assert_eq!(count("price_changes"), 1);
    let counted = |name: &str| score[name].as_u64().unwrap();
    assert!(counted("replaced") > 0 && counted("rolled_over") > 0);
    // All that was billed is paid or open, to the fen.
    let fen = |name: &str| money[name].as_i64().unwrap();
    assert_eq!(
        fen("billed") + fen("credit"),
        fen("paid_in_cash") + fen("paid_by_transfer") + fen("open")
    );
    assert_eq!(fen("debit"), fen("credit_side"));
    insta::assert_snapshot!(simulate(&small));
}
