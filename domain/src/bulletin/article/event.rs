use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{ArticleId, CampusId};

/// Under which heading an article stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArticleCategory {
    /// 便民信息 (R62)
    Convenience,
    /// 常见问题 (R63)
    Faq,
    /// 生活常识 (R66)
    Tips,
}

impl ArticleCategory {
    pub const ALL: [Self; 3] = [Self::Convenience, Self::Faq, Self::Tips];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Convenience => "convenience",
            Self::Faq => "faq",
            Self::Tips => "tips",
        }
    }
}

/// One version of what an article says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleText {
    pub title: String,
    /// Plain text, or Markdown without HTML.
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ArticleEvent {
    /// The first version.
    Drafted {
        article_id: ArticleId,
        category: ArticleCategory,
        /// For all campuses, when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campus: Option<CampusId>,
        text: ArticleText,
    },
    /// The next version; what is published stays as it is.
    Revised { version: u32, text: ArticleText },
    /// Everybody sees this version from now on.
    Published { version: u32 },
    /// Nobody sees it any more; it may be published again.
    Withdrawn { reason: String },
}

impl DomainEvent for ArticleEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Drafted { .. } => "article.drafted",
            Self::Revised { .. } => "article.revised",
            Self::Published { .. } => "article.published",
            Self::Withdrawn { .. } => "article.withdrawn",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
