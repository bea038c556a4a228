//! From an answer's data to its reading.

use super::Di;
use super::reading::{
    Amount, Clock, ClockOrder, Options, Reading, Status, StatusLayout, UnitOrder, Valve,
};
use super::units::{self, Kind};
use crate::bcd;
use crate::moment;
use crate::quantity::{Field, Format, Quantity, Unit};

const LONG_READ: u8 = 0xA1;
const READ: u8 = 0x81;
const WRITTEN: u8 = 0x84;

/// Reads an answer's data.
pub fn read(control: u8, di: Di, data: &[u8], options: Options) -> Reading {
    let mut cut = Cut {
        data,
        options,
        complete: true,
    };
    if options.enciphered {
        return Reading::Enciphered;
    }
    let reading = match (control, di.0, data.len()) {
        (READ, 0x901F, 19) => volume(&mut cut),
        (READ, 0x901F, 6) => Reading::Short {
            total: cut.bare(),
            status: cut.status(),
        },
        (READ, 0x901F, 43) => heat(&mut cut),
        (LONG_READ, 0x901F, 26) => radio(&mut cut),
        (READ, 0xD120..=0xD12B, 5) => {
            let [total] = cut.amounts([TOTAL]);
            Reading::History { total }
        }
        (READ, 0xD200..=0xD4FF, 23) => frozen(&mut cut),
        (WRITTEN, 0xA017, 2) => Reading::Valve {
            status: cut.status(),
        },
        (READ | LONG_READ, 0x901F | 0xD120..=0xD12B, _) => Reading::Mismatch,
        _ => Reading::Other,
    };
    if cut.complete {
        reading
    } else {
        Reading::Mismatch
    }
}

fn volume(cut: &mut Cut<'_>) -> Reading {
    let [total, settlement] = cut.amounts([TOTAL; 2]);
    Reading::Volume {
        total,
        settlement,
        clock: cut.clock(),
        status: cut.status(),
    }
}

fn heat(cut: &mut Cut<'_>) -> Reading {
    let wanted = [ENERGY, ENERGY, POWER, FLOW, VOLUME];
    let [settlement_heat, heat, power, flow_rate, total] = cut.amounts(wanted);
    Reading::Heat {
        settlement_heat,
        heat,
        power,
        flow_rate,
        total,
        supply_temp: cut.number(TEMPERATURE),
        return_temp: cut.number(TEMPERATURE),
        work_hours: cut.number(HOURS),
        clock: cut.clock(),
        status: cut.status(),
    }
}

fn radio(cut: &mut Cut<'_>) -> Reading {
    let fine = Wanted {
        decimals: 3,
        ..VOLUME
    };
    let [total, reverse_total, flow_rate] = cut.amounts([fine, fine, FLOW]);
    Reading::Radio {
        total,
        reverse_total,
        flow_rate,
        clock: cut.clock(),
        rest: cut.take(),
    }
}

fn frozen(cut: &mut Cut<'_>) -> Reading {
    let clock = cut.clock();
    let [total, flow_rate] = cut.amounts([TOTAL, FLOW]);
    Reading::Frozen {
        clock,
        total,
        flow_rate,
        temperature: cut.number(TEMPERATURE),
        pressure: cut.take(),
    }
}

const TEMPERATURE: Format = Format::new(3, 2, Unit::Celsius);
const HOURS: Format = Format::new(3, 0, Unit::Hour);

/// Which units a field may have, and its decimals.
#[derive(Clone, Copy)]
struct Wanted {
    kinds: &'static [Kind],
    decimals: u8,
}

const TOTAL: Wanted = Wanted {
    kinds: &[Kind::Volume, Kind::Energy],
    decimals: 2,
};
const VOLUME: Wanted = Wanted {
    kinds: &[Kind::Volume],
    decimals: 2,
};
const ENERGY: Wanted = Wanted {
    kinds: &[Kind::Energy],
    decimals: 2,
};
const POWER: Wanted = Wanted {
    kinds: &[Kind::Power],
    decimals: 4,
};
const FLOW: Wanted = Wanted {
    kinds: &[Kind::Flow],
    decimals: 4,
};

impl Wanted {
    /// Whether `code` is a unit of this field and `digits` are digits, or none at all.
    fn fits(self, code: u8, digits: &[u8]) -> bool {
        let kind = units::unit(code).map(|(row, _)| row.kind);
        kind.is_some_and(|kind| self.kinds.contains(&kind))
            && (bcd::read(digits).is_some() || digits.iter().all(|byte| *byte == 0xFF))
    }
}

