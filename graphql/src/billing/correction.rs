//! What is done to bills after they were issued, and the months that are closed over them.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::CommandContext;
use chaobiao_domain::billing::{
    AdjustBill, BillAdjustment, BillChanged, BillIssued, PreviewRebilling, Rebill, RebillingPosted,
    ReissueBill, VoidBill,
};
use chaobiao_domain::billing_month::{CloseMonth, MonthClosed};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{self, AccountNo, BillNo, CampusId, NoteNo};
use chaobiao_eventstore::CommandError;
use chaobiao_projections::{account_statement, billing_months};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Bill;
use super::note::{BillNote, NoteKind, Rebilling};
use crate::support::{
    Commodity, Date, Fen, Services, UserError, Viewer, YearMonth, bad_input, fault, field,
    internal, may, payloads, run,
};

/// Ten years of a dozen campuses.
const CLOSED_MONTHS_SHOWN: i64 = 1_440;

/// What a rebilling would post.
#[derive(SimpleObject)]
pub(super) struct RebillingPreview {
    rebilling: Option<Rebilling>,
    /// Why there is none.
    user_errors: Vec<UserError>,
}

/// A campus's month whose books are closed (关账).
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ClosedMonth {
    campus: String,
    month: YearMonth,
    closed_by: String,
    closed_at: DateTime<Utc>,
}

impl From<billing_months::ClosedMonth> for ClosedMonth {
    fn from(row: billing_months::ClosedMonth) -> Self {
        Self {
            campus: row.campus.into(),
            month: YearMonth(row.month),
            closed_by: row.closed_by,
            closed_at: row.closed_at,
        }
    }
}

#[derive(Default)]
pub struct CorrectionQuery;

#[Object]
impl CorrectionQuery {
    /// What `rebill` would post for an account now: every bill that its readings, as they are now,
    /// would have made another. Writes nothing.
    #[graphql(
        guard = "may(Permission::ViewAccounts)",
        complexity = "50 + child_complexity"
    )]
    async fn preview_rebilling(
        &self,
        ctx: &Context<'_>,
        account_no: String,
    ) -> Result<RebillingPreview> {
        let refused = |error: UserError| RebillingPreview {
            rebilling: None,
            user_errors: vec![error],
        };
        let account_no = match field("accountNo", AccountNo::try_new(&account_no)) {
            Ok(account_no) => account_no,
            Err(rejection) => return Ok(refused(rejection.into())),
        };
        let services = Services::of(ctx)?;
        // Nothing is written, so nothing depends on the id.
        let actor = ctx.data::<Viewer>()?.actor();
        let context = CommandContext::new(Uuid::nil(), actor, services.store().clock().now());
        let preview = PreviewRebilling { account_no };
        match Box::pin(services.bus.preview(&context, &preview)).await {
            Ok(rebilling) => Ok(RebillingPreview {
                rebilling: Some(rebilling.into()),
                user_errors: Vec::new(),
            }),
            Err(CommandError::Refused(rejection)) => Ok(refused(rejection.into())),
            Err(error) => Err(fault(ctx, error)),
        }
    }

    /// The months that are closed, the newest first.
    #[graphql(guard = "may(Permission::ViewAccounts)")]
    async fn closed_months(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<Vec<ClosedMonth>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let campus = campus.map_err(|error| bad_input(error.to_string()))?;
        let pool = Services::of(ctx)?.store().pool();
        let closed = billing_months::query::closed(pool, campus.as_ref(), CLOSED_MONTHS_SHOWN);
        let closed = closed.await.map_err(|error| internal(ctx, error))?;
        Ok(closed.into_iter().map(ClosedMonth::from).collect())
    }
}

