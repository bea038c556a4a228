//! Commands to single meters, and how they end.

use chaobiao_devices::dlt645::{Operator, Password};
use chrono::{DateTime, Utc};

use crate::meter::{CollectorId, Meter, MeterAddress};
use crate::talk::MeterReading;

/// Names a command; whoever gives the same twice has it carried out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u128);

/// Something to be done at one meter now.
#[derive(Clone, Debug)]
pub struct Command {
    pub id: CommandId,
    pub collector: CollectorId,
    pub act: Act,
    /// Not sent any more from then on.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Act {
    /// One item; the meter's total where none is named.
    Read { meter: Meter, item: Option<u32> },
    /// A relay or valve.
    Switch {
        meter: Meter,
        to: SwitchTo,
        /// DL/T 645-2007: whose order it is. Without it nothing is sent: a meter locks itself
        /// after some wrong passwords.
        authority: Option<Authority>,
    },
    /// Find the one meter that hangs alone on the bus.
    Probe,
    /// A whole round now.
    Sweep,
}

/// Where a relay or valve is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchTo {
    /// Supply off: 拉闸, 关阀.
    Off,
    /// Supply on: 合闸, 开阀.
    On,
    /// Supply on when somebody presses the button: 合闸允许.
    PermitOn,
}

/// What a meter asks for before it obeys. Not shown by `Debug`.
#[derive(Clone, Copy, Debug)]
pub struct Authority {
    pub password: Password,
    pub operator: Operator,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Read(Box<MeterReading>),
    /// A read that was not answered: nothing has changed, it may be asked again.
    NoAnswer,
    /// The meter refused.
    Refused {
        word: Vec<u8>,
    },
    /// Read back: the relay or valve is where it was to be. `acknowledged`: the meter had said so.
    Confirmed {
        acknowledged: bool,
    },
    /// The meter took the order, and read back again and again it is not where it was to be.
    NotObeyed,
    /// The order went out, and nobody knows what became of it. It is not sent again: look first.
    /// `in_place`: what reading back showed, if it showed anything.
    Unknown {
        acknowledged: bool,
        in_place: Option<bool>,
    },
    Found(MeterAddress),
    /// A round was done.
    Swept,
    /// Never sent.
    NotSent(NotSent),
}

/// Why a command was never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    #[error("采集器没有连接")]
    NoLink,
    #[error("采集器任务过多")]
    Busy,
    #[error("命令已过期")]
    Expired,
    #[error("表计不支持")]
    Unsupported,
    #[error("缺少操作密码")]
    NoAuthority,
    #[error("命令已执行过")]
    Duplicate,
    #[error("连接中断")]
    LinkLost,
}
