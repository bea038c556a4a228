//! Our client against an official account that checks everything and misbehaves.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use chaobiao_gateway_stub::{AccountStub, AccountTrouble};
use chaobiao_integrations::wechat::{
    ClientMessageId, CryptError, MessageKey, Push, PushKind, Refusal, ServerToken, Signed,
    SubscribeMessage, TemplateMessage, WechatError, page_signature,
};
use chrono::{DateTime, TimeDelta, Utc};

const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const STABLE: &str = "/cgi-bin/stable_token";
const TEMPLATE: &str = "/cgi-bin/message/template/send";

fn now() -> DateTime<Utc> {
    "2026-09-24T01:00:00Z".parse().unwrap()
}

fn message(id: &str) -> TemplateMessage {
    TemplateMessage {
        openid: OPENID.to_owned(),
        template_id: "T1".to_owned(),
        url: Some("https://pay.example.edu.cn/m/bills".to_owned()),
        id: ClientMessageId::new(id).unwrap(),
        values: vec![
            ("character_string1".to_owned(), "10001".to_owned()),
            ("thing2".to_owned(), format!("九月\n{}", "水".repeat(30))),
        ],
    }
}

fn refused(code: i64, meaning: Refusal) -> WechatError {
    WechatError::Refused { code, meaning }
}

#[tokio::test]
async fn one_token_serves_all_calls_until_shortly_before_its_end() {
    let stub = AccountStub::new(now());
    stub.follow(OPENID);
    let client = stub.client();
    let (one, two) = (message("1"), message("2"));
    let (one, two) = tokio::join!(
        client.send_template(&one, now()),
        client.send_template(&two, now())
    );
    assert_eq!(
        (one.unwrap().as_str(), two.unwrap().as_str()),
        ("200228332", "200228333")
    );
    assert_eq!(stub.calls(), [STABLE, TEMPLATE, TEMPLATE]);
    let late = now() + TimeDelta::seconds(6899);
    stub.set_now(late);
    client.send_template(&message("3"), late).await.unwrap();
    let later = now() + TimeDelta::seconds(6900);
    stub.set_now(later);
    client.send_template(&message("4"), later).await.unwrap();
    assert_eq!(stub.calls()[3..], [TEMPLATE, STABLE, TEMPLATE]);
    let shown = stub.shown();
    assert_eq!(
        shown[0].values["thing2"],
        format!("九月 {}…", "水".repeat(16))
    );
}

#[tokio::test]
async fn a_token_that_is_dead_is_fetched_anew_once_and_no_more() {
    let stub = AccountStub::new(now());
    stub.follow(OPENID);
    let client = stub.client();
    client.send_template(&message("1"), now()).await.unwrap();
    stub.force_refresh();
    client.send_template(&message("2"), now()).await.unwrap();
    assert_eq!(stub.calls()[2..], [TEMPLATE, STABLE, TEMPLATE]);

    // Our clock is so late that even the new one seems to have a future.
    stub.set_now(now() + TimeDelta::seconds(7201));
    client.send_template(&message("3"), now()).await.unwrap();
    assert_eq!(stub.calls()[5..], [TEMPLATE, STABLE, TEMPLATE]);

    let stranger = stub.client_with("another secret");
    let error = stranger
        .send_template(&message("4"), now())
        .await
        .unwrap_err();
    assert_eq!(error, refused(40125, Refusal::Account));
    assert_eq!(stub.calls().len(), 9);
    assert!(!format!("{error:?} {error} {stranger:?}").contains("another secret"));
}

#[tokio::test]
async fn a_template_message_reaches_a_follower_once_under_its_id() {
    let stub = AccountStub::new(now());
    let client = stub.client();
    let nobody = client.send_template(&message("1"), now()).await;
    assert_eq!(nobody, Err(refused(43004, Refusal::Person)));
    stub.follow(OPENID);
    stub.trouble(AccountTrouble::Busy);
    let busy = client.send_template(&message("1"), now()).await;
    assert_eq!(busy, Err(refused(-1, Refusal::Busy)));
    stub.trouble(AccountTrouble::LostAfterEffect);
    let lost = client.send_template(&message("1"), now()).await;
    assert!(matches!(lost, Err(WechatError::Unknown(_))), "{lost:?}");
    let again = client.send_template(&message("1"), now()).await;
    assert_eq!(again.unwrap(), "200228332");
    assert_eq!(stub.shown().len(), 1, "the id tells a repetition");
    stub.trouble(AccountTrouble::Html);
    let unreadable = client.send_template(&message("2"), now()).await;
    assert!(
        matches!(unreadable, Err(WechatError::Unknown(_))),
        "{unreadable:?}"
    );
    let mut other = message("3");
    other.template_id = "T9".to_owned();
    let unknown = client.send_template(&other, now()).await;
    assert_eq!(unknown, Err(refused(40037, Refusal::Message)));
    stub.unfollow(OPENID);
    let left = client.send_template(&message("4"), now()).await;
    assert_eq!(left, Err(refused(43004, Refusal::Person)));
    assert!(ClientMessageId::new(&"x".repeat(33)).is_none());
}

