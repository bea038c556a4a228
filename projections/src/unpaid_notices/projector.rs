use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::units::{BillNo, BillingMonth, Fen, NoticeNo, business_date};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::rows::{fen, field, store};

/// Keeps `read_unpaid_notices`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnpaidNoticesProjector;

#[derive(Clone, Debug, Serialize)]
struct NoticeRow {
    notice_no: NoticeNo,
    account_no: String,
    bill_no: BillNo,
    bill_month: BillingMonth,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    amount: Fen,
    open: Fen,
}

impl FromRow<'_, PgRow> for NoticeRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            notice_no: field(row, "notice_no")?,
            account_no: row.try_get("account_no")?,
            bill_no: field(row, "bill_no")?,
            bill_month: field(row, "bill_month")?,
            issued_on: row.try_get("issued_on")?,
            due_on: row.try_get("due_on")?,
            amount: fen(row, "amount")?,
            open: fen(row, "open")?,
        })
    }
}

#[derive(Clone, Debug, Serialize)]
struct AccountRow {
    account_no: String,
    campus: String,
}

#[async_trait]
impl Projector for UnpaidNoticesProjector {
    fn name(&self) -> &'static str {
        "unpaid_notices"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_unpaid_notices", "read_unpaid_notices_account"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut decoded = Vec::with_capacity(events.len());
        for event in events {
            decoded.push((event, event.decode::<AccountEvent>()?));
        }
        let mut notices = Notices::load(&decoded, connection).await?;
        for (recorded, event) in decoded {
            notices.apply(recorded, event)?;
        }
        notices.store(connection).await
    }
}

#[derive(Default)]
struct Notices {
    by_bill: BTreeMap<BillNo, NoticeRow>,
    accounts: BTreeMap<String, AccountRow>,
}

impl Notices {
    async fn load(
        events: &[(&RecordedEvent, AccountEvent)],
        connection: &mut PgConnection,
    ) -> Result<Self, ProjectionError> {
        let bills: BTreeSet<&str> = events
            .iter()
            .flat_map(|(_, event)| event.open_changes())
            .map(|(bill_no, _)| bill_no.as_str())
            .collect();
        let bills: Vec<&str> = bills.into_iter().collect();
        let rows: Vec<NoticeRow> =
            sqlx::query_as("SELECT * FROM read_unpaid_notices WHERE bill_no = ANY($1)")
                .bind(&bills)
                .fetch_all(connection)
                .await?;
        Ok(Self {
            by_bill: rows
                .into_iter()
                .map(|row| (row.bill_no.clone(), row))
                .collect(),
            accounts: BTreeMap::new(),
        })
    }

    fn apply(
        &mut self,
        recorded: &RecordedEvent,
        event: AccountEvent,
    ) -> Result<(), ProjectionError> {
        let account_no = recorded.stream.aggregate_id.clone();
        for (bill_no, change) in event.open_changes() {
            // The credit a bill got before its notice is taken off in the notice already.
            let Some(notice) = self.by_bill.get_mut(bill_no) else {
                continue;
            };
            notice.open = notice.open.checked_add(change).ok_or_else(|| {
                ProjectionError::Invalid(format!("notice {} overflows", notice.notice_no))
            })?;
        }
        let campus = match event {
            AccountEvent::NoticeIssued(notice) => {
                let row = NoticeRow {
                    notice_no: notice.notice_no,
                    account_no,
                    bill_no: notice.bill_no.clone(),
                    bill_month: notice.month,
                    issued_on: business_date(recorded.recorded_at),
                    due_on: notice.due_on,
                    amount: notice.amount,
                    open: notice.to_pay,
                };
                self.by_bill.insert(notice.bill_no, row);
                return Ok(());
            }
            AccountEvent::Opened(opening) => Some(opening.campus),
            AccountEvent::Changed(change) => change.campus,
            _ => None,
        };
        if let Some(campus) = campus {
            let row = AccountRow {
                account_no: account_no.clone(),
                campus: campus.to_string(),
            };
            self.accounts.insert(account_no, row);
        }
        Ok(())
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let notices: Vec<NoticeRow> = self.by_bill.into_values().collect();
        let statement = "INSERT INTO read_unpaid_notices \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unpaid_notices, $1) \
             ON CONFLICT (notice_no) DO UPDATE SET open = excluded.open";
        store(connection, statement, &notices).await?;
        let accounts: Vec<AccountRow> = self.accounts.into_values().collect();
        let statement = "INSERT INTO read_unpaid_notices_account \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unpaid_notices_account, $1) \
             ON CONFLICT (account_no) DO UPDATE SET campus = excluded.campus";
        store(connection, statement, &accounts).await?;
        Ok(())
    }
}
