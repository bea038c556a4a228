//! A policy as a consumer.

use std::sync::Arc;

use async_trait::async_trait;
use chaobiao_decision::{Actor, CommandContext, ErasedProcess};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::bus::{CommandBus, CommandError, Executed};
use crate::daemon::consumer::{ConsumeError, Consumer};
use crate::policy::effect::{self, Effect};
use crate::policy::{OutboxMessage, Policy, PolicyError, Reaction};
use crate::{RecordedEvent, StoreError};

pub(crate) fn policy_checkpoint(name: &str) -> String {
    format!("policy:{name}")
}

pub(crate) struct PolicyConsumer {
    policy: Arc<dyn Policy>,
    bus: CommandBus,
    checkpoint: String,
}

type Command = (CommandContext, Box<dyn ErasedProcess>);

/// Reactions to a batch, sorted by what has to be done for them.
#[derive(Default)]
struct Plan {
    commands: Vec<Command>,
    effects: Vec<Effect>,
}

impl PolicyConsumer {
    pub(crate) fn new(policy: Arc<dyn Policy>, bus: CommandBus) -> Self {
        let checkpoint = policy_checkpoint(policy.name());
        Self {
            policy,
            bus,
            checkpoint,
        }
    }

    /// The same for the same event and label, whenever it is asked.
    fn derive_id(&self, event: &RecordedEvent, label: &str) -> Uuid {
        CommandContext::new(event.event_id, Actor::Anonymous, event.recorded_at)
            .derive_id(&format!("{}/{label}", self.checkpoint))
    }

    async fn plan(&self, event: &RecordedEvent, plan: &mut Plan) -> Result<(), PolicyError> {
        let reactions = self.policy.gather(event).await?;
        let now = self.bus.store().clock().now().max(event.recorded_at);
        for (place, reaction) in reactions.into_iter().enumerate() {
            match reaction {
                Reaction::Run { process, label } => {
                    let id = self.derive_id(event, &format!("run/{label}"));
                    let actor = Actor::System(self.checkpoint.clone());
                    let mut context = CommandContext::new(id, actor, now);
                    context.request_id.clone_from(&event.metadata.request_id);
                    plan.commands.push((context, process));
                }
                Reaction::Due {
                    at,
                    process,
                    subject,
                    label,
                } => plan.effects.push(Effect::Due {
                    id: self.derive_id(event, &format!("due/{label}")),
                    at,
                    process: process.name(),
                    body: process.body().map_err(StoreError::from)?,
                    subject,
                }),
                Reaction::Forget { subject } => plan.effects.push(Effect::Forget { subject }),
                Reaction::Withdraw { subject } => plan.effects.push(Effect::Withdraw { subject }),
                Reaction::Send(send) => {
                    let id = self.derive_id(event, &format!("send/{place}"));
                    plan.effects.push(send_effect(id, send, now));
                }
                Reaction::Tell { message, label } => {
                    let id = self.derive_id(event, &format!("tell/{label}"));
                    plan.effects.push(send_effect(id, message, now));
                }
            }
        }
        Ok(())
    }

    async fn run(&self, commands: Vec<Command>) -> Result<(), ConsumeError> {
        for answer in self.bus.execute_batch(commands).await {
            settle(self.policy.name(), answer)?;
        }
        Ok(())
    }

    async fn seal(&self, effects: &mut [Effect]) -> Result<(), StoreError> {
        let documents = effects.iter_mut().filter_map(|effect| match effect {
            Effect::Due { id, body, .. } => Some((crate::due::owner(*id), body)),
            Effect::Send { id, message, .. } => Some((crate::owner_of_message(*id), message)),
            Effect::Withdraw { .. } | Effect::Forget { .. } => None,
        });
        self.bus.store().cipher().seal(documents.collect()).await
    }
}

fn send_effect(id: Uuid, send: OutboxMessage, created_at: DateTime<Utc>) -> Effect {
    Effect::Send {
        id,
        channel: send.channel,
        message: send.message,
        created_at,
    }
}

/// A refusal is an answer: the command has been decided, and would be refused again.
fn settle(policy: &str, answer: Result<Executed<Value>, CommandError>) -> Result<(), ConsumeError> {
    match answer {
        Ok(_) => Ok(()),
        Err(CommandError::Refused(rejection)) => {
            tracing::warn!(policy, code = rejection.code, "a reaction was refused");
            metrics::counter!("chaobiao_reactions_refused_total", "policy" => policy.to_owned())
                .increment(1);
            Ok(())
        }
        Err(CommandError::KeyReused) => {
            // The reaction ran before a kill, and the policy has been changed since.
            tracing::warn!(policy, "a reaction has run before, in another form");
            Ok(())
        }
        Err(error @ CommandError::Conflict) => Err(ConsumeError::new(&error, true)),
        Err(CommandError::Fault(fault)) => Err(fault.into()),
    }
}

impl From<StoreError> for ConsumeError {
    fn from(error: StoreError) -> Self {
        let passing = error.is_passing();
        Self::new(&error, passing)
    }
}

impl From<PolicyError> for ConsumeError {
    fn from(error: PolicyError) -> Self {
        let passing = match &error {
            PolicyError::Store(fault) => fault.is_passing(),
            PolicyError::NotYet(_) => true,
            PolicyError::Invalid(_) => false,
        };
        Self::new(&error, passing)
    }
}

#[async_trait]
impl Consumer for PolicyConsumer {
    fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    fn lease_name(&self) -> &str {
        &self.checkpoint
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        self.policy.aggregate_types()
    }

    fn tables(&self) -> &'static [&'static str] {
        &[]
    }

    async fn prepare(&self, events: &[RecordedEvent]) -> Result<Vec<Effect>, ConsumeError> {
        let mut plan = Plan::default();
        for event in events {
            let before = plan.effects.len();
            self.plan(event, &mut plan).await?;
            for effect in &plan.effects[before..] {
                if let Effect::Forget { subject } = effect {
                    self.policy.forget(subject, event).await?;
                }
            }
        }
        self.run(plan.commands).await?;
        self.seal(&mut plan.effects).await?;
        Ok(plan.effects)
    }

    async fn write(
        &self,
        _events: &[RecordedEvent],
        effects: &[Effect],
        connection: &mut PgConnection,
    ) -> Result<(), ConsumeError> {
        effect::write(effects, connection)
            .await
            .map_err(|error| StoreError::from(error).into())
    }
}
