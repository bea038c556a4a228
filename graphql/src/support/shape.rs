//! The last look at an answer: no error leaves without a code, and no fault with its text.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextRequest,
};
use async_graphql::{ErrorExtensionValues, Response, ServerError};

use super::{ErrorCode, RequestInfo};

/// Gives every error its code. An error some library raised keeps its text to the log.
pub struct Shape;

impl ExtensionFactory for Shape {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Shape {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        for error in &mut response.errors {
            // What execution left uncoded was dealt with below; this is an operation that cannot
            // be determined.
            if code(error).is_none() {
                set_code(error, ErrorCode::OperationResolutionFailure);
            }
        }
        response
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        let request_id = ctx
            .data_opt::<RequestInfo>()
            .map_or("-", |info| &info.request_id);
        for error in &mut response.errors {
            if code(error).is_none() {
                give_code(error, request_id);
            }
        }
        response
    }
}

fn code(error: &ServerError) -> Option<&async_graphql::Value> {
    error.extensions.as_ref()?.get("code")
}

fn set_code(error: &mut ServerError, code: ErrorCode) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code.as_str());
}

fn give_code(error: &mut ServerError, request_id: &str) {
    // async-graphql raises these two itself, from arguments and variables that do not fit.
    let about_input = error.source.is_none()
        && (error.message.starts_with("Failed to parse \"")
            || error.message.starts_with("Expected input type \"")
            || error.message.starts_with("Invalid value for argument"));
    if about_input {
        return set_code(error, ErrorCode::BadUserInput);
    }
    tracing::error!(request_id, error = %error.message, path = ?error.path, "a resolver failed");
    "服务器内部错误".clone_into(&mut error.message);
    set_code(error, ErrorCode::Internal);
    if let Some(extensions) = &mut error.extensions {
        extensions.set("requestId", request_id);
    }
}
