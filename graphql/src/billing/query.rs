use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::billing::PreviewBill;
use chaobiao_domain::billing_run::StartBillingRun;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, NoticeNo, business_date};
use chaobiao_eventstore::CommandError;
use chaobiao_projections::account_statement::{self, BillFilter, ShareRow};
use chaobiao_projections::unpaid_notices::{self, NoticeFilter};
use uuid::Uuid;

use super::run::{PreviewedBillingRun, preview_billing};
use super::types::{OccupantShare, occupant_shares};
use super::{Bill, BillLine, Notice};
use crate::support::{
    Connection, Date, Fen, Services, UserError, Viewer, YearMonth, bad_input, connection,
    customer_or, fault, field, internal, may, may_see_account, page_size, require_account,
    sorted_page, sorts,
};

/// What would be billed now.
#[derive(SimpleObject)]
pub(super) struct BillPreview {
    bill: Option<PreviewedBill>,
    /// Why no bill would be issued.
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject)]
pub(super) struct PreviewedBill {
    account_no: String,
    month: YearMonth,
    lines: Vec<BillLine>,
    total: Fen,
    /// Who would share it; none where the account knows no occupants.
    occupant_shares: Vec<OccupantShare>,
    /// The last day to pay.
    due_on: Date,
}

/// What a run would come to.
#[derive(SimpleObject)]
pub(super) struct BillingRunPreview {
    run: Option<PreviewedBillingRun>,
    /// Why there would be no run.
    user_errors: Vec<UserError>,
}

sorts! {
    /// What notices may be sorted by.
    NoticeSort by NoticeOrderBy of unpaid_notices::NoticeOrderBy {
        DueOn,
        AccountNo,
        Month,
        Amount,
        OpenAmount,
    }
}

sorts! {
    /// What bills may be sorted by.
    BillSort by BillOrderBy of account_statement::BillOrderBy {
        BillNo,
        AccountNo,
        IssuedOn,
        Total,
        OpenAmount,
    }
}

#[derive(Default)]
pub struct BillingQuery;

#[Object]
impl BillingQuery {
    /// What is still to be paid, the longest due first unless sorted otherwise. Customers name one of their accounts.
    #[graphql(
        guard = "customer_or(Permission::ViewAccounts)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn unpaid_notices(
        &self,
        ctx: &Context<'_>,
        account_no: Option<String>,
        campus: Option<String>,
        month: Option<YearMonth>,
        #[graphql(default, desc = "Only those not paid on time.")] overdue_only: bool,
        sort: Option<NoticeSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Notice>> {
        let page = sorted_page(ctx, "unpaid_notices", sort, first, after.as_deref())?;
        match &account_no {
            Some(account_no) => require_account(ctx, account_no).await?,
            None if ctx.data::<Viewer>()?.staff().is_none() => {
                return Err(bad_input("请指定户号 accountNo"));
            }
            None => {}
        }
        let account_no = account_no.map(AccountNo::try_new).transpose();
        let campus = campus.map(CampusId::try_new).transpose();
        let store = Services::of(ctx)?.store();
        let filter = NoticeFilter {
            account_no: account_no.map_err(|error| bad_input(error.to_string()))?,
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            month: month.map(|month| month.0),
            due_before: overdue_only.then(|| business_date(store.clock().now())),
        };
        let slice = unpaid_notices::query::unpaid(store.pool(), &filter, &page).await;
        let sum = unpaid_notices::query::unpaid_sum(store.pool(), &filter).await;
        let (count, _) = sum.map_err(|error| internal(ctx, error))?;
        let slice = slice
            .map_err(|error| internal(ctx, error))?
            .with_total(count);
        connection(ctx, "unpaid_notices", slice, Notice::from)
    }

    /// A notice by its number, paid or not.
    #[graphql(guard = "customer_or(Permission::ViewAccounts)")]
    async fn notice(&self, ctx: &Context<'_>, notice_no: String) -> Result<Option<Notice>> {
        let Ok(notice_no) = NoticeNo::try_new(notice_no) else {
            return Ok(None);
        };
        let pool = Services::of(ctx)?.store().pool();
        let found = unpaid_notices::query::by_number(pool, &notice_no).await;
        match found.map_err(|error| internal(ctx, error))? {
            Some(row) if may_see_account(ctx, row.account_no.as_str()).await? => {
                Ok(Some(row.into()))
            }
            _ => Ok(None),
        }
    }

