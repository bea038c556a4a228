use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    BillingReadings, BytesForwarded, CollectedMeter, CollectorError, CollectorEvent,
    CollectorRegistered, MeterDetached, Oddity, OddityNoticed, Sweeping,
};
use crate::units::{CollectorNo, DeviceAddress, MeterNo, MeterProtocol, business_date, written};

pub(super) const TEXT_LENGTH_MAX: usize = 100;
/// What a bus can carry, with room.
pub(super) const METERS_MAX: usize = 512;
const MINUTES: u32 = 1_440;

/// One collector, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Collector {
    #[default]
    Absent,
    Registered(Box<CollectorState>),
}

/// What a registered collector knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorState {
    pub registered: CollectorRegistered,
    pub sweeping: Sweeping,
    pub meters: BTreeMap<MeterNo, CollectedMeter>,
    pub linked: bool,
    pub retired: bool,
    /// What was noticed on which day last.
    noticed: BTreeMap<Oddity, (NaiveDate, BTreeSet<Option<MeterNo>>)>,
}

/// What may be asked of one collector.
#[derive(Clone, Debug)]
pub enum CollectorCommand {
    Register(CollectorRegistered),
    ChangeSweeping(Sweeping),
    Attach(CollectedMeter),
    Detach {
        meter_no: MeterNo,
        reason: String,
    },
    NoteProtocol {
        meter_no: MeterNo,
        protocol: MeterProtocol,
    },
    OpenLink {
        peer: String,
        at: DateTime<Utc>,
    },
    LoseLink {
        reason: String,
        at: DateTime<Utc>,
    },
    Notice(OddityNoticed),
    NoteForwarded(BytesForwarded),
    Retire {
        reason: String,
    },
}

impl Collector {
    /// The collector, or the refusal that it is not known.
    pub fn registered(
        &self,
        collector_no: &CollectorNo,
    ) -> Result<&CollectorState, CollectorError> {
        match self {
            Self::Registered(state) => Ok(state),
            Self::Absent => Err(CollectorError::Unknown(collector_no.clone())),
        }
    }
}

impl CollectorState {
    /// The meter that has an address here.
    pub fn at(&self, address: &DeviceAddress) -> Option<&CollectedMeter> {
        self.meters.values().find(|meter| meter.address == *address)
    }

    fn in_use(&self) -> Result<(), CollectorError> {
        if self.retired {
            Err(CollectorError::Retired)
        } else {
            Ok(())
        }
    }

    fn meter(&self, meter_no: &MeterNo) -> Result<&CollectedMeter, CollectorError> {
        let known = self.meters.get(meter_no);
        known.ok_or_else(|| CollectorError::MeterNotAttached(meter_no.clone()))
    }

    fn attach(&self, meter: CollectedMeter) -> Result<CollectorEvent, CollectorError> {
        self.in_use()?;
        if self.meters.contains_key(&meter.meter_no) {
            return Err(CollectorError::MeterAttached(meter.meter_no));
        }
        if self.at(&meter.address).is_some() {
            return Err(CollectorError::AddressTaken(meter.address));
        }
        if self.meters.len() >= METERS_MAX {
            return Err(CollectorError::Full);
        }
        if meter
            .protocol
            .is_some_and(|protocol| !meter.address.is_of(protocol))
        {
            return Err(CollectorError::AddressMisfit);
        }
        Ok(CollectorEvent::MeterAttached(meter))
    }

    fn was_noticed(&self, noticed: &OddityNoticed) -> bool {
        let today = business_date(noticed.at);
        self.noticed
            .get(&noticed.oddity)
            .is_some_and(|(day, meters)| *day == today && meters.contains(&noticed.meter_no))
    }

    fn decide(&self, command: CollectorCommand) -> Result<Option<CollectorEvent>, CollectorError> {
        Ok(Some(match command {
            CollectorCommand::Register(again) => {
                return Err(CollectorError::AlreadyRegistered(again.collector_no));
            }
            CollectorCommand::ChangeSweeping(sweeping) => {
                self.in_use()?;
                let sweeping = checked(sweeping)?;
                if sweeping == self.sweeping {
                    return Ok(None);
                }
                CollectorEvent::SweepingChanged { sweeping }
            }
            CollectorCommand::Attach(meter) => self.attach(meter)?,
            CollectorCommand::Detach { meter_no, reason } => {
                let address = self.meter(&meter_no)?.address.clone();
                CollectorEvent::MeterDetached(MeterDetached {
                    meter_no,
                    address,
                    reason: checked_reason(&reason)?,
                })
            }
            CollectorCommand::NoteProtocol { meter_no, protocol } => {
                let meter = self.meter(&meter_no)?;
                match meter.protocol {
                    Some(known) if known == protocol => return Ok(None),
                    Some(known) => return Err(CollectorError::ProtocolKnown { meter_no, known }),
                    None if !meter.address.is_of(protocol) => {
                        return Err(CollectorError::AddressMisfit);
                    }
                    None => CollectorEvent::ProtocolDetected { meter_no, protocol },
                }
            }
            CollectorCommand::OpenLink { .. } | CollectorCommand::LoseLink { .. }
                if self.retired =>
            {
                return Ok(None);
            }
            CollectorCommand::OpenLink { peer, at } => CollectorEvent::LinkOpened { peer, at },
            CollectorCommand::LoseLink { .. } if !self.linked => return Ok(None),
            CollectorCommand::LoseLink { reason, at } => CollectorEvent::LinkLost { reason, at },
            CollectorCommand::Notice(noticed) if self.was_noticed(&noticed) => return Ok(None),
            CollectorCommand::Notice(noticed) => CollectorEvent::OddityNoticed(noticed),
            CollectorCommand::NoteForwarded(forwarded) => CollectorEvent::BytesForwarded(forwarded),
            CollectorCommand::Retire { reason } => {
                self.in_use()?;
                if !self.meters.is_empty() {
                    return Err(CollectorError::StillInUse);
                }
                CollectorEvent::Retired {
                    reason: checked_reason(&reason)?,
                }
            }
        }))
    }
}

