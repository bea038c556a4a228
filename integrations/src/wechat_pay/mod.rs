//! `WeChat` Pay (微信支付), API v3, for pages inside `WeChat` (JSAPI).

mod aead;
mod bill;
mod client;
mod notice;
mod order;
mod sign;
mod verify;

pub use aead::{ApiV3Key, Sealed, Unsealable};
pub use bill::{BillError, BillRow, TradeKind, read_trade_bill};
pub use client::{WechatPay, WechatPayConfig};
pub use notice::{Notice, NoticeContent, NoticeError};
pub use order::{JsapiOrder, PageCall, Refund, RefundOrder, Transaction, TransactionAmount};
pub use sign::{Merchant, Stamp};
pub use verify::{Distrust, Platform, SignedHeaders};
