use std::collections::{BTreeMap, BTreeSet};

use chaobiao_domain::staff::role::HeldTogether;
use chaobiao_domain::staff::{Permission, Role};
use chaobiao_domain::units::{CampusId, RoleProposalId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};

use crate::rows::field;

/// What a role gives at the moment, and how many people hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    pub role: Role,
    pub name: String,
    /// What it gives, or gave before it was retired.
    pub permissions: BTreeSet<Permission>,
    pub retired: bool,
    pub holders: u32,
    pub changed_at: Option<DateTime<Utc>>,
}

fn unreadable(column: &str, what: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("{what} is not known").into(),
    }
}

fn permissions(names: &[String]) -> Result<BTreeSet<Permission>, sqlx::Error> {
    let read =
        |name: &String| Permission::parse(name).ok_or_else(|| unreadable("permissions", name));
    names.iter().map(read).collect()
}

fn role(code: &str) -> Result<Role, sqlx::Error> {
    code.parse().map_err(|_| unreadable("role", code))
}

/// The answer of [`held`]: where somebody works and what they may do there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRights {
    pub employed: bool,
    pub campus: Option<CampusId>,
    /// To that campus.
    pub confined: bool,
    pub roles: BTreeSet<Role>,
    pub permissions: BTreeSet<Permission>,
}

/// What a member of staff may do at this moment. Asked with every request, so it is one look-up by two
/// keys and nothing is remembered between requests: whichever server answers, it answers the same.
pub async fn held(pool: &PgPool, login: &str) -> Result<Option<HeldRights>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT s.employed, s.campus, s.confined, h.code, r.permissions, r.retired \
         FROM read_directory_staff s LEFT JOIN LATERAL unnest(s.roles) AS h (code) ON true \
         LEFT JOIN read_roles r ON r.code = h.code WHERE s.login = $1",
    )
    .bind(login)
    .fetch_all(pool)
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let mut rights = HeldRights {
        employed: first.try_get("employed")?,
        campus: field(first, "campus")?,
        confined: first.try_get("confined")?,
        roles: BTreeSet::new(),
        permissions: BTreeSet::new(),
    };
    for row in &rows {
        let Some(code) = row.try_get::<Option<String>, _>("code")? else {
            continue;
        };
        let role = role(&code)?;
        rights.roles.insert(role);
        match row.try_get::<Option<Vec<String>>, _>("permissions")? {
            None => rights.permissions.extend(role.shipped()),
            Some(_) if row.try_get("retired")? => {}
            Some(names) => rights.permissions.append(&mut permissions(&names)?),
        }
    }
    Ok(Some(rights))
}

/// Which roles people who are employed hold together, and how many people do.
pub async fn held_together(pool: &PgPool) -> Result<Vec<HeldTogether>, sqlx::Error> {
    let rows: Vec<(Vec<String>, i64)> = sqlx::query_as(
        "SELECT roles, count(*) FROM read_directory_staff WHERE employed GROUP BY roles",
    )
    .fetch_all(pool)
    .await?;
    let together = |(codes, people): (Vec<String>, i64)| {
        Ok(HeldTogether {
            roles: codes
                .iter()
                .map(|code| role(code))
                .collect::<Result<_, _>>()?,
            people: u32::try_from(people).unwrap_or(u32::MAX),
        })
    };
    rows.into_iter().map(together).collect()
}

/// Code, name, rights, whether it is retired, and when that was last changed.
type Changed = (String, String, Vec<String>, bool, DateTime<Utc>);

/// All roles there are: the shipped ones, then the centre's own by name.
pub async fn roles(pool: &PgPool) -> Result<Vec<RoleRow>, sqlx::Error> {
    let changed: Vec<Changed> = sqlx::query_as(
        "SELECT code, name, permissions, retired, changed_at FROM read_roles ORDER BY name, code",
    )
    .fetch_all(pool)
    .await?;
    let mut holders: BTreeMap<Role, u32> = BTreeMap::new();
    for held in held_together(pool).await? {
        for role in held.roles {
            let count = holders.entry(role).or_default();
            *count = count.saturating_add(held.people);
        }
    }
    let held_by = |role: &Role| holders.get(role).copied().unwrap_or_default();
    let mut shipped: BTreeMap<Role, RoleRow> = BTreeMap::new();
    for role in Role::SHIPPED {
        let row = RoleRow {
            role,
            name: role.label().unwrap_or_default().to_owned(),
            permissions: role.shipped().iter().copied().collect(),
            retired: false,
            holders: held_by(&role),
            changed_at: None,
        };
        shipped.insert(role, row);
    }
    let mut own = Vec::new();
    for (code, name, names, retired, changed_at) in changed {
        let role = role(&code)?;
        let row = RoleRow {
            role,
            name,
            permissions: permissions(&names)?,
            retired,
            holders: held_by(&role),
            changed_at: Some(changed_at),
        };
        if role.is_shipped() {
            shipped.insert(role, row);
        } else {
            own.push(row);
        }
    }
    Ok(shipped.into_values().chain(own).collect())
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState {
    Open,
    Approved,
    Refused,
}

/// What is to become of a role, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    Defined,
    Changed,
    Retired,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRow {
    pub proposal_id: RoleProposalId,
    pub role: Role,
    pub kind: ProposalKind,
    /// `None` where it is to be retired.
    pub name: Option<String>,
    pub permissions: Option<BTreeSet<Permission>>,
    pub reason: String,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    pub state: ProposalState,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub refusal: Option<String>,
}

impl FromRow<'_, PgRow> for ProposalRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (kind, state): (String, String) = (row.try_get("kind")?, row.try_get("state")?);
        let names: Option<Vec<String>> = row.try_get("permissions")?;
        Ok(Self {
            proposal_id: field(row, "proposal_id")?,
            role: field(row, "role")?,
            kind: match kind.as_str() {
                "defined" => ProposalKind::Defined,
                "changed" => ProposalKind::Changed,
                "retired" => ProposalKind::Retired,
                other => return Err(unreadable("kind", other)),
            },
            name: row.try_get("name")?,
            permissions: names.as_deref().map(permissions).transpose()?,
            reason: row.try_get("reason")?,
            proposed_by: row.try_get("proposed_by")?,
            proposed_at: row.try_get("proposed_at")?,
            state: match state.as_str() {
                "open" => ProposalState::Open,
                "approved" => ProposalState::Approved,
                "refused" => ProposalState::Refused,
                other => return Err(unreadable("state", other)),
            },
            decided_by: row.try_get("decided_by")?,
            decided_at: row.try_get("decided_at")?,
            refusal: row.try_get("refusal")?,
        })
    }
}

/// As many as one page shows; a centre changes a role a few times a year.
const PROPOSALS_MAX: i64 = 200;

/// Proposals, those that wait first, then the newest.
pub async fn proposals(pool: &PgPool) -> Result<Vec<ProposalRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_roles_proposal \
         ORDER BY state <> 'open', proposed_at DESC, proposal_id DESC LIMIT $1",
    )
    .bind(PROPOSALS_MAX)
    .fetch_all(pool)
    .await
}

pub async fn proposal(
    pool: &PgPool,
    proposal_id: &RoleProposalId,
) -> Result<Option<ProposalRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_roles_proposal WHERE proposal_id = $1")
        .bind(proposal_id.as_str())
        .fetch_optional(pool)
        .await
}
