use chaobiao_decision::Actor;

use super::event::ChangeProposed;
use crate::units::RoleProposalId;

/// What may be asked of a role.
#[derive(Clone, Debug)]
pub enum RoleCommand {
    Propose(ChangeProposed),
    Approve {
        proposal_id: RoleProposalId,
        by: Actor,
    },
    Refuse {
        proposal_id: RoleProposalId,
        reason: String,
        by: Actor,
    },
}
