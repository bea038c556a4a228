//! Readings nobody took: estimated, or put off.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::meter::{DelayReading, EstimateReading};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, MeterNo, RoundId};
use chaobiao_projections::reading_review::{self, DelayRow};
use chrono::{DateTime, Utc};

use super::mutation::EstimateReadingPayload;
use super::state::{ReadState, ReadStateInfo};
use crate::meter::{Meter, meter_of};
use crate::support::{
    Connection, Date, Services, UserError, bad_input, connection, field, internal, may, not_found,
    page, page_size, run, staff,
};

#[derive(InputObject)]
pub(super) struct EstimateReadingInput {
    idempotency_key: String,
    meter_no: String,
    /// One that takes no index.
    #[graphql(default_with = "ReadState::Estimated")]
    state: ReadState,
    /// The day and time it stands for; now, when not given.
    read_at: Option<DateTime<Utc>>,
    round_id: Option<String>,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct DelayReadingInput {
    idempotency_key: String,
    meter_no: String,
    until: Date,
    round_id: Option<String>,
    reason: String,
}

#[derive(SimpleObject)]
pub(super) struct DelayReadingPayload {
    until: Option<Date>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(Default)]
pub struct EstimationMutation;

#[Object]
impl EstimationMutation {
    /// 估抄: enters an index nobody read. It follows from the rules in force; there is no way to
    /// enter one, nor a usage.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn estimate_reading(
        &self,
        ctx: &Context<'_>,
        input: EstimateReadingInput,
    ) -> Result<EstimateReadingPayload> {
        let process = || {
            let round = input.round_id.as_deref().map(RoundId::try_new).transpose();
            Ok(EstimateReading {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                state: input.state.into(),
                read_at: input.read_at,
                round: field("roundId", round)?,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "estimateReading", &input.idempotency_key, process()).await?;
        EstimateReadingPayload::of(ctx, ran).await
    }

    /// 延迟: puts a reading off until a day.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn delay_reading(
        &self,
        ctx: &Context<'_>,
        input: DelayReadingInput,
    ) -> Result<DelayReadingPayload> {
        let process = || {
            let round = input.round_id.as_deref().map(RoundId::try_new).transpose();
            Ok(DelayReading {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                until: input.until.0,
                round: field("roundId", round)?,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "delayReading", &input.idempotency_key, process()).await?;
        Ok(DelayReadingPayload {
            until: ran.outcome.map(|delayed| Date(delayed.until)),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}

/// A reading that was put off and has not been made up for.
#[derive(Clone, Debug)]
pub(super) struct DelayedReading(DelayRow);

#[Object]
impl DelayedReading {
    async fn meter_no(&self) -> &str {
        self.0.meter_no.as_str()
    }

    async fn meter(&self, ctx: &Context<'_>) -> Result<Meter> {
        let meter = meter_of(ctx, self.0.meter_no.as_str()).await?;
        meter.ok_or_else(|| not_found("表"))
    }

    async fn until(&self) -> Date {
        self.0.until.into()
    }

    async fn reason(&self) -> &str {
        &self.0.reason
    }

    async fn round_id(&self) -> Option<&str> {
        self.0.round.as_ref().map(RoundId::as_str)
    }

    async fn delayed_at(&self) -> DateTime<Utc> {
        self.0.delayed_at
    }

    async fn delayed_by(&self) -> String {
        self.0.delayed_by.to_string()
    }
}

#[derive(Default)]
pub struct EstimationQuery;

#[Object]
impl EstimationQuery {
    /// The eleven states a reading may have (抄见状态), with what is entered for each.
    #[graphql(guard = "staff()")]
    async fn read_states(&self) -> Vec<ReadStateInfo> {
        ReadStateInfo::all()
    }

    /// Readings put off and not made up for, the most urgent first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn delayed_readings(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<DelayedReading>> {
        let page = page(ctx, "delayed_readings", first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let campus = campus.map_err(|error| bad_input(error.to_string()))?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = reading_review::delayed(pool, campus.as_ref(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "delayed_readings", slice, DelayedReading)
    }
}
