//! Changing what roles give (R86): proposed by one, approved by another.

use std::collections::BTreeSet;

use chaobiao_decision::{Actor, ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::RoleRights;
use super::command::RoleCommand;
use super::error::RoleError;
use super::event::{ChangeProposed, RoleChange, RoleContent};
use super::exclusion::broken_in_person;
use super::{Role, rights_of};
use crate::staff::{Permission, Staff};
use crate::units::RoleProposalId;

/// The role a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChanged {
    pub role: Role,
    pub proposal_id: RoleProposalId,
}

fn propose(
    role: Role,
    change: RoleChange,
    reason: &str,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<RoleChanged, Stop> {
    let proposal_id = RoleProposalId::try_new(context.derive_id("role_proposal").to_string())
        .map_err(|error| Stop::Corrupt(error.to_string()))?;
    let proposed = ChangeProposed {
        proposal_id: proposal_id.clone(),
        role,
        change,
        reason: reason.to_owned(),
        proposed_by: context.actor.clone(),
    };
    workspace.execute::<RoleRights>(&role.code(), RoleCommand::Propose(proposed))?;
    Ok(RoleChanged { role, proposal_id })
}

/// Refuses a name that another role has. Names of roles that were only ever proposed are free.
fn take_name(role: Role, name: &str, workspace: &mut Workspace) -> Result<(), Stop> {
    let taken = || RoleError::NameTaken(name.to_owned());
    if Role::SHIPPED
        .iter()
        .any(|one| *one != role && one.label() == Some(name))
    {
        return Err(taken().into());
    }
    if role.is_shipped() {
        return Ok(());
    }
    let before = workspace.get::<RoleRights>(&role.code())?;
    let before = before.name(role).map(str::to_owned);
    if before.as_deref() == Some(name) {
        return Ok(());
    }
    if let Some(before) = before {
        workspace.release(name_key(&before))?;
    }
    workspace.claim(name_key(name), role.code(), Rejection::from(taken()))
}

fn name_key(name: &str) -> ClaimKey {
    ClaimKey::new("role.name", name)
}

/// Proposes a role of the centre's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeRole {
    pub name: String,
    pub permissions: BTreeSet<Permission>,
    pub reason: String,
}

impl Process for ProposeRole {
    const NAME: &'static str = "role.propose";
    type Outcome = RoleChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoleChanged, Stop> {
        let role = Role::Own(context.derive_id("role"));
        let change = RoleChange::Defined(RoleContent {
            name: self.name.clone(),
            permissions: self.permissions.clone(),
        });
        propose(role, change, &self.reason, context, workspace)
    }
}

/// Proposes that a role gives something else from its approval on; a retired one is in use again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeRoleChange {
    pub role: Role,
    /// `None`: it keeps its name.
    pub name: Option<String>,
    pub permissions: BTreeSet<Permission>,
    pub reason: String,
}

impl Process for ProposeRoleChange {
    const NAME: &'static str = "role.propose_change";
    type Outcome = RoleChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoleChanged, Stop> {
        let present = workspace.get::<RoleRights>(&self.role.code())?;
        let present = present.name(self.role).map(str::to_owned);
        let name = self.name.clone().or(present);
        let change = RoleChange::Changed(RoleContent {
            name: name.ok_or(RoleError::Unknown(self.role))?,
            permissions: self.permissions.clone(),
        });
        propose(self.role, change, &self.reason, context, workspace)
    }
}

/// Proposes that a role is not given any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeRoleRetirement {
    pub role: Role,
    pub reason: String,
}

impl Process for ProposeRoleRetirement {
    const NAME: &'static str = "role.propose_retirement";
    type Outcome = RoleChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoleChanged, Stop> {
        propose(
            self.role,
            RoleChange::Retired,
            &self.reason,
            context,
            workspace,
        )
    }
}

/// Roles somebody holds together, and how many people do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTogether {
    pub roles: BTreeSet<Role>,
    pub people: u32,
}

/// Approves a change, which holds from then on. Neither who proposed it may, nor, where it gives
/// more, who holds the role: nobody widens their own rights.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveRoleChange {
    pub role: Role,
    pub proposal_id: RoleProposalId,
    /// Evidence, not part of what is asked for: who holds what at the moment.
    #[serde(skip)]
    pub held: Vec<HeldTogether>,
}

impl ApproveRoleChange {
    /// What everybody who holds these roles may do once the change holds.
    fn rights_after(
        &self,
        roles: &BTreeSet<Role>,
        after: &BTreeSet<Permission>,
        workspace: &mut Workspace,
    ) -> Result<BTreeSet<Permission>, Stop> {
        let mut others = roles.clone();
        let mut rights = if others.remove(&self.role) {
            after.clone()
        } else {
            BTreeSet::new()
        };
        rights.append(&mut rights_of(&others, workspace)?);
        Ok(rights)
    }

    fn check_holders(
        &self,
        after: &BTreeSet<Permission>,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        let mut managed = self.held.is_empty();
        for held in &self.held {
            let rights = self.rights_after(&held.roles, after, workspace)?;
            managed |= rights.contains(&Permission::ManageStaff);
            if !held.roles.contains(&self.role) {
                continue;
            }
            if let Some(exclusion) = broken_in_person(&rights) {
                return Err(RoleError::HolderExcludes(exclusion.reason).into());
            }
        }
        if managed {
            Ok(())
        } else {
            Err(RoleError::NobodyManages.into())
        }
    }
}

impl Process for ApproveRoleChange {
    const NAME: &'static str = "role.approve_change";
    type Outcome = RoleChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoleChanged, Stop> {
        let code = self.role.code();
        let rights = workspace.get::<RoleRights>(&code)?;
        let change = rights.proposal(&self.proposal_id)?.change.clone();
        let before = rights.permissions(self.role);
        let after = match &change {
            RoleChange::Defined(role) | RoleChange::Changed(role) => {
                take_name(self.role, &role.name, workspace)?;
                role.permissions.clone()
            }
            RoleChange::Retired => BTreeSet::new(),
        };
        let command = RoleCommand::Approve {
            proposal_id: self.proposal_id.clone(),
            by: context.actor.clone(),
        };
        workspace.execute::<RoleRights>(&code, command)?;
        if let Actor::Staff(login) = &context.actor {
            let holds = workspace.get::<Staff>(login)?.roles().contains(&self.role);
            if holds && !after.is_subset(&before) {
                return Err(RoleError::OwnRights.into());
            }
        }
        let holders = self
            .held
            .iter()
            .filter(|held| held.roles.contains(&self.role));
        let holders: u32 = holders.map(|held| held.people).sum();
        if change == RoleChange::Retired && holders > 0 {
            return Err(RoleError::Held(holders).into());
        }
        self.check_holders(&after, workspace)?;
        Ok(RoleChanged {
            role: self.role,
            proposal_id: self.proposal_id.clone(),
        })
    }
}

/// Turns a change down; whoever proposed it takes it back the same way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefuseRoleChange {
    pub role: Role,
    pub proposal_id: RoleProposalId,
    pub reason: String,
}

impl Process for RefuseRoleChange {
    const NAME: &'static str = "role.refuse_change";
    type Outcome = RoleChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoleChanged, Stop> {
        let command = RoleCommand::Refuse {
            proposal_id: self.proposal_id.clone(),
            reason: self.reason.clone(),
            by: context.actor.clone(),
        };
        workspace.execute::<RoleRights>(&self.role.code(), command)?;
        Ok(RoleChanged {
            role: self.role,
            proposal_id: self.proposal_id.clone(),
        })
    }
}
