use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{DelayReasonDefined, DelayReasons, DelayReasonsCommand};
use crate::units::ReasonCode;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayReasonChanged {
    pub code: ReasonCode,
}

/// Defines a reason, or says anew what one means; a retired one is in use again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineDelayReason {
    pub code: ReasonCode,
    pub label: String,
    pub needs_note: bool,
}

impl Process for DefineDelayReason {
    const NAME: &'static str = "delay_reasons.define";
    type Outcome = DelayReasonChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DelayReasonChanged, Stop> {
        let defined = DelayReasonDefined {
            code: self.code.clone(),
            label: self.label.clone(),
            needs_note: self.needs_note,
        };
        let command = DelayReasonsCommand::Define(defined);
        workspace.execute::<DelayReasons>(DelayReasons::ID, command)?;
        Ok(DelayReasonChanged {
            code: self.code.clone(),
        })
    }
}

/// Takes a reason out of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireDelayReason {
    pub code: ReasonCode,
}

impl Process for RetireDelayReason {
    const NAME: &'static str = "delay_reasons.retire";
    type Outcome = DelayReasonChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DelayReasonChanged, Stop> {
        let command = DelayReasonsCommand::Retire(self.code.clone());
        workspace.execute::<DelayReasons>(DelayReasons::ID, command)?;
        Ok(DelayReasonChanged {
            code: self.code.clone(),
        })
    }
}
