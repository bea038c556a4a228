//! 报表模板: how a usage report is laid out, as data the centre keeps itself (R76).

mod aggregate;
mod command;
mod error;
mod event;
mod layout;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::ReportTemplate;
pub use command::ReportTemplateCommand;
pub use error::ReportTemplateError;
pub use event::{ReportTemplateEvent, TemplatePublished};
pub use layout::{ColumnLayout, ReportColumn, ReportGroup, ReportLayout};
pub use process::{PublishReportTemplate, RetireReportTemplate, TemplateChanged};
