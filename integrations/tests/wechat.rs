//! Published examples of the official account, reproduced to the byte.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use chaobiao_integrations::wechat::{
    CryptError, MessageKey, Push, PushError, PushKind, ServerToken, Signed, fitting, page_signature,
};
use chrono::{DateTime, TimeDelta};
use serde_json::Value;

fn vectors() -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/vectors.json")).unwrap();
    vectors["wechat"].clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn signed(vector: &Value) -> Signed<'_> {
    Signed {
        timestamp: text(vector, "timestamp"),
        nonce: text(vector, "nonce"),
        encrypted: vector["encrypt"].as_str(),
    }
}

#[test]
fn a_call_from_the_server_is_verified_as_published() {
    let vectors = vectors();
    let vector = &vectors["server_signature"];
    let token = ServerToken::new(text(vector, "token")).unwrap();
    let signature = text(vector, "signature");
    assert!(token.verifies(&signed(vector), signature));
    let other = Signed {
        nonce: "tess",
        ..signed(vector)
    };
    assert!(!token.verifies(&other, signature));
    assert!(!token.verifies(&signed(vector), &signature[1..]));
    assert!(!token.verifies(&signed(vector), ""));
    let sent = DateTime::from_timestamp(1_410_685_589, 0).unwrap();
    assert!(signed(vector).is_of(sent + TimeDelta::minutes(5)));
    assert!(!signed(vector).is_of(sent + TimeDelta::seconds(301)));
    assert!(ServerToken::new("a b c").is_none());
}

#[test]
fn a_page_is_signed_as_published() {
    for vector in vectors()["jssdk_signature"].as_array().unwrap() {
        let signature = page_signature(
            text(vector, "jsapi_ticket"),
            text(vector, "noncestr"),
            text(vector, "timestamp").parse().unwrap(),
            text(vector, "url"),
        );
        assert_eq!(signature, text(vector, "signature"));
    }
}

#[test]
fn encrypted_messages_are_verified_and_opened_as_published() {
    let vectors = vectors();
    for vector in &vectors["encrypted_message"].as_array().unwrap()[..2] {
        let token = ServerToken::new(text(vector, "token")).unwrap();
        assert!(token.verifies(&signed(vector), text(vector, "msg_signature")));
        let key = MessageKey::new(text(vector, "encoding_aes_key")).unwrap();
        let opened = key.open(text(vector, "encrypt"), text(vector, "appid"));
        assert_eq!(opened.unwrap(), text(vector, "plaintext").as_bytes());
        let foreign = key.open(text(vector, "encrypt"), "wx0000000000000000");
        assert_eq!(foreign, Err(CryptError::ForeignAccount));
    }
    let message = &vectors["encrypted_message"][1];
    let push = Push::read(text(message, "plaintext").as_bytes()).unwrap();
    assert_eq!(push.openid, "messense");
    assert_eq!(push.key, "message/4363689963896700987");
    assert_eq!(push.kind, PushKind::Text("test".to_owned()));
}

#[test]
fn a_message_is_encrypted_as_published_and_comes_back() {
    let vectors = vectors();
    let vector = &vectors["encrypted_message"][2];
    let key = MessageKey::new(text(vector, "encoding_aes_key")).unwrap();
    let random = text(vector, "random16").as_bytes().try_into().unwrap();
    let plain = text(vector, "plaintext").as_bytes();
    let sealed = key.seal(plain, text(vector, "appid"), random);
    assert_eq!(sealed, text(vector, "encrypt"));
    assert_eq!(key.open(&sealed, text(vector, "appid")).unwrap(), plain);
    for length in 0..70 {
        let long = vec![b'x'; length];
        let sealed = key.seal(&long, "wx1", random);
        assert_eq!(key.open(&sealed, "wx1").unwrap(), long);
    }
}

