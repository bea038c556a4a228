//! What an answer's data says.

use chrono::NaiveDateTime;
use serde::Deserialize;

use crate::quantity::{Field, Quantity, Unit};

/// On which side of its digits a quantity's unit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitOrder {
    /// Whichever fits the whole answer; the standard's if both do.
    #[default]
    Auto,
    /// As in the standard.
    ValueUnit,
    /// As real heat meters do.
    UnitValue,
}

/// Which part of the clock comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockOrder {
    /// Whichever gives a time; the standard's if both do.
    #[default]
    Auto,
    /// As in the standard: seconds first.
    SecondFirst,
    /// Century first.
    YearFirst,
}

/// Where the bits of the status word are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusLayout {
    /// Valve in bits 0 and 1, battery in bit 2.
    #[default]
    Standard,
    /// Valve in bits 7 and 6, battery in bit 5.
    HighBits,
}

/// What a maker does differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub unit_order: UnitOrder,
    pub clock_order: ClockOrder,
    pub status_layout: StatusLayout,
    /// Decimals of volumes in litres, where they are not those of the standard.
    pub litre_decimals: Option<u8>,
    /// Digits come the highest first.
    pub high_first: bool,
    /// DATA is enciphered: it is kept, not read.
    pub enciphered: bool,
}

/// A quantity with its unit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub value: Field<Quantity>,
    /// [`Unit::None`] if the code is unknown, or there is none.
    pub unit: Unit,
    pub code: Option<u8>,
    pub unit_first: bool,
    /// The digits as sent.
    pub raw: [u8; 4],
}

/// A valve, as the meter thinks it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Valve {
    Open,
    Closed,
    Reserved,
    Fault,
}

impl Valve {
    /// The stable name used in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Reserved => "reserved",
            Self::Fault => "fault",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "阀门开",
            Self::Closed => "阀门关",
            Self::Reserved => "保留",
            Self::Fault => "阀门异常",
        }
    }
}

/// The status word; what the maker defined is in `raw` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub raw: [u8; 2],
    pub valve: Valve,
    pub battery_low: bool,
}

/// The meter's clock; often never set, and then `at` is damaged while the reading is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub at: Field<NaiveDateTime>,
    pub year_first: bool,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Water and gas.
    Volume {
        total: Amount,
        settlement: Amount,
        clock: Clock,
        status: Status,
    },
    /// Without a unit.
    Short { total: Amount, status: Status },
    Heat {
        settlement_heat: Amount,
        heat: Amount,
        power: Amount,
        flow_rate: Amount,
        total: Amount,
        supply_temp: Field<Quantity>,
        return_temp: Field<Quantity>,
        work_hours: Field<Quantity>,
        clock: Clock,
        status: Status,
    },
    /// A maker's radio meters, with three decimals; `rest`: status and two bytes more.
    Radio {
        total: Amount,
        reverse_total: Amount,
        flow_rate: Amount,
        clock: Clock,
        rest: [u8; 4],
    },
    /// A total of an earlier month.
    History { total: Amount },
    /// A freeze of the edition of 2018. The pressure's decimals are the maker's.
    Frozen {
        clock: Clock,
        total: Amount,
        flow_rate: Amount,
        temperature: Field<Quantity>,
        pressure: [u8; 3],
    },
    /// The answer to a valve order.
    Valve { status: Status },
    /// Kept raw: enciphered.
    Enciphered,
    /// Kept raw: another length than the identifier's.
    Mismatch,
    /// Kept raw: not an identifier we read.
    Other,
}
