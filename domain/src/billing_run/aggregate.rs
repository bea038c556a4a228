use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::BillingRunError;
use super::event::{
    BillingCounts, BillingRunAdvanced, BillingRunEvent, BillingRunStarted, RefusedAccount,
};
use crate::units::{AccountNo, BillingRunId};

/// How many unread and how many refused accounts of a run are told one by one; the others are
/// counted.
pub const BILLING_RUN_TOLD_MAX: usize = 100;

/// What was asked for, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingRunRecord {
    pub started: BillingRunStarted,
    /// The last account that has its verdict.
    pub through: Option<AccountNo>,
    pub counts: BillingCounts,
    pub unread: Vec<AccountNo>,
    pub refusals: Vec<RefusedAccount>,
    pub is_finished: bool,
}

/// One run over the accounts of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillingRun {
    #[default]
    Absent,
    Started(Box<BillingRunRecord>),
}

/// What may be asked of a run.
#[derive(Clone, Debug)]
pub enum BillingRunCommand {
    Start(Box<BillingRunStarted>),
    Advance {
        /// Where the step begins: after the account the last one ended with.
        from: Option<AccountNo>,
        /// None where there was no account left.
        step: Option<BillingRunAdvanced>,
        /// There is no account after these.
        last: bool,
    },
}

impl BillingRun {
    pub fn record(&self, run_id: &BillingRunId) -> Result<&BillingRunRecord, BillingRunError> {
        match self {
            Self::Absent => Err(BillingRunError::Unknown(run_id.clone())),
            Self::Started(record) => Ok(record),
        }
    }
}

impl BillingRunRecord {
    fn advance(
        &self,
        from: Option<&AccountNo>,
        step: Option<BillingRunAdvanced>,
        last: bool,
    ) -> Result<Vec<BillingRunEvent>, BillingRunError> {
        if self.is_finished {
            return Err(BillingRunError::Finished);
        }
        if self.through.as_ref() != from {
            return Err(BillingRunError::MovedOn);
        }
        let of_step = step.as_ref().map(|step| step.counts).unwrap_or_default();
        let counts = self.counts.plus(of_step).ok_or(BillingRunError::Overflow)?;
        let advanced = step.map(|mut step| {
            step.unread.truncate(room(&self.unread));
            step.refusals.truncate(room(&self.refusals));
            BillingRunEvent::Advanced(step)
        });
        let finished = last.then_some(BillingRunEvent::Finished { counts });
        Ok(advanced.into_iter().chain(finished).collect())
    }
}

fn room<T>(told: &[T]) -> usize {
    BILLING_RUN_TOLD_MAX.saturating_sub(told.len())
}

impl Aggregate for BillingRun {
    const TYPE: &'static str = "billing_run";
    type Command = BillingRunCommand;
    type Event = BillingRunEvent;
    type Error = BillingRunError;
    type Services = ();

    async fn handle(
        &mut self,
        command: BillingRunCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), BillingRunError> {
        let events = match (&*self, command) {
            (Self::Absent, BillingRunCommand::Start(started)) => {
                vec![BillingRunEvent::Started(*started)]
            }
            (Self::Started(run), BillingRunCommand::Start(_)) => {
                return Err(BillingRunError::UnderWay(run.started.month));
            }
            // Nobody can have seen how far a run has come that there is not.
            (Self::Absent, BillingRunCommand::Advance { .. }) => {
                return Err(BillingRunError::MovedOn);
            }
            (Self::Started(run), BillingRunCommand::Advance { from, step, last }) => {
                run.advance(from.as_ref(), step, last)?
            }
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: BillingRunEvent) {
        match (self, event) {
            (absent, BillingRunEvent::Started(started)) => {
                *absent = Self::Started(Box::new(BillingRunRecord {
                    started,
                    through: None,
                    counts: BillingCounts::default(),
                    unread: Vec::new(),
                    refusals: Vec::new(),
                    is_finished: false,
                }));
            }
            (Self::Started(run), BillingRunEvent::Advanced(step)) => {
                run.through = Some(step.through);
                // The sum was found before the event was written.
                run.counts = run.counts.plus(step.counts).unwrap_or(run.counts);
                run.unread.extend(step.unread);
                run.refusals.extend(step.refusals);
            }
            (Self::Started(run), BillingRunEvent::Finished { .. }) => run.is_finished = true,
            (Self::Absent, _) => {}
        }
    }
}
