use async_trait::async_trait;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::staff::role::{
    ChangeApproved, ChangeProposed, RoleChange, RoleContent, RoleEvent,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps the `read_roles…` tables.
#[derive(Clone, Copy, Debug, Default)]
pub struct RolesProjector;

#[async_trait]
impl Projector for RolesProjector {
    fn name(&self) -> &'static str {
        "roles"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["role"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_roles", "read_roles_proposal"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.decode()? {
                RoleEvent::ChangeProposed(proposed) => {
                    propose(event, &proposed, connection).await?;
                }
                RoleEvent::ChangeApproved(approved) => {
                    approve(event, &approved, connection).await?;
                    let by = approved.approved_by.to_string();
                    let id = approved.proposal_id.as_str();
                    decide(event, id, "approved", &by, None, connection).await?;
                }
                RoleEvent::ChangeRefused(refused) => {
                    let by = refused.refused_by.to_string();
                    let (id, why) = (refused.proposal_id.as_str(), Some(refused.reason.as_str()));
                    decide(event, id, "refused", &by, why, connection).await?;
                }
            }
        }
        Ok(())
    }
}

/// The written name of a kind of change, and what it says.
fn parts(change: &RoleChange) -> (&'static str, Option<&RoleContent>) {
    match change {
        RoleChange::Defined(content) => ("defined", Some(content)),
        RoleChange::Changed(content) => ("changed", Some(content)),
        RoleChange::Retired => ("retired", None),
    }
}

fn names(content: &RoleContent) -> Vec<&'static str> {
    let permissions = content.permissions.iter().copied();
    permissions.map(Permission::as_str).collect()
}

async fn propose(
    event: &RecordedEvent,
    proposed: &ChangeProposed,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let (kind, content) = parts(&proposed.change);
    sqlx::query(
        "INSERT INTO read_roles_proposal (proposal_id, role, kind, name, permissions, reason, \
         proposed_by, proposed_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')",
    )
    .bind(proposed.proposal_id.as_str())
    .bind(proposed.role.code())
    .bind(kind)
    .bind(content.map(|content| &content.name))
    .bind(content.map(names))
    .bind(&proposed.reason)
    .bind(proposed.proposed_by.to_string())
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn approve(
    event: &RecordedEvent,
    approved: &ChangeApproved,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    // A shipped role may be retired before anything else was ever said of it.
    let shipped = approved.role.shipped().iter().copied();
    let shipped: Vec<&str> = shipped.map(Permission::as_str).collect();
    let (_, content) = parts(&approved.change);
    sqlx::query(
        "INSERT INTO read_roles (code, name, permissions, retired, changed_at) \
         VALUES ($1, coalesce($2, $4), coalesce($3, $5), $6, $7) ON CONFLICT (code) DO UPDATE SET \
         name = coalesce($2, read_roles.name), \
         permissions = coalesce($3, read_roles.permissions), retired = $6, changed_at = $7",
    )
    .bind(approved.role.code())
    .bind(content.map(|content| &content.name))
    .bind(content.map(names))
    .bind(approved.role.label().unwrap_or_default())
    .bind(shipped)
    .bind(content.is_none())
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn decide(
    event: &RecordedEvent,
    proposal_id: &str,
    state: &str,
    by: &str,
    refusal: Option<&str>,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE read_roles_proposal SET state = $2, decided_by = $3, decided_at = $4, \
         refusal = $5 WHERE proposal_id = $1",
    )
    .bind(proposal_id)
    .bind(state)
    .bind(by)
    .bind(event.recorded_at)
    .bind(refusal)
    .execute(connection)
    .await?;
    Ok(())
}
