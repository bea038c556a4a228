//! What runs over one WebSocket: subscriptions, a few at a time.

use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response, Value};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chaobiao_graphql::Schema;
use chaobiao_graphql::support::{ErrorCode, RequestInfo, Services, SubscriptionsOnly, prepare};
use futures::stream::{self, BoxStream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::graphql::{fault, refusal};

/// A subscription's document is short.
pub(super) const MESSAGE_BYTES_MAX: usize = 64 * 1024;
const SUBSCRIPTIONS_MAX: usize = 10;
/// Where an answer says what it is called, and who comes back says which it heard last.
const CURSOR: &str = "cursor";
const AFTER: &str = "after";
const CURSOR_BYTES: usize = 12;

/// Runs what comes over a socket in the name of whoever its session stands for at that moment, not
/// of whoever opened the socket.
#[derive(Clone)]
pub(super) struct Socket {
    schema: Schema,
    services: Services,
    info: RequestInfo,
    open: Arc<Semaphore>,
}

impl Socket {
    pub(super) fn new(schema: Schema, services: Services, info: RequestInfo) -> Self {
        let open = Arc::new(Semaphore::new(SUBSCRIPTIONS_MAX));
        Self {
            schema,
            services,
            info,
            open,
        }
    }

    async fn start(self, request: Request) -> BoxStream<'static, Response> {
        let Ok(place) = Arc::clone(&self.open).try_acquire_owned() else {
            return one(refusal(ErrorCode::RateLimited, "该连接上的订阅过多"));
        };
        let viewer = match self.services.viewer(self.info.session.as_ref()).await {
            Ok(viewer) => viewer,
            Err(error) => {
                let request_id = &self.info.request_id;
                tracing::error!(request_id, %error, "the session could not be read");
                return one(fault(request_id));
            }
        };
        let heard = heard(&request);
        let request = prepare(request, &self.services, viewer, self.info).data(SubscriptionsOnly);
        // The place is held as long as the stream.
        self.schema
            .execute_stream(request)
            .map(named)
            .enumerate()
            .filter_map(move |(number, answer)| {
                let again = number == 0 && heard.is_some() && cursor(&answer) == heard.as_ref();
                std::future::ready((!again).then_some(answer))
            })
            .inspect(move |_| {
                let _ = &place;
            })
            .boxed()
    }
}

/// What a client that comes back has heard last.
fn heard(request: &Request) -> Option<Value> {
    request.extensions.get(AFTER).cloned()
}

/// Gives an answer a name that says what is in it: two of the same name say the same.
fn named(mut answer: Response) -> Response {
    if answer.is_ok()
        && let Ok(data) = serde_json::to_vec(&answer.data)
    {
        let name = URL_SAFE_NO_PAD.encode(&Sha256::digest(data)[..CURSOR_BYTES]);
        answer.extensions.insert(CURSOR.to_owned(), name.into());
    }
    answer
}

fn cursor(answer: &Response) -> Option<&Value> {
    answer.extensions.get(CURSOR)
}

fn one(answer: Response) -> BoxStream<'static, Response> {
    stream::once(std::future::ready(answer)).boxed()
}

impl Executor for Socket {
    async fn execute(&self, request: Request) -> Response {
        let mut answers = self.clone().start(request).await;
        let none = || refusal(ErrorCode::BadRequest, "没有结果");
        answers.next().await.unwrap_or_else(none)
    }

    fn execute_stream(
        &self,
        request: Request,
        _session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        stream::once(self.clone().start(request)).flatten().boxed()
    }
}
