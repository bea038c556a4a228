//! `docs/errors.md`: every stable error code, collected from where it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use syn::visit::{self, Visit};

use super::syntax::{arms, first_text, impls, is_for_tests, last, method, parse, text_in};
use crate::source::{File, files, root};

const PAGE: &str = "docs/errors.md";

/// Where refusals are decided and answered.
const PLACES: [&str; 6] = [
    "domain/src/",
    "eventstore/src/",
    "projections/src/",
    "graphql/src/",
    "photos/src/",
    "src/",
];

/// One place that raises a code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Raised {
    code: String,
    message: Option<String>,
    field: Option<String>,
    /// The folder the code belongs to.
    area: String,
    by: String,
}

#[derive(Default)]
struct Collected {
    raised: Vec<Raised>,
    /// Places whose code is put together, so that nobody could list it.
    unreadable: Vec<String>,
}

fn area(path: &str) -> String {
    let inside = path.split_once("src/").map_or(path, |(_, inside)| inside);
    let folder = inside.split('/').next().unwrap_or(inside);
    folder.trim_end_matches(".rs").to_owned()
}

fn collect(files: &[File]) -> Collected {
    let mut collected = Collected::default();
    let ours = files.iter().filter(|file| {
        file.has_extension("rs")
            && !file.is_test
            && PLACES.iter().any(|place| file.path.starts_with(place))
    });
    for file in ours {
        let syntax = parse(file);
        from_enums(file, &syntax, &mut collected);
        let mut calls = Calls {
            file,
            texts: text_constants(&syntax),
            on: BTreeMap::new(),
            collected: &mut collected,
        };
        calls.visit_file(&syntax);
    }
    collected.raised.sort();
    collected.raised.dedup();
    collected
}

/// `impl BusinessError`, and other types with a `fn code` whose messages stand in `#[error]`.
fn from_enums(file: &File, syntax: &syn::File, collected: &mut Collected) {
    let messages = messages(syntax);
    for (of, _, block) in impls(syntax) {
        let Some(codes) = method(block, "code") else {
            continue;
        };
        let fields: BTreeMap<String, String> = impls(syntax)
            .iter()
            .filter(|(other, _, _)| *other == of)
            .filter_map(|(_, _, block)| method(block, "field"))
            .flat_map(per_variant)
            .collect();
        for (variant, code) in per_variant(codes) {
            let place = (of.clone(), variant.clone());
            let by = if variant.is_empty() {
                of.clone()
            } else {
                format!("{of}::{variant}")
            };
            collected.raised.push(Raised {
                code,
                message: messages.get(&place).cloned(),
                field: fields.get(&variant).cloned(),
                area: area(&file.path),
                by,
            });
        }
    }
}

/// What a function gives for each variant; under the empty name what it gives for the type.
fn per_variant(function: &syn::ImplItemFn) -> Vec<(String, String)> {
    let arms = arms(function);
    if arms.is_empty() {
        return text_in(&function.block)
            .map(|text| (String::new(), text))
            .into_iter()
            .collect();
    }
    arms.iter()
        .filter_map(|arm| Some((first_text(&arm.body)?, &arm.variants)))
        .flat_map(|(text, variants)| variants.iter().map(move |v| (v.clone(), text.clone())))
        .collect()
}

/// The sentence of each error type and variant.
fn messages(syntax: &syn::File) -> BTreeMap<(String, String), String> {
    let sentence = |attributes: &[syn::Attribute]| {
        attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("error"))
            .find_map(|attribute| match &attribute.meta {
                syn::Meta::List(list) => first_literal(list.tokens.clone()),
                _ => None,
            })
    };
    let mut found = BTreeMap::new();
    for item in &syntax.items {
        match item {
            syn::Item::Enum(item) => {
                for variant in &item.variants {
                    if let Some(text) = sentence(&variant.attrs) {
                        found.insert((item.ident.to_string(), variant.ident.to_string()), text);
                    }
                }
            }
            syn::Item::Struct(item) => {
                if let Some(text) = sentence(&item.attrs) {
                    found.insert((item.ident.to_string(), String::new()), text);
                }
            }
            _ => {}
        }
    }
    found
}

fn first_literal(tokens: proc_macro2::TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Literal(literal) => {
            let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()?;
            Some(text.value())
        }
        _ => None,
    })
}

fn text_constants(syntax: &syn::File) -> BTreeMap<String, String> {
    syntax
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Const(item) => Some((item.ident.to_string(), first_text(&item.expr)?)),
            _ => None,
        })
        .collect()
}

/// Refusals made on the spot, `Rejection::new("CODE", "…").on("field")`.
struct Calls<'a> {
    file: &'a File,
    texts: BTreeMap<String, String>,
    /// Fields given to a call, by the line and column it stands at.
    on: BTreeMap<(usize, usize), String>,
    collected: &'a mut Collected,
}

