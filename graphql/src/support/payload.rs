/// The payloads of mutations that answer with one thing, each under a name of its own in the schema:
/// the thing's field and type, how it is found once a command was accepted, and the names.
///
/// `payloads!(article: Article, |ctx, changed: ArticleChanged| find(ctx, changed); DraftArticlePayload)`
///
/// A payload is made `of` what [`run`](crate::support::run) gave; the thing is null when the command
/// was refused.
macro_rules! payloads {
    (
        $(#[$about:meta])* $field:ident: $shown:ty,
        |$ctx:ident, $changed:ident: $outcome:ty| $found:expr;
        $payload:ident $(, $more:ident)* $(,)?
    ) => {
        #[derive(async_graphql::SimpleObject)]
        pub(super) struct $payload {
            $(#[$about])*
            $field: Option<$shown>,
            user_errors: Vec<$crate::support::UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            async fn of(
                $ctx: &async_graphql::Context<'_>,
                ran: $crate::support::Ran<$outcome>,
            ) -> async_graphql::Result<Self> {
                let $field = match &ran.outcome {
                    Some($changed) => $found.await?,
                    None => None,
                };
                Ok(Self { $field, user_errors: ran.user_errors, pending: ran.pending })
            }
        }

        $crate::support::payloads!(
            $(#[$about])* $field: $shown, |$ctx, $changed: $outcome| $found; $($more),*
        );
    };
    (
        $(#[$about:meta])* $field:ident: $shown:ty,
        |$ctx:ident, $changed:ident: $outcome:ty| $found:expr;
    ) => {};
}

pub(crate) use payloads;
