//! Subscriptions: a value now, and again whenever its read model has changed it.

use std::time::Duration;

use async_graphql::{Context, Result};
use futures::{Stream, StreamExt, stream};
use tokio::sync::watch;

use super::{ErrorCode, Guarded, RequestInfo, Services, Viewer, coded, internal};

/// Changes that come closer together are shown as one.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks `query` again after every change of the named read model and passes on what differs from
/// the last answer. The session and `rule` are checked before each question: who may no longer
/// look is told so, and nothing else.
pub fn live<T, Q, F>(
    ctx: &Context<'_>,
    read_model: &str,
    rule: Guarded,
    query: Q,
) -> Result<impl Stream<Item = Result<T>> + use<T, Q, F>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Q: Fn(Services, Viewer) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, String>> + Send + 'static,
{
    let changes = Services::of(ctx)?
        .read_models
        .watch(read_model)
        .ok_or_else(|| internal(ctx, format!("no read model is called {read_model}")))?;
    live_on(ctx, changes, rule, query)
}

/// The same after every change of anything that counts its changes.
pub fn live_on<T, Q, F>(
    ctx: &Context<'_>,
    changes: watch::Receiver<i64>,
    rule: Guarded,
    query: Q,
) -> Result<impl Stream<Item = Result<T>> + use<T, Q, F>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Q: Fn(Services, Viewer) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, String>> + Send + 'static,
{
    let services = Services::of(ctx)?.clone();
    let info = ctx.data::<RequestInfo>()?.clone();
    let state = Live {
        services,
        info,
        rule,
        query,
        changes,
        last: None,
        over: false,
    };
    Ok(stream::unfold(state, Live::next).boxed())
}

struct Live<T, Q> {
    services: Services,
    info: RequestInfo,
    rule: Guarded,
    query: Q,
    changes: watch::Receiver<i64>,
    last: Option<T>,
    over: bool,
}

impl<T, Q, F> Live<T, Q>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Q: Fn(Services, Viewer) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, String>> + Send + 'static,
{
    async fn next(mut self) -> Option<(Result<T>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if self.last.is_some() {
                tokio::time::sleep(PAUSE).await;
                // The daemon stops: so does the stream.
                self.changes.changed().await.ok()?;
            }
            self.changes.mark_unchanged();
            match self.ask().await {
                Ok(value) if self.last.as_ref() == Some(&value) => {}
                Ok(value) => {
                    self.last = Some(value.clone());
                    return Some((Ok(value), self));
                }
                Err(error) => {
                    self.over = true;
                    return Some((Err(error), self));
                }
            }
        }
    }

    async fn ask(&self) -> Result<T> {
        let fault = |error: String| {
            let request_id = &self.info.request_id;
            tracing::error!(request_id, error, "a subscription failed");
            coded(ErrorCode::Internal, "服务器内部错误")
        };
        let viewer = self.services.viewer(self.info.session.as_ref()).await;
        let viewer = viewer.map_err(|error| fault(error.to_string()))?;
        if !self.rule.allows(&viewer) {
            return Err(coded(ErrorCode::Unauthenticated, "登录已失效或权限已变更"));
        }
        (self.query)(self.services.clone(), viewer)
            .await
            .map_err(fault)
    }
}
