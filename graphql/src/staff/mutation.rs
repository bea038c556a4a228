use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::{
    self, ChangeProfile, ContactInput, HireStaff, Leave, Permission, SetReach, StaffChanged,
    StaffError,
};
use chaobiao_domain::units::{CampusId, Phone, StaffLogin};
use chaobiao_eventstore::access::Principal;
use chaobiao_projections::directory;

use super::StaffMember;
use super::role_types::role_of;
use crate::support::{
    ErrorCode, Services, UserError, Viewer, coded, field, internal, may, payloads, record, run,
    staff as any_staff,
};

/// What is left out stays as it is.
#[derive(Default, InputObject)]
pub(super) struct StaffContactInput {
    mobile: Option<String>,
    office_phone: Option<String>,
    email: Option<String>,
    wechat: Option<String>,
}

#[derive(InputObject)]
pub(super) struct HireStaffInput {
    idempotency_key: String,
    login: String,
    name: String,
    department: String,
    position: String,
    /// Left out for the centre as a whole.
    campus_id: Option<String>,
    /// Codes, such as `CASHIER`.
    roles: Vec<String>,
    contact: Option<StaffContactInput>,
}

/// What is left out stays as it is.
#[derive(InputObject)]
pub(super) struct ChangeStaffProfileInput {
    idempotency_key: String,
    login: String,
    name: Option<String>,
    department: Option<String>,
    position: Option<String>,
    campus_id: Option<String>,
    contact: Option<StaffContactInput>,
}

#[derive(InputObject)]
pub(super) struct GrantRoleInput {
    idempotency_key: String,
    login: String,
    /// Its code, such as `CASHIER`.
    role: String,
}

#[derive(InputObject)]
pub(super) struct RevokeRoleInput {
    idempotency_key: String,
    login: String,
    /// Its code, such as `CASHIER`.
    role: String,
}

#[derive(InputObject)]
pub(super) struct SetStaffReachInput {
    idempotency_key: String,
    login: String,
    /// To what belongs to their own campus.
    confined: bool,
}

#[derive(InputObject)]
pub(super) struct EndEmploymentInput {
    idempotency_key: String,
    login: String,
}

#[derive(InputObject)]
pub(super) struct ResetPasswordInput {
    login: String,
}

payloads!(
    staff_member: StaffMember, |ctx, changed: StaffChanged| find(ctx, Some(changed));
    ChangeStaffProfilePayload,
    GrantRolePayload,
    RevokeRolePayload,
    SetStaffReachPayload,
    EndEmploymentPayload
);

#[derive(SimpleObject)]
pub(super) struct HireStaffPayload {
    staff_member: Option<StaffMember>,
    /// To be handed over and changed at the first sign-in, within a week. Shown once: null when
    /// the command is repeated.
    initial_password: Option<String>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(SimpleObject)]
pub(super) struct ResetPasswordPayload {
    /// To be handed over and changed at the first sign-in, within a week. Shown once.
    initial_password: Option<String>,
    user_errors: Vec<UserError>,
}

async fn find(ctx: &Context<'_>, changed: Option<&StaffChanged>) -> Result<Option<StaffMember>> {
    let Some(changed) = changed else {
        return Ok(None);
    };
    let pool = Services::of(ctx)?.store().pool();
    let row = directory::staff(pool, changed.login.as_str()).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(StaffMember))
}

fn login(text: &str) -> Result<StaffLogin, Rejection> {
    field("login", StaffLogin::try_new(text))
}

fn campus(id: Option<&String>) -> Result<Option<CampusId>, Rejection> {
    id.map(|id| field("campusId", CampusId::try_new(id)))
        .transpose()
}

fn contact(input: Option<StaffContactInput>) -> Result<ContactInput, Rejection> {
    let input = input.unwrap_or_default();
    let mobile = input
        .mobile
        .map(|mobile| field("contact.mobile", Phone::try_new(mobile)));
    Ok(ContactInput {
        mobile: mobile.transpose()?,
        office_phone: input.office_phone,
        email: input.email,
        wechat: input.wechat,
    })
}

fn hire(input: HireStaffInput) -> Result<HireStaff, Rejection> {
    Ok(HireStaff {
        login: login(&input.login)?,
        name: input.name,
        department: input.department,
        position: input.position,
        campus: campus(input.campus_id.as_ref())?,
        roles: input
            .roles
            .iter()
            .map(|role| role_of(role, "roles"))
            .collect::<Result<_, _>>()?,
        contact: contact(input.contact)?,
    })
}

fn change(input: ChangeStaffProfileInput) -> Result<ChangeProfile, Rejection> {
    Ok(ChangeProfile {
        login: login(&input.login)?,
        name: input.name,
        department: input.department,
        position: input.position,
        campus: campus(input.campus_id.as_ref())?,
        contact: contact(input.contact)?,
    })
}

