use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::AccountNo;
use chaobiao_projections::transfer_claims::{self, ClaimFilter};

use super::types::{TransferClaim, TransferClaimState};
use crate::support::{
    Connection, Services, Viewer, bad_input, connection, customer_or, internal, page, page_size,
    require_account,
};

#[derive(Default)]
pub struct TransferClaimQuery;

#[Object]
impl TransferClaimQuery {
    /// Transfer claims, the newest first; to customers those they have sent in.
    #[graphql(
        guard = "customer_or(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn transfer_claims(
        &self,
        ctx: &Context<'_>,
        account_no: Option<String>,
        state: Option<TransferClaimState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<TransferClaim>> {
        let page = page(ctx, "transferClaims", first, after.as_deref())?;
        if let Some(account_no) = &account_no {
            require_account(ctx, account_no).await?;
        }
        let account_no = account_no.map(AccountNo::try_new).transpose();
        let viewer = ctx.data::<Viewer>()?;
        let filter = ClaimFilter {
            account_no: account_no.map_err(|error| bad_input(error.to_string()))?,
            state: state.map(|state| state.stored().to_owned()),
            submitted_by: viewer.staff().is_none().then(|| viewer.actor()),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = transfer_claims::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "transferClaims", slice, TransferClaim::from)
    }

    /// One claim; to customers when they have sent it in.
    #[graphql(guard = "customer_or(Permission::ViewPayments)")]
    async fn transfer_claim(
        &self,
        ctx: &Context<'_>,
        claim_id: String,
    ) -> Result<Option<TransferClaim>> {
        find(ctx, &claim_id).await
    }
}

pub(super) async fn find(ctx: &Context<'_>, claim_id: &str) -> Result<Option<TransferClaim>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = transfer_claims::query::by_id(pool, claim_id).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    let viewer = ctx.data::<Viewer>()?;
    let actor = viewer.actor().to_string();
    let theirs = row.filter(|row| viewer.staff().is_some() || row.submitted_by == actor);
    Ok(theirs.map(TransferClaim::from))
}
