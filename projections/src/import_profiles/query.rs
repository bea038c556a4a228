use chaobiao_domain::import_profile::ProfileLayout;
use chaobiao_domain::units::ImportProfileId;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    pub profile_id: ImportProfileId,
    pub version: i32,
    pub layout: ProfileLayout,
}

impl FromRow<'_, PgRow> for ProfileRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(layout) = row.try_get("layout")?;
        Ok(Self {
            profile_id: field(row, "profile_id")?,
            version: row.try_get("version")?,
            layout,
        })
    }
}

/// Profiles in use, or the one asked for.
pub async fn list(
    executor: impl PgExecutor<'_>,
    profile_id: Option<&ImportProfileId>,
) -> Result<Vec<ProfileRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT profile_id, version, layout FROM read_import_profiles \
         WHERE NOT retired AND ($1::text IS NULL OR profile_id = $1) \
         ORDER BY profile_id LIMIT 200",
    )
    .bind(profile_id.map(ImportProfileId::as_str))
    .fetch_all(executor)
    .await
}

/// A profile as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileVersionRow {
    pub profile: ProfileRow,
    pub published_at: DateTime<Utc>,
    pub published_by: String,
}

impl FromRow<'_, PgRow> for ProfileVersionRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            profile: ProfileRow::from_row(row)?,
            published_at: row.try_get("published_at")?,
            published_by: row.try_get("published_by")?,
        })
    }
}

/// Every version of a profile, in use or not, the newest first.
pub async fn versions(
    executor: impl PgExecutor<'_>,
    profile_id: &ImportProfileId,
) -> Result<Vec<ProfileVersionRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_import_profiles_version WHERE profile_id = $1 \
         ORDER BY version DESC LIMIT 100",
    )
    .bind(profile_id.as_str())
    .fetch_all(executor)
    .await
}
