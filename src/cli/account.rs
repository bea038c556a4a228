//! What an auditor asks of an account, answered from events alone.

use chaobiao_decision::StreamId;
use chaobiao_domain::account::{self, Account, AccountEvent, AccountRecord, StatementEntry};
use chaobiao_domain::units::{AccountNo, business_time};
use chaobiao_eventstore::{EventStore, Horizon, StoreError, replay};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use cqrs_es::Aggregate;
use serde_json::{Value, json};

use super::{AsKnown, CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 仅从事件列出对账单：账单、缴费、预存与余额
    Statement(Statement),
}

#[derive(Args, Debug)]
struct Statement {
    /// 户号
    account_no: AccountNo,
    #[command(flatten)]
    as_known: AsKnown,
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let Action::Statement(statement) = self.action;
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => statement.run(&core.store).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl Statement {
    async fn run(self, store: &EventStore) -> Result<(), CommandError> {
        let (horizon, valid_on) = self.as_known.point(store).await?;
        let stream = StreamId::new(Account::TYPE, self.account_no.as_str());
        let history = store.history_to(&stream, horizon).await?;
        let account: Account = replay(&history)?;
        let known: Result<Vec<(DateTime<Utc>, AccountEvent)>, StoreError> = history
            .iter()
            .map(|event| Ok((event.recorded_at, event.decode()?)))
            .collect();
        let answer = Answer {
            account: account.opened(&self.account_no)?,
            statement: account::Statement::of(&known?, valid_on)?,
            horizon,
            valid_on,
        };
        if self.json {
            return Ok(output::line(&answer.to_json().to_string())?);
        }
        answer.print()
    }
}

struct Answer<'a> {
    account: &'a AccountRecord,
    statement: account::Statement,
    horizon: Horizon,
    valid_on: Option<NaiveDate>,
}

impl Answer<'_> {
    fn to_json(&self) -> Value {
        let (account, ledger) = (self.account, self.statement.ledger());
        let bills = ledger.bills().into_iter().map(|bill| {
            json!({
                "bill_no": bill.bill_no,
                "month": bill.month,
                "total": bill.total.to_string(),
                "open": bill.open().to_string(),
            })
        });
        let entries = self.statement.entries().iter().map(entry_json);
        json!({
            "account_no": account.account_no,
            "class": account.class,
            "campus": account.campus,
            "holder": account.holder.value(),
            "valid_on": self.valid_on,
            "position": self.horizon.position,
            "known_at": self.horizon.known_at,
            "entries": entries.collect::<Vec<_>>(),
            "bills": bills.collect::<Vec<_>>(),
            "open": ledger.open_amount().to_string(),
            "credit": ledger.credit().to_string(),
        })
    }

    fn print(&self) -> Result<(), CommandError> {
        let account = self.account;
        let holder = account.holder.value().map_or("（已删除）", String::as_str);
        output::line(&format!(
            "户号 {}  {}  {}  校区 {}",
            account.account_no,
            holder,
            account.class.label(),
            account.campus
        ))?;
        for entry in self.statement.entries() {
            output::line(&entry_line(entry))?;
        }
        let ledger = self.statement.ledger();
        output::line("账单：")?;
        for bill in ledger.bills() {
            output::line(&format!(
                "  {}  {}  应收 {}  未缴 {}",
                bill.bill_no,
                bill.month,
                bill.total,
                bill.open()
            ))?;
        }
        let (open, credit) = (ledger.open_amount(), ledger.credit());
        Ok(output::line(&format!("未缴合计 {open}  预存余额 {credit}"))?)
    }
}

fn entry_json(entry: &StatementEntry) -> Value {
    json!({
        "at": entry.at,
        "kind": entry.line.kind,
        "bill_no": entry.line.bill_no,
        "month": entry.line.month,
        "payment_id": entry.line.payment_id,
        "amount": entry.line.amount.to_string(),
        "balance": entry.balance.to_string(),
    })
}

fn entry_line(entry: &StatementEntry) -> String {
    let reference = match (&entry.line.bill_no, &entry.line.payment_id) {
        (Some(bill_no), _) => bill_no.as_str(),
        (None, Some(payment_id)) => payment_id.as_str(),
        (None, None) => "",
    };
    format!(
        "{}  {}  {:<24} {:>12}  余额 {:>12}",
        business_time(entry.at).format("%Y-%m-%d %H:%M"),
        entry.line.kind.label(),
        reference,
        entry.line.amount,
        entry.balance
    )
}
