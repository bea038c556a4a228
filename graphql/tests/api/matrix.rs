//! Who may use which root field, tried out field by field.
//!
//! `matrix.txt` is the written answer. After a change that is meant:
//! `UPDATE_GOLDEN=1 cargo test -p chaobiao-graphql --test api matrix`, and read the difference.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::{Answer, Browser, Centre};
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::staff::Role;
use futures::StreamExt as _;
use serde_json::{Value, json};

const INTROSPECTION: &str = "{ __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { name kind
        fields { name args { name defaultValue type { ...t } } type { ...t } }
        inputFields { name defaultValue type { ...t } }
        enumValues { name } } } }
fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

struct Types(BTreeMap<String, Value>);

impl Types {
    fn fields(&self, type_name: &str) -> Vec<Value> {
        self.0[type_name]["fields"].as_array().unwrap().clone()
    }

    /// A value that can be read, as small as may be.
    fn sample(&self, kind: &Value, place: &str) -> String {
        match kind["kind"].as_str().unwrap() {
            "NON_NULL" => self.sample(&kind["ofType"], place),
            "LIST" => format!("[{}]", self.sample(&kind["ofType"], place)),
            "ENUM" => {
                let name = kind["name"].as_str().unwrap();
                self.0[name]["enumValues"][0]["name"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            }
            "INPUT_OBJECT" => {
                let name = kind["name"].as_str().unwrap();
                let inner = self.0[name]["inputFields"].as_array().unwrap();
                let required = self.required(inner);
                if required.is_empty() {
                    // One of its fields is wanted; which one, rights do not ask.
                    let first = inner[0]["name"].as_str().unwrap();
                    let sample = self.sample(&inner[0]["type"], first);
                    return format!("{{ {first}: {sample} }}");
                }
                format!("{{ {required} }}")
            }
            _ => match (kind["name"].as_str().unwrap(), place) {
                ("Int", _) => "2026".to_owned(),
                ("Boolean", _) => "false".to_owned(),
                ("Date", _) => "\"2026-09-01\"".to_owned(),
                ("DateTime", _) => "\"2026-09-01T00:00:00Z\"".to_owned(),
                ("YearMonth", _) => "\"2026-09\"".to_owned(),
                ("Decimal" | "Fen", _) => "\"1\"".to_owned(),
                (_, "idempotencyKey") => "\"matrix-0123456789\"".to_owned(),
                _ => "\"x\"".to_owned(),
            },
        }
    }

    fn required(&self, values: &[Value]) -> String {
        let required = values
            .iter()
            .filter(|value| value["type"]["kind"] == "NON_NULL" && value["defaultValue"].is_null());
        let texts = required.map(|value| {
            let name = value["name"].as_str().unwrap();
            format!("{name}: {}", self.sample(&value["type"], name))
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    /// A document that asks one root field for as little as may be.
    fn document(&self, operation: &str, field: &Value) -> String {
        let name = field["name"].as_str().unwrap();
        let arguments = self.required(field["args"].as_array().unwrap());
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({arguments})")
        };
        let mut kind = &field["type"];
        while kind["kind"] == "NON_NULL" || kind["kind"] == "LIST" {
            kind = &kind["ofType"];
        }
        let leaf = matches!(kind["kind"].as_str(), Some("SCALAR" | "ENUM"));
        let selection = if leaf { "" } else { "{ __typename }" };
        format!("{operation} {{ {name}{arguments} {selection} }}")
    }
}

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
    let schema = centre
        .ask(&people[0].1, INTROSPECTION, json!({}))
        .await
        .data();
    let schema = &schema["__schema"];
    let types = schema["types"].as_array().unwrap().iter();
    let types = types
        .map(|kind| (kind["name"].as_str().unwrap().to_owned(), kind.clone()))
        .collect();
    let types = Types(types);

    let mut matrix = String::new();
    for operation in ["query", "mutation", "subscription"] {
        let root = schema[format!("{operation}Type")]["name"].as_str().unwrap();
        let mut lines = Vec::new();
        for field in types.fields(root) {
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
