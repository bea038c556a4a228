use chaobiao_domain::calendar::{CalendarYear, OfficeHours};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

use super::search::AccountSearch;

/// A campus with its office hours, each with the first day it holds on; the first since ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampusRow {
    pub campus_id: String,
    pub name: String,
    pub contact: String,
    pub office_hours: Vec<(NaiveDate, OfficeHours)>,
}

impl CampusRow {
    pub fn office_hours_on(&self, day: NaiveDate) -> Option<&OfficeHours> {
        let holds = self
            .office_hours
            .iter()
            .take_while(|(from, _)| *from <= day);
        holds.last().map(|(_, hours)| hours)
    }
}

/// All campuses, by id: a handful.
pub async fn campuses(pool: &PgPool) -> Result<Vec<CampusRow>, sqlx::Error> {
    let campuses: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT campus_id, name, contact FROM read_directory_campus ORDER BY campus_id",
    )
    .fetch_all(pool)
    .await?;
    let hours: Vec<(String, NaiveDate, Json<OfficeHours>)> = sqlx::query_as(
        "SELECT campus_id, from_day, spans FROM read_directory_office_hours \
         ORDER BY campus_id, from_day",
    )
    .fetch_all(pool)
    .await?;
    let of = |id: &str| {
        let own = hours.iter().filter(|(campus_id, ..)| campus_id == id);
        own.map(|(_, from, hours)| (*from, hours.0.clone()))
            .collect()
    };
    let campus = |(campus_id, name, contact): (String, String, String)| CampusRow {
        office_hours: of(&campus_id),
        campus_id,
        name,
        contact,
    };
    Ok(campuses.into_iter().map(campus).collect())
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StaffRow {
    pub login: String,
    pub department: String,
    pub position: String,
    pub campus: Option<String>,
    pub confined: bool,
    pub roles: Vec<String>,
    pub employed: bool,
    pub name_at: i64,
    pub mobile_at: Option<i64>,
}

impl StaffRow {
    fn at(&self, sequence: i64, places: &'static [&'static str]) -> PersonalAt {
        PersonalAt {
            aggregate_type: "staff",
            aggregate_id: self.login.clone(),
            sequence,
            places,
        }
    }

    pub fn name(&self) -> PersonalAt {
        self.at(self.name_at, &["/name"])
    }

    pub fn mobile(&self) -> Option<PersonalAt> {
        Some(self.at(self.mobile_at?, &["/contact/mobile"]))
    }
}

const STAFF: &str = "SELECT login, department, position, campus, confined, roles, employed, name_at, mobile_at \
     FROM read_directory_staff";

pub async fn staff(pool: &PgPool, login: &str) -> Result<Option<StaffRow>, sqlx::Error> {
    sqlx::query_as(&format!("{STAFF} WHERE login = $1"))
        .bind(login)
        .fetch_optional(pool)
        .await
}

/// All members of staff, those who left included, by login.
pub async fn staff_members(
    pool: &PgPool,
    page: &Page<String>,
) -> Result<Slice<StaffRow, String>, sqlx::Error> {
    let rows = sqlx::query_as(&format!(
        "{STAFF} WHERE $1::text IS NULL OR login > $1 ORDER BY login LIMIT $2"
    ))
    .bind(&page.after)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM read_directory_staff")
        .fetch_one(pool)
        .await?;
    Ok(page
        .slice(rows, |row: &StaffRow| row.login.clone())
        .with_total(total))
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CustomerRow {
    pub customer_id: String,
    pub kind: String,
    pub registered_at: DateTime<Utc>,
    pub phone_at: i64,
}

impl CustomerRow {
    pub fn phone(&self) -> PersonalAt {
        PersonalAt {
            aggregate_type: "customer",
            aggregate_id: self.customer_id.clone(),
            sequence: self.phone_at,
            places: &["/phone"],
        }
    }
}

pub async fn customer(pool: &PgPool, id: &str) -> Result<Option<CustomerRow>, sqlx::Error> {
    Ok(customers(pool, &[id.to_owned()]).await?.pop())
}

/// Several customers at once, in no order.
pub async fn customers(pool: &PgPool, ids: &[String]) -> Result<Vec<CustomerRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT customer_id, kind, registered_at, phone_at FROM read_directory_customer \
         WHERE customer_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(pool)
    .await
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AccountRow {
    pub account_no: String,
    pub class: String,
    pub campus: String,
    pub household_persons: i32,
    pub holder_at: i64,
    pub phone_at: Option<i64>,
    pub address_at: i64,
}

impl AccountRow {
    fn at(&self, sequence: i64, places: &'static [&'static str]) -> PersonalAt {
        PersonalAt {
            aggregate_type: "account",
            aggregate_id: self.account_no.clone(),
            sequence,
            places,
        }
    }

    pub fn holder(&self) -> PersonalAt {
        self.at(self.holder_at, &["/holder"])
    }

    pub fn phone(&self) -> Option<PersonalAt> {
        Some(self.at(self.phone_at?, &["/phone", "/phone/set"]))
    }

    pub fn address(&self) -> PersonalAt {
        self.at(self.address_at, &["/address"])
    }
}

const ACCOUNT: &str = "SELECT account_no, class, campus, household_persons, holder_at, phone_at, \
     address_at FROM read_directory_account";

