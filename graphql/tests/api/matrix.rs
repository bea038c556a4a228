//! Who may use which root field, tried out field by field.
//!
//! `matrix.txt` is the written answer. After a change that is meant:
//! `UPDATE_GOLDEN=1 cargo test -p chaobiao-graphql --test api matrix`, and read the difference.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fmt::Write as _;

use crate::support::sampler::Types;
use crate::support::{Answer, Browser, Centre};
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use futures::StreamExt as _;
use serde_json::json;

async fn allowed(centre: &Centre, browser: &Browser, document: &str) -> bool {
    let request = centre.request(browser, document, json!({})).await;
    let response = if document.starts_with("subscription") {
        centre.schema.execute_stream(request).next().await.unwrap()
    } else {
        centre.schema.execute(request).await
    };
    let answer = Answer::new(response);
    match answer.code() {
        Some("UNAUTHENTICATED" | "FORBIDDEN") => false,
        Some(
            code @ ("GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED" | "INTERNAL_SERVER_ERROR"),
        ) => {
            panic!("{code}: {document}: {:?}", answer.errors)
        }
        _ => true,
    }
}

#[tokio::test]
async fn every_root_field_is_open_to_exactly_those_written_down() {
    let centre = Centre::open().await;
    let codes = Role::SHIPPED.map(|role| (role, role.code()));
    let mut people = vec![
        ("anonymous", Browser::default()),
        (
            "customer",
            centre.customer("13800138000", CustomerKind::Resident).await,
        ),
    ];
    for (role, code) in &codes {
        people.push((code.as_str(), centre.staff(code, &[*role]).await));
    }
    let types = Types::of(&centre).await;
    let mut matrix = String::new();
    for operation in ["query", "mutation", "subscription"] {
        let mut lines = Vec::new();
        for field in types.root(operation) {
            let document = types.document(operation, &field);
            let mut who = Vec::new();
            for (name, browser) in &people {
                // A session ended by one field must not decide about the next.
                let browser = match &browser.principal {
                    Some(principal) => centre.signed_in(principal.clone()).await,
                    None => browser.clone(),
                };
                if allowed(&centre, &browser, &document).await {
                    who.push(*name);
                }
            }
            let who = if who.len() == people.len() {
                "everybody".to_owned()
            } else {
                who.join(" ")
            };
            lines.push(format!(
                "{operation} {}: {who}",
                field["name"].as_str().unwrap()
            ));
        }
        lines.sort();
        for line in lines {
            writeln!(matrix, "{line}").unwrap();
        }
    }

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/matrix.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &matrix).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(matrix == written, "who may use what has changed:\n{matrix}");
}
