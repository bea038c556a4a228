use std::collections::BTreeSet;

use async_graphql::{Enum, Object, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::staff;
use chaobiao_domain::staff::role::Exclusion;
use chaobiao_projections::roles::{self, ProposalRow, RoleRow};
use chrono::{DateTime, Utc};

use crate::support::field;
use crate::viewer::Permission;

/// How a role's code is written here: like the values of an enum, which it once was.
pub(crate) fn role_code(role: staff::Role) -> String {
    role.code().to_ascii_uppercase()
}

/// Reads [`role_code`] back.
pub(super) fn role_of(text: &str, name: &str) -> Result<staff::Role, Rejection> {
    field(name, text.to_ascii_lowercase().parse())
}

fn shown(permissions: &BTreeSet<staff::Permission>) -> Vec<Permission> {
    permissions.iter().copied().map(Permission::from).collect()
}

/// A set of permissions given together (岗位权限).
#[derive(Clone, Debug)]
pub struct Role {
    pub(super) row: RoleRow,
    pub(super) open: Option<ProposalRow>,
}

#[Object]
impl Role {
    /// Stays the same for ever: `CASHIER`, or that of a role of the centre's own.
    async fn code(&self) -> String {
        role_code(self.row.role)
    }

    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What it gives whoever holds it; once retired, what it gave.
    async fn permissions(&self) -> Vec<Permission> {
        shown(&self.row.permissions)
    }

    /// False for a role of the centre's own.
    async fn shipped(&self) -> bool {
        self.row.role.is_shipped()
    }

    /// What it gave when the program was installed; nothing for a role of the centre's own.
    async fn shipped_permissions(&self) -> Vec<Permission> {
        let shipped = self.row.role.shipped().iter();
        shipped.copied().map(Permission::from).collect()
    }

    /// It gives nothing any more and cannot be given to anybody.
    async fn retired(&self) -> bool {
        self.row.retired
    }

    /// How many people who work here hold it.
    async fn holders(&self) -> u32 {
        self.row.holders
    }

    /// Null as long as it is as it was shipped.
    async fn changed_at(&self) -> Option<DateTime<Utc>> {
        self.row.changed_at
    }

    /// The change of it that waits for a second person.
    async fn open_proposal(&self) -> Option<RoleProposal> {
        self.open.clone().map(RoleProposal)
    }
}

/// What is to become of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "roles::ProposalKind")]
pub enum RoleProposalKind {
    /// A role of the centre's own comes to be.
    Defined,
    /// It gives something else; one that was retired is in use again.
    Changed,
    /// It gives nothing any more.
    Retired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "roles::ProposalState")]
pub enum RoleProposalState {
    Open,
    Approved,
    /// By another person, or taken back by who proposed it.
    Refused,
}

/// A change of a role: proposed by one person, decided by another.
#[derive(Clone, Debug)]
pub struct RoleProposal(pub(super) ProposalRow);

#[Object]
impl RoleProposal {
    async fn proposal_id(&self) -> &str {
        self.0.proposal_id.as_str()
    }

    /// The code of the role it is about.
    async fn role(&self) -> String {
        role_code(self.0.role)
    }

    async fn kind(&self) -> RoleProposalKind {
        self.0.kind.into()
    }

    /// What the role is to be called; null where it is to be retired.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// What it is to give; null where it is to be retired.
    async fn permissions(&self) -> Option<Vec<Permission>> {
        self.0.permissions.as_ref().map(shown)
    }

    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Such as `staff:li`.
    async fn proposed_by(&self) -> &str {
        &self.0.proposed_by
    }

    async fn proposed_at(&self) -> DateTime<Utc> {
        self.0.proposed_at
    }

    async fn state(&self) -> RoleProposalState {
        self.0.state.into()
    }

    async fn decided_by(&self) -> Option<&str> {
        self.0.decided_by.as_deref()
    }

    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }

    /// Why it was refused.
    async fn refusal(&self) -> Option<&str> {
        self.0.refusal.as_deref()
    }
}

/// Two permissions that must not come together (不相容岗位分离).
#[derive(Clone, Debug, SimpleObject)]
pub struct RoleExclusion {
    one: Permission,
    other: Permission,
    /// In Chinese, to be shown.
    reason: String,
    /// Also not by two roles of one person; else, not within one role.
    in_person: bool,
}

impl From<Exclusion> for RoleExclusion {
    fn from(exclusion: Exclusion) -> Self {
        Self {
            one: exclusion.one.into(),
            other: exclusion.other.into(),
            reason: exclusion.reason.to_owned(),
            in_person: exclusion.in_person,
        }
    }
}
