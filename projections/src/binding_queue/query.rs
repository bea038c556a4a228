use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use crate::paging::Slice;
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// A binding, from its request on.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct BindingRow {
    pub binding_id: String,
    pub customer_id: String,
    pub account_no: String,
    /// `pending`, `approved`, `rejected` or `revoked`.
    pub state: String,
    pub requested_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub due_provisional: bool,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub reason: Option<String>,
}

/// What bindings may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingOrderBy {
    /// As the queue is worked off.
    DueAt,
    RequestedAt,
    AccountNo,
}

impl OrderBy for BindingOrderBy {
    fn columns(self) -> &'static [Column] {
        const ID: Column = ("binding_id", "text");
        match self {
            Self::DueAt => &[("due_at", "timestamptz"), ID],
            Self::RequestedAt => &[("requested_at", "timestamptz"), ID],
            Self::AccountNo => &[("account_no", "text"), ID],
        }
    }
}

/// Which bindings are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindingFilter {
    pub state: Option<String>,
    /// Only those that should have been decided by then.
    pub due_before: Option<DateTime<Utc>>,
    pub customer_id: Option<String>,
    /// Of the account.
    pub campus: Option<String>,
}

const COLUMNS: &str = "binding_id, customer_id, account_no, state, requested_at, due_at, \
     due_provisional, decided_at, decided_by, reason";

/// Bindings, by due time unless sorted otherwise.
pub async fn bindings(
    pool: &PgPool,
    filter: &BindingFilter,
    page: &SortedPage<BindingOrderBy>,
) -> Result<Slice<BindingRow, SortKey>, sqlx::Error> {
    const WANTED: &str = "($1::text IS NULL OR state = $1) \
         AND ($2::timestamptz IS NULL OR due_at < $2) \
         AND ($3::text IS NULL OR customer_id = $3) \
         AND ($4::text IS NULL OR account_no IN (SELECT account_no FROM read_directory_account \
             WHERE campus = $4))";
    let sorting = page.sorting(Sort::up(BindingOrderBy::DueAt));
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS}, {} FROM read_binding_queue WHERE {WANTED}{}",
        sorting.key(),
        sorting.rest(5)
    ))
    .bind(&filter.state)
    .bind(filter.due_before)
    .bind(&filter.customer_id)
    .bind(&filter.campus)
    .bind(page.after_values())
    .fetch_all(pool)
    .await?;
    let total = sqlx::query_scalar(&format!(
        "SELECT count(*) FROM read_binding_queue WHERE {WANTED}"
    ))
    .bind(&filter.state)
    .bind(filter.due_before)
    .bind(&filter.customer_id)
    .bind(&filter.campus)
    .fetch_one(pool)
    .await?;
    Ok(page.read(&rows)?.with_total(total))
}

pub async fn binding(pool: &PgPool, id: &str) -> Result<Option<BindingRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_binding_queue WHERE binding_id = $1"
    ))
    .bind(id)
    .fetch_optional(pool)
    .await
}

/// A customer's bindings that take a place, pending or approved, by time of request.
pub async fn of_customer(pool: &PgPool, customer_id: &str) -> Result<Vec<BindingRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_binding_queue \
         WHERE customer_id = $1 AND state IN ('pending', 'approved') \
         ORDER BY requested_at, binding_id"
    ))
    .bind(customer_id)
    .fetch_all(pool)
    .await
}

/// The accounts a customer may see (R52).
pub async fn bound_accounts(pool: &PgPool, customer_id: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT account_no FROM read_binding_queue \
         WHERE customer_id = $1 AND state = 'approved' ORDER BY account_no",
    )
    .bind(customer_id)
    .fetch_all(pool)
    .await
}

/// Whether a customer may see an account.
pub async fn is_bound(
    pool: &PgPool,
    customer_id: &str,
    account_no: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM read_binding_queue \
         WHERE customer_id = $1 AND account_no = $2 AND state = 'approved')",
    )
    .bind(customer_id)
    .bind(account_no)
    .fetch_one(pool)
    .await
}

/// The customers an account is bound to, by id.
pub async fn customers_of(pool: &PgPool, account_no: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT customer_id FROM read_binding_queue \
         WHERE state = 'approved' AND account_no = $1 ORDER BY 1",
    )
    .bind(account_no)
    .fetch_all(pool)
    .await
}
