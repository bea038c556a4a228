use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::AccountEvent;
use crate::units::{BindingId, CustomerId};

/// What became of a binding; the rules about it are the customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingStep {
    Requested { customer_id: CustomerId },
    Approved,
    Rejected,
    Revoked,
}

impl BindingStep {
    pub(super) fn event(self, binding_id: BindingId) -> AccountEvent {
        match self {
            Self::Requested { customer_id } => AccountEvent::BindingRequested {
                binding_id,
                customer_id,
            },
            Self::Approved => AccountEvent::BindingApproved { binding_id },
            Self::Rejected => AccountEvent::BindingRejected { binding_id },
            Self::Revoked => AccountEvent::BindingRevoked { binding_id },
        }
    }
}

/// Who may use the account, and who has asked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bindings {
    pending: BTreeMap<BindingId, CustomerId>,
    approved: BTreeMap<BindingId, CustomerId>,
}

impl Bindings {
    pub(super) fn request(&mut self, binding_id: BindingId, customer_id: CustomerId) {
        self.pending.insert(binding_id, customer_id);
    }

    pub(super) fn approve(&mut self, binding_id: &BindingId) {
        if let Some((binding_id, customer_id)) = self.pending.remove_entry(binding_id) {
            self.approved.insert(binding_id, customer_id);
        }
    }

    pub(super) fn end(&mut self, binding_id: &BindingId) {
        self.pending.remove(binding_id);
        self.approved.remove(binding_id);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.approved.is_empty()
    }

    /// Those nobody has decided on included.
    pub(super) fn ids(&self) -> impl Iterator<Item = &BindingId> {
        self.approved.keys().chain(self.pending.keys())
    }

    pub(super) fn approved(&self) -> impl Iterator<Item = &CustomerId> {
        self.approved.values()
    }
}
