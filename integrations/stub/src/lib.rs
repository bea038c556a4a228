//! Payment gateways for tests, in process, and an official account and providers of text messages,
//! on ports of this machine, too: they check what they are sent as strictly as the real ones, sign what
//! they answer, and misbehave when told to. Their keys are test keys that everybody can read.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a stub for tests says by a panic what is wrong with the test"
)]

mod account;
mod listen;
mod sms;
mod unionpay;
mod wechat;

pub use account::{AccountDoor, AccountStub, AccountTrouble, Shown};
pub use sms::{Received, SmsStub, SmsTrouble};
pub use unionpay::UnionPayStub;
pub use wechat::WechatStub;

use std::collections::VecDeque;

/// The next call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing comes back, and nothing has happened.
    Lost,
    /// Nothing comes back, though it has happened.
    LostAfterEffect,
    /// An answer comes, by somebody else.
    Forged,
}

/// A notice that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// Signed ten minutes ago.
    Late,
    /// Signed by somebody else.
    Forged,
    /// Right, but for one letter changed on its way.
    Changed,
    Amount(i64),
    Merchant(&'static str),
    ExpiredCertificate,
}

type Troubles = VecDeque<Trouble>;

/// A test key or certificate, by name.
macro_rules! test_file {
    ($name:literal) => {
        include_str!(concat!("../../testdata/", $name, ".pem"))
    };
}
pub(crate) use test_file;
