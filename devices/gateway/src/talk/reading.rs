//! What a meter said.

use chaobiao_devices::cjt188::{self, DiOrder, Reading, Valve};
use chaobiao_devices::item::Value;
use chaobiao_devices::quantity::{Field, Quantity};
use chaobiao_devices::{Profile, Protocol, dlt645, dlt645_1997, dlt645_2007};
use chrono::{DateTime, NaiveDateTime, Utc};

use crate::command::{CommandId, SwitchTo};
use crate::meter::{CollectorId, MeterAddress};

/// Why the meter was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Sweep(u64),
    Command(CommandId),
    /// It spoke by itself.
    Uplink,
}

/// A meter's answer, as it came and as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterReading {
    pub collector: CollectorId,
    pub meter: MeterAddress,
    pub protocol: Protocol,
    /// The identifier.
    pub item: u32,
    /// The frames as they went over the line: one, or the parts of a long answer.
    pub frames: Vec<Vec<u8>>,
    /// What stood behind the identifier, joined.
    pub data: Vec<u8>,
    pub said: Said,
    pub via: Via,
    /// The try that brought it.
    pub attempt: u8,
    /// When the request went out.
    pub asked_at: DateTime<Utc>,
    /// When the answer was whole. The meter's own clock is in `said`, and often wrong.
    pub at: DateTime<Utc>,
}

impl MeterReading {
    /// The index, if this is an answer that has one.
    pub fn index(&self) -> Option<Quantity> {
        self.said.index()
    }
}

/// An answer's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Of an electricity meter.
    Value { item: u32, value: Value },
    /// Of a water, heat or gas meter.
    Water {
        item: u32,
        reading: Box<Reading>,
        di_order: DiOrder,
    },
    /// A first part; more has to be asked for.
    Part,
    /// Why it does not answer; `unsupported`: it has no such item.
    Refused { word: Vec<u8>, unsupported: bool },
    /// An order or write was taken. No proof that it was carried out.
    Done,
    /// Who it is.
    Address(MeterAddress),
    /// A good frame whose content is none.
    Unreadable,
}

