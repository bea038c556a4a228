//! The menu of the official account: the pages most people come for.

use chaobiao_integrations::wechat::{Menu, MenuButton, MenuEntry, MenuError, WechatError};
use chrono::{DateTime, Utc};

use super::setup;
use crate::config::{Config, ConfigError};

const PAY: [(&str, &str); 4] = [
    ("账单缴费", "/m/bills"),
    ("充值", "/m/pay"),
    ("缴费记录", "/m/payments"),
    ("用量查询", "/m/usage"),
];
const READ: (&str, &str) = ("自助抄表", "/m/");
const SERVICE: [(&str, &str); 5] = [
    ("故障报修", "/m/cases/new?kind=FAULT"),
    ("上门预约", "/m/visits"),
    ("停水停电", "/m/outages"),
    ("服务信息", "/m/articles"),
    ("联系我们", "/m/offices"),
];

/// Why there is no menu, or it was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MenuFault {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("没有配置公众号：wechat.app_id / no official account is set up: wechat.app_id")]
    NoAccount,
    #[error("菜单不符合公众号的规定：{0} / not a menu the account takes")]
    Menu(#[from] MenuError),
    #[error("公众号没有接受菜单：{0} / the account did not take the menu")]
    Untaken(#[from] WechatError),
}

/// The menu of a site.
fn menu(public_url: &str) -> Result<Menu, MenuError> {
    let entry = |(name, path): (&str, &str)| MenuEntry {
        name: name.to_owned(),
        url: format!("{public_url}{path}"),
    };
    let several = |name: &str, entries: &[(&str, &str)]| MenuButton::Several {
        name: name.to_owned(),
        entries: entries.iter().copied().map(entry).collect(),
    };
    Menu::new(vec![
        several("缴费", &PAY),
        MenuButton::Page(entry(READ)),
        several("服务", &SERVICE),
    ])
}

/// The menu of the account that is set up; published where asked for.
pub async fn site_menu(config: &Config, publish: Option<DateTime<Utc>>) -> Result<Menu, MenuFault> {
    let account = setup::account(&config.wechat)?.ok_or(MenuFault::NoAccount)?;
    let menu = menu(&account.public_url)?;
    if let Some(now) = publish {
        account.client.publish_menu(&menu, now).await?;
    }
    Ok(menu)
}
