use axum::http::StatusCode;
use chaobiao_domain::gateway_order::{DisputeCause, GatewayChannel, ResolveDispute};
use chaobiao_domain::units::Fen;
use chaobiao_gateway_stub::Flaw;
use chaobiao_graphql::support::Invocation;

use super::town::Town;

const WECHAT_PAY: &str = "/callback/wechatpay";
const UNION_PAY: &str = "/callback/unionpay";

#[tokio::test]
async fn r27_a_notice_of_wechat_pay_becomes_one_payment_however_often_it_comes() {
    let town = Town::open().await;
    let (order_no, invocation) = town.start(GatewayChannel::WechatPay).await;
    let Invocation::Wechat(call) = invocation else {
        panic!("another way to pay: {invocation:?}")
    };
    assert_eq!(call.package, format!("prepay_id=wx{order_no}"));
    town.wechat.pay(order_no.as_str());
    let (headers, body) = town.wechat.notice(order_no.as_str(), Flaw::None);
    // The same at once, again, and newly wrapped before and after it is booked.
    let twice = tokio::join!(
        town.post(WECHAT_PAY, headers.clone(), body.clone()),
        town.post(WECHAT_PAY, headers.clone(), body.clone()),
    );
    assert_eq!(twice, (StatusCode::NO_CONTENT, StatusCode::NO_CONTENT));
    for _ in 0..3 {
        let (headers, body) = town.wechat.notice(order_no.as_str(), Flaw::None);
        assert_eq!(
            town.post(WECHAT_PAY, headers, body).await,
            StatusCode::NO_CONTENT
        );
    }
    let order = town.becomes(&order_no, "settled").await;
    assert_eq!(order.transaction_id, Some(format!("42{order_no}")));
    town.later(2);
    assert_eq!(
        town.post(WECHAT_PAY, headers, body).await,
        StatusCode::NO_CONTENT
    );
    town.settled_down().await;
    let payments = town.payments_of(1).await;
    assert_eq!(payments.len(), 1, "{payments:?}");
    assert_eq!(
        (Some(payments[0].0.clone()), payments[0].1),
        (order.payment_id, 15000)
    );
    town.close().await;
}

