//! Text messages through a provider that answers, is down, or leaves one wondering.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::SystemTime;

use chaobiao_gateway_stub::{Received, SmsStub, SmsTrouble};
use chaobiao_testing::ScratchDirectory;
use serde_json::{Value, json};

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;

const TEMPLATES: &str = r#"["code 1110 code minutes", "notice 1111 text"]"#;
const SMS_TEMPLATES: &str = r#"["code SMS_1110 code minutes", "notice SMS_1111 text"]"#;

/// A centre whose messages go to the stub, through Tencent Cloud first.
async fn centre(stub: &SmsStub, keys: &ScratchDirectory, more: &[(&str, &str)]) -> Centre {
    let (secret, roots) = (keys.path().join("secret"), keys.path().join("roots.pem"));
    fs::write(&secret, format!("{}\n", SmsStub::SECRET)).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&roots, "").unwrap();
    let (secret, roots, base) = (
        secret.to_str().unwrap(),
        roots.to_str().unwrap(),
        stub.base_url(),
    );
    let mut settings = vec![
        ("CHAOBIAO_SMS__PROVIDER", "tencent"),
        ("CHAOBIAO_SMS__ROOTS_FILE", roots),
        ("CHAOBIAO_SMS__TENCENT__BASE_URL", &base),
        ("CHAOBIAO_SMS__TENCENT__SECRET_ID", SmsStub::KEY_ID),
        ("CHAOBIAO_SMS__TENCENT__SECRET_KEY_FILE", secret),
        ("CHAOBIAO_SMS__TENCENT__APP_ID", SmsStub::APP_ID),
        ("CHAOBIAO_SMS__TENCENT__SIGN_NAME", SmsStub::SIGN_NAME),
        ("CHAOBIAO_SMS__TENCENT__TEMPLATES", TEMPLATES),
        ("CHAOBIAO_SMS__ALIYUN__BASE_URL", &base),
        ("CHAOBIAO_SMS__ALIYUN__ACCESS_KEY_ID", SmsStub::KEY_ID),
        ("CHAOBIAO_SMS__ALIYUN__ACCESS_KEY_SECRET_FILE", secret),
        ("CHAOBIAO_SMS__ALIYUN__SIGN_NAME", SmsStub::SIGN_NAME),
        ("CHAOBIAO_SMS__ALIYUN__TEMPLATES", SMS_TEMPLATES),
    ];
    settings.extend_from_slice(more);
    Centre::with(&settings).await
}

fn ask_for_code(centre: &Centre, phone: &str) -> (Client, bool) {
    let mut client = centre.client(phone);
    let asked = client.must("requestPhoneCode", json!({ "phone": phone }), "delayed");
    (client, asked["delayed"].as_bool().unwrap())
}

fn message_to(stub: &SmsStub, phone: &str) -> Received {
    Centre::until(|| {
        let mut messages = stub.received().into_iter();
        messages.find(|message| message.phone == phone)
    })
}

fn register(client: &mut Client, phone: &str, code: &str) {
    let register = json!({ "phone": phone, "code": code, "kind": "RESIDENT" });
    client.must("registerCustomer", register, "viewer { kind }");
}

