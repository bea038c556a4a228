use chaobiao_decision::Personal;
use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::DomainEvent as _;

use super::*;

const ORDER: &str = "019000000000700080000000000000a1";

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_788_000_000, 0).unwrap()
}

fn report() -> Report {
    Report {
        source: ReportSource::Notice {
            notice_id: "EV-2026090115000000".to_owned(),
        },
        channel: GatewayChannel::WechatPay,
        merchant: MERCHANT.to_owned(),
        transaction_id: "4200001234202609010000000001".to_owned(),
        amount: Fen::new(15000),
        currency: "CNY".to_owned(),
        paid_at: Some(at()),
        evidence: Some(Personal::new("customer/c1", "{\"id\":\"EV\"}".to_owned())),
    }
}

fn asked() -> QueryAsked {
    QueryAsked {
        number: 2,
        closing: true,
        at: at(),
        next_at: at() + TimeDelta::minutes(2),
    }
}

fn unknown() -> CallOutcome {
    CallOutcome::Unknown {
        detail: "no answer in time".to_owned(),
    }
}

fn placed() -> GatewayOrderEvent {
    GatewayOrderEvent::Placed(OrderPlaced {
        order_no: ORDER.parse().unwrap(),
        channel: GatewayChannel::WechatPay,
        merchant: MERCHANT.to_owned(),
        customer_id: "c1".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: vec!["A1-202607".parse().unwrap()],
        amount: Fen::new(15000),
        campus: "S".parse().unwrap(),
        placed_at: at(),
        expires_at: at() + TimeDelta::minutes(15),
        openid: Some(Personal::new("customer/c1", "oUpF8u".to_owned())),
    })
}

fn of_the_order() -> Vec<GatewayOrderEvent> {
    let at = at();
    vec![
        placed(),
        GatewayOrderEvent::HandedOver {
            outcome: unknown(),
            reference: Some("wx201410272009395522657a690389285100".to_owned()),
            at,
        },
        GatewayOrderEvent::ReportHeld(report()),
        GatewayOrderEvent::QueryAsked(asked()),
        GatewayOrderEvent::QueryAnswered {
            number: 2,
            finding: Finding::Failed {
                code: "62".to_owned(),
            },
            at,
        },
        GatewayOrderEvent::Confirmed(report()),
        GatewayOrderEvent::Disputed {
            cause: DisputeCause::Amount,
            report: Some(report()),
        },
        GatewayOrderEvent::DisputeResolved {
            note: "与平台核对".to_owned(),
            at,
            by: Actor::Staff("li".to_owned()),
        },
        GatewayOrderEvent::Closed { at },
        GatewayOrderEvent::Settled {
            payment_id: "p1".parse().unwrap(),
        },
    ]
}

fn of_its_refund() -> Vec<GatewayOrderEvent> {
    let at = at();
    vec![
        GatewayOrderEvent::RefundAsked(RefundAsked {
            refund_no: "019000000000700080000000000000b2".parse().unwrap(),
            transaction_id: "4200001234202609010000000001".to_owned(),
            amount: Fen::new(15000),
            reason: "重复缴费".to_owned(),
            at,
            by: Actor::Staff("li".to_owned()),
        }),
        GatewayOrderEvent::RefundQueryAsked(asked()),
        GatewayOrderEvent::RefundAnswered {
            outcome: unknown(),
            at,
        },
        GatewayOrderEvent::Refunded {
            at,
            payment_id: Some("p1".parse().unwrap()),
        },
        GatewayOrderEvent::RefundFailed {
            code: "ABNORMAL".to_owned(),
            at,
        },
    ]
}

#[test]
fn every_event_keeps_its_golden_json() {
    for event in of_the_order().into_iter().chain(of_its_refund()) {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<GatewayOrderEvent>(&json).unwrap(),
            event
        );
    }
}
