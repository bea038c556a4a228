//! Giving a customer's personal data up (PIPL, article 47).

use chaobiao_decision::{CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::BindingState;
use super::binding::tell_account;
use super::command::CustomerCommand;
use super::process::{phone_key, require_themselves};
use super::wechat::openid_key;
use super::{Customer, CustomerError};
use crate::account::{Account, BindingStep};
use crate::units::{AccountNo, BindingId, CustomerId};

/// Erases a customer: their bindings end, phone and `WeChat` id are free for a new registration,
/// and the key to what is written of them is destroyed. Figures stay, under the customer's number.
///
/// Refused while a request waits to be decided, or an account they use is in arrears. Asking again
/// changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EraseCustomer {
    pub customer_id: CustomerId,
}

/// The customer who was erased, and the accounts that are bound to them no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerErased {
    pub customer_id: CustomerId,
    pub accounts: Vec<AccountNo>,
}

impl Process for EraseCustomer {
    const NAME: &'static str = "customer.erase";
    type Outcome = CustomerErased;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CustomerErased, Stop> {
        require_themselves(&self.customer_id, context)?;
        let mut erased = CustomerErased {
            customer_id: self.customer_id.clone(),
            accounts: Vec::new(),
        };
        let record = match workspace.get::<Customer>(self.customer_id.as_str())? {
            Customer::Erased => return Ok(erased),
            customer => customer.record()?.clone(),
        };
        if record.bindings_in(BindingState::Pending).next().is_some() {
            return Err(CustomerError::MatterOpen.into());
        }
        let bound: Vec<(BindingId, AccountNo)> = record
            .bindings_in(BindingState::Approved)
            .map(|(binding_id, account_no)| (binding_id.clone(), account_no.clone()))
            .collect();
        workspace.need::<Account>(bound.iter().map(|(_, account_no)| account_no.to_string()))?;
        for (binding_id, account_no) in bound {
            let account = workspace.get::<Account>(account_no.as_str())?;
            if account
                .opened(&account_no)?
                .ledger()
                .open_amount()
                .is_positive()
            {
                return Err(CustomerError::BalanceOpen(account_no).into());
            }
            let command = CustomerCommand::RevokeBinding(binding_id.clone());
            workspace.execute::<Customer>(self.customer_id.as_str(), command)?;
            tell_account(&account_no, &binding_id, BindingStep::Revoked, workspace)?;
            erased.accounts.push(account_no);
        }
        if let Some(phone) = record.phone.value() {
            workspace.release(phone_key(phone))?;
        }
        if let Some(openid) = record.openid.as_ref().and_then(Personal::value) {
            workspace.release(openid_key(openid))?;
        }
        workspace.execute::<Customer>(self.customer_id.as_str(), CustomerCommand::Erase)?;
        Ok(erased)
    }
}

#[cfg(test)]
mod tests {
    use chaobiao_decision::Actor;

    use super::*;
    use crate::customer::tests::{bind, centre, register};
    use crate::customer::{ApproveBinding, CustomerKind, LinkWechat, RevokeBinding};
    use crate::desk::Desk;

    const PHONE: &str = "13800138000";

    fn person(desk: &mut Desk) -> (CustomerId, EraseCustomer) {
        let customer_id = register(desk, PHONE, CustomerKind::Resident);
        let link = LinkWechat {
            customer_id: customer_id.clone(),
            openid: "o-1".to_owned(),
        };
        desk.run(&link).unwrap();
        let erase = EraseCustomer {
            customer_id: customer_id.clone(),
        };
        (customer_id, erase)
    }

    #[test]
    fn x19_bindings_end_and_phone_and_wechat_are_free_again() {
        let mut desk = centre();
        let (customer_id, erase) = person(&mut desk);
        let binding_id = bind(&mut desk, &customer_id, 1);
        // An open matter: the request waits.
        assert_eq!(desk.refused(&erase), "CUSTOMER_MATTER_OPEN");
        desk.run(&ApproveBinding { binding_id }).unwrap();
        let erased = desk.run(&erase).unwrap();
        assert_eq!(
            erased.event_types(),
            [
                "customer.binding_revoked",
                "account.binding_revoked",
                "customer.erased"
            ]
        );
        assert_eq!(erased.outcome.accounts.len(), 1);
        assert!(desk.run(&erase).unwrap().events.is_empty(), "again");

        // Nothing more can be done in that name, and the person may come again as somebody new.
        let link = LinkWechat {
            customer_id: customer_id.clone(),
            openid: "o-2".to_owned(),
        };
        assert_eq!(desk.refused(&link), "CUSTOMER_ERASED");
        let (again, _) = person(&mut desk);
        assert_ne!(again, customer_id);
    }

    #[test]
    fn x19_a_request_withdrawn_holds_nothing_up() {
        let mut desk = centre();
        let (customer_id, erase) = person(&mut desk);
        let binding_id = bind(&mut desk, &customer_id, 2);
        desk.run(&RevokeBinding { binding_id }).unwrap();
        let erased = desk.run(&erase).unwrap();
        assert_eq!(erased.event_types(), ["customer.erased"]);
    }

    #[test]
    fn x19_only_staff_and_the_person_may_ask() {
        let mut desk = centre();
        let (customer_id, erase) = person(&mut desk);
        for stranger in [Actor::Customer("c2".to_owned()), Actor::Anonymous] {
            desk.actor = stranger;
            assert_eq!(desk.refused(&erase), "CUSTOMER_UNKNOWN");
        }
        desk.actor = Actor::Customer(customer_id.to_string());
        desk.run(&erase).unwrap();
    }
}