fn checked_reason(reason: &str) -> Result<String, CollectorError> {
    written(reason, "原因", TEXT_LENGTH_MAX).map_err(|_| CollectorError::ReasonInvalid)
}

fn checked(sweeping: Sweeping) -> Result<Sweeping, CollectorError> {
    let every = sweeping.every_minutes;
    if !(5..=MINUTES).contains(&every) || !MINUTES.is_multiple_of(every) {
        return Err(CollectorError::IntervalInvalid);
    }
    if sweeping.retries > 5 {
        return Err(CollectorError::TooManyRetries);
    }
    match sweeping.readings {
        BillingReadings::Month { day } if !(1..=28).contains(&day) => {
            Err(CollectorError::BillingDayInvalid)
        }
        _ => Ok(sweeping),
    }
}

fn register(registered: CollectorRegistered) -> Result<CollectorEvent, CollectorError> {
    let number = registered.collector_no.as_str();
    if number.contains('/') {
        return Err(CollectorError::NumberInvalid);
    }
    let place = written(&registered.place, "安装位置", TEXT_LENGTH_MAX);
    Ok(CollectorEvent::Registered(CollectorRegistered {
        place: place.map_err(|_| CollectorError::PlaceInvalid)?,
        sweeping: checked(registered.sweeping)?,
        ..registered
    }))
}

impl Aggregate for Collector {
    const TYPE: &'static str = "collector";
    type Command = CollectorCommand;
    type Event = CollectorEvent;
    type Error = CollectorError;
    type Services = ();

    async fn handle(
        &mut self,
        command: CollectorCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), CollectorError> {
        let event = match (&*self, command) {
            (Self::Absent, CollectorCommand::Register(registered)) => Some(register(registered)?),
            (Self::Absent, _) => return Err(CollectorError::Absent),
            (Self::Registered(state), command) => state.decide(command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CollectorEvent) {
        match (self, event) {
            (state, CollectorEvent::Registered(registered)) => {
                *state = Self::Registered(Box::new(CollectorState {
                    sweeping: registered.sweeping,
                    registered,
                    meters: BTreeMap::new(),
                    linked: false,
                    retired: false,
                    noticed: BTreeMap::new(),
                }));
            }
            (Self::Registered(state), event) => state.apply(event),
            // No stream starts otherwise: `handle` lets nothing but a registration through.
            (Self::Absent, _) => {}
        }
    }
}

impl CollectorState {
    fn apply(&mut self, event: CollectorEvent) {
        match event {
            CollectorEvent::Registered(_) | CollectorEvent::BytesForwarded(_) => {}
            CollectorEvent::SweepingChanged { sweeping } => self.sweeping = sweeping,
            CollectorEvent::MeterAttached(meter) => {
                self.meters.insert(meter.meter_no.clone(), meter);
            }
            CollectorEvent::MeterDetached(detached) => {
                self.meters.remove(&detached.meter_no);
            }
            CollectorEvent::ProtocolDetected { meter_no, protocol } => {
                if let Some(meter) = self.meters.get_mut(&meter_no) {
                    meter.protocol = Some(protocol);
                }
            }
            CollectorEvent::LinkOpened { .. } => self.linked = true,
            CollectorEvent::LinkLost { .. } => self.linked = false,
            CollectorEvent::OddityNoticed(noticed) => {
                let today = business_date(noticed.at);
                let known = self.noticed.entry(noticed.oddity);
                let (day, meters) = known.or_insert_with(|| (today, BTreeSet::new()));
                if *day != today {
                    *day = today;
                    meters.clear();
                }
                meters.insert(noticed.meter_no);
            }
            CollectorEvent::Retired { .. } => self.retired = true,
        }
    }
}
