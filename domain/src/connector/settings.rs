use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::error::ConnectorError;
use crate::units::{ImportProfileId, business_date, start_of_business_day, written};

pub(super) const NAME_LENGTH_MAX: usize = 60;
pub(super) const URL_LENGTH_MAX: usize = 500;
const MINUTES_A_DAY: u32 = 24 * 60;
pub(super) const EVERY_MINUTES_LEAST: u32 = 15;
/// After a failure it is tried again after so long, twice as long after each further one.
const AGAIN: TimeDelta = TimeDelta::minutes(15);
const DOUBLINGS_MAX: u32 = 6;

/// Where the readings are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConnectorSource {
    /// What a platform answers. `{date}`, `{yesterday}` and `{month}` in it are those of the run.
    Web { url: String },
    /// Files another system puts into a folder under the one set up for it.
    Folder { folder: String },
}

/// When it runs: by the clock on the wall in Shanghai.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Divides the day.
    pub every_minutes: u32,
    /// After midnight.
    pub offset_minutes: u32,
}

impl Schedule {
    fn checked(self) -> Result<Self, ConnectorError> {
        let every = self.every_minutes;
        let divides = every >= EVERY_MINUTES_LEAST && MINUTES_A_DAY.is_multiple_of(every);
        if divides && self.offset_minutes < every {
            Ok(self)
        } else {
            Err(ConnectorError::ScheduleInvalid)
        }
    }

    /// The first time after `at`.
    pub fn after(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let every = TimeDelta::minutes(i64::from(self.every_minutes.max(1)));
        let offset = TimeDelta::minutes(i64::from(self.offset_minutes));
        let mut next = start_of_business_day(business_date(at)) + offset;
        while next <= at {
            next += every;
        }
        next
    }
}

/// When a run follows one that began at `began`, of `failures` in a row.
pub fn next_run(schedule: Schedule, began: DateTime<Utc>, failures: u32) -> DateTime<Utc> {
    let usual = schedule.after(began);
    match failures.checked_sub(1) {
        Some(more) => usual.min(began + AGAIN * 2_i32.pow(more.min(DOUBLINGS_MAX))),
        None => usual,
    }
}

/// Everything about a connector but its name in the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorSettings {
    pub name: String,
    pub source: ConnectorSource,
    /// How what it brings is read.
    pub profile_id: ImportProfileId,
    pub schedule: Schedule,
}

impl ConnectorSettings {
    pub(super) fn checked(self) -> Result<Self, ConnectorError> {
        let name = written(&self.name, "名称", NAME_LENGTH_MAX)
            .map_err(|_| ConnectorError::NameInvalid)?;
        match &self.source {
            ConnectorSource::Web { url } => check_url(url)?,
            ConnectorSource::Folder { folder } => check_folder(folder)?,
        }
        Ok(Self {
            name,
            schedule: self.schedule.checked()?,
            ..self
        })
    }
}

/// Who may be asked is up to the operator's configuration; that nothing secret is written here is not:
/// an event is for ever.
fn check_url(url: &str) -> Result<(), ConnectorError> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    match authority {
        _ if url.len() > URL_LENGTH_MAX || !plain => Err(ConnectorError::UrlInvalid),
        Some(authority) if authority.contains('@') => Err(ConnectorError::UrlHoldsSecret),
        Some(authority) if !authority.is_empty() => Ok(()),
        _ => Err(ConnectorError::UrlInvalid),
    }
}

fn check_folder(folder: &str) -> Result<(), ConnectorError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=60).contains(&folder.len()) && folder.bytes().all(plain) {
        Ok(())
    } else {
        Err(ConnectorError::FolderInvalid)
    }
}
