use chrono::DateTime;
use cqrs_es::DomainEvent as _;

use super::*;
use crate::gateway_order::tests::{MERCHANT, Town, paid};
use crate::gateway_order::{
    AskRefund, CallOutcome, GatewayChannel, GatewayOrder, NoteRefundAnswer, NoteReport,
};
use crate::units::{Fen, GatewayOrderNo};

const FILE: &str = "00000000000000000000000000000000000000000000000000000000000000f1";

fn row(line: u32, order_no: &str, transaction_id: &str, fen: i64) -> StatementRow {
    StatementRow {
        line,
        kind: RowKind::Payment,
        order_no: order_no.to_owned(),
        refund_no: None,
        transaction_id: transaction_id.to_owned(),
        merchant: MERCHANT.to_owned(),
        amount: Fen::new(fen),
    }
}

fn compare(rows: Vec<StatementRow>, ours: Vec<GatewayOrderNo>) -> CompareGatewayStatement {
    CompareGatewayStatement {
        channel: GatewayChannel::WechatPay,
        merchant: MERCHANT.to_owned(),
        day: "2026-09-01".parse().unwrap(),
        file: FILE.parse().unwrap(),
        rows,
        ours,
    }
}

/// An order paid and booked under a number of the gateway's.
fn settled(town: &mut Town, bill: &str, fen: i64, transaction_id: &str) -> GatewayOrderNo {
    let order_no = town.place(&[], &[bill]);
    let report = NoteReport {
        transaction_id: transaction_id.to_owned(),
        ..paid(&order_no, fen)
    };
    town.desk.run(&report).unwrap();
    town.settle(&order_no);
    order_no
}

#[test]
fn every_planted_difference_is_found_and_the_rest_agrees_to_the_fen() {
    let mut town = Town::new();
    town.bind("B2");
    let july = settled(&mut town, "A1-202607", 10000, "t1");
    let august = settled(&mut town, "A1-202608", 5000, "t2");
    let other = settled(&mut town, "B2-202607", 7000, "t3");
    let foreign = StatementRow {
        merchant: "1900000999".to_owned(),
        ..row(5, "order0009", "t9", 100)
    };
    let rows = vec![
        row(2, july.as_str(), "t1", 10000),
        row(3, august.as_str(), "t2", 4999),
        row(4, "order0008", "t8", 800),
        foreign,
        row(6, july.as_str(), "t1", 10000),
        row(7, "不是订单号", "t7", 1),
    ];
    let ours = vec![july.clone(), august.clone(), other.clone()];
    let file = compare(rows, ours.clone());
    let compared = town.desk.run(&file).unwrap();
    assert_eq!(compared.event_types(), ["gateway_statement.compared"]);
    let found: Vec<_> = compared
        .outcome
        .differences
        .iter()
        .map(|it| (it.kind, it.line, it.there, it.here))
        .collect();
    let fen = |value| Some(Fen::new(value));
    assert_eq!(
        found,
        [
            (DifferenceKind::Amount, Some(3), fen(4999), fen(5000)),
            (DifferenceKind::MissingHere, Some(4), fen(800), None),
            (DifferenceKind::Merchant, Some(5), fen(100), None),
            (DifferenceKind::Repeated, Some(6), fen(10000), None),
            (DifferenceKind::MissingHere, Some(7), fen(1), None),
            (DifferenceKind::MissingThere, None, None, fen(7000)),
        ]
    );
    assert_eq!(compared.outcome.differences[5].order_no, other.as_str());
    assert_eq!(compared.outcome.rows[0].verdict, Verdict::Agrees);
    assert_eq!(compared.outcome.agreed.paid, Fen::new(10000));
    assert_eq!(compared.outcome.there.rows, 6);
    assert_eq!(town.desk.run(&file).unwrap().events, [], "the same again");

    let right = vec![
        row(2, july.as_str(), "t1", 10000),
        row(3, august.as_str(), "t2", 5000),
        row(4, other.as_str(), "t3", 7000),
    ];
    let clean = town.desk.run(&compare(right, ours)).unwrap().outcome;
    assert_eq!(clean.differences, []);
    let left = clean.there.paid.checked_sub(clean.agreed.paid);
    assert_eq!(left, Some(Fen::ZERO), "a clean day ends at 0.00");
}

#[test]
fn another_number_of_the_gateways_and_refunds_are_compared_too() {
    let mut town = Town::new();
    let order_no = settled(&mut town, "A1-202607", 10000, "t1");
    let refund = AskRefund {
        order_no: order_no.clone(),
        reason: "重复缴费".to_owned(),
    };
    town.desk.run(&refund).unwrap();
    let order: GatewayOrder = town.desk.state(order_no.as_str());
    let refund_no = order.placed(&order_no).unwrap().refund.clone().unwrap();
    let refund_no = refund_no.asked.refund_no;
    let given_back = StatementRow {
        kind: RowKind::Refund,
        refund_no: Some(refund_no.to_string()),
        ..row(3, order_no.as_str(), "r1", 10000)
    };
    let rows = vec![row(2, order_no.as_str(), "t8", 10000), given_back];
    let file = compare(rows, vec![order_no.clone()]);
    let kinds = |town: &mut Town| -> Vec<DifferenceKind> {
        let outcome = town.desk.run(&file).unwrap().outcome;
        outcome.differences.into_iter().map(|it| it.kind).collect()
    };
    assert_eq!(
        kinds(&mut town),
        [DifferenceKind::Transaction, DifferenceKind::MissingHere],
        "asked for is not given back"
    );
    let done = NoteRefundAnswer {
        order_no,
        refund_no,
        outcome: CallOutcome::Accepted,
        done: true,
    };
    town.desk.run(&done).unwrap();
    assert_eq!(kinds(&mut town), [DifferenceKind::Transaction]);
}

#[test]
fn a_file_too_large_for_one_commit_is_refused() {
    let mut town = Town::new();
    let rows = (0..=20_000)
        .map(|line| row(line, "order0001", "t1", 1))
        .collect();
    let refused = town.desk.refused(&compare(rows, Vec::new()));
    assert_eq!(refused, "GATEWAY_STATEMENT_TOO_MANY_ROWS");
}

#[test]
fn the_event_keeps_its_golden_json() {
    let sums = StatementSums {
        rows: 2,
        paid: Fen::new(15000),
        refunded: Fen::new(300),
    };
    let event = GatewayStatementEvent::Compared(StatementCompared {
        channel: "wechat_pay".to_owned(),
        merchant: MERCHANT.to_owned(),
        day: "2026-09-01".parse().unwrap(),
        file: FILE.parse().unwrap(),
        there: sums,
        agreed: sums,
        differences: vec![Difference {
            kind: DifferenceKind::Amount,
            line: Some(3),
            row: RowKind::Payment,
            order_no: "019000000000700080000000000000a1".to_owned(),
            there: Some(Fen::new(4999)),
            here: Some(Fen::new(5000)),
        }],
        compared_at: DateTime::from_timestamp(1_788_000_000, 0).unwrap(),
    });
    insta::assert_json_snapshot!(event.event_type(), event);
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(
        serde_json::from_str::<GatewayStatementEvent>(&json).unwrap(),
        event
    );
}
