//! Articles, drafted, published in versions, and withdrawn.

mod aggregate;
mod error;
mod event;
mod markup;
mod process;

pub use aggregate::{Article, ArticleCommand};
pub use error::ArticleError;
pub use event::{ArticleCategory, ArticleEvent, ArticleText};
pub use process::{ArticleChanged, DraftArticle, PublishArticle, ReviseArticle, WithdrawArticle};
