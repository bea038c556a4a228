use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::billing::StartBillingRun;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId};

use super::run::{BillingRun, run_billing};
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
    /// Done, but what is shown may still be older.
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
    })
}

#[derive(Default)]
pub struct BillingMutation;

#[Object]
impl BillingMutation {
    /// Issues the bills of a month (开账). Stopped halfway and sent again with the same key, it
    /// goes on where it was; no account is billed twice.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn run_billing(
        &self,
        ctx: &Context<'_>,
        input: RunBillingInput,
    ) -> Result<RunBillingPayload> {
        let process = start(&input);
        let started = run(ctx, "runBilling", &input.idempotency_key, process.clone()).await?;
        let (Some(run_id), Ok(request)) = (started.outcome, process) else {
            return Ok(RunBillingPayload {
                run: None,
                user_errors: started.user_errors,
                pending: false,
            });
        };
        let ran = run_billing(ctx, run_id, &request).await?;
        Ok(RunBillingPayload {
            run: ran.outcome,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
