use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::customer::{self, FindReachable};
use chaobiao_domain::staff::{self, FindContact};
use chaobiao_projections::{binding_queue, directory};
use uuid::Uuid;

use crate::binding::Binding;
use crate::staff::role_code;
use crate::support::{
    CustomerViewer, Services, StaffViewer, Viewer, fault, internal, mask_phone, personal,
};

/// What kind of person is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ViewerKind {
    Anonymous,
    Customer,
    Staff,
}

/// What a member of staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "staff::Permission")]
pub enum Permission {
    ViewMeters,
    SubmitReadings,
    ReviewReadings,
    ApproveCorrections,
    ManageMeters,
    ManageRounds,
    ViewAccounts,
    ViewPersonalData,
    ManageAccounts,
    DecideBindings,
    ManageTariffs,
    RunBilling,
    ViewPayments,
    TakePayments,
    ReversePayments,
    ApproveTills,
    ReconcileBank,
    ExportPayments,
    ViewStaff,
    ManageStaff,
    ManageCampuses,
    ViewAudit,
    HandleCases,
    DirectCases,
    MakeVisits,
    ManageVisits,
    ManageBulletin,
    ControlDevices,
}

/// What a customer's WeChat id is for; it decides how many accounts it may bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "customer::CustomerKind")]
pub enum CustomerKind {
    Resident,
    UnitClerk,
}

impl CustomerKind {
    /// Reads what read models store.
    pub(crate) fn of(stored: &str) -> Option<Self> {
        let known = customer::CustomerKind::ALL.into_iter();
        known
            .map(Self::from)
            .find(|kind| customer::CustomerKind::from(*kind).as_str() == stored)
    }
}

/// Who is asking.
#[derive(Clone, Debug)]
pub struct Me(Viewer);

impl Me {
    pub(crate) fn new(viewer: Viewer) -> Self {
        Self(viewer)
    }
}

#[Object(name = "Viewer")]
impl Me {
    async fn kind(&self) -> ViewerKind {
        match self.0 {
            Viewer::Anonymous => ViewerKind::Anonymous,
            Viewer::Customer(_) => ViewerKind::Customer,
            Viewer::Staff(_) => ViewerKind::Staff,
        }
    }

    /// The name of a member of staff, the masked phone of a customer.
    async fn display_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.0 {
            Viewer::Anonymous => Ok(None),
            Viewer::Customer(customer) => SelfCustomer(customer.clone()).phone_masked(ctx).await,
            Viewer::Staff(staff) => SelfStaff(staff.clone()).name(ctx).await,
        }
    }

    async fn permissions(&self) -> Vec<Permission> {
        let staff = self.0.staff();
        let permissions = staff.map(|staff| staff.permissions.iter().copied());
        permissions.into_iter().flatten().map(Into::into).collect()
    }

    async fn customer(&self) -> Option<SelfCustomer> {
        self.0.customer().cloned().map(SelfCustomer)
    }

    async fn staff(&self) -> Option<SelfStaff> {
        self.0.staff().cloned().map(SelfStaff)
    }
}

/// A customer, seen by themselves.
pub(super) struct SelfCustomer(CustomerViewer);

impl SelfCustomer {
    async fn row(&self, ctx: &Context<'_>) -> Result<Option<directory::CustomerRow>> {
        let pool = Services::of(ctx)?.store().pool();
        directory::customer(pool, self.0.customer_id.as_str())
            .await
            .map_err(|error| internal(ctx, error))
    }
}

#[Object(name = "ViewerCustomer")]
impl SelfCustomer {
    async fn customer_id(&self) -> &str {
        self.0.customer_id.as_str()
    }

    /// Whether a WeChat id is linked: it signs the customer in, and news go there.
    async fn wechat_linked(&self, ctx: &Context<'_>) -> Result<bool> {
        let bus = &Services::of(ctx)?.bus;
        let customer_id = self.0.customer_id.clone();
        let actor = Actor::Customer(customer_id.to_string());
        let context = CommandContext::new(Uuid::nil(), actor, bus.store().clock().now());
        let found = bus.preview(&context, &FindReachable { customer_id }).await;
        Ok(found.map_err(|error| fault(ctx, error))?.linked)
    }

