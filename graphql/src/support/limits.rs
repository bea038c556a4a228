//! Bounds on what one document may ask for, checked before anything is validated or run.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextValidation,
};
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationType, Selection, SelectionSet,
};
use async_graphql::{
    ErrorExtensionValues, Pos, Positioned, ServerError, ServerResult, ValidationResult, Variables,
};

use super::{ErrorCode, SubscriptionsOnly};

/// The usual introspection query goes deeper than any document of ours.
const MAX_INTROSPECTION_DEPTH: usize = 20;
const MAX_ROOT_FIELDS: usize = 20;
const MAX_ROOT_ALIASES: usize = 15;
const MAX_ALIASES: usize = 100;
const MAX_DIRECTIVES_PER_FIELD: usize = 4;
/// Fields after expanding fragments: stops fragments that double with every level.
const MAX_FIELDS: usize = 2_000;
const MAX_TOKENS: usize = 2_000;

/// Refuses documents that are too deep, too wide or too costly.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub depth_max: usize,
    pub complexity_max: usize,
    pub document_bytes_max: usize,
}

impl ExtensionFactory for Limits {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait::async_trait]
impl Extension for Limits {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if query.len() > self.document_bytes_max || count_tokens(query) > MAX_TOKENS {
            return Err(error(ErrorCode::QueryTooComplex, "查询文档过长", None));
        }
        let document = next
            .run(ctx, query, variables)
            .await
            .map_err(|failed| with_code(failed, ErrorCode::ParseFailed))?;
        Measure::check(&document, self.depth_max)?;
        if ctx.data_opt::<SubscriptionsOnly>().is_some() {
            only_subscriptions(&document)?;
        }
        Ok(document)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await.map_err(|errors| {
            let coded = |error| with_code(error, ErrorCode::ValidationFailed);
            errors.into_iter().map(coded).collect::<Vec<_>>()
        })?;
        if result.complexity > self.complexity_max {
            return Err(vec![error(
                ErrorCode::QueryTooComplex,
                "查询过于复杂",
                None,
            )]);
        }
        Ok(result)
    }
}

/// A socket may be open long after its session has ended; what changes or shows anything once comes
/// by a request of its own.
fn only_subscriptions(document: &ExecutableDocument) -> ServerResult<()> {
    let other = document
        .operations
        .iter()
        .find(|(_, operation)| operation.node.ty != OperationType::Subscription);
    match other {
        None => Ok(()),
        Some((_, operation)) => Err(error(
            ErrorCode::BadRequest,
            "WebSocket 连接只接受订阅",
            Some(operation.pos),
        )),
    }
}

pub(super) fn error(code: ErrorCode, message: &str, pos: Option<Pos>) -> ServerError {
    with_code(ServerError::new(message, pos), code)
}

fn with_code(mut error: ServerError, code: ErrorCode) -> ServerError {
    let extensions = error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code.as_str());
    }
    error
}

/// Words and marks outside strings and comments: an upper bound of the lexical tokens.
fn count_tokens(query: &str) -> usize {
    let mut tokens = 0;
    let mut in_word = false;
    let mut chars = query.chars();
    while let Some(c) = chars.next() {
        let word = c.is_alphanumeric() || c == '_';
        match c {
            '#' => {
                let _comment = chars.by_ref().find(|c| *c == '\n');
            }
            '"' => {
                tokens += 1;
                skip_string(&mut chars);
            }
            _ if word && in_word => {}
            _ if c.is_whitespace() || c == ',' => {}
            _ => tokens += 1,
        }
        in_word = word;
    }
    tokens
}

fn skip_string(chars: &mut std::str::Chars<'_>) {
    let block = chars.as_str().starts_with("\"\"");
    let mut quotes = 0;
    let mut escaped = false;
    for c in chars.by_ref() {
        match c {
            '"' if !escaped => {
                quotes += 1;
                // A block string has two more opening quotes and three closing ones.
                if quotes == if block { 5 } else { 1 } {
                    return;
                }
            }
            _ => quotes = if block { quotes.min(2) } else { 0 },
        }
        escaped = c == '\\' && !escaped;
    }
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    depth_max: usize,
    fields: usize,
    aliases: usize,
}

impl<'a> Measure<'a> {
    fn check(document: &'a ExecutableDocument, depth_max: usize) -> ServerResult<()> {
        for (_, operation) in document.operations.iter() {
            let mut measure = Self {
                document,
                depth_max,
                fields: 0,
                aliases: 0,
            };
            let mut root = Root::default();
            measure.visit_root(&operation.node.selection_set, 0, &mut root)?;
            if root.fields > MAX_ROOT_FIELDS || root.aliases > MAX_ROOT_ALIASES {
                let at = Some(operation.pos);
                return Err(error(ErrorCode::QueryTooComplex, "一次请求的操作过多", at));
            }
        }
        Ok(())
    }

