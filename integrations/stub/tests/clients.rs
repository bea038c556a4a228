//! Our clients against gateways that check everything and misbehave.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use chaobiao_gateway_stub::{Flaw, Trouble, UnionPayStub, WechatStub};
use chaobiao_integrations::CallError;
use chaobiao_integrations::unionpay::{Back, Found, FrontOrder, OrderKey};
use chaobiao_integrations::wechat_pay::{
    Distrust, JsapiOrder, NoticeContent, NoticeError, Platform, RefundOrder, SignedHeaders, Stamp,
};
use chrono::{DateTime, TimeDelta, Utc};

const ORDER: &str = "019000000000700080000000000000a1";

fn now() -> DateTime<Utc> {
    "2026-09-24T01:00:00Z".parse().unwrap()
}

fn stamp(number: u32) -> Stamp {
    Stamp {
        now: now(),
        nonce: format!("NONCE{number:016}"),
    }
}

fn order(total_fen: i64) -> JsapiOrder {
    JsapiOrder {
        out_trade_no: ORDER.to_owned(),
        description: "水电费".repeat(60),
        total_fen,
        openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned(),
        expires_at: "2026-09-24T09:15:00+08:00".parse().unwrap(),
        notify_url: "https://pay.example.edu.cn/callback/wechatpay".to_owned(),
    }
}

