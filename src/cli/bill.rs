//! What an auditor asks of bills, answered from events alone.

use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::units::BillNo;
use chaobiao_eventstore::EventStore;
use chaobiao_graphql::billing::{Replay, replay};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 仅从开账之前的事件重算账单，并与开出的账单逐行比对
    Replay(ReplayBills),
}

#[derive(Args, Debug)]
struct ReplayBills {
    /// 账单号
    #[arg(required_unless_present = "all")]
    bill_no: Option<BillNo>,
    /// 所有账单；有一张不符即失败
    #[arg(long, conflicts_with = "bill_no")]
    all: bool,
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let Action::Replay(replay) = self.action;
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => replay.run(&core.store).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl ReplayBills {
    async fn run(self, store: &EventStore) -> Result<(), CommandError> {
        let Some(bill_no) = &self.bill_no else {
            return self.run_all(store).await;
        };
        let replayed = replay(store, bill_no).await?;
        let replayed = replayed.ok_or_else(|| format!("没有账单 {bill_no}"))?;
        if self.json {
            output::line(&to_json(&replayed).to_string())?;
        } else {
            print(&replayed)?;
        }
        equal(&replayed)
    }

    async fn run_all(&self, store: &EventStore) -> Result<(), CommandError> {
        let (mut bills, mut different) = (0_u64, 0_u64);
        for event in store.events_of_type("account.charged").await? {
            let AccountEvent::Charged(bill) = event.decode()? else {
                continue;
            };
            // What the charging system has worked out cannot be worked out here.
            if bill.origin.is_some() {
                continue;
            }
            bills += 1;
            let replayed = replay(store, &bill.bill_no).await?;
            if !replayed.is_some_and(|replayed| replayed.is_equal()) {
                different += 1;
                output::line(&format!("账单 {} 重算不符", bill.bill_no))?;
            }
        }
        let found = json!({ "bills": bills, "different": different });
        if self.json {
            output::line(&found.to_string())?;
        } else {
            output::line(&format!("重算 {bills} 张账单，{different} 张不符"))?;
        }
        if different == 0 {
            Ok(())
        } else {
            Err(format!("{different} 张账单重算不符").into())
        }
    }
}

fn equal(replayed: &Replay) -> Result<(), CommandError> {
    if replayed.is_equal() {
        Ok(())
    } else {
        Err(format!("账单 {} 重算不符", replayed.issued.bill_no).into())
    }
}

fn to_json(replayed: &Replay) -> serde_json::Value {
    json!({
        "bill_no": replayed.issued.bill_no,
        "equal": replayed.is_equal(),
        "position": replayed.position,
        "issued": replayed.issued,
        "replayed": replayed.replayed,
    })
}

fn print(replayed: &Replay) -> Result<(), CommandError> {
    let (issued, again) = (&replayed.issued, &replayed.replayed);
    output::line(&format!(
        "账单 {}  账期 {}  人口 {}  开出 {}  重算 {}",
        issued.bill_no, issued.month, again.persons, issued.total, again.bill.total
    ))?;
    for reading in &again.readings {
        output::line(&format!(
            "  表 {}  {}  示数 {}  累计 {}  {}",
            reading.meter_no,
            reading.read_on,
            reading.index,
            reading.cumulative,
            reading.reading_id
        ))?;
    }
    for line in &again.bill.lines {
        let tier = line.tier.map_or(String::new(), |tier| format!("第{tier}阶 "));
        output::line(&format!(
            "  {} {} {} 版本 {}  {tier}{} × {} = {}",
            line.meter_no,
            line.component,
            line.tariff_id,
            line.version_from,
            line.quantity,
            line.price,
            line.amount
        ))?;
    }
    Ok(())
}
