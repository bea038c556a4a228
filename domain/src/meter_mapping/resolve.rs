use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::process::stream;
use super::{MeterMapping, NumberKind};
use crate::meter::Meter;
use crate::units::{ExternalMeterNo, MeterNo};

/// R81: which meters the numbers of a file mean, each on its day. It only looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveNumbers {
    pub kind: NumberKind,
    pub numbers: Vec<(ExternalMeterNo, NaiveDate)>,
}

/// What a number of a file means on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NumberMeaning {
    /// It was never linked: it is the charging system's own, or nobody's.
    Own,
    Linked {
        meter_no: MeterNo,
    },
    /// It was linked, but not on that day, and is no meter's own either.
    NotThen,
    /// It is one meter's own number and linked to another: a person has to say which is meant.
    Doubled {
        meter_no: MeterNo,
    },
}

/// What a number was linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Links {
    Never,
    /// On the day asked for: none where the link had ended, or not begun.
    On(Option<MeterNo>),
}

impl Process for ResolveNumbers {
    const NAME: &'static str = "meter_mapping.resolve";
    type Outcome = Vec<NumberMeaning>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Vec<NumberMeaning>, Stop> {
        let streams = self
            .numbers
            .iter()
            .map(|(number, _)| stream(self.kind, number));
        workspace.need::<MeterMapping>(streams)?;
        let mut linked = Vec::with_capacity(self.numbers.len());
        for (number, day) in &self.numbers {
            let mapping = workspace.get::<MeterMapping>(&stream(self.kind, number))?;
            linked.push(if mapping.was_linked() {
                Links::On(mapping.meter_on(*day).cloned())
            } else {
                Links::Never
            });
        }
        let asked = self.numbers.iter().zip(&linked);
        let asked = asked.filter(|(_, linked)| **linked != Links::Never);
        workspace.need::<Meter>(asked.map(|((number, _), _)| number.to_string()))?;
        let numbers = self.numbers.iter().zip(linked);
        numbers
            .map(|((number, _), linked)| meaning(number, linked, workspace))
            .collect()
    }
}

fn meaning(
    number: &ExternalMeterNo,
    linked: Links,
    workspace: &mut Workspace,
) -> Result<NumberMeaning, Stop> {
    let Links::On(linked) = linked else {
        return Ok(NumberMeaning::Own);
    };
    let own = workspace
        .get::<Meter>(number.as_str())?
        .registered()
        .is_ok();
    Ok(match linked {
        Some(meter_no) if own && meter_no.as_str() != number.as_str() => {
            NumberMeaning::Doubled { meter_no }
        }
        Some(meter_no) => NumberMeaning::Linked { meter_no },
        None if own => NumberMeaning::Own,
        None => NumberMeaning::NotThen,
    })
}
