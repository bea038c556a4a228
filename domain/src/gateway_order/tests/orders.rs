use chrono::TimeDelta;

use super::*;
use crate::account::fixture::{balance, bill_no};
use crate::payment::{Payment, PaymentMethod, RecordPayment};

fn check(order_no: &GatewayOrderNo) -> CheckGatewayOrder {
    CheckGatewayOrder {
        order_no: order_no.clone(),
    }
}

fn found(order_no: &GatewayOrderNo, number: u32, finding: Finding) -> NoteFinding {
    NoteFinding {
        order_no: order_no.clone(),
        number,
        finding,
    }
}

#[test]
fn r27_a_confirmed_order_becomes_one_payment_however_often_it_is_reported() {
    let mut town = Town::new();
    let order_no = town.place(&[], &["A1-202608"]);
    assert_eq!(town.status(&order_no), OrderStatus::Waiting);
    let report = paid(&order_no, 5000);
    let first = town.desk.run(&report).unwrap();
    assert_eq!(first.event_types(), ["gateway_order.confirmed"]);
    // Again by another notice, by a query, and out of order around the booking.
    for _ in 0..3 {
        assert_eq!(town.desk.run(&report).unwrap().events, []);
    }
    assert_eq!(
        town.settle(&order_no),
        [
            "payment.recorded",
            "account.payment_allocated",
            "gateway_order.settled"
        ]
    );
    assert_eq!(town.settle(&order_no), [""; 0]);
    let queried = NoteReport {
        source: ReportSource::Query,
        ..report
    };
    assert_eq!(town.desk.run(&queried).unwrap().events, []);
    assert_eq!(town.status(&order_no), OrderStatus::Settled);
    assert_eq!(balance(&mut town.desk, "A1"), (10000, 0));
    let order: GatewayOrder = town.desk.state(order_no.as_str());
    let payment_id = order.placed(&order_no).unwrap().payment_id.clone().unwrap();
    let payment: Payment = town.desk.state(payment_id.as_str());
    let recorded = &payment.recorded(&payment_id).unwrap().recorded;
    assert_eq!(recorded.method, PaymentMethod::WechatPay);
    assert_eq!(recorded.amount, Fen::new(5000));
}

#[test]
fn r92_one_order_pays_several_accounts() {
    let mut town = Town::new();
    town.bind("B2");
    let order_no = town.place(&["A1", "B2"], &[]);
    town.desk.run(&paid(&order_no, 22000)).unwrap();
    town.settle(&order_no);
    assert_eq!(balance(&mut town.desk, "A1"), (0, 0));
    assert_eq!(balance(&mut town.desk, "B2"), (0, 0));
}

#[test]
fn money_for_bills_paid_meanwhile_at_a_counter_is_not_lost() {
    let mut town = Town::new();
    let order_no = town.place(&[], &["A1-202608"]);
    let cash = |amount, bills| RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "S".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills,
        cheque: None,
        payer: None,
    };
    town.desk
        .run(&cash(5000, vec![bill_no("A1", "2026-08")]))
        .unwrap();
    town.desk.run(&paid(&order_no, 5000)).unwrap();
    town.settle(&order_no);
    assert_eq!(
        balance(&mut town.desk, "A1"),
        (5000, 0),
        "July, which is open still"
    );

    let order_no = town.place(&["A1"], &[]);
    town.desk.run(&cash(5000, Vec::new())).unwrap();
    let report = NoteReport {
        transaction_id: "4200002".to_owned(),
        ..paid(&order_no, 5000)
    };
    town.desk.run(&report).unwrap();
    town.settle(&order_no);
    assert_eq!(
        balance(&mut town.desk, "A1"),
        (0, 5000),
        "kept for later bills"
    );
}

