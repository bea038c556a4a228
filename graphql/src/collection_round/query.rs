use async_graphql::{Context, Object, Result};
use chaobiao_domain::collection_round::COLLECTION_ROUND_ACCOUNTS_MAX;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{self, CampusId, CollectionRoundId, StaffLogin, business_date};
use chaobiao_projections::collection_rounds::{self, ProposalFilter, RoundFilter};

use super::types::{CollectionRound, CollectionRoundState, ProposedCollection};
use crate::account::AccountClass;
use crate::reading_round::read;
use crate::support::{
    Connection, Fen, Services, Viewer, bad_input, connection, internal, may, may_any, page,
    page_size,
};

/// Who sees whatever is planned; who takes payments sees the rounds that are theirs.
fn sees_all(viewer: &Viewer) -> bool {
    viewer.may(Permission::ManageVisits) || viewer.may(Permission::ViewAudit)
}

#[derive(Default)]
pub struct CollectionRoundQuery;

#[Object]
impl CollectionRoundQuery {
    /// 上门收费, the latest day first. Cashiers see the rounds they go themselves.
    #[graphql(
        guard = "may_any(&[Permission::ManageVisits, Permission::TakePayments, Permission::ViewAudit])",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn collection_rounds(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        #[graphql(desc = "The login of who goes.")] cashier: Option<String>,
        state: Option<CollectionRoundState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<CollectionRound>> {
        let page = page(ctx, "collection_rounds", first, after.as_deref())?;
        let viewer = ctx.data::<Viewer>()?;
        let cashier = match viewer.staff() {
            Some(staff) if !sees_all(viewer) => Some(staff.login.clone()),
            _ => read(cashier, StaffLogin::try_new)?,
        };
        let filter = RoundFilter {
            campus: read(campus, CampusId::try_new)?,
            cashier,
            state: state.map(CollectionRoundState::stored),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = collection_rounds::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "collection_rounds", slice, CollectionRound::from)
    }

    /// One round with its list; to cashiers only one they go themselves.
    #[graphql(
        guard = "may_any(&[Permission::ManageVisits, Permission::TakePayments, Permission::ViewAudit])"
    )]
    async fn collection_round(
        &self,
        ctx: &Context<'_>,
        round_id: String,
    ) -> Result<Option<CollectionRound>> {
        let Ok(round_id) = CollectionRoundId::try_new(round_id) else {
            return Ok(None);
        };
        find(ctx, &round_id).await
    }

    /// Who might be visited: whose notices are past due and who is on no round to come, in the order
    /// of a walk and no more than go on one list. Whoever has a transfer waiting for the bank is left
    /// out.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "50 + 50 * child_complexity"
    )]
    async fn proposed_collections(
        &self,
        ctx: &Context<'_>,
        campus: String,
        #[graphql(desc = "As its meters have it.")] building: Option<String>,
        class: Option<AccountClass>,
        #[graphql(
            default = 1,
            desc = "Only what has been due for so many days at least."
        )]
        days_past_due: i32,
        #[graphql(desc = "Only who owes so much at least.")] at_least: Option<Fen>,
    ) -> Result<Vec<ProposedCollection>> {
        let campus = CampusId::try_new(campus).map_err(|error| bad_input(error.to_string()))?;
        let days_past_due =
            u32::try_from(days_past_due).map_err(|_| bad_input("逾期天数不能为负"))?;
        let filter = ProposalFilter {
            campus,
            building: building.filter(|building| !building.trim().is_empty()),
            class: class.map(Into::into),
            days_past_due,
            at_least: at_least.map_or(units::Fen::ZERO, |fen| fen.0),
            limit: u32::try_from(COLLECTION_ROUND_ACCOUNTS_MAX).unwrap_or(u32::MAX),
        };
        let store = Services::of(ctx)?.store();
        let today = business_date(store.clock().now());
        let doors = collection_rounds::proposal::doors(store.pool(), &filter, today).await;
        let doors = doors.map_err(|error| internal(ctx, error))?;
        Ok(doors.into_iter().map(ProposedCollection::from).collect())
    }
}

/// A round as far as the viewer may see it.
pub(super) async fn find(
    ctx: &Context<'_>,
    round_id: &CollectionRoundId,
) -> Result<Option<CollectionRound>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = collection_rounds::query::by_id(pool, round_id).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    let viewer = ctx.data::<Viewer>()?;
    let is_own = |cashier: &StaffLogin| viewer.staff().is_some_and(|staff| staff.login == *cashier);
    let visible = row.filter(|row| sees_all(viewer) || is_own(&row.cashier));
    Ok(visible.map(CollectionRound::from))
}
