use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::staff::role::exclusions;
use chaobiao_domain::units::RoleProposalId;
use chaobiao_projections::roles::{self, ProposalState};

use super::role_types::{Role, RoleExclusion, RoleProposal};
use crate::support::{Services, internal, may};

pub(super) async fn find(
    ctx: &Context<'_>,
    proposal_id: &RoleProposalId,
) -> Result<Option<RoleProposal>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = roles::query::proposal(pool, proposal_id).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(RoleProposal))
}

#[derive(Default)]
pub struct RoleQuery;

#[Object]
impl RoleQuery {
    /// All roles (岗位权限): those shipped with the program, then the centre's own, retired ones
    /// included.
    #[graphql(
        guard = "may(Permission::ViewStaff)",
        complexity = "1 + 20 * child_complexity"
    )]
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = roles::query::roles(pool).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        let proposals = roles::query::proposals(pool).await;
        let mut open = proposals.map_err(|error| internal(ctx, error))?;
        open.retain(|proposal| proposal.state == ProposalState::Open);
        let with_open = rows.into_iter().map(|row| Role {
            open: open.iter().find(|one| one.role == row.role).cloned(),
            row,
        });
        Ok(with_open.collect())
    }

    /// Changes of roles, those that wait for a second person first, then the newest, at most 200.
    #[graphql(
        guard = "may(Permission::ViewStaff)",
        complexity = "1 + 20 * child_complexity"
    )]
    async fn role_proposals(&self, ctx: &Context<'_>) -> Result<Vec<RoleProposal>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = roles::query::proposals(pool).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(RoleProposal).collect())
    }

    /// Permissions that exclude each other, and why.
    #[graphql(
        guard = "may(Permission::ViewStaff)",
        complexity = "1 + 20 * child_complexity"
    )]
    async fn role_exclusions(&self) -> Vec<RoleExclusion> {
        exclusions().into_iter().map(Into::into).collect()
    }
}
