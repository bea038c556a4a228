//! What the centre tells everybody, over HTTP: articles, outages, where to ask.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::{ALL_DESKS, CAMPUS, Centre};
use crate::support::client::Client;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

fn article(category: &str, title: &str, body: &str) -> Value {
    json!({ "category": category, "title": title, "body": body })
}

/// Writes an article and gives its id.
fn write(manager: &mut Client, article: Value) -> String {
    let key = manager.new_key();
    let mut article = article;
    article["idempotencyKey"] = key.into();
    Centre::until(|| {
        let drafted = manager.must("draftArticle", article.clone(), "article { articleId }");
        drafted["article"]["articleId"].as_str().map(str::to_owned)
    })
}

const READ: &str = "{ articles { nodes { articleId category title body version } } }";

fn titles(anybody: &mut Client) -> Vec<String> {
    let seen = anybody.query(READ, &Value::Null);
    let nodes = seen["articles"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn r48_r62_r63_r66_articles_are_public_once_published_and_cannot_carry_a_script() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &["MANAGER"]);
    let mut anybody = centre.client("anybody");
    for (category, title) in [
        ("CONVENIENCE", "上门收费安排"),
        ("FAQ", "收费标准"),
        ("TIPS", "节水小常识"),
    ] {
        let id = write(
            &mut manager,
            article(category, title, "## 说明\n\n- 每周三上午"),
        );
        assert!(
            !titles(&mut anybody).contains(&title.to_owned()),
            "a draft is nobody's"
        );
        let publish = json!({ "articleId": id });
        manager.must("publishArticle", publish, "article { publishedVersion }");
        Centre::until(|| {
            titles(&mut anybody)
                .contains(&title.to_owned())
                .then_some(())
        });
        let revise = json!({ "articleId": id, "title": title, "body": "改为周四" });
        manager.must("reviseArticle", revise, "article { version }");
        let one = "query($id: String!) { article(articleId: $id) { body versions { version } } }";
        let seen = anybody.query(one, &json!({ "id": id }));
        assert_eq!(seen["article"]["body"], "## 说明\n\n- 每周三上午");
        assert_eq!(
            seen["article"]["versions"],
            json!([]),
            "versions are for writers"
        );
        let seen = Centre::until(|| {
            let seen = manager.query(one, &json!({ "id": id }));
            (seen["article"]["body"] == "改为周四").then_some(seen)
        });
        assert_eq!(seen["article"]["versions"].as_array().unwrap().len(), 2);
        let withdraw = json!({ "articleId": id, "reason": "已过期" });
        manager.must("withdrawArticle", withdraw, "article { withdrawn }");
        Centre::until(|| (!titles(&mut anybody).contains(&title.to_owned())).then_some(()));
    }
    for body in [
        "<script>alert(1)</script>",
        "[点我](javascript:alert(1))",
        "<b>粗</b>",
    ] {
        let (code, field) = manager.refused("draftArticle", article("FAQ", "收费标准", body));
        assert_eq!(
            (code.as_str(), field.as_str()),
            ("ARTICLE_UNSAFE", "input.body")
        );
    }
    let mut resident = centre.customer("13800138000", "RESIDENT");
    let answer = resident.error_code("{ articleDrafts { nodes { title } } }", &Value::Null);
    assert_eq!(answer, "FORBIDDEN");
}

