//! Sealer, consumers and runners against a real PostgreSQL.

mod sealer;
mod support;
