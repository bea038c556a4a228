//! Where what the gateway tells is brought: to the store, or over the relay to a server that has one.

use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext, Process, Rejection};
use chaobiao_eventstore::{CommandBus, CommandError};
use tokio::time::sleep;
use uuid::Uuid;

use super::relay::Outgoing;

/// While the store takes nothing, nothing more is heard; it is tried again, for some minutes. What
/// it never takes must not keep the others waiting: the next round brings the registers anew.
const AGAIN: Duration = Duration::from_secs(1);
const TRIES: usize = 300;

/// Commands of this run of this node.
#[derive(Clone, Copy)]
pub(super) struct Run(pub(super) Uuid);

impl Run {
    /// The id of a command; `about` names it among those of this run, which no earlier one has.
    pub(super) fn id(self, about: &str) -> Uuid {
        Uuid::new_v5(&self.0, about.as_bytes())
    }
}

/// What a part of the gateway needs to give commands.
#[derive(Clone)]
pub(super) struct Clerk {
    pub(super) bus: CommandBus,
    pub(super) run: Run,
    pub(super) node: String,
}

impl Clerk {
    /// For a command that follows from what the gateway did; `about` names it.
    pub(super) fn context(&self, about: &str) -> CommandContext {
        let actor = Actor::System("collectors".to_owned());
        let now = self.bus.store().clock().now();
        CommandContext::new(self.run.id(about), actor, now)
    }

    /// Gives a command, again and again while the store takes nothing. A refusal is an answer.
    async fn give<P: Process + Clone>(&self, about: &str, process: P) {
        let context = self.context(about);
        for _ in 0..TRIES {
            let given = self.bus.execute(context.clone(), process.clone());
            match given.await {
                Ok(_) => return,
                Err(CommandError::Refused(Rejection { code, .. })) => {
                    tracing::warn!(process = P::NAME, code, "what a collector said is refused");
                    return;
                }
                Err(error) => {
                    tracing::warn!(process = P::NAME, %error, "the store takes nothing");
                    sleep(AGAIN).await;
                }
            }
        }
        tracing::error!(process = P::NAME, "what a collector said is given up");
    }
}

/// See the module.
pub(super) enum Desk {
    Store(Box<Clerk>),
    Beyond(Outgoing),
}

impl Desk {
    pub(super) async fn give<P: Process + Clone>(&self, about: &str, process: P) {
        match self {
            Self::Store(clerk) => clerk.give(about, process).await,
            Self::Beyond(outgoing) => outgoing.give(about, &process).await,
        }
    }
}
