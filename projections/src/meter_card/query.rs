use chaobiao_domain::meter::Inactivity;
use chaobiao_domain::units::{
    AccountNo, BookNo, CampusId, Commodity, HardwareNo, Index, MeterNo, Multiplier, Quantity,
    ReadingId, normalise_digits,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::projector::{COLUMNS, CardRow};
use crate::paging::Slice;
use crate::rows::field;
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// What is known of a metering point at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterCard {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub campus: CampusId,
    pub building: String,
    pub room: String,
    pub book: BookNo,
    pub walk_order: i64,
    pub self_read: bool,
    pub device: Option<InstalledDevice>,
    pub last: Option<LastReading>,
    pub cumulative: Quantity,
    pub payer: Option<Payer>,
    /// While it is out of use: why, and since when.
    pub inactive: Option<(Inactivity, DateTime<Utc>)>,
}

/// The account that pays for a meter now. What was before is another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    pub account_no: AccountNo,
    pub since: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledDevice {
    pub hardware_no: HardwareNo,
    pub digits: Option<i16>,
    pub decimals: i16,
    pub multiplier: Multiplier,
    pub max_per_hour: Option<Quantity>,
    pub opening_index: Index,
    pub installed_at: DateTime<Utc>,
}

/// The last accepted reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastReading {
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
}

impl MeterCard {
    fn new(row: CardRow, payer: Option<Payer>) -> Self {
        let device = || {
            Some(InstalledDevice {
                hardware_no: row.hardware_no?,
                digits: row.digits,
                decimals: row.decimals?,
                multiplier: row.multiplier?,
                max_per_hour: row.max_per_hour,
                opening_index: row.opening_index?,
                installed_at: row.installed_at?,
            })
        };
        let last = || {
            Some(LastReading {
                reading_id: row.last_reading_id?,
                index: row.last_index?,
                read_at: row.last_read_at?,
            })
        };
        Self {
            device: device(),
            last: last(),
            meter_no: row.meter_no,
            commodity: row.commodity,
            campus: row.campus,
            building: row.building,
            room: row.room,
            book: row.book,
            walk_order: row.walk_order,
            self_read: row.self_read,
            cumulative: row.cumulative,
            payer,
            inactive: row.inactivity.zip(row.inactive_since),
        }
    }
}

impl FromRow<'_, PgRow> for MeterCard {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let account_no: Option<AccountNo> = field(row, "account_no")?;
        let since: Option<NaiveDate> = row.try_get("since_on")?;
        let payer = account_no
            .zip(since)
            .map(|(account_no, since)| Payer { account_no, since });
        Ok(Self::new(CardRow::from_row(row)?, payer))
    }
}

const FROM: &str = "FROM read_meter_card c \
     LEFT JOIN read_meter_card_account a USING (meter_no)";

fn select(condition: &str) -> String {
    format!("SELECT {COLUMNS}, a.account_no, a.since_on {FROM} WHERE {condition}")
}

/// The account that pays for a meter now.
pub async fn payer(
    executor: impl PgExecutor<'_>,
    meter_no: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT account_no FROM read_meter_card_account WHERE meter_no = $1")
        .bind(meter_no)
        .fetch_optional(executor)
        .await
}

/// R71: by the number typed or the code scanned. A barcode carries the charging-system number; a
/// reader may also type what is stamped on the device, or (R81) what a handheld or platform calls it
/// now.
pub async fn find(
    executor: impl PgExecutor<'_>,
    code: &str,
) -> Result<Option<MeterCard>, sqlx::Error> {
    let order = "c.meter_no = $1 OR c.hardware_no = $1 OR c.meter_no IN ( \
         SELECT m.meter_no FROM read_meter_mappings m WHERE m.number = $1 AND m.to_on IS NULL) \
         ORDER BY c.meter_no <> $1, coalesce(c.hardware_no, '') <> $1, c.meter_no LIMIT 1";
    sqlx::query_as(&select(order))
        .bind(normalise_digits(code))
        .fetch_optional(executor)
        .await
}

