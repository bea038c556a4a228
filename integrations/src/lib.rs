//! How payment gateways, providers of text messages and the official account are spoken to. What is
//! pure (signing, verifying, forms, day files) is apart from the calls, so that published examples
//! test it; the clock is always passed in.

mod http;
mod keys;
mod percent;
pub mod sms;
pub mod unionpay;
pub mod wechat;
pub mod wechat_pay;

pub use http::{Answer, CallError, Called, Https, Wire, WireRequest};
pub use keys::{Certificate, KeyError, SigningKey, VerifyingKey};
