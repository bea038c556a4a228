use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::billing_run::StartBillingRun;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId};

use super::run::{BillingRun, counted, run_billing};
use crate::support::{Date, UserError, YearMonth, field, may, run};

#[derive(InputObject)]
pub(super) struct RunBillingInput {
    idempotency_key: String,
    month: YearMonth,
    /// Left out: all campuses.
    campus: Option<String>,
    /// Left out: every account with a meter that is not settled.
    account_nos: Option<Vec<String>>,
    /// The last day to pay; left out, as many days from now as the tariffs give.
    due_on: Option<Date>,
}

#[derive(SimpleObject)]
pub(super) struct RunBillingPayload {
    run: Option<BillingRun>,
    user_errors: Vec<UserError>,
    /// It is still running, or done but what is shown may still be older.
    pending: bool,
}

fn start(input: &RunBillingInput) -> Result<StartBillingRun, Rejection> {
    let accounts = input
        .account_nos
        .iter()
        .flatten()
        .map(AccountNo::try_new)
        .collect();
    let campus = input.campus.as_ref().map(CampusId::try_new).transpose();
    Ok(StartBillingRun {
        month: input.month.0,
        campus: field("campus", campus)?,
        accounts: field("accountNos", accounts)?,
        due_on: input.due_on.map(|date| date.0),
        counted: 0,
    })
}

#[derive(Default)]
pub struct BillingMutation;

#[Object]
impl BillingMutation {
    /// Issues the bills of a month (开账). What takes longer than some seconds goes on by itself:
    /// `billingRun` tells how far it is. Sent again with the same key, it answers with the same run;
    /// no account is billed twice. Over all accounts there is one run of a month and campus at a time.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn run_billing(
        &self,
        ctx: &Context<'_>,
        input: RunBillingInput,
    ) -> Result<RunBillingPayload> {
        let process = match start(&input) {
            Ok(request) => Ok(counted(ctx, request).await?),
            Err(rejection) => Err(rejection),
        };
        let started = run(ctx, "runBilling", &input.idempotency_key, process).await?;
        let Some(run_id) = started.outcome else {
            return Ok(RunBillingPayload {
                run: None,
                user_errors: started.user_errors,
                pending: false,
            });
        };
        // On the heap: nested in the root's future it would be deeper than the compiler goes.
        let ran = Box::pin(run_billing(ctx, &run_id, started.pending)).await?;
        Ok(RunBillingPayload {
            run: ran.outcome,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