fn is_rejection(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, syn::Expr::Path(path)
        if path.path.segments.len() > 1
            && last(&path.path) == "new"
            && path.path.segments[path.path.segments.len() - 2].ident == "Rejection")
}

fn spot(call: &syn::ExprCall) -> (usize, usize) {
    let start = call.paren_token.span.open().start();
    (start.line, start.column)
}

impl Calls<'_> {
    fn code(&self, argument: &syn::Expr) -> Option<String> {
        match argument {
            syn::Expr::Lit(_) => first_text(argument),
            syn::Expr::Path(path) => self.texts.get(&last(&path.path)).cloned(),
            _ => None,
        }
    }

    fn message(argument: &syn::Expr) -> Option<String> {
        match argument {
            syn::Expr::Macro(call) => first_literal(call.mac.tokens.clone()),
            _ => first_text(argument),
        }
    }
}

/// `error.code()`: listed where the error is.
fn passes_on(argument: &syn::Expr) -> bool {
    matches!(argument, syn::Expr::MethodCall(call) if call.method == "code")
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "on"
            && let syn::Expr::Call(made) = &*call.receiver
            && is_rejection(made)
            && let Some(field) = call.args.first().and_then(first_text)
        {
            self.on.insert(spot(made), field);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if is_rejection(call)
            && let Some(argument) = call.args.first()
            && !passes_on(argument)
        {
            if let Some(code) = self.code(argument) {
                self.collected.raised.push(Raised {
                    code,
                    message: call.args.get(1).and_then(Self::message),
                    field: self.on.get(&spot(call)).cloned(),
                    area: area(&self.file.path),
                    by: format!("`{}`", self.file.path),
                });
            } else {
                let place = format!("{}:{}", self.file.path, spot(call).0);
                self.collected.unreadable.push(place);
            }
        }
        visit::visit_expr_call(self, call);
    }
}

/// The top-level codes of GraphQL, with what each says.
fn top_level(files: &[File]) -> Vec<(String, String)> {
    let Some(file) = files
        .iter()
        .find(|file| file.path == "graphql/src/support/error.rs")
    else {
        return Vec::new();
    };
    let syntax = parse(file);
    let meanings = syntax.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == "ErrorCode" => Some(documentation(item)),
        _ => None,
    });
    let meanings = meanings.unwrap_or_default();
    impls(&syntax)
        .iter()
        .filter(|(of, _, _)| of == "ErrorCode")
        .filter_map(|(_, _, block)| method(block, "as_str"))
        .flat_map(per_variant)
        .map(|(variant, code)| {
            let meaning = meanings.get(&variant).cloned().unwrap_or_default();
            (code, meaning)
        })
        .collect()
}

fn documentation(item: &syn::ItemEnum) -> BTreeMap<String, String> {
    let lines = |attributes: &[syn::Attribute]| {
        let texts: Vec<String> = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"))
            .filter_map(|attribute| match &attribute.meta {
                syn::Meta::NameValue(pair) => first_text(&pair.value),
                _ => None,
            })
            .map(|text| text.trim().to_owned())
            .collect();
        texts.join(" ")
    };
    item.variants
        .iter()
        .map(|variant| (variant.ident.to_string(), lines(&variant.attrs)))
        .collect()
}

/// `{name}` and `{0}` stand for figures and names only the moment knows.
fn without_placeholders(message: &str) -> String {
    let mut text = String::new();
    let mut depth = 0;
    for letter in message.chars() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                text.push('…');
            }
            _ if depth == 0 => text.push(letter),
            _ => {}
        }
    }
    text
}

