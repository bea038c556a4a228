use std::collections::HashMap;
use std::sync::Arc;

use chaobiao_decision::{Actor, CommandContext, ErasedProcess, Rejection, Stop, Workspace};
use chaobiao_domain::campus::Campus;
use chaobiao_domain::import_batch::ImportKind;
use chaobiao_domain::meter::{ReadingJudged, ReadingStatus};
use chaobiao_domain::units::CampusId;
use chaobiao_eventstore::{CommandBus, CommandError, Executed};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::account_rows::{self, AccountImported};
use super::batch::BatchLog;
use super::columns::{Column, Fields, Heading};
use super::meter_rows::{self, MeterImported};
use super::table::{Row, Table};
use super::verdict::{RowVerdict, Summary, Verdict};
use super::{ImportError, reading_rows};

/// Rows between two notes of how far the file has been taken in.
const CHUNK: usize = 2_000;

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
    Readings(Source),
}

impl FileKind {
    fn columns(self) -> &'static [Column] {
        match self {
            Self::Meters => meter_rows::COLUMNS,
            Self::Accounts => account_rows::COLUMNS,
            Self::Readings(_) => reading_rows::COLUMNS,
        }
    }

    pub(super) const fn kind(self) -> ImportKind {
        match self {
            Self::Meters => ImportKind::Meters,
            Self::Accounts => ImportKind::Accounts,
            Self::Readings(Source::Handheld) => ImportKind::HandheldReadings,
            Self::Readings(Source::Platform) => ImportKind::PlatformReadings,
            Self::Readings(Source::Remote) => ImportKind::RemoteReadings,
        }
    }

    fn scope(self) -> String {
        match self {
            Self::Meters => "import/meters".to_owned(),
            Self::Accounts => "import/accounts".to_owned(),
            Self::Readings(source) => format!("import/readings/{}", source.as_str()),
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
}

impl ImportRequest {
    /// What events keep as the place they came from.
    pub(super) fn origin(&self) -> String {
        format!("file:{}", self.file_name)
    }
}

type Command = (CommandContext, Box<dyn ErasedProcess>);
type Answer = Result<Executed<Value>, CommandError>;

/// A row that could be read, on its way.
struct Candidate {
    row: usize,
    id: String,
    command_id: Uuid,
    process: Arc<dyn ErasedProcess>,
}

/// Decided twice, first to see and then to write.
struct Shared(Arc<dyn ErasedProcess>);

impl ErasedProcess for Shared {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn body(&self) -> Result<Value, serde_json::Error> {
        self.0.body()
    }

    fn decide_erased(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Value, Stop> {
        self.0.decide_erased(context, workspace)
    }
}

/// What an import tells while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum ImportNews<'a> {
    /// Once, before any row.
    Begun {
        rows: usize,
        /// Rows an interrupted import of the file has dealt with before; they are not repeated.
        done: usize,
    },
    /// In the order of the rows.
    Row(&'a RowVerdict),
}

/// Takes a file in, row by row, from where an interrupted import of it stopped.
pub async fn import(
    bus: &CommandBus,
    request: &ImportRequest,
    bytes: &[u8],
    mut report: impl FnMut(ImportNews<'_>),
) -> Result<Summary, ImportError> {
    let table = Table::read(bytes)?;
    let (heading, above) = Heading::find(&table, request.kind.columns())?;
    let mut summary = Summary {
        ignored_columns: heading.ignored.clone(),
        ..Summary::default()
    };
    let mut seen: HashMap<Uuid, usize> = HashMap::new();
    let rows = &table.rows[above..];
    let mut log = if request.dry_run || rows.is_empty() {
        None
    } else {
        Some(BatchLog::start(bus, request, bytes, rows.len()).await?)
    };
    let through = log.as_ref().map_or(0, BatchLog::through_row);
    let done = rows.partition_point(|row| row.number <= through);
    let begun = ImportNews::Begun {
        rows: rows.len(),
        done,
    };
    report(begun);
    summary.done_before = done;
    let rows = &rows[done..];
    // A dry run decides the whole file as one: each row sees what the rows before it did.
    let size = if request.dry_run {
        rows.len().max(1)
    } else {
        CHUNK
    };
    let mut chunks = rows.chunks(size).peekable();
    while let Some(chunk) = chunks.next() {
        let mut verdicts = Vec::with_capacity(chunk.len());
        let mut candidates = Vec::with_capacity(chunk.len());
        for row in chunk {
            match candidate(bus, request, &heading, row) {
                Ok(candidate) => match seen.insert(candidate.command_id, candidate.row) {
                    None => candidates.push(candidate),
                    Some(first) => {
                        seen.insert(candidate.command_id, first);
                        verdicts.push(repeats(candidate, first));
                    }
                },
                Err(verdict) => verdicts.push(verdict),
            }
        }
        verdicts.extend(decide(bus, request, candidates).await?);
        verdicts.sort_by_key(|verdict| verdict.row);
        if let Some(log) = &mut log {
            let last = chunks.peek().is_none();
            log.advance(bus, request, &verdicts, last).await?;
        }
        for verdict in &verdicts {
            summary.count(verdict.verdict);
            report(ImportNews::Row(verdict));
        }
    }
    Ok(summary)
}

fn repeats(candidate: Candidate, first: usize) -> RowVerdict {
    RowVerdict {
        message: Some(format!("与第 {first} 行相同")),
        ..RowVerdict::of(candidate.row, Some(candidate.id), Verdict::Unchanged)
    }
}

fn candidate(
    bus: &CommandBus,
    request: &ImportRequest,
    heading: &Heading,
    row: &Row,
) -> Result<Candidate, RowVerdict> {
    let refused = |id, rejection| RowVerdict::refused(row.number, id, rejection);
    let fields = heading
        .fields(row)
        .map_err(|rejection| refused(None, rejection))?;
    let key = match request.kind {
        FileKind::Accounts => "accountNo",
        FileKind::Meters | FileKind::Readings(_) => "meterNo",
    };
    let named = fields.text(key).ok().flatten();
    let (id, process) =
        parse(request, fields).map_err(|rejection| refused(named.clone(), rejection))?;
    let identity =
        identity(request, process.as_ref()).map_err(|rejection| refused(named, rejection))?;
    Ok(Candidate {
        row: row.number,
        id,
        command_id: bus.command_id(&request.kind.scope(), &identity),
        process,
    })
}

fn parse(
    request: &ImportRequest,
    fields: Fields<'_>,
) -> Result<(String, Arc<dyn ErasedProcess>), Rejection> {
    match request.kind {
        FileKind::Meters => {
            let process = meter_rows::parse(fields, &request.campuses)?;
            Ok((process.meter_no().to_string(), Arc::new(process)))
        }
        FileKind::Accounts => {
            let process = account_rows::parse(fields, &request.campuses)?;
            Ok((process.account_no.to_string(), Arc::new(process)))
        }
        FileKind::Readings(source) => {
            let process = reading_rows::parse(fields, source)?;
            Ok((process.meter_no.to_string(), Arc::new(process)))
        }
    }
}

/// The same row is the same command, in whatever file it comes. An account may go back to what it
/// was, so there each file is new, and what does not change is found by the decision.
fn identity(request: &ImportRequest, process: &dyn ErasedProcess) -> Result<String, Rejection> {
    let body = process
        .body()
        .map_err(|error| Rejection::new("IMPORT_ROW_UNREADABLE", error.to_string()))?;
    Ok(match request.kind {
        FileKind::Accounts => format!("{}|{body}", request.at.timestamp_micros()),
        FileKind::Meters | FileKind::Readings(_) => body.to_string(),
    })
}

/// First the verdicts, then the writing of what passed: a refusal is not kept, so that the same
/// row may pass once the reason is gone.
async fn decide(
    bus: &CommandBus,
    request: &ImportRequest,
    candidates: Vec<Candidate>,
) -> Result<Vec<RowVerdict>, ImportError> {
    let previews = bus.preview_batch(commands(request, &candidates)).await?;
    let mut verdicts = Vec::with_capacity(candidates.len());
    let mut passed = Vec::with_capacity(candidates.len());
    for (candidate, preview) in candidates.into_iter().zip(previews) {
        let verdict = verdict(request.kind, &candidate, preview)?;
        if !request.dry_run && matches!(verdict.verdict, Verdict::Accepted | Verdict::Held) {
            passed.push(candidate);
        } else {
            verdicts.push(verdict);
        }
    }
    let answers = bus.execute_batch(commands(request, &passed)).await;
    for (candidate, answer) in passed.iter().zip(answers) {
        verdicts.push(verdict(request.kind, candidate, answer)?);
    }
    Ok(verdicts)
}

fn commands(request: &ImportRequest, candidates: &[Candidate]) -> Vec<Command> {
    let command = |candidate: &Candidate| -> Command {
        let context = CommandContext {
            origin: Some(request.origin()),
            ..CommandContext::new(candidate.command_id, request.actor.clone(), request.at)
        };
        (context, Box::new(Shared(Arc::clone(&candidate.process))))
    };
    candidates.iter().map(command).collect()
}

fn verdict(
    kind: FileKind,
    candidate: &Candidate,
    answer: Answer,
) -> Result<RowVerdict, ImportError> {
    let plain = |verdict| RowVerdict::of(candidate.row, Some(candidate.id.clone()), verdict);
    let executed = match answer {
        Ok(executed) if executed.repeated => return Ok(plain(Verdict::Unchanged)),
        Ok(executed) => executed,
        Err(CommandError::Refused(rejection)) => {
            let id = Some(candidate.id.clone());
            return Ok(RowVerdict::refused(candidate.row, id, rejection));
        }
        Err(error) => return Err(error.into()),
    };
    let changed = match kind {
        FileKind::Meters => !serde_json::from_value::<MeterImported>(executed.outcome)?.known,
        FileKind::Accounts => serde_json::from_value::<AccountImported>(executed.outcome)?.changed,
        FileKind::Readings(_) => {
            return Ok(judged(
                plain(Verdict::Accepted),
                serde_json::from_value(executed.outcome)?,
            ));
        }
    };
    Ok(plain(if changed {
        Verdict::Accepted
    } else {
        Verdict::Unchanged
    }))
}

fn judged(verdict: RowVerdict, judged: ReadingJudged) -> RowVerdict {
    let finding = judged.findings.into_iter().next();
    RowVerdict {
        verdict: match judged.status {
            _ if judged.duplicate => Verdict::Unchanged,
            ReadingStatus::Accepted => Verdict::Accepted,
            ReadingStatus::Held => Verdict::Held,
            ReadingStatus::Rejected => Verdict::Refused,
        },
        code: finding
            .as_ref()
            .map(|finding| finding.rule.code().to_owned()),
        message: finding.map(|finding| finding.message),
        ..verdict
    }
}
