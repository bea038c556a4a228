use chaobiao_domain::units::{AccountNo, BillingMonth, Commodity, Fen, business_date};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::http::{AskError, Asker, Paged};

const METERS: &str = "query($no: String!) { account(accountNo: $no) { assignments { meterNo \
    commodity from releasedOn } } }";
const READINGS: &str = "query($no: String!, $after: String) { meter(meterNo: $no) { \
    readings(first: 100, after: $after) { nodes { status readAt previousReadAt usage } \
    pageInfo { hasNextPage endCursor } } } }";
const USAGE: &str = "query($no: String!) { account(accountNo: $no) { accountNo } \
    usage(accountNo: $no, months: 120) { month commodity meterNo usage } }";
const BILLS: &str = "query($no: String!, $after: String) { account(accountNo: $no) { \
    bills(first: 50, after: $after) { nodes { billNo month issuedOn voidedOn \
    lines { meterNo commodity component tariffId tier quantity unit price amount } \
    notes { noteNo issuedOn amount reason } } pageInfo { hasNextPage endCursor } } } }";

/// What a meter counted between two readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    pub(super) usage: Decimal,
}

/// A meter as long as the account paid for it, the oldest reading first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MeterReadings {
    pub(super) meter_no: String,
    pub(super) commodity: Commodity,
    pub(super) intervals: Vec<Interval>,
}

#[derive(Debug, Deserialize)]
struct MetersAnswer {
    account: Option<AccountMeters>,
}

#[derive(Debug, Deserialize)]
struct AccountMeters {
    assignments: Vec<Assignment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    meter_no: String,
    #[serde(deserialize_with = "commodity")]
    commodity: Commodity,
    from: NaiveDate,
    released_on: Option<NaiveDate>,
}

impl Assignment {
    /// A reading on the first day closes what others used; one on the last is still the holder's.
    fn covers(&self, read_at: DateTime<Utc>) -> bool {
        let day = business_date(read_at);
        day > self.from && self.released_on.is_none_or(|released| day <= released)
    }
}

#[derive(Debug, Deserialize)]
struct ReadingsAnswer {
    meter: Option<Meter>,
}

#[derive(Debug, Deserialize)]
struct Meter {
    readings: Paged<Reading>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reading {
    status: String,
    read_at: DateTime<Utc>,
    previous_read_at: Option<DateTime<Utc>>,
    usage: Option<Decimal>,
}

/// `WATER` and the others, as GraphQL names them.
fn commodity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Commodity, D::Error> {
    let name = String::deserialize(deserializer)?.to_ascii_lowercase();
    serde_json::from_value(name.into()).map_err(serde::de::Error::custom)
}

fn fen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fen, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Fen::new).map_err(serde::de::Error::custom)
}

pub(super) async fn readings(
    asker: &Asker<'_>,
    account_no: &AccountNo,
) -> Result<Vec<MeterReadings>, AskError> {
    let answer: MetersAnswer = asker.ask(METERS, json!({ "no": account_no })).await?;
    let mut meters = Vec::new();
    for assignment in answer.account.ok_or(AskError::Absent)?.assignments {
        meters.push(of_meter(asker, assignment).await?);
    }
    Ok(meters)
}

async fn of_meter(asker: &Asker<'_>, assignment: Assignment) -> Result<MeterReadings, AskError> {
    let mut intervals = Vec::new();
    let mut after = None;
    loop {
        let variables = json!({ "no": assignment.meter_no, "after": after });
        let answer: ReadingsAnswer = match asker.ask(READINGS, variables).await {
            Ok(answer) => answer,
            // Whoever has moved on sees the meter no more.
            Err(AskError::Refused | AskError::Absent) => break,
            Err(error) => return Err(error),
        };
        let Some(Meter { readings }) = answer.meter else {
            break;
        };
        after = readings.next();
        let counted = readings.nodes.into_iter().filter_map(|reading| {
            let mine = reading.status == "ACCEPTED" && assignment.covers(reading.read_at);
            Some(Interval {
                from: reading.previous_read_at.filter(|_| mine)?,
                to: reading.read_at,
                usage: reading.usage?,
            })
        });
        intervals.extend(counted);
        if after.is_none() {
            break;
        }
    }
    intervals.reverse();
    Ok(MeterReadings {
        meter_no: assignment.meter_no,
        commodity: assignment.commodity,
        intervals,
    })
}

/// What a meter counted for the account in a month.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MonthUsage {
    pub(super) month: BillingMonth,
    #[serde(deserialize_with = "commodity")]
    pub(super) commodity: Commodity,
    pub(super) meter_no: String,
    pub(super) usage: Decimal,
}

#[derive(Debug, Deserialize)]
struct UsageAnswer {
    account: Option<serde::de::IgnoredAny>,
    usage: Vec<MonthUsage>,
}

pub(super) async fn usage(
    asker: &Asker<'_>,
    account_no: &AccountNo,
) -> Result<Vec<MonthUsage>, AskError> {
    let answer: UsageAnswer = asker.ask(USAGE, json!({ "no": account_no })).await?;
    answer.account.ok_or(AskError::Absent)?;
    Ok(answer.usage)
}

/// A bill that holds, with what was added to it later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bill {
    #[serde(rename = "billNo")]
    pub(super) number: String,
    pub(super) month: BillingMonth,
    pub(super) issued_on: NaiveDate,
    voided_on: Option<NaiveDate>,
    pub(super) lines: Vec<Line>,
    pub(super) notes: Vec<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) meter_no: String,
    #[serde(deserialize_with = "commodity")]
    pub(super) commodity: Commodity,
    pub(super) component: String,
    pub(super) tariff_id: String,
    pub(super) tier: Option<i32>,
    pub(super) quantity: Decimal,
    pub(super) unit: String,
    pub(super) price: Decimal,
    #[serde(deserialize_with = "fen")]
    pub(super) amount: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Note {
    #[serde(rename = "noteNo")]
    pub(super) number: String,
    pub(super) issued_on: NaiveDate,
    #[serde(deserialize_with = "fen")]
    pub(super) amount: Fen,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
struct BillsAnswer {
    account: Option<AccountBills>,
}

#[derive(Debug, Deserialize)]
struct AccountBills {
    bills: Paged<Bill>,
}

/// The bills that hold, the oldest first.
pub(super) async fn bills(
    asker: &Asker<'_>,
    account_no: &AccountNo,
) -> Result<Vec<Bill>, AskError> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let variables = json!({ "no": account_no, "after": after });
        let answer: BillsAnswer = asker.ask(BILLS, variables).await?;
        let bills = answer.account.ok_or(AskError::Absent)?.bills;
        after = bills.next();
        all.extend(
            bills
                .nodes
                .into_iter()
                .filter(|bill| bill.voided_on.is_none()),
        );
        if after.is_none() {
            break;
        }
    }
    all.reverse();
    Ok(all)
}
