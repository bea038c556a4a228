//! Concentrators that are not there: 64 meters each behind a real socket, with the faults real
//! ones have. A seed decides everything.

mod outside;
mod serve;

use std::sync::Arc;
use std::time::Duration;

use chaobiao_devices::quantity::{Format, Unit};
use chaobiao_devices::simulator::{Faults, Model, SimulatedMeter};
use chaobiao_devices::{Profile, Protocol, cjt188, dlt645};
use chrono::NaiveDateTime;

pub use outside::Outside;
pub use serve::{dial, dial_datagrams, serve};

use crate::meter::{CollectorId, CollectorPlan, Meter, MeterAddress};
use crate::time::Chance;

/// Meters behind one concentrator, unless told otherwise.
pub const METERS: u16 = 64;
/// A cold-water meter.
const WATER: u8 = 0x10;

/// A concentrator and the meters on its bus.
pub struct Concentrator {
    pub id: CollectorId,
    outside: Outside,
    meters: Vec<Hung>,
}

struct Hung {
    address: MeterAddress,
    protocol: Protocol,
    /// Hundredths of a kilowatt-hour or cubic metre.
    index: i64,
    meter: SimulatedMeter,
}

/// What a street of concentrators is built from.
#[derive(Clone, Copy, Debug)]
pub struct Street {
    pub seed: u64,
    pub meters: u16,
    /// Of every meter; each draws its own chances.
    pub faults: Faults,
    pub outside: Outside,
}

impl Street {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            meters: METERS,
            faults: Faults::default(),
            outside: Outside::Text,
        }
    }

    /// The concentrator of this number: always the same.
    pub fn concentrator(&self, number: u32) -> Concentrator {
        let mut chance = Chance::of(self.seed, &number.to_le_bytes());
        let meters = (0..self.meters)
            .map(|place| self.hang(number, place, &mut chance))
            .collect();
        Concentrator {
            id: self.outside.name(number),
            outside: self.outside,
            meters,
        }
    }

    /// Half electricity, of which every fourth is old; half water.
    fn hang(&self, number: u32, place: u16, chance: &mut Chance) -> Hung {
        let printed = format!("{:06}{:04}", number % 1_000_000, place % 10_000);
        let protocol = match place % 8 {
            0 | 2 | 4 => Protocol::Dlt645Of2007,
            6 => Protocol::Dlt645Of1997,
            _ => Protocol::Cjt188,
        };
        let address = match protocol {
            Protocol::Cjt188 => MeterAddress::Cjt188 {
                kind: WATER,
                address: format!("7833{printed}")
                    .parse()
                    .unwrap_or(cjt188::Address::ANY),
            },
            _ => MeterAddress::Dlt645(
                format!("20{printed}")
                    .parse()
                    .unwrap_or(dlt645::Address::ANY),
            ),
        };
        let model = model_of(protocol, address);
        let mut hung = Hung {
            address,
            protocol,
            index: 0,
            meter: SimulatedMeter::new(model, self.faults, chance.draw()),
        };
        hung.show(i64::try_from(chance.below(9_999_999)).unwrap_or_default());
        hung
    }
}

fn model_of(protocol: Protocol, address: MeterAddress) -> Model {
    match (protocol, address) {
        (Protocol::Dlt645Of1997, MeterAddress::Dlt645(own)) => Model::Dlt645Of1997(own),
        (_, MeterAddress::Dlt645(own)) => Model::Dlt645Of2007(own),
        (_, MeterAddress::Cjt188 { kind, address }) => Model::Cjt188(kind, address),
    }
}

impl Hung {
    fn show(&mut self, index: i64) {
        self.index = index;
        let hundredths = Format::new(4, 2, Unit::KilowattHour);
        let digits = hundredths.write(index).unwrap_or_default();
        self.meter
            .set(crate::meter::total_of(self.protocol), digits);
    }
}

