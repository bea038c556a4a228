use chaobiao_domain::gateway_order::{
    CallOutcome, DisputeCause, GatewayChannel, GatewayOrderEvent, OrderPlaced, RefundAsked, Report,
    ReportSource,
};
use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;
use chrono::TimeDelta;

use super::*;
use crate::fixture::{Log, at};
use crate::paging::Page;

const TIME: &str = "2026-09-01 10:00";

fn placed(order_no: &str, account_no: &str) -> GatewayOrderEvent {
    GatewayOrderEvent::Placed(OrderPlaced {
        order_no: order_no.parse().unwrap(),
        channel: GatewayChannel::WechatPay,
        merchant: "1900000109".to_owned(),
        customer_id: "c1".parse().unwrap(),
        accounts: vec![account_no.parse().unwrap()],
        bills: Vec::new(),
        amount: Fen::new(15000),
        campus: "S".parse().unwrap(),
        placed_at: at(TIME),
        expires_at: at(TIME) + TimeDelta::minutes(15),
        openid: None,
    })
}

fn report(transaction_id: &str, amount: i64) -> Report {
    Report {
        source: ReportSource::Query,
        channel: GatewayChannel::WechatPay,
        merchant: "1900000109".to_owned(),
        transaction_id: transaction_id.to_owned(),
        amount: Fen::new(amount),
        currency: "CNY".to_owned(),
        paid_at: None,
        evidence: None,
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from its beginning to its end"
)]
async fn orders_are_shown_as_they_stand_and_what_is_wrong_with_them() {
    let mut log = Log::default();
    let mut tell = |order_no: &str, event: GatewayOrderEvent| {
        log.record(("gateway_order", order_no), TIME, &event);
    };
    for order_no in ["order0001", "order0002", "order0003", "order0004"] {
        tell(order_no, placed(order_no, "A1"));
    }
    tell(
        "order0001",
        GatewayOrderEvent::Confirmed(report("t1", 15000)),
    );
    let payment_id = "p1".parse().unwrap();
    tell("order0001", GatewayOrderEvent::Settled { payment_id });
    let wrong = GatewayOrderEvent::Disputed {
        cause: DisputeCause::Amount,
        report: Some(report("t2", 14000)),
    };
    tell("order0002", wrong);
    tell("order0003", GatewayOrderEvent::Closed { at: at(TIME) });
    tell(
        "order0004",
        GatewayOrderEvent::Confirmed(report("t4", 15000)),
    );
    let asked = RefundAsked {
        refund_no: "refund0001".parse().unwrap(),
        transaction_id: "t4".to_owned(),
        amount: Fen::new(15000),
        reason: "重复".to_owned(),
        at: at(TIME),
        by: "staff:li".parse().unwrap(),
    };
    tell("order0004", GatewayOrderEvent::RefundAsked(asked));
    let outcome = CallOutcome::Unknown {
        detail: "SYSTEM_ERROR".to_owned(),
    };
    tell(
        "order0004",
        GatewayOrderEvent::RefundAnswered {
            outcome,
            at: at(TIME),
        },
    );
    tell(
        "order0005",
        GatewayOrderEvent::ReportHeld(report("t5", 700)),
    );
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&GatewayOrdersProjector, &pool).await;

    let shown = |filter: OrderFilter| {
        let pool = pool.clone();
        async move {
            let page = Page::first(10);
            let slice = query::list(&pool, &filter, &page).await.unwrap();
            let rows = slice.rows.into_iter();
            rows.map(|(_, row)| (row.order_no.to_string(), row.status))
                .collect::<Vec<_>>()
        }
    };
    let all = shown(OrderFilter::default()).await;
    let expected = [
        ("order0005", "unplaced"),
        ("order0004", "refunding"),
        ("order0003", "closed"),
        ("order0002", "disputed"),
        ("order0001", "settled"),
    ];
    assert_eq!(
        all,
        expected.map(|(no, status)| (no.to_owned(), status.to_owned()))
    );
    let disputed = OrderFilter {
        statuses: vec!["disputed".to_owned(), "unplaced".to_owned()],
        ..OrderFilter::default()
    };
    assert_eq!(shown(disputed).await.len(), 2);
    let of_nobody = OrderFilter {
        account_no: Some("B2".parse().unwrap()),
        ..OrderFilter::default()
    };
    assert_eq!(shown(of_nobody).await, []);
    let wrong = query::by_no(&pool, "order0002").await.unwrap().unwrap();
    assert_eq!(wrong.cause, Some(DisputeCause::Amount));
    assert_eq!(wrong.reported_amount, Some(Fen::new(14000)));
    let refunding = query::by_no(&pool, "order0004").await.unwrap().unwrap();
    assert_eq!(refunding.trouble.as_deref(), Some("SYSTEM_ERROR"));
}
