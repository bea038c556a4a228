//! The official account at work: people sign in by it, news reach them there or by text, and what it
//! tells us is believed only when it is its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use chaobiao_gateway_stub::{AccountDoor, AccountStub, AccountTrouble};
use chaobiao_integrations::wechat::page_signature;
use chaobiao_testing::ScratchDirectory;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;
use crate::support::home::{Home, home};

const SITE: &str = "https://water.example.edu.cn";
const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const TEMPLATES: &str = r#"["outage T1 thing1=reason time2=from"]"#;

/// A centre with the account, and the account.
struct Joined {
    centre: Centre,
    /// Those of the account, as environment variables.
    settings: Vec<(&'static str, String)>,
    account: Arc<AccountStub>,
    _door: AccountDoor,
    _keys: ScratchDirectory,
}

impl Joined {
    async fn new() -> Self {
        let account = AccountStub::new(Utc::now());
        let door = account.listen(Utc::now);
        let keys = ScratchDirectory::create();
        let key_file = |name: &str, content: &str| {
            let path = keys.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (secret, roots) = (
            key_file("secret", AccountStub::SECRET),
            key_file("roots", ""),
        );
        let token = key_file("token", AccountStub::TOKEN);
        let aes_key = key_file("aes", AccountStub::AES_KEY);
        let settings = vec![
            ("CHAOBIAO_WECHAT__BASE_URL", door.base_url()),
            ("CHAOBIAO_WECHAT__ROOTS_FILE", roots),
            ("CHAOBIAO_WECHAT__APP_ID", AccountStub::APPID.to_owned()),
            ("CHAOBIAO_WECHAT__APP_SECRET_FILE", secret),
            ("CHAOBIAO_WECHAT__PUBLIC_URL", SITE.to_owned()),
            ("CHAOBIAO_WECHAT__CALLBACK_TOKEN_FILE", token),
            ("CHAOBIAO_WECHAT__AES_KEY_FILE", aes_key),
            ("CHAOBIAO_WECHAT__TEMPLATES", TEMPLATES.to_owned()),
        ];
        let borrowed = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let centre = Centre::with(&borrowed.collect::<Vec<_>>()).await;
        Self {
            settings,
            centre,
            account,
            _door: door,
            _keys: keys,
        }
    }

    /// What a browser brings back after somebody agreed on the vendor's page.
    fn come_back(&self, browser: &mut Client, code: &str, snapshot: bool) -> Value {
        let mutation = "mutation { beginWechatLogin { url pass userErrors { code } } }";
        let begun = browser.query(mutation, &Value::Null)["beginWechatLogin"].take();
        let url = begun["url"].as_str().unwrap();
        let (_, state) = url.split_once("&state=").unwrap();
        let state = state.strip_suffix("#wechat_redirect").unwrap();
        self.account.person_comes(code, OPENID, snapshot);
        json!({ "code": code, "state": state, "pass": begun["pass"] })
    }

    /// What the account posts, as it posts it.
    fn push(&self, inner: &str, appid: &str, now: DateTime<Utc>) -> (u16, String) {
        let (query, body) = AccountStub::push(inner, appid, now);
        self.post(&query, &body)
    }

    fn post(&self, query: &str, body: &str) -> (u16, String) {
        let path = format!("/callback/wechat?{query}");
        let mut account = self.centre.client("wechat");
        let answer = account.post(&path, "text/xml", body.as_bytes());
        (answer.status, answer.body)
    }
}

const LOGGED_IN: &str = "linkPass viewer { customer { wechatLinked } }";

fn event(kind: &str, at: DateTime<Utc>) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\
         <FromUserName><![CDATA[{OPENID}]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event><![CDATA[{kind}]]></Event><EventKey><![CDATA[]]></EventKey></xml>",
        at.timestamp()
    )
}

/// State and detail of one of the news by the account, counted from 0, once it was attempted.
async fn news(centre: &Centre, number: i64) -> (String, String) {
    for _ in 0..400 {
        let found: Option<(String, Option<String>, i32)> = sqlx::query_as(
            "SELECT state, detail, attempts FROM outbox WHERE channel = 'wechat' \
             ORDER BY created_at OFFSET $1 LIMIT 1",
        )
        .bind(number)
        .fetch_optional(&centre.pool())
        .await
        .unwrap();
        if let Some((state, detail, 1..)) = found {
            return (state, detail.unwrap_or_default());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no news were attempted");
}

/// Something to be told of: the water will be off.
fn announce(home: &mut Home, why: &str) {
    let from = Utc::now() + TimeDelta::days(2);
    let notice = json!({
        "commodities": ["WATER"], "campusId": CAMPUS, "building": "北苑 3 栋",
        "from": from.to_rfc3339(), "to": (from + TimeDelta::hours(4)).to_rfc3339(),
        "reason": why,
    });
    let manager = &mut home.manager;
    manager.must("publishOutage", notice, "outage { outageId }");
}

/// Links the WeChat id of the account's person to a resident who is signed in.
fn link(joined: &Joined, resident: &mut Client, code: &str) {
    let back = joined.come_back(resident, code, false);
    let came = resident.must("loginWithWechat", back, LOGGED_IN);
    let link = json!({ "linkPass": came["linkPass"] });
    let linked = resident.must("linkWechat", link, "pending viewer { kind }");
    assert_eq!(linked["viewer"]["kind"], "CUSTOMER", "{linked}");
}

#[tokio::test]
async fn r7_r90_a_wechat_id_is_linked_once_and_signs_in_from_then_on() {
    let joined = Joined::new().await;
    let mut phone = joined.centre.client("phone");
    let info = phone.query("{ officialAccount { appId delayed } }", &Value::Null);
    let expected = json!({ "appId": AccountStub::APPID, "delayed": false });
    assert_eq!(info["officialAccount"], expected);

    // Somebody nobody knows: signed in by phone, then linked.
    let back = joined.come_back(&mut phone, "first", false);
    let came = phone.must("loginWithWechat", back.clone(), LOGGED_IN);
    assert_eq!(came["viewer"], Value::Null);
    let link_pass = json!({ "linkPass": came["linkPass"] });
    let mutation = "mutation($input: LinkWechatInput!) { linkWechat(input: $input) { pending } }";
    let early = json!({ "input": { "idempotencyKey": "early-key", "linkPass": came["linkPass"] } });
    assert_eq!(phone.error_code(mutation, &early), "UNAUTHENTICATED");
    let mut resident = joined.centre.customer("13800138000", "RESIDENT");
    resident.must("linkWechat", link_pass.clone(), "viewer { kind }");
    let me = "{ me { customer { wechatLinked } } }";
    let linked = || {
        let me = resident.query(me, &Value::Null);
        (me["me"]["customer"]["wechatLinked"] == true).then_some(())
    };
    Centre::until(linked);
    // Its pass ties it to nobody else.
    let mut other = joined.centre.customer("13800138001", "RESIDENT");
    assert_eq!(
        other.refused("linkWechat", link_pass).0,
        "CUSTOMER_OPENID_TAKEN"
    );

    // From now on it opens the door, in whatever browser began it, once.
    let back = joined.come_back(&mut phone, "second", false);
    let came = phone.must("loginWithWechat", back.clone(), LOGGED_IN);
    assert_eq!(came["viewer"]["customer"]["wechatLinked"], true, "{came}");
    assert_eq!(
        phone.query("{ me { kind } }", &Value::Null)["me"]["kind"],
        "CUSTOMER"
    );
    assert_eq!(
        phone.refused("loginWithWechat", back).0,
        "WECHAT_SIGN_IN_OVER",
        "again"
    );

    // Whoever is signed in as somebody else stays who they are.
    let back = joined.come_back(&mut other, "elsewhere", false);
    assert_eq!(
        other.refused("loginWithWechat", back).0,
        "CUSTOMER_OPENID_TAKEN"
    );
    let me = "{ me { customer { wechatLinked } } }";
    let still = other.query(me, &Value::Null);
    assert_eq!(still["me"]["customer"]["wechatLinked"], false);

    // Given up, it opens nothing.
    phone.must("unlinkWechat", json!({}), "pending");
    let back = joined.come_back(&mut phone, "third", false);
    let came = phone.must("loginWithWechat", back, LOGGED_IN);
    assert_eq!(came["viewer"], Value::Null);
    assert_eq!(joined.centre.events_of("customer.wechat_linked").await, 1);
    assert_eq!(joined.centre.events_of("customer.wechat_unlinked").await, 1);
}

#[tokio::test]
async fn r7_a_sign_in_that_another_browser_began_or_wechat_does_not_vouch_for_is_refused() {
    let joined = Joined::new().await;
    let (mut one, mut two) = (joined.centre.client("one"), joined.centre.client("two"));
    let victim = joined.come_back(&mut one, "a", false);
    let mut attacker = joined.come_back(&mut two, "b", false);
    // The attacker's code and state, laid into the victim's browser.
    attacker["pass"] = victim["pass"].clone();
    let refused = one.refused("loginWithWechat", attacker);
    assert_eq!(refused.0, "WECHAT_SIGN_IN_OVER");
    let mut changed = victim.clone();
    changed["pass"] = format!("A{}", victim["pass"].as_str().unwrap()).into();
    assert_eq!(
        one.refused("loginWithWechat", changed).0,
        "WECHAT_SIGN_IN_OVER"
    );

    one.must("loginWithWechat", victim, LOGGED_IN);
    let mut used = joined.come_back(&mut one, "c", false);
    used["code"] = "a".into();
    let refused = one.refused("loginWithWechat", used);
    assert_eq!(
        refused,
        ("WECHAT_CODE_USED".to_owned(), "input.code".to_owned())
    );
    let looks = joined.come_back(&mut one, "d", true);
    assert_eq!(
        one.refused("loginWithWechat", looks).0,
        "WECHAT_SNAPSHOT_PAGE"
    );
    let unanswered = joined.come_back(&mut one, "e", false);
    joined.account.trouble(AccountTrouble::Lost);
    assert_eq!(
        one.refused("loginWithWechat", unanswered).0,
        "WECHAT_UNAVAILABLE"
    );
}

#[tokio::test]
async fn r90_pages_of_ours_are_signed_for_and_others_are_not() {
    let joined = Joined::new().await;
    let mut phone = joined.centre.client("phone");
    let query = "query($url: String!) { jsSdkConfig(url: $url) {
        config { appId timestamp nonceStr signature } userErrors { code field } } }";
    let url = format!("{SITE}/m/read?from=menu");
    let answer = phone.query(query, &json!({ "url": url }));
    let config = &answer["jsSdkConfig"]["config"];
    let (nonce, timestamp) = (&config["nonceStr"], &config["timestamp"]);
    let signature = page_signature(
        AccountStub::TICKET,
        nonce.as_str().unwrap(),
        timestamp.as_i64().unwrap(),
        &url,
    );
    assert_eq!(config["signature"], signature, "{config}");
    let foreign = json!({ "url": "https://elsewhere.example.com/m/read" });
    let refused = phone.query(query, &foreign)["jsSdkConfig"].take();
    assert_eq!(refused["config"], Value::Null);
    assert_eq!(refused["userErrors"][0]["code"], "WECHAT_FOREIGN_PAGE");
}

#[tokio::test]
async fn r90_x21_news_go_to_followers_and_by_text_to_everybody_else() {
    let mut joined = Joined::new().await;
    joined.centre.equip();
    let mut home = home(&mut joined.centre);
    // The first is that the binding was approved, before there was a link.
    news(&joined.centre, 0).await;
    link(&joined, &mut home.resident, "a");
    joined.account.follow(OPENID);

    announce(&mut home, "更换阀门");
    let shown = Centre::until(|| {
        let mut shown = joined.account.shown().into_iter();
        shown.find(|shown| shown.values["thing1"].contains("更换阀门"))
    });
    assert_eq!(
        (shown.openid.as_str(), shown.template.as_str()),
        (OPENID, "T1")
    );
    assert!(shown.values["time2"].contains('月'), "{shown:?}");
    let (state, detail) = news(&joined.centre, 1).await;
    assert_eq!(state, "sent");
    assert!(detail.starts_with("wechat 2002"), "{detail}");

    // What the account says afterwards stands beside it, and somebody is asked to look.
    let number = detail.strip_prefix("wechat ").unwrap();
    let now = Utc::now();
    let lost = event("TEMPLATESENDJOBFINISH", now).replace(
        "</xml>",
        &format!("<MsgID>{number}</MsgID><Status>failed:user block</Status></xml>"),
    );
    assert_eq!(joined.push(&lost, AccountStub::APPID, now).0, 200);
    let query = "{ messages(attention: true) { nodes {
        channel template text customerId report { delivered said } } } }";
    let listed = home.manager.query(query, &Value::Null);
    let listed = listed["messages"]["nodes"].as_array().unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(
        listed[0]["report"],
        json!({ "delivered": false, "said": "failed:user block" })
    );
    assert_eq!(listed[0]["template"], "outage");
    assert!(listed[0]["text"].as_str().unwrap().contains("更换阀门"));

    // Who left is told by text, and why it was one stands beside it.
    joined.account.unfollow(OPENID);
    announce(&mut home, "更换水泵");
    let text = joined.centre.await_message(|message| {
        message["channel"] == "sms" && message["message"].to_string().contains("更换水泵")
    });
    assert_eq!(text["message"]["to"]["$personal"]["value"], "13800138000");
    let (state, detail) = news(&joined.centre, 2).await;
    assert_eq!(state, "sent", "{detail}");
    assert!(detail.starts_with("wechat: refused with 43004"), "{detail}");

    // What may have gone out is shown, and goes out no second time, by no way.
    joined.account.follow(OPENID);
    joined.account.trouble(AccountTrouble::LostAfterEffect);
    announce(&mut home, "清洗水箱");
    let (state, detail) = news(&joined.centre, 3).await;
    assert_eq!(state, "unknown", "{detail}");
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let shown = joined.account.shown().into_iter();
    let shown = shown.filter(|shown| shown.values["thing1"].contains("清洗水箱"));
    assert_eq!(shown.count(), 1);
    let outbox = fs::read_to_string(joined.centre.data_dir().join("outbox.jsonl")).unwrap();
    assert!(!outbox.contains("清洗水箱"), "no text either");
}

