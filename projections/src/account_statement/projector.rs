use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::account::{
    AccountChange, AccountEvent, AccountOpening, Bill, BillShare, ChargedMeter, MeterAssigned,
    MeterReleased, StatementKind,
};
use chaobiao_domain::units::{BillNo, Fen};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

use super::row::{AccountRow, BillRow, EntryRow, LineRow, METER_COLUMNS, MeterRow};
use crate::rows::store;

/// Keeps `read_account_statement` and its parts.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountStatementProjector;

#[async_trait]
impl Projector for AccountStatementProjector {
    fn name(&self) -> &'static str {
        "account_statement"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_account_statement",
            "read_account_statement_meter",
            "read_account_statement_bill",
            "read_account_statement_line",
            "read_account_statement_entry",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let accounts: BTreeSet<&str> = events
            .iter()
            .map(|event| event.stream.aggregate_id.as_str())
            .collect();
        let accounts: Vec<&str> = accounts.into_iter().collect();
        let mut decoded = Vec::with_capacity(events.len());
        for event in events {
            decoded.push((event, event.decode::<AccountEvent>()?));
        }
        let mut statements = Statements::load(&accounts, &decoded, connection).await?;
        for (recorded, event) in decoded {
            statements.apply(recorded, event)?;
        }
        statements.store(connection).await
    }
}

/// The rows a batch changes or adds.
#[derive(Default)]
struct Statements {
    accounts: BTreeMap<String, AccountRow>,
    meters: Vec<MeterRow>,
    bills: BTreeMap<BillNo, BillRow>,
    lines: Vec<LineRow>,
    entries: Vec<EntryRow>,
}

/// The bills an event puts money against or takes it from.
fn touched(event: &AccountEvent) -> &[BillShare] {
    match event {
        AccountEvent::PaymentAllocated { bill, .. } | AccountEvent::CreditApplied { bill, .. } => {
            std::slice::from_ref(bill)
        }
        AccountEvent::PaymentReversed { bills, .. } => bills,
        _ => &[],
    }
}

fn moves_meters(event: &AccountEvent) -> bool {
    matches!(
        event,
        AccountEvent::MeterReleased(_) | AccountEvent::Charged(_)
    )
}

fn overflow() -> ProjectionError {
    ProjectionError::Invalid("an account's sums overflow".to_owned())
}

impl Statements {
    async fn load(
        accounts: &[&str],
        events: &[(&RecordedEvent, AccountEvent)],
        connection: &mut PgConnection,
    ) -> Result<Self, ProjectionError> {
        let rows: Vec<AccountRow> =
            sqlx::query_as("SELECT * FROM read_account_statement WHERE account_no = ANY($1)")
                .bind(accounts)
                .fetch_all(&mut *connection)
                .await?;
        let moved: Vec<&str> = events
            .iter()
            .filter(|(_, event)| moves_meters(event))
            .map(|(recorded, _)| recorded.stream.aggregate_id.as_str())
            .collect();
        let meters = sqlx::query_as(&format!(
            "SELECT {METER_COLUMNS} FROM read_account_statement_meter \
             WHERE account_no = ANY($1) ORDER BY account_no, meter_no, assigned_from"
        ))
        .bind(&moved)
        .fetch_all(&mut *connection)
        .await?;
        let bill_nos: Vec<&str> = events
            .iter()
            .flat_map(|(_, event)| touched(event))
            .map(|share| share.bill_no.as_str())
            .collect();
        let bills: Vec<BillRow> =
            sqlx::query_as("SELECT * FROM read_account_statement_bill WHERE bill_no = ANY($1)")
                .bind(&bill_nos)
                .fetch_all(&mut *connection)
                .await?;
        Ok(Self {
            accounts: rows
                .into_iter()
                .map(|row| (row.account_no.clone(), row))
                .collect(),
            meters,
            bills: bills
                .into_iter()
                .map(|row| (row.bill_no.clone(), row))
                .collect(),
            ..Self::default()
        })
    }

    fn apply(
        &mut self,
        recorded: &RecordedEvent,
        event: AccountEvent,
    ) -> Result<(), ProjectionError> {
        let account_no = recorded.stream.aggregate_id.as_str();
        self.enter(account_no, recorded, &event)?;
        self.change_bills(&event)?;
        match event {
            AccountEvent::Opened(opening) => self.open(account_no, opening)?,
            AccountEvent::Changed(change) => self.change(account_no, change)?,
            AccountEvent::ClassChanged(change) => {
                let account = self.account(account_no)?;
                change.class.as_str().clone_into(&mut account.class);
            }
            AccountEvent::MeterAssigned(assigned) => self.assign(account_no, assigned),
            AccountEvent::MeterReleased(released) => self.release(account_no, &released),
            AccountEvent::Charged(bill) => self.charge(account_no, bill),
            _ => {}
        }
        Ok(())
    }

    /// Appends what the event means to the timeline and moves the account's sums.
    fn enter(
        &mut self,
        account_no: &str,
        recorded: &RecordedEvent,
        event: &AccountEvent,
    ) -> Result<(), ProjectionError> {
        let lines = event.statement_lines();
        if lines.is_empty() {
            return Ok(());
        }
        let account = self.account(account_no)?;
        let mut entries = Vec::with_capacity(lines.len());
        for line in lines {
            account.entries += 1;
            let minus = line.amount.checked_neg().ok_or_else(overflow)?;
            let (open, credit) = match line.kind {
                StatementKind::Charged | StatementKind::PaymentReversed => (line.amount, Fen::ZERO),
                StatementKind::Paid => (minus, Fen::ZERO),
                StatementKind::CreditAdded => (Fen::ZERO, line.amount),
                StatementKind::CreditApplied => (minus, minus),
                StatementKind::CreditWithdrawn => (Fen::ZERO, minus),
            };
            account.open = account.open.checked_add(open).ok_or_else(overflow)?;
            account.credit = account.credit.checked_add(credit).ok_or_else(overflow)?;
            let balance = account
                .open
                .checked_sub(account.credit)
                .ok_or_else(overflow)?;
            entries.push(EntryRow::new(account, recorded.recorded_at, line, balance));
        }
        self.entries.extend(entries);
        Ok(())
    }

