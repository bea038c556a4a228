use std::collections::HashMap;

use chaobiao_decision::{CommandContext, ErasedProcess, Rejection};
use chaobiao_domain::billing::{BillImported, ImportedAs};
use chaobiao_domain::historic_usage::HistoryRecorded;
use chaobiao_domain::meter::{ReadingJudged, ReadingStatus};
use chaobiao_domain::payroll::{PayrollRowTaken, PayrollRowVerdict};
use chaobiao_domain::units::{ImportBatchId, business_date};
use chaobiao_eventstore::{CommandBus, CommandError, Executed};
use serde_json::Value;
use uuid::Uuid;

use super::account_rows::AccountImported;
use super::assignment_rows::AssignmentImported;
use super::batch::BatchLog;
use super::bill_rows::Bills;
use super::columns::{Fields, Heading};
use super::meter_rows::MeterImported;
use super::numbers::Numbers;
use super::request::{FileKind, ImportRequest};
use super::table::Row;
use super::verdict::{RowVerdict, Summary, Verdict};
use super::{
    ImportError, account_rows, assignment_rows, history_rows, meter_rows, payroll_rows,
    reading_rows,
};

/// Rows between two notes of how far the file has been taken in.
const CHUNK: usize = 2_000;

type Command = (CommandContext, Box<dyn ErasedProcess>);
type Answer = Result<Executed<Value>, CommandError>;

/// A row that could be read, on its way.
struct Candidate {
    row: usize,
    id: String,
    command_id: Uuid,
    process: Box<dyn ErasedProcess>,
}

/// Of a row on its way, what its verdict needs.
struct Place {
    row: usize,
    id: String,
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
    let table = request.table(bytes)?;
    let (heading, above) = Heading::find(&table, request.kind.columns())?;
    let mut summary = Summary {
        ignored_columns: heading.ignored.clone(),
        ..Summary::default()
    };
    let rows = &table.rows[above..];
    let mut log = if request.dry_run || rows.is_empty() {
        None
    } else {
        Some(BatchLog::start(bus, request, bytes, rows.len()).await?)
    };
    let batch = log.as_ref().map(|log| log.batch_id().clone());
    summary.batch_id.clone_from(&batch);
    let bills = match request.kind {
        FileKind::Bills => Bills::of(&heading, rows, batch.as_ref()),
        _ => Bills::default(),
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
    let mut reader = Reader {
        bus,
        request,
        heading: &heading,
        batch,
        bills,
        seen: HashMap::new(),
        of_first: HashMap::new(),
    };
    let mut decided = Vec::new();
    let mut chunks = rows.chunks(size).peekable();
    let first = chunks.peek().copied().unwrap_or_default();
    let mut numbers = Numbers::of(bus, request, &heading, first).await?;
    while let Some(chunk) = chunks.next() {
        let ahead = chunks.peek().copied().unwrap_or_default();
        // How far the file has come is noted while the next rows are decided, and those after them
        // are looked up. When the note is cut short, their commands are met again and known.
        let (noted, next, known) = tokio::join!(
            note(bus, request, log.as_mut(), &decided, false),
            reader.take_in(chunk, &numbers),
            Numbers::of(bus, request, &heading, ahead)
        );
        noted?;
        tell(&mut summary, &decided, &mut report);
        (decided, numbers) = (next?, known?);
    }
    note(bus, request, log.as_mut(), &decided, true).await?;
    tell(&mut summary, &decided, &mut report);
    Ok(summary)
}

async fn note(
    bus: &CommandBus,
    request: &ImportRequest,
    log: Option<&mut BatchLog>,
    verdicts: &[RowVerdict],
    last: bool,
) -> Result<(), ImportError> {
    match log {
        Some(log) => log.advance(bus, request, verdicts, last).await,
        None => Ok(()),
    }
}

fn tell(summary: &mut Summary, verdicts: &[RowVerdict], report: &mut impl FnMut(ImportNews<'_>)) {
    for verdict in verdicts {
        summary.count(verdict.verdict);
        report(ImportNews::Row(verdict));
    }
}

/// Reads rows and has them decided.
struct Reader<'a> {
    bus: &'a CommandBus,
    request: &'a ImportRequest,
    heading: &'a Heading,
    /// What keeps the file; none in a dry run.
    batch: Option<ImportBatchId>,
    /// Of a file of bills.
    bills: Bills,
    /// The row in which a command was met first.
    seen: HashMap<Uuid, usize>,
    /// What became of the first row of each bill; the others share it.
    of_first: HashMap<usize, RowVerdict>,
}

impl Reader<'_> {
    /// Verdicts in the order of the rows.
    async fn take_in(
        &mut self,
        rows: &[Row],
        numbers: &Numbers,
    ) -> Result<Vec<RowVerdict>, ImportError> {
        let mut verdicts = Vec::with_capacity(rows.len());
        let mut candidates = Vec::with_capacity(rows.len());
        let mut of_bills = Vec::new();
        for row in rows {
            match candidate(self, row, numbers) {
                Ok(candidate) => {
                    let first = *self.seen.entry(candidate.command_id).or_insert(row.number);
                    if first == row.number {
                        candidates.push(candidate);
                    } else if self.request.kind == FileKind::Bills {
                        of_bills.push((row.number, first));
                    } else {
                        verdicts.push(repeats(candidate, first));
                    }
                }
                Err(verdict) => verdicts.push(verdict),
            }
        }
        verdicts.extend(decide(self.bus, self.request, self.batch.as_ref(), candidates).await?);
        if self.request.kind == FileKind::Bills {
            let first = verdicts.iter().map(|it| (it.row, it.clone()));
            self.of_first.extend(first);
        }
        for (row, first) in of_bills {
            let shared = self.of_first.get(&first).cloned();
            verdicts.extend(shared.map(|verdict| RowVerdict { row, ..verdict }));
        }
        verdicts.sort_by_key(|verdict| verdict.row);
        Ok(verdicts)
    }
}