#[derive(InputObject)]
pub(super) struct RebillInput {
    idempotency_key: String,
    account_no: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct AdjustBillInput {
    idempotency_key: String,
    bill_no: String,
    kind: NoteKind,
    commodity: Commodity,
    /// By how much, whichever way.
    amount: Fen,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct VoidBillInput {
    idempotency_key: String,
    bill_no: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ReissueBillInput {
    idempotency_key: String,
    /// The void one.
    bill_no: String,
    /// The last day to pay; left out, as many days from now as the tariffs give.
    due_on: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct CloseMonthInput {
    idempotency_key: String,
    campus: String,
    month: YearMonth,
}

/// The notes a rebilling has posted.
#[derive(SimpleObject)]
pub(super) struct PostedRebilling {
    notes: Vec<BillNote>,
    /// What the account owes more in all; negative where less.
    net: Fen,
}

payloads!(
    rebilling: PostedRebilling, |ctx, posted: RebillingPosted| posted_rebilling(ctx, posted);
    RebillPayload
);
payloads!(
    bill: Bill, |ctx, changed: BillChanged| bill_of(ctx, changed.bill_no.as_str());
    AdjustBillPayload, VoidBillPayload
);
payloads!(
    /// The one that takes the void one's place.
    bill: Bill, |ctx, issued: BillIssued| bill_of(ctx, issued.bill_no.as_str());
    ReissueBillPayload
);
payloads!(
    closed_month: ClosedMonth, |ctx, closed: MonthClosed| closed_month(ctx, closed);
    CloseMonthPayload
);

async fn posted_rebilling(
    ctx: &Context<'_>,
    posted: &RebillingPosted,
) -> Result<Option<PostedRebilling>> {
    let numbers: Vec<String> = posted.notes.iter().map(NoteNo::to_string).collect();
    let pool = Services::of(ctx)?.store().pool();
    let notes = account_statement::query::notes_by_number(pool, &numbers).await;
    let notes = notes.map_err(|error| internal(ctx, error))?;
    Ok(Some(PostedRebilling {
        notes: notes.into_iter().map(BillNote::from).collect(),
        net: posted.net.into(),
    }))
}

async fn bill_of(ctx: &Context<'_>, bill_no: &str) -> Result<Option<Bill>> {
    let pool = Services::of(ctx)?.store().pool();
    let found = account_statement::query::bills_by_number(pool, &[bill_no.to_owned()]).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.into_iter().next().map(Bill::from))
}

async fn closed_month(ctx: &Context<'_>, closed: &MonthClosed) -> Result<Option<ClosedMonth>> {
    let pool = Services::of(ctx)?.store().pool();
    let months = billing_months::query::closed(pool, Some(&closed.campus), CLOSED_MONTHS_SHOWN);
    let months = months.await.map_err(|error| internal(ctx, error))?;
    let found = months.into_iter().find(|row| row.month == closed.month);
    Ok(found.map(ClosedMonth::from))
}

#[derive(Default)]
pub struct CorrectionMutation;

#[Object]
impl CorrectionMutation {
    /// Corrects an account's bills by the readings as they are now (更正重算): a note on each bill
    /// that comes out differently, all in one, so that the later months take their tiers along. A
    /// month that is closed keeps its books: its note is booked in the next month that is open.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn rebill(&self, ctx: &Context<'_>, input: RebillInput) -> Result<RebillPayload> {
        let account_no = field("accountNo", AccountNo::try_new(&input.account_no));
        let process = account_no.map(|account_no| Rebill {
            account_no,
            reason: input.reason,
        });
        let ran = run(ctx, "rebill", &input.idempotency_key, process).await?;
        RebillPayload::of(ctx, ran).await
    }

    /// Writes a debit note on a bill. A credit note lowers what is owed and takes two people: it is asked
    /// for by `requestWaiver`.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn adjust_bill(
        &self,
        ctx: &Context<'_>,
        input: AdjustBillInput,
    ) -> Result<AdjustBillPayload> {
        let bill_no = field("billNo", BillNo::try_new(&input.bill_no));
        let process = bill_no.map(|bill_no| AdjustBill {
            bill_no,
            kind: match input.kind {
                NoteKind::Credit => BillAdjustment::Credit,
                NoteKind::Debit => BillAdjustment::Debit,
            },
            commodity: units::Commodity::from(input.commodity),
            amount: input.amount.0,
            reason: input.reason,
        });
        let ran = run(ctx, "adjustBill", &input.idempotency_key, process).await?;
        AdjustBillPayload::of(ctx, ran).await
    }

    /// Makes an account's last bill void (作废). What was paid of it becomes credit; its month may
    /// be billed again.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn void_bill(&self, ctx: &Context<'_>, input: VoidBillInput) -> Result<VoidBillPayload> {
        let bill_no = field("billNo", BillNo::try_new(&input.bill_no));
        let process = bill_no.map(|bill_no| VoidBill {
            bill_no,
            reason: input.reason,
        });
        let ran = run(ctx, "voidBill", &input.idempotency_key, process).await?;
        VoidBillPayload::of(ctx, ran).await
    }

    /// Bills the month of a void bill again, under the next revision's number.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn reissue_bill(
        &self,
        ctx: &Context<'_>,
        input: ReissueBillInput,
    ) -> Result<ReissueBillPayload> {
        let bill_no = field("billNo", BillNo::try_new(&input.bill_no));
        let process = bill_no.map(|bill_no| ReissueBill {
            bill_no,
            due_on: input.due_on.map(|date| date.0),
        });
        let ran = run(ctx, "reissueBill", &input.idempotency_key, process).await?;
        ReissueBillPayload::of(ctx, ran).await
    }

    /// Closes a campus's month that is over (关账): nothing is billed in it or made void in it any
    /// more.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn close_month(
        &self,
        ctx: &Context<'_>,
        input: CloseMonthInput,
    ) -> Result<CloseMonthPayload> {
        let campus = field("campus", CampusId::try_new(&input.campus));
        let process = campus.map(|campus| CloseMonth {
            campus,
            month: input.month.0,
        });
        let ran = run(ctx, "closeMonth", &input.idempotency_key, process).await?;
        CloseMonthPayload::of(ctx, ran).await
    }
}