#[test]
fn a_report_before_the_order_is_kept_and_counts_when_the_order_is_there() {
    let mut town = Town::new();
    let placed = to_pay(&["A1"], &[]);
    // The number the order will have: the next command's of this desk.
    let order_no = town.place(&["A1"], &[]);
    let mut fresh = Town::new();
    let early = paid(&order_no, 15000);
    let held = fresh.desk.run(&early).unwrap();
    assert_eq!(held.event_types(), ["gateway_order.report_held"]);
    assert_eq!(held.outcome.status, None);
    assert_eq!(fresh.desk.run(&early).unwrap().events, []);
    let order: GatewayOrder = fresh.desk.state(order_no.as_str());
    assert!(matches!(&order, GatewayOrder::Unplaced(held) if held.len() == 1));
    // The same order, placed after two reports instead of before.
    let context = |number: u128| {
        let actor = Actor::Customer(fresh.customer_id.to_string());
        chaobiao_decision::CommandContext::new(uuid::Uuid::from_u128(number), actor, fresh.desk.at)
    };
    let same = (1..40_u128).map(|number| context(number).derive_id("gateway_order"));
    let number = same
        .map(|id| id.simple().to_string())
        .position(|id| id == order_no.as_str());
    let number = u128::try_from(number.unwrap()).unwrap() + 1;
    fresh.as_customer().commands_done(number - 1);
    let accepted = fresh.desk.run(&placed).unwrap();
    assert_eq!(accepted.outcome.order_no, order_no);
    assert_eq!(
        accepted.event_types(),
        ["gateway_order.placed", "gateway_order.confirmed"]
    );
    assert_eq!(fresh.status(&order_no), OrderStatus::Confirmed);
}

#[test]
fn what_does_not_fit_the_order_is_disputed_and_never_paid() {
    type Change = fn(&mut NoteReport);
    let cases: [(Change, DisputeCause); 4] = [
        (|it| it.amount = Fen::new(14999), DisputeCause::Amount),
        (
            |it| it.merchant = "1900000999".to_owned(),
            DisputeCause::Merchant,
        ),
        (|it| it.currency = "USD".to_owned(), DisputeCause::Currency),
        (
            |it| it.channel = GatewayChannel::UnionPay,
            DisputeCause::Channel,
        ),
    ];
    for (change, cause) in cases {
        let mut town = Town::new();
        let order_no = town.place(&["A1"], &[]);
        let mut report = paid(&order_no, 15000);
        change(&mut report);
        let accepted = town.desk.run(&report).unwrap();
        assert_eq!(accepted.event_types(), ["gateway_order.disputed"]);
        assert_eq!(
            accepted.events[0].payload["cause"],
            serde_json::json!(cause)
        );
        assert_eq!(town.desk.run(&report).unwrap().events, [], "once");
        assert_eq!(town.settle(&order_no), [""; 0]);
        assert_eq!(balance(&mut town.desk, "A1"), (15000, 0));
        // Somebody has looked: the gateway is asked, and only its answer counts.
        let resolve = ResolveDispute {
            order_no: order_no.clone(),
            note: "与平台核对".to_owned(),
        };
        assert_eq!(
            town.desk.run(&resolve).unwrap().event_types(),
            [
                "gateway_order.dispute_resolved",
                "gateway_order.query_asked"
            ]
        );
        assert_eq!(town.desk.refused(&resolve), "GATEWAY_ORDER_NOT_DISPUTED");
        let queried = NoteReport {
            source: ReportSource::Query,
            ..paid(&order_no, 15000)
        };
        town.desk.run(&queried).unwrap();
        assert_eq!(town.status(&order_no), OrderStatus::Confirmed);
    }
}

#[test]
fn a_gateways_number_counts_for_one_order_and_an_order_for_one_number() {
    let mut town = Town::new();
    let first = town.place(&[], &["A1-202607"]);
    let second = town.place(&[], &["A1-202607"]);
    town.desk.run(&paid(&first, 10000)).unwrap();
    let reused = town.desk.run(&paid(&second, 10000)).unwrap();
    assert_eq!(reused.events[0].payload["cause"], "transaction_reused");
    assert_eq!(town.status(&second), OrderStatus::Disputed);
    let twice = NoteReport {
        transaction_id: "4200009".to_owned(),
        ..paid(&first, 10000)
    };
    let twice = town.desk.run(&twice).unwrap();
    assert_eq!(twice.events[0].payload["cause"], "paid_twice");
    assert_eq!(town.status(&first), OrderStatus::Disputed);
}

