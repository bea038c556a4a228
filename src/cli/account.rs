//! What an auditor asks of an account, answered from events alone.

use chaobiao_decision::StreamId;
use chaobiao_domain::account::{Account, AccountEvent, AccountRecord, StatementLine};
use chaobiao_domain::units::{AccountNo, Fen, business_date, business_time};
use chaobiao_eventstore::{EventStore, RecordedEvent};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use cqrs_es::Aggregate;
use serde_json::{Value, json};

use super::{CommandError, Context, output};

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
    /// 只计至此日（含）的业务
    #[arg(long, value_name = "日期")]
    as_of: Option<NaiveDate>,
    /// 只用当时已记录的事件
    #[arg(long, value_name = "时间")]
    known_at: Option<DateTime<Utc>>,
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
        let stream = StreamId::new(Account::TYPE, self.account_no.as_str());
        let mut history = store.history(&stream).await?;
        history.retain(|event| self.covers(event));
        let mut account = Account::default();
        let mut entries = Vec::new();
        let mut balance = Fen::ZERO;
        for recorded in &history {
            let event: AccountEvent = recorded.decode()?;
            for line in event.statement_lines() {
                balance = balance.checked_add(line.change()).ok_or("金额超出可计算范围")?;
                entries.push(Entry { at: recorded.recorded_at, line, balance });
            }
            account.apply(event);
        }
        let account = account.opened(&self.account_no)?;
        if self.json {
            return Ok(output::line(&self.to_json(account, &entries).to_string())?);
        }
        self.print(account, &entries)
    }

    fn covers(&self, event: &RecordedEvent) -> bool {
        self.known_at.is_none_or(|instant| event.known_at <= instant)
            && self.as_of.is_none_or(|day| business_date(event.recorded_at) <= day)
    }

    fn to_json(&self, account: &AccountRecord, entries: &[Entry]) -> Value {
        let ledger = account.ledger();
        let bills = ledger.bills().into_iter().map(|bill| {
            json!({
                "bill_no": bill.bill_no,
                "month": bill.month,
                "total": bill.total.to_string(),
                "open": bill.open().to_string(),
            })
        });
        json!({
            "account_no": self.account_no,
            "class": account.class,
            "campus": account.campus,
            "holder": account.holder.value(),
            "as_of": self.as_of,
            "known_at": self.known_at,
            "entries": entries.iter().map(Entry::to_json).collect::<Vec<_>>(),
            "bills": bills.collect::<Vec<_>>(),
            "open": ledger.open_amount().to_string(),
            "credit": ledger.credit().to_string(),
        })
    }

    fn print(&self, account: &AccountRecord, entries: &[Entry]) -> Result<(), CommandError> {
        let holder = account.holder.value().map_or("（已删除）", String::as_str);
        output::line(&format!(
            "户号 {}  {}  {}  校区 {}",
            self.account_no,
            holder,
            account.class.label(),
            account.campus
        ))?;
        for entry in entries {
            output::line(&entry.to_string())?;
        }
        let ledger = account.ledger();
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

/// A line of the statement with what is owed after it.
struct Entry {
    at: DateTime<Utc>,
    line: StatementLine,
    /// Open bills less credit.
    balance: Fen,
}

impl Entry {
    fn to_json(&self) -> Value {
        json!({
            "at": self.at,
            "kind": self.line.kind,
            "bill_no": self.line.bill_no,
            "month": self.line.month,
            "payment_id": self.line.payment_id,
            "amount": self.line.amount.to_string(),
            "balance": self.balance.to_string(),
        })
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reference = match (&self.line.bill_no, &self.line.payment_id) {
            (Some(bill_no), _) => bill_no.as_str(),
            (None, Some(payment_id)) => payment_id.as_str(),
            (None, None) => "",
        };
        write!(
            f,
            "{}  {}  {:<24} {:>12}  余额 {:>12}",
            business_time(self.at).format("%Y-%m-%d %H:%M"),
            self.line.kind.label(),
            reference,
            self.line.amount,
            self.balance
        )
    }
}
