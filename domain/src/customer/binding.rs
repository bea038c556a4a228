//! Binding accounts to customers (R49–R52): one commit over the customer's and the account's stream.

use chaobiao_decision::{Actor, ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::command::CustomerCommand;
use super::event::BindingRequest;
use super::{BindingError, Customer};
use crate::account::{Account, AccountCommand, BindingStep};
use crate::units::{AccountNo, BindingId, CustomerId, normalise_digits};
use crate::work_calendar::calendar_around;

/// Staff decide within this many working days (R51).
const DECIDED_WITHIN_DAYS: u16 = 1;

/// Where a binding's customer is found by the binding's id.
fn binding_key(binding_id: &BindingId) -> ClaimKey {
    ClaimKey::new("binding.customer", binding_id.as_str())
}

/// The binding a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingChanged {
    pub binding_id: BindingId,
    pub customer_id: CustomerId,
    pub account_no: AccountNo,
}

/// A request that was accepted, and until when it will be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingRequested {
    pub binding_id: BindingId,
    pub due_at: DateTime<Utc>,
    pub due_provisional: bool,
}

/// Asks to bind an account. The holder's name must be the one the account has (R85).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestBinding {
    pub customer_id: CustomerId,
    pub account_no: AccountNo,
    pub holder_name: String,
}

impl Process for RequestBinding {
    const NAME: &'static str = "binding.request";
    type Outcome = BindingRequested;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BindingRequested, Stop> {
        workspace.need::<Account>([self.account_no.to_string()])?;
        workspace
            .get::<Customer>(self.customer_id.as_str())?
            .record()?;
        self.check_holder(workspace)?;
        let binding_id = BindingId::try_new(context.derive_id("binding").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let due = calendar_around(context.at, workspace)?
            .add_working_days(context.at, DECIDED_WITHIN_DAYS);
        let request = BindingRequest {
            binding_id: binding_id.clone(),
            account_no: self.account_no.clone(),
            due_at: due.value,
            due_provisional: due.provisional,
        };
        let command = CustomerCommand::RequestBinding(request);
        workspace.execute::<Customer>(self.customer_id.as_str(), command)?;
        let step = BindingStep::Requested {
            customer_id: self.customer_id.clone(),
        };
        tell_account(&self.account_no, &binding_id, step, workspace)?;
        // The id is derived from the command's, so nobody else can hold it.
        let taken = Rejection::from(BindingError::AlreadyDecided);
        workspace.claim_fresh(binding_key(&binding_id), self.customer_id.as_str(), taken);
        Ok(BindingRequested {
            binding_id,
            due_at: due.value,
            due_provisional: due.provisional,
        })
    }
}

impl RequestBinding {
    fn check_holder(&self, workspace: &mut Workspace) -> Result<(), Stop> {
        let account = workspace.get::<Account>(self.account_no.as_str())?;
        let holder = match account {
            Account::Open(record) => record.holder.value(),
            Account::Absent => None,
        };
        match holder {
            Some(holder) if plain_name(holder) == plain_name(&self.holder_name) => Ok(()),
            _ => Err(BindingError::HolderMismatch.into()),
        }
    }
}

/// A name as it is compared: without spaces, in half-width and lower case, however it was typed.
fn plain_name(name: &str) -> String {
    normalise_digits(name)
        .to_lowercase()
        .replace(['·', '•', '‧', '・'], "·")
}

pub(super) fn tell_account(
    account_no: &AccountNo,
    binding_id: &BindingId,
    step: BindingStep,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let command = AccountCommand::Bind {
        binding_id: binding_id.clone(),
        step,
    };
    workspace.execute::<Account>(account_no.as_str(), command)
}

/// The customer and the account of a binding.
fn parties(binding_id: &BindingId, workspace: &mut Workspace) -> Result<BindingChanged, Stop> {
    let holder = workspace
        .holder(&binding_key(binding_id))?
        .ok_or(BindingError::Unknown)?;
    let customer_id =
        CustomerId::try_new(holder).map_err(|error| Stop::Corrupt(error.to_string()))?;
    let customer = workspace.get::<Customer>(customer_id.as_str())?;
    let account_no = customer.record()?.binding(binding_id)?.account_no.clone();
    Ok(BindingChanged {
        binding_id: binding_id.clone(),
        customer_id,
        account_no,
    })
}

fn by_staff(context: &CommandContext) -> Result<(), BindingError> {
    match context.actor {
        Actor::Staff(_) | Actor::System(_) => Ok(()),
        Actor::Customer(_) | Actor::Anonymous => Err(BindingError::StaffOnly),
    }
}

/// Opens the account to the customer (R52).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveBinding {
    pub binding_id: BindingId,
}

impl Process for ApproveBinding {
    const NAME: &'static str = "binding.approve";
    type Outcome = BindingChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BindingChanged, Stop> {
        by_staff(context)?;
        let parties = parties(&self.binding_id, workspace)?;
        let command = CustomerCommand::ApproveBinding(self.binding_id.clone());
        workspace.execute::<Customer>(parties.customer_id.as_str(), command)?;
        let step = BindingStep::Approved;
        tell_account(&parties.account_no, &self.binding_id, step, workspace)?;
        Ok(parties)
    }
}

/// Turns a request down, saying why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejectBinding {
    pub binding_id: BindingId,
    pub reason: String,
}

impl Process for RejectBinding {
    const NAME: &'static str = "binding.reject";
    type Outcome = BindingChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BindingChanged, Stop> {
        by_staff(context)?;
        let parties = parties(&self.binding_id, workspace)?;
        let command = CustomerCommand::RejectBinding {
            binding_id: self.binding_id.clone(),
            reason: self.reason.trim().to_owned(),
        };
        workspace.execute::<Customer>(parties.customer_id.as_str(), command)?;
        let step = BindingStep::Rejected;
        tell_account(&parties.account_no, &self.binding_id, step, workspace)?;
        Ok(parties)
    }
}

/// Ends a binding, or withdraws a request: the customer their own, staff any. The place is free
/// again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeBinding {
    pub binding_id: BindingId,
}

impl Process for RevokeBinding {
    const NAME: &'static str = "binding.revoke";
    type Outcome = BindingChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BindingChanged, Stop> {
        let parties = parties(&self.binding_id, workspace)?;
        match &context.actor {
            Actor::Staff(_) | Actor::System(_) => {}
            Actor::Customer(id) if id == parties.customer_id.as_str() => {}
            // Others' bindings look like none.
            Actor::Customer(_) | Actor::Anonymous => return Err(BindingError::Unknown.into()),
        }
        let command = CustomerCommand::RevokeBinding(self.binding_id.clone());
        workspace.execute::<Customer>(parties.customer_id.as_str(), command)?;
        let step = BindingStep::Revoked;
        tell_account(&parties.account_no, &self.binding_id, step, workspace)?;
        Ok(parties)
    }
}
