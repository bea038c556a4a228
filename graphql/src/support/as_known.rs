//! Questions about the past: what was known when, about which day.

use async_graphql::{Context, Error, ErrorExtensions, InputObject, Result};
use chaobiao_decision::Rejection;
use chaobiao_eventstore::{HistoryError, Horizon, TimeQuestion};
use chrono::NaiveDate;

use super::{Date, LogPosition, Moment, Services, internal};

/// A point of time to look from: exactly one of the two.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AsOf {
    /// What was known when the log had so many entries.
    position: Option<LogPosition>,
    /// What stood on that day: the same as `validOn`.
    date: Option<Date>,
}

/// Finds the place in the log an answer is to be given from, and the day it is about.
pub async fn point_in_time(
    ctx: &Context<'_>,
    as_of: Option<AsOf>,
    valid_on: Option<Date>,
    known_at: Option<Moment>,
) -> Result<(Horizon, Option<NaiveDate>)> {
    let question = TimeQuestion {
        position: as_of.and_then(|as_of| as_of.position).map(|at| at.0),
        date: as_of.and_then(|as_of| as_of.date).map(|date| date.0),
        valid_on: valid_on.map(|date| date.0),
        known_at: known_at.map(|moment| moment.0),
    };
    let (known, day) = question.axes().map_err(refused)?;
    match Services::of(ctx)?.store().horizon(known).await {
        Ok(horizon) => Ok((horizon, day)),
        Err(HistoryError::Refused(rejection)) => Err(refused(rejection)),
        Err(HistoryError::Fault(fault)) => Err(internal(ctx, fault)),
    }
}

/// A query has no payload to refuse in: its refusal is a top-level error with the refusal's code.
fn refused(rejection: Rejection) -> Error {
    Error::new(rejection.message).extend_with(|_, extensions| {
        extensions.set("code", rejection.code.as_str());
    })
}
