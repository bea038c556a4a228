//! A batch of offline work, piece by piece.

use std::collections::BTreeSet;

use async_graphql::{Context, Enum, InputObject, OneofObject, Result, SimpleObject};
use chaobiao_decision::{CommandContext, Process, Rejection};
use chaobiao_domain::field_work::{SyncReading, SyncedReading};
use chaobiao_domain::meter::{ReadingStatus, ReportFault};
use chaobiao_domain::metering_point::MarkLocation;
use chaobiao_domain::reading_round::RecordVisit;
use chaobiao_domain::reading_session::{AddSessionNote, FinishSession, StartSession};
use chaobiao_domain::units::{Index, ItemId, MeterNo, ReasonCode, RoundId, SessionId};
use chaobiao_eventstore::{CommandError, Executed};
use chrono::{DateTime, Utc};

use chaobiao_projections::reach::Place;

use crate::metering_point::position;
use crate::reading::{RateInput, rate_indexes};
use crate::support::{
    Decimal, RequestInfo, Services, UserError, Viewer, fault, field, internal, is_within,
    named_photo,
};

/// One piece of offline work. Its name and its content are the device's, and never change: the same
/// piece counts once, however often and from however many devices it is sent.
#[derive(InputObject)]
pub(super) struct FieldWorkItem {
    /// Unlike that of any other piece of the same reader.
    item_id: String,
    /// When it was done, by the device's clock.
    done_at: DateTime<Utc>,
    work: FieldWork,
}

#[derive(OneofObject)]
enum FieldWork {
    Reading(OfflineReading),
    Visit(OfflineVisit),
    SessionStart(OfflineSessionStart),
    Note(OfflineNote),
    SessionEnd(OfflineSessionEnd),
    /// Something is wrong with a meter.
    Fault(OfflineFault),
    /// Where a meter is.
    Mark(OfflineMark),
}

impl FieldWork {
    /// What it is about that belongs to a campus.
    fn places(&self) -> Vec<(Place, &str)> {
        let (meter, round) = match self {
            Self::Reading(it) => (Some(&it.meter_no), it.round_id.as_ref()),
            Self::Visit(it) => (Some(&it.meter_no), Some(&it.round_id)),
            Self::SessionStart(it) => (None, it.round_id.as_ref()),
            Self::Note(it) => (it.meter_no.as_ref(), None),
            Self::SessionEnd(_) => (None, None),
            Self::Fault(it) => (Some(&it.meter_no), None),
            Self::Mark(it) => (Some(&it.meter_no), None),
        };
        let meter = meter.map(|id| (Place::Meter, id.as_str()));
        let round = round.map(|id| (Place::Round, id.as_str()));
        meter.into_iter().chain(round).collect()
    }
}

#[derive(InputObject)]
struct OfflineReading {
    meter_no: String,
    index: Decimal,
    /// The hash `/photos` answered with; photos are sent before the batch.
    photo: Option<String>,
    round_id: Option<String>,
    note: Option<String>,
    /// 分时示数: what the registers of a time-of-use meter showed beside the index.
    #[graphql(default)]
    rates: Vec<RateInput>,
}

#[derive(InputObject)]
struct OfflineVisit {
    round_id: String,
    meter_no: String,
    reason_code: String,
    note: Option<String>,
    left_note: Option<String>,
}

#[derive(InputObject)]
struct OfflineSessionStart {
    session_id: String,
    round_id: Option<String>,
    device: Option<String>,
}

#[derive(InputObject)]
struct OfflineNote {
    session_id: String,
    text: String,
    meter_no: Option<String>,
}

#[derive(InputObject)]
struct OfflineSessionEnd {
    session_id: String,
    summary: Option<String>,
}

#[derive(InputObject)]
struct OfflineFault {
    meter_no: String,
    description: String,
    photo: Option<String>,
}

#[derive(InputObject)]
struct OfflineMark {
    meter_no: String,
    /// Degrees (WGS 84); with a longitude, or not at all.
    latitude: Option<Decimal>,
    longitude: Option<Decimal>,
    accuracy_m: Option<u32>,
    /// In words: 一层楼梯下, 表箱左三.
    #[graphql(default)]
    place: String,
    photo: Option<String>,
}

