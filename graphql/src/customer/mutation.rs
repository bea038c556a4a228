use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::customer::EraseCustomer;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CustomerId;

use crate::support::{UserError, customer_or, field, run};

#[derive(InputObject)]
pub(super) struct EraseCustomerInput {
    idempotency_key: String,
    customer_id: String,
}

#[derive(SimpleObject)]
pub(super) struct EraseCustomerPayload {
    /// The accounts that are bound to the customer no more.
    account_nos: Vec<String>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(Default)]
pub struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Gives up what is known of a customer: phone, `WeChat` id, sessions and photos, for ever.
    /// Customers themselves, staff any. Bills and payments stay, under numbers alone.
    #[graphql(guard = "customer_or(Permission::ManageAccounts)")]
    async fn erase_customer(
        &self,
        ctx: &Context<'_>,
        input: EraseCustomerInput,
    ) -> Result<EraseCustomerPayload> {
        let id = field("customerId", CustomerId::try_new(&input.customer_id));
        let process = id.map(|customer_id| EraseCustomer { customer_id });
        let ran = run(ctx, "eraseCustomer", &input.idempotency_key, process).await?;
        let accounts = ran.outcome.map(|erased| erased.accounts);
        Ok(EraseCustomerPayload {
            account_nos: accounts.into_iter().flatten().map(String::from).collect(),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
