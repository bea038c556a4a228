use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::text;
use super::{CycleClass, CycleSet, EquipmentError, VerificationCycleEvent};

/// When the meters of one commodity are to be verified and exchanged; it is dated, and what is said
/// later holds from its day on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationCycle {
    last: Option<NaiveDate>,
}

#[derive(Clone, Debug)]
pub enum VerificationCycleCommand {
    Set(CycleSet),
}

/// Ascending by calibre, with one class at most for all above, and something to do in each.
fn is_sound(classes: &[CycleClass]) -> bool {
    let says = |class: &CycleClass| {
        let months = [class.verify_months, class.rotate_months];
        months.iter().any(Option::is_some) && months.iter().flatten().all(|months| *months > 0)
    };
    let ascending =
        classes.windows(2).all(
            |pair| match (pair[0].calibre_mm_max, pair[1].calibre_mm_max) {
                (Some(one), Some(next)) => one < next,
                (Some(_), None) => true,
                (None, _) => false,
            },
        );
    !classes.is_empty() && ascending && classes.iter().all(says)
}

impl Aggregate for VerificationCycle {
    const TYPE: &'static str = "verification_cycle";
    type Command = VerificationCycleCommand;
    type Event = VerificationCycleEvent;
    type Error = EquipmentError;
    type Services = ();

    async fn handle(
        &mut self,
        VerificationCycleCommand::Set(set): VerificationCycleCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), EquipmentError> {
        if !is_sound(&set.classes) {
            return Err(EquipmentError::CycleInvalid);
        }
        if let Some(last) = self.last
            && set.from <= last
        {
            return Err(EquipmentError::CycleNotLater { last });
        }
        let reason = text(&set.reason, "reason", "原因")?;
        let event = VerificationCycleEvent::Set(CycleSet { reason, ..set });
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, VerificationCycleEvent::Set(set): VerificationCycleEvent) {
        self.last = Some(set.from);
    }
}
