use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::account;
use chaobiao_domain::units::AccountNo;
use chaobiao_projections::account_statement::{self, AccountSummary, PayableMeter};
use chaobiao_projections::directory::{self, AccountRow};
use chaobiao_projections::payments::{self, PaymentFilter};
use chrono::{DateTime, Utc};

use super::loader::{MetersOf, SummaryOf};
use crate::billing::{Bill, Notice, NoticesOf};
use crate::meter::{Meter, cards_of_account};
use crate::payment::Payment;
use crate::prepaid::{PrepaidAccount, PrepaidOf};
use crate::support::{
    Commodity, Connection, Date, Decimal, Fen, Services, YearMonth, account_phone, address,
    connection, holder, internal, load, page, page_size,
};
use crate::transfer_claim::WaitingOf;

/// What kind of customer an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "account::AccountClass")]
pub enum AccountClass {
    StudentDorm,
    StaffDorm,
    Resident,
    Unit,
}

/// What a line of the timeline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "account::StatementKind")]
pub(super) enum StatementKind {
    Charged,
    Paid,
    /// Paid beyond what was open.
    CreditAdded,
    /// An earlier credit pays a bill: nothing changes in all.
    CreditApplied,
    /// A bill is open again.
    PaymentReversed,
    CreditWithdrawn,
    /// A debit note: a bill asks for more.
    BillRaised,
    /// A credit note: a bill asks for less.
    BillLowered,
    BillVoided,
    /// What had paid a bill is credit again: nothing changes in all.
    PaymentReleased,
    /// 滞纳金
    LateFeeCharged,
    /// 减免, 核销: a bill asks for less, though it was right.
    WrittenOff,
    WriteOffReversed,
    /// 收费系统已收: paid to the charging system, which made the bill.
    PaidThere,
    PaidThereUndone,
    /// 押金: held apart, nothing changes in what is owed.
    DepositTaken,
    /// A deposit becomes credit.
    DepositReleased,
    DepositWithdrawn,
    /// 退款
    CreditRefunded,
    DepositRefunded,
    /// A refund could not be paid out: it is credit again.
    CreditReturned,
    DepositReturned,
}

/// The class of an account, from a day on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AccountClassSince {
    class: AccountClass,
    /// Null for the class it was opened with.
    from: Option<Date>,
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StatementEntry {
    at: DateTime<Utc>,
    kind: StatementKind,
    bill_no: Option<String>,
    /// The month of the bill.
    month: Option<YearMonth>,
    payment_id: Option<String>,
    amount: Fen,
    /// Open bills less credit, after this entry.
    balance: Fen,
}

impl From<account_statement::StatementEntry> for StatementEntry {
    fn from(row: account_statement::StatementEntry) -> Self {
        Self {
            at: row.at,
            kind: row.kind.into(),
            bill_no: row.bill_no.map(String::from),
            month: row.month.map(YearMonth),
            payment_id: row.payment_id.map(String::from),
            amount: row.amount.into(),
            balance: row.balance.into(),
        }
    }
}

impl From<&account::StatementEntry> for StatementEntry {
    fn from(entry: &account::StatementEntry) -> Self {
        let line = &entry.line;
        Self {
            at: entry.at,
            kind: line.kind.into(),
            bill_no: line.bill_no.clone().map(String::from),
            month: line.month.map(YearMonth),
            payment_id: line.payment_id.clone().map(String::from),
            amount: line.amount.into(),
            balance: entry.balance.into(),
        }
    }
}

/// 止码: where a meter stood when its holder moved out.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ClosingReading {
    meter_no: String,
    reading_id: String,
    index: Decimal,
}

/// 退房结算, as it came out.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MoveOutRecord {
    on: Date,
    /// Over the last readings, if they cost something.
    bill_no: Option<String>,
    closings: Vec<ClosingReading>,
    /// What was due in all before anything was set off.
    due: Fen,
    /// What was left to be paid.
    open_amount: Fen,
    /// What was left to be given back.
    credit: Fen,
}

