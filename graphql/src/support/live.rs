//! Subscriptions: a value now, and again whenever its read models have changed it.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Result};
use futures::future::select_all;
use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use tokio::sync::watch;

use super::shared_answers::{Question, Shown};
use super::{ErrorCode, Guarded, RequestInfo, Services, Viewer, coded, internal};

/// Changes that come closer together are shown as one.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks `query` again after every change of the named read model, for this viewer alone, and passes
/// on what differs from the last answer. The session and `rule` are checked before each question:
/// who may no longer look is told so, and nothing else.
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
    live_on(ctx, Changes::of(ctx, &[read_model])?, rule, query)
}

/// The same for what everybody who may see it sees alike: however many watch a field with the same
/// arguments, after a change it is asked for once.
pub fn live_for_all<T, Q, F>(
    ctx: &Context<'_>,
    read_models: &[&str],
    rule: Guarded,
    query: Q,
) -> Result<impl Stream<Item = Result<T>> + use<T, Q, F>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Q: Fn(Services) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, String>> + Send + 'static,
{
    let changes = Changes::of(ctx, read_models)?;
    let shown: Shown<T> = Services::of(ctx)?.shared_answers.watch(Question::of(ctx)?);
    let asked = (shown, changes.clone(), Arc::new(query));
    live_on(ctx, changes, rule, move |services, _viewer| {
        let (shown, changes, query) = asked.clone();
        async move {
            shown
                .answer(|| changes.revision(), || query(services))
                .await
        }
    })
}

/// The same after every change of anything that counts its changes.
pub fn live_on<T, Q, F>(
    ctx: &Context<'_>,
    changes: Changes,
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

/// What counts its changes, one or several together.
#[derive(Clone)]
pub struct Changes(Vec<watch::Receiver<i64>>);

impl From<watch::Receiver<i64>> for Changes {
    fn from(changes: watch::Receiver<i64>) -> Self {
        Self(vec![changes])
    }
}

impl Changes {
    fn of(ctx: &Context<'_>, read_models: &[&str]) -> Result<Self> {
        let known = &Services::of(ctx)?.read_models;
        let watched = read_models.iter().map(|name| {
            let unknown = || internal(ctx, format!("no read model is called {name}"));
            known.watch(name).ok_or_else(unknown)
        });
        watched.collect::<Result<_>>().map(Self)
    }

    /// Grows with every change.
    fn revision(&self) -> i64 {
        self.0.iter().map(|changes| *changes.borrow()).sum()
    }

    fn mark_unchanged(&mut self) {
        self.0.iter_mut().for_each(watch::Receiver::mark_unchanged);
    }

    /// `None` when there will be no more.
    async fn changed(&mut self) -> Option<()> {
        let each = self.0.iter_mut().map(|changes| changes.changed().boxed());
        select_all(each).await.0.ok()
    }
}

struct Live<T, Q> {
    services: Services,
    info: RequestInfo,
    rule: Guarded,
    query: Q,
    changes: Changes,
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
                self.changes.changed().await?;
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