    fn visit_root(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        nesting: usize,
        root: &mut Root,
    ) -> ServerResult<()> {
        for item in &set.node.items {
            match &item.node {
                Selection::Field(field) => {
                    root.fields += 1;
                    root.aliases += usize::from(field.node.alias.is_some());
                    let name = field.node.name.node.as_str();
                    let limit = if matches!(name, "__schema" | "__type") {
                        MAX_INTROSPECTION_DEPTH
                    } else {
                        self.depth_max
                    };
                    self.visit_field(field, 1, limit)?;
                }
                other => {
                    self.step(item.pos, nesting, self.depth_max)?;
                    if let Some(set) = self.inner(other) {
                        self.visit_root(set, nesting + 1, root)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn visit_field(
        &mut self,
        field: &'a Positioned<Field>,
        depth: usize,
        limit: usize,
    ) -> ServerResult<()> {
        self.step(field.pos, depth, limit)?;
        self.aliases += usize::from(field.node.alias.is_some());
        if self.aliases > MAX_ALIASES || field.node.directives.len() > MAX_DIRECTIVES_PER_FIELD {
            let at = Some(field.pos);
            return Err(error(
                ErrorCode::QueryTooComplex,
                "查询的别名或指令过多",
                at,
            ));
        }
        self.visit(&field.node.selection_set, depth, 0, limit)
    }

    /// `nesting` counts fragments inside fragments, which add no depth of their own but may loop.
    fn visit(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        depth: usize,
        nesting: usize,
        limit: usize,
    ) -> ServerResult<()> {
        for item in &set.node.items {
            match &item.node {
                Selection::Field(field) => self.visit_field(field, depth + 1, limit)?,
                other => {
                    self.step(item.pos, nesting, limit)?;
                    if let Some(set) = self.inner(other) {
                        self.visit(set, depth, nesting + 1, limit)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn inner(&self, selection: &'a Selection) -> Option<&'a Positioned<SelectionSet>> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set),
            Selection::FragmentSpread(spread) => {
                let fragment = self
                    .document
                    .fragments
                    .get(&spread.node.fragment_name.node)?;
                Some(&fragment.node.selection_set)
            }
        }
    }

    fn step(&mut self, pos: Pos, depth: usize, limit: usize) -> ServerResult<()> {
        self.fields += 1;
        if depth > limit {
            return Err(error(ErrorCode::QueryTooDeep, "查询嵌套过深", Some(pos)));
        }
        if self.fields > MAX_FIELDS {
            return Err(error(
                ErrorCode::QueryTooComplex,
                "查询的字段过多",
                Some(pos),
            ));
        }
        Ok(())
    }
}

#[derive(Default)]
struct Root {
    fields: usize,
    aliases: usize,
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn refused(query: &str) -> Option<String> {
        let document = parse_query(query).unwrap();
        let failed = Measure::check(&document, 12).err()?;
        match failed.extensions.unwrap().get("code") {
            Some(async_graphql::Value::String(code)) => Some(code.clone()),
            other => panic!("no code: {other:?}"),
        }
    }

    fn nested(depth: usize) -> String {
        let open = "{ a ".repeat(depth);
        format!("{open}{}", "}".repeat(depth))
    }

    #[test]
    fn depth_counts_through_fragments() {
        assert_eq!(refused(&nested(12)), None);
        assert_eq!(refused(&nested(13)), Some("QUERY_TOO_DEEP".to_owned()));
        let split = format!("{{ a {{ ...f }} }} fragment f on T {}", nested(12));
        assert_eq!(refused(&split), Some("QUERY_TOO_DEEP".to_owned()));
    }

    #[test]
    fn introspection_may_go_deeper() {
        let introspection = |depth| format!("{{ __schema {} }}", nested(depth));
        assert_eq!(refused(&introspection(15)), None);
        assert_eq!(
            refused(&introspection(25)),
            Some("QUERY_TOO_DEEP".to_owned())
        );
    }

    #[test]
    fn loops_and_doubling_fragments_end_soon() {
        let circular = "{ ...a } fragment a on Q { ...b } fragment b on Q { ...a }";
        assert_eq!(refused(circular), Some("QUERY_TOO_DEEP".to_owned()));
        let level = |n: u32| format!("fragment f{n} on Q {{ ...f{0} ...f{0} }}", n + 1);
        let levels: Vec<String> = (0..11).map(level).collect();
        let doubling = format!("{{ ...f0 }} {} fragment f11 on Q {{ a }}", levels.join(" "));
        assert_eq!(refused(&doubling), Some("QUERY_TOO_COMPLEX".to_owned()));
    }

    #[test]
    fn aliases_do_not_multiply_tries() {
        let tries = |n| {
            let fields: Vec<String> = (0..n).map(|i| format!("a{i}: login")).collect();
            format!("mutation {{ {} }}", fields.join(" "))
        };
        assert_eq!(refused(&tries(15)), None);
        assert_eq!(refused(&tries(16)), Some("QUERY_TOO_COMPLEX".to_owned()));
    }

    #[test]
    fn tokens_are_counted_outside_strings_and_comments() {
        assert_eq!(count_tokens("{ a(b: \"x { y }\", c: 1) } # { } {"), 11);
        assert_eq!(count_tokens(r#"{ a(b: """x "y" { z""") }"#), 8);
        assert_eq!(count_tokens(r#"{ a(b: "\"{{{") }"#), 8);
    }
}