#[tokio::test]
async fn each_consent_is_good_for_one_message() {
    let stub = AccountStub::new(now());
    let client = stub.client();
    let message = SubscribeMessage {
        openid: OPENID.to_owned(),
        template_id: "S1".to_owned(),
        page: None,
        values: vec![("thing1".to_owned(), "水".repeat(21))],
    };
    let refusal = refused(43101, Refusal::Person);
    let sent = client.send_subscribed(&message, now()).await;
    assert_eq!(sent.unwrap_err(), refusal);
    stub.consent(OPENID, "S1");
    client.send_subscribed(&message, now()).await.unwrap();
    let sent = client.send_subscribed(&message, now()).await;
    assert_eq!(sent.unwrap_err(), refusal);
}

#[tokio::test]
async fn a_code_says_who_somebody_is_once() {
    let stub = AccountStub::new(now());
    let client = stub.client();
    let url = client.authorize_url("https://pay.example.edu.cn/wechat/back", "s1");
    assert_eq!(
        url,
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx5823bf96d3bd56c7\
         &redirect_uri=https%3A%2F%2Fpay.example.edu.cn%2Fwechat%2Fback&response_type=code\
         &scope=snsapi_base&state=s1#wechat_redirect"
    );
    stub.person_comes("C1", OPENID, false);
    let identity = client.identity("C1").await.unwrap();
    assert_eq!(
        (identity.openid.as_str(), identity.snapshot),
        (OPENID, false)
    );
    let again = client.identity("C1").await;
    assert_eq!(again, Err(refused(40163, Refusal::SignIn)));
    let foreign = client.identity("C2").await;
    assert_eq!(foreign, Err(refused(40029, Refusal::SignIn)));
    stub.person_comes("C3", "oUvirtual", true);
    assert!(client.identity("C3").await.unwrap().snapshot);
}

#[tokio::test]
async fn only_pages_of_ours_are_signed_for() {
    let stub = AccountStub::new(now());
    let client = stub.client();
    let page = "https://pay.example.edu.cn/m/read?meter=W-1";
    let config = client
        .page_config(&format!("{page}#top"), "n1", now())
        .await
        .unwrap();
    let timestamp = now().timestamp();
    let expected = page_signature(AccountStub::TICKET, "n1", timestamp, page);
    assert_eq!(config.signature, expected);
    let json = serde_json::to_value(&config).unwrap();
    assert_eq!(json["nonceStr"], "n1");
    assert_eq!(json["appId"], AccountStub::APPID);
    client.page_config(page, "n2", now()).await.unwrap();
    assert_eq!(stub.calls(), [STABLE, "/cgi-bin/ticket/getticket"]);
    for foreign in [
        "https://evil.example.com/",
        "https://pay.example.edu.cn@evil.example.com/",
        "https://evil@pay.example.edu.cn/",
        "http://pay.example.edu.cn/m/",
        "pay.example.edu.cn/m/",
        "/m/read",
        "",
    ] {
        let refused = client.page_config(foreign, "n3", now()).await;
        assert_eq!(refused, Err(WechatError::ForeignPage), "{foreign}");
    }
}

#[tokio::test]
async fn a_picture_is_fetched_while_it_is_there_and_must_be_one() {
    let stub = AccountStub::new(now());
    let client = stub.client();
    stub.upload("M1", b"\xff\xd8\xff\xe0 and so on");
    let media = client.media("M1", now()).await.unwrap();
    assert_eq!(media.content_type, "image/jpeg");
    assert_eq!(media.bytes, b"\xff\xd8\xff\xe0 and so on");
    stub.upload("M2", b"<script>");
    assert_eq!(
        client.media("M2", now()).await,
        Err(WechatError::NotAPicture)
    );
    let late = now() + TimeDelta::days(4);
    stub.set_now(late);
    let gone = client.media("M1", late).await;
    assert_eq!(gone, Err(refused(40007, Refusal::Media)));
}

#[test]
fn a_push_is_verified_before_it_is_opened() {
    let inner = format!(
        "<xml><FromUserName>{OPENID}</FromUserName><CreateTime>1790211600</CreateTime>\
         <MsgType>event</MsgType><Event>CLICK</Event><EventKey>balance</EventKey></xml>"
    );
    let token = ServerToken::new(AccountStub::TOKEN).unwrap();
    let key = MessageKey::new(AccountStub::AES_KEY).unwrap();
    let (query, body) = AccountStub::push(&inner, AccountStub::APPID, now());
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).unwrap().1
    };
    let encrypted = Push::encrypted(body.as_bytes()).unwrap();
    let signed = Signed {
        timestamp: value("timestamp"),
        nonce: value("nonce"),
        encrypted: Some(&encrypted),
    };
    assert!(token.verifies(&signed, value("msg_signature")) && signed.is_of(now()));
    assert!(!token.verifies(&signed, value("signature")));
    let opened = key.open(&encrypted, AccountStub::APPID).unwrap();
    let push = Push::read(&opened).unwrap();
    assert_eq!(push.kind, PushKind::Clicked("balance".to_owned()));
    assert_eq!(push.openid, OPENID);

    let (_, body) = AccountStub::push(&inner, "wx0000000000000000", now());
    let encrypted = Push::encrypted(body.as_bytes()).unwrap();
    let foreign = key.open(&encrypted, AccountStub::APPID);
    assert_eq!(foreign, Err(CryptError::ForeignAccount));
}
