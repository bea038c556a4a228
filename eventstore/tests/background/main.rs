//! Sealer, consumers and runners against a real PostgreSQL.

mod counter;
mod operating;
mod projections;
mod sealer;
mod support;
