use chaobiao_domain::account::{
    AccountClass, BillLine, BillOrigin, HolderSettled, Occupants, StatementKind,
};
use chaobiao_domain::units::{
    AccountNo, BillNo, BillingMonth, CampusId, Commodity, Fen, LinePrice, MeterNo, NoteNo,
    PaymentId, Quantity, ReadingId, TariffId,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use super::row::{ShareRow, moved_out, occupants, origin, shares};
use crate::paging::{Page, Slice};
use crate::rows::{fen, field};
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// An account without its personal data, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSummary {
    pub account_no: AccountNo,
    pub class: AccountClass,
    pub campus: CampusId,
    pub household_persons: i32,
    pub open: Fen,
    pub credit: Fen,
    pub deposit: Fen,
    /// 结清证明; none where somebody uses the account.
    pub certificate_no: Option<String>,
    pub cleared_on: Option<NaiveDate>,
    pub moved_out: Option<HolderSettled>,
    pub occupants: Occupants,
}

impl FromRow<'_, PgRow> for AccountSummary {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: field(row, "account_no")?,
            class: field(row, "class")?,
            campus: field(row, "campus")?,
            household_persons: row.try_get("household_persons")?,
            open: fen(row, "open")?,
            credit: fen(row, "credit")?,
            deposit: fen(row, "deposit")?,
            certificate_no: row.try_get("certificate_no")?,
            cleared_on: row.try_get("cleared_on")?,
            moved_out: moved_out(row)?,
            occupants: occupants(row)?,
        })
    }
}

/// A meter the account pays or paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayableMeter {
    pub account_no: AccountNo,
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub tariff_id: TariffId,
    pub from: NaiveDate,
    pub released_on: Option<NaiveDate>,
    /// The first day that no bill has covered yet.
    pub billed_to: NaiveDate,
}

impl FromRow<'_, PgRow> for PayableMeter {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: field(row, "account_no")?,
            meter_no: field(row, "meter_no")?,
            commodity: field(row, "commodity")?,
            tariff_id: field(row, "tariff_id")?,
            from: row.try_get("assigned_from")?,
            released_on: row.try_get("released_on")?,
            billed_to: row.try_get("billed_to")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementBill {
    pub bill_no: BillNo,
    pub account_no: AccountNo,
    pub month: BillingMonth,
    pub issued_on: NaiveDate,
    /// As issued.
    pub total: Fen,
    pub open: Fen,
    /// What notes have added since; negative where they took from it.
    pub adjusted: Fen,
    pub voided_on: Option<NaiveDate>,
    pub void_reason: Option<String>,
    /// Of a bill that the charging system made.
    pub origin: Option<BillOrigin>,
    /// What of it was paid to the charging system.
    pub paid_there: Fen,
    /// Who shares it, as it was last worked out.
    pub shares: Vec<ShareRow>,
    /// 公摊: the common meter whose usage it is a share of.
    pub shared_of: Option<MeterNo>,
}

impl FromRow<'_, PgRow> for StatementBill {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            bill_no: field(row, "bill_no")?,
            account_no: field(row, "account_no")?,
            month: field(row, "bill_month")?,
            issued_on: row.try_get("issued_on")?,
            total: fen(row, "total")?,
            open: fen(row, "open")?,
            adjusted: fen(row, "adjusted")?,
            voided_on: row.try_get("voided_on")?,
            void_reason: row.try_get("void_reason")?,
            origin: origin(row)?,
            paid_there: fen(row, "paid_there")?,
            shares: shares(row)?,
            shared_of: field(row, "shared_of")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLineRow {
    pub bill_no: BillNo,
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub component: String,
    pub tariff_id: TariffId,
    pub version_from: NaiveDate,
    pub tier: Option<i32>,
    pub quantity: Quantity,
    pub price: LinePrice,
    pub amount: Fen,
    /// What the centre bears of a line that is free.
    pub borne: Option<Fen>,
    pub readings: Vec<ReadingId>,
}