impl From<account::HolderSettled> for MoveOutRecord {
    fn from(moved_out: account::HolderSettled) -> Self {
        let closings = moved_out.closings.into_iter();
        Self {
            on: Date(moved_out.on),
            bill_no: moved_out.bill_no.map(String::from),
            closings: closings
                .map(|closing| ClosingReading {
                    meter_no: closing.meter_no.into(),
                    reading_id: closing.reading_id.into(),
                    index: closing.index.into(),
                })
                .collect(),
            due: moved_out.due.into(),
            open_amount: moved_out.open.into(),
            credit: moved_out.credit.into(),
        }
    }
}

/// A meter and the time in which the account pays for it.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MeterAssignment {
    meter_no: String,
    commodity: Commodity,
    tariff_id: String,
    from: Date,
    /// Null while the account pays for it.
    released_on: Option<Date>,
    /// The first day that no bill has covered yet.
    billed_to: Date,
}

impl From<PayableMeter> for MeterAssignment {
    fn from(row: PayableMeter) -> Self {
        Self {
            meter_no: row.meter_no.into(),
            commodity: row.commodity.into(),
            tariff_id: row.tariff_id.into(),
            from: Date(row.from),
            released_on: row.released_on.map(Date),
            billed_to: Date(row.billed_to),
        }
    }
}

/// The time somebody lives behind an account's meters.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OccupantStay {
    /// 床位号
    occupant_no: String,
    from: Date,
    /// The first day they are not there any more; null while they are.
    to: Option<Date>,
}

impl From<&account::OccupantStay> for OccupantStay {
    fn from(stay: &account::OccupantStay) -> Self {
        Self {
            occupant_no: stay.occupant.to_string(),
            from: Date(stay.from),
            to: stay.to.map(Date),
        }
    }
}

/// 户号: stays with the flat when its holder changes.
#[derive(Clone, Debug)]
pub struct Account(pub(super) AccountRow);

impl Account {
    async fn summary(&self, ctx: &Context<'_>) -> Result<AccountSummary> {
        let found = load(ctx, SummaryOf(self.0.account_no.clone())).await?;
        let summary = found.into_iter().flatten().next();
        summary.ok_or_else(|| internal(ctx, format!("no sums of {}", self.0.account_no)))
    }

    fn number(&self, ctx: &Context<'_>) -> Result<AccountNo> {
        AccountNo::try_new(&self.0.account_no).map_err(|error| internal(ctx, error))
    }
}

#[Object]
impl Account {
    async fn account_no(&self) -> &str {
        &self.0.account_no
    }

    async fn class(&self, ctx: &Context<'_>) -> Result<AccountClass> {
        Ok(self.summary(ctx).await?.class.into())
    }

    /// The classes it has been of, the first one first.
    #[graphql(complexity = 5)]
    async fn classes(&self, ctx: &Context<'_>) -> Result<Vec<AccountClassSince>> {
        let pool = Services::of(ctx)?.store().pool();
        let (first, changes) = directory::account_classes(pool, &self.0.account_no)
            .await
            .map_err(|error| internal(ctx, error))?;
        let first = first.map(|class| (None, class));
        let changes = changes.into_iter().map(|(from, class)| (Some(from), class));
        first
            .into_iter()
            .chain(changes)
            .map(|(from, class)| {
                let class = account::AccountClass::parse(&class)
                    .ok_or_else(|| internal(ctx, format!("an account of class {class}")))?;
                Ok(AccountClassSince {
                    class: class.into(),
                    from: from.map(Date),
                })
            })
            .collect()
    }

    async fn campus(&self) -> &str {
        &self.0.campus
    }

    /// Masked unless the viewer may see personal data; null once it is erased.
    async fn holder(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        holder(ctx, &self.0).await
    }