fn repeats(candidate: Candidate, first: usize) -> RowVerdict {
    RowVerdict {
        message: Some(format!("与第 {first} 行相同")),
        ..RowVerdict::of(candidate.row, Some(candidate.id), Verdict::Unchanged)
    }
}

fn candidate(reader: &Reader<'_>, row: &Row, numbers: &Numbers) -> Result<Candidate, RowVerdict> {
    let request = reader.request;
    let refused = |id, rejection| RowVerdict::refused(row.number, id, rejection);
    let fields = reader
        .heading
        .fields(row)
        .map_err(|rejection| refused(None, rejection))?;
    let key = match request.kind {
        FileKind::Accounts | FileKind::Payroll | FileKind::Bills => "accountNo",
        FileKind::Meters | FileKind::Assignments | FileKind::Readings(_) | FileKind::History => {
            "meterNo"
        }
    };
    let named = fields.text(key).ok().flatten();
    let (id, process) = parse(reader, row, numbers, fields)
        .map_err(|rejection| refused(named.clone(), rejection))?;
    let identity =
        identity(request, process.as_ref()).map_err(|rejection| refused(named, rejection))?;
    Ok(Candidate {
        row: row.number,
        id,
        command_id: reader.bus.command_id(&request.kind.scope(), &identity),
        process,
    })
}

fn parse(
    reader: &Reader<'_>,
    row: &Row,
    numbers: &Numbers,
    fields: Fields<'_>,
) -> Result<(String, Box<dyn ErasedProcess>), Rejection> {
    let request = reader.request;
    match request.kind {
        FileKind::Meters => {
            let process = meter_rows::parse(fields, &request.campuses)?;
            Ok((process.meter_no().to_string(), Box::new(process)))
        }
        FileKind::Accounts => {
            let process = account_rows::parse(fields, &request.campuses)?;
            Ok((process.account_no.to_string(), Box::new(process)))
        }
        FileKind::Assignments => {
            let process = assignment_rows::parse(fields, &request.tariffs)?;
            Ok((process.meter_no.to_string(), Box::new(process)))
        }
        FileKind::Readings(source) => {
            let mut process = reading_rows::parse(fields, source)?;
            let day = business_date(process.read_at.unwrap_or(request.at));
            process.meter_no = numbers.meter(source, &process.meter_no, day)?;
            Ok((process.meter_no.to_string(), Box::new(process)))
        }
        FileKind::History => {
            let process = history_rows::parse(fields, reader.batch.as_ref())?;
            Ok((process.meter_no.to_string(), Box::new(process)))
        }
        FileKind::Payroll => {
            let process = payroll_rows::parse(fields)?;
            Ok((process.result.account_no.to_string(), Box::new(process)))
        }
        FileKind::Bills => {
            let process = reader.bills.bill(row.number)?;
            Ok((process.account_no.to_string(), Box::new(process)))
        }
    }
}

/// The same row is the same command, in whatever file it comes. An account may go back to what it
/// was, and history that was taken back may come again: there each file is new, and what does not
/// change is found by the decision.
fn identity(request: &ImportRequest, process: &dyn ErasedProcess) -> Result<String, Rejection> {
    let body = process
        .body()
        .map_err(|error| Rejection::new("IMPORT_ROW_UNREADABLE", error.to_string()))?;
    Ok(match request.kind {
        // The charging system may change a bill and change it back, and so may an account its meter.
        FileKind::Accounts | FileKind::Assignments | FileKind::History | FileKind::Bills => {
            format!("{}|{body}", request.at.timestamp_micros())
        }
        // A reading that was taken back may come again: what still stands is found by the decision.
        FileKind::Readings(_) => match request.undone_at {
            Some(undone_at) => format!("{}|{body}", undone_at.timestamp_micros()),
            None => body.to_string(),
        },
        FileKind::Meters | FileKind::Payroll => body.to_string(),
    })
}