    fn account(&mut self, account_no: &str) -> Result<&mut AccountRow, ProjectionError> {
        self.accounts
            .get_mut(account_no)
            .ok_or_else(|| ProjectionError::Invalid(format!("account {account_no} is not open")))
    }

    fn change_bills(&mut self, event: &AccountEvent) -> Result<(), ProjectionError> {
        let reopens = matches!(event, AccountEvent::PaymentReversed { .. });
        for share in touched(event) {
            let bill = self.bills.get_mut(&share.bill_no).ok_or_else(|| {
                ProjectionError::Invalid(format!("bill {} is unknown", share.bill_no))
            })?;
            let open = if reopens {
                bill.open.checked_add(share.amount)
            } else {
                bill.open.checked_sub(share.amount)
            };
            bill.open = open.ok_or_else(overflow)?;
        }
        Ok(())
    }

    fn open(&mut self, account_no: &str, opening: AccountOpening) -> Result<(), ProjectionError> {
        let row = AccountRow {
            account_no: account_no.to_owned(),
            class: opening.class.as_str().to_owned(),
            campus: opening.campus.into(),
            household_persons: persons(opening.household_persons)?,
            open: Fen::ZERO,
            credit: Fen::ZERO,
            entries: 0,
        };
        self.accounts.insert(account_no.to_owned(), row);
        Ok(())
    }

    fn change(&mut self, account_no: &str, change: AccountChange) -> Result<(), ProjectionError> {
        let account = self.account(account_no)?;
        if let Some(class) = change.class {
            class.as_str().clone_into(&mut account.class);
        }
        if let Some(campus) = change.campus {
            account.campus = campus.into();
        }
        if let Some(count) = change.household_persons {
            account.household_persons = persons(count)?;
        }
        Ok(())
    }

    fn assign(&mut self, account_no: &str, assigned: MeterAssigned) {
        self.meters.push(MeterRow {
            account_no: account_no.to_owned(),
            meter_no: assigned.meter_no,
            assigned_from: assigned.from,
            commodity: assigned.commodity,
            tariff_id: assigned.tariff_id,
            billed_cumulative: assigned.cumulative,
            billed_to: assigned.from,
            released_on: None,
            released_cumulative: None,
        });
    }

    fn release(&mut self, account_no: &str, released: &MeterReleased) {
        let same = |row: &&mut MeterRow| {
            row.account_no == account_no
                && row.meter_no == released.meter_no
                && row.released_on.is_none()
        };
        if let Some(row) = self.meters.iter_mut().find(same) {
            row.released_on = Some(released.on);
            row.released_cumulative = Some(released.cumulative);
        }
    }

    fn charge(&mut self, account_no: &str, bill: Bill) {
        self.bills
            .insert(bill.bill_no.clone(), BillRow::new(account_no, &bill));
        let lines = bill.lines.into_iter().enumerate();
        self.lines
            .extend(lines.map(|(place, line)| LineRow::new(&bill.bill_no, place + 1, line)));
        for charged in &bill.meters {
            self.move_meter(account_no, charged);
        }
    }

    fn move_meter(&mut self, account_no: &str, charged: &ChargedMeter) {
        let same = |row: &&mut MeterRow| {
            row.account_no == account_no
                && row.meter_no == charged.meter_no
                && row.assigned_from == charged.assigned_from
        };
        if let Some(row) = self.meters.iter_mut().find(same) {
            row.billed_cumulative = charged.cumulative;
            row.billed_to = charged.period.to();
        }
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let accounts: Vec<AccountRow> = self.accounts.into_values().collect();
        let statement = "INSERT INTO read_account_statement \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement, $1) \
             ON CONFLICT (account_no) DO UPDATE SET class = excluded.class, \
             campus = excluded.campus, household_persons = excluded.household_persons, \
             open = excluded.open, credit = excluded.credit, entries = excluded.entries";
        store(connection, statement, &accounts).await?;
        let statement = "INSERT INTO read_account_statement_meter \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_meter, $1) \
             ON CONFLICT (account_no, meter_no, assigned_from) DO UPDATE SET \
             billed_cumulative = excluded.billed_cumulative, billed_to = excluded.billed_to, \
             released_on = excluded.released_on, \
             released_cumulative = excluded.released_cumulative";
        store(connection, statement, &self.meters).await?;
        let bills: Vec<BillRow> = self.bills.into_values().collect();
        let statement = "INSERT INTO read_account_statement_bill \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_bill, $1) \
             ON CONFLICT (bill_no) DO UPDATE SET open = excluded.open";
        store(connection, statement, &bills).await?;
        let statement = "INSERT INTO read_account_statement_line \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_line, $1)";
        store(connection, statement, &self.lines).await?;
        let statement = "INSERT INTO read_account_statement_entry \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_entry, $1)";
        store(connection, statement, &self.entries).await?;
        Ok(())
    }
}

fn persons(count: u32) -> Result<i32, ProjectionError> {
    i32::try_from(count).map_err(|_| overflow())
}
