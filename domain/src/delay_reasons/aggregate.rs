use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{DelayReasonDefined, DelayReasonsCommand, DelayReasonsError, DelayReasonsEvent};
use crate::units::ReasonCode;

pub(super) const LABEL_LENGTH: usize = 20;

/// What a centre starts with: code, label, and whether a note is needed.
const INITIAL: [(&str, &str, bool); 5] = [
    ("door_locked", "门锁", false),
    ("flooded", "水淹", false),
    ("no_one_home", "无人", false),
    ("meter_broken", "表坏", false),
    ("other", "其他", true),
];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayReason {
    pub label: String,
    pub needs_note: bool,
    pub retired: bool,
}

/// The centre's reasons by code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayReasons {
    reasons: BTreeMap<ReasonCode, DelayReason>,
}

impl Default for DelayReasons {
    fn default() -> Self {
        Self {
            reasons: Self::initial().collect(),
        }
    }
}

impl DelayReasons {
    /// The centre has one list.
    pub const ID: &str = "centre";

    /// What is known before anybody has defined anything.
    pub fn initial() -> impl Iterator<Item = (ReasonCode, DelayReason)> {
        INITIAL.into_iter().filter_map(|(code, label, needs_note)| {
            let reason = DelayReason {
                label: label.to_owned(),
                needs_note,
                retired: false,
            };
            Some((ReasonCode::try_new(code).ok()?, reason))
        })
    }

    /// Whether a reason may be given, with that note.
    pub fn require(&self, code: &ReasonCode, note: Option<&str>) -> Result<(), DelayReasonsError> {
        let reason = self.reasons.get(code).ok_or(DelayReasonsError::Unknown)?;
        if reason.retired {
            return Err(DelayReasonsError::Retired);
        }
        if reason.needs_note && note.is_none_or(|note| note.trim().is_empty()) {
            return Err(DelayReasonsError::NoteRequired);
        }
        Ok(())
    }
}

impl Aggregate for DelayReasons {
    const TYPE: &'static str = "delay_reasons";
    type Command = DelayReasonsCommand;
    type Event = DelayReasonsEvent;
    type Error = DelayReasonsError;
    type Services = ();

    async fn handle(
        &mut self,
        command: DelayReasonsCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), DelayReasonsError> {
        if let Some(event) = decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DelayReasonsEvent) {
        match event {
            DelayReasonsEvent::Defined(defined) => {
                let reason = DelayReason {
                    label: defined.label,
                    needs_note: defined.needs_note,
                    retired: false,
                };
                self.reasons.insert(defined.code, reason);
            }
            DelayReasonsEvent::Retired { code } => {
                if let Some(reason) = self.reasons.get_mut(&code) {
                    reason.retired = true;
                }
            }
        }
    }
}

fn decide(
    list: &DelayReasons,
    command: DelayReasonsCommand,
) -> Result<Option<DelayReasonsEvent>, DelayReasonsError> {
    match command {
        DelayReasonsCommand::Define(defined) => {
            let label = defined.label.trim().to_owned();
            if label.is_empty() || label.chars().count() > LABEL_LENGTH {
                return Err(DelayReasonsError::LabelInvalid);
            }
            let same = list.reasons.get(&defined.code).is_some_and(|known| {
                !known.retired && known.label == label && known.needs_note == defined.needs_note
            });
            let event = DelayReasonsEvent::Defined(DelayReasonDefined { label, ..defined });
            Ok((!same).then_some(event))
        }
        DelayReasonsCommand::Retire(code) => {
            let reason = list.reasons.get(&code).ok_or(DelayReasonsError::Unknown)?;
            Ok((!reason.retired).then_some(DelayReasonsEvent::Retired { code }))
        }
    }
}
