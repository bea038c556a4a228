//! What people have filed, for whoever filed it and for whoever answers, and the rules it is
//! answered by.

mod projector;
mod query;
#[cfg(test)]
mod tests;

pub use projector::ServiceCasesProjector;
pub use query::{
    CaseBoard, CaseFilter, CaseOrderBy, CaseRow, ReporterKey, RulesRow, StepRow, board, by_id,
    by_ids, cases, photos_of, reported_by, rules, shows_photo, steps, waiting,
};
