//! The official account: what `WeChat` sends us, and what we ask of it.

mod client;
mod crypt;
mod menu;
mod messages;
mod oauth;
mod page;
mod push;
mod server;
mod token;

pub use client::{AppSecret, Refusal, Wechat, WechatConfig, WechatError};
pub use crypt::{CryptError, MessageKey};
pub use menu::{Menu, MenuButton, MenuEntry, MenuError};
pub use messages::{ClientMessageId, SubscribeMessage, TemplateMessage, fitting};
pub use oauth::Identity;
pub use page::{Media, PageConfig, page_signature};
pub use push::{Push, PushError, PushKind};
pub use server::{ServerToken, Signed};