    /// Masked unless the viewer may see personal data.
    async fn phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        account_phone(ctx, &self.0).await
    }

    /// Masked unless the viewer lives there or may see personal data; null once it is erased.
    async fn address(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        address(ctx, &self.0).await
    }

    async fn household_persons(&self) -> i32 {
        self.0.household_persons
    }

    /// Who lives behind its meters, and who did in the present holder's time; none where it goes by
    /// `householdPersons`.
    async fn occupants(&self, ctx: &Context<'_>) -> Result<Vec<OccupantStay>> {
        let summary = self.summary(ctx).await?;
        Ok(summary.occupants.stays().iter().map(Into::into).collect())
    }

    /// The meters it pays for now.
    async fn meters(&self, ctx: &Context<'_>) -> Result<Vec<Meter>> {
        let cards = cards_of_account(ctx, &self.0.account_no).await?;
        Ok(cards.into_iter().map(Meter).collect())
    }

    /// Every meter the account pays or paid for, present ones first.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Vec<MeterAssignment>> {
        let meters = load(ctx, MetersOf(self.0.account_no.clone())).await?;
        Ok(meters.into_iter().flatten().map(Into::into).collect())
    }

    /// What is open of all bills.
    async fn open_amount(&self, ctx: &Context<'_>) -> Result<Fen> {
        Ok(self.summary(ctx).await?.open.into())
    }

    /// What was paid too much and is kept for later bills.
    async fn credit(&self, ctx: &Context<'_>) -> Result<Fen> {
        Ok(self.summary(ctx).await?.credit.into())
    }

    /// 押金: held apart, and given back or set off at the end.
    async fn deposit(&self, ctx: &Context<'_>) -> Result<Fen> {
        Ok(self.summary(ctx).await?.deposit.into())
    }

    /// 结清证明: the holder owes nothing and uses nothing; null once somebody uses the account again.
    async fn certificate_no(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.summary(ctx).await?.certificate_no)
    }

    async fn cleared_on(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        Ok(self.summary(ctx).await?.cleared_on.map(Date))
    }

    /// 退房结算 of the present holder; null once somebody uses the account again.
    async fn moved_out(&self, ctx: &Context<'_>) -> Result<Option<MoveOutRecord>> {
        Ok(self.summary(ctx).await?.moved_out.map(Into::into))
    }

    /// How the account pays before; null where it pays after.
    async fn prepaid(&self, ctx: &Context<'_>) -> Result<Option<PrepaidAccount>> {
        let found = load(ctx, PrepaidOf(self.0.account_no.clone())).await?;
        Ok(found.into_iter().flatten().next().map(PrepaidAccount))
    }

    /// Whether a transfer is claimed that nobody has decided on yet: nobody is dunned meanwhile.
    async fn dunning_paused(&self, ctx: &Context<'_>) -> Result<bool> {
        let waiting = load(ctx, WaitingOf(self.0.account_no.clone())).await?;
        Ok(waiting.is_some_and(|claims| !claims.is_empty()))
    }

    /// What is still to be paid, the longest due first.
    async fn notices(&self, ctx: &Context<'_>) -> Result<Vec<Notice>> {
        let notices = load(ctx, NoticesOf(self.0.account_no.clone())).await?;
        Ok(notices.into_iter().flatten().map(Notice::from).collect())
    }

    /// The newest first.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn bills(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Bill>> {
        let page = page(ctx, "account.bills", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = account_statement::query::bills(pool, &self.number(ctx)?, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "account.bills", slice, Bill::from)
    }

    /// Bills, payments and credit as one timeline, the newest first.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn statement(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<StatementEntry>> {
        let page = page(ctx, "account.statement", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = account_statement::query::entries(pool, &self.number(ctx)?, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "account.statement", slice, StatementEntry::from)
    }

    /// The newest first, reversed ones included.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Payment>> {
        let page = page(ctx, "account.payments", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let filter = PaymentFilter {
            account_no: Some(self.number(ctx)?),
            ..PaymentFilter::default()
        };
        let slice = payments::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "account.payments", slice, Payment::from)
    }
}
