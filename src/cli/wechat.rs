//! The official account, from the command line.

use chaobiao_eventstore::{Clock as _, SystemClock};
use chaobiao_integrations::wechat::{MenuButton, MenuEntry};
use clap::{Args, Subcommand};

use super::{CommandError, Context, output};
use crate::wechat::site_menu;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 公众号底部菜单：显示，或发布（取代原有的，关注者几分钟内看到）
    Menu {
        #[arg(long)]
        publish: bool,
    },
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let Action::Menu { publish } = self.action;
        let config = context.config()?;
        let menu = site_menu(&config, publish.then(|| SystemClock.now())).await?;
        for button in menu.buttons() {
            match button {
                MenuButton::Page(entry) => line("", entry)?,
                MenuButton::Several { name, entries } => {
                    output::line(name)?;
                    for entry in entries {
                        line("  ", entry)?;
                    }
                }
            }
        }
        if publish {
            output::line("菜单已发布")?;
        }
        Ok(())
    }
}

fn line(indent: &str, entry: &MenuEntry) -> Result<(), CommandError> {
    output::line(&format!("{indent}{}  {}", entry.name, entry.url))?;
    Ok(())
}
