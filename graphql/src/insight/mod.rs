//! Insight: how meters are read, how readers do, what is used.

mod figures;
mod money;
mod query;
mod report;
mod subscription;
mod template;
mod usage;

pub use money::MoneyFiguresQuery;
pub use query::InsightQuery;
pub use report::ReportQuery;
pub use subscription::InsightSubscription;
pub use template::ReportTemplateMutation;
pub use usage::UsageQuery;
