//! Report templates (报表模板) as they are laid out now.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ReportTemplatesProjector;
pub use query::TemplateRow;
