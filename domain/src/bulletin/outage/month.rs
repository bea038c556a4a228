use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::OutageError;
use super::event::OutageMonthEvent;
use crate::units::{BillingMonth, CampusId, OutageId, business_date};

/// Nobody announces an outage of more than ten years; a slip of the pen must not list it for ever.
const MONTHS_MAX: usize = 120;

/// The outages that reach into a month of a campus: whoever asks what was off at a meter looks at
/// those and at no others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageMonth {
    outages: BTreeSet<OutageId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutageMonthCommand {
    List { outage_id: OutageId },
}

impl OutageMonth {
    /// The stream of a campus and month.
    pub fn id(campus: &CampusId, month: BillingMonth) -> String {
        format!("{campus}/{month}")
    }

    pub const fn outages(&self) -> &BTreeSet<OutageId> {
        &self.outages
    }
}

/// The months a time reaches into.
pub fn months_of(from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<BillingMonth> {
    let last = BillingMonth::of(business_date(to - TimeDelta::microseconds(1)));
    let first = BillingMonth::of(business_date(from));
    std::iter::successors(Some(first), |month| Some(month.next()))
        .take_while(|month| *month <= last)
        .take(MONTHS_MAX)
        .collect()
}

impl Aggregate for OutageMonth {
    const TYPE: &'static str = "outage_month";
    type Command = OutageMonthCommand;
    type Event = OutageMonthEvent;
    type Error = OutageError;
    type Services = ();

    async fn handle(
        &mut self,
        command: OutageMonthCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), OutageError> {
        let OutageMonthCommand::List { outage_id } = command;
        if !self.outages.contains(&outage_id) {
            sink.write(OutageMonthEvent::Listed { outage_id }, self)
                .await;
        }
        Ok(())
    }

    fn apply(&mut self, event: OutageMonthEvent) {
        let OutageMonthEvent::Listed { outage_id } = event;
        self.outages.insert(outage_id);
    }
}
