//! Articles, drafted, published in versions, pushed to those concerned, and withdrawn.

mod aggregate;
mod error;
mod event;
mod markup;
mod process;

pub use aggregate::{Article, ArticleCommand};
pub use error::ArticleError;
pub use event::{ArticleCategory, ArticleEvent, ArticleText, Audience};
pub use process::{
    ArticleChanged, DraftArticle, PublishArticle, PushArticle, ReviseArticle, WithdrawArticle,
};
