//! A desk for tests: runs processes one after the other over a workspace, as the command bus does.

use chaobiao_decision::{
    Actor, CommandContext, Process, Rejection, StagedEvent, Stop, StoredEvent, StreamId, Workspace,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, DomainEvent as _};
use uuid::Uuid;

use crate::calendar::{OfficeHours, OfficeSpan};
use crate::campus::{Campus, CampusEvent, CampusOpened};
use crate::units::instant_of;

pub(crate) struct Desk {
    workspace: Workspace,
    pub(crate) actor: Actor,
    pub(crate) at: DateTime<Utc>,
    commands: u128,
}

/// What an accepted command answered and what it wrote.
#[derive(Debug)]
pub(crate) struct Accepted<T> {
    pub(crate) outcome: T,
    pub(crate) events: Vec<StagedEvent>,
}

impl Desk {
    /// Opens in the morning of a day written `2026-09-14`.
    pub(crate) fn new(day: &str) -> Self {
        Self {
            workspace: Workspace::default(),
            actor: Actor::Staff("li".to_owned()),
            at: morning(day),
            commands: 0,
        }
    }

    pub(crate) fn on(&mut self, day: &str) -> &mut Self {
        self.at = morning(day);
        self
    }

    pub(crate) fn at(&mut self, instant: DateTime<Utc>) -> &mut Self {
        self.at = instant;
        self
    }

    pub(crate) fn by_system(&mut self) -> &mut Self {
        self.actor = Actor::System("gateway".to_owned());
        self
    }

    pub(crate) fn by(&mut self, login: &str) -> &mut Self {
        self.actor = Actor::Staff(login.to_owned());
        self
    }

    pub(crate) fn run<P: Process>(
        &mut self,
        process: &P,
    ) -> Result<Accepted<P::Outcome>, Rejection> {
        self.commands += 1;
        let id = Uuid::from_u128(self.commands);
        let context = CommandContext::new(id, self.actor.clone(), self.at);
        loop {
            let stop = match process.decide(&context, &mut self.workspace) {
                Ok(outcome) => {
                    let events = self.workspace.accept().events;
                    return Ok(Accepted { outcome, events });
                }
                Err(stop) => stop,
            };
            self.workspace.rollback();
            match stop {
                Stop::Need(streams) => {
                    for stream in streams {
                        let history = history(&stream);
                        self.workspace.feed(stream, history);
                    }
                }
                Stop::NeedClaim(key) => self.workspace.feed_claim(key, None),
                Stop::Refused(rejection) => return Err(rejection),
                Stop::Corrupt(what) => panic!("{what}"),
            }
        }
    }

    /// Gives the next command the number after this one, so that its ids are known.
    pub(crate) fn commands_done(&mut self, number: u128) {
        self.commands = number;
    }

    /// The code of the refusal this must end in.
    pub(crate) fn refused<P: Process>(&mut self, process: &P) -> String {
        match self.run(process) {
            Ok(accepted) => panic!("accepted: {:?}", accepted.events),
            Err(rejection) => rejection.code,
        }
    }

    pub(crate) fn state<A: Aggregate + Clone + 'static>(&mut self, id: &str) -> A {
        let state = match self.workspace.get::<A>(id) {
            Ok(state) => state.clone(),
            Err(Stop::Need(_)) => A::default(),
            Err(stop) => panic!("{stop:?}"),
        };
        self.workspace.rollback();
        state
    }
}

impl<T> Accepted<T> {
    pub(crate) fn event_types(&self) -> Vec<&str> {
        self.events
            .iter()
            .map(|event| event.event_type.as_str())
            .collect()
    }
}

/// The campuses N and S have been there for ever; of all else nothing is known.
fn history(stream: &StreamId) -> Vec<StoredEvent> {
    let known =
        stream.aggregate_type == Campus::TYPE && ["N", "S"].contains(&stream.aggregate_id.as_str());
    if !known {
        return Vec::new();
    }
    let span = OfficeSpan {
        from: "08:00:00".parse().unwrap(),
        to: "12:00:00".parse().unwrap(),
    };
    let opened = CampusEvent::Opened(CampusOpened {
        campus_id: stream.aggregate_id.parse().unwrap(),
        name: format!("{} 校区", stream.aggregate_id),
        office_hours: OfficeHours::try_new(vec![span]).unwrap(),
        contact: "5566".to_owned(),
    });
    vec![StoredEvent {
        sequence: 1,
        event_type: opened.event_type(),
        event_version: opened.event_version(),
        payload: serde_json::to_value(opened).unwrap().into(),
    }]
}

fn morning(day: &str) -> DateTime<Utc> {
    let day: chrono::NaiveDate = day.parse().unwrap();
    instant_of(day.and_hms_opt(9, 0, 0).unwrap())
}
