use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::account::{
    AccountChange, AccountEvent, AccountOpening, Bill, BillVoided, ChargedMeter, MeterAssigned,
    MeterReleased, MeterStanding, Note, Occupants, RebilledBill, Rebilling,
};
use chaobiao_domain::units::{BillNo, Fen};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

use super::row::{
    AccountRow, BillRow, EntryRow, LineRow, METER_COLUMNS, MeterRow, NoteRow, ShareRow,
};
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
            "read_account_statement_note",
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
    notes: Vec<NoteRow>,
}

fn moves_meters(event: &AccountEvent) -> bool {
    matches!(
        event,
        AccountEvent::MeterReleased(_)
            | AccountEvent::Charged(_)
            | AccountEvent::Rebilled(_)
            | AccountEvent::BillVoided(_)
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
            .flat_map(|(_, event)| event.open_changes())
            .map(|(bill_no, _)| bill_no.as_str())
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
        if matches!(
            event,
            AccountEvent::OccupantAdded { .. }
                | AccountEvent::OccupantRemoved { .. }
                | AccountEvent::HolderChanged { .. }
        ) {
            self.account(account_no)?.occupants.apply(&event);
        }
        match event {
            AccountEvent::Opened(opening) => self.open(account_no, opening)?,
            AccountEvent::Changed(change) => self.change(account_no, change)?,
            AccountEvent::ClassChanged(change) => {
                let account = self.account(account_no)?;
                change.class.as_str().clone_into(&mut account.class);
            }
            AccountEvent::MeterAssigned(assigned) => {
                self.account(account_no)?.use_again();
                self.assign(account_no, assigned);
            }
            AccountEvent::HolderSettled(moved_out) => {
                self.account(account_no)?.moved_out = Some(moved_out);
            }
            AccountEvent::HolderCleared(cleared) => {
                let account = self.account(account_no)?;
                account.certificate_no = Some(cleared.certificate_no.to_string());
                account.cleared_on = Some(cleared.on);
            }
            AccountEvent::HolderChanged { .. } => self.account(account_no)?.use_again(),
            AccountEvent::MeterReleased(released) => self.release(account_no, &released),
            AccountEvent::Charged(bill) => self.charge(account_no, bill),
            AccountEvent::BillAdjusted(note) => self.note(account_no, &note, None)?,
            AccountEvent::Rebilled(rebilling) => self.rebill(account_no, &rebilling)?,
            AccountEvent::BillVoided(voided) => self.void(account_no, voided)?,
            _ => {}
        }
        Ok(())
    }

    fn bill(&mut self, bill_no: &BillNo) -> Result<&mut BillRow, ProjectionError> {
        self.bills
            .get_mut(bill_no)
            .ok_or_else(|| ProjectionError::Invalid(format!("bill {bill_no} is unknown")))
    }

    fn note(
        &mut self,
        account_no: &str,
        note: &Note,
        of: Option<&RebilledBill>,
    ) -> Result<(), ProjectionError> {
        let bill = self.bill(&note.bill_no)?;
        bill.adjusted = bill
            .adjusted
            .checked_add(note.amount)
            .ok_or_else(overflow)?;
        self.notes.push(NoteRow::new(account_no, note, of));
        Ok(())
    }

    fn rebill(&mut self, account_no: &str, rebilling: &Rebilling) -> Result<(), ProjectionError> {
        for bill in &rebilling.bills {
            if bill.origin.is_some() {
                self.bill(&bill.bill_no)?.origin.clone_from(&bill.origin);
            }
            if let Some(note) = &bill.note {
                self.bill(&bill.bill_no)?.shares = ShareRow::of(&bill.meters);
                self.note(account_no, note, Some(bill))?;
            }
        }
        for charged in rebilling.bills.iter().flat_map(|bill| &bill.meters) {
            self.move_meter(account_no, charged);
        }
        Ok(())
    }

    fn void(&mut self, account_no: &str, voided: BillVoided) -> Result<(), ProjectionError> {
        let bill = self.bill(&voided.bill_no)?;
        bill.voided_on = Some(voided.voided_on);
        bill.void_reason = Some(voided.reason);
        self.stand_back(account_no, &voided.meters);
        Ok(())
    }

    /// The meters of a void bill stand where the bills before it have left them.
    fn stand_back(&mut self, account_no: &str, meters: &[MeterStanding]) {
        for meter in meters {
            let same = |row: &&mut MeterRow| {
                row.account_no == account_no
                    && row.meter_no == meter.meter_no
                    && row.assigned_from == meter.assigned_from
            };
            if let Some(row) = self.meters.iter_mut().find(same) {
                row.billed_cumulative = meter.billed_cumulative;
                row.billed_to = meter.billed_to;
            }
        }
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
            let move_by = |sum: Fen, sign: i64| {
                let change = line.amount.value().checked_mul(sign).map(Fen::new);
                let moved = change.and_then(|change| sum.checked_add(change));
                moved.ok_or_else(overflow)
            };
            account.open = move_by(account.open, line.kind.open_sign())?;
            account.credit = move_by(account.credit, line.kind.credit_sign())?;
            account.deposit = move_by(account.deposit, line.kind.deposit_sign())?;
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
        for (bill_no, change) in event.open_changes() {
            let bill = self.bill(bill_no)?;
            bill.open = bill.open.checked_add(change).ok_or_else(overflow)?;
            let there = match event {
                AccountEvent::ChargingSystemPaid { bill } => bill.amount.checked_neg(),
                AccountEvent::ChargingSystemPaymentReversed { bill } => Some(bill.amount),
                _ => continue,
            };
            let there = there.and_then(|there| bill.paid_there.checked_sub(there));
            bill.paid_there = there.ok_or_else(overflow)?;
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
            deposit: Fen::ZERO,
            certificate_no: None,
            cleared_on: None,
            moved_out: None,
            occupants: Occupants::default(),
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
        let found = self.meters.iter_mut().find(same);
        // A bill worked out anew may not be the meter's last.
        if let Some(row) = found.filter(|row| row.billed_to <= charged.period.to()) {
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
             open = excluded.open, credit = excluded.credit, entries = excluded.entries, deposit = excluded.deposit, \
             certificate_no = excluded.certificate_no, cleared_on = excluded.cleared_on, \
             moved_out = excluded.moved_out, occupants = excluded.occupants";
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
             ON CONFLICT (bill_no) DO UPDATE SET open = excluded.open, \
             adjusted = excluded.adjusted, voided_on = excluded.voided_on, \
             void_reason = excluded.void_reason, origin = excluded.origin, \
             paid_there = excluded.paid_there, shares = excluded.shares";
        store(connection, statement, &bills).await?;
        let statement = "INSERT INTO read_account_statement_line \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_line, $1)";
        store(connection, statement, &self.lines).await?;
        let statement = "INSERT INTO read_account_statement_entry \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_entry, $1)";
        store(connection, statement, &self.entries).await?;
        let statement = "INSERT INTO read_account_statement_note \
             SELECT * FROM jsonb_populate_recordset(NULL::read_account_statement_note, $1)";
        store(connection, statement, &self.notes).await?;
        Ok(())
    }
}

fn persons(count: u32) -> Result<i32, ProjectionError> {
    i32::try_from(count).map_err(|_| overflow())
}