#[tokio::test]
async fn r48_r64_everybody_knows_where_the_office_is_whom_to_ask_and_when() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &["MANAGER"]);
    let office = json!({
        "campusId": CAMPUS, "place": "北校区后勤楼 102", "personInCharge": "王老师",
        "contact": "021-55660102",
    });
    manager.must("setOfficeContact", office, "office { place }");
    let mut anybody = centre.client("anybody");
    let look = "{ campusOffices { campusId place personInCharge contact }
        campuses { campusId contact officeHours { from to } } }";
    let seen = Centre::until(|| {
        let seen = anybody.query(look, &Value::Null);
        let shown = seen["campuses"][0]["contact"] == "021-55660102";
        (shown && seen["campusOffices"][0].is_object()).then_some(seen)
    });
    let office = &seen["campusOffices"][0];
    assert_eq!(
        (
            &office["place"],
            &office["personInCharge"],
            &office["contact"]
        ),
        (
            &json!("北校区后勤楼 102"),
            &json!("王老师"),
            &json!("021-55660102")
        )
    );
    assert_eq!(seen["campuses"][0]["officeHours"][0]["from"], "08:00");
    let nobody = json!({ "campusId": CAMPUS, "place": "x", "personInCharge": " ", "contact": "1" });
    let (code, field) = manager.refused("setOfficeContact", nobody);
    assert_eq!(
        (code.as_str(), field.as_str()),
        ("CAMPUS_PERSON_INVALID", "input.personInCharge")
    );
}

fn bind(customer: &mut Client, manager: &mut Client, account_no: &str) {
    let request = json!({
        "idempotencyKey": customer.new_key(), "accountNo": account_no, "holderName": "王芳",
    });
    let id = Centre::until(|| {
        let bound = customer.must("requestBinding", request.clone(), "binding { bindingId }");
        bound["binding"]["bindingId"].as_str().map(str::to_owned)
    });
    manager.must(
        "approveBinding",
        json!({ "bindingId": id }),
        "binding { status }",
    );
}

