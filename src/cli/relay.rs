//! 内外网转发: the front-end machine of an inner network, and what it is given.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chaobiao_eventstore::SystemClock;
use clap::{Args, Subcommand};

use super::{CommandError, Context, output};
use crate::collectors::{FrontEnd, PlanFile};
use crate::config::new_key_file;
use crate::shutdown::Shutdown;
use crate::telemetry;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 生成两端共用的密钥文件
    Key {
        /// 写入文件；已有则不动
        #[arg(long, value_name = "文件")]
        out: PathBuf,
    },
    /// 在服务器上：把采集计划写成文件，交给前置机
    Plan {
        #[arg(long, value_name = "文件")]
        out: PathBuf,
    },
    /// 在内网前置机上：按计划采集，存盘并转发到服务器
    Run,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        match self.what {
            What::Key { out } => {
                let config = context.config()?;
                new_key_file(&config.data_dir, &out)?;
                output::line(&format!("密钥文件 {}，两端各放一份", out.display()))?;
                Ok(())
            }
            What::Plan { out } => plan(context, out).await,
            What::Run => run(context).await,
        }
    }
}

async fn plan(context: &Context, out: PathBuf) -> Result<(), CommandError> {
    let (_, database) = context.open().await?;
    let plan = PlanFile::current(database.pool()).await;
    database.close().await;
    let plan = plan?;
    // Whole or not at all: the front-end machine may be reading it.
    let unfinished = out.with_extension("unfinished");
    fs::write(&unfinished, serde_json::to_vec_pretty(&plan)?)?;
    fs::rename(&unfinished, &out)?;
    let (collectors, meters) = (plan.collectors.len(), plan.meters());
    output::line(&format!("采集计划：采集器 {collectors} 台，表计 {meters} 块"))?;
    Ok(())
}

async fn run(context: &Context) -> Result<(), CommandError> {
    let config = context.config()?;
    telemetry::install_logging(&config.telemetry)?;
    let shutdown = Shutdown::on_signals()?;
    let front_end = FrontEnd::start(&config, Arc::new(SystemClock)).await?;
    output::line(&format!("前置机已启动，存有 {} 条", front_end.kept()))?;
    let failed = tokio::select! {
        () = shutdown.requested() => false,
        () = front_end.failed() => true,
    };
    front_end.stop().await;
    if failed {
        return Err("磁盘写入失败，需检查后重新启动".into());
    }
    Ok(())
}
