//! Files of meters, accounts, readings and bills.

mod bills;

use std::path::{Path, PathBuf};

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::gateway_statement::Verdict as RowVerdictThere;
use chaobiao_domain::historic_usage::WithdrawHistoricUsage;
use chaobiao_domain::import_batch::{RequestImportUndo, is_of_readings};
use chaobiao_domain::import_profile::{LookUpProfile, ProfileLayout};
use chaobiao_domain::units::{CampusId, ImportBatchId, ImportProfileId};
use chaobiao_projections::{historic_usage, imports};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::Core;
use crate::gateways::statement::{StatementFile, compare};
use crate::import::{
    CampusNames, FileKind, ImportNews, ImportRequest, RowVerdict, Source, TariffNames, Verdict,
    import,
};

use uuid::Uuid;

use super::error::{DifferencesFound, RowsRefused};
use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 表计：计量点及其表具
    Meters(File),
    /// 户号：新户建立，已有户号按文件更新
    Accounts(File),
    /// 户表关系：哪个户号从哪天起按哪个价格付哪块表
    Assignments(File),
    /// 读数：用量由系统计算
    Readings {
        #[arg(long, value_enum)]
        source: SourceName,
        #[command(flatten)]
        file: File,
    },
    /// 历史用量：收费系统中的旧月份，只供查询比较，不再计费
    History(File),
    /// 工资代扣回盘：实扣的每一行入账一笔，未扣的记下原因
    Payroll(File),
    /// 收费系统账单：收费系统开账的月份，其账单、欠费入账；再次导入按新文件更正
    Bills {
        /// 之后已导入过较新的账单文件，仍按这个较旧的文件处理
        #[arg(long)]
        older: bool,
        #[command(flatten)]
        file: File,
    },
    /// 与收费系统对账：按户号、账期核对其账单与欠费，列出差异，不改账
    Reconcile {
        /// 文件所含校区，缺省为全部
        #[arg(long, value_name = "校区")]
        campus: Option<CampusId>,
        /// 按导入方案读取文件
        #[arg(long, value_name = "方案")]
        profile: Option<ImportProfileId>,
        #[arg(value_name = "文件")]
        path: PathBuf,
    },
    /// 按导入方案读取厂家文件：掌上机 DBF、定宽文本、平台 CSV/XLSX/JSON
    With {
        #[arg(value_name = "方案")]
        profile: ImportProfileId,
        #[command(flatten)]
        file: File,
    },
    /// 支付平台对账单：逐行与本系统核对，列出差异
    Statement {
        #[arg(long, value_enum)]
        channel: GatewayName,
        /// 本中心在该平台的商户号
        #[arg(long, value_name = "商户号")]
        merchant: String,
        /// 对账单日期
        #[arg(long, value_name = "日期")]
        day: NaiveDate,
        /// 微信支付：解压后的交易账单；银联：应答中的 fileContent
        #[arg(value_name = "文件")]
        path: PathBuf,
    },
    /// 撤回一批历史用量；读数文件则申请撤回，由另一人在后台批准
    Undo {
        #[arg(value_name = "批次")]
        batch: ImportBatchId,
        /// 撤回读数文件的原因
        #[arg(long, default_value = "")]
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SourceName {
    /// 掌上机
    Handheld,
    /// 其他平台
    Platform,
    /// 远传
    Remote,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum GatewayName {
    /// 微信支付
    WechatPay,
    /// 银联在线
    UnionPay,
}

#[derive(Args, Debug)]
struct File {
    /// CSV（UTF-8 或 GB18030）或 XLSX
    #[arg(value_name = "文件")]
    path: PathBuf,
    /// 只判断每一行，不写入
    #[arg(long)]
    dry_run: bool,
    /// 每行一个 JSON 对象，最后一行为汇总
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => self.what.run(&core).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl What {
    async fn run(self, core: &Core) -> Result<(), CommandError> {
        let (kind, profile, file) = match self {
            Self::Undo { batch, reason } if is_of_readings(&batch) => {
                let request = RequestImportUndo {
                    batch_id: batch,
                    reason,
                };
                core.bus.execute(system(core), request).await?;
                return Ok(output::line("已申请撤回，须由另一人批准")?);
            }
            Self::Undo { batch, .. } if bills::is_of_bills(&batch) => {
                return Err("账单文件不撤回：请导入收费系统更正或作废后的新文件".into());
            }
            Self::Undo { batch, .. } => return undo(core, &batch).await,
            Self::Statement {
                channel,
                merchant,
                day,
                path,
            } => return statement(core, channel, merchant, day, &path).await,
            Self::Reconcile {
                campus,
                profile,
                path,
            } => return bills::reconcile(core, campus, profile, &path).await,
            Self::With { profile, file } => {
                let layout = layout(core, profile).await?;
                (layout.kind.into(), Some(layout), file)
            }
            Self::Meters(file) => (FileKind::Meters, None, file),
            Self::Accounts(file) => (FileKind::Accounts, None, file),
            Self::Assignments(file) => (FileKind::Assignments, None, file),
            Self::History(file) => (FileKind::History, None, file),
            Self::Payroll(file) => (FileKind::Payroll, None, file),
            Self::Bills { older, file } => {
                if !older {
                    bills::not_older(core, &read(&file.path).await?).await?;
                }
                (FileKind::Bills, None, file)
            }
            Self::Readings { source, file } => {
                let source = match source {
                    SourceName::Handheld => Source::Handheld,
                    SourceName::Platform => Source::Platform,
                    SourceName::Remote => Source::Remote,
                };
                (FileKind::Readings(source), None, file)
            }
        };
        take_in(core, kind, profile, &file).await
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let bytes = tokio::fs::read(path).await;
    Ok(bytes.map_err(|error| format!("无法读取 {}：{error}", path.display()))?)
}

async fn layout(core: &Core, profile_id: ImportProfileId) -> Result<ProfileLayout, CommandError> {
    let look_up = LookUpProfile { profile_id };
    Ok(core.bus.preview(&system(core), &look_up).await?)
}

fn system(core: &Core) -> CommandContext {
    let actor = Actor::System("import".to_owned());
    CommandContext::new(Uuid::now_v7(), actor, core.store.clock().now())
}

/// A line for every row and everything missing there; differences make the status of refused rows.
async fn statement(
    core: &Core,
    channel: GatewayName,
    merchant: String,
    day: NaiveDate,
    path: &Path,
) -> Result<(), CommandError> {
    let bytes = tokio::fs::read(path)
        .await
        .map_err(|error| format!("无法读取 {}：{error}", path.display()))?;
    let file = StatementFile {
        channel: match channel {
            GatewayName::WechatPay => GatewayChannel::WechatPay,
            GatewayName::UnionPay => GatewayChannel::UnionPay,
        },
        merchant,
        day,
        bytes: &bytes,
    };
    let compared = compare(&core.bus, &file).await?;
    for row in &compared.rows {
        let verdict = match row.verdict {
            RowVerdictThere::Agrees => "一致",
            RowVerdictThere::Differs(kind) => kind.label(),
        };
        output::line(&format!("第 {} 行 {}：{verdict}", row.line, row.order_no))?;
    }
    let missing = compared.differences.iter().filter(|it| it.line.is_none());
    for difference in missing {
        let (order_no, kind) = (&difference.order_no, difference.kind.label());
        output::line(&format!("订单 {order_no}：{kind}"))?;
    }
    let (there, agreed) = (compared.there, compared.agreed);
    output::line(&format!(
        "共 {} 行，收 {} 元、退 {} 元；一致 {} 行，差异 {} 项",
        there.rows,
        there.paid,
        there.refunded,
        agreed.rows,
        compared.differences.len()
    ))?;
    match compared.differences.len() {
        0 => Ok(()),
        differences => Err(DifferencesFound(differences).into()),
    }
}

/// Takes back what a batch of historic usage brought: each month by an event of its own.
async fn undo(core: &Core, batch: &ImportBatchId) -> Result<(), CommandError> {
    let months = historic_usage::query::of_batch(core.store.pool(), batch).await?;
    let mut withdrawn = 0_usize;
    for month in months {
        let withdraw = WithdrawHistoricUsage {
            meter_no: month.meter_no,
            month: month.month,
            batch: batch.clone(),
        };
        core.bus.execute(system(core), withdraw).await?;
        withdrawn += 1;
    }
    Ok(output::line(&format!("已撤回 {withdrawn} 个月份"))?)
}

async fn take_in(
    core: &Core,
    kind: FileKind,
    profile: Option<ProfileLayout>,
    file: &File,
) -> Result<(), CommandError> {
    let bytes = read(&file.path).await?;
    let request = ImportRequest {
        kind,
        file_name: name_of(&file.path),
        actor: Actor::System("import".to_owned()),
        at: core.store.clock().now(),
        dry_run: file.dry_run,
        campuses: CampusNames::current(core.store.pool()).await?,
        tariffs: TariffNames::current(core.store.pool()).await?,
        profile,
        undone_at: imports::query::last_undone(core.store.pool()).await?,
    };
    let mut printed = Ok(());
    let bar = ProgressBar::hidden();
    let imported = import(&core.bus, &request, &bytes, |news| match news {
        ImportNews::Begun { rows, done } => {
            if !file.json {
                show(&bar, rows, done);
            }
        }
        ImportNews::Row(verdict) => {
            bar.inc(1);
            if printed.is_ok() && (file.json || needs_a_look(verdict)) {
                printed = bar.suspend(|| print(verdict, file.json));
            }
        }
    })
    .await;
    bar.finish_and_clear();
    let summary = imported?;
    printed?;
    let dry_run = if file.dry_run { "（试算，未写入）" } else { "" };
    if file.json {
        output::line(&serde_json::to_string(&summary)?)?;
    } else {
        output::line(&format!("{summary}{dry_run}"))?;
    }
    match summary.refused {
        0 => Ok(()),
        refused => Err(RowsRefused(refused).into()),
    }
}

/// Progress, where somebody watches: on a terminal.
fn show(bar: &ProgressBar, rows: usize, done: usize) {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} 行，剩余 {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_length(rows as u64);
    bar.set_position(done as u64);
    bar.set_draw_target(ProgressDrawTarget::stderr());
}

/// What went well needs no line of its own, unless a program reads it.
fn needs_a_look(verdict: &RowVerdict) -> bool {
    matches!(verdict.verdict, Verdict::Held | Verdict::Refused)
}

fn print(verdict: &RowVerdict, json: bool) -> Result<(), CommandError> {
    let text = if json {
        serde_json::to_string(verdict)?
    } else {
        verdict.to_string()
    };
    Ok(output::line(&text)?)
}

fn name_of(file: &Path) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