pub async fn account(pool: &PgPool, account_no: &str) -> Result<Option<AccountRow>, sqlx::Error> {
    sqlx::query_as(&format!("{ACCOUNT} WHERE account_no = $1"))
        .bind(account_no)
        .fetch_optional(pool)
        .await
}

pub async fn accounts_by_number(
    pool: &PgPool,
    numbers: &[&str],
) -> Result<Vec<AccountRow>, sqlx::Error> {
    sqlx::query_as(&format!("{ACCOUNT} WHERE account_no = ANY($1)"))
        .bind(numbers)
        .fetch_all(pool)
        .await
}

/// The classes an account was changed to, by the day, and the first before them.
pub async fn account_classes(
    pool: &PgPool,
    account_no: &str,
) -> Result<(Option<String>, Vec<(NaiveDate, String)>), sqlx::Error> {
    let first =
        sqlx::query_scalar("SELECT first_class FROM read_directory_account WHERE account_no = $1")
            .bind(account_no)
            .fetch_optional(pool)
            .await?;
    let changes = sqlx::query_as(
        "SELECT from_on, class FROM read_directory_class_change WHERE account_no = $1 \
         ORDER BY from_on",
    )
    .bind(account_no)
    .fetch_all(pool)
    .await?;
    Ok((first, changes))
}

/// Which accounts are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    pub search: Option<AccountSearch>,
    pub campus: Option<String>,
    pub class: Option<String>,
}

/// Accounts a search finds. What begins with a text comes before the text followed by the last of
/// all characters. A person whose key is destroyed is not found by their data, also where the rows are
/// behind.
const FOUND: &str = "
    SELECT account_no FROM read_directory_account
     WHERE account_no COLLATE \"C\" >= $4
       AND account_no COLLATE \"C\" < $4 || chr(1114111)
    UNION
    SELECT a.account_no FROM read_meter_card c JOIN read_meter_card_account a USING (meter_no)
     WHERE c.meter_no COLLATE \"C\" >= $4 AND c.meter_no COLLATE \"C\" < $4 || chr(1114111)
    UNION
    SELECT a.account_no FROM read_meter_card c JOIN read_meter_card_account a USING (meter_no)
     WHERE c.hardware_no = $4
    UNION
    SELECT a.account_no FROM read_meter_card_place p JOIN read_meter_card_account a USING (meter_no)
     WHERE p.key >= $5 AND p.key < $5 || chr(1114111)
    UNION
    SELECT t.account_no FROM read_directory_account_token t
     WHERE t.token = $6
       AND NOT EXISTS (SELECT FROM subject_key k WHERE k.destroyed_at IS NOT NULL
                          AND (k.subject = 'account/' || t.account_no
                            OR t.kind = 'account.phone'
                               AND k.subject = 'account/' || t.account_no || '/contact'))";

/// What accounts may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountOrderBy {
    AccountNo,
    Campus,
    Class,
    OpenAmount,
    Credit,
}

impl OrderBy for AccountOrderBy {
    fn columns(self) -> &'static [Column] {
        match self {
            Self::AccountNo => &[("d.account_no", "text")],
            Self::Campus => &[("d.campus", "text"), ("d.account_no", "text")],
            Self::Class => &[("d.class", "text"), ("d.account_no", "text")],
            Self::OpenAmount => &[("coalesce(s.open, 0)", "bigint"), ("d.account_no", "text")],
            Self::Credit => &[
                ("coalesce(s.credit, 0)", "bigint"),
                ("d.account_no", "text"),
            ],
        }
    }
}

/// Accounts, by number unless sorted otherwise.
pub async fn accounts(
    pool: &PgPool,
    filter: &AccountFilter,
    page: &SortedPage<AccountOrderBy>,
) -> Result<Slice<AccountRow, SortKey>, sqlx::Error> {
    let found = match &filter.search {
        Some(_) => format!("AND d.account_no IN ({FOUND})"),
        None => String::new(),
    };
    let sorting = page.sorting(Sort::up(AccountOrderBy::AccountNo));
    let money = match page.order.map(|sort| sort.by) {
        Some(AccountOrderBy::OpenAmount | AccountOrderBy::Credit) => {
            "LEFT JOIN read_account_statement s USING (account_no)"
        }
        _ => "",
    };
    let sql = format!(
        "SELECT d.account_no, d.class, d.campus, d.household_persons, d.holder_at, d.phone_at, \
         d.address_at, {} FROM read_directory_account d {money} \
         WHERE ($2::text IS NULL OR d.campus = $2) AND ($3::text IS NULL OR d.class = $3) \
         {found}{}",
        sorting.key(),
        sorting.rest(1)
    );
    let mut query = sqlx::query(&sql)
        .bind(page.after_values())
        .bind(&filter.campus)
        .bind(&filter.class);
    if let Some(search) = &filter.search {
        query = query
            .bind(&search.number)
            .bind(&search.place)
            .bind(search.token);
    }
    page.read(&query.fetch_all(pool).await?)
}

/// The lists loaded so far, by year.
pub async fn work_years(pool: &PgPool) -> Result<Vec<CalendarYear>, sqlx::Error> {
    let lists: Vec<Json<CalendarYear>> =
        sqlx::query_scalar("SELECT list FROM read_directory_work_year ORDER BY year")
            .fetch_all(pool)
            .await?;
    Ok(lists.into_iter().map(|list| list.0).collect())
}
