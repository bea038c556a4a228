//! Files for other systems.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use chaobiao_decision::Actor;
use chaobiao_domain::payment_export::{ExportBasis, ExportBatchId};
use chaobiao_domain::reading_export::ReadingBatchId;
use chaobiao_domain::units::{BillingMonth, CampusId};
use chaobiao_projections::payments::query::batches_for;
use clap::{Args, Subcommand};

use crate::app::Core;
use crate::config::Config;
use crate::export::{
    Batch, Format, ReadingFile, close_batch, close_readings, read_batch,
};

use super::{CommandError, Context, output};

/// How long what was written before may take to be counted.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 导出缴费记录给收费系统：每条记录只进入一个批次，批次可重复取
    Payments(Payments),
    /// 导出抄表读数与用量给收费系统：每条读数只进入一个批次，批次可重复取
    Readings(Readings),
}

#[derive(Args, Debug)]
struct Readings {
    /// 抄表月份，YYYY-MM
    #[arg(long, value_name = "月份", required_unless_present = "batch")]
    month: Option<BillingMonth>,
    /// 缺省为全部校区
    #[arg(long, value_name = "校区")]
    campus: Option<CampusId>,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// 重新取出已有批次，内容不变
    #[arg(long, value_name = "批次", conflicts_with_all = ["month", "campus"])]
    batch: Option<ReadingBatchId>,
    /// 写入文件，缺省输出到标准输出
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Payments {
    /// 账单月份，YYYY-MM
    #[arg(long, value_name = "月份", required_unless_present = "batch")]
    month: Option<BillingMonth>,
    /// 月份指缴费月份而不是账单月份
    #[arg(long)]
    paid_month: bool,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// 重新取出已有批次，内容不变
    #[arg(long, value_name = "批次", conflicts_with_all = ["month", "paid_month"])]
    batch: Option<ExportBatchId>,
    /// 写入文件，缺省输出到标准输出
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => match self.action {
                Action::Payments(payments) => payments.run(&config, &core).await,
                Action::Readings(readings) => readings.run(&config, &core).await,
            },
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl Readings {
    async fn run(self, config: &Config, core: &Core) -> Result<(), CommandError> {
        let batch_id = match (self.batch, self.month) {
            (Some(batch_id), _) => batch_id,
            (None, Some(month)) => self.close(config, core, month).await?,
            (None, None) => return Err("请用 --month 指定月份".into()),
        };
        let read = ReadingFile::read(core.store.pool(), batch_id).await?;
        let read = read.ok_or_else(|| format!("没有批次 {batch_id}"))?;
        let file = read.file(self.format)?;
        let Some(out) = &self.out else {
            io::stdout().lock().write_all(&file)?;
            return Ok(());
        };
        fs::write(out, file)?;
        output::line(&format!("批次 {batch_id}：{} 条读数", read.readings.len()))?;
        Ok(())
    }

    /// Works beside a server and without one.
    async fn close(
        &self,
        config: &Config,
        core: &Core,
        month: BillingMonth,
    ) -> Result<ReadingBatchId, CommandError> {
        let daemon = core.start_daemon(config)?;
        // What is not seen in time waits for the next batch.
        daemon.settle(SETTLED_WITHIN).await;
        let actor = Actor::System("cli".to_owned());
        let closed = close_readings(core, &daemon, &actor, month, self.campus.as_ref()).await;
        daemon.shutdown().await;
        closed?.ok_or_else(|| format!("{month} 没有可导出的新抄表数据").into())
    }
}

impl Payments {
    async fn run(self, config: &Config, core: &Core) -> Result<(), CommandError> {
        let batch_id = match (self.batch, self.month) {
            (Some(batch_id), _) => batch_id,
            (None, Some(month)) => self.close(config, core, month).await?,
            (None, None) => return Err("请用 --month 指定月份".into()),
        };
        let batch = read_batch(core.store.pool(), batch_id).await?;
        let batch = batch.ok_or_else(|| format!("没有批次 {batch_id}"))?;
        let file = batch.file(self.format)?;
        let Some(out) = &self.out else {
            io::stdout().lock().write_all(&file)?;
            return Ok(());
        };
        fs::write(out, file)?;
        output::line(&summary(&batch))?;
        Ok(())
    }

    /// Works beside a server and without one.
    async fn close(
        &self,
        config: &Config,
        core: &Core,
        month: BillingMonth,
    ) -> Result<ExportBatchId, CommandError> {
        let basis = if self.paid_month { ExportBasis::PaidMonth } else { ExportBasis::BillMonth };
        let daemon = core.start_daemon(config)?;
        // What is not seen in time waits for the next batch.
        daemon.settle(SETTLED_WITHIN).await;
        let actor = Actor::System("cli".to_owned());
        let closed = close_batch(core, &daemon, &actor, basis, month).await;
        daemon.shutdown().await;
        match closed? {
            Some(batch_id) => Ok(batch_id),
            None => Err(nothing_new(core, basis, month).await?),
        }
    }
}

async fn nothing_new(
    core: &Core,
    basis: ExportBasis,
    month: BillingMonth,
) -> Result<CommandError, CommandError> {
    let before = batches_for(core.store.pool(), basis, month).await?;
    let before: Vec<String> = before.iter().map(|batch| batch.batch_id.to_string()).collect();
    let known = if before.is_empty() {
        String::new()
    } else {
        format!("；已有批次 {}，可用 --batch 再次取出", before.join("、"))
    };
    Ok(format!("{month} 没有可导出的新缴费记录{known}").into())
}

fn summary(batch: &Batch) -> String {
    format!(
        "批次 {}：{} 行，合计 {} 元",
        batch.batch.batch_id,
        batch.rows.len(),
        batch.batch.total
    )
}
