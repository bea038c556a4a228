use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::start_of_business_day;
use chaobiao_projections::service_cases::{self, CaseFilter};

use super::case_types::{ServiceBoard, ServiceCase, ServiceCaseKind, ServiceCaseStatus, visible};
use super::rules::{self, ServiceRuleSet};
use crate::support::{
    Connection, Date, Services, Viewer, connection, internal, may, page, page_size, signed_in,
    sorted_page, sorts, staff,
};

sorts! {
    /// What cases may be sorted by.
    CaseSort by CaseOrderBy of service_cases::CaseOrderBy {
        DueAt,
        FiledAt,
        Kind,
        Place,
        Assignee,
        Status,
    }
}

#[derive(Default)]
pub struct CaseQuery;

#[Object]
impl CaseQuery {
    /// Cases, by deadline unless sorted otherwise, for whoever answers them. A complaint is not shown
    /// to whom it is about.
    #[graphql(
        guard = "may(Permission::HandleCases)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn service_cases(
        &self,
        ctx: &Context<'_>,
        status: Option<Vec<ServiceCaseStatus>>,
        kind: Option<ServiceCaseKind>,
        campus_id: Option<String>,
        assignee: Option<String>,
        #[graphql(default, desc = "Only those that wait for their first answer.")]
        waiting_only: bool,
        #[graphql(default, desc = "Only those whose deadline has passed.")] overdue_only: bool,
        sort: Option<CaseSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ServiceCase>> {
        let page = sorted_page(ctx, "service_cases", sort, first, after.as_deref())?;
        let store = Services::of(ctx)?.store();
        let viewer = ctx.data::<Viewer>()?.staff();
        let wanted = status.unwrap_or_default();
        let filter = CaseFilter {
            states: wanted.iter().map(|it| it.stored().to_owned()).collect(),
            kind: kind.map(|kind| {
                chaobiao_domain::service::case::CaseKind::from(kind)
                    .as_str()
                    .to_owned()
            }),
            campus: campus_id,
            assignee,
            waiting: waiting_only || overdue_only,
            due_before: overdue_only.then(|| store.clock().now()),
            not_about: viewer
                .map(|staff| staff.login.to_string())
                .unwrap_or_default(),
        };
        let slice = service_cases::cases(store.pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "service_cases", slice, ServiceCase)
    }

    /// What the viewer has filed, the newest first.
    #[graphql(
        guard = "signed_in()",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn my_service_cases(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ServiceCase>> {
        let page = page(ctx, "my_service_cases", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let reporter = ctx.data::<Viewer>()?.actor();
        let slice = service_cases::reported_by(pool, &reporter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "my_service_cases", slice, ServiceCase)
    }

    /// A case of the viewer's, or any for whoever answers them.
    #[graphql(guard = "signed_in()")]
    async fn service_case(
        &self,
        ctx: &Context<'_>,
        case_id: String,
    ) -> Result<Option<ServiceCase>> {
        visible(ctx, &case_id).await
    }

    /// 时限看板: how the answers stand, on one campus or all; `since` counts what was filed.
    #[graphql(guard = "may(Permission::HandleCases)")]
    async fn service_board(
        &self,
        ctx: &Context<'_>,
        campus_id: Option<String>,
        since: Date,
    ) -> Result<ServiceBoard> {
        let store = Services::of(ctx)?.store();
        let since = start_of_business_day(since.0);
        let now = store.clock().now();
        let board = service_cases::board(store.pool(), campus_id.as_deref(), since, now).await;
        let board = board.map_err(|error| internal(ctx, error))?;
        let count = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Ok(ServiceBoard {
            waiting: count(board.waiting),
            warned: count(board.warned),
            overdue: count(board.overdue),
            answered_in_time: count(board.in_time),
            late: count(board.late),
        })
    }

    /// How soon cases are answered: every version of the rules, the newest first.
    #[graphql(guard = "staff()", complexity = "1 + 10 * child_complexity")]
    async fn service_rules(&self, ctx: &Context<'_>) -> Result<Vec<ServiceRuleSet>> {
        rules::all(ctx).await
    }
}
