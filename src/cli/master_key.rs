//! The master key, with which the keys of people are wrapped.

use chaobiao_eventstore::{MasterKey, change_master_key};
use clap::{Args, Subcommand};

use super::{CommandError, Context, output};
use crate::app::Core;
use crate::config::Config;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 换用新的主密钥：重新包裹所有个人密钥，可中断后重做，服务无须停止
    Change,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let What::Change = self.what;
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => change(&config, &core).await,
            Err(error) => Err(error),
        };
        database.close().await;
        output::line(&done?)?;
        Ok(())
    }
}

/// Ends where a kill left off: the next key stays the same until it has taken the place of the
/// present one.
async fn change(config: &Config, core: &Core) -> Result<String, CommandError> {
    let next = MasterKey::new(*config.next_master_key()?.expose());
    let change = change_master_key(&core.store, &next).await?;
    let former = config.adopt_next_master_key()?;
    Ok(format!(
        "主密钥已更换，重新包裹 {} 个个人密钥；原密钥移至 {}，请移到别处，与更换前的备份同期保管，期满销毁；\
         另有密钥文件的节点须换上新文件",
        change.wrapped,
        former.display()
    ))
}