#[tokio::test]
async fn r7_the_menu_of_the_account_is_looked_at_and_published_from_the_command_line() {
    let joined = Joined::new().await;
    let menu = |more: &[&str]| {
        let mut command = joined.centre.command_line();
        let settings = joined.settings.iter();
        command.envs(settings.map(|(name, value)| (name, value)));
        command.args(["wechat", "menu"]).args(more);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let looked_at = menu(&[]);
    assert!(looked_at.contains("https://water.example.edu.cn/m/bills"));
    assert_eq!(joined.account.menu(), None, "only looked at");
    let published = menu(&["--publish"]);
    assert!(published.ends_with("菜单已发布\n"), "{published}");
    let taken = joined.account.menu().unwrap();
    assert_eq!(taken["button"].as_array().unwrap().len(), 3);
    assert_eq!(taken["button"][0]["sub_button"][0]["name"], "账单缴费");

    let bare = Centre::new().await;
    let mut command = bare.command_line();
    command.args(["wechat", "menu"]);
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("wechat.app_id"), "{said}");
}

#[tokio::test]
async fn r90_what_the_account_says_is_taken_once_and_only_from_itself() {
    let joined = Joined::new().await;
    let now = Utc::now();
    let mut resident = joined.centre.customer("13800138000", "RESIDENT");
    link(&joined, &mut resident, "a");

    let left = event("unsubscribe", now);
    let (status, said) = joined.push(&left, AccountStub::APPID, now);
    assert_eq!((status, said.as_str()), (200, "success"));
    // The vendor comes again where it has not heard us: the same is taken, and is nothing new.
    let (status, _) = joined.push(&left, AccountStub::APPID, now);
    assert_eq!(status, 200);
    assert_eq!(
        joined.centre.events_of("customer.wechat_unfollowed").await,
        1
    );

    let later = now + TimeDelta::seconds(1);
    let back = event("subscribe", later);
    let distrusted = [
        (
            "another account's",
            AccountStub::push(&back, "wxothers", later),
        ),
        (
            "an old one",
            AccountStub::push(&back, AccountStub::APPID, now - TimeDelta::hours(1)),
        ),
        (
            "a number used before",
            AccountStub::push(&back, AccountStub::APPID, now),
        ),
        ("not encrypted", {
            let (query, _) = AccountStub::push(&back, AccountStub::APPID, later);
            (query, back.clone())
        }),
        ("signed by nobody", {
            let (query, body) = AccountStub::push(&back, AccountStub::APPID, later);
            (query.replace("msg_signature=", "msg_signature=0"), body)
        }),
    ];
    for (what, (query, body)) in distrusted {
        let (status, said) = joined.post(&query, &body);
        assert_eq!((status, said.as_str()), (401, ""), "{what}");
    }
    assert_eq!(joined.centre.events_of("customer.wechat_followed").await, 0);
    let after = later + TimeDelta::seconds(1);
    let (status, _) = joined.push(&back, AccountStub::APPID, after);
    assert_eq!(status, 200);
    assert_eq!(joined.centre.events_of("customer.wechat_followed").await, 1);
    // Of people nobody knows nothing is kept.
    let stranger = event("subscribe", later).replace(OPENID, "oUstranger");
    let (status, _) = joined.push(&stranger, AccountStub::APPID, after + TimeDelta::seconds(1));
    assert_eq!(status, 200);

    // Whether it is us, when the address is set up over there.
    let (query, _) = AccountStub::push("", AccountStub::APPID, after + TimeDelta::seconds(2));
    let plain = query.split("&encrypt_type").next().unwrap();
    let mut account = joined.centre.client("wechat");
    let answer = account.get(&format!("/callback/wechat?{plain}&echostr=4097"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "4097"));
    let forged = plain.replace("signature=", "signature=0");
    let answer = account.get(&format!("/callback/wechat?{forged}&echostr=4097"));
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn r90_without_an_account_it_is_said_and_half_of_one_is_refused_by_name() {
    let centre = Centre::new().await;
    let mut phone = centre.client("phone");
    let info = phone.query("{ officialAccount { appId } }", &Value::Null);
    assert_eq!(info["officialAccount"], Value::Null);
    let mutation = "mutation { beginWechatLogin { url userErrors { code message } } }";
    let begun = phone.query(mutation, &Value::Null);
    let code = &begun["beginWechatLogin"]["userErrors"][0]["code"];
    assert_eq!(code, "WECHAT_NOT_SET_UP");
    assert_eq!(
        phone
            .get("/callback/wechat?signature=&timestamp=&nonce=")
            .status,
        404
    );

    for (settings, key) in [
        (vec![("APP_ID", "wx1")], "wechat.app_secret_file"),
        (vec![("PUBLIC_URL", SITE)], "wechat.app_id"),
        (vec![("TEMPLATES", r#"["notice T1"]"#)], "wechat.app_id"),
    ] {
        let mut command = centre.command_line();
        let names = settings.iter();
        let names = names.map(|(name, value)| (format!("CHAOBIAO_WECHAT__{name}"), *value));
        command
            .envs(names)
            .args(["serve", "--listen", "127.0.0.1:0"]);
        let output = command.output().unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(key), "{said}");
    }
}
