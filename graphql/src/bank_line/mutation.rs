use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::bank_line::{
    BankLineGiven, BookBankLine, EnterBankLines, HoldBankLine, LineReturned, ReturnBankLine,
};
use chaobiao_domain::payment::PaymentBooked;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BankReference, BillNo};
use chaobiao_projections::bank_lines;

use super::query::find;
use super::types::BankLine;
use crate::payment::{Payment, visible};
use crate::support::{Date, Fen, Services, UserError, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct BankLineInput {
    /// The bank's own number of the line.
    bank_reference: String,
    amount: Fen,
    booked_on: Date,
    payer: Option<String>,
    /// 附言
    memo: Option<String>,
    /// The account the memo names.
    account_no: Option<String>,
}

#[derive(InputObject)]
pub(super) struct EnterBankLinesInput {
    idempotency_key: String,
    /// As many as 200.
    lines: Vec<BankLineInput>,
}

#[derive(InputObject)]
pub(super) struct HoldBankLineInput {
    idempotency_key: String,
    bank_reference: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct BookBankLineInput {
    idempotency_key: String,
    bank_reference: String,
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
    /// Who has paid, when it was somebody else than the holder (代缴).
    payer: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ReturnBankLineInput {
    idempotency_key: String,
    bank_reference: String,
    /// The bank's number of the return.
    return_reference: String,
    reason: String,
}

#[derive(SimpleObject)]
pub(super) struct EnterBankLinesPayload {
    lines: Vec<BankLine>,
    /// Those that had been entered before, and stay as they were.
    known_already: Vec<String>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

payloads!(
    bank_line: BankLine, |ctx, reference: BankReference| find(ctx, reference);
    HoldBankLinePayload
);
payloads!(
    bank_line: BankLine, |ctx, returned: LineReturned| find(ctx, &returned.bank_reference);
    ReturnBankLinePayload
);
payloads!(
    payment: Payment, |ctx, booked: PaymentBooked| visible(ctx, booked.payment_id.as_str());
    BookBankLinePayload
);

fn given(line: BankLineInput) -> Result<BankLineGiven, Rejection> {
    let account_no = line.account_no.map(AccountNo::try_new).transpose();
    Ok(BankLineGiven {
        bank_reference: field("lines", BankReference::try_new(&line.bank_reference))?,
        amount: line.amount.0,
        booked_on: line.booked_on.0,
        payer: line.payer,
        memo: line.memo,
        account_no: field("lines", account_no)?,
    })
}

fn reference(text: &str) -> Result<BankReference, Rejection> {
    field("bankReference", BankReference::try_new(text))
}

fn booking(input: BookBankLineInput) -> Result<BookBankLine, Rejection> {
    let accounts = input.account_nos.iter().map(AccountNo::try_new).collect();
    let bills = input.bill_nos.iter().flatten();
    let bills = bills.map(BillNo::try_new).collect();
    Ok(BookBankLine {
        bank_reference: reference(&input.bank_reference)?,
        accounts: field("accountNos", accounts)?,
        bills: field("billNos", bills)?,
        payer: input.payer,
    })
}

fn returning(input: ReturnBankLineInput) -> Result<ReturnBankLine, Rejection> {
    let return_reference = BankReference::try_new(&input.return_reference);
    Ok(ReturnBankLine {
        bank_reference: reference(&input.bank_reference)?,
        return_reference: field("returnReference", return_reference)?,
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct BankLineMutation;

#[Object]
impl BankLineMutation {
    /// Enters lines of the bank's statement; those that are there already stay as they are.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn enter_bank_lines(
        &self,
        ctx: &Context<'_>,
        input: EnterBankLinesInput,
    ) -> Result<EnterBankLinesPayload> {
        let lines: Result<Vec<BankLineGiven>, Rejection> =
            input.lines.into_iter().map(given).collect();
        let process = lines.map(|lines| EnterBankLines { lines });
        let ran = run(ctx, "enterBankLines", &input.idempotency_key, process).await?;
        let verdicts = ran.outcome.map(|entered| entered.lines).unwrap_or_default();
        let references: Vec<String> = verdicts
            .iter()
            .map(|line| line.bank_reference.to_string())
            .collect();
        let pool = Services::of(ctx)?.store().pool();
        let rows = bank_lines::query::by_references(pool, &references).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        let known = verdicts.into_iter().filter(|line| !line.is_new);
        Ok(EnterBankLinesPayload {
            lines: rows.into_iter().map(BankLine::from).collect(),
            known_already: known.map(|line| line.bank_reference.into()).collect(),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// 不明款挂账: nobody knows yet whose the money is.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn hold_bank_line(
        &self,
        ctx: &Context<'_>,
        input: HoldBankLineInput,
    ) -> Result<HoldBankLinePayload> {
        let process = reference(&input.bank_reference).map(|bank_reference| HoldBankLine {
            bank_reference,
            reason: input.reason,
        });
        let ran = run(ctx, "holdBankLine", &input.idempotency_key, process).await?;
        HoldBankLinePayload::of(ctx, ran).await
    }

    /// Books a line for accounts without a transfer claim: its memo says whose it is, or
    /// unidentified money is claimed at last. What is over is kept as credit of the first account.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn book_bank_line(
        &self,
        ctx: &Context<'_>,
        input: BookBankLineInput,
    ) -> Result<BookBankLinePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "bookBankLine", &key, booking(input)).await?;
        BookBankLinePayload::of(ctx, ran).await
    }

    /// The bank has taken the money back: the bills are open again, the receipts void.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn return_bank_line(
        &self,
        ctx: &Context<'_>,
        input: ReturnBankLineInput,
    ) -> Result<ReturnBankLinePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "returnBankLine", &key, returning(input)).await?;
        ReturnBankLinePayload::of(ctx, ran).await
    }
}
