use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::reading_session::{
    AddSessionNote, FinishSession, SessionChanged, StartSession,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{MeterNo, RoundId, SessionId};
use chrono::{DateTime, Utc};

use super::query::find;
use super::types::ReadingSession;
use crate::support::{field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct StartReadingSessionInput {
    idempotency_key: String,
    /// What the device calls it; left out, a new name is made.
    session_id: Option<String>,
    round_id: Option<String>,
    /// Now, when not given.
    started_at: Option<DateTime<Utc>>,
    device: Option<String>,
}

#[derive(InputObject)]
pub(super) struct AddSessionNoteInput {
    idempotency_key: String,
    session_id: String,
    text: String,
    meter_no: Option<String>,
    /// Now, when not given.
    noted_at: Option<DateTime<Utc>>,
}

#[derive(InputObject)]
pub(super) struct FinishReadingSessionInput {
    idempotency_key: String,
    session_id: String,
    /// Now, when not given.
    finished_at: Option<DateTime<Utc>>,
    summary: Option<String>,
}

payloads!(
    reading_session: ReadingSession, |ctx, changed: SessionChanged| find(ctx, &changed.session_id);
    StartReadingSessionPayload,
    AddSessionNotePayload,
    FinishReadingSessionPayload
);

#[derive(Default)]
pub struct ReadingSessionMutation;

#[Object]
impl ReadingSessionMutation {
    /// The viewer sets out.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn start_reading_session(
        &self,
        ctx: &Context<'_>,
        input: StartReadingSessionInput,
    ) -> Result<StartReadingSessionPayload> {
        let session_id = input.session_id.map(SessionId::try_new).transpose();
        let round = input.round_id.map(RoundId::try_new).transpose();
        let process = field("sessionId", session_id).and_then(|session_id| {
            Ok(StartSession {
                session_id,
                round: field("roundId", round)?,
                started_at: input.started_at,
                device: input.device,
            })
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "startReadingSession", key, process).await?;
        StartReadingSessionPayload::of(ctx, ran).await
    }

    /// Something worth knowing later, about a meter or about the way.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn add_session_note(
        &self,
        ctx: &Context<'_>,
        input: AddSessionNoteInput,
    ) -> Result<AddSessionNotePayload> {
        let meter_no = input.meter_no.map(MeterNo::try_new).transpose();
        let session_id = field("sessionId", SessionId::try_new(&input.session_id));
        let process = session_id.and_then(|session_id| {
            Ok(AddSessionNote {
                session_id,
                text: input.text,
                meter_no: field("meterNo", meter_no)?,
                noted_at: input.noted_at,
            })
        });
        let ran = run(ctx, "addSessionNote", &input.idempotency_key, process).await?;
        AddSessionNotePayload::of(ctx, ran).await
    }

    /// The viewer is back.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn finish_reading_session(
        &self,
        ctx: &Context<'_>,
        input: FinishReadingSessionInput,
    ) -> Result<FinishReadingSessionPayload> {
        let session_id = field("sessionId", SessionId::try_new(&input.session_id));
        let process = session_id.map(|session_id| FinishSession {
            session_id,
            finished_at: input.finished_at,
            summary: input.summary,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "finishReadingSession", key, process).await?;
        FinishReadingSessionPayload::of(ctx, ran).await
    }
}
