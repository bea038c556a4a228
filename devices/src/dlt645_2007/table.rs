//! The identifiers of DL/T 645-2007. A narrow pattern stands before a wide one.

use crate::item::{Item, Layout};
use crate::quantity::{Format, Unit};

const fn number(bytes: u8, decimals: u8, unit: Unit) -> Layout {
    Layout::Number(Format::new(bytes, decimals, unit))
}

const fn signed(bytes: u8, decimals: u8, unit: Unit) -> Layout {
    Layout::Number(Format::new(bytes, decimals, unit).signed())
}

const fn block(layout: Layout) -> Layout {
    match layout {
        Layout::Number(format) => Layout::Numbers(format),
        Layout::Timed(format) => Layout::TimedMany(format),
        other => other,
    }
}

const fn demand(unit: Unit) -> Layout {
    Layout::Timed(Format::new(3, 4, unit))
}

const ACTIVE: Layout = number(4, 2, Unit::KilowattHour);
const ACTIVE_SIGNED: Layout = signed(4, 2, Unit::KilowattHour);
const REACTIVE: Layout = number(4, 2, Unit::KilovarHour);
const REACTIVE_SIGNED: Layout = signed(4, 2, Unit::KilovarHour);
const APPARENT: Layout = number(4, 2, Unit::KilovoltAmpereHour);
const VOLTAGE: Layout = number(2, 1, Unit::Volt);
const CURRENT: Layout = signed(3, 3, Unit::Ampere);
const POWER: Layout = signed(3, 4, Unit::Kilowatt);
const REACTIVE_POWER: Layout = signed(3, 4, Unit::Kilovar);
const APPARENT_POWER: Layout = signed(3, 4, Unit::KilovoltAmpere);
const FACTOR: Layout = signed(2, 3, Unit::None);
const ANGLE: Layout = number(2, 1, Unit::Degree);
const COUNT: Layout = number(3, 0, Unit::Times);

/// The rows of one kind of energy, and of its maximum demand.
macro_rules! register {
    ($kind:literal, $title:literal, $energy:expr, $demand:expr) => {
        [
            Item::new(
                concat!("00", $kind, "FFHH"),
                concat!("energy_", $kind, "_block_hist_{h}"),
                concat!($title, "电能数据块，上 {h} 结算日"),
                block($energy),
            ),
            Item::new(
                concat!("00", $kind, "TTHH"),
                concat!("energy_", $kind, "_tariff_{t}_hist_{h}"),
                concat!($title, "电能，费率 {t}，上 {h} 结算日"),
                $energy,
            ),
            Item::new(
                concat!("01", $kind, "FFHH"),
                concat!("demand_", $kind, "_block_hist_{h}"),
                concat!($title, "最大需量及时间数据块，上 {h} 结算日"),
                block($demand),
            ),
            Item::new(
                concat!("01", $kind, "TTHH"),
                concat!("demand_", $kind, "_tariff_{t}_hist_{h}"),
                concat!($title, "最大需量及时间，费率 {t}，上 {h} 结算日"),
                $demand,
            ),
        ]
    };
}

/// The rows of a quantity measured per phase: total (where there is one), A, B, C, block.
macro_rules! phases {
    ($class:literal, $name:literal, $title:literal, $layout:expr) => {
        [
            Item::new(
                concat!($class, "0000"),
                concat!($name, "_total"),
                concat!("总", $title),
                $layout,
            ),
            Item::new(
                concat!($class, "0100"),
                concat!($name, "_A"),
                concat!("A 相", $title),
                $layout,
            ),
            Item::new(
                concat!($class, "0200"),
                concat!($name, "_B"),
                concat!("B 相", $title),
                $layout,
            ),
            Item::new(
                concat!($class, "0300"),
                concat!($name, "_C"),
                concat!("C 相", $title),
                $layout,
            ),
            Item::new(
                concat!($class, "FF00"),
                concat!($name, "_block"),
                concat!($title, "数据块"),
                block($layout),
            ),
        ]
    };
}

