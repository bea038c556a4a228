use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::text;
use super::{
    LocationMarked, MeteringPointError, MeteringPointEvent, MismatchReported, MismatchResolved,
    PointVerified, Position, ReadingMethod, ReadingMethodSet,
};
use crate::units::VerificationId;

/// What is kept of one metering point beside its readings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeteringPoint {
    methods: BTreeMap<NaiveDate, ReadingMethod>,
    /// Whether what was amiss has been put right.
    mismatches: BTreeMap<VerificationId, bool>,
    /// Where it is, by the newest mark; one made offline may come in after it.
    #[serde(default)]
    marked: Option<Position>,
    #[serde(default)]
    marked_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
pub enum MeteringPointCommand {
    SetReadingMethod(ReadingMethodSet),
    MarkLocation(LocationMarked),
    Verify(PointVerified),
    ReportMismatch(MismatchReported),
    ResolveMismatch(MismatchResolved),
}

type Decision = Result<MeteringPointEvent, MeteringPointError>;

impl MeteringPoint {
    /// The way of reading it that was set for a day; none where its class decides.
    pub fn method_on(&self, day: NaiveDate) -> Option<ReadingMethod> {
        let set = self.methods.range(..=day).next_back();
        set.map(|(_, method)| *method)
    }

    /// Where it was marked to be; none where nobody has.
    pub const fn marked(&self) -> Option<Position> {
        self.marked
    }

    fn set_method(&self, set: ReadingMethodSet) -> Decision {
        match self.methods.last_key_value() {
            Some((_, method)) if *method == set.method => Err(MeteringPointError::SameMethod),
            Some((last, _)) if set.from <= *last => {
                Err(MeteringPointError::MethodNotLater { last: *last })
            }
            _ => Ok(MeteringPointEvent::ReadingMethodSet(set)),
        }
    }

    fn resolve(&self, resolved: MismatchResolved) -> Decision {
        match self.mismatches.get(&resolved.verification_id) {
            None => Err(MeteringPointError::MismatchNotFound),
            Some(true) => Err(MeteringPointError::AlreadyResolved),
            Some(false) => Ok(MeteringPointEvent::MismatchResolved(MismatchResolved {
                resolution: text(&resolved.resolution, "resolution", "处理结果")?,
                ..resolved
            })),
        }
    }
}

fn mark(marked: LocationMarked) -> Decision {
    let place = marked.place.trim();
    if marked.position.is_none() && place.is_empty() {
        return Err(MeteringPointError::PlaceMissing);
    }
    let place = if place.is_empty() {
        String::new()
    } else {
        text(place, "place", "位置说明")?
    };
    Ok(MeteringPointEvent::LocationMarked(LocationMarked {
        place,
        ..marked
    }))
}

impl Aggregate for MeteringPoint {
    const TYPE: &'static str = "metering_point";
    type Command = MeteringPointCommand;
    type Event = MeteringPointEvent;
    type Error = MeteringPointError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MeteringPointCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeteringPointError> {
        let event = match command {
            MeteringPointCommand::SetReadingMethod(set) => self.set_method(set)?,
            MeteringPointCommand::MarkLocation(marked) => mark(marked)?,
            MeteringPointCommand::Verify(verified) => MeteringPointEvent::Verified(verified),
            MeteringPointCommand::ReportMismatch(reported) => {
                MeteringPointEvent::MismatchReported(reported)
            }
            MeteringPointCommand::ResolveMismatch(resolved) => self.resolve(resolved)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: MeteringPointEvent) {
        match event {
            MeteringPointEvent::ReadingMethodSet(set) => {
                self.methods.insert(set.from, set.method);
            }
            MeteringPointEvent::MismatchReported(reported) => {
                self.mismatches.insert(reported.verification_id, false);
            }
            MeteringPointEvent::MismatchResolved(resolved) => {
                self.mismatches.insert(resolved.verification_id, true);
            }
            MeteringPointEvent::LocationMarked(marked) => {
                let newer = self.marked_at.is_none_or(|known| known <= marked.marked_at);
                if newer && marked.position.is_some() {
                    self.marked = marked.position;
                    self.marked_at = Some(marked.marked_at);
                }
            }
            // That it was right concerns no later decision.
            MeteringPointEvent::Verified(_) => {}
        }
    }
}