#[tokio::test]
async fn r9_an_article_is_pushed_to_those_concerned_and_each_message_is_accounted_for() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    let mut told = centre.customer("13800138000", "RESIDENT");
    centre.customer("13800138001", "RESIDENT");
    let account = json!({
        "accountNo": "10001", "class": "RESIDENT", "campus": CAMPUS, "holder": "王芳",
        "address": "北苑 1 栋 101", "householdPersons": 3,
    });
    manager.must("openAccount", account, "account { accountNo }");
    let key = told.new_key();
    let binding = Centre::until(|| {
        let request = json!({ "idempotencyKey": key, "accountNo": "10001", "holderName": "王芳" });
        let bound = told.must("requestBinding", request, "binding { bindingId }");
        bound["binding"]["bindingId"].as_str().map(str::to_owned)
    });
    let approve = json!({ "bindingId": binding });
    manager.must("approveBinding", approve, "binding { status }");

    let id = write(
        &mut manager,
        article("CONVENIENCE", "节前预存水费", "放假前可多存一些。"),
    );
    let push = json!({ "articleId": id, "campusId": CAMPUS });
    let (code, _) = manager.refused("pushArticle", push.clone());
    assert_eq!(code, "ARTICLE_NOT_PUBLISHED");
    let publish = json!({ "articleId": id });
    manager.must("publishArticle", publish, "article { publishedVersion }");
    let fields = "article { pushes { version campusId building pushedBy } }";
    let told_of = Centre::until(|| {
        let mut once = push.clone();
        once["idempotencyKey"] = json!("push-the-article-0001");
        let article = manager.must("pushArticle", once, fields)["article"].take();
        let pushes = article["pushes"].as_array()?.clone();
        (!pushes.is_empty()).then_some(pushes)
    });
    assert_eq!(
        told_of,
        [json!({ "version": 1, "campusId": CAMPUS, "building": null, "pushedBy": "staff:m1" })]
    );
    assert_eq!(
        manager.refused("pushArticle", push).0,
        "ARTICLE_ALREADY_PUSHED"
    );
    let sent = centre.await_message(|m| m["message"]["article_id"] == id.as_str());
    assert_eq!(sent["channel"], "wechat");
    assert!(
        sent["message"]["text"]
            .as_str()
            .unwrap()
            .contains("节前预存水费")
    );
    let list = "query($id: String!) { messages(topicId: $id) { nodes {
        channel template state text needsAttention } } }";
    let messages = Centre::until(|| {
        let listed = manager.query(list, &json!({ "id": id }));
        let messages = listed["messages"]["nodes"].as_array().unwrap().clone();
        (messages.first()?["state"] == "SENT").then_some(messages)
    });
    assert_eq!(messages.len(), 1, "one customer has bound an account there");
    assert_eq!(messages[0]["template"], "article");
    assert_eq!(messages[0]["needsAttention"], false);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn r48_r61_outages_are_public_and_those_concerned_are_told_moved_and_called_off() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    Centre::household(&mut manager, "10001", "王芳");
    let mut concerned = centre.customer("13800138000", "RESIDENT");
    bind(&mut concerned, &mut manager, "10001");
    let mut unbound = centre.customer("13800138001", "RESIDENT");
    let me = |client: &mut Client| {
        let me = client.query("{ me { customer { customerId } } }", &Value::Null);
        me["me"]["customer"]["customerId"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (ours, others) = (me(&mut concerned), me(&mut unbound));
    let from = Utc::now() + TimeDelta::days(2);
    let to = from + TimeDelta::hours(4);
    let notice = json!({
        "idempotencyKey": manager.new_key(), "commodities": ["WATER"], "campusId": CAMPUS,
        "building": "北苑 3 栋", "from": from.to_rfc3339(), "to": to.to_rfc3339(),
        "reason": "水箱清洗",
    });
    let id = Centre::until(|| {
        let published = manager.must("publishOutage", notice.clone(), "outage { outageId }");
        published["outage"]["outageId"].as_str().map(str::to_owned)
    });
    let told = |text: &str| {
        centre.await_message(|message| {
            let message = &message["message"];
            message["outage_id"] == id.as_str()
                && message["customer_id"] == ours.as_str()
                && message["text"]
                    .as_str()
                    .is_some_and(|said| said.contains(text))
        })
    };
    told("停水通知");
    let look = "{ outages { nodes { outageId area building reason to cancelledAt } } }";
    let mut anybody = centre.client("anybody");
    let seen = anybody.query(look, &Value::Null);
    assert_eq!(seen["outages"]["nodes"][0]["reason"], "水箱清洗");
    let longer = (to + TimeDelta::hours(2)).to_rfc3339();
    let extend = json!({ "outageId": id, "to": longer, "reason": "管道损坏" });
    manager.must("extendOutage", extend, "outage { to firstTo }");
    told("延长至");
    let cancel = json!({ "outageId": id, "reason": "改期" });
    manager.must("cancelOutage", cancel, "outage { cancelledAt }");
    told("取消：改期");
    Centre::until(|| {
        let seen = anybody.query(look, &Value::Null);
        (seen["outages"]["nodes"] == json!([])).then_some(())
    });
    let outbox = std::fs::read_to_string(centre.data_dir().join("outbox.jsonl")).unwrap();
    assert!(
        !outbox.contains(&others),
        "who is not concerned is not told"
    );

    // What is cut off alone is nobody else's business.
    let alone = json!({
        "commodities": ["WATER", "ELECTRICITY"], "campusId": CAMPUS, "accountNo": "10001",
        "from": from.to_rfc3339(), "to": to.to_rfc3339(), "reason": "欠费停供",
    });
    manager.must("publishOutage", alone, "outage { area }");
    Centre::until(|| {
        let seen = concerned.query(look, &Value::Null);
        (seen["outages"]["nodes"][0]["area"] == "ACCOUNT").then_some(())
    });
    for other in [&mut anybody, &mut unbound] {
        let seen = other.query(look, &Value::Null);
        assert_eq!(seen["outages"]["nodes"], json!([]));
    }
    let both = json!({
        "commodities": ["WATER"], "campusId": CAMPUS, "building": "北苑 3 栋",
        "accountNo": "10001", "from": from.to_rfc3339(), "to": to.to_rfc3339(), "reason": "检修",
    });
    assert_eq!(
        manager.refused("publishOutage", both).0,
        "OUTAGE_AREA_AMBIGUOUS"
    );
}
