//! Files of meters, accounts and readings.

use std::path::{Path, PathBuf};

use chaobiao_decision::Actor;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::directory;
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::Core;
use crate::import::{
    CampusNames, FileKind, ImportNews, ImportRequest, RowVerdict, Source, Verdict, import,
};

use super::error::RowsRefused;
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
    /// 读数：用量由系统计算
    Readings {
        #[arg(long, value_enum)]
        source: SourceName,
        #[command(flatten)]
        file: File,
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
        let (kind, file) = match self.what {
            What::Meters(file) => (FileKind::Meters, file),
            What::Accounts(file) => (FileKind::Accounts, file),
            What::Readings { source, file } => {
                let source = match source {
                    SourceName::Handheld => Source::Handheld,
                    SourceName::Platform => Source::Platform,
                    SourceName::Remote => Source::Remote,
                };
                (FileKind::Readings(source), file)
            }
        };
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => take_in(&core, kind, &file).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

async fn take_in(core: &Core, kind: FileKind, file: &File) -> Result<(), CommandError> {
    let bytes = tokio::fs::read(&file.path)
        .await
        .map_err(|error| format!("无法读取 {}：{error}", file.path.display()))?;
    let request = ImportRequest {
        kind,
        file_name: name_of(&file.path),
        actor: Actor::System("import".to_owned()),
        at: core.store.clock().now(),
        dry_run: file.dry_run,
        campuses: campuses(core).await?,
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

async fn campuses(core: &Core) -> Result<CampusNames, CommandError> {
    let rows = directory::campuses(core.store.pool()).await?;
    let named = rows
        .into_iter()
        .map(|row| Ok((CampusId::try_new(&row.campus_id)?, row.name)))
        .collect::<Result<Vec<_>, CommandError>>()?;
    Ok(CampusNames::new(named))
}