#[test]
fn an_unanswered_order_is_asked_about_and_closed_when_nobody_can_pay_any_more() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    let start = town.desk.at;
    town.desk.at = start + TimeDelta::minutes(1);
    let asked = town.desk.run(&check(&order_no)).unwrap();
    assert_eq!(asked.events[0].payload["number"], 1);
    assert_eq!(asked.events[0].payload["closing"], false);
    let open = found(&order_no, 1, Finding::Open);
    assert_eq!(
        town.desk.run(&open).unwrap().event_types(),
        ["gateway_order.query_answered"]
    );
    town.desk.at = start + TimeDelta::minutes(16);
    let asked = town.desk.run(&check(&order_no)).unwrap();
    assert_eq!(asked.events[0].payload["closing"], true);
    let unknown = Finding::Unknown {
        detail: "no answer in time".to_owned(),
    };
    town.desk.run(&found(&order_no, 2, unknown)).unwrap();
    assert_eq!(
        town.status(&order_no),
        OrderStatus::Waiting,
        "nobody knows yet"
    );
    let open = found(&order_no, 3, Finding::Open);
    assert_eq!(
        town.desk.run(&open).unwrap().event_types(),
        ["gateway_order.query_answered", "gateway_order.closed"]
    );
    assert_eq!(town.desk.run(&check(&order_no)).unwrap().events, []);
    // Paid all the same, says the gateway late: the money is not lost.
    town.desk.run(&paid(&order_no, 15000)).unwrap();
    town.settle(&order_no);
    assert_eq!(balance(&mut town.desk, "A1"), (0, 0));
}

#[test]
fn a_gateway_that_never_answers_is_a_matter_for_a_person() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    let mut last = Vec::new();
    for _ in 0..25 {
        town.desk.at += TimeDelta::minutes(1);
        let accepted = town.desk.run(&check(&order_no)).unwrap();
        last = accepted
            .event_types()
            .into_iter()
            .map(str::to_owned)
            .collect();
    }
    assert_eq!(last, ["gateway_order.disputed"]);
    assert_eq!(town.status(&order_no), OrderStatus::Disputed);
}

#[test]
fn orders_are_refused_with_the_reason() {
    let mut town = Town::new();
    let not_set_up = PlaceGatewayOrder {
        merchant: None,
        ..to_pay(&["A1"], &[])
    };
    assert_eq!(
        town.desk.refused(&to_pay(&["A1"], &[])),
        "GATEWAY_ORDER_NOT_CUSTOMER"
    );
    let desk = town.as_customer();
    let cases = [
        (not_set_up, "GATEWAY_NOT_CONFIGURED"),
        (to_pay(&[], &[]), "PAYMENT_NO_ACCOUNT"),
        (to_pay(&["B2"], &[]), "GATEWAY_ORDER_ACCOUNT_NOT_BOUND"),
        (
            to_pay(&[], &["B2-202607"]),
            "GATEWAY_ORDER_ACCOUNT_NOT_BOUND",
        ),
        (to_pay(&["A1"], &["A1-202601"]), "PAYMENT_BILL_UNKNOWN"),
    ];
    for (order, code) in cases {
        assert_eq!(desk.refused(&order), code, "{order:?}");
    }
    let order_no = town.place(&["A1"], &[]);
    town.desk.run(&paid(&order_no, 15000)).unwrap();
    town.settle(&order_no);
    let desk = town.as_customer();
    assert_eq!(desk.refused(&to_pay(&["A1"], &[])), "PAYMENT_NOTHING_OPEN");
    assert_eq!(
        desk.refused(&to_pay(&[], &["A1-202607"])),
        "PAYMENT_BILL_NOT_OPEN"
    );
    let at_a_counter = RecordPayment {
        method: PaymentMethod::WechatPay,
        amount: Fen::new(1),
        campus: "S".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    assert_eq!(desk.refused(&at_a_counter), "PAYMENT_NOT_AT_COUNTER");
}

#[test]
fn an_impatient_payer_asks_the_gateway_no_more_than_is_of_use() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    let desk = town.as_customer();
    assert_eq!(desk.run(&check(&order_no)).unwrap().events.len(), 1);
    assert_eq!(desk.run(&check(&order_no)).unwrap().events, []);
    for number in 2..60 {
        desk.at += TimeDelta::seconds(6);
        let asked = desk.run(&check(&order_no)).unwrap();
        assert_eq!(
            asked.event_types(),
            ["gateway_order.query_asked"],
            "{number}"
        );
        desk.run(&found(&order_no, number, Finding::Open)).unwrap();
    }
    desk.actor = Actor::Customer("somebody-else".to_owned());
    assert_eq!(desk.refused(&check(&order_no)), "GATEWAY_ORDER_UNKNOWN");
}
