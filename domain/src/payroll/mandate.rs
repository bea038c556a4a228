use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::PayrollError;
use super::event::{MandateAgreed, PayrollMandateEvent};
use crate::units::AccountNo;

/// What may be asked of an account's agreement.
#[derive(Clone, Debug)]
pub enum PayrollMandateCommand {
    Agree(Box<MandateAgreed>),
    End {
        account_no: AccountNo,
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
}

/// Whether an account is paid from somebody's wages; its stream bears the account's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PayrollMandate {
    #[default]
    None,
    Agreed,
}

impl Aggregate for PayrollMandate {
    const TYPE: &'static str = "payroll_mandate";
    type Command = PayrollMandateCommand;
    type Event = PayrollMandateEvent;
    type Error = PayrollError;
    type Services = ();

    async fn handle(
        &mut self,
        command: PayrollMandateCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), PayrollError> {
        let event = match (&*self, command) {
            (Self::None, PayrollMandateCommand::Agree(agreed)) => {
                PayrollMandateEvent::Agreed(*agreed)
            }
            (Self::Agreed, PayrollMandateCommand::Agree(agreed)) => {
                return Err(PayrollError::AlreadyAgreed(agreed.account_no));
            }
            (Self::None, PayrollMandateCommand::End { account_no, .. }) => {
                return Err(PayrollError::NotAgreed(account_no));
            }
            (Self::Agreed, PayrollMandateCommand::End { reason, by, at, .. }) => {
                PayrollMandateEvent::Ended {
                    reason,
                    ended_at: at,
                    ended_by: by,
                }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: PayrollMandateEvent) {
        *self = match event {
            PayrollMandateEvent::Agreed(_) => Self::Agreed,
            PayrollMandateEvent::Ended { .. } => Self::None,
        };
    }
}
