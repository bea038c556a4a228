use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{BODY_LENGTH_MAX, REASON_LENGTH_MAX, TITLE_LENGTH_MAX};

/// Why an article refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArticleError {
    #[error("文章不存在")]
    Unknown,
    #[error("该文章已存在")]
    AlreadyDrafted,
    #[error("请填写标题，最多 {TITLE_LENGTH_MAX} 个字")]
    TitleInvalid,
    #[error("请填写正文，最多 {BODY_LENGTH_MAX} 个字")]
    BodyInvalid,
    #[error("正文或标题中有{0}，请使用纯文本或 Markdown")]
    Unsafe(&'static str),
    #[error("该文章没有这个版本")]
    VersionUnknown,
    #[error("该文章没有发布")]
    NotPublished,
    #[error("这一版已经推送给该范围，修改后可再推送")]
    AlreadyPushed,
    #[error("请填写楼栋，最多 60 个字")]
    BuildingInvalid,
    #[error("请填写撤下原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for ArticleError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "ARTICLE_UNKNOWN",
            Self::AlreadyDrafted => "ARTICLE_ALREADY_DRAFTED",
            Self::TitleInvalid => "ARTICLE_TITLE_INVALID",
            Self::BodyInvalid => "ARTICLE_BODY_INVALID",
            Self::Unsafe(_) => "ARTICLE_UNSAFE",
            Self::VersionUnknown => "ARTICLE_VERSION_UNKNOWN",
            Self::NotPublished => "ARTICLE_NOT_PUBLISHED",
            Self::AlreadyPushed => "ARTICLE_ALREADY_PUSHED",
            Self::BuildingInvalid => "ARTICLE_BUILDING_INVALID",
            Self::ReasonInvalid => "ARTICLE_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown | Self::AlreadyDrafted | Self::NotPublished | Self::AlreadyPushed => {
                "articleId"
            }
            Self::BuildingInvalid => "building",
            Self::TitleInvalid => "title",
            Self::BodyInvalid | Self::Unsafe(_) => "body",
            Self::VersionUnknown => "version",
            Self::ReasonInvalid => "reason",
        })
    }
}
