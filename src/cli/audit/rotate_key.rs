use chaobiao_eventstore::notary::change_key;

use super::{CommandError, Context, output};
use crate::app::Core;
use crate::checkpoint_store;
use crate::config::Config;

/// Ends where a kill left off: the next key stays the same until it has taken the place of the
/// present one, and the same change again changes nothing.
pub(super) async fn run(context: &Context) -> Result<(), CommandError> {
    let (config, database) = context.open().await?;
    let done = match context.core(&config, &database).await {
        Ok(core) => rotate(&config, &core).await,
        Err(error) => Err(error),
    };
    database.close().await;
    let size = done?;
    let public = config.log_public_key_file();
    Ok(output::line(&format!(
        "已更换：含 {size} 条的检查点由新旧密钥共同签名，之后只由新密钥签名；请分发 {}，\
         其他节点须换上新的 log.key",
        public.display()
    ))?)
}

async fn rotate(config: &Config, core: &Core) -> Result<u64, CommandError> {
    let (old, next) = (config.log_key()?, config.next_log_key()?);
    let sinks = checkpoint_store::sinks(config)?;
    let size = change_key(&core.store, &old, &next, &sinks).await?;
    config.adopt_next_log_key(size)?;
    Ok(size)
}