impl FromRow<'_, PgRow> for StatementLineRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(readings) = row.try_get("readings")?;
        Ok(Self {
            bill_no: field(row, "bill_no")?,
            meter_no: field(row, "meter_no")?,
            commodity: field(row, "commodity")?,
            component: row.try_get("component")?,
            tariff_id: field(row, "tariff_id")?,
            version_from: row.try_get("version_from")?,
            tier: row.try_get("tier")?,
            quantity: field(row, "quantity")?,
            price: field(row, "price")?,
            amount: fen(row, "amount")?,
            borne: row.try_get::<Option<i64>, _>("borne")?.map(Fen::new),
            readings,
        })
    }
}

/// A credit or debit note, with a bill's lines where it comes from a rebilling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    pub note_no: NoteNo,
    pub account_no: AccountNo,
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub booked_in: BillingMonth,
    pub issued_on: NaiveDate,
    pub amount: Fen,
    pub reason: String,
    pub before: Option<Vec<BillLine>>,
    pub after: Option<Vec<BillLine>>,
}

impl FromRow<'_, PgRow> for NoteRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let lines = |column| -> Result<Option<Vec<BillLine>>, sqlx::Error> {
            let lines: Option<Json<Vec<BillLine>>> = row.try_get(column)?;
            Ok(lines.map(|Json(lines)| lines))
        };
        Ok(Self {
            note_no: field(row, "note_no")?,
            account_no: field(row, "account_no")?,
            bill_no: field(row, "bill_no")?,
            month: field(row, "bill_month")?,
            booked_in: field(row, "booked_in")?,
            issued_on: row.try_get("issued_on")?,
            amount: fen(row, "amount")?,
            reason: row.try_get("reason")?,
            before: lines("before")?,
            after: lines("after")?,
        })
    }
}

/// The notes of several bills, in the order they were written.
pub async fn notes_of_bills(
    executor: impl PgExecutor<'_>,
    bills: &[String],
) -> Result<Vec<NoteRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_account_statement_note WHERE bill_no = ANY($1) \
         ORDER BY bill_no, issued_on, length(note_no), note_no",
    )
    .bind(bills)
    .fetch_all(executor)
    .await
}

pub async fn notes_by_number(
    executor: impl PgExecutor<'_>,
    numbers: &[String],
) -> Result<Vec<NoteRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_account_statement_note WHERE note_no = ANY($1) \
         ORDER BY bill_month, note_no",
    )
    .bind(numbers)
    .fetch_all(executor)
    .await
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEntry {
    pub entry: i32,
    pub at: DateTime<Utc>,
    pub kind: StatementKind,
    pub bill_no: Option<BillNo>,
    pub month: Option<BillingMonth>,
    pub payment_id: Option<PaymentId>,
    pub amount: Fen,
    /// Open bills less credit, after this entry.
    pub balance: Fen,
}

impl FromRow<'_, PgRow> for StatementEntry {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            entry: row.try_get("entry")?,
            at: row.try_get("at")?,
            kind: field(row, "kind")?,
            bill_no: field(row, "bill_no")?,
            month: field(row, "bill_month")?,
            payment_id: field(row, "payment_id")?,
            amount: fen(row, "amount")?,
            balance: fen(row, "balance")?,
        })
    }
}

pub async fn accounts(
    executor: impl PgExecutor<'_>,
    numbers: &[String],
) -> Result<Vec<AccountSummary>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_account_statement WHERE account_no = ANY($1)")
        .bind(numbers)
        .fetch_all(executor)
        .await
}

pub async fn meters(
    executor: impl PgExecutor<'_>,
    accounts: &[String],
) -> Result<Vec<PayableMeter>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_account_statement_meter WHERE account_no = ANY($1) \
         ORDER BY account_no, released_on NULLS FIRST, assigned_from, meter_no",
    )
    .bind(accounts)
    .fetch_all(executor)
    .await
}

/// An account's bills, the newest first.
pub async fn bills(
    executor: impl PgExecutor<'_>,
    account_no: &AccountNo,
    page: &Page<String>,
) -> Result<Slice<StatementBill, String>, sqlx::Error> {
    let rows: Vec<StatementBill> = sqlx::query_as(
        "SELECT * FROM read_account_statement_bill WHERE account_no = $1 \
         AND ($2::text IS NULL OR bill_no < $2) ORDER BY bill_no DESC LIMIT $3",
    )
    .bind(account_no.as_str())
    .bind(page.after.as_deref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    // A bill's number goes on with its month and revision.
    Ok(page.slice(rows, |bill| bill.bill_no.to_string()))
}

/// Which bills of a month a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillFilter {
    pub campus: Option<CampusId>,
    /// Only bills with usage in this tier or a higher one.
    pub tier_from: Option<i32>,
}

