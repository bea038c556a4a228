//! Agreements, batches, and what the payroll office says and pays in.

mod money;

pub(crate) use money::unmatch;
pub use money::{MatchPayrollMoney, UnmatchPayrollMoney};

use chaobiao_decision::{CommandContext, Personal, Process, Rejection, Stop, Workspace};
use serde::{Deserialize, Serialize};

use crate::account::{Account, account_subject};
use crate::payment::{Booking, PaymentMethod, book};
use crate::payroll::batch::{PayrollBatch, PayrollBatchCommand, RowState};
use crate::payroll::error::PayrollError;
use crate::payroll::event::{MandateAgreed, PayrollAsked, PayrollBatchOpened, PayrollRowPaid};
use crate::payroll::mandate::{PayrollMandate, PayrollMandateCommand};
use crate::units::{AccountNo, BillingMonth, Fen, PaymentId, PayrollBatchNo, written};

pub(in crate::payroll) const EMPLOYEE_NO_LENGTH_MAX: usize = 32;
pub(in crate::payroll) const REASON_LENGTH_MAX: usize = 200;
/// One command, one commit: more rows are more commands.
pub(in crate::payroll) const ROWS_MAX: usize = 100;

/// The account whose agreement a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollMandateChanged {
    pub account_no: AccountNo,
}

/// Notes that somebody has agreed to pay an account from their wages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgreeToPayroll {
    pub account_no: AccountNo,
    /// 工号
    pub employee_no: String,
}

impl Process for AgreeToPayroll {
    const NAME: &'static str = "payroll.agree";
    type Outcome = PayrollMandateChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PayrollMandateChanged, Stop> {
        let account_no = &self.account_no;
        let account = workspace.get::<Account>(account_no.as_str())?;
        account.opened(account_no)?;
        let employee_no = written(&self.employee_no, "工号", EMPLOYEE_NO_LENGTH_MAX)
            .map_err(|_| PayrollError::EmployeeNoInvalid)?;
        let agreed = MandateAgreed {
            account_no: account_no.clone(),
            employee_no: Personal::new(account_subject(account_no), employee_no),
            agreed_at: context.at,
            noted_by: context.actor.clone(),
        };
        let command = PayrollMandateCommand::Agree(Box::new(agreed));
        workspace.execute::<PayrollMandate>(account_no.as_str(), command)?;
        Ok(PayrollMandateChanged {
            account_no: account_no.clone(),
        })
    }
}

/// Ends that.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndPayroll {
    pub account_no: AccountNo,
    pub reason: String,
}

impl Process for EndPayroll {
    const NAME: &'static str = "payroll.end";
    type Outcome = PayrollMandateChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PayrollMandateChanged, Stop> {
        let account_no = &self.account_no;
        let reason = written(&self.reason, "原因", REASON_LENGTH_MAX)
            .map_err(|_| PayrollError::ReasonInvalid)?;
        end(account_no, reason, context, workspace)?;
        Ok(PayrollMandateChanged {
            account_no: account_no.clone(),
        })
    }
}

fn end(
    account_no: &AccountNo,
    reason: String,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let command = PayrollMandateCommand::End {
        account_no: account_no.clone(),
        reason,
        by: context.actor.clone(),
        at: context.at,
    };
    workspace.execute::<PayrollMandate>(account_no.as_str(), command)
}

/// Nobody pays from their wages for an account they have left.
pub(crate) fn end_mandate(
    account_no: &AccountNo,
    reason: &str,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    match workspace.get::<PayrollMandate>(account_no.as_str())? {
        PayrollMandate::Agreed => end(account_no, reason.to_owned(), context, workspace),
        PayrollMandate::None => Ok(()),
    }
}

/// Who owes and has agreed, as somebody has looked it up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedDebts {
    pub rows: Vec<PayrollAsked>,
    /// The number of the last batch there was; zero before the first.
    pub after: u32,
}

/// Opens a batch over what accounts with an agreement owe now. Refused when another batch came
/// between, since the same debts would be asked for twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenPayrollBatch {
    pub month: BillingMonth,
    /// Evidence, not part of what is asked for: the same request again is the same command,
    /// whatever is owed by then.
    #[serde(skip)]
    pub counted: CountedDebts,
}

impl Process for OpenPayrollBatch {
    const NAME: &'static str = "payroll.open_batch";
    type Outcome = PayrollBatchNo;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PayrollBatchNo, Stop> {
        let number = self.counted.after.saturating_add(1);
        let batch_no = PayrollBatchNo::try_new(format!("GZ{number:06}"))
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let rows = self.counted.rows.clone();
        let total = Fen::checked_sum(rows.iter().map(|row| row.amount));
        let opened = PayrollBatchOpened {
            batch_no: batch_no.clone(),
            month: self.month,
            rows,
            total: total.ok_or(PayrollError::Overflow)?,
            opened_at: context.at,
            opened_by: context.actor.clone(),
        };
        let command = PayrollBatchCommand::Open(opened);
        workspace.execute::<PayrollBatch>(batch_no.as_str(), command)?;
        Ok(batch_no)
    }
}

