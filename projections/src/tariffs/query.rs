use chaobiao_domain::rating::{LateFeeTerms, TariffSchedule};
use chaobiao_domain::units::TariffId;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

/// A tariff as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TariffRow {
    pub tariff_id: TariffId,
    pub name: String,
    pub payment_days: i32,
    pub schedule: TariffSchedule,
    pub late_fees: Vec<LateFeeTerms>,
}

impl FromRow<'_, PgRow> for TariffRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(schedule) = row.try_get("schedule")?;
        let Json(late_fees) = row.try_get("late_fees")?;
        Ok(Self {
            tariff_id: field(row, "tariff_id")?,
            name: row.try_get("name")?,
            payment_days: row.try_get("payment_days")?,
            schedule,
            late_fees,
        })
    }
}

/// All tariffs; a centre has dozens at most.
pub async fn all(executor: impl PgExecutor<'_>) -> Result<Vec<TariffRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_tariffs ORDER BY tariff_id")
        .fetch_all(executor)
        .await
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    tariff_id: &str,
) -> Result<Option<TariffRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_tariffs WHERE tariff_id = $1")
        .bind(tariff_id)
        .fetch_optional(executor)
        .await
}
