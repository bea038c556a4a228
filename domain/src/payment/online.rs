//! Booking money that a payment gateway has taken.

use std::collections::BTreeSet;

use chaobiao_decision::{Actor, CommandContext, Stop, Workspace};
use chrono::{DateTime, Utc};

use super::aggregate::Payment;
use super::allocation::{Layout, lay_out};
use super::command::PaymentCommand;
use super::error::PaymentError;
use super::event::{PaymentCredit, PaymentMethod, PaymentRecorded};
use super::process::{PaymentBooked, new_payment_id, settle};
use crate::account::Account;
use crate::units::{AccountNo, BillNo, CampusId, Fen};

/// The money is there, so that nothing about bills can refuse it: the chosen ones that are still
/// open are paid, then the oldest of the same accounts, and what is left stays with the first.
#[derive(Clone, Debug)]
pub struct BookOnline<'a> {
    pub amount: Fen,
    pub campus: &'a CampusId,
    pub accounts: &'a [AccountNo],
    pub bills: &'a [BillNo],
    pub paid_at: DateTime<Utc>,
    /// The gateway: whoever undoes the payment is somebody else.
    pub taken_by: Actor,
}

impl BookOnline<'_> {
    pub fn book(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentBooked, Stop> {
        workspace.need::<Account>(self.accounts.iter().map(ToString::to_string))?;
        let Layout {
            allocations,
            credits,
        } = self.layout(workspace)?;
        let payment_id = new_payment_id(context)?;
        for account_no in self.accounts {
            settle(account_no, &payment_id, &allocations, &credits, workspace)?;
        }
        let recorded = PaymentRecorded {
            payment_id: payment_id.clone(),
            method: PaymentMethod::Online,
            amount: self.amount,
            campus: self.campus.clone(),
            cheque: None,
            allocations: allocations.clone(),
            credits: credits.clone(),
            paid_at: self.paid_at,
            taken_by: self.taken_by.clone(),
        };
        workspace.execute::<Payment>(payment_id.as_str(), PaymentCommand::Record(recorded))?;
        Ok(PaymentBooked {
            payment_id,
            amount: self.amount,
            allocations,
            credits,
        })
    }

    fn layout(&self, workspace: &mut Workspace) -> Result<Layout, Stop> {
        let mut open = BTreeSet::new();
        for account_no in self.accounts {
            let account = workspace.get::<Account>(account_no.as_str())?;
            let account = account
                .opened(account_no)
                .map_err(|_| PaymentError::AccountUnknown(account_no.clone()))?;
            let bills = account.ledger().open_bills().into_iter();
            open.extend(bills.map(|bill| bill.bill_no.clone()));
        }
        let chosen: BTreeSet<BillNo> = self
            .bills
            .iter()
            .filter(|bill_no| open.contains(*bill_no))
            .cloned()
            .collect();
        let first = self.accounts.first().ok_or(PaymentError::NoAccount)?;
        if open.is_empty() {
            return Ok(Layout {
                allocations: Vec::new(),
                credits: vec![PaymentCredit {
                    account_no: first.clone(),
                    amount: self.amount,
                }],
            });
        }
        // None of the chosen ones is open any more: the others of the accounts are.
        lay_out(self.amount, self.accounts, &chosen, workspace)
    }
}
