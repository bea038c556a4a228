use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::{Permission, Role};
use chaobiao_projections::directory::StaffRow;

use super::role_types::role_code;
use crate::support::{Viewer, mask_phone, personal};

/// A member of staff.
#[derive(Clone, Debug)]
pub struct StaffMember(pub(super) StaffRow);

#[Object]
impl StaffMember {
    async fn login(&self) -> &str {
        &self.0.login
    }

    /// Null once it is erased. Colleagues know each other's names.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        personal(ctx, self.0.name()).await
    }

    async fn department(&self) -> &str {
        &self.0.department
    }

    async fn position(&self) -> &str {
        &self.0.position
    }

    /// Null for the centre as a whole.
    async fn campus(&self) -> Option<&str> {
        self.0.campus.as_deref()
    }

    /// 辖区: what belongs to another campus is out of their reach.
    async fn confined(&self) -> bool {
        self.0.confined
    }

    /// The codes of the roles given to the person, such as `CASHIER`.
    async fn roles(&self) -> Vec<String> {
        let known = self.0.roles.iter().filter_map(|role| role.parse().ok());
        let mut roles: Vec<Role> = known.collect();
        roles.sort_unstable();
        roles.into_iter().map(role_code).collect()
    }

    /// False for whoever has left.
    async fn employed(&self) -> bool {
        self.0.employed
    }

    /// Whole for whoever manages staff, and for the person.
    async fn mobile(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(at) = self.0.mobile() else {
            return Ok(None);
        };
        let mobile = personal(ctx, at).await?;
        let viewer = ctx.data::<Viewer>()?;
        let own = viewer
            .staff()
            .is_some_and(|staff| staff.login.as_str() == self.0.login);
        let whole = own || viewer.may(Permission::ManageStaff);
        Ok(if whole {
            mobile
        } else {
            mobile.map(|mobile| mask_phone(&mobile))
        })
    }
}
