//! `--as-of`, `--valid-on` and `--known-at`: the options of every question about the past.

use std::str::FromStr;

use chaobiao_domain::units::parse_moment;
use chaobiao_eventstore::{EventStore, HistoryError, Horizon, TimeQuestion};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::CommandError;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct AsKnown {
    /// 日期：只计至此日（含）的业务，同 --valid-on；整数：日志只有这么多条时
    #[arg(long, value_name = "日期|位置")]
    as_of: Option<AsOf>,
    /// 只计至此日（含）的业务
    #[arg(long, value_name = "日期")]
    valid_on: Option<NaiveDate>,
    /// 只用当时已记录的事件；日期指当日结束时
    #[arg(long, value_name = "时间", value_parser = parse_moment)]
    known_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug)]
enum AsOf {
    Position(i64),
    Date(NaiveDate),
}

impl FromStr for AsOf {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(position) => Ok(Self::Position(position)),
            Err(_) => Ok(Self::Date(text.parse()?)),
        }
    }
}

impl AsKnown {
    /// The place in the log to look from, and the day the question is about.
    pub(super) async fn point(
        self,
        store: &EventStore,
    ) -> Result<(Horizon, Option<NaiveDate>), CommandError> {
        let (position, date) = match self.as_of {
            Some(AsOf::Position(position)) => (Some(position), None),
            Some(AsOf::Date(date)) => (None, Some(date)),
            None => (None, None),
        };
        let question = TimeQuestion {
            position,
            date,
            valid_on: self.valid_on,
            known_at: self.known_at,
        };
        let (known, day) = question.axes()?;
        match store.horizon(known).await {
            Ok(horizon) => Ok((horizon, day)),
            Err(HistoryError::Refused(rejection)) => Err(rejection.into()),
            Err(HistoryError::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Whether all of the log is asked for.
    pub(super) const fn is_now(self) -> bool {
        self.known_at.is_none() && !matches!(self.as_of, Some(AsOf::Position(_)))
    }
}