impl Said {
    pub fn index(&self) -> Option<Quantity> {
        match self {
            Self::Value { value, .. } => match value {
                Value::Number(field) => field.present(),
                Value::Numbers(fields) => fields.first().copied().and_then(Field::present),
                Value::Timed(timed) => timed.number.present(),
                _ => None,
            },
            Self::Water { reading, .. } => match **reading {
                Reading::Volume { total, .. }
                | Reading::Short { total, .. }
                | Reading::Radio { total, .. }
                | Reading::History { total }
                | Reading::Frozen { total, .. } => total.value.present(),
                Reading::Heat { heat, .. } => heat.value.present(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The meter's own clock, if it is in the answer: a time, or none at all.
    pub fn clock(&self) -> Option<Option<NaiveDateTime>> {
        match self {
            Self::Water { reading, .. } => match **reading {
                Reading::Volume { clock, .. }
                | Reading::Heat { clock, .. }
                | Reading::Radio { clock, .. } => Some(clock.at.present()),
                _ => None,
            },
            Self::Value {
                value: Value::Second(field),
                ..
            } => Some(field.present()),
            _ => None,
        }
    }

    /// Where the relay or valve is, if the answer shows it.
    pub(crate) fn switched(&self, to: SwitchTo) -> Option<bool> {
        const OPEN: u16 = 1 << 4;
        const ORDERED_OPEN: u16 = 1 << 6;
        match self {
            Self::Value {
                value: Value::Flags { word: 3, bits },
                ..
            } => Some(match to {
                SwitchTo::Off => bits & OPEN != 0,
                SwitchTo::On => bits & OPEN == 0,
                // Whoever stands before it presses the button.
                SwitchTo::PermitOn => bits & ORDERED_OPEN == 0,
            }),
            Self::Water { reading, .. } => match **reading {
                Reading::Volume { status, .. }
                | Reading::Short { status, .. }
                | Reading::Heat { status, .. } => match (status.valve, to) {
                    (Valve::Open, SwitchTo::On) | (Valve::Closed, SwitchTo::Off) => Some(true),
                    (Valve::Open | Valve::Closed | Valve::Fault, _) => Some(false),
                    (Valve::Reserved, _) => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the data has another length than the item.
    pub(crate) fn is_misfit(&self) -> bool {
        match self {
            Self::Value { value, .. } => matches!(value, Value::Mismatch),
            Self::Water { reading, .. } => matches!(**reading, Reading::Mismatch),
            _ => false,
        }
    }
}

const NO_DATA: u8 = 0x02;

/// Reads one whole frame of a meter; the data behind the identifier is handed back with it.
pub fn read(frame: &[u8], profile: &Profile) -> (Said, Vec<u8>) {
    match profile.protocol {
        Protocol::Dlt645Of2007 => match dlt645::Frame::parse(frame, profile.dlt645_wire()) {
            Ok(frame) => read_2007(&frame, profile),
            Err(_) => (Said::Unreadable, Vec::new()),
        },
        Protocol::Dlt645Of1997 => match dlt645::Frame::parse(frame, profile.dlt645_wire()) {
            Ok(frame) => read_1997(&frame, profile),
            Err(_) => (Said::Unreadable, Vec::new()),
        },
        Protocol::Cjt188 => match cjt188::Frame::parse(frame, profile.cjt188_wire()) {
            Ok(frame) => read_water(&frame, profile),
            Err(_) => (Said::Unreadable, Vec::new()),
        },
    }
}

fn refused(word: Vec<u8>) -> (Said, Vec<u8>) {
    let unsupported = word == [NO_DATA];
    (Said::Refused { word, unsupported }, Vec::new())
}

fn read_2007(frame: &dlt645::Frame<'_>, profile: &Profile) -> (Said, Vec<u8>) {
    use dlt645_2007::Answer;
    match Answer::decode(frame) {
        Ok(Answer::Data { more: true, .. }) => (Said::Part, Vec::new()),
        Ok(Answer::Data { di, data, .. }) => (value(profile, di.number(), &data), data),
        Ok(Answer::Address(address)) => {
            let address = MeterAddress::Dlt645(address);
            (Said::Address(address), Vec::new())
        }
        Ok(Answer::Refused { refusal, .. }) => refused(refusal.word),
        Ok(Answer::Done { .. } | Answer::PasswordChanged(_)) => (Said::Done, Vec::new()),
        Ok(Answer::FollowUp { .. }) | Err(_) => (Said::Unreadable, Vec::new()),
    }
}

fn read_1997(frame: &dlt645::Frame<'_>, profile: &Profile) -> (Said, Vec<u8>) {
    use dlt645_1997::Answer;
    match Answer::decode(frame) {
        Ok(Answer::Data { more: true, .. }) => (Said::Part, Vec::new()),
        Ok(Answer::Data { di, data, .. }) => (value(profile, di.number(), &data), data),
        Ok(Answer::Refused { refusal, .. }) => refused(refusal.word),
        Ok(Answer::Done { .. } | Answer::PasswordChanged(_)) => (Said::Done, Vec::new()),
        Ok(Answer::FollowUp { .. }) | Err(_) => (Said::Unreadable, Vec::new()),
    }
}

/// The value of an electricity meter's item.
pub(crate) fn value(profile: &Profile, item: u32, data: &[u8]) -> Said {
    let value = profile
        .item(item)
        .map_or(Value::Raw, |known| known.read(data));
    Said::Value { item, value }
}

fn read_water(frame: &cjt188::Frame<'_>, profile: &Profile) -> (Said, Vec<u8>) {
    match cjt188::Answer::decode(frame) {
        Ok(cjt188::Answer::Data { di, .. }) if di == cjt188::Di::ADDRESS => {
            let address = MeterAddress::Cjt188 {
                kind: frame.meter_type(),
                address: frame.address(),
            };
            (Said::Address(address), Vec::new())
        }
        Ok(cjt188::Answer::Data { di, .. }) if di == cjt188::Di::VALVE => (Said::Done, Vec::new()),
        Ok(cjt188::Answer::Data {
            control,
            di,
            di_order,
            data,
            ..
        }) => {
            let reading = cjt188::read(control, di, &data, profile.cjt188_options());
            let said = Said::Water {
                item: u32::from(di.0),
                reading: Box::new(reading),
                di_order,
            };
            (said, data)
        }
        // Meters do not agree on what a refusal says.
        Ok(cjt188::Answer::Refused { data, .. }) => {
            let unsupported = false;
            (
                Said::Refused {
                    word: data,
                    unsupported,
                },
                Vec::new(),
            )
        }
        Err(_) => (Said::Unreadable, Vec::new()),
    }
}
