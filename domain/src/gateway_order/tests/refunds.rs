use super::*;
use crate::account::fixture::balance;

fn refund(order_no: &GatewayOrderNo) -> AskRefund {
    AskRefund {
        order_no: order_no.clone(),
        reason: "重复缴费".to_owned(),
    }
}

fn answered(
    town: &mut Town,
    order_no: &GatewayOrderNo,
    outcome: CallOutcome,
    done: bool,
) -> Vec<String> {
    let order: GatewayOrder = town.desk.state(order_no.as_str());
    let refund = order.placed(order_no).unwrap().refund.clone().unwrap();
    let answer = NoteRefundAnswer {
        order_no: order_no.clone(),
        refund_no: refund.asked.refund_no,
        outcome,
        done,
    };
    let accepted = town.desk.run(&answer).unwrap();
    accepted
        .event_types()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_refund_is_done_when_the_gateway_says_so_and_is_asked_for_once() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    assert_eq!(
        town.desk.refused(&refund(&order_no)),
        "GATEWAY_ORDER_NOTHING_TO_REFUND"
    );
    town.desk.run(&paid(&order_no, 15000)).unwrap();
    town.settle(&order_no);
    assert_eq!(
        town.desk.run(&refund(&order_no)).unwrap().event_types(),
        ["gateway_order.refund_asked"]
    );
    assert_eq!(
        town.desk.refused(&refund(&order_no)),
        "GATEWAY_ORDER_REFUND_ALREADY_ASKED"
    );
    let unknown = CallOutcome::Unknown {
        detail: "SYSTEM_ERROR".to_owned(),
    };
    assert_eq!(
        answered(&mut town, &order_no, unknown, false),
        ["gateway_order.refund_answered"]
    );
    assert_eq!(town.status(&order_no), OrderStatus::Refunding);
    let check = CheckGatewayRefund {
        order_no: order_no.clone(),
    };
    let asked = town.desk.run(&check).unwrap();
    assert_eq!(asked.event_types(), ["gateway_order.refund_query_asked"]);
    assert_eq!(
        answered(&mut town, &order_no, CallOutcome::Accepted, true),
        ["gateway_order.refund_answered", "gateway_order.refunded"]
    );
    assert_eq!(
        answered(&mut town, &order_no, CallOutcome::Accepted, true),
        [""; 0]
    );
    assert_eq!(town.status(&order_no), OrderStatus::Refunded);
    assert_eq!(town.desk.run(&check).unwrap().events, []);
    assert_eq!(
        balance(&mut town.desk, "A1"),
        (0, 0),
        "undone by the policy that follows"
    );
}

#[test]
fn a_refund_the_gateway_refuses_can_be_asked_for_again_under_another_number() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    town.desk.run(&paid(&order_no, 15000)).unwrap();
    town.settle(&order_no);
    town.desk.run(&refund(&order_no)).unwrap();
    let refused = CallOutcome::Refused {
        code: "NOT_ENOUGH".to_owned(),
    };
    assert_eq!(
        answered(&mut town, &order_no, refused, false),
        [
            "gateway_order.refund_answered",
            "gateway_order.refund_failed"
        ]
    );
    assert_eq!(town.status(&order_no), OrderStatus::Settled);
    town.desk.run(&refund(&order_no)).unwrap();
    assert_eq!(town.status(&order_no), OrderStatus::Refunding);
}

#[test]
fn what_was_paid_twice_goes_back_and_the_payment_stays() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    town.desk.run(&paid(&order_no, 15000)).unwrap();
    town.settle(&order_no);
    let twice = NoteReport {
        transaction_id: "4200009".to_owned(),
        ..paid(&order_no, 15000)
    };
    town.desk.run(&twice).unwrap();
    let asked = town.desk.run(&refund(&order_no)).unwrap();
    assert_eq!(asked.events[0].payload["transaction_id"], "4200009");
    answered(&mut town, &order_no, CallOutcome::Accepted, true);
    assert_eq!(town.status(&order_no), OrderStatus::Settled);
}

#[test]
fn a_wrong_amount_paid_to_us_can_be_given_back_one_paid_to_others_cannot() {
    let mut town = Town::new();
    let order_no = town.place(&["A1"], &[]);
    town.desk.run(&paid(&order_no, 14000)).unwrap();
    let asked = town.desk.run(&refund(&order_no)).unwrap();
    assert_eq!(asked.events[0].payload["amount"], 14000);
    answered(&mut town, &order_no, CallOutcome::Accepted, true);
    assert_eq!(town.status(&order_no), OrderStatus::Refunded);

    let other = town.place(&["A1"], &[]);
    let foreign = NoteReport {
        merchant: "1900000999".to_owned(),
        transaction_id: "4200010".to_owned(),
        ..paid(&other, 15000)
    };
    town.desk.run(&foreign).unwrap();
    assert_eq!(
        town.desk.refused(&refund(&other)),
        "GATEWAY_ORDER_NOTHING_TO_REFUND"
    );
}
