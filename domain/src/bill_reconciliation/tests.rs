use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{charge, open};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment};
use crate::units::{BillingMonth, Fen, FileHash};

fn month() -> BillingMonth {
    "2026-08".parse().unwrap()
}

fn begin(desk: &mut Desk) -> ReconciliationRun {
    let begin = BeginReconciliation {
        file_name: "欠费清单.csv".to_owned(),
        file: FileHash::try_new("ab".repeat(32)).unwrap(),
        months: vec![month()],
        campus: None,
    };
    desk.run(&begin).unwrap().outcome
}

fn there(account_no: &str, asked: i64, open: Option<i64>) -> BillThere {
    BillThere {
        account_no: account_no.parse().unwrap(),
        month: month(),
        asked: Fen::new(asked),
        open: open.map(Fen::new),
    }
}

fn compare(run: &ReconciliationRun, there: Vec<BillThere>, only_here: &[&str]) -> CompareBills {
    let only_here = only_here.iter().map(|it| (it.parse().unwrap(), month()));
    CompareBills {
        reconciliation_id: run.reconciliation_id.clone(),
        run: run.run,
        there,
        only_here: only_here.collect(),
        last: true,
    }
}

fn pay(desk: &mut Desk, account_no: &str, amount: i64) {
    let payment = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "N".parse().unwrap(),
        accounts: vec![account_no.parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    desk.by_system().run(&payment).unwrap();
}

fn town() -> Desk {
    let mut desk = Desk::new("2026-09-01");
    for account_no in ["A1", "B2", "C3", "D4"] {
        open(&mut desk, account_no);
        charge(&mut desk, account_no, "2026-08", 6_000, 4_000);
    }
    desk
}

#[test]
fn r91_every_planted_difference_is_found_and_nothing_else() {
    let mut desk = town();
    pay(&mut desk, "B2", 10_000);
    let run = begin(&mut desk);
    let list = vec![
        there("A1", 10_001, Some(10_001)),
        there("B2", 10_000, Some(10_000)),
        there("C3", 10_000, Some(2_500)),
        there("X9", 700, None),
    ];
    let compared = desk.run(&compare(&run, list, &["D4"])).unwrap();
    assert_eq!(
        compared.event_types(),
        [
            "bill_reconciliation.compared",
            "bill_reconciliation.finished"
        ]
    );
    let found = compared.outcome.differences.iter();
    let found: Vec<_> = found.map(|it| (it.account_no.as_str(), it.kind)).collect();
    assert_eq!(
        found,
        [
            ("A1", ReconciledKind::Amount),
            ("B2", ReconciledKind::OpenThere),
            ("C3", ReconciledKind::OpenHere),
            ("X9", ReconciledKind::MissingHere),
            ("D4", ReconciledKind::MissingThere),
        ]
    );
    let (theirs, ours) = (compared.outcome.there, compared.outcome.here);
    assert_eq!((theirs.bills, theirs.asked), (4, Fen::new(30_701)));
    assert_eq!(
        (ours.bills, ours.asked, ours.open),
        (4, Fen::new(40_000), Fen::new(30_000))
    );
}

#[test]
fn r91_where_both_agree_the_difference_is_nothing() {
    let mut desk = town();
    pay(&mut desk, "B2", 10_000);
    let run = begin(&mut desk);
    let list = vec![
        there("A1", 10_000, None),
        there("B2", 10_000, Some(0)),
        there("C3", 10_000, Some(10_000)),
        there("D4", 10_000, Some(10_000)),
    ];
    let compared = desk.run(&compare(&run, list, &[])).unwrap().outcome;
    assert_eq!((compared.agreed, compared.differences.len()), (4, 0));
    assert_eq!(compared.there, compared.here);
}

#[test]
fn r91_a_list_that_comes_again_is_compared_anew() {
    let mut desk = town();
    let first = begin(&mut desk);
    let second = begin(&mut desk);
    assert_eq!((first.run, second.run), (1, 2));
    let stale = compare(&first, vec![there("A1", 1, None)], &[]);
    assert_eq!(desk.refused(&stale), "BILL_RECONCILIATION_MOVED_ON");
    desk.run(&compare(&second, vec![there("A1", 10_000, None)], &[]))
        .unwrap();
    let done = compare(&second, Vec::new(), &[]);
    assert_eq!(desk.refused(&done), "BILL_RECONCILIATION_MOVED_ON");
    let nothing = BeginReconciliation {
        file_name: "空.csv".to_owned(),
        file: FileHash::try_new("cd".repeat(32)).unwrap(),
        months: Vec::new(),
        campus: None,
    };
    assert_eq!(desk.refused(&nothing), "BILL_RECONCILIATION_NO_BILLS");
}

#[test]
fn events_keep_their_form() {
    let difference = ReconciledDifference {
        kind: ReconciledKind::OpenThere,
        account_no: "A1".to_owned(),
        month: month(),
        there: Some(Fen::new(10_000)),
        here: Some(Fen::new(10_000)),
        open_there: Some(Fen::new(10_000)),
        open_here: Some(Fen::new(0)),
    };
    let sums = BillSums {
        bills: 1,
        asked: Fen::new(10_000),
        open: Fen::new(10_000),
    };
    for event in [
        BillReconciliationEvent::Begun(ReconciliationBegun {
            reconciliation_id: "BR-abababababababababab".parse().unwrap(),
            file_name: "欠费清单.csv".to_owned(),
            file: FileHash::try_new("ab".repeat(32)).unwrap(),
            run: 1,
            months: vec![month()],
            campus: Some("N".parse().unwrap()),
        }),
        BillReconciliationEvent::Compared(BillsCompared {
            run: 1,
            there: sums,
            here: sums,
            agreed: 0,
            differences: vec![difference],
        }),
        BillReconciliationEvent::Finished { run: 1 },
    ] {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        let read: BillReconciliationEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, event);
    }
}
