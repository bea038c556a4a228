use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{
    self, Evidence, MeterError, ReadingJudged, ReportedUnit, SubmitReading, SubmitReportedReading,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{Index, MeterNo, Multiplier, RoundId};
use chrono::{DateTime, Utc};

use super::photo::{PhotoVerdict, look_at_photo};
use super::rates::{RateInput, rate_indexes};
use super::state::{PositionInput, ReadState};
use super::{Finding, Reading, ReadingChannel, ReadingStatus};
use crate::meter::reading_of;
use crate::support::{Decimal, Ran, UserError, Viewer, customer_or, field, named_photo, run};

#[derive(InputObject)]
pub(super) struct SubmitReadingInput {
    idempotency_key: String,
    meter_no: String,
    /// What the dial shows. Usage follows from it; there is no way to enter one.
    index: Decimal,
    /// Now, when not given.
    read_at: Option<DateTime<Utc>>,
    channel: ReadingChannel,
    /// The hash `/photos` answered with; mandatory for self-reading and field reading.
    photo: Option<String>,
    round_id: Option<String>,
    note: Option<String>,
    /// 抄见状态: one that goes with an index.
    #[graphql(default_with = "ReadState::Normal")]
    state: ReadState,
    /// Where the reader stood.
    position: Option<PositionInput>,
    /// The phone it was taken with.
    device: Option<String>,
    /// The time printed on the photo, where it is not the time of the reading.
    watermark_at: Option<DateTime<Utc>>,
    /// What the source believes one step of the dial stands for; another than the installation's
    /// is refused.
    multiplier: Option<Decimal>,
    /// What the source counts in, as it writes it.
    unit: Option<String>,
    /// 分时示数: what the registers of a time-of-use meter showed beside the index.
    #[graphql(default)]
    rates: Vec<RateInput>,
}

impl SubmitReadingInput {
    fn evidence(&self) -> std::result::Result<Evidence, Rejection> {
        let position = self.position.map(PositionInput::point).transpose();
        Ok(Evidence {
            state: Some(self.state.into()).filter(|state| *state != meter::ReadState::Normal),
            position: position?,
            device: self.device.clone(),
            watermark_at: self.watermark_at,
            frame: None,
            answered_by: None,
            rates: rate_indexes(&self.rates)?,
        })
    }
}

/// What became of an index, and what the rules found in it.
macro_rules! verdict_payloads {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            reading: Option<Reading>,
            /// The verdict, even while `reading` is not shown yet.
            status: Option<ReadingStatus>,
            findings: Vec<Finding>,
            /// R16: what the program saw on its photo, where that was known in time; the rest
            /// follows by `photoChecked`.
            photo_verdict: Option<PhotoVerdict>,
            /// The same reading had come in before; nothing was written.
            duplicate: bool,
            user_errors: Vec<UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            pub(super) async fn of(ctx: &Context<'_>, ran: Ran<ReadingJudged>) -> Result<Self> {
                let Some(judged) = ran.outcome else {
                    return Ok(Self {
                        reading: None,
                        status: None,
                        findings: Vec::new(),
                        photo_verdict: None,
                        duplicate: false,
                        user_errors: ran.user_errors,
                        pending: ran.pending,
                    });
                };
                let reading = reading_of(ctx, judged.reading_id.as_str()).await?;
                Ok(Self {
                    reading: reading.map(Reading),
                    status: Some(judged.status.into()),
                    findings: judged.findings.into_iter().map(Finding::from).collect(),
                    photo_verdict: judged.photo.map(Into::into),
                    duplicate: judged.duplicate,
                    user_errors: ran.user_errors,
                    pending: ran.pending,
                })
            }
        }
    )+};
}

verdict_payloads!(
    SubmitReadingPayload,
    EstimateReadingPayload,
    UploadBluetoothReadingPayload
);

/// R21: a reader stands before the dial and so has to show it. Data of machines is brought in by
/// those who look after them.
fn allowed(viewer: &Viewer, channel: ReadingChannel) -> Result<(), Rejection> {
    let by_hand = matches!(channel, ReadingChannel::SelfRead | ReadingChannel::Field);
    if by_hand || viewer.may(Permission::ManageMeters) {
        Ok(())
    } else {
        Err(MeterError::ChannelNotAllowed.into())
    }
}

/// V18: with what its source believes of the device.
fn reported(
    input: &SubmitReadingInput,
    reading: SubmitReading,
) -> std::result::Result<SubmitReportedReading, Rejection> {
    let multiplier = input.multiplier.map(|number| Multiplier::try_new(number.0));
    Ok(SubmitReportedReading {
        reading,
        multiplier: field("multiplier", multiplier.transpose())?,
        unit: input.unit.as_deref().map(ReportedUnit::new),
    })
}

#[derive(Default)]
pub struct ReadingMutation;

#[Object]
impl ReadingMutation {
    /// Submits an index. Customers read their own meters by `SELF_READ`, staff by `FIELD`; the
    /// channels of machines take the right to manage meters.
    #[graphql(guard = "customer_or(Permission::SubmitReadings)")]
    async fn submit_reading(
        &self,
        ctx: &Context<'_>,
        input: SubmitReadingInput,
    ) -> Result<SubmitReadingPayload> {
        let photo = named_photo(ctx, "photo", input.photo.as_deref()).await?;
        let viewer = ctx.data::<Viewer>()?;
        let mut process = photo.and_then(|photo| {
            allowed(viewer, input.channel)?;
            let round = input.round_id.as_deref().map(RoundId::try_new).transpose();
            Ok(SubmitReading {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                index: field("index", Index::try_new(input.index.0))?,
                read_at: input.read_at,
                channel: input.channel.into(),
                photo,
                round: field("roundId", round)?,
                note: input.note.clone(),
                evidence: input.evidence()?,
            })
        });
        if let Ok(reading) = &mut process {
            look_at_photo(ctx, reading).await?;
        }
        let (name, key) = ("submitReading", &input.idempotency_key);
        let ran = if input.multiplier.is_some() || input.unit.is_some() {
            let process = process.and_then(|reading| reported(&input, reading));
            run(ctx, name, key, process).await?
        } else {
            run(ctx, name, key, process).await?
        };
        SubmitReadingPayload::of(ctx, ran).await
    }
}