/// What bills may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillOrderBy {
    BillNo,
    AccountNo,
    IssuedOn,
    Total,
    OpenAmount,
}

impl OrderBy for BillOrderBy {
    fn columns(self) -> &'static [Column] {
        const NUMBER: Column = ("b.bill_no", "text");
        match self {
            Self::BillNo => &[NUMBER],
            Self::AccountNo => &[("b.account_no", "text"), NUMBER],
            Self::IssuedOn => &[("b.issued_on", "date"), NUMBER],
            Self::Total => &[("b.total", "bigint"), NUMBER],
            Self::OpenAmount => &[("b.open", "bigint"), NUMBER],
        }
    }
}

/// The bills of a month over all accounts, by number unless sorted otherwise.
pub async fn bills_of_month(
    executor: impl PgExecutor<'_>,
    month: BillingMonth,
    filter: &BillFilter,
    page: &SortedPage<BillOrderBy>,
) -> Result<Slice<StatementBill, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::up(BillOrderBy::BillNo));
    let rows = sqlx::query(&format!(
        "SELECT b.*, {} FROM read_account_statement_bill b \
         JOIN read_account_statement a USING (account_no) \
         WHERE b.bill_month = $1 AND b.voided_on IS NULL AND ($2::text IS NULL OR a.campus = $2) \
           AND ($3::integer IS NULL OR EXISTS (SELECT FROM read_account_statement_line l \
               WHERE l.bill_no = b.bill_no AND l.tier >= $3)){}",
        sorting.key(),
        sorting.rest(4)
    ))
    .bind(month.to_string())
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.tier_from)
    .bind(page.after_values())
    .fetch_all(executor)
    .await?;
    page.read(&rows)
}

pub async fn bills_by_number(
    executor: impl PgExecutor<'_>,
    numbers: &[String],
) -> Result<Vec<StatementBill>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_account_statement_bill WHERE bill_no = ANY($1)")
        .bind(numbers)
        .fetch_all(executor)
        .await
}

/// The lines of several bills, in their order.
pub async fn lines(
    executor: impl PgExecutor<'_>,
    bills: &[String],
) -> Result<Vec<StatementLineRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT bill_no, meter_no, commodity, component, tariff_id, version_from, tier, \
         quantity::text, price::text, amount, borne, readings \
         FROM read_account_statement_line WHERE bill_no = ANY($1) ORDER BY bill_no, line",
    )
    .bind(bills)
    .fetch_all(executor)
    .await
}

/// An account's timeline, the newest first.
pub async fn entries(
    executor: impl PgExecutor<'_>,
    account_no: &AccountNo,
    page: &Page<i32>,
) -> Result<Slice<StatementEntry, i32>, sqlx::Error> {
    let rows: Vec<StatementEntry> = sqlx::query_as(
        "SELECT * FROM read_account_statement_entry WHERE account_no = $1 \
         AND ($2::integer IS NULL OR entry < $2) ORDER BY entry DESC LIMIT $3",
    )
    .bind(account_no.as_str())
    .bind(page.after)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |entry| entry.entry))
}

/// Accounts that pay or paid for a meter by a tariff.
pub async fn by_tariff(
    executor: impl PgExecutor<'_>,
    tariff_id: &TariffId,
    campus: Option<&CampusId>,
) -> Result<Vec<AccountNo>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query(
        "SELECT account_no FROM read_account_statement a WHERE ($2::text IS NULL OR campus = $2) \
         AND EXISTS (SELECT FROM read_account_statement_meter m \
             WHERE m.account_no = a.account_no AND m.tariff_id = $1) \
         ORDER BY account_no",
    )
    .bind(tariff_id.as_str())
    .bind(campus.map(CampusId::as_str))
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| field(row, "account_no")).collect()
}

