use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::bulletin::outage::OutageArea;
use crate::units::{AccountNo, ArticleId, CampusId};

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

/// Whom an article is pushed to: those who have bound an account there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Audience {
    Campus {
        campus: CampusId,
    },
    Building {
        campus: CampusId,
        building: String,
    },
    Account {
        campus: CampusId,
        account_no: AccountNo,
    },
}

impl Audience {
    pub fn campus(&self) -> &CampusId {
        match self {
            Self::Campus { campus }
            | Self::Building { campus, .. }
            | Self::Account { campus, .. } => campus,
        }
    }
}

impl From<Audience> for OutageArea {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Campus { campus } => Self::Campus { campus },
            Audience::Building { campus, building } => Self::Building { campus, building },
            Audience::Account { campus, account_no } => Self::Account { campus, account_no },
        }
    }
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
    /// 推送: those concerned are told of what is published.
    Pushed {
        article_id: ArticleId,
        version: u32,
        title: String,
        audience: Audience,
    },
    /// Nobody sees it any more; it may be published again.
    Withdrawn { reason: String },
}

impl DomainEvent for ArticleEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Drafted { .. } => "article.drafted",
            Self::Revised { .. } => "article.revised",
            Self::Published { .. } => "article.published",
            Self::Pushed { .. } => "article.pushed",
            Self::Withdrawn { .. } => "article.withdrawn",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
