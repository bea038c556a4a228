use chaobiao_domain::validation_rules::RuleSet;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

/// A version of the rules, and who published it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRules {
    pub rules: RuleSet,
    pub published_at: DateTime<Utc>,
    pub published_by: String,
}

impl FromRow<'_, PgRow> for PublishedRules {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(rules) = row.try_get("rules")?;
        Ok(Self {
            rules,
            published_at: row.try_get("published_at")?,
            published_by: row.try_get("published_by")?,
        })
    }
}

/// All versions, the newest first.
pub async fn all(executor: impl PgExecutor<'_>) -> Result<Vec<PublishedRules>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_validation_rules ORDER BY version DESC")
        .fetch_all(executor)
        .await
}
