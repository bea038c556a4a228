//! The menu at the foot of the account.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::client::{Wechat, WechatError, posted};

const BUTTONS_MAX: usize = 3;
const ENTRIES_MAX: usize = 5;
/// Longer names are cut by the vendor, in the middle of a word.
const BUTTON_LETTERS_MAX: usize = 4;
const ENTRY_LETTERS_MAX: usize = 8;
const URL_BYTES_MAX: usize = 1024;

/// A page of ours under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    pub name: String,
    pub url: String,
}

/// What the foot of the account shows: one page, or several under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuButton {
    Page(MenuEntry),
    Several {
        name: String,
        entries: Vec<MenuEntry>,
    },
}

/// A menu the vendor would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu(Vec<MenuButton>);

/// Why the vendor would not take a menu, or show it otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MenuError {
    #[error("{0} buttons, where 1 to 3 are allowed")]
    Buttons(usize),
    #[error("{name} has {count} entries, where 1 to 5 are allowed")]
    Entries { name: String, count: usize },
    #[error("the name {0:?} is empty or too long")]
    Name(String),
    #[error("the address {0} is no https address, or too long")]
    Address(String),
}

impl Menu {
    pub fn new(buttons: Vec<MenuButton>) -> Result<Self, MenuError> {
        if !(1..=BUTTONS_MAX).contains(&buttons.len()) {
            return Err(MenuError::Buttons(buttons.len()));
        }
        for button in &buttons {
            match button {
                MenuButton::Page(entry) => check(entry, BUTTON_LETTERS_MAX)?,
                MenuButton::Several { name, entries } => {
                    check_name(name, BUTTON_LETTERS_MAX)?;
                    if !(1..=ENTRIES_MAX).contains(&entries.len()) {
                        let (name, count) = (name.clone(), entries.len());
                        return Err(MenuError::Entries { name, count });
                    }
                    for entry in entries {
                        check(entry, ENTRY_LETTERS_MAX)?;
                    }
                }
            }
        }
        Ok(Self(buttons))
    }

    pub fn buttons(&self) -> &[MenuButton] {
        &self.0
    }

    fn body(&self) -> Value {
        let view =
            |entry: &MenuEntry| json!({ "type": "view", "name": entry.name, "url": entry.url });
        let buttons = self.0.iter().map(|button| match button {
            MenuButton::Page(entry) => view(entry),
            MenuButton::Several { name, entries } => {
                let entries: Vec<Value> = entries.iter().map(view).collect();
                json!({ "name": name, "sub_button": entries })
            }
        });
        json!({ "button": buttons.collect::<Vec<_>>() })
    }
}

fn check_name(name: &str, letters_max: usize) -> Result<(), MenuError> {
    if (1..=letters_max).contains(&name.chars().count()) {
        Ok(())
    } else {
        Err(MenuError::Name(name.to_owned()))
    }
}

fn check(entry: &MenuEntry, letters_max: usize) -> Result<(), MenuError> {
    check_name(&entry.name, letters_max)?;
    if entry.url.starts_with("https://") && entry.url.len() <= URL_BYTES_MAX {
        Ok(())
    } else {
        Err(MenuError::Address(entry.url.clone()))
    }
}

impl Wechat {
    /// Puts a menu in place of the one there. Followers see it within minutes.
    pub async fn publish_menu(&self, menu: &Menu, now: DateTime<Utc>) -> Result<(), WechatError> {
        let body = menu.body();
        let published = self.with_token(now, |token| {
            posted(
                self.url("/cgi-bin/menu/create", &[("access_token", token)]),
                &body,
            )
        });
        published.await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> MenuEntry {
        MenuEntry {
            name: name.to_owned(),
            url: "https://water.example.edu.cn/m/".to_owned(),
        }
    }

    #[test]
    fn what_the_vendor_would_cut_or_refuse_is_refused_here() {
        let page = |name: &str| MenuButton::Page(entry(name));
        let several = |count: usize| MenuButton::Several {
            name: "服务".to_owned(),
            entries: vec![entry("停水停电通知"); count],
        };
        assert!(Menu::new(vec![page("缴费"), several(5)]).is_ok());
        assert_eq!(Menu::new(Vec::new()), Err(MenuError::Buttons(0)));
        assert_eq!(Menu::new(vec![page("缴费"); 4]), Err(MenuError::Buttons(4)));
        for count in [0, 6] {
            let name = "服务".to_owned();
            let wrong = MenuError::Entries { name, count };
            assert_eq!(Menu::new(vec![several(count)]), Err(wrong));
        }
        let long = "查询和缴费".to_owned();
        assert_eq!(Menu::new(vec![page(&long)]), Err(MenuError::Name(long)));
        let url = "http://water.example.edu.cn/m/".to_owned();
        let open = MenuEntry {
            url: url.clone(),
            ..entry("缴费")
        };
        let refused = Menu::new(vec![MenuButton::Page(open)]);
        assert_eq!(refused, Err(MenuError::Address(url)));
    }
}