/// The rows of one kind of freeze: when, and the energies then.
macro_rules! freeze {
    ($kind:literal, $name:literal, $title:literal) => {
        [
            Item::new(
                concat!("05", $kind, "00NN"),
                concat!($name, "_freeze_time_{n}"),
                concat!("上 {n} 次", $title, "冻结时间"),
                Layout::Minute,
            ),
            Item::new(
                concat!("05", $kind, "01NN"),
                concat!($name, "_freeze_forward_active_{n}"),
                concat!("上 {n} 次", $title, "冻结正向有功电能"),
                block(ACTIVE),
            ),
            Item::new(
                concat!("05", $kind, "02NN"),
                concat!($name, "_freeze_reverse_active_{n}"),
                concat!("上 {n} 次", $title, "冻结反向有功电能"),
                block(ACTIVE),
            ),
        ]
    };
}

const KW: Layout = demand(Unit::Kilowatt);
const KVAR: Layout = demand(Unit::Kilovar);
const KVA: Layout = demand(Unit::KilovoltAmpere);

const SINGLE: [Item; 44] = [
    Item::new("00900100", "energy_left", "剩余电量", ACTIVE),
    Item::new("00900101", "energy_overdrawn", "透支电量", ACTIVE),
    Item::new(
        "00900200",
        "money_left",
        "剩余金额",
        number(4, 2, Unit::Yuan),
    ),
    Item::new(
        "00900201",
        "money_overdrawn",
        "透支金额",
        number(4, 2, Unit::Yuan),
    ),
    Item::new("02800001", "neutral_current", "零线电流", CURRENT),
    Item::new(
        "02800002",
        "frequency",
        "电网频率",
        number(2, 2, Unit::Hertz),
    ),
    Item::new(
        "02800003",
        "active_power_minute",
        "一分钟有功总平均功率",
        POWER,
    ),
    Item::new("02800004", "active_demand", "当前有功需量", POWER),
    Item::new(
        "02800005",
        "reactive_demand",
        "当前无功需量",
        REACTIVE_POWER,
    ),
    Item::new(
        "02800006",
        "apparent_demand",
        "当前视在需量",
        APPARENT_POWER,
    ),
    Item::new(
        "02800007",
        "temperature",
        "表内温度",
        signed(2, 1, Unit::Celsius),
    ),
    Item::new(
        "02800008",
        "clock_battery",
        "时钟电池电压",
        number(2, 2, Unit::Volt),
    ),
    Item::new(
        "02800009",
        "reading_battery",
        "停电抄表电池电压",
        number(2, 2, Unit::Volt),
    ),
    Item::new(
        "0280000A",
        "battery_minutes",
        "内部电池工作时间",
        number(4, 0, Unit::Minute),
    ),
    Item::new(
        "0280000B",
        "step_price",
        "当前阶梯电价",
        number(4, 4, Unit::Yuan),
    ),
    Item::new("03110000", "power_down_count", "掉电总次数", COUNT),
    Item::new("03300000", "programming_count", "编程总次数", COUNT),
    Item::new("03300100", "meter_clear_count", "电表清零总次数", COUNT),
    Item::new("03300200", "demand_clear_count", "需量清零总次数", COUNT),
    Item::new("03300300", "event_clear_count", "事件清零总次数", COUNT),
    Item::new("03300400", "clock_set_count", "校时总次数", COUNT),
    Item::new("03300D00", "cover_open_count", "开表盖总次数", COUNT),
    Item::new(
        "03300DNN",
        "cover_open_record_{n}",
        "上 {n} 次开表盖记录",
        Layout::Raw,
    ),
    Item::new("04000101", "date", "日期及星期", Layout::Date),
    Item::new("04000102", "time", "时间", Layout::Time),
    Item::new("04000401", "comm_address", "通信地址", Layout::Digits(6)),
    Item::new("04000402", "meter_number", "表号", Layout::Digits(6)),
    Item::new("04000404", "rated_voltage", "额定电压", Layout::Text(6)),
    Item::new(
        "04000405",
        "rated_current",
        "额定电流/基本电流",
        Layout::Text(6),
    ),
    Item::new("04000406", "maximum_current", "最大电流", Layout::Text(6)),
    Item::new(
        "04000407",
        "active_accuracy",
        "有功准确度等级",
        Layout::Text(4),
    ),
    Item::new(
        "04000408",
        "reactive_accuracy",
        "无功准确度等级",
        Layout::Text(4),
    ),
    Item::new(
        "04000409",
        "active_constant",
        "电表有功常数",
        number(3, 0, Unit::ImpulsePerKilowattHour),
    ),
    Item::new(
        "0400040A",
        "reactive_constant",
        "电表无功常数",
        number(3, 0, Unit::ImpulsePerKilovarHour),
    ),
    Item::new(
        "04000501",
        "state_word_1",
        "电表运行状态字 1",
        Layout::Flags(1),
    ),
    Item::new(
        "04000502",
        "state_word_2",
        "电表运行状态字 2",
        Layout::Flags(2),
    ),
    Item::new(
        "04000503",
        "state_word_3",
        "电表运行状态字 3",
        Layout::Flags(3),
    ),
    Item::new(
        "04000504",
        "state_word_4",
        "电表运行状态字 4",
        Layout::Flags(4),
    ),
    Item::new(
        "04000505",
        "state_word_5",
        "电表运行状态字 5",
        Layout::Flags(5),
    ),
    Item::new(
        "04000506",
        "state_word_6",
        "电表运行状态字 6",
        Layout::Flags(6),
    ),
    Item::new(
        "04000507",
        "state_word_7",
        "电表运行状态字 7",
        Layout::Flags(7),
    ),
    Item::new("040005FF", "state_words", "运行状态字数据块", Layout::Raw),
    Item::new("1D000001", "trip_count", "跳闸次数", COUNT),
    Item::new("1E000001", "close_count", "合闸次数", COUNT),
];

