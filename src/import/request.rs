use std::collections::HashMap;

use chaobiao_decision::{Actor, Rejection, Stop, Workspace};
use chaobiao_domain::campus::Campus;
use chaobiao_domain::import_batch::ImportKind;
use chaobiao_domain::import_profile::{ProfileKind, ProfileLayout};
use chaobiao_domain::units::CampusId;
use chaobiao_projections::directory;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::columns::Column;
use super::table::Table;
use super::{
    FileError, TariffNames, account_rows, assignment_rows, bill_rows, history_rows, meter_rows,
    payroll_rows, profile_file, reading_rows,
};

/// Where readings come from, which decides how they count as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Infrared handhelds, copied over USB.
    Handheld,
    /// A platform of another department that has the readings already.
    Platform,
    /// Collectors of the centre.
    Remote,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Handheld => "handheld",
            Self::Platform => "platform",
            Self::Remote => "remote",
        }
    }
}

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Meters,
    Accounts,
    /// Which account pays for which meter.
    Assignments,
    Readings(Source),
    /// Usage of months from before, as the charging system kept it.
    History,
    /// What the payroll office has deducted from wages.
    Payroll,
    /// Bills the charging system has made.
    Bills,
}

impl From<ProfileKind> for FileKind {
    fn from(kind: ProfileKind) -> Self {
        match kind {
            ProfileKind::HandheldReadings => Self::Readings(Source::Handheld),
            ProfileKind::PlatformReadings => Self::Readings(Source::Platform),
            ProfileKind::RemoteReadings => Self::Readings(Source::Remote),
            ProfileKind::UsageHistory => Self::History,
            ProfileKind::ChargingSystemBills => Self::Bills,
        }
    }
}

impl FileKind {
    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Self::Meters => meter_rows::COLUMNS,
            Self::Accounts => account_rows::COLUMNS,
            Self::Assignments => assignment_rows::COLUMNS,
            Self::Readings(_) => reading_rows::COLUMNS,
            Self::History => history_rows::COLUMNS,
            Self::Payroll => payroll_rows::COLUMNS,
            Self::Bills => bill_rows::COLUMNS,
        }
    }

    pub(super) const fn kind(self) -> ImportKind {
        match self {
            Self::Meters => ImportKind::Meters,
            Self::Accounts => ImportKind::Accounts,
            Self::Assignments => ImportKind::Assignments,
            Self::Readings(Source::Handheld) => ImportKind::HandheldReadings,
            Self::Readings(Source::Platform) => ImportKind::PlatformReadings,
            Self::Readings(Source::Remote) => ImportKind::RemoteReadings,
            Self::History => ImportKind::UsageHistory,
            Self::Payroll => ImportKind::PayrollResults,
            Self::Bills => ImportKind::ChargingSystemBills,
        }
    }

    pub(super) fn scope(self) -> String {
        match self {
            Self::Meters => "import/meters".to_owned(),
            Self::Accounts => "import/accounts".to_owned(),
            Self::Assignments => "import/assignments".to_owned(),
            Self::Readings(source) => format!("import/readings/{}", source.as_str()),
            Self::History => "import/history".to_owned(),
            Self::Payroll => "import/payroll".to_owned(),
            Self::Bills => "import/bills".to_owned(),
        }
    }
}

/// Campuses by name, since files say either name or id.
#[derive(Clone, Debug, Default)]
pub struct CampusNames {
    by_name: HashMap<String, CampusId>,
}

impl CampusNames {
    pub fn new(campuses: impl IntoIterator<Item = (CampusId, String)>) -> Self {
        Self {
            by_name: campuses.into_iter().map(|(id, name)| (name, id)).collect(),
        }
    }

    /// All there are now.
    pub async fn current(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let rows = directory::campuses(pool).await?;
        // What is no id is no campus of ours.
        let named = rows
            .into_iter()
            .filter_map(|row| Some((CampusId::try_new(&row.campus_id).ok()?, row.name)));
        Ok(Self::new(named))
    }

    /// What is no name is taken for an id; the decision looks whether there is such a campus.
    pub(super) fn find(&self, text: &str) -> Result<CampusId, Rejection> {
        match self.by_name.get(text) {
            Some(id) => Ok(id.clone()),
            None => CampusId::try_new(text).map_err(|_| campus_not_found(text)),
        }
    }
}

fn campus_not_found(text: &str) -> Rejection {
    Rejection::new("CAMPUS_NOT_FOUND", format!("没有校区“{text}”")).on("campusId")
}

/// Refuses rows about a campus that was never opened.
pub(super) fn check_campus(campus: &CampusId, workspace: &mut Workspace) -> Result<(), Stop> {
    if workspace.get::<Campus>(campus.as_str())?.is_open() {
        Ok(())
    } else {
        Err(campus_not_found(campus.as_str()).into())
    }
}

/// Everything about a file but its bytes.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    pub kind: FileKind,
    /// Kept with every event as where it came from.
    pub file_name: String,
    pub actor: Actor,
    pub at: DateTime<Utc>,
    /// Decide every row and write nothing.
    pub dry_run: bool,
    pub campuses: CampusNames,
    pub tariffs: TariffNames,
    /// How the file is read; without one its columns are found by the names people give them.
    pub profile: Option<ProfileLayout>,
    /// When a file was last taken back: what came before that may come again.
    pub undone_at: Option<DateTime<Utc>>,
}

impl ImportRequest {
    pub(super) fn table(&self, bytes: &[u8]) -> Result<Table, FileError> {
        match &self.profile {
            Some(profile) => profile_file::read(profile, bytes),
            None => Table::read(bytes),
        }
    }

    /// What events keep as the place they came from.
    pub(super) fn origin(&self) -> String {
        format!("file:{}", self.file_name)
    }
}
