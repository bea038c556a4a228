//! One run: fetched, and taken in as any other file of its profile.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::connector::{ConnectorSource, FileRows, ImportedFile, RunOutcome, StartedRun};
use chaobiao_domain::import_profile::{LookUpProfile, ProfileLayout};
use chaobiao_domain::units::{ConnectorId, business_date};
use chaobiao_eventstore::CommandBus;
use chaobiao_projections::imports;
use uuid::Uuid;

use super::fetch::Platforms;
use super::folder::{self, DONE, FAILED};
use crate::import::{CampusNames, ImportError, ImportRequest, TariffNames, hash_of, import};

#[derive(Clone)]
pub(super) struct Runner {
    pub(super) bus: CommandBus,
    pub(super) platforms: Platforms,
    pub(super) folder: Option<PathBuf>,
}

/// A run that cannot go on, with the reason for people.
type Fetched<T> = Result<T, String>;

/// Why a file was not taken in.
enum NotTaken {
    /// It is none that can be read, and will not be.
    Unreadable(String),
    /// Nothing is wrong with the file.
    Interrupted(String),
}

impl NotTaken {
    fn reason(self) -> String {
        match self {
            Self::Unreadable(reason) | Self::Interrupted(reason) => reason,
        }
    }
}

impl Runner {
    pub(super) async fn run(&self, connector_id: &ConnectorId, started: StartedRun) -> RunOutcome {
        let mut files = Vec::new();
        let ran = self.try_run(connector_id, started, &mut files).await;
        match ran {
            Ok(()) if files.is_empty() => RunOutcome::NothingNew,
            Ok(()) => RunOutcome::Imported { files },
            Err(reason) => RunOutcome::Failed { reason, files },
        }
    }

    async fn try_run(
        &self,
        connector_id: &ConnectorId,
        started: StartedRun,
        files: &mut Vec<ImportedFile>,
    ) -> Fetched<()> {
        let actor = Actor::System(format!("connector/{connector_id}"));
        let now = self.bus.store().clock().now();
        let context = CommandContext::new(Uuid::now_v7(), actor.clone(), now);
        let look_up = LookUpProfile {
            profile_id: started.settings.profile_id.clone(),
        };
        let profile = self.bus.preview(&context, &look_up).await;
        let profile = profile.map_err(|error| format!("导入方案不可用：{error}"))?;
        match &started.settings.source {
            ConnectorSource::Web { url } => {
                let bytes = self.platforms.fetch(connector_id, url, now).await?;
                let hash = hash_of(&bytes).map_err(|error| error.to_string())?;
                if started.last_file.as_ref() == Some(&hash) {
                    return Ok(());
                }
                let name = format!("{connector_id}-{}", business_date(now));
                let taken = self.take_in(&actor, &profile, name, &bytes).await;
                files.push(taken.map_err(NotTaken::reason)?);
                Ok(())
            }
            ConnectorSource::Folder { folder } => {
                self.take_folder(&actor, &profile, folder, files).await
            }
        }
    }

    /// All that lies there. A file that cannot be read at all is laid aside and the others are
    /// taken; whoever looks after it sees which.
    async fn take_folder(
        &self,
        actor: &Actor,
        profile: &ProfileLayout,
        folder: &str,
        files: &mut Vec<ImportedFile>,
    ) -> Fetched<()> {
        let Some(base) = &self.folder else {
            return Err("服务器没有配置文件目录（connectors.folder）".to_owned());
        };
        let path = base.join(folder);
        let found = folder::files(&path, SystemTime::from(self.bus.store().clock().now()));
        let found = found.map_err(|error| format!("无法打开目录 {folder}：{error}"))?;
        let mut wrong = Vec::new();
        for file in found {
            match self.take_file(actor, profile, &file).await {
                Ok(imported) => {
                    files.push(imported);
                    aside(&file, DONE)?;
                }
                Err(NotTaken::Unreadable(reason)) => {
                    wrong.push(format!("{}：{reason}", folder::shown(&file)));
                    aside(&file, FAILED)?;
                }
                // It stays where it is, and goes on where it stopped.
                Err(NotTaken::Interrupted(reason)) => return Err(reason),
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("；"))
        }
    }

    async fn take_file(
        &self,
        actor: &Actor,
        profile: &ProfileLayout,
        file: &Path,
    ) -> Result<ImportedFile, NotTaken> {
        let bytes = folder::read(file).map_err(NotTaken::Interrupted)?;
        let name = folder::shown(file);
        self.take_in(actor, profile, name, &bytes).await
    }

    async fn take_in(
        &self,
        actor: &Actor,
        profile: &ProfileLayout,
        file_name: String,
        bytes: &[u8],
    ) -> Result<ImportedFile, NotTaken> {
        let pool = self.bus.store().pool();
        let unread = |error: sqlx::Error| NotTaken::Interrupted(error.to_string());
        let request = ImportRequest {
            kind: profile.kind.into(),
            file_name: file_name.clone(),
            actor: actor.clone(),
            at: self.bus.store().clock().now(),
            dry_run: false,
            campuses: CampusNames::current(pool).await.map_err(unread)?,
            tariffs: TariffNames::default(),
            profile: Some(profile.clone()),
            undone_at: imports::query::last_undone(pool).await.map_err(unread)?,
        };
        let summary = import(&self.bus, &request, bytes, |_| {}).await;
        let summary = summary.map_err(|error| match error {
            ImportError::File(error) => NotTaken::Unreadable(error.to_string()),
            other => NotTaken::Interrupted(other.to_string()),
        })?;
        let empty = || NotTaken::Unreadable("文件中没有数据行".to_owned());
        let batch_id = summary.batch_id.ok_or_else(empty)?;
        let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
        Ok(ImportedFile {
            file_name,
            file_hash: hash_of(bytes).map_err(|error| NotTaken::Interrupted(error.to_string()))?,
            batch_id,
            rows: FileRows {
                accepted: count(summary.accepted),
                held: count(summary.held),
                unchanged: count(summary.unchanged),
                refused: count(summary.refused),
            },
        })
    }
}

fn aside(file: &Path, into: &str) -> Fetched<()> {
    let moved = folder::lay_aside(file, into);
    moved.map_err(|error| format!("无法移走 {}：{error}", folder::shown(file)))
}