/// Gives a login a random password good for a week and for being changed.
async fn give_password(ctx: &Context<'_>, login: &str) -> Result<String> {
    let access = &Services::of(ctx)?.access;
    let password = access.random_password();
    let set = access.set_password(login, &password, true).await;
    set.map_err(|error| internal(ctx, error))?
        .map_err(|error| internal(ctx, error))?;
    Ok(password)
}

async fn close_sessions(ctx: &Context<'_>, login: &StaffLogin) -> Result<()> {
    let principal = Principal::Staff(login.to_string());
    let closed = Services::of(ctx)?
        .access
        .close_sessions(&principal, None)
        .await;
    closed.map_err(|error| internal(ctx, error))?;
    Ok(())
}

#[derive(Default)]
pub struct StaffMutation;

#[Object]
impl StaffMutation {
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn hire_staff(
        &self,
        ctx: &Context<'_>,
        input: HireStaffInput,
    ) -> Result<HireStaffPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "hireStaff", &key, hire(input)).await?;
        let initial_password = match &ran.outcome {
            Some(changed) if !ran.repeated => {
                Some(give_password(ctx, changed.login.as_str()).await?)
            }
            _ => None,
        };
        let staff_member = find(ctx, ran.outcome.as_ref()).await?;
        Ok(HireStaffPayload {
            staff_member,
            initial_password,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Changes a member of staff's record; without the right to manage staff, one's own contact.
    #[graphql(guard = "any_staff()")]
    async fn change_staff_profile(
        &self,
        ctx: &Context<'_>,
        input: ChangeStaffProfileInput,
    ) -> Result<ChangeStaffProfilePayload> {
        let viewer = ctx.data::<Viewer>()?;
        let own = viewer.staff().is_some_and(|staff| {
            staff.login.as_str() == input.login && !staff.must_change_password
        });
        if !own && !viewer.may(Permission::ManageStaff) {
            return Err(coded(ErrorCode::Forbidden, "没有权限"));
        }
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "changeStaffProfile", &key, change(input)).await?;
        ChangeStaffProfilePayload::of(ctx, ran).await
    }

    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        input: GrantRoleInput,
    ) -> Result<GrantRolePayload> {
        let process = login(&input.login).and_then(|login| {
            let role = role_of(&input.role, "role")?;
            Ok(staff::GrantRole { login, role })
        });
        let ran = run(ctx, "grantRole", &input.idempotency_key, process).await?;
        GrantRolePayload::of(ctx, ran).await
    }

    /// Takes a role away; the next request no longer has its rights.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        input: RevokeRoleInput,
    ) -> Result<RevokeRolePayload> {
        let process = login(&input.login).and_then(|login| {
            let role = role_of(&input.role, "role")?;
            Ok(staff::RevokeRole { login, role })
        });
        let ran = run(ctx, "revokeRole", &input.idempotency_key, process).await?;
        RevokeRolePayload::of(ctx, ran).await
    }

    /// 辖区: confines a member of staff to what belongs to their own campus, or no longer, and ends
    /// their sessions, so that nothing they look at goes on as before.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn set_staff_reach(
        &self,
        ctx: &Context<'_>,
        input: SetStaffReachInput,
    ) -> Result<SetStaffReachPayload> {
        let process = login(&input.login).map(|login| SetReach {
            login,
            confined: input.confined,
        });
        let ran = run(ctx, "setStaffReach", &input.idempotency_key, process).await?;
        if let Some(changed) = &ran.outcome {
            close_sessions(ctx, &changed.login).await?;
        }
        SetStaffReachPayload::of(ctx, ran).await
    }

    /// Ends an employment with all its rights and sessions.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn end_employment(
        &self,
        ctx: &Context<'_>,
        input: EndEmploymentInput,
    ) -> Result<EndEmploymentPayload> {
        let process = login(&input.login).map(|login| Leave { login });
        let ran = run(ctx, "endEmployment", &input.idempotency_key, process).await?;
        if let Some(changed) = &ran.outcome {
            close_sessions(ctx, &changed.login).await?;
        }
        EndEmploymentPayload::of(ctx, ran).await
    }

    /// Gives a member of staff a new initial password and ends their sessions.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload> {
        let refused = |rejection: Rejection| ResetPasswordPayload {
            initial_password: None,
            user_errors: vec![rejection.into()],
        };
        let login = match login(&input.login) {
            Ok(login) => login,
            Err(rejection) => return Ok(refused(rejection)),
        };
        let row = directory::staff(Services::of(ctx)?.store().pool(), login.as_str()).await;
        let row = row.map_err(|error| internal(ctx, error))?;
        if !row.is_some_and(|row| row.employed) {
            return Ok(refused(StaffError::Unknown.into()));
        }
        let password = give_password(ctx, login.as_str()).await?;
        close_sessions(ctx, &login).await?;
        let subject = Some(format!("staff/{login}"));
        record(ctx, AccessKind::PasswordChanged, "resetPassword", subject);
        Ok(ResetPasswordPayload {
            initial_password: Some(password),
            user_errors: Vec::new(),
        })
    }
}