/// State and detail of the newest message, once it was attempted as often.
async fn newest(centre: &Centre, attempts: i32) -> (String, String) {
    for _ in 0..400 {
        let found: (String, Option<String>, i32) = sqlx::query_as(
            "SELECT state, detail, attempts FROM outbox ORDER BY created_at DESC LIMIT 1",
        )
        .fetch_one(&centre.pool())
        .await
        .unwrap();
        if found.2 >= attempts {
            return (found.0, found.1.unwrap_or_default());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was not attempted {attempts} times");
}

fn doctor(centre: &Centre) -> String {
    let output = centre.command_line().arg("doctor").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn r90_r48_a_login_code_arrives_through_the_provider() {
    let (stub, keys) = (
        SmsStub::start(|| SystemTime::now().into()),
        ScratchDirectory::create(),
    );
    let centre = centre(&stub, &keys, &[]).await;
    let (mut resident, delayed) = ask_for_code(&centre, "13800138000");
    assert!(!delayed);
    let message = message_to(&stub, "13800138000");
    assert_eq!(
        (message.provider, message.template.as_str()),
        ("tencent", "1110")
    );
    assert_eq!(message.values["2"], "10", "the minutes it is good for");
    register(&mut resident, "13800138000", &message.values["1"]);
    let me = resident.query("{ me { kind } }", &Value::Null);
    assert_eq!(me["me"]["kind"], "CUSTOMER");
    let sent = newest(&centre, 1).await;
    assert_eq!(sent, ("sent".to_owned(), "tencent 2019:1".to_owned()));
    let development = centre.data_dir().join("outbox.jsonl");
    assert!(!development.exists(), "nothing of it goes elsewhere");
    let said = doctor(&centre);
    assert!(!said.contains(SmsStub::SECRET), "{said}");
}

#[tokio::test]
async fn x21_with_the_provider_down_codes_wait_and_are_said_to_and_none_is_lost() {
    let (stub, keys) = (
        SmsStub::start(|| SystemTime::now().into()),
        ScratchDirectory::create(),
    );
    let centre = centre(&stub, &keys, &[]).await;
    stub.stop();
    let (mut first, _) = ask_for_code(&centre, "13800138001");
    let (state, detail) = newest(&centre, 1).await;
    assert_eq!(state, "queued");
    assert!(detail.starts_with("tencent: not sent"), "{detail}");
    let (mut second, delayed) = ask_for_code(&centre, "13800138002");
    assert!(delayed, "whoever asks is told that it may come late");
    stub.start_again();
    for (client, phone) in [(&mut first, "13800138001"), (&mut second, "13800138002")] {
        let code = message_to(&stub, phone).values["1"].clone();
        register(client, phone, &code);
    }
    assert_eq!(stub.received().len(), 2, "each once");
    let (_, delayed) = Centre::until(|| {
        let waiting = ask_for_code(&centre, "13800138003");
        (!waiting.1).then_some(waiting)
    });
    assert!(!delayed);
}

#[tokio::test]
async fn x21_a_code_that_may_have_gone_out_is_shown_and_never_sent_again() {
    let (stub, keys) = (
        SmsStub::start(|| SystemTime::now().into()),
        ScratchDirectory::create(),
    );
    let centre = centre(&stub, &keys, &[]).await;
    stub.trouble(SmsTrouble::LostAfterSending);
    let (mut resident, _) = ask_for_code(&centre, "13800138001");
    let (state, detail) = newest(&centre, 1).await;
    assert_eq!(state, "unknown");
    assert!(detail.starts_with("tencent: outcome unknown"), "{detail}");
    let said = doctor(&centre);
    assert!(said.contains("outbox unknown 1"), "{said}");

    // The provider is left alone for a while; what comes next waits.
    ask_for_code(&centre, "13800138002");
    let (state, detail) = newest(&centre, 1).await;
    assert_eq!(state, "queued", "{detail}");
    message_to(&stub, "13800138002");
    let received = stub.received();
    let phones: Vec<&str> = received.iter().map(|text| text.phone.as_str()).collect();
    assert_eq!(phones, ["13800138001", "13800138002"]);
    register(&mut resident, "13800138001", &received[0].values["1"]);
}

#[tokio::test]
async fn x21_what_one_provider_did_not_send_goes_through_the_other_and_news_in_a_template() {
    let (stub, keys) = (
        SmsStub::start(|| SystemTime::now().into()),
        ScratchDirectory::create(),
    );
    let more = [("CHAOBIAO_SMS__FALLBACK", "aliyun")];
    let mut centre = centre(&stub, &keys, &more).await;
    stub.trouble(SmsTrouble::OutOfMoney);
    let (mut resident, _) = ask_for_code(&centre, "13800138001");
    let message = message_to(&stub, "13800138001");
    assert_eq!(
        (message.provider, message.template.as_str()),
        ("aliyun", "SMS_1110")
    );
    register(&mut resident, "13800138001", &message.values["code"]);

    centre.equip();
    let mut manager = centre.staff("m1", &["MANAGER"]);
    let case = json!({
        "idempotencyKey": resident.new_key(), "kind": "FAULT", "campusId": CAMPUS,
        "place": "北苑 3 栋", "text": "走廊的灯整夜亮着",
    });
    let case_id = Centre::until(|| {
        let filed = resident.must("openServiceCase", case.clone(), "serviceCase { caseId }");
        filed["serviceCase"]["caseId"].as_str().map(str::to_owned)
    });
    let reply = json!({ "caseId": case_id, "text": "明天来修" });
    manager.must("replyToServiceCase", reply, "serviceCase { answeredAt }");
    let news = Centre::until(|| stub.received().into_iter().nth(1));
    assert_eq!((news.provider, news.template.as_str()), ("tencent", "1111"));
    assert!(news.values["1"].ends_with("明天来修"), "{news:?}");
}

#[tokio::test]
async fn r90_a_provider_that_is_half_set_up_is_refused_by_name() {
    let centre = Centre::new().await;
    let mut command = centre.command_line();
    command
        .env("CHAOBIAO_SMS__PROVIDER", "aliyun")
        .env("CHAOBIAO_SMS__ROOTS_FILE", "/dev/null")
        .args(["serve", "--listen", "127.0.0.1:0"]);
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("sms.aliyun.access_key_id"), "{said}");
}
