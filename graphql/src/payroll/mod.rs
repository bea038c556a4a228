//! 工资代扣: agreements, batches for the payroll office, and what it has deducted.

mod mutation;
mod query;
mod types;

pub use mutation::PayrollMutation;
pub use query::PayrollQuery;