    /// A bill by its number.
    #[graphql(guard = "customer_or(Permission::ViewAccounts)")]
    async fn bill(&self, ctx: &Context<'_>, bill_no: String) -> Result<Option<Bill>> {
        let pool = Services::of(ctx)?.store().pool();
        let found = account_statement::query::bills_by_number(pool, &[bill_no]).await;
        match found.map_err(|error| internal(ctx, error))?.pop() {
            Some(row) if may_see_account(ctx, row.account_no.as_str()).await? => {
                Ok(Some(row.into()))
            }
            _ => Ok(None),
        }
    }

    /// The bills of a month over all accounts, by number unless sorted otherwise.
    #[graphql(
        guard = "may(Permission::ViewAccounts)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn bills(
        &self,
        ctx: &Context<'_>,
        month: YearMonth,
        campus: Option<String>,
        #[graphql(desc = "Only those with usage in this tier or a higher one.")] tier_from: Option<
            i32,
        >,
        sort: Option<BillSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Bill>> {
        let page = sorted_page(ctx, "bills_of_month", sort, first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = BillFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            tier_from,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = account_statement::query::bills_of_month(pool, month.0, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "bills_of_month", slice, Bill::from)
    }

    /// What `runBilling` would come to now, account by account: what it would bill, and what it would
    /// not and why. Writes nothing.
    #[graphql(
        guard = "may(Permission::RunBilling)",
        complexity = "200 + child_complexity"
    )]
    async fn preview_billing_run(
        &self,
        ctx: &Context<'_>,
        month: YearMonth,
        campus: Option<String>,
        account_nos: Option<Vec<String>>,
    ) -> Result<BillingRunPreview> {
        let refused = |rejection: Rejection| BillingRunPreview {
            run: None,
            user_errors: vec![rejection.into()],
        };
        let accounts = account_nos.iter().flatten().map(AccountNo::try_new);
        let accounts = field("accountNos", accounts.collect());
        let campus = field("campus", campus.map(CampusId::try_new).transpose());
        let request = accounts.and_then(|accounts| {
            Ok(StartBillingRun {
                month: month.0,
                campus: campus?,
                accounts,
                due_on: None,
                counted: 0,
            })
        });
        let request = match request {
            Ok(request) => request,
            Err(rejection) => return Ok(refused(rejection)),
        };
        let services = Services::of(ctx)?;
        let actor = ctx.data::<Viewer>()?.actor();
        let context = CommandContext::new(Uuid::nil(), actor, services.store().clock().now());
        match services.bus.preview(&context, &request).await {
            Ok(_) => Ok(BillingRunPreview {
                // On the heap: nested in the root's future it would be deeper than the compiler goes.
                run: Some(Box::pin(preview_billing(ctx, &request)).await?),
                user_errors: Vec::new(),
            }),
            Err(CommandError::Refused(rejection)) => Ok(refused(rejection)),
            Err(error) => Err(fault(ctx, error)),
        }
    }

    /// What `runBilling` would issue for an account now. Writes nothing.
    #[graphql(guard = "customer_or(Permission::ViewAccounts)")]
    async fn preview_bill(
        &self,
        ctx: &Context<'_>,
        account_no: String,
        month: YearMonth,
    ) -> Result<BillPreview> {
        require_account(ctx, &account_no).await?;
        let services = Services::of(ctx)?;
        let refused = |rejection: Rejection| BillPreview {
            bill: None,
            user_errors: vec![rejection.into()],
        };
        let preview = match field("accountNo", AccountNo::try_new(&account_no)) {
            Ok(account_no) => PreviewBill {
                account_no,
                month: month.0,
            },
            Err(rejection) => return Ok(refused(rejection)),
        };
        // Nothing is written, so nothing depends on the id.
        let actor = ctx.data::<Viewer>()?.actor();
        let context = CommandContext::new(Uuid::nil(), actor, services.store().clock().now());
        match services.bus.preview(&context, &preview).await {
            Ok(previewed) => Ok(BillPreview {
                bill: Some(PreviewedBill {
                    account_no,
                    month,
                    lines: previewed
                        .bill
                        .lines
                        .into_iter()
                        .map(BillLine::from)
                        .collect(),
                    total: previewed.bill.total.into(),
                    occupant_shares: occupant_shares(ShareRow::of(&previewed.bill.meters)),
                    due_on: Date(previewed.due_on),
                }),
                user_errors: Vec::new(),
            }),
            Err(CommandError::Refused(rejection)) => Ok(refused(rejection)),
            Err(error) => Err(fault(ctx, error)),
        }
    }
}
