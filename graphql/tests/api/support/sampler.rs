//! Documents for any field of the schema, made from the schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Browser, Centre};

const INTROSPECTION: &str = "{ __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { name kind
        fields { name args { name defaultValue type { ...t } } type { ...t } }
        inputFields { name defaultValue type { ...t } }
        enumValues { name } } } }
fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types of the schema, and what arguments of a name are given.
pub(crate) struct Types {
    by_name: BTreeMap<String, Value>,
    roots: BTreeMap<String, String>,
    /// Literals by the name of an argument; the smallest that can be read for all others.
    pub(crate) known: BTreeMap<String, String>,
}

impl Types {
    pub(crate) async fn of(centre: &Centre) -> Self {
        let nobody = Browser::default();
        let data = centre.ask(&nobody, INTROSPECTION, json!({})).await.data();
        let schema = &data["__schema"];
        let types = schema["types"].as_array().unwrap().iter();
        let root = |operation: &str| {
            let name = schema[format!("{operation}Type")]["name"].as_str().unwrap();
            (operation.to_owned(), name.to_owned())
        };
        Self {
            by_name: types
                .map(|kind| (kind["name"].as_str().unwrap().to_owned(), kind.clone()))
                .collect(),
            roots: ["query", "mutation", "subscription"].map(root).into(),
            known: BTreeMap::new(),
        }
    }

    /// The root fields of an operation.
    pub(crate) fn root(&self, operation: &str) -> Vec<Value> {
        self.fields(&self.roots[operation])
    }

    fn fields(&self, type_name: &str) -> Vec<Value> {
        self.by_name[type_name]["fields"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// A value that can be read, as small as may be.
    fn sample(&self, kind: &Value, place: &str) -> String {
        if let (Some(known), false) = (self.known.get(place), kind["kind"] == "INPUT_OBJECT") {
            return known.clone();
        }
        match kind["kind"].as_str().unwrap() {
            "NON_NULL" => self.sample(&kind["ofType"], place),
            "LIST" => format!("[{}]", self.sample(&kind["ofType"], place)),
            "ENUM" => {
                let name = kind["name"].as_str().unwrap();
                self.by_name[name]["enumValues"][0]["name"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            }
            "INPUT_OBJECT" => {
                let name = kind["name"].as_str().unwrap();
                let inner = self.by_name[name]["inputFields"].as_array().unwrap();
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
    pub(crate) fn document(&self, operation: &str, field: &Value) -> String {
        let selection = if Self::is_leaf(&field["type"]) {
            ""
        } else {
            "{ __typename }"
        };
        self.with(operation, field, &[], selection)
    }

    /// A document that asks one root field for all that can be asked without arguments, so deep, with
    /// these of its optional arguments.
    pub(crate) fn deep(
        &self,
        operation: &str,
        field: &Value,
        optional: &[&str],
        depth: usize,
    ) -> String {
        let selection = self.selection(&field["type"], depth);
        self.with(operation, field, optional, &selection)
    }

    fn with(&self, operation: &str, field: &Value, optional: &[&str], selection: &str) -> String {
        let name = field["name"].as_str().unwrap();
        let all = field["args"].as_array().unwrap();
        let mut arguments = self.required(all);
        for argument in all {
            let place = argument["name"].as_str().unwrap();
            if optional.contains(&place) {
                let sample = self.sample(&argument["type"], place);
                write!(arguments, " {place}: {sample}").unwrap();
            }
        }
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({arguments})")
        };
        format!("{operation} {{ {name}{arguments} {selection} }}")
    }

    fn named(mut kind: &Value) -> &Value {
        while kind["kind"] == "NON_NULL" || kind["kind"] == "LIST" {
            kind = &kind["ofType"];
        }
        kind
    }

    fn is_leaf(kind: &Value) -> bool {
        matches!(Self::named(kind)["kind"].as_str(), Some("SCALAR" | "ENUM"))
    }

    fn selection(&self, kind: &Value, depth: usize) -> String {
        if Self::is_leaf(kind) {
            return String::new();
        }
        let mut parts = vec!["__typename".to_owned()];
        let name = Self::named(kind)["name"].as_str().unwrap();
        for field in self.by_name[name]["fields"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let place = field["name"].as_str().unwrap();
            // What was refused is named in words; nodes are under edges once more.
            if ["message", "edges"].contains(&place) {
                continue;
            }
            let needs = !self.required(field["args"].as_array().unwrap()).is_empty();
            if needs {
                continue;
            }
            if Self::is_leaf(&field["type"]) {
                parts.push(place.to_owned());
            } else if depth > 1 {
                let inner = self.selection(&field["type"], depth - 1);
                parts.push(format!("{place} {inner}"));
            }
        }
        format!("{{ {} }}", parts.join(" "))
    }
}
