//! `UnionPay` online gateway (银联在线网关支付), 5.1.0.

mod client;
mod fields;
mod file;
mod order;
mod sign;
mod verify;

pub use client::{Found, UnionPay, UnionPayConfig};
pub use fields::{Fields, UnreadableForm};
pub use file::{DayFile, FileError, FileRow, read_day_file};
pub use order::{Back, FrontForm, FrontOrder, OrderKey, Result as TradeResult, beijing};
pub use sign::Merchant;
pub use verify::{Chain, Distrust};