    /// Null right after registering, until the read models show the customer.
    async fn kind(&self, ctx: &Context<'_>) -> Result<Option<CustomerKind>> {
        Ok(self
            .row(ctx)
            .await?
            .and_then(|row| CustomerKind::of(&row.kind)))
    }

    async fn phone_masked(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(row) = self.row(ctx).await? else {
            return Ok(None);
        };
        Ok(personal(ctx, row.phone())
            .await?
            .map(|phone| mask_phone(&phone)))
    }

    /// How many accounts may be bound, requests that wait included.
    async fn binding_limit(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let limit = |kind| customer::CustomerKind::from(kind).binding_limit();
        Ok(self
            .kind(ctx)
            .await?
            .and_then(|kind| i32::try_from(limit(kind)).ok()))
    }

    /// Bindings in force and requests that wait.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn bindings(&self, ctx: &Context<'_>) -> Result<Vec<Binding>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = binding_queue::of_customer(pool, self.0.customer_id.as_str())
            .await
            .map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(Binding).collect())
    }
}

/// A member of staff, seen by themselves.
pub(super) struct SelfStaff(StaffViewer);

/// How a member of staff can be reached.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StaffContact {
    mobile: Option<String>,
    office_phone: Option<String>,
    email: Option<String>,
    wechat: Option<String>,
}

impl SelfStaff {
    async fn row(&self, ctx: &Context<'_>) -> Result<Option<directory::StaffRow>> {
        let pool = Services::of(ctx)?.store().pool();
        let row = directory::staff(pool, self.0.login.as_str()).await;
        row.map_err(|error| internal(ctx, error))
    }
}

#[Object(name = "ViewerStaff")]
impl SelfStaff {
    async fn login(&self) -> &str {
        self.0.login.as_str()
    }

    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.row(ctx).await? {
            Some(row) => personal(ctx, row.name()).await,
            None => Ok(None),
        }
    }

    /// Null for the centre as a whole.
    async fn campus(&self) -> Option<&str> {
        self.0.campus.as_ref().map(AsRef::as_ref)
    }

    /// 辖区: what belongs to another campus is out of reach.
    async fn confined(&self) -> bool {
        self.0.confined
    }

    /// The codes of one's roles, such as `CASHIER`.
    async fn roles(&self) -> Vec<String> {
        self.0.roles.iter().copied().map(role_code).collect()
    }

    /// 部门
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.row(ctx).await?.map(|row| row.department))
    }

    /// 岗位
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.row(ctx).await?.map(|row| row.position))
    }

    /// How one can be reached, which one says oneself (`changeStaffProfile`).
    async fn contact(&self, ctx: &Context<'_>) -> Result<StaffContact> {
        let bus = &Services::of(ctx)?.bus;
        let login = self.0.login.clone();
        let actor = Actor::Staff(login.to_string());
        let context = CommandContext::new(Uuid::nil(), actor, bus.store().clock().now());
        let found = bus.preview(&context, &FindContact { login }).await;
        let found = found.map_err(|error| fault(ctx, error))?;
        Ok(StaffContact {
            mobile: found.mobile.map(|mobile| mobile.as_str().to_owned()),
            office_phone: found.office_phone,
            email: found.email,
            wechat: found.wechat,
        })
    }

    /// Whether signing in takes a code of one's authenticator app as well (两步验证).
    async fn second_factor(&self, ctx: &Context<'_>) -> Result<bool> {
        let access = &Services::of(ctx)?.access;
        let is_on = access.has_second_factor(self.0.login.as_str()).await;
        is_on.map_err(|error| internal(ctx, error))
    }

    /// Nothing else is allowed before `changePassword`.
    async fn must_change_password(&self) -> bool {
        self.0.must_change_password
    }
}