/// An answer's data, cut field by field.
struct Cut<'a> {
    data: &'a [u8],
    options: Options,
    complete: bool,
}

impl Cut<'_> {
    fn take<const BYTES: usize>(&mut self) -> [u8; BYTES] {
        if let Some((field, rest)) = self.data.split_first_chunk() {
            self.data = rest;
            *field
        } else {
            self.complete = false;
            [0; BYTES]
        }
    }

    /// A field of three bytes.
    fn number(&mut self, format: Format) -> Field<Quantity> {
        let format = Format {
            high_first: self.options.high_first,
            ..format
        };
        format.read(&self.take::<3>())
    }

    fn bare(&mut self) -> Amount {
        let raw = self.take();
        self.amount(None, raw, TOTAL, false)
    }

    /// Fields of digits and unit. One order holds for all of them if it can.
    fn amounts<const COUNT: usize>(&mut self, wanted: [Wanted; COUNT]) -> [Amount; COUNT] {
        let fields = wanted.map(|wanted| (wanted, self.take::<5>()));
        let standard =
            |(wanted, [digits @ .., code]): &(Wanted, [u8; 5])| wanted.fits(*code, digits);
        let reversed =
            |(wanted, [code, digits @ ..]): &(Wanted, [u8; 5])| wanted.fits(*code, digits);
        let common = match self.options.unit_order {
            UnitOrder::ValueUnit => Some(false),
            UnitOrder::UnitValue => Some(true),
            UnitOrder::Auto if fields.iter().all(standard) => Some(false),
            UnitOrder::Auto if fields.iter().all(reversed) => Some(true),
            UnitOrder::Auto => None,
        };
        fields.map(|(wanted, field)| {
            let [first, .., last] = field;
            let unit_first = common
                .unwrap_or_else(|| units::unit(last).is_none() && units::unit(first).is_some());
            let (code, raw) = if unit_first {
                let [code, raw @ ..] = field;
                (code, raw)
            } else {
                let [raw @ .., code] = field;
                (code, raw)
            };
            self.amount(Some(code), raw, wanted, unit_first)
        })
    }

    fn amount(&self, code: Option<u8>, raw: [u8; 4], wanted: Wanted, unit_first: bool) -> Amount {
        let known = code.and_then(units::unit);
        let (unit, power) = known.map_or((Unit::None, 0), |(row, power)| (row.unit, power));
        let decimals = match self.options.litre_decimals {
            Some(decimals) if unit == Unit::Litre => decimals,
            _ => wanted.decimals,
        };
        let format = Format {
            high_first: self.options.high_first,
            ..Format::new(4, decimals, unit)
        };
        let value = match format.read(&raw) {
            Field::Present(quantity) => {
                units::multiplied(quantity, power).map_or(Field::Damaged, Field::Present)
            }
            other => other,
        };
        Amount {
            value,
            unit,
            code,
            unit_first,
            raw,
        }
    }

    fn clock(&mut self) -> Clock {
        let bytes: [u8; 7] = self.take();
        let mut reversed = bytes;
        reversed.reverse();
        let read = |bytes: [u8; 7], year_first| Clock {
            at: Field::read(&bytes, |_| moment::full_year(bytes)),
            year_first,
        };
        let second_first = read(bytes, false);
        match self.options.clock_order {
            ClockOrder::YearFirst => read(reversed, true),
            ClockOrder::Auto if second_first.at == Field::Damaged => {
                let year_first = read(reversed, true);
                if year_first.at.present().is_some() {
                    year_first
                } else {
                    second_first
                }
            }
            ClockOrder::SecondFirst | ClockOrder::Auto => second_first,
        }
    }

    fn status(&mut self) -> Status {
        let raw: [u8; 2] = self.take();
        let [bits, _] = raw;
        let (valve, battery) = match self.options.status_layout {
            StatusLayout::Standard => (bits & 3, bits & 4),
            StatusLayout::HighBits => (bits >> 6, bits & 0x20),
        };
        Status {
            raw,
            valve: match valve {
                0 => Valve::Open,
                1 => Valve::Closed,
                2 => Valve::Reserved,
                _ => Valve::Fault,
            },
            battery_low: battery != 0,
        }
    }
}
