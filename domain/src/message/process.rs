use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::{Message, MessageCommand};
use super::error::MessageError;
use super::event::{MessageFollowedUp, MessageOutcome};
use crate::units::MessageId;

/// The message a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChanged {
    pub message_id: MessageId,
}

/// Sends a message again that did not arrive. What is known of it when somebody asks is not part of what
/// is asked, so that the same request later is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResendMessage {
    pub message_id: MessageId,
    #[serde(skip)]
    pub outcome: MessageOutcome,
    /// Of a login: whoever wants one asks for a new one.
    #[serde(skip)]
    pub is_code: bool,
    #[serde(skip)]
    pub is_erased: bool,
    pub reason: String,
}

impl Process for ResendMessage {
    const NAME: &'static str = "message.resend";
    type Outcome = MessageChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MessageChanged, Stop> {
        if self.is_code {
            return Err(MessageError::CodeNotResent.into());
        }
        if self.is_erased {
            return Err(MessageError::Erased.into());
        }
        let asked = followed_up(&self.message_id, self.outcome, &self.reason, context);
        let command = MessageCommand::Resend(asked);
        workspace.execute::<Message>(self.message_id.as_str(), command)?;
        let message_id = self.message_id.clone();
        Ok(MessageChanged { message_id })
    }
}

/// Notes that a message needs nothing any more, though it did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleMessage {
    pub message_id: MessageId,
    #[serde(skip)]
    pub outcome: MessageOutcome,
    pub reason: String,
}

impl Process for SettleMessage {
    const NAME: &'static str = "message.settle";
    type Outcome = MessageChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MessageChanged, Stop> {
        let asked = followed_up(&self.message_id, self.outcome, &self.reason, context);
        let command = MessageCommand::Settle(asked);
        workspace.execute::<Message>(self.message_id.as_str(), command)?;
        let message_id = self.message_id.clone();
        Ok(MessageChanged { message_id })
    }
}

fn followed_up(
    message_id: &MessageId,
    outcome: MessageOutcome,
    reason: &str,
    context: &CommandContext,
) -> MessageFollowedUp {
    MessageFollowedUp {
        message_id: message_id.clone(),
        outcome,
        reason: reason.to_owned(),
        by: context.actor.clone(),
        at: context.at,
    }
}
