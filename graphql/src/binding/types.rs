use async_graphql::{Context, Enum, Object, Result};
use chaobiao_projections::binding_queue::BindingRow;
use chaobiao_projections::directory;
use chrono::{DateTime, Utc};

use crate::support::{Services, holder, internal, mask_phone, personal};
use crate::viewer::CustomerKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BindingStatus {
    Pending,
    Approved,
    Rejected,
    Revoked,
}

impl BindingStatus {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }

    fn of(stored: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Rejected, Self::Revoked]
            .into_iter()
            .find(|status| status.stored() == stored)
    }
}

/// A request to bind an account to a customer, and what became of it.
#[derive(Clone, Debug)]
pub struct Binding(pub(crate) BindingRow);

#[Object]
impl Binding {
    async fn binding_id(&self) -> &str {
        &self.0.binding_id
    }

    async fn account_no(&self) -> &str {
        &self.0.account_no
    }

    async fn status(&self, ctx: &Context<'_>) -> Result<BindingStatus> {
        BindingStatus::of(&self.0.state)
            .ok_or_else(|| internal(ctx, format!("no such state: {}", self.0.state)))
    }

    async fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }

    /// One working day after the request.
    async fn due_at(&self) -> DateTime<Utc> {
        self.0.due_at
    }

    /// The working calendar of that time is not complete yet.
    async fn due_provisional(&self) -> bool {
        self.0.due_provisional
    }

    /// Not decided in time.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        let now = Services::of(ctx)?.store().clock().now();
        Ok(self.0.decided_at.unwrap_or(now) > self.0.due_at)
    }

    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }

    /// Why it was rejected.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The holder's name, masked unless the viewer may see personal data.
    async fn holder_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let pool = Services::of(ctx)?.store().pool();
        let account = directory::account(pool, &self.0.account_no).await;
        match account.map_err(|error| internal(ctx, error))? {
            Some(account) => holder(ctx, &account).await,
            None => Ok(None),
        }
    }

    /// The phone of whoever asks, masked.
    async fn phone_masked(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.requester(ctx).await? {
            Some(customer) => customer.phone_masked(ctx).await,
            None => Ok(None),
        }
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<BindingCustomer>> {
        self.requester(ctx).await
    }
}

impl Binding {
    async fn requester(&self, ctx: &Context<'_>) -> Result<Option<BindingCustomer>> {
        let pool = Services::of(ctx)?.store().pool();
        let customer = directory::customer(pool, &self.0.customer_id).await;
        Ok(customer
            .map_err(|error| internal(ctx, error))?
            .map(BindingCustomer))
    }
}

/// Who asks to bind.
pub(super) struct BindingCustomer(directory::CustomerRow);

impl BindingCustomer {
    async fn phone_masked(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let phone = personal(ctx, self.0.phone()).await?;
        Ok(phone.map(|phone| mask_phone(&phone)))
    }
}

#[Object]
impl BindingCustomer {
    async fn customer_id(&self) -> &str {
        &self.0.customer_id
    }

    async fn kind(&self) -> Option<CustomerKind> {
        CustomerKind::of(&self.0.kind)
    }
}