/// Each row is decided once and, if it passes, written by that decision. A refusal is not kept, so
/// that the same row may pass once the reason is gone.
async fn decide(
    bus: &CommandBus,
    request: &ImportRequest,
    batch: Option<&ImportBatchId>,
    candidates: Vec<Candidate>,
) -> Result<Vec<RowVerdict>, ImportError> {
    if request.dry_run {
        let (places, commands) = commands(request, batch, candidates);
        let answers = bus.preview_batch(commands).await?;
        return verdicts(request.kind, places, answers);
    }
    // While one half is being written, the other is decided.
    let (mine, yours) = halves(request.kind, candidates);
    let (mine, yours) = tokio::join!(
        admit(bus, request, batch, mine),
        admit(bus, request, batch, yours)
    );
    let mut verdicts = mine?;
    verdicts.extend(yours?);
    Ok(verdicts)
}

/// Rows that have nothing to do with each other: readings of different meters, bills of different
/// accounts. Meters and accounts may want the same number or room, and there the first row is to
/// have it.
fn halves(kind: FileKind, candidates: Vec<Candidate>) -> (Vec<Candidate>, Vec<Candidate>) {
    match kind {
        FileKind::Readings(_) | FileKind::History | FileKind::Bills => {
            candidates.into_iter().partition(|candidate| {
                let sum = candidate.id.bytes().fold(0_u8, u8::wrapping_add);
                sum.is_multiple_of(2)
            })
        }
        FileKind::Meters | FileKind::Accounts | FileKind::Assignments | FileKind::Payroll => {
            (candidates, Vec::new())
        }
    }
}

async fn admit(
    bus: &CommandBus,
    request: &ImportRequest,
    batch: Option<&ImportBatchId>,
    candidates: Vec<Candidate>,
) -> Result<Vec<RowVerdict>, ImportError> {
    let (places, commands) = commands(request, batch, candidates);
    let answers = bus.admit_batch(commands).await;
    verdicts(request.kind, places, answers)
}

/// The batch is kept with every event as the request it belongs to: by it a file is taken back.
fn commands(
    request: &ImportRequest,
    batch: Option<&ImportBatchId>,
    candidates: Vec<Candidate>,
) -> (Vec<Place>, Vec<Command>) {
    let command = |candidate: Candidate| {
        let context = CommandContext {
            origin: Some(request.origin()),
            request_id: batch.map(ToString::to_string),
            ..CommandContext::new(candidate.command_id, request.actor.clone(), request.at)
        };
        let place = Place {
            row: candidate.row,
            id: candidate.id,
        };
        (place, (context, candidate.process))
    };
    candidates.into_iter().map(command).unzip()
}

fn verdicts(
    kind: FileKind,
    places: Vec<Place>,
    answers: Vec<Answer>,
) -> Result<Vec<RowVerdict>, ImportError> {
    let answered = places.into_iter().zip(answers);
    answered
        .map(|(place, answer)| verdict(kind, place, answer))
        .collect()
}

fn verdict(
    kind: FileKind,
    Place { row, id }: Place,
    answer: Answer,
) -> Result<RowVerdict, ImportError> {
    let plain = |verdict| RowVerdict::of(row, Some(id.clone()), verdict);
    let executed = match answer {
        Ok(executed) if executed.repeated => return Ok(plain(Verdict::Unchanged)),
        Ok(executed) => executed,
        Err(CommandError::Refused(rejection)) => {
            return Ok(RowVerdict::refused(row, Some(id), rejection));
        }
        Err(error) => return Err(error.into()),
    };
    let changed = match kind {
        FileKind::Meters => !serde_json::from_value::<MeterImported>(executed.outcome)?.known,
        FileKind::Accounts => serde_json::from_value::<AccountImported>(executed.outcome)?.changed,
        FileKind::Assignments => {
            !serde_json::from_value::<AssignmentImported>(executed.outcome)?.known
        }
        FileKind::History => !serde_json::from_value::<HistoryRecorded>(executed.outcome)?.known,
        FileKind::Payroll => {
            serde_json::from_value::<PayrollRowTaken>(executed.outcome)?.verdict
                != PayrollRowVerdict::Known
        }
        FileKind::Bills => {
            let imported: BillImported = serde_json::from_value(executed.outcome)?;
            imported.became != ImportedAs::Known
        }
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
