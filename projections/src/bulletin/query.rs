use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;

/// An article with one of its versions: the published one for everybody, else the newest.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ArticleRow {
    pub article_id: String,
    pub category: String,
    pub campus: Option<String>,
    pub version: i32,
    pub newest: i32,
    pub published: Option<i32>,
    pub published_at: Option<DateTime<Utc>>,
    pub withdrawn: Option<String>,
    pub title: String,
    pub body: String,
    pub written_at: DateTime<Utc>,
    pub written_by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct VersionRow {
    pub article_id: String,
    pub version: i32,
    pub title: String,
    pub body: String,
    pub written_at: DateTime<Utc>,
    pub written_by: String,
}

/// To whom an article was pushed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PushRow {
    pub article_id: String,
    pub version: i32,
    pub campus: String,
    pub building: Option<String>,
    pub account_no: Option<String>,
    pub pushed_by: String,
    pub pushed_at: DateTime<Utc>,
}

/// Where the office of a campus is and whom to ask there.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OfficeRow {
    pub campus: String,
    pub place: String,
    pub contact: String,
    pub person_at: i64,
}

impl OfficeRow {
    /// Where the name of who is in charge is kept.
    pub fn person(&self) -> PersonalAt {
        PersonalAt {
            aggregate_type: "campus",
            aggregate_id: self.campus.clone(),
            sequence: self.person_at,
            places: &["/person_in_charge"],
        }
    }
}

/// The newest first.
pub type ArticleKey = (DateTime<Utc>, String);

/// Which articles are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleFilter {
    pub category: Option<String>,
    /// Those for this campus and for all.
    pub campus: Option<String>,
    /// Drafts and what was withdrawn as well, each in its newest version.
    pub unpublished_too: bool,
}

const SELECT: &str = "SELECT a.article_id, a.category, a.campus, v.version, a.newest, \
     a.published, a.published_at, a.withdrawn, v.title, v.body, v.written_at, v.written_by \
     FROM read_bulletin a JOIN read_bulletin_version v ON v.article_id = a.article_id";

/// Articles, the newest first.
pub async fn articles(
    pool: &PgPool,
    filter: &ArticleFilter,
    page: &Page<ArticleKey>,
) -> Result<Slice<ArticleRow, ArticleKey>, sqlx::Error> {
    let (before, before_id) = page.after.clone().unzip();
    let rows = sqlx::query_as(&format!(
        "{SELECT} AND v.version = CASE WHEN $3 THEN a.newest ELSE a.published END \
         WHERE ($1::text IS NULL OR a.category = $1) \
         AND ($2::text IS NULL OR a.campus IS NULL OR a.campus = $2) \
         AND ($4::timestamptz IS NULL OR (v.written_at, a.article_id) < ($4, $5)) \
         ORDER BY v.written_at DESC, a.article_id DESC LIMIT $6"
    ))
    .bind(&filter.category)
    .bind(&filter.campus)
    .bind(filter.unpublished_too)
    .bind(before)
    .bind(before_id)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &ArticleRow| {
        (row.written_at, row.article_id.clone())
    }))
}

/// The published version of an article, if there is one.
pub async fn published_by_id(pool: &PgPool, id: &str) -> Result<Option<ArticleRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "{SELECT} AND v.version = a.published WHERE a.article_id = $1"
    ))
    .bind(id)
    .fetch_optional(pool)
    .await
}

/// An article in its newest version.
pub async fn by_id(pool: &PgPool, id: &str) -> Result<Option<ArticleRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "{SELECT} AND v.version = a.newest WHERE a.article_id = $1"
    ))
    .bind(id)
    .fetch_optional(pool)
    .await
}

/// Every version of articles, the newest first.
pub async fn versions(pool: &PgPool, ids: &[String]) -> Result<Vec<VersionRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT article_id, version, title, body, written_at, written_by \
         FROM read_bulletin_version WHERE article_id = ANY($1) ORDER BY article_id, version DESC",
    )
    .bind(ids)
    .fetch_all(pool)
    .await
}

/// The offices of all campuses: a handful.
pub async fn offices(pool: &PgPool) -> Result<Vec<OfficeRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT campus, place, contact, person_at FROM read_bulletin_office ORDER BY campus",
    )
    .fetch_all(pool)
    .await
}

/// To whom articles were pushed, the latest first.
pub async fn pushes(pool: &PgPool, articles: &[String]) -> Result<Vec<PushRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT article_id, version, campus, building, account_no, pushed_by, pushed_at \
         FROM read_bulletin_push WHERE article_id = ANY($1) ORDER BY article_id, sequence DESC",
    )
    .bind(articles)
    .fetch_all(pool)
    .await
}
