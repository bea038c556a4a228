//! Settling what one campus owes another.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::{CampusClearing, ClearingId};
use super::command::ClearingCommand;
use crate::campus::require_campus;
use crate::units::{BillingMonth, CampusId, Fen};

/// Says that the money has gone from one campus to the other (R30). The amount is given, so that
/// nothing is settled that came in between.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettleClearing {
    pub from: CampusId,
    pub to: CampusId,
    pub month: BillingMonth,
    pub amount: Fen,
    pub note: Option<String>,
}

impl Process for SettleClearing {
    const NAME: &'static str = "clearing.settle";
    type Outcome = Fen;

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<Fen, Stop> {
        require_campus(&self.from, "fromCampusId", workspace)?;
        require_campus(&self.to, "toCampusId", workspace)?;
        let id = ClearingId {
            from: self.from.clone(),
            to: self.to.clone(),
            month: self.month,
        };
        let command = ClearingCommand::Settle {
            expected: self.amount,
            note: self.note.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<CampusClearing>(&id.to_string(), command)?;
        Ok(self.amount)
    }
}
