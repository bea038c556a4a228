//! CJ/T 188-2004 and -2018: water, heat and gas meters.

mod di;
mod exchange;
mod frame;
mod message;
mod read;
mod reading;
mod units;

pub use di::{Di, DiOrder};
pub use exchange::sort;
pub use frame::{Frame, Wire, encode};
pub use message::{Answer, Message, Request, Target, ValveOrder};
pub use read::read;
pub use reading::{
    Amount, Clock, ClockOrder, Options, Reading, Status, StatusLayout, UnitOrder, Valve,
};
pub use units::{Kind, UNITS, UnitCode, unit};

/// A meter's address: fourteen digits, of which the first four are often the maker's code and not
/// printed on the meter.
pub type Address = crate::address::Address<7>;

/// Marks a frame from the meter.
pub const FROM_METER: u8 = 0x80;
/// Marks a refusal.
pub const ABNORMAL: u8 = 0x40;
/// Stands for any kind of meter.
pub const ANY_TYPE: u8 = 0xAA;

/// The kinds of meters, by the digits of `T`.
pub fn type_title(meter_type: u8) -> &'static str {
    match meter_type {
        0x10 => "冷水表",
        0x11 => "热水表",
        0x12 => "直饮水表",
        0x13 => "中水表",
        0x14..=0x19 => "水表",
        0x20 | 0x23..=0x29 => "热量表",
        0x21 => "冷量表",
        0x22 => "冷热量表",
        0x30..=0x39 => "燃气表",
        0x40..=0x49 => "电表或自定义",
        ANY_TYPE => "任意",
        _ => "未知",
    }
}
