use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::Fault;

/// What became of the readings something was wrong with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    pub planted: u64,
    /// Nothing was written.
    pub refused: u64,
    /// A person had to look.
    pub held: u64,
    /// It counted, and was told of.
    pub warned: u64,
    /// It counted, and the next reading showed it.
    pub late: u64,
    pub missed: u64,
}

/// What became of the readings nothing was wrong with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Clean {
    pub readings: u64,
    pub refused: u64,
    pub held: u64,
    pub warned: u64,
}

/// How the rules did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    pub meters: usize,
    pub months: usize,
    pub readings: u64,
    pub faults: BTreeMap<Fault, Found>,
    pub clean: Clean,
    /// Devices replaced, and registers that rolled over, on the way.
    pub replaced: u64,
    pub rolled_over: u64,
    /// Readings with a photo, and photos on which no digit can be seen: those stop nothing.
    pub photos: u64,
    pub blurred: u64,
    /// Readings sent twice, and how many of them counted twice.
    pub repeated: u64,
    pub doubled: u64,
    /// In m³.
    pub water: Flow,
    /// In kWh.
    pub electricity: Flow,
}

/// What truly flowed, and what the accepted readings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flow {
    pub flowed: Decimal,
    pub counted: Decimal,
}

/// Parts of a thousand, the last digit cut off.
const fn per_mille(part: u64, of: u64) -> u64 {
    match (part * 1_000).checked_div(of) {
        Some(part) => part,
        None => 1_000,
    }
}

impl Score {
    fn sum(&self, count: impl Fn(&Found) -> u64) -> u64 {
        self.faults.values().map(count).sum()
    }

    /// Of all readings a person had to look at or that were refused, the part something was wrong
    /// with.
    pub fn precision_per_mille(&self) -> u64 {
        let right = self.sum(|found| found.refused + found.held);
        let all = right + self.clean.refused + self.clean.held;
        per_mille(right, all)
    }

    /// Of all that was wrong, the part that was found, at once or by the next reading.
    pub fn recall_per_mille(&self) -> u64 {
        let found = self.sum(|found| found.refused + found.held + found.warned + found.late);
        per_mille(found, self.sum(|found| found.planted))
    }

    pub fn recall_of(&self, fault: Fault) -> u64 {
        let found = self.faults.get(&fault).copied().unwrap_or_default();
        let known = found.refused + found.held + found.warned + found.late;
        per_mille(known, found.planted)
    }

    /// Right readings a person had to look at, of a thousand.
    pub fn false_holds_per_mille(&self) -> u64 {
        if self.clean.readings == 0 {
            return 0;
        }
        per_mille(self.clean.held + self.clean.refused, self.clean.readings)
    }
}

fn percent(per_mille: u64) -> Decimal {
    Decimal::new(i64::try_from(per_mille).unwrap_or(i64::MAX), 1)
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "表计 {}，{} 个月，读数 {}；换表 {}，过圈 {}，照片 {}（看不清 {}），重复 {}（重复计入 {}）",
            self.meters,
            self.months,
            self.readings,
            self.replaced,
            self.rolled_over,
            self.photos,
            self.blurred,
            self.repeated,
            self.doubled
        )?;
        for (fault, found) in &self.faults {
            writeln!(
                f,
                "{}：{}，拒收 {}，待复核 {}，提示 {}，下次发现 {}，漏过 {}，发现率 {}%",
                fault.label(),
                found.planted,
                found.refused,
                found.held,
                found.warned,
                found.late,
                found.missed,
                percent(self.recall_of(*fault))
            )?;
        }
        writeln!(
            f,
            "正常读数：{}，误拒 {}，误报待复核 {}，误提示 {}",
            self.clean.readings, self.clean.refused, self.clean.held, self.clean.warned
        )?;
        writeln!(
            f,
            "查准率 {}%，查全率 {}%，每千条正常读数误报 {}",
            percent(self.precision_per_mille()),
            percent(self.recall_per_mille()),
            self.false_holds_per_mille()
        )?;
        write!(
            f,
            "水：流过 {}，计得 {} m³；电：流过 {}，计得 {} kWh",
            self.water.flowed,
            self.water.counted,
            self.electricity.flowed,
            self.electricity.counted
        )
    }
}