#[tokio::test]
async fn what_wechat_pay_has_not_said_just_now_is_refused_and_leaves_no_trace() {
    let town = Town::open().await;
    let (order_no, _) = town.start(GatewayChannel::WechatPay).await;
    town.wechat.pay(order_no.as_str());
    let flaws = [
        Flaw::Forged,
        Flaw::Late,
        Flaw::Changed,
        Flaw::ExpiredCertificate,
    ];
    for flaw in flaws {
        let (headers, body) = town.wechat.notice(order_no.as_str(), flaw);
        let status = town.post(WECHAT_PAY, headers, body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{flaw:?}");
    }
    let (_, body) = town.wechat.notice(order_no.as_str(), Flaw::None);
    assert_eq!(
        town.post(WECHAT_PAY, Vec::new(), body).await,
        StatusCode::UNAUTHORIZED
    );
    town.settled_down().await;
    assert_eq!(
        town.becomes(&order_no, "waiting").await.transaction_id,
        None
    );
    assert_eq!(town.payments().await, []);
    town.close().await;
}

#[tokio::test]
async fn a_wrong_amount_or_merchant_is_a_matter_for_a_person_and_no_payment() {
    let cases = [
        (Flaw::Amount(14999), DisputeCause::Amount),
        (Flaw::Merchant("1900000999"), DisputeCause::Merchant),
    ];
    for (flaw, cause) in cases {
        let town = Town::open().await;
        let (order_no, _) = town.start(GatewayChannel::WechatPay).await;
        town.wechat.pay(order_no.as_str());
        let (headers, body) = town.wechat.notice(order_no.as_str(), flaw);
        assert_eq!(
            town.post(WECHAT_PAY, headers, body).await,
            StatusCode::NO_CONTENT
        );
        let order = town.becomes(&order_no, "disputed").await;
        assert_eq!(order.cause, Some(cause));
        town.settled_down().await;
        assert_eq!(town.payments().await, []);
        // Somebody looks, the gateway is asked, and what it answers counts.
        let resolve = ResolveDispute {
            order_no: order_no.clone(),
            note: "已与微信支付核对".to_owned(),
        };
        town.run(resolve).await;
        town.becomes(&order_no, "settled").await;
        assert_eq!(town.payments_of(1).await.len(), 1);
        town.close().await;
    }
}

#[tokio::test]
async fn a_notice_of_an_order_nobody_has_placed_is_kept_and_shown() {
    let town = Town::open().await;
    let order_no = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let (headers, body) = town
        .wechat
        .notice_of("0123456789abcdef0123456789abcdef", 700);
    assert_eq!(
        town.post(WECHAT_PAY, headers, body).await,
        StatusCode::NO_CONTENT
    );
    let order = town.becomes(&order_no, "unplaced").await;
    assert_eq!((order.amount, order.customer_id), (Fen::new(700), None));
    assert_eq!(town.payments().await, []);
    town.close().await;
}

#[tokio::test]
async fn r27_a_notice_of_unionpay_becomes_one_payment_and_a_flawed_one_none() {
    let town = Town::open().await;
    let (order_no, invocation) = town.start(GatewayChannel::UnionPay).await;
    let Invocation::Form(form) = invocation else {
        panic!("another way to pay: {invocation:?}")
    };
    assert!(form.action.ends_with("/gateway/api/frontTransReq.do"));
    let fields: Vec<(String, String)> = form
        .fields
        .into_iter()
        .map(|field| (field.name, field.value))
        .collect();
    town.union_pay.post(&fields).unwrap();
    assert_eq!(town.union_pay.post(&fields), Err("12"));
    let mut changed = fields.clone();
    let amount = changed
        .iter_mut()
        .find(|(name, _)| name == "txnAmt")
        .unwrap();
    assert_eq!(amount.1, "15000");
    amount.1 = "1".to_owned();
    assert_eq!(
        town.union_pay.post(&changed),
        Err("11"),
        "the payer's browser changes nothing"
    );

    town.union_pay.pay(order_no.as_str());
    for flaw in [Flaw::Forged, Flaw::Changed, Flaw::ExpiredCertificate] {
        let body = town.union_pay.notice(order_no.as_str(), flaw);
        let status = town.post(UNION_PAY, Vec::new(), body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{flaw:?}");
    }
    town.settled_down().await;
    assert_eq!(town.payments().await, []);
    for _ in 0..3 {
        let body = town.union_pay.notice(order_no.as_str(), Flaw::None);
        assert_eq!(town.post(UNION_PAY, Vec::new(), body).await, StatusCode::OK);
    }
    town.becomes(&order_no, "settled").await;
    assert_eq!(town.payments_of(1).await.len(), 1);
    town.close().await;
}

#[tokio::test]
async fn a_wrong_amount_from_unionpay_is_a_matter_for_a_person() {
    let town = Town::open().await;
    let (order_no, invocation) = town.start(GatewayChannel::UnionPay).await;
    let Invocation::Form(form) = invocation else {
        panic!("another way to pay: {invocation:?}")
    };
    let fields = form
        .fields
        .into_iter()
        .map(|field| (field.name, field.value));
    town.union_pay.post(&fields.collect::<Vec<_>>()).unwrap();
    let body = town.union_pay.notice(order_no.as_str(), Flaw::Amount(1));
    assert_eq!(town.post(UNION_PAY, Vec::new(), body).await, StatusCode::OK);
    let order = town.becomes(&order_no, "disputed").await;
    assert_eq!(order.reported_amount, Some(Fen::new(1)));
    assert_eq!(town.payments().await, []);
    town.close().await;
}