#[test]
fn what_is_not_as_it_was_encrypted_is_not_opened() {
    let vectors = vectors();
    let vector = &vectors["encrypted_message"][2];
    let key = MessageKey::new(text(vector, "encoding_aes_key")).unwrap();
    let malformed = Err(CryptError::Malformed);
    for nothing in ["", "AAAA", "not base64", "AAAAAAAAAAAAAAAAAAAAAA=="] {
        assert_eq!(key.open(nothing, "wx1"), malformed, "{nothing}");
    }
    let other = MessageKey::new("kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR").unwrap();
    assert!(
        other
            .open(text(vector, "encrypt"), text(vector, "appid"))
            .is_err()
    );
    assert!(MessageKey::new("short").is_none());
    assert_eq!(format!("{key:?}"), "MessageKey(***)");
}

fn event(inside: &str) -> String {
    format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName><![CDATA[oU1]]></FromUserName>\
         <CreateTime>1410685589</CreateTime><MsgType><![CDATA[event]]></MsgType>{inside}</xml>"
    )
}

fn kind(inside: &str) -> PushKind {
    Push::read(event(inside).as_bytes()).unwrap().kind
}

#[test]
fn events_are_read() {
    let push = Push::read(event("<Event>unsubscribe</Event>").as_bytes()).unwrap();
    assert_eq!(push.kind, PushKind::Unsubscribed);
    assert_eq!(push.key, "event/oU1/1410685589/unsubscribe");
    let scanned = kind("<Event>subscribe</Event><EventKey><![CDATA[qrscene_7]]></EventKey>");
    assert_eq!(scanned, PushKind::Subscribed(Some("7".to_owned())));
    let plain = kind("<Event>subscribe</Event><EventKey></EventKey>");
    assert_eq!(plain, PushKind::Subscribed(None));
    let done = kind(
        "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID>\
         <Status>failed:user block</Status>",
    );
    let expected = PushKind::TemplateSent {
        message_id: "200163836".to_owned(),
        status: "failed:user block".to_owned(),
    };
    assert_eq!(done, expected);
    let read = kind(
        "<Event>scancode_waitmsg</Event><ScanCodeInfo><ScanType>qrcode</ScanType>\
         <ScanResult>a&amp;b&#20013;</ScanResult></ScanCodeInfo>",
    );
    assert_eq!(read, PushKind::CodeRead("a&b中".to_owned()));
    let answered = kind(
        "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List>\
         <TemplateId>T2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>\
         <PopupScene>2</PopupScene></List></SubscribeMsgPopupEvent>",
    );
    let expected = PushKind::SubscriptionAnswered {
        template_id: "T2".to_owned(),
        accepted: false,
    };
    assert_eq!(answered, expected);
    assert_eq!(
        kind("<Event>VIEW</Event><EventKey>u</EventKey>"),
        PushKind::Other
    );
}

#[test]
fn document_types_and_entities_of_their_own_are_refused() {
    let evil =
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><Encrypt>&e;</Encrypt></xml>";
    assert_eq!(Push::encrypted(evil.as_bytes()), Err(PushError::Malformed));
    let unknown = "<xml><Encrypt>&e;</Encrypt></xml>";
    assert_eq!(
        Push::encrypted(unknown.as_bytes()),
        Err(PushError::Malformed)
    );
    let cut = "<xml><Encrypt>x</Encrypt>";
    assert_eq!(Push::encrypted(cut.as_bytes()), Err(PushError::Malformed));
    let missing = "<xml><Other>x</Other></xml>";
    assert_eq!(
        Push::encrypted(missing.as_bytes()),
        Err(PushError::Missing("Encrypt"))
    );
    let both = "<xml><Encrypt>AB<![CDATA[CD]]></Encrypt></xml>";
    assert_eq!(Push::encrypted(both.as_bytes()).unwrap(), "ABCD");
}

#[test]
fn values_are_cut_to_what_their_field_takes() {
    let long = "水".repeat(21);
    assert_eq!(fitting("thing1", &long), format!("{}…", "水".repeat(19)));
    assert_eq!(fitting("thing1", &"水".repeat(20)), "水".repeat(20));
    assert_eq!(fitting("phrase3", "一 二\n三四五六"), "一 二 …");
    assert_eq!(fitting("character_string2", " 10001 "), "10001");
}
