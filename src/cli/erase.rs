use chaobiao_decision::{Actor, CommandContext, Process};
use chaobiao_domain::account::EraseHolder;
use chaobiao_domain::customer::{EraseCustomer, FindByPhone};
use chaobiao_domain::units::{AccountNo, CustomerId, Phone};
use clap::Args;
use uuid::Uuid;

use super::{CommandError, Context, output};
use crate::app::Core;
use crate::config::Config;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// 谁：customer/<用户编号>、phone/<手机号>（注册用户）或 account/<户号>（户主）
    subject: String,
    /// 只说明会发生什么，不做任何改动
    #[arg(long)]
    dry_run: bool,
    /// 确认删除；不可恢复
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

/// Somebody whose personal data can be given up.
enum Subject {
    Customer(CustomerId),
    Holder(AccountNo),
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => self.erase(&config, &core).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }

    async fn erase(&self, config: &Config, core: &Core) -> Result<(), CommandError> {
        let subject = Subject::find(&self.subject, core).await?;
        if !self.dry_run && !self.yes {
            return Err("个人信息删除后不可恢复：先以 --dry-run 查看，再以 --yes 确认".into());
        }
        match subject {
            Subject::Customer(customer_id) => {
                let erased = self.decide(core, EraseCustomer { customer_id }).await?;
                let accounts: Vec<String> =
                    erased.accounts.iter().map(ToString::to_string).collect();
                self.tell(&format!(
                    "用户 {} 的手机号、微信号、会话与照片{}；解除绑定的户号：{}",
                    erased.customer_id,
                    self.when(),
                    if accounts.is_empty() { "无".to_owned() } else { accounts.join("、") },
                ))
            }
            Subject::Holder(account_no) => {
                let accounting_years = config.retention.accounting_years;
                let erase = EraseHolder { account_no, accounting_years };
                let erasing = self.decide(core, erase).await?;
                self.tell(&format!(
                    "户号 {} 的户主电话与地址{}；姓名在会计档案期满后删除：{}",
                    erasing.account_no,
                    self.when(),
                    erasing.name_until,
                ))
            }
        }
    }

    const fn when(&self) -> &'static str {
        if self.dry_run { "将被删除" } else { "已决定删除，由运行中的服务随即执行" }
    }

    fn tell(&self, text: &str) -> Result<(), CommandError> {
        let mark = if self.dry_run { "（试算，未改动）" } else { "" };
        Ok(output::line(&format!("{text}{mark}"))?)
    }

    async fn decide<P: Process>(&self, core: &Core, process: P) -> Result<P::Outcome, CommandError> {
        let context = context_of(core);
        if self.dry_run {
            Ok(core.bus.preview(&context, &process).await?)
        } else {
            Ok(core.bus.execute(context, process).await?.outcome)
        }
    }
}

/// Erasing again changes nothing, so every call may be a command of its own.
fn context_of(core: &Core) -> CommandContext {
    let actor = Actor::System("cli".to_owned());
    CommandContext::new(Uuid::now_v7(), actor, core.store.clock().now())
}

impl Subject {
    async fn find(text: &str, core: &Core) -> Result<Self, CommandError> {
        let (kind, id) = text.split_once('/').unwrap_or((text, ""));
        match kind {
            "customer" => Ok(Self::Customer(CustomerId::try_new(id)?)),
            "account" => Ok(Self::Holder(AccountNo::try_new(id)?)),
            "phone" => {
                let find = FindByPhone { phone: id.parse::<Phone>()? };
                let found = core.bus.preview(&context_of(core), &find).await?;
                Ok(Self::Customer(found.ok_or("该手机号没有注册用户")?))
            }
            _ => Err("请写作 customer/<用户编号>、phone/<手机号> 或 account/<户号>".into()),
        }
    }
}
