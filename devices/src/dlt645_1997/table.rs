//! The identifiers of DL/T 645-1997. A narrow pattern stands before a wide one.

use crate::item::{Item, Layout};
use crate::quantity::{Format, Unit};

const fn number(bytes: u8, decimals: u8, unit: Unit) -> Layout {
    Layout::Number(Format::new(bytes, decimals, unit))
}

const fn numbers(bytes: u8, decimals: u8, unit: Unit) -> Layout {
    Layout::Numbers(Format::new(bytes, decimals, unit))
}

/// The rows of one kind of register in the current month, the last, and the one before: energy
/// 9x, demand Ax and its time Bx are classes 0, 4, 8 (active) and 1, 5, 9 (reactive).
macro_rules! register {
    ($month:literal, $kind:literal, $title:literal, $energy:ident, $power:ident) => {
        [
            Item::new(
                concat!("9", $month, $kind, "F"),
                "energy_{di}",
                concat!($title, "电能数据块"),
                numbers(4, 2, Unit::$energy),
            ),
            Item::new(
                concat!("9", $month, $kind, "T"),
                "energy_{di}",
                concat!($title, "电能，费率 {t}"),
                number(4, 2, Unit::$energy),
            ),
            Item::new(
                concat!("A", $month, $kind, "F"),
                "demand_{di}",
                concat!($title, "最大需量数据块"),
                numbers(3, 4, Unit::$power),
            ),
            Item::new(
                concat!("A", $month, $kind, "T"),
                "demand_{di}",
                concat!($title, "最大需量，费率 {t}"),
                number(3, 4, Unit::$power),
            ),
            Item::new(
                concat!("B", $month, $kind, "T"),
                "demand_time_{di}",
                concat!($title, "最大需量发生时间，费率 {t}"),
                Layout::YearlyMinute,
            ),
        ]
    };
}

/// The rows of a quantity measured per phase, and its block.
macro_rules! phases {
    ($class:literal, $name:literal, $title:literal, $bytes:literal, $decimals:literal, $unit:ident) => {
        [
            Item::new(
                concat!($class, "1"),
                concat!($name, "_A"),
                concat!("A 相", $title),
                number($bytes, $decimals, Unit::$unit),
            ),
            Item::new(
                concat!($class, "2"),
                concat!($name, "_B"),
                concat!("B 相", $title),
                number($bytes, $decimals, Unit::$unit),
            ),
            Item::new(
                concat!($class, "3"),
                concat!($name, "_C"),
                concat!("C 相", $title),
                number($bytes, $decimals, Unit::$unit),
            ),
            Item::new(
                concat!($class, "F"),
                concat!($name, "_block"),
                concat!($title, "数据块"),
                numbers($bytes, $decimals, Unit::$unit),
            ),
        ]
    };
}

const SINGLE: [Item; 17] = [
    Item::new(
        "B210",
        "programmed_at",
        "最近一次编程时间",
        Layout::YearlyMinute,
    ),
    Item::new(
        "B211",
        "demand_cleared_at",
        "最近一次最大需量清零时间",
        Layout::YearlyMinute,
    ),
    Item::new(
        "B212",
        "programming_count",
        "编程次数",
        number(2, 0, Unit::Times),
    ),
    Item::new(
        "B213",
        "demand_clear_count",
        "最大需量清零次数",
        number(2, 0, Unit::Times),
    ),
    Item::new(
        "B214",
        "battery_minutes",
        "电池工作时间",
        number(3, 0, Unit::Minute),
    ),
    Item::new(
        "B630",
        "active_power_0",
        "瞬时有功功率，总",
        number(3, 4, Unit::Kilowatt),
    ),
    Item::new(
        "B631",
        "active_power_1",
        "瞬时有功功率，A 相",
        number(3, 4, Unit::Kilowatt),
    ),
    Item::new(
        "B632",
        "active_power_2",
        "瞬时有功功率，B 相",
        number(3, 4, Unit::Kilowatt),
    ),
    Item::new(
        "B633",
        "active_power_3",
        "瞬时有功功率，C 相",
        number(3, 4, Unit::Kilowatt),
    ),
    Item::new(
        "B64N",
        "reactive_power_{n}",
        "瞬时无功功率 {n}",
        number(2, 2, Unit::Kilovar),
    ),
    Item::new(
        "B65N",
        "power_factor_{n}",
        "功率因数 {n}",
        number(2, 3, Unit::None),
    ),
    Item::new("C010", "date", "日期及周次", Layout::Date),
    Item::new("C011", "time", "时间", Layout::Time),
    Item::new(
        "C030",
        "active_constant",
        "电表常数（有功）",
        number(3, 0, Unit::ImpulsePerKilowattHour),
    ),
    Item::new(
        "C031",
        "reactive_constant",
        "电表常数（无功）",
        number(3, 0, Unit::ImpulsePerKilovarHour),
    ),
    Item::new("C032", "meter_number", "表号", Layout::Digits(6)),
    Item::new("C033", "user_number", "用户号", Layout::Digits(6)),
];

/// The standard's table, in groups.
pub const ITEMS: [&[Item]; 15] = [
    &register!("0", "1", "（当前）正向有功", KilowattHour, Kilowatt),
    &register!("0", "2", "（当前）反向有功", KilowattHour, Kilowatt),
    &register!("1", "1", "（当前）正向无功", KilovarHour, Kilovar),
    &register!("1", "2", "（当前）反向无功", KilovarHour, Kilovar),
    &register!("4", "1", "（上月）正向有功", KilowattHour, Kilowatt),
    &register!("4", "2", "（上月）反向有功", KilowattHour, Kilowatt),
    &register!("5", "1", "（上月）正向无功", KilovarHour, Kilovar),
    &register!("5", "2", "（上月）反向无功", KilovarHour, Kilovar),
    &register!("8", "1", "（上上月）正向有功", KilowattHour, Kilowatt),
    &register!("8", "2", "（上上月）反向有功", KilowattHour, Kilowatt),
    &register!("9", "1", "（上上月）正向无功", KilovarHour, Kilovar),
    &register!("9", "2", "（上上月）反向无功", KilovarHour, Kilovar),
    &phases!("B61", "voltage", "电压", 2, 0, Volt),
    &phases!("B62", "current", "电流", 2, 2, Ampere),
    &SINGLE,
];
