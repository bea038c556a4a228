use async_graphql::{Enum, InputObject, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::connector::{
    ConnectorSettings, ConnectorSource, ImportedFile, RunOutcome, Schedule,
};
use chaobiao_domain::units::ImportProfileId;
use chaobiao_projections::connectors::{ConnectorRow, RunRow};
use chrono::{DateTime, Utc};

use crate::support::field;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum ConnectorKind {
    /// What a platform answers to a request.
    Web,
    /// Files another system puts into a folder of the server.
    Folder,
}

#[derive(InputObject)]
pub(super) struct ConnectorSettingsInput {
    name: String,
    kind: ConnectorKind,
    /// Of a platform: `https://…`. `{date}`, `{yesterday}` and `{month}` in it are those of the run.
    url: Option<String>,
    /// Under the folder the server has for such files.
    folder: Option<String>,
    /// How what it brings is read.
    profile_id: String,
    /// At least 15, and it divides the day.
    every_minutes: i32,
    /// After midnight, less than `everyMinutes`.
    #[graphql(default)]
    offset_minutes: i32,
}

impl ConnectorSettingsInput {
    pub(super) fn read(self) -> Result<ConnectorSettings, Rejection> {
        let profile_id = ImportProfileId::try_new(&self.profile_id);
        // A negative figure is refused as any other that does not fit.
        let minutes = |minutes: i32| u32::try_from(minutes).unwrap_or(u32::MAX);
        Ok(ConnectorSettings {
            name: self.name,
            source: match self.kind {
                ConnectorKind::Web => ConnectorSource::Web {
                    url: self.url.unwrap_or_default().trim().to_owned(),
                },
                ConnectorKind::Folder => ConnectorSource::Folder {
                    folder: self.folder.unwrap_or_default().trim().to_owned(),
                },
            },
            profile_id: field("settings.profileId", profile_id)?,
            schedule: Schedule {
                every_minutes: minutes(self.every_minutes),
                offset_minutes: minutes(self.offset_minutes),
            },
        })
    }
}

/// Where readings of another platform are fetched from.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Connector {
    connector_id: String,
    name: String,
    kind: ConnectorKind,
    url: Option<String>,
    folder: Option<String>,
    profile_id: String,
    every_minutes: u32,
    offset_minutes: u32,
    /// Why, while nothing is fetched.
    paused_for: Option<String>,
    running: bool,
    /// When it runs next; as soon as may be, where somebody has asked for it.
    next_run_at: Option<DateTime<Utc>>,
    last_run_at: Option<DateTime<Utc>>,
    /// Runs in a row that brought nothing in, for a reason each.
    failures: u32,
}

impl From<ConnectorRow> for Connector {
    fn from(row: ConnectorRow) -> Self {
        let record = row.record;
        let settings = record.settings;
        let (kind, url, folder) = match settings.source {
            ConnectorSource::Web { url } => (ConnectorKind::Web, Some(url), None),
            ConnectorSource::Folder { folder } => (ConnectorKind::Folder, None, Some(folder)),
        };
        Self {
            connector_id: row.connector_id.into(),
            name: settings.name,
            kind,
            url,
            folder,
            profile_id: settings.profile_id.into(),
            every_minutes: settings.schedule.every_minutes,
            offset_minutes: settings.schedule.offset_minutes,
            next_run_at: record.paused.is_none().then_some(record.next_at),
            paused_for: record.paused,
            running: record.running || record.requested,
            last_run_at: record.began,
            failures: record.failures,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum ConnectorOutcome {
    Running,
    Imported,
    /// No file, or the one of the last time.
    NothingNew,
    Failed,
}

/// A file a run has brought; its refused rows are with the import.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ConnectorFile {
    file_name: String,
    batch_id: String,
    accepted: u32,
    held: u32,
    unchanged: u32,
    refused: u32,
}

impl From<ImportedFile> for ConnectorFile {
    fn from(file: ImportedFile) -> Self {
        Self {
            file_name: file.file_name,
            batch_id: file.batch_id.into(),
            accepted: file.rows.accepted,
            held: file.rows.held,
            unchanged: file.rows.unchanged,
            refused: file.rows.refused,
        }
    }
}

/// One run of a connector.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ConnectorRun {
    run: i64,
    /// Which server did it.
    node: String,
    began_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    outcome: ConnectorOutcome,
    /// Of a failure.
    reason: Option<String>,
    files: Vec<ConnectorFile>,
}

impl From<RunRow> for ConnectorRun {
    fn from(row: RunRow) -> Self {
        let (outcome, reason, files) = match row.outcome {
            None => (ConnectorOutcome::Running, None, Vec::new()),
            Some(RunOutcome::Imported { files }) => (ConnectorOutcome::Imported, None, files),
            Some(RunOutcome::NothingNew) => (ConnectorOutcome::NothingNew, None, Vec::new()),
            Some(RunOutcome::Failed { reason, files }) => {
                (ConnectorOutcome::Failed, Some(reason), files)
            }
        };
        Self {
            run: row.run,
            node: row.node,
            began_at: row.began_at,
            ended_at: row.ended_at,
            outcome,
            reason,
            files: files.into_iter().map(ConnectorFile::from).collect(),
        }
    }
}
