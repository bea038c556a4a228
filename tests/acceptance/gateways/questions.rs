use chaobiao_domain::gateway_order::{AskRefund, GatewayChannel};
use chaobiao_gateway_stub::{Flaw, Trouble};

use super::town::Town;

const WECHAT_PAY: &str = "/callback/wechatpay";

#[tokio::test]
async fn money_without_a_notice_is_found_by_asking_though_answers_get_lost() {
    let town = Town::open().await;
    let (order_no, _) = town.start(GatewayChannel::WechatPay).await;
    town.wechat.pay(order_no.as_str());
    town.wechat.trouble(Trouble::Lost);
    town.wechat.trouble(Trouble::Forged);
    for _ in 0..30 {
        town.settled_down().await;
        let order = town.order(&order_no).await;
        if order.is_some_and(|order| order.status == "settled") {
            break;
        }
        town.later(1);
    }
    town.becomes(&order_no, "settled").await;
    assert_eq!(town.payments_of(1).await.len(), 1);
    town.close().await;
}

#[tokio::test]
async fn an_order_nobody_pays_is_closed_at_the_gateway_and_here() {
    let town = Town::open().await;
    let (order_no, _) = town.start(GatewayChannel::WechatPay).await;
    town.settled_down().await;
    town.later(16);
    town.becomes(&order_no, "closed").await;
    let close = format!("POST /v3/pay/transactions/out-trade-no/{order_no}/close");
    assert!(
        town.wechat.calls().contains(&close),
        "{:?}",
        town.wechat.calls()
    );
    assert_eq!(town.payments().await, []);
    town.close().await;
}

#[tokio::test]
async fn a_unionpay_order_is_asked_about_too() {
    let town = Town::open().await;
    let (order_no, invocation) = town.start(GatewayChannel::UnionPay).await;
    let chaobiao_graphql::support::Invocation::Form(form) = invocation else {
        panic!("another way to pay: {invocation:?}")
    };
    let fields = form
        .fields
        .into_iter()
        .map(|field| (field.name, field.value));
    town.union_pay.post(&fields.collect::<Vec<_>>()).unwrap();
    town.union_pay.pay(order_no.as_str());
    town.settled_down().await;
    town.later(2);
    town.becomes(&order_no, "settled").await;
    assert_eq!(town.payments_of(1).await.len(), 1);
    town.close().await;
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_asked_about_and_never_asked_for_twice() {
    let town = Town::open().await;
    let (order_no, _) = town.start(GatewayChannel::WechatPay).await;
    town.wechat.pay(order_no.as_str());
    let (headers, body) = town.wechat.notice(order_no.as_str(), Flaw::None);
    town.post(WECHAT_PAY, headers, body).await;
    town.becomes(&order_no, "settled").await;
    town.wechat.trouble(Trouble::LostAfterEffect);
    let refund = AskRefund {
        order_no: order_no.clone(),
        reason: "重复缴费".to_owned(),
    };
    town.run(refund).await;
    town.becomes(&order_no, "refunding").await;
    let mut shown = false;
    for _ in 0..100 {
        shown = town.order(&order_no).await.unwrap().trouble.is_some();
        if shown {
            break;
        }
        town.settled_down().await;
    }
    assert!(shown, "the unknown outcome is shown");
    assert!(
        !town.payments_of(1).await[0].2,
        "the payment stands until it is known"
    );
    town.wechat.finish_refunds("SUCCESS");
    town.later(2);
    town.becomes(&order_no, "refunded").await;
    for _ in 0..100 {
        if town.payments().await[0].2 {
            break;
        }
        town.settled_down().await;
    }
    assert!(town.payments().await[0].2, "undone");
    assert_eq!(town.wechat.refunds(), 1);
    let asked = town.wechat.calls();
    let asked = asked
        .iter()
        .filter(|call| *call == "POST /v3/refund/domestic/refunds");
    assert_eq!(asked.count(), 1);
    town.close().await;
}
