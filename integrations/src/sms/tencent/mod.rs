//! Tencent Cloud SMS, `SendSms` of 2021-01-11.

mod client;
mod sign;

pub use client::{Tencent, TencentConfig};
pub use sign::{Tc3, Tc3Signature};
