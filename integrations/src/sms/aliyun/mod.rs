//! Alibaba Cloud SMS, `SendSms` of product Dysmsapi, 2017-05-25.

mod client;
mod sign;

pub use client::{Aliyun, AliyunConfig, AliyunSignature};
pub use sign::{Acs3, acs3_authorization, canonical_query, rpc_signature};