/// What became of a piece of offline work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum FieldWorkStatus {
    /// It counts.
    Accepted,
    /// A reading that waits for review.
    Held,
    /// The same index had been read that day already; nothing was written.
    Duplicate,
    /// Another reading of the meter on this walk came first; this one waits for a decision.
    Conflict,
    /// It breaks a rule; nothing was written.
    Refused,
    /// Another piece of work came under the same name before; nothing was written.
    NameReused,
}

/// What became of one piece of a batch.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct FieldWorkResult {
    pub(super) item_id: String,
    pub(super) status: FieldWorkStatus,
    /// It had been sent before, and this is its first answer again.
    pub(super) repeated: bool,
    pub(super) reading_id: Option<String>,
    /// In a conflict, the index that stands.
    pub(super) existing_index: Option<Decimal>,
    pub(super) errors: Vec<UserError>,
    #[graphql(skip)]
    pub(super) position: Option<i64>,
}

impl FieldWorkResult {
    fn new(item_id: &str, status: FieldWorkStatus) -> Self {
        Self {
            item_id: item_id.to_owned(),
            status,
            repeated: false,
            reading_id: None,
            existing_index: None,
            errors: Vec::new(),
            position: None,
        }
    }

    fn refused(item_id: &str, rejection: Rejection) -> Self {
        Self {
            errors: vec![rejection.into()],
            ..Self::new(item_id, FieldWorkStatus::Refused)
        }
    }

    fn of_reading(item_id: &str, synced: SyncedReading) -> Self {
        match synced {
            SyncedReading::Judged(judged) => {
                let status = match judged.status {
                    _ if judged.duplicate => FieldWorkStatus::Duplicate,
                    ReadingStatus::Held => FieldWorkStatus::Held,
                    ReadingStatus::Accepted | ReadingStatus::Rejected => FieldWorkStatus::Accepted,
                };
                Self {
                    reading_id: Some(judged.reading_id.to_string()),
                    ..Self::new(item_id, status)
                }
            }
            SyncedReading::Conflict { existing, index } => Self {
                reading_id: Some(existing.to_string()),
                existing_index: Some(index.into()),
                ..Self::new(item_id, FieldWorkStatus::Conflict)
            },
        }
    }
}

/// Items of one batch must be told apart by their names.
pub(super) fn are_distinct(items: &[FieldWorkItem]) -> bool {
    let names: BTreeSet<&str> = items.iter().map(|item| item.item_id.as_str()).collect();
    names.len() == items.len()
}

#[expect(clippy::too_many_lines, reason = "one arm per kind of work")]
/// Does one piece of work, under an id that follows from who did it and what the device calls it.
pub(super) async fn take(ctx: &Context<'_>, item: FieldWorkItem) -> Result<FieldWorkResult> {
    let name = item.item_id;
    let item_id = match field("itemId", ItemId::try_new(&name)) {
        Ok(item_id) => item_id,
        Err(rejection) => return Ok(FieldWorkResult::refused(&name, rejection)),
    };
    let services = Services::of(ctx)?;
    let within = is_within(services, ctx.data::<Viewer>()?, item.work.places()).await;
    if !within.map_err(|error| internal(ctx, error))? {
        let rejection = Rejection::new("OUT_OF_REACH", "不属于本校区，不在辖区之内");
        return Ok(FieldWorkResult::refused(&name, rejection));
    }
    let done_at = item.done_at;
    match item.work {
        FieldWork::Reading(reading) => {
            let photo = named_photo(ctx, "photo", reading.photo.as_deref()).await?;
            let process = photo.and_then(|photo| {
                let round = reading.round_id.map(RoundId::try_new).transpose();
                Ok(SyncReading {
                    item_id: item_id.clone(),
                    meter_no: field("meterNo", MeterNo::try_new(&reading.meter_no))?,
                    index: field("index", Index::try_new(reading.index.0))?,
                    read_at: done_at,
                    photo,
                    round: field("roundId", round)?,
                    note: reading.note,
                    rates: rate_indexes(&reading.rates)?,
                })
            });
            let of = |outcome| FieldWorkResult::of_reading(&name, outcome);
            execute(ctx, &item_id, process, of).await
        }
        FieldWork::Visit(visit) => {
            let process = offline_visit(visit, done_at);
            accepted(ctx, &item_id, process).await
        }
        FieldWork::SessionStart(start) => {
            let round = start.round_id.map(RoundId::try_new).transpose();
            let session_id = field("sessionId", SessionId::try_new(&start.session_id));
            let process = session_id.and_then(|session_id| {
                Ok(StartSession {
                    session_id: Some(session_id),
                    round: field("roundId", round)?,
                    started_at: Some(done_at),
                    device: start.device,
                })
            });
            accepted(ctx, &item_id, process).await
        }
        FieldWork::Note(note) => {
            let meter_no = note.meter_no.map(MeterNo::try_new).transpose();
            let session_id = field("sessionId", SessionId::try_new(&note.session_id));
            let process = session_id.and_then(|session_id| {
                Ok(AddSessionNote {
                    session_id,
                    text: note.text,
                    meter_no: field("meterNo", meter_no)?,
                    noted_at: Some(done_at),
                })
            });
            accepted(ctx, &item_id, process).await
        }
        FieldWork::SessionEnd(end) => {
            let session_id = field("sessionId", SessionId::try_new(&end.session_id));
            let process = session_id.map(|session_id| FinishSession {
                session_id,
                finished_at: Some(done_at),
                summary: end.summary,
            });
            accepted(ctx, &item_id, process).await
        }
        FieldWork::Fault(reported) => {
            let photo = named_photo(ctx, "photo", reported.photo.as_deref()).await?;
            let process = photo.and_then(|photo| {
                Ok(ReportFault {
                    meter_no: field("meterNo", MeterNo::try_new(&reported.meter_no))?,
                    description: reported.description,
                    photo,
                })
            });
            accepted(ctx, &item_id, process).await
        }
        FieldWork::Mark(mark) => {
            let photo = named_photo(ctx, "photo", mark.photo.as_deref()).await?;
            let process = photo.and_then(|photo| {
                Ok(MarkLocation {
                    meter_no: field("meterNo", MeterNo::try_new(&mark.meter_no))?,
                    position: position(mark.latitude, mark.longitude, mark.accuracy_m)?,
                    place: mark.place,
                    photo,
                    marked_at: Some(done_at),
                })
            });
            accepted(ctx, &item_id, process).await
        }
    }
}

