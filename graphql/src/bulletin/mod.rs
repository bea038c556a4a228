//! What the centre tells everybody: articles, outage notices, where to ask.

mod article_types;
mod mutation;
mod outage_mutation;
mod outage_types;
mod query;
mod subscription;

pub use mutation::BulletinMutation;
pub use outage_mutation::OutageMutation;
pub use query::BulletinQuery;
pub use subscription::OutageSubscription;