/// How many bills of a campus stand for a month and later ones.
pub async fn billed_since(
    executor: impl PgExecutor<'_>,
    campus: &CampusId,
    month: BillingMonth,
) -> Result<u32, sqlx::Error> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM read_account_statement_bill b \
         JOIN read_account_statement a USING (account_no) \
         WHERE a.campus = $1 AND b.bill_month >= $2 AND b.voided_on IS NULL",
    )
    .bind(campus.as_str())
    .bind(month.to_string())
    .fetch_one(executor)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The accounts and months for which bills stand, of some months.
pub async fn standing_of(
    executor: impl PgExecutor<'_>,
    months: &[BillingMonth],
    campus: Option<&CampusId>,
) -> Result<Vec<(AccountNo, BillingMonth)>, sqlx::Error> {
    let months: Vec<String> = months.iter().map(ToString::to_string).collect();
    let rows: Vec<PgRow> = sqlx::query(
        "SELECT DISTINCT b.account_no, b.bill_month FROM read_account_statement_bill b \
         JOIN read_account_statement a USING (account_no) \
         WHERE b.bill_month = ANY($1) AND b.voided_on IS NULL \
           AND ($2::text IS NULL OR a.campus = $2) ORDER BY b.account_no, b.bill_month",
    )
    .bind(&months)
    .bind(campus.map(CampusId::as_str))
    .fetch_all(executor)
    .await?;
    let row = |row: &PgRow| Ok((field(row, "account_no")?, field(row, "bill_month")?));
    rows.iter().map(row).collect()
}

/// Accounts that have, or may get, a bill for a month.
pub async fn comparable(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
    month: BillingMonth,
) -> Result<Vec<AccountNo>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query(
        "SELECT account_no FROM read_account_statement a WHERE ($1::text IS NULL OR campus = $1) \
         AND (EXISTS (SELECT FROM read_account_statement_meter m \
             WHERE m.account_no = a.account_no AND (m.released_cumulative IS NULL \
                 OR m.billed_cumulative < m.released_cumulative)) \
           OR EXISTS (SELECT FROM read_account_statement_bill b \
             WHERE b.account_no = a.account_no AND b.bill_month = $2 AND b.voided_on IS NULL)) \
         ORDER BY account_no",
    )
    .bind(campus.map(CampusId::as_str))
    .bind(month.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| field(row, "account_no")).collect()
}

/// Whose account may have something to be billed for a month: whoever has a meter that is not
/// settled. An account that has its bill stays among them, also when that bill settled its last
/// meter, so that a run cut off finds the same accounts again.
const BILLABLE: &str = "FROM read_account_statement a WHERE ($1::text IS NULL OR campus = $1) \
     AND (EXISTS (SELECT FROM read_account_statement_meter m \
             WHERE m.account_no = a.account_no AND (m.released_cumulative IS NULL \
                 OR m.billed_cumulative < m.released_cumulative)) \
         OR EXISTS (SELECT FROM read_account_statement_bill b \
             WHERE b.account_no = a.account_no AND b.bill_month = $2))";

/// The next accounts that may have something to be billed, by number.
pub async fn billable(
    executor: impl PgExecutor<'_>,
    month: BillingMonth,
    campus: Option<&CampusId>,
    after: Option<&AccountNo>,
    limit: usize,
) -> Result<Vec<AccountNo>, sqlx::Error> {
    let statement = format!(
        "SELECT account_no {BILLABLE} AND ($3::text IS NULL OR account_no > $3) \
         ORDER BY account_no LIMIT $4"
    );
    let rows: Vec<PgRow> = sqlx::query(&statement)
        .bind(campus.map(CampusId::as_str))
        .bind(month.to_string())
        .bind(after.map(AccountNo::as_str))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(executor)
        .await?;
    rows.iter().map(|row| field(row, "account_no")).collect()
}

/// How many accounts [`billable`] would give in all.
pub async fn count_billable(
    executor: impl PgExecutor<'_>,
    month: BillingMonth,
    campus: Option<&CampusId>,
) -> Result<u32, sqlx::Error> {
    let count: i64 = sqlx::query_scalar(&format!("SELECT count(*) {BILLABLE}"))
        .bind(campus.map(CampusId::as_str))
        .bind(month.to_string())
        .fetch_one(executor)
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
