//! The first account of a new centre.

use std::collections::BTreeSet;
use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::staff::{ContactInput, HireStaff, Role};
use chaobiao_domain::units::StaffLogin;
use chaobiao_projections::directory;
use clap::{Args, Subcommand};

use crate::app::Core;
use crate::config::Config;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 建立首个管理员账号，并给出一次性初始密码
    CreateAdmin {
        #[arg(long, default_value = "admin")]
        login: StaffLogin,
        #[arg(long, default_value = "系统管理员")]
        name: String,
    },
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let Action::CreateAdmin { login, name } = self.action;
        let done = match context.core(&config, &database).await {
            Ok(core) => create_admin(&config, &core, login, name).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

async fn create_admin(
    config: &Config,
    core: &Core,
    login: StaffLogin,
    name: String,
) -> Result<(), CommandError> {
    let hire = HireStaff {
        login: login.clone(),
        name,
        department: "水电保障中心".to_owned(),
        position: "系统管理员".to_owned(),
        campus: None,
        roles: BTreeSet::from([Role::Admin]),
        contact: ContactInput::default(),
    };
    // Keyed by the login: a second call for the same one hears that it exists.
    let id = core.bus.command_id("cli/staff create-admin", login.as_str());
    let actor = Actor::System("cli".to_owned());
    let context = CommandContext::new(id, actor, core.store.clock().now());
    let hired = core.bus.execute(context, hire).await?;
    if hired.repeated {
        return Err(format!("账号 {login} 已经存在").into());
    }
    let access = core.access(config)?;
    let password = access.random_password();
    access.set_password(login.as_str(), &password, true).await??;
    wait_until_known(core, &login).await?;
    output::line(&format!("账号 {login} 已建立，初始密码（首次登录须修改）：{password}"))?;
    Ok(())
}

/// A server beside this command shows the account in a moment; without one nobody can wait.
async fn wait_until_known(core: &Core, login: &StaffLogin) -> Result<(), CommandError> {
    for _ in 0..40 {
        if directory::staff(core.store.pool(), login.as_str()).await?.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
