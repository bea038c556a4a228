//! Articles for everybody and their versions for who writes them, and where to ask.

mod projector;
mod query;
#[cfg(test)]
mod tests;

pub use projector::BulletinProjector;
pub use query::{
    ArticleFilter, ArticleKey, ArticleRow, OfficeRow, PushRow, VersionRow, articles, by_id,
    offices, published_by_id, pushes, versions,
};
