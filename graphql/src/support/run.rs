//! From a mutation to the command bus and back.

use std::time::Duration;

use async_graphql::{Context, Result};
use chaobiao_decision::{CommandContext, Process, Rejection};
use chaobiao_eventstore::CommandError;

use super::{ErrorCode, RequestInfo, Services, UserError, Viewer, bad_input, coded, internal};

/// How long a mutation waits for its own effect to be seen.
const READ_YOUR_WRITES: Duration = Duration::from_secs(2);

/// What a mutation's command came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran<O> {
    /// `None` when the command was refused.
    pub outcome: Option<O>,
    pub user_errors: Vec<UserError>,
    /// It is done, but the read models have not caught up: what they show may be older.
    pub pending: bool,
    /// The same command had been executed before, and this is its first answer again.
    pub repeated: bool,
}

impl<O> Ran<O> {
    pub fn refused(rejection: impl Into<UserError>) -> Self {
        Self {
            outcome: None,
            user_errors: vec![rejection.into()],
            pending: false,
            repeated: false,
        }
    }

    pub fn done(outcome: O) -> Self {
        Self {
            outcome: Some(outcome),
            user_errors: Vec::new(),
            pending: false,
            repeated: false,
        }
    }

    pub fn map<U>(self, change: impl FnOnce(O) -> U) -> Ran<U> {
        let Self {
            outcome,
            user_errors,
            pending,
            repeated,
        } = self;
        Ran {
            outcome: outcome.map(change),
            user_errors,
            pending,
            repeated,
        }
    }
}

/// Executes the process a mutation stands for, once per viewer, mutation and key.
///
/// `process` is what the input was read to; a value of it that could not be read is a refusal
/// like any other (see [`super::field`]).
pub async fn run<P: Process>(
    ctx: &Context<'_>,
    mutation: &str,
    idempotency_key: &str,
    process: Result<P, Rejection>,
) -> Result<Ran<P::Outcome>> {
    let context = command_context(ctx, mutation, idempotency_key)?;
    run_in(ctx, context, process).await
}

/// [`run`] with a context of the caller's making.
pub async fn run_in<P: Process>(
    ctx: &Context<'_>,
    context: CommandContext,
    process: Result<P, Rejection>,
) -> Result<Ran<P::Outcome>> {
    let process = match process {
        Ok(process) => process,
        Err(rejection) => return Ok(Ran::refused(rejection)),
    };
    let services = Services::of(ctx)?;
    let executed = match services.bus.execute(context, process).await {
        Ok(executed) => executed,
        Err(CommandError::Refused(rejection)) => return Ok(Ran::refused(rejection)),
        Err(error) => return Err(fault(ctx, error)),
    };
    let pending = !caught_up(services, executed.position).await;
    Ok(Ran {
        pending,
        repeated: executed.repeated,
        ..Ran::done(executed.outcome)
    })
}

/// Waits, within bounds, until the read models show the event at `position`.
pub async fn caught_up(services: &Services, position: Option<i64>) -> bool {
    match position {
        Some(position) => {
            services
                .read_models
                .wait_for(position, READ_YOUR_WRITES)
                .await
        }
        None => true,
    }
}

/// Maps what is not a refusal: a reused key, a lasting conflict, a fault.
pub fn fault(ctx: &Context<'_>, error: CommandError) -> async_graphql::Error {
    match error {
        CommandError::KeyReused => coded(
            ErrorCode::IdempotencyKeyReused,
            "幂等键已用于另一请求，请更换后重试",
        ),
        CommandError::Conflict => coded(ErrorCode::Conflict, "数据正被他人修改，请稍后重试"),
        error => internal(ctx, &error),
    }
}

/// The context of the command a mutation gives: its id follows from viewer, mutation and key.
pub fn command_context(
    ctx: &Context<'_>,
    mutation: &str,
    idempotency_key: &str,
) -> Result<CommandContext> {
    if !is_key(idempotency_key) {
        return Err(bad_input(
            "idempotencyKey 应为 16 到 64 个字母、数字或 - _ . :",
        ));
    }
    let services = Services::of(ctx)?;
    let actor = ctx.data::<Viewer>()?.actor();
    let request = ctx.data::<RequestInfo>()?;
    let id = services
        .bus
        .command_id(&format!("{actor}/{mutation}"), idempotency_key);
    let mut context = CommandContext::new(id, actor, services.store().clock().now());
    context.request_id = Some(request.request_id.clone());
    context.origin.clone_from(&request.origin);
    Ok(context)
}

fn is_key(key: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (16..=64).contains(&key.len()) && key.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_enough_not_to_be_met_twice() {
        assert!(is_key("0198c5b2-7d1e-7c3a-9a53-0e1f2a3b4c5d"));
        for bad in ["", "short", "sixteen bytes ok", &"x".repeat(65)] {
            assert!(!is_key(bad), "{bad}");
        }
    }
}
