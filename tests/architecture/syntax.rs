//! What a Rust file says, read with its grammar: paths, text, and where they stand.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemImpl, Macro, Path, UseTree};

use crate::source::File;

/// Something and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) what: T,
}

/// The paths and strings of a file's code, tests and documentation left out.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) paths: Vec<At<Vec<String>>>,
    pub(super) strings: Vec<At<String>>,
}

pub(super) fn parse(file: &File) -> syn::File {
    syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path))
}

pub(super) fn words(file: &File) -> Words {
    let mut words = Words::default();
    words.visit_file(&parse(file));
    words
}

pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|only| only == "test")
            || attribute.path().is_ident("test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl Words {
    fn path(&mut self, span: Span, what: Vec<String>) {
        let line = span.start().line;
        self.paths.push(At { line, what });
    }

    fn use_tree(&mut self, tree: &UseTree, above: &[String]) {
        let below = |name: &syn::Ident| [above, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.use_tree(&path.tree, &below(&path.ident)),
            UseTree::Name(name) => self.path(name.ident.span(), below(&name.ident)),
            UseTree::Rename(name) => self.path(name.ident.span(), below(&name.ident)),
            UseTree::Glob(glob) => self.path(glob.star_token.spans[0], above.to_vec()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, above);
                }
            }
        }
    }

    /// The inside of a macro call has no grammar: names joined by `::` are paths.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut start = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_path(start, &mut path);
                        start = ident.span();
                    }
                    colons = 0;
                    path.push(ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end_path(start, &mut path);
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) => self.end_path(start, &mut path),
                TokenTree::Literal(literal) => {
                    self.end_path(start, &mut path);
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.text(literal.span(), text.value());
                    }
                }
            }
        }
        self.end_path(start, &mut path);
    }

    fn end_path(&mut self, start: Span, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.path(start, std::mem::take(path));
        }
    }

    fn text(&mut self, span: Span, what: String) {
        let line = span.start().line;
        self.strings.push(At { line, what });
    }
}

impl<'ast> Visit<'ast> for Words {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let names = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.path(first.ident.span(), names);
        }
        visit::visit_path(self, path);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.text(text.span(), text.value());
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            visit::visit_attribute(self, attribute);
        }
    }
}

/// The `impl` blocks of a file's code, tests left out, with the name of the type and, if it is
/// one of a trait, the trait's.
pub(super) fn impls(file: &syn::File) -> Vec<(String, Option<String>, &ItemImpl)> {
    let mut found = Vec::new();
    let mut pending: Vec<&Item> = file.items.iter().collect();
    while let Some(item) = pending.pop() {
        match item {
            _ if is_for_tests(attributes(item)) => {}
            Item::Mod(module) => {
                pending.extend(module.content.iter().flat_map(|(_, items)| items));
            }
            Item::Impl(block) => {
                if let syn::Type::Path(of) = &*block.self_ty {
                    let of = last(&of.path);
                    let of_trait = block.trait_.as_ref().map(|(_, path, _)| last(path));
                    found.push((of, of_trait, block));
                }
            }
            _ => {}
        }
    }
    found
}

pub(super) fn last(path: &Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

pub(super) fn method<'a>(block: &'a ItemImpl, name: &str) -> Option<&'a syn::ImplItemFn> {
    block.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    })
}

/// The value of a string constant of an `impl`.
pub(super) fn constant(block: &ItemImpl, name: &str) -> Option<String> {
    block.items.iter().find_map(|item| match item {
        ImplItem::Const(constant) if constant.ident == name => first_text(&constant.expr),
        _ => None,
    })
}

struct First(Option<String>);

impl<'ast> Visit<'ast> for First {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.get_or_insert_with(|| text.value());
    }
}

/// The first string an expression holds.
pub(super) fn first_text(expression: &syn::Expr) -> Option<String> {
    let mut first = First(None);
    first.visit_expr(expression);
    first.0
}

/// The first string a block holds.
pub(super) fn text_in(block: &syn::Block) -> Option<String> {
    let mut first = First(None);
    first.visit_block(block);
    first.0
}

/// One arm of a `match`: the variants it takes, none for a wildcard, and what it gives.
pub(super) struct Arm {
    pub(super) line: usize,
    pub(super) variants: Vec<String>,
    pub(super) body: syn::Expr,
}

/// The arms of every `match` in a function.
pub(super) fn arms(function: &syn::ImplItemFn) -> Vec<Arm> {
    struct Arms(Vec<Arm>);
    impl<'ast> Visit<'ast> for Arms {
        fn visit_arm(&mut self, arm: &'ast syn::Arm) {
            self.0.push(Arm {
                line: arm.fat_arrow_token.spans[0].start().line,
                variants: variants(&arm.pat),
                body: (*arm.body).clone(),
            });
        }
    }
    let mut arms = Arms(Vec::new());
    arms.visit_block(&function.block);
    arms.0
}

fn variants(pattern: &syn::Pat) -> Vec<String> {
    match pattern {
        syn::Pat::Or(cases) => cases.cases.iter().flat_map(variants).collect(),
        syn::Pat::Path(path) => vec![last(&path.path)],
        syn::Pat::Struct(pattern) => vec![last(&pattern.path)],
        syn::Pat::TupleStruct(pattern) => vec![last(&pattern.path)],
        syn::Pat::Reference(reference) => variants(&reference.pat),
        syn::Pat::Paren(inner) => variants(&inner.pat),
        _ => Vec::new(),
    }
}