/// What the payroll office says of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollResult {
    pub account_no: AccountNo,
    /// 实扣
    pub deducted: Fen,
    /// Why nothing was deducted.
    pub reason: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayrollRowVerdict {
    Paid(PaymentId),
    NotDeducted,
    /// It had been said before; nothing was written.
    Known,
    Refused(Rejection),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollRowTaken {
    pub account_no: AccountNo,
    pub verdict: PayrollRowVerdict,
}

enum Judged {
    Known,
    Pay,
    Refuse(String),
}

fn judge(
    batch_no: &PayrollBatchNo,
    result: &PayrollResult,
    workspace: &mut Workspace,
) -> Result<Result<Judged, PayrollError>, Stop> {
    let batch = workspace.get::<PayrollBatch>(batch_no.as_str())?;
    let row = match batch.opened(batch_no)?.row(&result.account_no) {
        Ok(row) => row.clone(),
        Err(error) => return Ok(Err(error)),
    };
    let deducted = result.deducted;
    Ok(match row.state {
        _ if deducted.is_negative() => Err(PayrollError::Negative),
        _ if deducted > row.asked => Err(PayrollError::MoreThanAsked {
            asked: row.asked,
            deducted,
        }),
        RowState::Paid(paid) if paid == deducted => Ok(Judged::Known),
        RowState::Paid(paid) => Err(PayrollError::PaidOtherwise {
            account_no: result.account_no.clone(),
            paid,
        }),
        _ if deducted.is_positive() => Ok(Judged::Pay),
        state => {
            let reason = result.reason.as_deref().unwrap_or_default();
            match written(reason, "原因", REASON_LENGTH_MAX) {
                Ok(reason) if state == RowState::Refused(reason.clone()) => Ok(Judged::Known),
                Ok(reason) => Ok(Judged::Refuse(reason)),
                Err(_) => Err(PayrollError::ReasonInvalid),
            }
        }
    })
}

/// Each row is a payment of its own: its id follows from the batch and the account.
fn take(
    batch_no: &PayrollBatchNo,
    result: &PayrollResult,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<Result<PayrollRowVerdict, PayrollError>, Stop> {
    let id = batch_no.as_str();
    let judged = match judge(batch_no, result, workspace)? {
        Ok(judged) => judged,
        Err(error) => return Ok(Err(error)),
    };
    let verdict = match judged {
        Judged::Known => PayrollRowVerdict::Known,
        Judged::Refuse(reason) => {
            let command = PayrollBatchCommand::Refuse {
                account_no: result.account_no.clone(),
                reason,
                by: context.actor.clone(),
                at: context.at,
            };
            workspace.execute::<PayrollBatch>(id, command)?;
            PayrollRowVerdict::NotDeducted
        }
        Judged::Pay => {
            let of_row = CommandContext::new(
                context.derive_id(&format!("payroll/{}", result.account_no)),
                context.actor.clone(),
                context.at,
            );
            let accounts = vec![result.account_no.clone()];
            let booking = Booking::new(PaymentMethod::Payroll, result.deducted, accounts);
            let payment_id = book(booking, &of_row, workspace)?.payment_id;
            let command = PayrollBatchCommand::Pay(PayrollRowPaid {
                account_no: result.account_no.clone(),
                amount: result.deducted,
                payment_id: payment_id.clone(),
                at: context.at,
                by: context.actor.clone(),
            });
            workspace.execute::<PayrollBatch>(id, command)?;
            PayrollRowVerdict::Paid(payment_id)
        }
    };
    Ok(Ok(verdict))
}

/// Takes one row of a result file in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakePayrollResult {
    pub batch_no: PayrollBatchNo,
    pub result: PayrollResult,
}

impl Process for TakePayrollResult {
    const NAME: &'static str = "payroll.take_result";
    type Outcome = PayrollRowTaken;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PayrollRowTaken, Stop> {
        Ok(PayrollRowTaken {
            account_no: self.result.account_no.clone(),
            verdict: take(&self.batch_no, &self.result, context, workspace)??,
        })
    }
}

/// Takes rows of a result in, each with a verdict of its own: a row that is refused holds no other up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakePayrollResults {
    pub batch_no: PayrollBatchNo,
    pub rows: Vec<PayrollResult>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollRowsTaken {
    pub batch_no: PayrollBatchNo,
    pub rows: Vec<PayrollRowTaken>,
}

impl Process for TakePayrollResults {
    const NAME: &'static str = "payroll.take_results";
    type Outcome = PayrollRowsTaken;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PayrollRowsTaken, Stop> {
        if self.rows.is_empty() || self.rows.len() > ROWS_MAX {
            return Err(PayrollError::RowsInvalid.into());
        }
        let accounts = self.rows.iter().map(|row| row.account_no.to_string());
        Stop::join([
            workspace.need::<PayrollBatch>([self.batch_no.to_string()]),
            workspace.need::<Account>(accounts),
        ])?;
        let mut rows = Vec::with_capacity(self.rows.len());
        for result in &self.rows {
            let verdict = take(&self.batch_no, result, context, workspace)?;
            rows.push(PayrollRowTaken {
                account_no: result.account_no.clone(),
                verdict: verdict.unwrap_or_else(|error| PayrollRowVerdict::Refused(error.into())),
            });
        }
        Ok(PayrollRowsTaken {
            batch_no: self.batch_no.clone(),
            rows,
        })
    }
}
