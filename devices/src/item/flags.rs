//! The run state words of DL/T 645-2007, bit by bit.

/// One bit of a status word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    pub bit: u8,
    /// A stable name.
    pub name: &'static str,
    /// What the bit says when it is set.
    pub title: &'static str,
}

/// A status word: its number and its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagWord {
    pub number: u8,
    pub flags: &'static [Flag],
}

const fn flag(bit: u8, name: &'static str, title: &'static str) -> Flag {
    Flag { bit, name, title }
}

const PHASE: [Flag; 9] = [
    flag(0, "voltage_lost", "失压"),
    flag(1, "voltage_low", "欠压"),
    flag(2, "voltage_high", "过压"),
    flag(3, "current_lost", "失流"),
    flag(4, "current_high", "过流"),
    flag(5, "overload", "过载"),
    flag(6, "flow_reversed", "潮流反向"),
    flag(7, "phase_lost", "断相"),
    flag(8, "current_cut", "断流"),
];

/// The words as the standard has them; bits not named are reserved or have several values.
pub const FLAG_WORDS: [FlagWord; 7] = [
    FlagWord {
        number: 1,
        flags: &[
            flag(1, "block_demand", "需量按区间计算"),
            flag(2, "clock_battery_low", "时钟电池欠压"),
            flag(3, "reading_battery_low", "停电抄表电池欠压"),
            flag(4, "active_reversed", "有功功率反向"),
            flag(5, "reactive_reversed", "无功功率反向"),
        ],
    },
    FlagWord {
        number: 2,
        flags: &[
            flag(0, "active_a_reversed", "A 相有功功率反向"),
            flag(1, "active_b_reversed", "B 相有功功率反向"),
            flag(2, "active_c_reversed", "C 相有功功率反向"),
            flag(4, "reactive_a_reversed", "A 相无功功率反向"),
            flag(5, "reactive_b_reversed", "B 相无功功率反向"),
            flag(6, "reactive_c_reversed", "C 相无功功率反向"),
        ],
    },
    FlagWord {
        number: 3,
        flags: &[
            flag(0, "second_day_table", "运行第二套时段表"),
            flag(3, "programming", "编程允许"),
            flag(4, "relay_open", "继电器断开"),
            flag(5, "second_year_table", "运行第二套时区表"),
            flag(6, "relay_ordered_open", "继电器命令为断开"),
            flag(7, "trip_warning", "预跳闸报警"),
        ],
    },
    FlagWord {
        number: 4,
        flags: &PHASE,
    },
    FlagWord {
        number: 5,
        flags: &PHASE,
    },
    FlagWord {
        number: 6,
        flags: &PHASE,
    },
    FlagWord {
        number: 7,
        flags: &[
            flag(0, "voltage_sequence", "电压逆相序"),
            flag(1, "current_sequence", "电流逆相序"),
            flag(2, "voltage_unbalanced", "电压不平衡"),
            flag(3, "current_unbalanced", "电流不平衡"),
            flag(4, "auxiliary_power_lost", "辅助电源失电"),
            flag(5, "power_lost", "掉电"),
            flag(6, "demand_exceeded", "需量超限"),
            flag(7, "power_factor_low", "总功率因数超下限"),
            flag(8, "current_badly_unbalanced", "电流严重不平衡"),
        ],
    },
];

/// The named bits that are set.
pub fn flags(word: u8, bits: u16) -> impl Iterator<Item = &'static Flag> {
    FLAG_WORDS
        .iter()
        .filter(move |known| known.number == word)
        .flat_map(|known| known.flags)
        .filter(move |flag| bits & 1 << flag.bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tripped_relay_is_told() {
        let names: Vec<&str> = flags(3, 0x0050).map(|flag| flag.name).collect();
        assert_eq!(names, ["relay_open", "relay_ordered_open"]);
        assert_eq!(flags(3, 0).count(), 0);
        assert_eq!(flags(9, 0xFFFF).count(), 0);
    }
}
