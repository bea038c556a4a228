//! What is asked of whom, as a file: a front-end machine has no store to read it from (R37).

use std::fs;
use std::path::Path;

use chaobiao_projections::collectors::query;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use crate::config::ConfigError;

/// The collectors in use with the meters behind them. Written by `chaobiao relay plan`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanFile {
    pub collectors: Vec<PlannedCollector>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedCollector {
    pub collector_no: String,
    pub every_minutes: u64,
    pub retries: u8,
    pub meters: Vec<PlannedMeter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedMeter {
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
}

impl PlanFile {
    /// As the read model has it now.
    pub async fn current(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut connection = pool.acquire().await?;
        let (collectors, meters) = query::plan(&mut connection).await?;
        let planned = |row: query::CollectorRow| {
            // The rows come by collector.
            let from = meters.partition_point(|meter| meter.collector_no < row.collector_no);
            let own = meters.get(from..).unwrap_or_default().iter();
            let own = own.take_while(|meter| meter.collector_no == row.collector_no);
            let meter = |meter: &query::CollectedMeterRow| PlannedMeter {
                address: meter.address.clone(),
                protocol: meter.protocol.clone(),
            };
            PlannedCollector {
                meters: own.map(meter).collect(),
                collector_no: row.collector_no,
                every_minutes: u64::try_from(row.every_minutes).unwrap_or(1),
                retries: u8::try_from(row.retries).unwrap_or(0),
            }
        };
        Ok(Self {
            collectors: collectors.into_iter().map(planned).collect(),
        })
    }

    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read(path).map_err(ConfigError::io(path))?;
        serde_json::from_slice(&text).map_err(|error| ConfigError::PlanMalformed {
            path: path.to_path_buf(),
            detail: error.to_string(),
        })
    }

    pub fn meters(&self) -> usize {
        let meters = self.collectors.iter().map(|one| one.meters.len());
        meters.sum()
    }
}
