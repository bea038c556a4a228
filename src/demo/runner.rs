//! Gives commands in the order of the time they are dated.

use std::sync::Arc;

use chaobiao_decision::{Actor, CommandContext, ErasedProcess, Process};
use chaobiao_eventstore::{CommandBus, CommandError, Executed, SoleWriter};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;

use super::DemoError;

/// What an answer is about, for whoever waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    /// A reading of this meter of the plan.
    Reading(usize),
    /// A bill of this place of the plan.
    Bill(usize),
}

struct Queued {
    context: CommandContext,
    process: Box<dyn ErasedProcess>,
    tag: Tag,
    /// A refusal by this code is part of the story.
    may_refuse: Option<&'static str>,
}

/// Tells how far the generation has come: commands so far, and the date they have reached.
pub type Progress = Arc<dyn Fn(usize, DateTime<Utc>) + Send + Sync>;

pub(super) struct Runner<'a> {
    bus: &'a CommandBus,
    writer: SoleWriter,
    scope: String,
    origin: String,
    /// Nothing happens from here on.
    end: DateTime<Utc>,
    queue: Vec<Queued>,
    pub(super) executed: usize,
    /// Of the last event written.
    pub(super) position: Option<i64>,
    progress: Option<Progress>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        bus: &'a CommandBus,
        scope: String,
        origin: String,
        end: DateTime<Utc>,
        progress: Option<Progress>,
    ) -> Self {
        Self {
            bus,
            writer: bus.sole_writer(),
            scope,
            origin,
            end,
            queue: Vec::new(),
            executed: 0,
            position: None,
            progress,
        }
    }

    pub(super) fn bus(&self) -> &CommandBus {
        self.bus
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.bus.store().pool()
    }

    pub(super) fn give<P: Process>(
        &mut self,
        at: DateTime<Utc>,
        actor: Actor,
        key: &str,
        process: P,
    ) -> CommandContext {
        self.give_tagged(at, actor, key, process, Tag::None, None)
    }

    /// The context comes back at once, since the ids a command makes follow from it. A key names
    /// the command for ever: the same demo started again repeats nothing.
    pub(super) fn give_tagged<P: Process>(
        &mut self,
        at: DateTime<Utc>,
        actor: Actor,
        key: &str,
        process: P,
        tag: Tag,
        may_refuse: Option<&'static str>,
    ) -> CommandContext {
        let context = CommandContext {
            origin: Some(self.origin.clone()),
            ..CommandContext::new(self.bus.command_id(&self.scope, key), actor, at)
        };
        if at < self.end {
            self.queue.push(Queued {
                context: context.clone(),
                process: Box::new(process),
                tag,
                may_refuse,
            });
        }
        context
    }

    /// Executes what is dated before `until`, by time, and answers what was tagged.
    pub(super) async fn run(
        &mut self,
        until: DateTime<Utc>,
    ) -> Result<Vec<(Tag, Value)>, DemoError> {
        // Stable: what was given for the same moment stays in the order it was given.
        self.queue.sort_by_key(|queued| queued.context.at);
        let due = self
            .queue
            .partition_point(|queued| queued.context.at < until);
        let queue: Vec<Queued> = self.queue.drain(..due).collect();
        let mut expectations = Vec::with_capacity(queue.len());
        let mut commands = Vec::with_capacity(queue.len());
        for queued in queue {
            expectations.push((queued.tag, queued.may_refuse, queued.process.name()));
            commands.push((queued.context, queued.process));
        }
        let answers = self.writer.execute_batch(commands).await;
        self.executed += answers.len();
        let mut tagged = Vec::new();
        for ((tag, may_refuse, name), answer) in expectations.into_iter().zip(answers) {
            let Some(executed) = accepted(answer, may_refuse, name)? else {
                continue;
            };
            self.position = self.position.max(executed.position);
            if tag != Tag::None {
                tagged.push((tag, executed.outcome));
            }
        }
        if let Some(progress) = &self.progress {
            progress(self.executed, until);
        }
        Ok(tagged)
    }
}

fn accepted(
    answer: Result<Executed<Value>, CommandError>,
    may_refuse: Option<&'static str>,
    process: &'static str,
) -> Result<Option<Executed<Value>>, DemoError> {
    match answer {
        Ok(executed) => Ok(Some(executed)),
        Err(CommandError::Refused(refusal)) if may_refuse == Some(refusal.code.as_str()) => {
            Ok(None)
        }
        Err(CommandError::Refused(refusal)) => Err(DemoError::Refused { process, refusal }),
        Err(CommandError::KeyReused) => Err(DemoError::OtherVersion),
        Err(error) => Err(error.into()),
    }
}
