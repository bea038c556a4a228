use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::staff::role::{
    ApproveRoleChange, HeldTogether, ProposeRole, ProposeRoleChange, ProposeRoleRetirement,
    RefuseRoleChange, RoleChanged,
};
use chaobiao_domain::staff::{self, Permission};
use chaobiao_domain::units::RoleProposalId;
use chaobiao_projections::roles;

use super::role_query::find;
use super::role_types::{RoleProposal, role_of};
use crate::support::{Services, field, internal, may, payloads, run};
use crate::viewer;

#[derive(InputObject)]
pub(super) struct ProposeRoleInput {
    idempotency_key: String,
    /// At most 20 characters, and no other role's.
    name: String,
    permissions: Vec<viewer::Permission>,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ProposeRoleChangeInput {
    idempotency_key: String,
    /// Its code.
    role: String,
    /// Left out, it keeps its name; shipped roles always do.
    name: Option<String>,
    /// All it is to give, not only what is new.
    permissions: Vec<viewer::Permission>,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ProposeRoleRetirementInput {
    idempotency_key: String,
    /// Its code.
    role: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ApproveRoleChangeInput {
    idempotency_key: String,
    /// The code of the role it is about.
    role: String,
    proposal_id: String,
}

#[derive(InputObject)]
pub(super) struct RefuseRoleChangeInput {
    idempotency_key: String,
    /// The code of the role it is about.
    role: String,
    proposal_id: String,
    reason: String,
}

payloads!(
    proposal: RoleProposal, |ctx, changed: RoleChanged| find(ctx, &changed.proposal_id);
    ProposeRolePayload,
    ProposeRoleChangePayload,
    ProposeRoleRetirementPayload,
    ApproveRoleChangePayload,
    RefuseRoleChangePayload
);

fn id(text: &str) -> Result<RoleProposalId, Rejection> {
    field("proposalId", RoleProposalId::try_new(text))
}

fn change(input: ProposeRoleChangeInput) -> Result<ProposeRoleChange, Rejection> {
    Ok(ProposeRoleChange {
        role: role_of(&input.role, "role")?,
        name: input.name,
        permissions: input.permissions.into_iter().map(Into::into).collect(),
        reason: input.reason,
    })
}

fn approve(
    input: &ApproveRoleChangeInput,
    held: Vec<HeldTogether>,
) -> Result<ApproveRoleChange, Rejection> {
    Ok(ApproveRoleChange {
        role: role_of(&input.role, "role")?,
        proposal_id: id(&input.proposal_id)?,
        held,
    })
}

fn refuse(input: RefuseRoleChangeInput) -> Result<RefuseRoleChange, Rejection> {
    Ok(RefuseRoleChange {
        role: role_of(&input.role, "role")?,
        proposal_id: id(&input.proposal_id)?,
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Proposes a role of the centre's own. It can be given once a second person has approved it.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn propose_role(
        &self,
        ctx: &Context<'_>,
        input: ProposeRoleInput,
    ) -> Result<ProposeRolePayload> {
        let permissions = input.permissions.into_iter();
        let process = ProposeRole {
            name: input.name,
            permissions: permissions.map(staff::Permission::from).collect(),
            reason: input.reason,
        };
        let ran = run(ctx, "proposeRole", &input.idempotency_key, Ok(process)).await?;
        ProposeRolePayload::of(ctx, ran).await
    }

    /// Proposes what a role is to give from now on; a retired one is in use again with it.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn propose_role_change(
        &self,
        ctx: &Context<'_>,
        input: ProposeRoleChangeInput,
    ) -> Result<ProposeRoleChangePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "proposeRoleChange", &key, change(input)).await?;
        ProposeRoleChangePayload::of(ctx, ran).await
    }

    /// Proposes that a role is not given any more; approved only once nobody holds it.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn propose_role_retirement(
        &self,
        ctx: &Context<'_>,
        input: ProposeRoleRetirementInput,
    ) -> Result<ProposeRoleRetirementPayload> {
        let reason = input.reason;
        let process =
            role_of(&input.role, "role").map(|role| ProposeRoleRetirement { role, reason });
        let key = &input.idempotency_key;
        let ran = run(ctx, "proposeRoleRetirement", key, process).await?;
        ProposeRoleRetirementPayload::of(ctx, ran).await
    }

    /// Approves a change, which holds with everybody's next request. Neither who proposed it may,
    /// nor, where it gives more, anybody who holds the role.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn approve_role_change(
        &self,
        ctx: &Context<'_>,
        input: ApproveRoleChangeInput,
    ) -> Result<ApproveRoleChangePayload> {
        let pool = Services::of(ctx)?.store().pool();
        let held = roles::query::held_together(pool).await;
        let held = held.map_err(|error| internal(ctx, error))?;
        let process = approve(&input, held);
        let key = &input.idempotency_key;
        let ran = run(ctx, "approveRoleChange", key, process).await?;
        ApproveRoleChangePayload::of(ctx, ran).await
    }

    /// Turns a change down; whoever proposed it takes it back the same way.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn refuse_role_change(
        &self,
        ctx: &Context<'_>,
        input: RefuseRoleChangeInput,
    ) -> Result<RefuseRoleChangePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "refuseRoleChange", &key, refuse(input)).await?;
        RefuseRoleChangePayload::of(ctx, ran).await
    }
}
