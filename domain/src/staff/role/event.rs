use std::collections::BTreeSet;

use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::staff::Permission;
use crate::units::RoleProposalId;

/// What a role is called and gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleContent {
    pub name: String,
    pub permissions: BTreeSet<Permission>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RoleChange {
    /// A role of the centre's own comes to be.
    Defined(RoleContent),
    /// From now on it gives this; one that was retired is in use again.
    Changed(RoleContent),
    /// From now on it gives nothing.
    Retired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeProposed {
    pub proposal_id: RoleProposalId,
    pub role: Role,
    pub change: RoleChange,
    pub reason: String,
    pub proposed_by: Actor,
}

/// Says the change again: what a role gives can be read from these events alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeApproved {
    pub proposal_id: RoleProposalId,
    pub role: Role,
    pub change: RoleChange,
    pub approved_by: Actor,
}

/// By another person, or taken back by who proposed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRefused {
    pub proposal_id: RoleProposalId,
    pub reason: String,
    pub refused_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RoleEvent {
    ChangeProposed(ChangeProposed),
    ChangeApproved(ChangeApproved),
    ChangeRefused(ChangeRefused),
}

impl DomainEvent for RoleEvent {
    fn event_type(&self) -> String {
        match self {
            Self::ChangeProposed(_) => "role.change_proposed",
            Self::ChangeApproved(_) => "role.change_approved",
            Self::ChangeRefused(_) => "role.change_refused",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
