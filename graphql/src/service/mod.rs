//! What people ask of the centre: service cases with the rules they are answered by, and visits.

mod case_mutation;
mod case_query;
mod case_subscription;
mod case_types;
mod rules;
mod visit_mutation;
mod visit_query;
mod visit_types;

pub use case_mutation::CaseMutation;
pub use case_query::CaseQuery;
pub use case_subscription::CaseSubscription;
pub use visit_mutation::VisitMutation;
pub use visit_query::VisitQuery;
