//! What stands on papers and in files of one's own is asked as the pages ask it: by GraphQL, as
//! whoever wants it. Numbers, masks and rights are then the same there and on the screen.

use async_graphql::{Request, Variables};
use axum::http::StatusCode;
use axum::response::Response;
use chaobiao_graphql::Schema;
use chaobiao_graphql::support::{RequestInfo, Services, Viewer, prepare};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use super::{forbidden, internal_error, refused};

#[derive(Debug, Error)]
pub(crate) enum AskError {
    #[error("it is refused to this viewer")]
    Refused,
    #[error("there is none")]
    Absent,
    #[error("the account is not cleared")]
    NotCleared,
    #[error("the answer is not as expected: {0}")]
    Answer(String),
}

impl AskError {
    pub(crate) fn answer(&self, viewer: &Viewer) -> Response {
        match self {
            Self::Refused => forbidden(viewer),
            Self::Absent => refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到"),
            Self::NotCleared => refused(
                StatusCode::CONFLICT,
                "ACCOUNT_NOT_CLEARED",
                "本户尚未结清，不能出具结清证明",
            ),
            Self::Answer(_) => internal_error(self, "what was asked by GraphQL"),
        }
    }
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Paged<T> {
    pub(crate) nodes: Vec<T>,
    page_info: PageInfo,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// What to ask for the next page by; none behind the last.
    pub(crate) fn next(&self) -> Option<String> {
        let cursor = self.page_info.end_cursor.clone();
        cursor.filter(|_| self.page_info.has_next_page)
    }
}

/// Asks on behalf of one request.
pub(crate) struct Asker<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) services: &'a Services,
    pub(crate) viewer: Viewer,
    pub(crate) info: RequestInfo,
}

impl Asker<'_> {
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        query: &str,
        variables: Value,
    ) -> Result<T, AskError> {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let request = prepare(
            request,
            self.services,
            self.viewer.clone(),
            self.info.clone(),
        );
        let answer = self.schema.execute(request).await;
        if let Some(error) = answer.errors.first() {
            let code = error
                .extensions
                .as_ref()
                .and_then(|known| known.get("code"));
            return Err(match code.map(ToString::to_string).as_deref() {
                Some("\"UNAUTHENTICATED\"" | "\"FORBIDDEN\"") => AskError::Refused,
                Some("\"NOT_FOUND\"") => AskError::Absent,
                _ => AskError::Answer(error.message.clone()),
            });
        }
        let data = answer.data.into_json().and_then(serde_json::from_value);
        data.map_err(|error| AskError::Answer(error.to_string()))
    }
}
