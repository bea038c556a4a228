//! 两步验证 of staff, from switching it on to a phone that is lost.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};
use totp_rs::TOTP;

use crate::people::{me, sign_in};
use crate::support::{Browser, Centre};

const PASSWORD: &str = "correct horse battery";

/// A cashier with a password of her own, signed in.
async fn cashier(centre: &Centre, admin: &Browser) -> Browser {
    centre.staff("wang", &[Role::Cashier]).await;
    let reset = centre.must(
        admin,
        "resetPassword",
        json!({ "login": "wang" }),
        "initialPassword",
    );
    let initial = reset.await["initialPassword"].take();
    let login = json!({ "login": "wang", "password": initial });
    let (_, wang) = sign_in(centre, "staffLogin", login).await;
    let change = json!({ "currentPassword": initial, "newPassword": PASSWORD });
    centre.must(&wang, "changePassword", change, "").await;
    login_with(centre, Value::Null).await.1
}

async fn login_with(centre: &Centre, code: Value) -> (Value, Browser) {
    let login = json!({ "login": "wang", "password": PASSWORD, "code": code });
    sign_in(centre, "staffLogin", login).await
}

/// What the app on her phone shows now.
fn code(centre: &Centre, app: &TOTP) -> Value {
    let now = centre.services.store().clock().now().timestamp();
    json!(app.generate(u64::try_from(now).unwrap()))
}

async fn switch_on(centre: &Centre, wang: &Browser) -> TOTP {
    let own = json!({ "currentPassword": PASSWORD });
    let fields = "secondFactor { secret url qrSize qrPath }";
    let begun = centre.must(wang, "beginSecondFactor", own, fields).await;
    let given = &begun["secondFactor"];
    let app = TOTP::from_url(given["url"].as_str().unwrap()).unwrap();
    assert_eq!(app.get_secret_base32(), given["secret"]);
    assert!(given["qrSize"].as_i64().unwrap() > 20);
    assert!(
        given["qrPath"]
            .as_str()
            .unwrap()
            .starts_with("M0 0h1v1h-1z")
    );
    let confirm = json!({ "code": code(centre, &app) });
    centre.must(wang, "confirmSecondFactor", confirm, "").await;
    centre.wait(TimeDelta::seconds(30));
    app
}

#[tokio::test]
async fn r86_whoever_has_the_password_alone_does_not_come_in_where_a_second_step_is_on() {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    let wang = cashier(&centre, &admin).await;
    let wrong = json!({ "currentPassword": "something else" });
    let refused = centre.refused(&wang, "beginSecondFactor", wrong).await;
    assert_eq!(refused.0, "LOGIN_FAILED");
    assert_eq!(me(&centre, &wang).await["staff"]["secondFactor"], false);
    let app = switch_on(&centre, &wang).await;
    assert_eq!(me(&centre, &wang).await["staff"]["secondFactor"], true);
    let again = json!({ "currentPassword": PASSWORD });
    let refused = centre.refused(&wang, "beginSecondFactor", again).await;
    assert_eq!(refused.0, "SECOND_FACTOR_ON");

    let (asked, browser) = login_with(&centre, Value::Null).await;
    assert_eq!(
        asked["userErrors"],
        json!([{ "code": "SECOND_FACTOR_NEEDED", "field": ["input", "code"] }])
    );
    assert_eq!(browser.session, None);
    let wrong_password = json!({ "login": "wang", "password": "x", "code": code(&centre, &app) });
    let (said, _) = sign_in(&centre, "staffLogin", wrong_password).await;
    assert_eq!(said["userErrors"][0]["code"], "LOGIN_FAILED");
    let (wrong, browser) = login_with(&centre, json!("000000")).await;
    assert_eq!(wrong["userErrors"][0]["code"], "SECOND_FACTOR_WRONG");
    assert_eq!(browser.session, None);

    let shown = code(&centre, &app);
    let (_, browser) = login_with(&centre, shown.clone()).await;
    assert_eq!(me(&centre, &browser).await["staff"]["login"], "wang");
    let (used, browser) = login_with(&centre, shown).await;
    assert_eq!(used["userErrors"][0]["code"], "SECOND_FACTOR_WRONG");
    assert_eq!(browser.session, None, "a code seen over a shoulder is used");

    centre.wait(TimeDelta::seconds(30));
    let off = json!({ "code": code(&centre, &app) });
    centre.must(&wang, "turnOffSecondFactor", off, "").await;
    let (_, browser) = login_with(&centre, Value::Null).await;
    assert_eq!(me(&centre, &browser).await["staff"]["secondFactor"], false);
}

#[tokio::test]
async fn r86_codes_are_not_guessed_and_a_lost_phone_is_taken_off_by_somebody_else() {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    let wang = cashier(&centre, &admin).await;
    let app = switch_on(&centre, &wang).await;
    for _ in 0..5 {
        let (wrong, _) = login_with(&centre, json!("000000")).await;
        assert_eq!(wrong["userErrors"][0]["code"], "SECOND_FACTOR_WRONG");
    }
    let input = json!({ "login": "wang", "password": PASSWORD, "code": code(&centre, &app) });
    let locked = centre.mutate(&wang, "staffLogin", input, "").await;
    assert_eq!(locked, Err("RATE_LIMITED".to_owned()));

    let lost = json!({ "login": "wang" });
    let denied = centre.mutate(&wang, "resetSecondFactor", lost.clone(), "");
    assert_eq!(denied.await, Err("FORBIDDEN".to_owned()));
    let own = json!({ "login": "admin" });
    let refused = centre.refused(&admin, "resetSecondFactor", own).await;
    assert_eq!(refused.0, "SECOND_FACTOR_OWN");
    centre.log.take();
    centre
        .must(&admin, "resetSecondFactor", lost.clone(), "")
        .await;
    let entries = centre.log.take();
    let kept = entries.iter().any(|entry| {
        entry.kind == AccessKind::SecondFactorTurnedOff
            && entry.subject.as_deref() == Some("staff/wang")
    });
    assert!(kept, "{entries:?}");
    let refused = centre.refused(&admin, "resetSecondFactor", lost).await;
    assert_eq!(refused.0, "SECOND_FACTOR_OFF");
    let (_, browser) = login_with(&centre, Value::Null).await;
    assert_eq!(me(&centre, &browser).await["staff"]["login"], "wang");
}
