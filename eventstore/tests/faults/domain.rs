//! The domain the runner plays with: jars that are filled and emptied, and tags with unique labels.

use chaobiao_decision::{
    ClaimKey, CommandContext, Personal, Process, ProcessRegistry, Rejection, Stop, Workspace,
};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) const JAR_EMPTY: &str = "JAR_EMPTY";
pub(crate) const LABEL_TAKEN: &str = "LABEL_TAKEN";
/// The jar every due command writes to.
pub(crate) const SETTLED: &str = "settled";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum JarEvent {
    Put { amount: i64, because: Uuid },
    Taken { amount: i64, because: Uuid },
    Echoed { amount: i64, of: Uuid },
    Settled { of: Uuid },
}

impl DomainEvent for JarEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Put { .. } => "jar.put",
            Self::Taken { .. } => "jar.taken",
            Self::Echoed { .. } => "jar.echoed",
            Self::Settled { .. } => "jar.settled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Jar {
    pub(crate) balance: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("the jar holds less")]
pub(crate) struct TooLittle;

impl From<TooLittle> for Rejection {
    fn from(error: TooLittle) -> Self {
        Rejection::new(JAR_EMPTY, error.to_string())
    }
}

impl Aggregate for Jar {
    type Command = JarEvent;
    type Event = JarEvent;
    type Error = TooLittle;
    type Services = ();

    const TYPE: &'static str = "jar";

    async fn handle(
        &mut self,
        event: JarEvent,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), TooLittle> {
        if let JarEvent::Taken { amount, .. } = &event
            && *amount > self.balance
        {
            return Err(TooLittle);
        }
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: JarEvent) {
        match event {
            JarEvent::Put { amount, .. } | JarEvent::Echoed { amount, .. } => {
                self.balance += amount;
            }
            JarEvent::Taken { amount, .. } => self.balance -= amount,
            JarEvent::Settled { .. } => self.balance += 1,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum TagEvent {
    Labelled {
        label: String,
        by: Personal<String>,
        because: Uuid,
    },
}

impl DomainEvent for TagEvent {
    fn event_type(&self) -> String {
        "tag.labelled".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tag {
    label: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("never")]
pub(crate) struct Never;

impl From<Never> for Rejection {
    fn from(never: Never) -> Self {
        Rejection::new("NEVER", never.to_string())
    }
}

impl Aggregate for Tag {
    type Command = TagEvent;
    type Event = TagEvent;
    type Error = Never;
    type Services = ();

    const TYPE: &'static str = "tag";

    async fn handle(
        &mut self,
        event: TagEvent,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Never> {
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: TagEvent) {
        let TagEvent::Labelled { label, .. } = event;
        self.label = Some(label);
    }
}

/// Puts an amount in; answers with what the jar holds then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Put {
    pub(crate) jar: String,
    pub(crate) amount: i64,
}

impl Process for Put {
    const NAME: &'static str = "jar.put";
    type Outcome = i64;

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<i64, Stop> {
        let (amount, because) = (self.amount, context.command_id);
        workspace.execute::<Jar>(&self.jar, JarEvent::Put { amount, because })?;
        Ok(workspace.get::<Jar>(&self.jar)?.balance)
    }
}

/// Takes an amount out, if it is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Take {
    pub(crate) jar: String,
    pub(crate) amount: i64,
}

impl Process for Take {
    const NAME: &'static str = "jar.take";
    type Outcome = i64;

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<i64, Stop> {
        let (amount, because) = (self.amount, context.command_id);
        workspace.execute::<Jar>(&self.jar, JarEvent::Taken { amount, because })?;
        Ok(workspace.get::<Jar>(&self.jar)?.balance)
    }
}

/// Takes from one jar and puts into another: two streams, one commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) amount: i64,
}

impl Process for Move {
    const NAME: &'static str = "jar.move";
    type Outcome = i64;

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<i64, Stop> {
        let (amount, because) = (self.amount, context.command_id);
        workspace.need::<Jar>([self.from.clone(), self.to.clone()])?;
        workspace.execute::<Jar>(&self.from, JarEvent::Taken { amount, because })?;
        workspace.execute::<Jar>(&self.to, JarEvent::Put { amount, because })?;
        Ok(workspace.get::<Jar>(&self.from)?.balance)
    }
}

/// Puts into one jar what another one says, which is only looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Level {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Process for Level {
    const NAME: &'static str = "jar.level";
    type Outcome = i64;

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<i64, Stop> {
        workspace.need::<Jar>([self.from.clone(), self.to.clone()])?;
        let amount = workspace.get::<Jar>(&self.from)?.balance % 7 + 1;
        let because = context.command_id;
        workspace.execute::<Jar>(&self.to, JarEvent::Put { amount, because })?;
        Ok(amount)
    }
}

/// Gives a tag a label nobody else has, and its old one up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Label {
    pub(crate) tag: String,
    pub(crate) label: String,
}

fn label(label: &str) -> ClaimKey {
    ClaimKey::new("tag.label", label)
}

impl Process for Label {
    const NAME: &'static str = "tag.label";
    type Outcome = ();

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let before = workspace.get::<Tag>(&self.tag)?.label.clone();
        let taken = Rejection::new(LABEL_TAKEN, "another tag has the label");
        workspace.claim(label(&self.label), &self.tag, taken)?;
        if let Some(before) = before.filter(|before| *before != self.label) {
            workspace.release(label(&before))?;
        }
        // Somebody new each time, so that there are always keys to be made.
        let person = format!("person/{}", context.command_id);
        let event = TagEvent::Labelled {
            label: self.label.clone(),
            by: Personal::new(person, format!("张{}", self.tag)),
            because: context.command_id,
        };
        workspace.execute::<Tag>(&self.tag, event)
    }
}

/// The policy's answer to what was put in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Echo {
    pub(crate) jar: String,
    pub(crate) amount: i64,
    pub(crate) of: Uuid,
}

impl Process for Echo {
    const NAME: &'static str = "jar.echo";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let (amount, of) = (self.amount, self.of);
        workspace.execute::<Jar>(&self.jar, JarEvent::Echoed { amount, of })
    }
}

/// What is due some time after something was taken out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settle {
    pub(crate) of: Uuid,
}

impl Process for Settle {
    const NAME: &'static str = "jar.settle";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        workspace.execute::<Jar>(SETTLED, JarEvent::Settled { of: self.of })
    }
}

pub(crate) fn processes() -> ProcessRegistry {
    ProcessRegistry::default().with::<Settle>()
}
