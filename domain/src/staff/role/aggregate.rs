use std::collections::BTreeSet;

use chaobiao_decision::Actor;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::Role;
use super::command::RoleCommand;
use super::error::RoleError;
use super::event::{
    ChangeApproved, ChangeProposed, ChangeRefused, RoleChange, RoleContent, RoleEvent,
};
use super::exclusion::broken_within;
use crate::staff::Permission;
use crate::units::{RoleProposalId, written};

pub(super) const NAME_LENGTH_MAX: usize = 20;
pub(super) const REASON_LENGTH_MAX: usize = 200;

/// Without these nobody could give anybody a right again.
const ADMIN_KEEPS: [Permission; 2] = [Permission::ViewStaff, Permission::ManageStaff];

/// What one role gives, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRights {
    /// What was approved last; before that a shipped role gives what it was shipped with.
    approved: Option<RoleContent>,
    retired: bool,
    proposal: Option<ChangeProposed>,
}

impl RoleRights {
    /// Whether there is such a role, be it retired.
    pub fn exists(&self, role: Role) -> bool {
        role.is_shipped() || self.approved.is_some()
    }

    pub fn is_in_use(&self, role: Role) -> bool {
        self.exists(role) && !self.retired
    }

    /// What it gives now: nothing, once it is retired.
    pub fn permissions(&self, role: Role) -> BTreeSet<Permission> {
        match &self.approved {
            _ if self.retired => BTreeSet::new(),
            Some(content) => content.permissions.clone(),
            None => role.shipped().iter().copied().collect(),
        }
    }

    pub fn name(&self, role: Role) -> Option<&str> {
        let approved = self.approved.as_ref().map(|content| content.name.as_str());
        approved.or_else(|| role.label())
    }

    /// The change that waits under this number.
    pub fn proposal(&self, proposal_id: &RoleProposalId) -> Result<&ChangeProposed, RoleError> {
        let open = self.proposal.as_ref();
        open.filter(|open| open.proposal_id == *proposal_id)
            .ok_or_else(|| RoleError::ProposalUnknown(proposal_id.clone()))
    }

    fn check_content(&self, role: Role, content: &RoleContent) -> Result<(), RoleError> {
        if role.label().is_some_and(|label| label != content.name) {
            return Err(RoleError::NameFixed);
        }
        if content.permissions.is_empty() {
            return Err(RoleError::NoPermission);
        }
        let keeps = |right: &Permission| content.permissions.contains(right);
        if role == Role::Admin && !ADMIN_KEEPS.iter().all(keeps) {
            return Err(RoleError::AdminStays);
        }
        if let Some(exclusion) = broken_within(&content.permissions) {
            return Err(RoleError::Excludes(exclusion.reason));
        }
        let same =
            self.name(role) == Some(&content.name) && self.permissions(role) == content.permissions;
        if same {
            return Err(RoleError::NothingChanges);
        }
        Ok(())
    }

    fn check(&self, role: Role, change: &RoleChange) -> Result<(), RoleError> {
        match change {
            RoleChange::Defined(content) if !self.exists(role) => self.check_content(role, content),
            RoleChange::Changed(content) if self.exists(role) => self.check_content(role, content),
            RoleChange::Retired if role == Role::Admin => Err(RoleError::AdminStays),
            RoleChange::Retired if self.retired => Err(RoleError::AlreadyRetired),
            RoleChange::Retired if self.exists(role) => Ok(()),
            _ => Err(RoleError::Unknown(role)),
        }
    }

    fn propose(&self, proposed: ChangeProposed) -> Result<RoleEvent, RoleError> {
        let reason = reason(&proposed.reason)?;
        let named = |content: RoleContent| {
            let name = written(&content.name, "名称", NAME_LENGTH_MAX);
            name.map(|name| RoleContent { name, ..content })
                .map_err(|_| RoleError::NameInvalid)
        };
        let change = match proposed.change {
            RoleChange::Defined(content) => RoleChange::Defined(named(content)?),
            RoleChange::Changed(content) => RoleChange::Changed(named(content)?),
            RoleChange::Retired => RoleChange::Retired,
        };
        if self.proposal.is_some() {
            return Err(RoleError::ProposalOpen);
        }
        self.check(proposed.role, &change)?;
        Ok(RoleEvent::ChangeProposed(ChangeProposed {
            change,
            reason,
            ..proposed
        }))
    }

    fn approve(&self, proposal_id: &RoleProposalId, by: Actor) -> Result<RoleEvent, RoleError> {
        let open = self.proposal(proposal_id)?;
        if open.proposed_by == by {
            return Err(RoleError::ApprovedByProposer);
        }
        // The rules may have become stricter since.
        self.check(open.role, &open.change)?;
        Ok(RoleEvent::ChangeApproved(ChangeApproved {
            proposal_id: open.proposal_id.clone(),
            role: open.role,
            change: open.change.clone(),
            approved_by: by,
        }))
    }

    fn decide(&self, command: RoleCommand) -> Result<RoleEvent, RoleError> {
        match command {
            RoleCommand::Propose(proposed) => self.propose(proposed),
            RoleCommand::Approve { proposal_id, by } => self.approve(&proposal_id, by),
            RoleCommand::Refuse {
                proposal_id,
                reason: text,
                by,
            } => {
                let open = self.proposal(&proposal_id)?;
                Ok(RoleEvent::ChangeRefused(ChangeRefused {
                    proposal_id: open.proposal_id.clone(),
                    reason: reason(&text)?,
                    refused_by: by,
                }))
            }
        }
    }
}

fn reason(text: &str) -> Result<String, RoleError> {
    written(text, "原因", REASON_LENGTH_MAX).map_err(|_| RoleError::ReasonInvalid)
}

impl Aggregate for RoleRights {
    const TYPE: &'static str = "role";
    type Command = RoleCommand;
    type Event = RoleEvent;
    type Error = RoleError;
    type Services = ();

    async fn handle(
        &mut self,
        command: RoleCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), RoleError> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: RoleEvent) {
        self.proposal = None;
        match event {
            RoleEvent::ChangeProposed(proposed) => self.proposal = Some(proposed),
            RoleEvent::ChangeApproved(approved) => match approved.change {
                RoleChange::Defined(content) | RoleChange::Changed(content) => {
                    self.approved = Some(content);
                    self.retired = false;
                }
                RoleChange::Retired => self.retired = true,
            },
            RoleEvent::ChangeRefused(_) => {}
        }
    }
}
