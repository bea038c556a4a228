//! The whole way of money through payment gateways that misbehave: HTTP, policies, the due runner
//! and the outbox over a real store, with gateways in process.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod notices;
mod questions;
mod statements;
mod top_up;
mod town;