impl Concentrator {
    /// One with given meters: their addresses, how they speak, and what they show in hundredths.
    pub fn of(id: CollectorId, outside: Outside, meters: &[(MeterAddress, Protocol, i64)]) -> Self {
        let hang = |&(address, protocol, index): &(MeterAddress, Protocol, i64)| {
            let model = model_of(protocol, address);
            let mut hung = Hung {
                address,
                protocol,
                index,
                meter: SimulatedMeter::new(model, Faults::default(), 1),
            };
            hung.show(index);
            hung
        };
        Self {
            id,
            outside,
            meters: meters.iter().map(hang).collect(),
        }
    }

    /// What to ask of it.
    pub fn plan(&self, sweep_every: Duration, profiles: &Profiles) -> CollectorPlan {
        let known = |hung: &Hung| Meter::known(hung.address, profiles.of(hung.protocol));
        CollectorPlan::every(sweep_every, self.meters.iter().map(known).collect())
    }

    /// The meters and what they show, in hundredths.
    pub fn indexes(&self) -> Vec<(MeterAddress, i64)> {
        let shown = |hung: &Hung| (hung.address, hung.index);
        self.meters.iter().map(shown).collect()
    }

    /// Lets a meter show something else.
    pub fn show(&mut self, place: usize, index: i64) {
        if let Some(hung) = self.meters.get_mut(place) {
            hung.show(index);
        }
    }

    /// Gives one meter faults of its own.
    pub fn spoil(&mut self, place: usize, faults: Faults, seed: u64) {
        if let Some(hung) = self.meters.get_mut(place) {
            let model = model_of(hung.protocol, hung.address);
            hung.meter = SimulatedMeter::new(model, faults, seed);
            hung.show(hung.index);
        }
    }

    /// The same with one meter left on the bus.
    #[must_use]
    pub fn alone(mut self, place: usize) -> Self {
        let kept = self.meters.drain(..).nth(place);
        self.meters = kept.into_iter().collect();
        self
    }

    /// Whether a relay is open or a valve closed.
    pub fn is_cut_off(&self, place: usize) -> Option<bool> {
        self.meters.get(place).map(|hung| hung.meter.is_cut_off())
    }

    /// Hangs a second meter on the bus with the address of one that is there.
    pub fn double(&mut self, place: usize, index: i64) {
        if let Some(hung) = self.meters.get(place) {
            let second = (hung.address, hung.protocol, index);
            let second = Self::of(self.id.clone(), self.outside, &[second]);
            self.meters.extend(second.meters);
        }
    }

    /// The bus was silent for longer than a frame may be.
    pub fn fall_silent(&mut self, now: NaiveDateTime) {
        for hung in &mut self.meters {
            // An answer to half of a request would be too late.
            drop(hung.meter.fall_silent(now));
        }
    }

    /// What the bus hears, and what comes back: milliseconds after, bytes.
    pub fn hear(&mut self, piece: &[u8], now: NaiveDateTime) -> Vec<(u32, Vec<u8>)> {
        let mut replies = Vec::new();
        for hung in &mut self.meters {
            let heard = hung.meter.hear(piece, now);
            replies.extend(heard.into_iter().map(|reply| (reply.after_ms, reply.bytes)));
        }
        replies
    }
}

/// The standards' profiles, shared by all meters.
#[derive(Clone, Debug)]
pub struct Profiles {
    old: Arc<Profile>,
    new: Arc<Profile>,
    water: Arc<Profile>,
}

impl Default for Profiles {
    fn default() -> Self {
        let standard = |protocol| Arc::new(Profile::standard(protocol));
        Self {
            old: standard(Protocol::Dlt645Of1997),
            new: standard(Protocol::Dlt645Of2007),
            water: standard(Protocol::Cjt188),
        }
    }
}

impl Profiles {
    pub fn of(&self, protocol: Protocol) -> &Arc<Profile> {
        match protocol {
            Protocol::Dlt645Of1997 => &self.old,
            Protocol::Dlt645Of2007 => &self.new,
            Protocol::Cjt188 => &self.water,
        }
    }
}
