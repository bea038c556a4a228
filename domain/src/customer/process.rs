//! Registering (R48).

use chaobiao_decision::{Actor, ClaimKey, CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::command::CustomerCommand;
use super::event::CustomerRegistered;
use super::{Customer, CustomerError, CustomerKind};
use crate::units::{CustomerId, Phone};

/// Whose key encrypts the personal data of a customer.
pub fn customer_subject(customer_id: &CustomerId) -> String {
    format!("customer/{customer_id}")
}

/// One phone registers one customer.
pub fn phone_key(phone: &Phone) -> ClaimKey {
    ClaimKey::new("customer.phone", phone.as_str())
}

/// Whose something is that belongs to one customer.
pub(super) fn holder(
    key: &ClaimKey,
    workspace: &mut Workspace,
) -> Result<Option<CustomerId>, Stop> {
    workspace
        .holder(key)?
        .map(CustomerId::try_new)
        .transpose()
        .map_err(|error| Stop::Corrupt(error.to_string()))
}

/// The customer themselves, or somebody of ours.
pub(super) fn require_themselves(
    customer_id: &CustomerId,
    context: &CommandContext,
) -> Result<(), Stop> {
    match &context.actor {
        Actor::Staff(_) | Actor::System(_) => Ok(()),
        Actor::Customer(id) if id == customer_id.as_str() => Ok(()),
        // Others look like nobody.
        Actor::Customer(_) | Actor::Anonymous => Err(CustomerError::Unknown.into()),
    }
}

/// The customer a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerChanged {
    pub customer_id: CustomerId,
}

/// Registers the owner of a phone; whoever gives the command has checked that it is theirs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Register {
    pub phone: Phone,
    pub kind: CustomerKind,
}

impl Process for Register {
    const NAME: &'static str = "customer.register";
    type Outcome = CustomerChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CustomerChanged, Stop> {
        let customer_id = CustomerId::try_new(context.derive_id("customer").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let taken = CustomerError::PhoneTaken.into();
        workspace.claim(phone_key(&self.phone), customer_id.as_str(), taken)?;
        let registered = CustomerRegistered {
            customer_id: customer_id.clone(),
            kind: self.kind,
            phone: Personal::new(customer_subject(&customer_id), self.phone.clone()),
        };
        let command = CustomerCommand::Register(registered);
        workspace.execute::<Customer>(customer_id.as_str(), command)?;
        Ok(CustomerChanged { customer_id })
    }
}

/// Looks up whom a phone has registered; changes nothing and is meant for previews.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindByPhone {
    pub phone: Phone,
}

impl Process for FindByPhone {
    const NAME: &'static str = "customer.find_by_phone";
    type Outcome = Option<CustomerId>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<CustomerId>, Stop> {
        holder(&phone_key(&self.phone), workspace)
    }
}