/// The standard's table, in groups.
pub const ITEMS: [&[Item]; 22] = [
    &[Item::new(
        "00000000",
        "comb_active_total",
        "（当前）组合有功总电能",
        ACTIVE_SIGNED,
    )],
    &register!("01", "正向有功", ACTIVE, KW),
    &register!("02", "反向有功", ACTIVE, KW),
    &register!("00", "组合有功", ACTIVE_SIGNED, KW),
    &register!("03", "组合无功 1 ", REACTIVE_SIGNED, KVAR),
    &register!("04", "组合无功 2 ", REACTIVE_SIGNED, KVAR),
    &register!("05", "第一象限无功", REACTIVE, KVAR),
    &register!("06", "第二象限无功", REACTIVE, KVAR),
    &register!("07", "第三象限无功", REACTIVE, KVAR),
    &register!("08", "第四象限无功", REACTIVE, KVAR),
    &register!("09", "正向视在", APPARENT, KVA),
    &register!("0A", "反向视在", APPARENT, KVA),
    &phases!("0201", "voltage", "电压", VOLTAGE),
    &phases!("0202", "current", "电流", CURRENT),
    &phases!("0203", "active_power", "瞬时有功功率", POWER),
    &phases!("0204", "reactive_power", "瞬时无功功率", REACTIVE_POWER),
    &phases!("0205", "apparent_power", "瞬时视在功率", APPARENT_POWER),
    &phases!("0206", "power_factor", "功率因数", FACTOR),
    &phases!("0207", "phase_angle", "相角", ANGLE),
    &freeze!("00", "timed", "定时"),
    &freeze!("06", "daily", "日"),
    &SINGLE,
];
