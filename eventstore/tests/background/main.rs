//! Sealer, consumers and runners against a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a failure here is the failure of the test"
)]

mod counter;
mod evolution;
mod horizon;
mod operating;
mod plans;
mod policies;
mod projections;
mod sealer;
mod standby;
mod support;
mod work_lists;