fn signed(headers: &[(&'static str, String)]) -> SignedHeaders {
    SignedHeaders::read(|name| {
        let found = headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    })
}

fn code(error: &CallError) -> &str {
    match error {
        CallError::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_of_wechat_pay_lives_from_placing_to_refund() {
    let stub = WechatStub::new(now());
    let client = stub.client();
    let none = client.query(ORDER, &stamp(1)).await.unwrap();
    assert_eq!(none, None);
    let prepay_id = client.order(&order(5000), &stamp(2)).await.unwrap();
    assert_eq!(
        client.order(&order(5000), &stamp(3)).await.unwrap(),
        prepay_id,
        "the same order"
    );
    let other = client.order(&order(4999), &stamp(4)).await.unwrap_err();
    assert_eq!(code(&other), "OUT_TRADE_NO_USED");
    let replayed = client.query(ORDER, &stamp(4)).await.unwrap_err();
    assert_eq!(code(&replayed), "SIGN_ERROR", "a nonce is used once");
    assert!(
        !client
            .query(ORDER, &stamp(5))
            .await
            .unwrap()
            .unwrap()
            .is_paid()
    );
    stub.pay(ORDER);
    assert!(
        client
            .query(ORDER, &stamp(6))
            .await
            .unwrap()
            .unwrap()
            .is_paid()
    );
    assert_eq!(
        code(&client.close(ORDER, &stamp(7)).await.unwrap_err()),
        "ORDERPAID"
    );
    let refund = RefundOrder {
        out_trade_no: ORDER.to_owned(),
        out_refund_no: "refund0001".to_owned(),
        reason: "重复缴费".to_owned(),
        refund_fen: 5000,
        total_fen: 5000,
    };
    assert_eq!(
        client.query_refund("refund0001", &stamp(8)).await.unwrap(),
        None
    );
    stub.trouble(Trouble::LostAfterEffect);
    let lost = client.refund(&refund, &stamp(9)).await.unwrap_err();
    assert!(matches!(lost, CallError::Unknown(_)));
    assert_eq!(
        client.refund(&refund, &stamp(10)).await.unwrap().status,
        "PROCESSING"
    );
    assert_eq!(stub.refunds(), 1, "the same number is the same refund");
    stub.finish_refunds("ABNORMAL");
    let found = client
        .query_refund("refund0001", &stamp(11))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.status, "ABNORMAL");
}

#[tokio::test]
async fn an_answer_by_somebody_else_is_not_believed() {
    let stub = WechatStub::new(now());
    let client = stub.client();
    client.order(&order(5000), &stamp(1)).await.unwrap();
    stub.trouble(Trouble::Forged);
    let forged = client.query(ORDER, &stamp(2)).await.unwrap_err();
    assert!(matches!(forged, CallError::Untrusted(_)), "{forged:?}");
    // Our clock is wrong by more than five minutes: they refuse us, and we them.
    stub.set_now(now() + TimeDelta::minutes(6));
    assert_eq!(
        code(&client.query(ORDER, &stamp(3)).await.unwrap_err()),
        "SIGN_ERROR"
    );
}

#[tokio::test]
async fn a_new_platform_certificate_is_fetched_once_a_minute_at_most() {
    let stub = WechatStub::new(now());
    let client = stub.client();
    client.order(&order(5000), &stamp(1)).await.unwrap();
    stub.pay(ORDER);
    let (headers, body) = stub.notice(ORDER, Flaw::None);
    let newcomer = stub.client_that_knows(Platform::default());
    let notice = newcomer
        .receive(&signed(&headers), &body, &stamp(2))
        .await
        .unwrap();
    assert!(matches!(notice.content, NoticeContent::Transaction(it) if it.is_paid()));
    let (mut headers, body) = stub.notice(ORDER, Flaw::None);
    for header in &mut headers {
        if header.0 == "Wechatpay-Serial" {
            header.1 = "FFFF".to_owned();
        }
    }
    let unknown = NoticeError::Distrust(Distrust::UnknownSerial("FFFF".to_owned()));
    let calls = stub.calls().len();
    for number in 3..6 {
        let refused = newcomer
            .receive(&signed(&headers), &body, &stamp(number))
            .await;
        assert_eq!(refused.unwrap_err(), unknown);
    }
    assert_eq!(stub.calls().len(), calls, "it has looked a moment ago");
}

#[tokio::test]
async fn every_flaw_of_a_wechat_pay_notice_is_named() {
    let stub = WechatStub::new(now());
    let client = stub.client();
    client.order(&order(5000), &stamp(1)).await.unwrap();
    stub.pay(ORDER);
    for (flaw, why) in [
        (Flaw::Forged, "the signature is wrong"),
        (Flaw::Changed, "the signature is wrong"),
        (Flaw::Late, "its time is not ours"),
    ] {
        let (headers, body) = stub.notice(ORDER, flaw);
        let refused = client.receive(&signed(&headers), &body, &stamp(2)).await;
        assert_eq!(refused.unwrap_err().to_string(), why, "{flaw:?}");
    }
    let (headers, body) = stub.notice(ORDER, Flaw::ExpiredCertificate);
    let expired = client
        .receive(&signed(&headers), &body, &stamp(3))
        .await
        .unwrap_err();
    assert!(matches!(
        expired,
        NoticeError::Distrust(Distrust::CertificateExpired(_))
    ));
    let probe = SignedHeaders {
        signature: Some("WECHATPAY/SIGNTEST/abc".to_owned()),
        ..signed(&headers)
    };
    assert!(client.receive(&probe, &body, &stamp(4)).await.is_err());
}

#[tokio::test]
async fn an_order_of_unionpay_is_posted_queried_and_given_back() {
    let stub = UnionPayStub::new(now());
    let client = stub.client();
    let key = OrderKey {
        order_id: ORDER.to_owned(),
        txn_time: now(),
    };
    assert_eq!(
        client.query(&key, now()).await.unwrap(),
        Found::Open,
        "not there yet"
    );
    let front = FrontOrder {
        key: key.clone(),
        amount_fen: 5000,
        pay_until: now() + TimeDelta::minutes(15),
        front_url: "https://pay.example.edu.cn/m/".to_owned(),
        back_url: "https://pay.example.edu.cn/callback/unionpay".to_owned(),
    };
    let form = client.front_form(&front).unwrap();
    let time = form
        .fields
        .iter()
        .find(|(name, _)| name == "txnTime")
        .unwrap();
    assert_eq!(time.1, "20260924090000", "Beijing time");
    stub.post(&form.fields).unwrap();
    assert_eq!(client.query(&key, now()).await.unwrap(), Found::Open);
    stub.pay(ORDER);
    let Found::Paid(paid) = client.query(&key, now()).await.unwrap() else {
        panic!("it is paid")
    };
    assert_eq!((paid.amount_fen, paid.order_id.as_str()), (5000, ORDER));
    stub.trouble(Trouble::Forged);
    let forged = client.query(&key, now()).await.unwrap_err();
    assert!(matches!(forged, CallError::Untrusted(_)), "{forged:?}");
    let back = Back {
        key: OrderKey {
            order_id: "refund0001".to_owned(),
            txn_time: now(),
        },
        origin_query_id: paid.query_id.clone(),
        amount_fen: 5000,
        back_url: front.back_url,
        undo: false,
    };
    client.give_back(&back, now()).await.unwrap();
    stub.trouble(Trouble::Lost);
    let lost = client.give_back(&back, now()).await.unwrap_err();
    assert!(matches!(lost, CallError::Unknown(_)));
}
