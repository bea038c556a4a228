use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::bulletin::article;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::bulletin::{self, ArticleRow, OfficeRow, PushRow, VersionRow};
use chrono::{DateTime, Utc};

use crate::support::{Viewer, internal, load, many, personal};

/// Under which heading an article stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "article::ArticleCategory")]
pub(super) enum ArticleCategory {
    /// 便民信息
    Convenience,
    /// 常见问题
    Faq,
    /// 生活常识
    Tips,
}

many! {
    /// Every version of an article, by its id.
    VersionsOf, VersionRow, bulletin::versions, article_id;
}

many! {
    /// To whom an article was pushed, by its id.
    PushesOf, PushRow, bulletin::pushes, article_id;
}

/// 推送: to whom a version of an article was pushed.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ArticlePush {
    version: i32,
    campus_id: String,
    /// Null for the whole campus, as is the account.
    building: Option<String>,
    account_no: Option<String>,
    /// Such as `staff:li`.
    pushed_by: String,
    pushed_at: DateTime<Utc>,
}

/// A version of an article.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ArticleVersion {
    version: i32,
    title: String,
    body: String,
    written_at: DateTime<Utc>,
    written_by: String,
}

/// An article: the published version for everybody, the newest for who writes them.
#[derive(Clone, Debug)]
pub(super) struct Article(pub(super) ArticleRow);

impl Article {
    fn for_writers(ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.data::<Viewer>()?.may(Permission::ManageBulletin))
    }
}

#[Object]
impl Article {
    async fn article_id(&self) -> &str {
        &self.0.article_id
    }

    async fn category(&self, ctx: &Context<'_>) -> Result<ArticleCategory> {
        let stored = &self.0.category;
        let mut all = article::ArticleCategory::ALL.into_iter();
        all.find(|category| category.as_str() == stored)
            .map(ArticleCategory::from)
            .ok_or_else(|| internal(ctx, format!("no such category: {stored}")))
    }

    /// Null for all campuses.
    async fn campus_id(&self) -> Option<&str> {
        self.0.campus.as_deref()
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Plain text or Markdown, without HTML.
    async fn body(&self) -> &str {
        &self.0.body
    }

    async fn written_at(&self) -> DateTime<Utc> {
        self.0.written_at
    }

    /// The version everybody sees; null for a draft or what was withdrawn.
    async fn published_version(&self) -> Option<i32> {
        self.0.published
    }

    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }

    /// Why it was withdrawn; for who writes articles.
    async fn withdrawn(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let reason = self.0.withdrawn.as_deref();
        Ok(reason.filter(|_| Self::for_writers(ctx).unwrap_or(false)))
    }

    /// The newest first; for who writes articles.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<ArticleVersion>> {
        if !Self::for_writers(ctx)? {
            return Ok(Vec::new());
        }
        let rows = load(ctx, VersionsOf(self.0.article_id.clone())).await?;
        let version = |row: VersionRow| ArticleVersion {
            version: row.version,
            title: row.title,
            body: row.body,
            written_at: row.written_at,
            written_by: row.written_by,
        };
        Ok(rows.unwrap_or_default().into_iter().map(version).collect())
    }

    /// To whom it was pushed, the latest first; for who writes articles. What became of each message
    /// is under `messages(topicId)`.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn pushes(&self, ctx: &Context<'_>) -> Result<Vec<ArticlePush>> {
        if !Self::for_writers(ctx)? {
            return Ok(Vec::new());
        }
        let rows = load(ctx, PushesOf(self.0.article_id.clone())).await?;
        let push = |row: PushRow| ArticlePush {
            version: row.version,
            campus_id: row.campus,
            building: row.building,
            account_no: row.account_no,
            pushed_by: row.pushed_by,
            pushed_at: row.pushed_at,
        };
        Ok(rows.unwrap_or_default().into_iter().map(push).collect())
    }
}

/// 联系我们: the office of a campus.
#[derive(Clone, Debug)]
pub(super) struct CampusOffice(pub(super) OfficeRow);

#[Object]
impl CampusOffice {
    async fn campus_id(&self) -> &str {
        &self.0.campus
    }

    async fn place(&self) -> &str {
        &self.0.place
    }

    /// Null once it is erased.
    async fn person_in_charge(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        personal(ctx, self.0.person()).await
    }

    async fn contact(&self) -> &str {
        &self.0.contact
    }
}
