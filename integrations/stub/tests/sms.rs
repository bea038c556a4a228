//! Our clients against providers of text messages that check everything and misbehave.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use std::sync::Arc;
use std::time::Duration;

use chaobiao_gateway_stub::{SmsStub, SmsTrouble};
use chaobiao_integrations::Https;
use chaobiao_integrations::sms::aliyun::{Aliyun, AliyunConfig, AliyunSignature};
use chaobiao_integrations::sms::tencent::{Tencent, TencentConfig};
use chaobiao_integrations::sms::{Moment, SmsError, SmsSecret, Taken, Text};
use chrono::{DateTime, TimeDelta, Utc};

fn now() -> DateTime<Utc> {
    "2026-09-24T01:00:00Z".parse().unwrap()
}

fn wire() -> Arc<Https> {
    Arc::new(Https::new(b"", Duration::from_millis(500)).unwrap())
}

fn text(phone: &str) -> Text {
    Text {
        phone: phone.parse().unwrap(),
        template: "1110".to_owned(),
        values: [("code", "012345"), ("minutes", "10")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        reference: "019000000000700080000000000000a1".to_owned(),
    }
}

fn stub() -> SmsStub {
    SmsStub::start(now)
}

fn tencent_with(stub: &SmsStub, secret: &str) -> Tencent {
    let config = TencentConfig {
        base_url: stub.base_url(),
        region: "ap-guangzhou".to_owned(),
        secret_id: SmsStub::KEY_ID.to_owned(),
        secret_key: SmsSecret::new(secret),
        app_id: SmsStub::APP_ID.to_owned(),
        sign_name: SmsStub::SIGN_NAME.to_owned(),
    };
    Tencent::new(config, wire())
}

fn tencent(stub: &SmsStub) -> Tencent {
    tencent_with(stub, SmsStub::SECRET)
}

fn aliyun_with(stub: &SmsStub, secret: &str, signature: AliyunSignature) -> Aliyun {
    let config = AliyunConfig {
        base_url: stub.base_url(),
        access_key_id: SmsStub::KEY_ID.to_owned(),
        access_key_secret: SmsSecret::new(secret),
        sign_name: SmsStub::SIGN_NAME.to_owned(),
        signature,
    };
    Aliyun::new(config, wire())
}

fn aliyun(stub: &SmsStub) -> Aliyun {
    aliyun_with(stub, SmsStub::SECRET, AliyunSignature::Acs3)
}

fn sms(phone: &str) -> Text {
    Text {
        template: "SMS_1110".to_owned(),
        ..text(phone)
    }
}

fn moment(number: u32, now: DateTime<Utc>) -> Moment {
    Moment {
        now,
        nonce: format!("nonce-{number}"),
    }
}

#[tokio::test]
async fn a_code_goes_out_through_tencent_cloud() {
    let stub = stub();
    let taken = tencent(&stub)
        .send(&text("13800138000"), now())
        .await
        .unwrap();
    let message_id = "2019:1".to_owned();
    assert_eq!(taken, Taken { message_id });
    let received = stub.received();
    let message = received.first().unwrap();
    assert_eq!((message.provider, received.len()), ("tencent", 1));
    assert_eq!(message.phone, "13800138000");
    let values: Vec<_> = message.values.values().map(String::as_str).collect();
    assert_eq!(values, ["012345", "10"]);
    assert_eq!(message.reference, "019000000000700080000000000000a1");
}

#[tokio::test]
async fn tencent_clouds_refusals_are_told_apart() {
    let stub = stub();
    let client = tencent(&stub);
    client.send(&text("13800138000"), now()).await.unwrap();
    let again = client.send(&text("13800138000"), now()).await;
    let code = "LimitExceeded.PhoneNumberThirtySecondLimit".to_owned();
    assert_eq!(again, Err(SmsError::Number(code)));
    client.send(&text("13800138001"), now()).await.unwrap();

    let mut unknown = text("13800138002");
    unknown.template = "9999".to_owned();
    let refused = client.send(&unknown, now()).await;
    let code = "FailedOperation.TemplateIncorrectOrUnapproved".to_owned();
    assert_eq!(refused, Err(SmsError::Message(code)));
    let mut short = text("13800138002");
    short.values.truncate(1);
    let refused = client.send(&short, now()).await;
    let code = "InvalidParameterValue.TemplateParameterFormatError".to_owned();
    assert_eq!(refused, Err(SmsError::Message(code)));

    for (trouble, code) in [
        (
            SmsTrouble::OutOfMoney,
            "FailedOperation.InsufficientBalanceInSmsPackage",
        ),
        (SmsTrouble::TooManyCalls, "RequestLimitExceeded"),
    ] {
        stub.trouble(trouble);
        let refused = client.send(&text("13800138003"), now()).await;
        assert_eq!(refused, Err(SmsError::Provider(code.to_owned())));
    }
    let stranger = tencent_with(&stub, "another secret");
    let refused = stranger.send(&text("13800138003"), now()).await;
    let code = "AuthFailure.SignatureFailure".to_owned();
    assert_eq!(refused, Err(SmsError::Provider(code)));
    let late = now() + TimeDelta::minutes(6);
    let refused = client.send(&text("13800138003"), late).await;
    let code = "AuthFailure.SignatureExpire".to_owned();
    assert_eq!(refused, Err(SmsError::Provider(code)));
    assert_eq!(stub.received().len(), 2);
}

#[tokio::test]
async fn a_code_goes_out_through_alibaba_cloud_signed_either_way() {
    let stub = stub();
    let client = aliyun(&stub);
    let taken = client
        .send(&sms("13800138000"), &moment(1, now()))
        .await
        .unwrap();
    assert_eq!(taken.message_id, "90061974693649841^0");
    let older = aliyun_with(&stub, SmsStub::SECRET, AliyunSignature::Rpc);
    older
        .send(&sms("13800138001"), &moment(2, now()))
        .await
        .unwrap();
    let received = stub.received();
    assert_eq!(received.len(), 2);
    for message in received {
        assert_eq!((message.provider, message.values.len()), ("aliyun", 2));
        assert_eq!(message.values["code"], "012345");
    }
}

#[tokio::test]
async fn alibaba_clouds_refusals_are_told_apart() {
    let stub = stub();
    let client = aliyun(&stub);
    client
        .send(&sms("13800138000"), &moment(1, now()))
        .await
        .unwrap();
    let again = client.send(&sms("13800138000"), &moment(2, now())).await;
    let code = "isv.BUSINESS_LIMIT_CONTROL".to_owned();
    assert_eq!(again, Err(SmsError::Number(code)));
    let replayed = client.send(&sms("13800138001"), &moment(2, now())).await;
    let code = "SignatureNonceUsed".to_owned();
    assert_eq!(replayed, Err(SmsError::Provider(code)));
    let late = now() + TimeDelta::minutes(16);
    let refused = client.send(&sms("13800138001"), &moment(3, late)).await;
    let code = "InvalidTimeStamp.Expired".to_owned();
    assert_eq!(refused, Err(SmsError::Provider(code)));
    let mut short = sms("13800138001");
    short.values.truncate(1);
    let refused = client.send(&short, &moment(4, now())).await;
    let code = "isv.TEMPLATE_MISSING_PARAMETERS".to_owned();
    assert_eq!(refused, Err(SmsError::Message(code)));
    for (number, trouble, code) in [
        (5, SmsTrouble::OutOfMoney, "isv.AMOUNT_NOT_ENOUGH"),
        (6, SmsTrouble::TooManyCalls, "Throttling.User"),
    ] {
        stub.trouble(trouble);
        let refused = client
            .send(&sms("13800138001"), &moment(number, now()))
            .await;
        assert_eq!(refused, Err(SmsError::Provider(code.to_owned())));
    }
    for (number, signature) in [(7, AliyunSignature::Acs3), (8, AliyunSignature::Rpc)] {
        let stranger = aliyun_with(&stub, "another secret", signature);
        let refused = stranger
            .send(&sms("13800138001"), &moment(number, now()))
            .await;
        let code = "SignatureDoesNotMatch".to_owned();
        assert_eq!(refused, Err(SmsError::Provider(code)));
    }
    assert_eq!(stub.received().len(), 1);
}

/// Some of these have gone out and some have not, and the caller cannot tell.
#[tokio::test]
async fn without_a_readable_answer_the_outcome_is_unknown() {
    let stub = stub();
    let (tencent, aliyun) = (tencent(&stub), aliyun(&stub));
    let troubles = [
        SmsTrouble::LostAfterSending,
        SmsTrouble::Slow,
        SmsTrouble::Broken,
        SmsTrouble::InternalError,
    ];
    for (number, trouble) in (0..).zip(troubles) {
        let phone = format!("1380013800{number}");
        stub.trouble(trouble);
        let outcome = tencent.send(&text(&phone), now()).await;
        assert!(
            matches!(outcome, Err(SmsError::Unknown(_))),
            "{trouble:?}: {outcome:?}"
        );
        stub.trouble(trouble);
        let outcome = aliyun.send(&sms(&phone), &moment(number, now())).await;
        assert!(
            matches!(outcome, Err(SmsError::Unknown(_))),
            "{trouble:?}: {outcome:?}"
        );
        let said = format!("{outcome:?}");
        assert!(!said.contains(&phone) && !said.contains("012345"), "{said}");
    }
    assert_eq!(stub.received().len(), 4, "two of each went out");
    assert_eq!(stub.calls(), 8, "nothing is tried again by itself");
}

#[tokio::test]
async fn a_provider_nobody_can_reach_was_sent_nothing() {
    let stub = stub();
    stub.stop();
    let outcome = tencent(&stub).send(&text("13800138000"), now()).await;
    assert!(matches!(outcome, Err(SmsError::NotSent(_))), "{outcome:?}");
    stub.start_again();
    let client = tencent(&stub);
    client.send(&text("13800138000"), now()).await.unwrap();
}
