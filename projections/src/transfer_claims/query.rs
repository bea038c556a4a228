use chaobiao_decision::Actor;
use chaobiao_domain::units::{
    AccountNo, BankReference, CampusId, Fen, PaymentId, PhotoHash, TransferClaimId, business_date,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, PgPool, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A claim as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    pub claim_id: TransferClaimId,
    pub accounts: Vec<String>,
    pub bills: Vec<String>,
    pub amount: Fen,
    pub photo: Option<PhotoHash>,
    pub transferred_on: Option<NaiveDate>,
    pub campus: Option<CampusId>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub submitted_by: String,
    pub submitted_at: DateTime<Utc>,
    /// `pending`, `mismatched`, `verified`, `rejected` or `reversed`.
    pub state: String,
    pub bank_reference: Option<BankReference>,
    /// What the bank has.
    pub received: Option<Fen>,
    pub payment_id: Option<PaymentId>,
    /// Of the rejection or the reversal.
    pub reason: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
}

impl FromRow<'_, PgRow> for ClaimRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            claim_id: field(row, "claim_id")?,
            accounts: row.try_get("accounts")?,
            bills: row.try_get("bills")?,
            amount: fen(row, "amount")?,
            photo: field(row, "photo")?,
            transferred_on: row.try_get("transferred_on")?,
            campus: field(row, "campus")?,
            submitted_by: row.try_get("submitted_by")?,
            submitted_at: row.try_get("submitted_at")?,
            state: row.try_get("state")?,
            bank_reference: field(row, "bank_reference")?,
            received: row.try_get::<Option<i64>, _>("received")?.map(Fen::new),
            payment_id: field(row, "payment_id")?,
            reason: row.try_get("reason")?,
            decided_by: row.try_get("decided_by")?,
            decided_at: row.try_get("decided_at")?,
        })
    }
}

impl ClaimRow {
    /// The day the money is said to have left, or that of the claim.
    pub fn day(&self) -> NaiveDate {
        self.transferred_on
            .unwrap_or_else(|| business_date(self.submitted_at))
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.state.as_str(), "pending" | "mismatched")
    }
}

/// Which claims a list shows; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimFilter {
    pub account_no: Option<AccountNo>,
    pub state: Option<String>,
    /// Only what this person has sent in.
    pub submitted_by: Option<Actor>,
}

/// Lists go by time, the newest first.
pub type ClaimKey = (DateTime<Utc>, String);

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &ClaimFilter,
    page: &Page<ClaimKey>,
) -> Result<Slice<ClaimRow, ClaimKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows: Vec<ClaimRow> = sqlx::query_as(
        "SELECT * FROM read_transfer_claims \
         WHERE ($1::text IS NULL OR accounts @> ARRAY[$1::text]) \
         AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR submitted_by = $3) \
         AND ($4::timestamptz IS NULL OR (submitted_at, claim_id) < ($4, $5)) \
         ORDER BY submitted_at DESC, claim_id DESC LIMIT $6",
    )
    .bind(filter.account_no.as_ref().map(AccountNo::as_str))
    .bind(&filter.state)
    .bind(filter.submitted_by.as_ref().map(ToString::to_string))
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.submitted_at, row.claim_id.to_string())))
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    claim_id: &str,
) -> Result<Option<ClaimRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_transfer_claims WHERE claim_id = $1")
        .bind(claim_id)
        .fetch_optional(executor)
        .await
}

/// That a claim waits for an account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct WaitingClaim {
    pub account_no: String,
    pub claim_id: String,
}

/// The claims that wait for several accounts.
pub async fn waiting_for(
    executor: impl PgExecutor<'_>,
    accounts: &[String],
) -> Result<Vec<WaitingClaim>, sqlx::Error> {
    sqlx::query_as(
        "SELECT a AS account_no, c.claim_id FROM read_transfer_claims c, unnest(c.accounts) AS a \
         WHERE c.accounts && $1 AND a = ANY($1) AND c.state IN ('pending', 'mismatched') \
         ORDER BY 1, 2",
    )
    .bind(accounts)
    .fetch_all(executor)
    .await
}

/// The screenshots somebody has sent in.
pub async fn photos_of(pool: &PgPool, submitter: &Actor) -> Result<Vec<PhotoHash>, sqlx::Error> {
    let photos: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT c.photo FROM read_transfer_claims c \
         WHERE c.submitted_by = $1 AND c.photo IS NOT NULL AND NOT EXISTS ( \
             SELECT FROM read_transfer_claims o \
             WHERE o.photo = c.photo AND o.submitted_by <> $1)",
    )
    .bind(submitter.to_string())
    .fetch_all(pool)
    .await?;
    let photos: Result<Vec<PhotoHash>, _> = photos.into_iter().map(PhotoHash::try_new).collect();
    photos.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Whether a photo is the screenshot of a claim; of this person's, if one is named.
pub async fn shows_photo(
    pool: &PgPool,
    submitter: Option<&Actor>,
    photo: &PhotoHash,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM read_transfer_claims \
         WHERE photo = $2 AND ($1::text IS NULL OR submitted_by = $1))",
    )
    .bind(submitter.map(ToString::to_string))
    .bind(photo.as_str())
    .fetch_one(pool)
    .await
}
