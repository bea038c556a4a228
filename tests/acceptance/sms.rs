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

/// A fault is reported and answered, of which its reporter hears by text.
fn reply(resident: &mut Client, manager: &mut Client, text: &str) {
    let case = json!({
        "idempotencyKey": resident.new_key(), "kind": "FAULT", "campusId": CAMPUS,
        "place": "北苑 3 栋", "text": "走廊的灯整夜亮着",
    });
    let case_id = Centre::until(|| {
        let filed = resident.must("openServiceCase", case.clone(), "serviceCase { caseId }");
        filed["serviceCase"]["caseId"].as_str().map(str::to_owned)
    });
    let reply = json!({ "caseId": case_id, "text": text });
    manager.must("replyToServiceCase", reply, "serviceCase { answeredAt }");
}

/// The messages that want somebody's attention.
fn lost(manager: &mut Client) -> Vec<Value> {
    let query = "{ messages(attention: true) { nodes {
        messageId channel template state detail phone text needsAttention
        report { delivered said reportedAt } } } }";
    let listed = manager.query(query, &Value::Null);
    listed["messages"]["nodes"].as_array().unwrap().clone()
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
    reply(&mut resident, &mut manager, "明天来修");
    let news = Centre::until(|| stub.received().into_iter().nth(1));
    assert_eq!((news.provider, news.template.as_str()), ("tencent", "1111"));
    assert!(news.values["1"].ends_with("明天来修"), "{news:?}");
}

/// A centre to which the provider reports, and a fault's reporter and answerer.
struct Reported {
    stub: SmsStub,
    centre: Centre,
    resident: Client,
    manager: Client,
    _keys: ScratchDirectory,
}

impl Reported {
    async fn new() -> Self {
        let (stub, keys) = (
            SmsStub::start(|| SystemTime::now().into()),
            ScratchDirectory::create(),
        );
        let path = keys.path().join("reports");
        fs::write(&path, "a-part-nobody-guesses\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let more = [("CHAOBIAO_SMS__REPORT_SECRET_FILE", path.to_str().unwrap())];
        let mut centre = centre(&stub, &keys, &more).await;
        let (mut resident, _) = ask_for_code(&centre, "13800138001");
        let code = message_to(&stub, "13800138001").values["1"].clone();
        register(&mut resident, "13800138001", &code);
        centre.equip();
        let manager = centre.staff("m1", &["MANAGER"]);
        Self {
            stub,
            centre,
            resident,
            manager,
            _keys: keys,
        }
    }
}

#[tokio::test]
async fn r90_x21_what_its_carrier_says_did_not_arrive_is_listed() {
    let Reported {
        stub,
        centre,
        mut resident,
        mut manager,
        _keys,
    } = Reported::new().await;
    // The provider took it; only its report says that it never arrived.
    reply(&mut resident, &mut manager, "明天来修");
    Centre::until(|| stub.received().into_iter().nth(1));
    assert!(lost(&mut manager).is_empty());
    let mut provider = centre.client("provider");
    let mut report = |secret: &str, status: &str| {
        let path = format!("/callback/sms/tencent/{secret}");
        let said = json!([{
            "user_receive_time": "2026-09-01 08:03:04", "nationcode": "86",
            "mobile": "13800138001", "report_status": status, "errmsg": "MK:0001",
            "description": "空号", "sid": "2019:2",
        }]);
        let answer = provider.post(&path, "application/json", said.to_string().as_bytes());
        (answer.status, answer.body)
    };
    assert_eq!(report("a-guess", "FAIL").0, 404);
    let heard = report("a-part-nobody-guesses", "FAIL");
    assert_eq!(heard, (200, r#"{"result":0,"errmsg":"OK"}"#.to_owned()));
    let listed = Centre::until(|| lost(&mut manager).pop());
    assert_eq!(
        (&listed["state"], &listed["channel"], &listed["phone"]),
        (&json!("SENT"), &json!("SMS"), &json!("13800138001"))
    );
    assert!(listed["text"].as_str().unwrap().ends_with("明天来修"));
    assert_eq!(
        listed["report"],
        json!({ "delivered": false, "said": "MK:0001 空号",
                "reportedAt": "2026-09-01T00:03:04+00:00" })
    );
    // What has arrived has arrived, whatever is said after.
    for status in ["SUCCESS", "FAIL"] {
        assert_eq!(report("a-part-nobody-guesses", status).0, 200);
        assert!(lost(&mut manager).is_empty(), "after {status}");
    }
}

#[tokio::test]
async fn r90_x21_what_did_not_arrive_is_listed_and_sent_again_once_by_a_person() {
    let Reported {
        stub,
        mut centre,
        mut resident,
        mut manager,
        _keys,
    } = Reported::new().await;
    stub.trouble(SmsTrouble::LostAfterSending);
    reply(&mut resident, &mut manager, "后天再来");
    let unknown = Centre::until(|| lost(&mut manager).pop());
    assert_eq!(unknown["state"], "UNKNOWN");
    let id = unknown["messageId"].as_str().unwrap();
    let silent = json!({ "messageId": id, "reason": " " });
    let (code, field) = manager.refused("repeatMessage", silent);
    assert_eq!(
        (code.as_str(), field.as_str()),
        ("MESSAGE_REASON_INVALID", "input.reason")
    );
    let again = json!({ "messageId": id, "reason": "收信人来电说没有收到" });
    let shown = "message { needsAttention followUp { kind reason by } }";
    let repeated = manager.must("repeatMessage", again.clone(), shown);
    assert_eq!(
        repeated["message"],
        json!({ "needsAttention": false, "followUp": {
            "kind": "REPEATED", "reason": "收信人来电说没有收到", "by": "staff:m1" } })
    );
    let texts = Centre::until(|| {
        let received = stub.received();
        let texts = received.into_iter().map(|text| text.values["1"].clone());
        let texts: Vec<String> = texts.filter(|text| text.ends_with("后天再来")).collect();
        (texts.len() == 2).then_some(texts)
    });
    assert_eq!(texts[0], texts[1]);
    assert_eq!(
        manager.refused("repeatMessage", again).0,
        "MESSAGE_ALREADY_REPEATED"
    );
    let list = "{ messages(channel: SMS) { nodes { messageId template repeats text } } }";
    let all = manager.query(list, &Value::Null);
    let all = all["messages"]["nodes"].as_array().unwrap();
    assert_eq!(all[0]["repeats"], *id);
    let codes: Vec<_> = all.iter().filter(|one| one["template"] == "code").collect();
    assert_eq!(codes.len(), 1);
    assert!(codes[0]["text"].is_null(), "nobody reads a code");
    let code = json!({ "messageId": codes[0]["messageId"], "reason": "没有收到" });
    assert_eq!(
        manager.refused("repeatMessage", code).0,
        "MESSAGE_CODE_NOT_REPEATED"
    );

    let mut reader = centre.staff("reader", &["READER"]);
    assert_eq!(reader.error_code(list, &Value::Null), "FORBIDDEN");
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
