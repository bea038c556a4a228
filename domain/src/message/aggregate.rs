use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::MessageError;
use super::event::{MessageEvent, MessageFollowedUp, MessageOutcome};
use crate::units::written;

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// What has been done about a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    #[default]
    Untouched,
    Resent,
    Settled,
}

#[derive(Clone, Debug)]
pub enum MessageCommand {
    Resend(MessageFollowedUp),
    Settle(MessageFollowedUp),
}

impl Message {
    fn decide(self, command: MessageCommand) -> Result<MessageEvent, MessageError> {
        match self {
            Self::Untouched => {}
            Self::Resent => return Err(MessageError::AlreadyResent),
            Self::Settled => return Err(MessageError::AlreadySettled),
        }
        match command {
            MessageCommand::Resend(asked) => checked(asked).map(MessageEvent::Resent),
            MessageCommand::Settle(asked) => checked(asked).map(MessageEvent::Settled),
        }
    }
}

fn checked(asked: MessageFollowedUp) -> Result<MessageFollowedUp, MessageError> {
    if asked.outcome == MessageOutcome::Fine {
        return Err(MessageError::NotLost);
    }
    let reason = written(&asked.reason, "原因", REASON_LENGTH_MAX);
    let reason = reason.map_err(|_| MessageError::ReasonInvalid)?;
    Ok(MessageFollowedUp { reason, ..asked })
}

impl Aggregate for Message {
    const TYPE: &'static str = "message";
    type Command = MessageCommand;
    type Event = MessageEvent;
    type Error = MessageError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MessageCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MessageError> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: MessageEvent) {
        *self = match event {
            MessageEvent::Resent(_) => Self::Resent,
            MessageEvent::Settled(_) => Self::Settled,
        };
    }
}