fn offline_visit(visit: OfflineVisit, done_at: DateTime<Utc>) -> Result<RecordVisit, Rejection> {
    Ok(RecordVisit {
        round_id: field("roundId", RoundId::try_new(&visit.round_id))?,
        meter_no: field("meterNo", MeterNo::try_new(&visit.meter_no))?,
        visited_at: Some(done_at),
        reason: field("reasonCode", ReasonCode::try_new(&visit.reason_code))?,
        note: visit.note,
        left_note: visit.left_note,
    })
}

async fn accepted<P: Process>(
    ctx: &Context<'_>,
    item_id: &ItemId,
    process: Result<P, Rejection>,
) -> Result<FieldWorkResult> {
    let name = item_id.as_str();
    let of = |_| FieldWorkResult::new(name, FieldWorkStatus::Accepted);
    execute(ctx, item_id, process, of).await
}

async fn execute<P: Process>(
    ctx: &Context<'_>,
    item_id: &ItemId,
    process: Result<P, Rejection>,
    of: impl FnOnce(P::Outcome) -> FieldWorkResult,
) -> Result<FieldWorkResult> {
    let name = item_id.as_str();
    let process = match process {
        Ok(process) => process,
        Err(rejection) => return Ok(FieldWorkResult::refused(name, rejection)),
    };
    let services = Services::of(ctx)?;
    let context = item_context(ctx, services, item_id)?;
    match services.bus.execute(context, process).await {
        Ok(Executed {
            outcome,
            position,
            repeated,
        }) => Ok(FieldWorkResult {
            repeated,
            position,
            ..of(outcome)
        }),
        Err(CommandError::Refused(rejection)) => Ok(FieldWorkResult::refused(name, rejection)),
        Err(CommandError::KeyReused) => Ok(FieldWorkResult::new(name, FieldWorkStatus::NameReused)),
        Err(error) => Err(fault(ctx, error)),
    }
}

fn item_context(
    ctx: &Context<'_>,
    services: &Services,
    item_id: &ItemId,
) -> Result<CommandContext> {
    let actor = ctx.data::<Viewer>()?.actor();
    let request = ctx.data::<RequestInfo>()?;
    let id = services
        .bus
        .command_id(&format!("{actor}/fieldWork"), item_id.as_str());
    let mut context = CommandContext::new(id, actor, services.store().clock().now());
    context.request_id = Some(request.request_id.clone());
    context.origin.clone_from(&request.origin);
    Ok(context)
}