fn page(collected: &Collected, top_level: &[(String, String)]) -> String {
    let mut page = String::from(
        "# Error codes\n\n\
         Written by `UPDATE_GOLDEN=1 cargo test --test architecture error_codes` from the sources; \
         a test fails when this page is stale. Codes are stable: clients may branch on them, \
         messages may be reworded.\n\n\
         ## Refusals\n\n\
         A broken business rule is an answer: it comes in the payload as `userErrors {code, field, \
         message}`, and nothing was written. `field` is the path below `input`; `…` stands for a \
         name or figure. A code without a message is a finding of a validation rule, whose \
         message holds its figures.\n",
    );
    let areas: BTreeSet<&String> = collected.raised.iter().map(|raised| &raised.area).collect();
    for area in areas {
        let _ = write!(
            page,
            "\n### {area}\n\n| code | message | field | raised by |\n|---|---|---|---|\n"
        );
        let codes: BTreeSet<&String> = collected
            .raised
            .iter()
            .filter(|raised| raised.area == *area)
            .map(|raised| &raised.code)
            .collect();
        for code in codes {
            let raised: Vec<&Raised> = collected
                .raised
                .iter()
                .filter(|raised| raised.area == *area && raised.code == *code)
                .collect();
            let all = |part: fn(&Raised) -> Option<String>| {
                let parts: BTreeSet<String> = raised.iter().filter_map(|r| part(r)).collect();
                parts.into_iter().collect::<Vec<_>>().join("<br>")
            };
            let messages = all(|r| r.message.as_deref().map(without_placeholders));
            let fields = all(|r| r.field.as_ref().map(|field| format!("`{field}`")));
            let by = all(|r| Some(r.by.replace('`', "")));
            let _ = writeln!(page, "| `{code}` | {messages} | {fields} | {by} |");
        }
    }
    page.push_str(
        "\n## Top-level errors\n\n\
         Missing rights, requests no page of ours would send, and faults come in `errors`, with \
         `extensions.code`; an `INTERNAL_SERVER_ERROR` carries the request id under which the log \
         has its cause.\n\n| code | when |\n|---|---|\n",
    );
    for (code, meaning) in top_level {
        let _ = writeln!(page, "| `{code}` | {meaning} |");
    }
    page
}

fn is_screaming(code: &str) -> bool {
    code.contains('_')
        && code.starts_with(|c: char| c.is_ascii_uppercase())
        && code
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn is_chinese(message: &str) -> bool {
    message
        .chars()
        .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Codes that are no codes, and sentences nobody at the counter could read.
fn bad_codes(collected: &Collected) -> Vec<String> {
    let mut complaints: Vec<String> = collected
        .unreadable
        .iter()
        .map(|spot| format!("{spot} makes up its code"))
        .collect();
    for raised in &collected.raised {
        if !is_screaming(&raised.code) {
            complaints.push(format!("{}: {} is no code", raised.by, raised.code));
        }
        if raised
            .message
            .as_deref()
            .is_some_and(|text| !is_chinese(text))
        {
            complaints.push(format!("{}: {} is not Chinese", raised.by, raised.code));
        }
    }
    complaints
}

#[test]
fn every_error_code_is_written_stable_and_explained_in_chinese() {
    let collected = collect(&files());
    assert!(
        collected.raised.len() > 20,
        "the scan found next to nothing"
    );
    assert_eq!(bad_codes(&collected), [""; 0]);
}

#[test]
fn the_page_of_error_codes_is_fresh() {
    let files = files();
    let top_level = top_level(&files);
    for (code, meaning) in &top_level {
        assert!(!meaning.is_empty(), "{code} has no documentation");
    }
    let fresh = page(&collect(&files), &top_level);
    let path = root().join(PAGE);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "{PAGE} is stale; write it anew with UPDATE_GOLDEN=1 cargo test --test architecture"
    );
}

#[cfg(test)]
fn sample() -> [File; 2] {
    [
        File::sample(
            "domain/src/pump/error.rs",
            "enum PumpError {\n\
             #[error(\"泵 {0} 已停\")] Stopped(PumpNo),\n\
             #[error(\"is dry\")] Dry,\n\
             #[error(transparent)] Value(ValueError) }\n\
             impl BusinessError for PumpError {\n\
             fn code(&self) -> &'static str { match self {\n\
             Self::Stopped(_) => \"PUMP_STOPPED\", Self::Dry => \"Dry\",\n\
             Self::Value(error) => error.code() } }\n\
             fn field(&self) -> Option<&'static str> { match self {\n\
             Self::Stopped(_) => Some(\"pumpNo\"), _ => None } } }",
        ),
        File::sample(
            "src/pump.rs",
            "const TAKEN: &str = \"PUMP_TAKEN\";\n\
             fn f() { Rejection::new(\"PUMP_STOPPED\", format!(\"泵 {no} 已停\")).on(\"no\");\n\
             Rejection::new(TAKEN, \"编号已占用\"); Rejection::new(error.code(), \"x\");\n\
             Rejection::new(&make_up(), \"x\"); }",
        ),
    ]
}

#[test]
fn the_code_check_can_fail() {
    assert_eq!(
        bad_codes(&collect(&sample())),
        [
            "src/pump.rs:4 makes up its code",
            "PumpError::Dry: Dry is no code",
            "PumpError::Dry: Dry is not Chinese",
        ]
    );
}

#[test]
fn the_page_lists_what_the_sources_say() {
    let page = page(&collect(&sample()), &[]);
    let row =
        "| `PUMP_STOPPED` | 泵 … 已停 | `no`<br>`pumpNo` | PumpError::Stopped<br>src/pump.rs |";
    assert!(page.contains(row), "{page}");
    assert!(
        page.contains("| `PUMP_TAKEN` | 编号已占用 |  | src/pump.rs |"),
        "{page}"
    );
}
