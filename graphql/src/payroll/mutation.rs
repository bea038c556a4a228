use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::bank_line::PayrollShare;
use chaobiao_domain::payroll::{
    AgreeToPayroll, EndPayroll, MatchPayrollMoney, OpenPayrollBatch, PayrollMandateChanged,
    PayrollResult, TakePayrollResults, UnmatchPayrollMoney,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BankReference, PayrollBatchNo};
use chaobiao_projections::payroll;

use super::query::{find_batch, find_mandate};
use super::types::{PayrollBatch, PayrollMandate, PayrollRowResult};
use crate::bank_line::{BankLine, find_line};
use crate::support::{
    Fen, Services, UserError, YearMonth, field, internal, may, may_any, payloads, run,
};

#[derive(InputObject)]
struct AgreeToPayrollInput {
    idempotency_key: String,
    account_no: String,
    /// 工号 of the payroll office.
    employee_no: String,
}

#[derive(InputObject)]
struct EndPayrollInput {
    idempotency_key: String,
    account_no: String,
    reason: String,
}

#[derive(InputObject)]
struct OpenPayrollBatchInput {
    idempotency_key: String,
    /// In whose wages it is to be deducted.
    month: YearMonth,
}

#[derive(InputObject)]
struct PayrollResultInput {
    account_no: String,
    /// 实扣: nothing, where nothing was deducted.
    deducted: Fen,
    /// Why nothing was deducted.
    reason: Option<String>,
}

#[derive(InputObject)]
struct EnterPayrollResultsInput {
    idempotency_key: String,
    batch_no: String,
    /// As many as 100.
    rows: Vec<PayrollResultInput>,
}

#[derive(InputObject)]
struct PayrollShareInput {
    batch_no: String,
    amount: Fen,
}

#[derive(InputObject)]
struct MatchPayrollMoneyInput {
    idempotency_key: String,
    bank_reference: String,
    /// As many as 20 batches; their amounts are the line's in all.
    batches: Vec<PayrollShareInput>,
}

#[derive(InputObject)]
struct UnmatchPayrollMoneyInput {
    idempotency_key: String,
    bank_reference: String,
    reason: String,
}

payloads!(
    bank_line: BankLine, |ctx, reference: BankReference| find_line(ctx, reference);
    MatchPayrollMoneyPayload,
    UnmatchPayrollMoneyPayload
);
payloads!(
    mandate: PayrollMandate,
    |ctx, changed: PayrollMandateChanged| find_mandate(ctx, changed.account_no.as_str());
    AgreeToPayrollPayload,
    EndPayrollPayload
);
payloads!(
    batch: PayrollBatch, |ctx, batch_no: PayrollBatchNo| find_batch(ctx, batch_no.as_str());
    OpenPayrollBatchPayload
);

#[derive(SimpleObject)]
struct EnterPayrollResultsPayload {
    batch: Option<PayrollBatch>,
    /// In the order of the rows.
    rows: Vec<PayrollRowResult>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

fn results(input: EnterPayrollResultsInput) -> Result<TakePayrollResults, Rejection> {
    let row = |row: PayrollResultInput| {
        Ok(PayrollResult {
            account_no: field("rows", AccountNo::try_new(&row.account_no))?,
            deducted: row.deducted.0,
            reason: row.reason,
        })
    };
    let rows: Result<Vec<PayrollResult>, Rejection> = input.rows.into_iter().map(row).collect();
    Ok(TakePayrollResults {
        batch_no: field("batchNo", PayrollBatchNo::try_new(&input.batch_no))?,
        rows: rows?,
    })
}

fn matching(input: MatchPayrollMoneyInput) -> Result<MatchPayrollMoney, Rejection> {
    let share = |share: PayrollShareInput| {
        Ok(PayrollShare {
            batch_no: field("batches", PayrollBatchNo::try_new(&share.batch_no))?,
            amount: share.amount.0,
        })
    };
    let shares: Result<Vec<PayrollShare>, Rejection> =
        input.batches.into_iter().map(share).collect();
    let bank_reference = BankReference::try_new(&input.bank_reference);
    Ok(MatchPayrollMoney {
        bank_reference: field("bankReference", bank_reference)?,
        shares: shares?,
    })
}

#[derive(Default)]
pub struct PayrollMutation;

#[Object]
impl PayrollMutation {
    /// Notes that somebody has agreed to pay an account from their wages (工资代扣签约).
    #[graphql(guard = "may_any(&[Permission::ManageAccounts, Permission::ReconcileBank])")]
    async fn agree_to_payroll(
        &self,
        ctx: &Context<'_>,
        input: AgreeToPayrollInput,
    ) -> Result<AgreeToPayrollPayload> {
        let account_no = field("accountNo", AccountNo::try_new(&input.account_no));
        let process = account_no.map(|account_no| AgreeToPayroll {
            account_no,
            employee_no: input.employee_no,
        });
        let ran = run(ctx, "agreeToPayroll", &input.idempotency_key, process).await?;
        AgreeToPayrollPayload::of(ctx, ran).await
    }