pub async fn by_numbers(
    executor: impl PgExecutor<'_>,
    numbers: &[String],
) -> Result<Vec<MeterCard>, sqlx::Error> {
    sqlx::query_as(&select("c.meter_no = ANY($1)"))
        .bind(numbers)
        .fetch_all(executor)
        .await
}

/// The meters these accounts pay for now, by account and number.
pub async fn of_accounts(
    executor: impl PgExecutor<'_>,
    accounts: &[String],
) -> Result<Vec<MeterCard>, sqlx::Error> {
    let condition = "a.account_no = ANY($1) ORDER BY a.account_no, c.commodity DESC, c.meter_no";
    sqlx::query_as(&select(condition))
        .bind(accounts)
        .fetch_all(executor)
        .await
}

/// The meters of a book in the order of its walk.
pub async fn in_book(
    executor: impl PgExecutor<'_>,
    book: &BookNo,
) -> Result<Vec<MeterCard>, sqlx::Error> {
    sqlx::query_as(&select("c.book = $1 ORDER BY c.walk_order, c.meter_no"))
        .bind(book.as_str())
        .fetch_all(executor)
        .await
}

/// Meters that customers may read themselves, in the order of walks.
pub async fn self_read(
    executor: impl PgExecutor<'_>,
    campus: &CampusId,
    book: Option<&BookNo>,
) -> Result<Vec<MeterNo>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query(
        "SELECT meter_no FROM read_meter_card \
         WHERE self_read AND campus = $1 AND ($2::text IS NULL OR book = $2) \
         ORDER BY book, walk_order, meter_no",
    )
    .bind(campus.as_str())
    .bind(book.map(BookNo::as_str))
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| field(row, "meter_no")).collect()
}

/// Which meters a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeterFilter {
    pub campus: Option<CampusId>,
    pub book: Option<BookNo>,
    /// Only those out of use for this reason.
    pub inactivity: Option<Inactivity>,
    /// Part of a number, a building or a room.
    pub search: Option<String>,
}

/// What meters may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterOrderBy {
    /// Book by book in the order of the walk.
    Walk,
    MeterNo,
    Place,
    AccountNo,
    LastReadAt,
}

impl OrderBy for MeterOrderBy {
    fn columns(self) -> &'static [Column] {
        const METER: Column = ("c.meter_no", "text");
        match self {
            Self::Walk => &[("c.book", "text"), ("c.walk_order", "bigint"), METER],
            Self::MeterNo => &[METER],
            Self::Place => &[("c.building", "text"), ("c.room", "text"), METER],
            Self::AccountNo => &[("coalesce(a.account_no, '')", "text"), METER],
            Self::LastReadAt => &[
                (
                    "coalesce(c.last_read_at, '-infinity'::timestamptz)",
                    "timestamptz",
                ),
                METER,
            ],
        }
    }
}

/// Meters, by book and walk unless sorted otherwise.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &MeterFilter,
    page: &SortedPage<MeterOrderBy>,
) -> Result<Slice<MeterCard, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::up(MeterOrderBy::Walk));
    // Rooms are written with and without a space before the number.
    let search = filter
        .search
        .as_deref()
        .map(normalise_digits)
        .filter(|text| !text.is_empty());
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS}, a.account_no, a.since_on, {} {FROM} \
         WHERE ($1::text IS NULL OR c.campus = $1) AND ($2::text IS NULL OR c.book = $2) \
         AND ($3::text IS NULL OR strpos(c.meter_no, $3) > 0 OR strpos(c.hardware_no, $3) > 0 \
              OR strpos(replace(c.building || c.room, ' ', ''), $3) > 0) \
         AND ($4::text IS NULL OR c.inactivity = $4){}",
        sorting.key(),
        sorting.rest(5)
    ))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.book.as_ref().map(BookNo::as_str))
    .bind(search)
    .bind(filter.inactivity.map(Inactivity::as_str))
    .bind(page.after_values())
    .fetch_all(executor)
    .await?;
    page.read(&rows)
}
