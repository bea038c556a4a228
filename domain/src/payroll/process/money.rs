//! What the payroll office pays in, set against the batches it is for. It is no payment: the rows of
//! the batches are those already.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use crate::bank_line::{BankLine, BankLineCommand, PayrollShare};
use crate::payroll::batch::{PayrollBatch, PayrollBatchCommand};
use crate::units::BankReference;

/// Sets a line of the bank's statement against one or several batches: all of the line, so that what
/// is short or over is seen at the batches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MatchPayrollMoney {
    pub bank_reference: BankReference,
    pub shares: Vec<PayrollShare>,
}

impl Process for MatchPayrollMoney {
    const NAME: &'static str = "payroll.match_money";
    type Outcome = BankReference;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BankReference, Stop> {
        let batches = self.shares.iter().map(|share| share.batch_no.to_string());
        workspace.need::<PayrollBatch>(batches)?;
        let line = workspace.get::<BankLine>(self.bank_reference.as_str())?;
        line.entered(&self.bank_reference)?;
        let command = BankLineCommand::Match {
            shares: self.shares.clone(),
            at: context.at,
            by: context.actor.clone(),
        };
        workspace.execute::<BankLine>(self.bank_reference.as_str(), command)?;
        for share in &self.shares {
            let id = share.batch_no.as_str();
            let batch = workspace.get::<PayrollBatch>(id)?;
            batch.opened(&share.batch_no)?;
            let command = PayrollBatchCommand::Receive {
                bank_reference: self.bank_reference.clone(),
                amount: share.amount,
                by: context.actor.clone(),
                at: context.at,
            };
            workspace.execute::<PayrollBatch>(id, command)?;
        }
        Ok(self.bank_reference.clone())
    }
}

/// Takes that back: the line is free again, and its batches wait for their money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnmatchPayrollMoney {
    pub bank_reference: BankReference,
    pub reason: String,
}

impl Process for UnmatchPayrollMoney {
    const NAME: &'static str = "payroll.unmatch_money";
    type Outcome = BankReference;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BankReference, Stop> {
        unmatch(&self.bank_reference, &self.reason, context, workspace)?;
        Ok(self.bank_reference.clone())
    }
}

/// Frees a matched line, and takes it from its batches.
pub(crate) fn unmatch(
    bank_reference: &BankReference,
    reason: &str,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let line = workspace.get::<BankLine>(bank_reference.as_str())?;
    let shares = line.entered(bank_reference)?.shares().to_vec();
    workspace.need::<PayrollBatch>(shares.iter().map(|share| share.batch_no.to_string()))?;
    let command = BankLineCommand::Unmatch {
        reason: reason.to_owned(),
        at: context.at,
        by: context.actor.clone(),
    };
    workspace.execute::<BankLine>(bank_reference.as_str(), command)?;
    for share in shares {
        let command = PayrollBatchCommand::Release {
            bank_reference: bank_reference.clone(),
            reason: reason.trim().to_owned(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<PayrollBatch>(share.batch_no.as_str(), command)?;
    }
    Ok(())
}