    /// Ends that.
    #[graphql(guard = "may_any(&[Permission::ManageAccounts, Permission::ReconcileBank])")]
    async fn end_payroll(
        &self,
        ctx: &Context<'_>,
        input: EndPayrollInput,
    ) -> Result<EndPayrollPayload> {
        let account_no = field("accountNo", AccountNo::try_new(&input.account_no));
        let process = account_no.map(|account_no| EndPayroll {
            account_no,
            reason: input.reason,
        });
        let ran = run(ctx, "endPayroll", &input.idempotency_key, process).await?;
        EndPayrollPayload::of(ctx, ran).await
    }

    /// Opens a batch over what accounts with an agreement owe, as far as no batch asks for it already.
    /// Its file is at `/export/payroll/<batchNo>.csv` and `.xlsx`.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn open_payroll_batch(
        &self,
        ctx: &Context<'_>,
        input: OpenPayrollBatchInput,
    ) -> Result<OpenPayrollBatchPayload> {
        let pool = Services::of(ctx)?.store().pool();
        let counted = payroll::query::countable(pool).await;
        let open = OpenPayrollBatch {
            month: input.month.0,
            counted: counted.map_err(|error| internal(ctx, error))?,
        };
        let ran = run(ctx, "openPayrollBatch", &input.idempotency_key, Ok(open)).await?;
        OpenPayrollBatchPayload::of(ctx, ran).await
    }

    /// Takes in what the payroll office says of rows of a batch: each deducted row is a payment, and
    /// each row has a verdict of its own. Rows said before change nothing.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn enter_payroll_results(
        &self,
        ctx: &Context<'_>,
        input: EnterPayrollResultsInput,
    ) -> Result<EnterPayrollResultsPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "enterPayrollResults", &key, results(input)).await?;
        let (batch, rows) = match ran.outcome {
            Some(taken) => (
                find_batch(ctx, taken.batch_no.as_str()).await?,
                taken.rows.into_iter().map(PayrollRowResult::from).collect(),
            ),
            None => (None, Vec::new()),
        };
        Ok(EnterPayrollResultsPayload {
            batch,
            rows,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Sets a line of the bank's statement, which the payroll office has paid in, against the batches
    /// it is for, all of it. It is no payment: the rows of the batches are.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn match_payroll_money(
        &self,
        ctx: &Context<'_>,
        input: MatchPayrollMoneyInput,
    ) -> Result<MatchPayrollMoneyPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "matchPayrollMoney", &key, matching(input)).await?;
        MatchPayrollMoneyPayload::of(ctx, ran).await
    }

    /// Takes that back: the line is free again.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn unmatch_payroll_money(
        &self,
        ctx: &Context<'_>,
        input: UnmatchPayrollMoneyInput,
    ) -> Result<UnmatchPayrollMoneyPayload> {
        let bank_reference = BankReference::try_new(&input.bank_reference);
        let process = field("bankReference", bank_reference);
        let process = process.map(|bank_reference| UnmatchPayrollMoney {
            bank_reference,
            reason: input.reason,
        });
        let ran = run(ctx, "unmatchPayrollMoney", &input.idempotency_key, process).await?;
        UnmatchPayrollMoneyPayload::of(ctx, ran).await
    }
}
