//! Reading one item: tries, parts of long answers, and what is strange about the answer.

use std::sync::Arc;

use chaobiao_devices::dlt645::{self, Added, Join};
use chaobiao_devices::{Profile, Protocol, dlt645_1997, dlt645_2007};
use chrono::{DateTime, TimeDelta, Utc};

use super::Bus;
use super::exchange::Exchanged;
use crate::command::{Command, NotSent, Outcome};
use crate::meter::{Meter, MeterAddress, total_of};
use crate::observation::{Lost, Observation, Oddity, Silence};
use crate::talk::{self, Heard, MeterReading, Said, Talk, Via};
use crate::time::on_the_wall;

/// A reading, or why there is none and after how many tries.
pub(super) type ReadOutcome = Result<MeterReading, (Silence, u8)>;

/// An answer put together.
struct Whole {
    frames: Vec<Vec<u8>>,
    data: Vec<u8>,
    said: Said,
}

impl Bus {
    pub(super) fn talk<'a>(&mut self, address: MeterAddress, profile: &'a Profile) -> Talk<'a> {
        let seq = self.memory.next_seq();
        let di_order = self.memory.meter(address).di_order;
        Talk {
            address,
            profile,
            di_order,
            seq,
        }
    }

    /// Reads one item, again and again if need be.
    pub(super) async fn read(
        &mut self,
        address: MeterAddress,
        profile: &Profile,
        item: u32,
        via: Via,
        retries: u8,
    ) -> Result<ReadOutcome, Lost> {
        let mut silence = Silence::NotAskable;
        for attempt in 1..=retries.saturating_add(1) {
            let Some(request) = self.talk(address, profile).read(item) else {
                return Ok(Err((Silence::NotAskable, 0)));
            };
            let asked_at = self.shared.now();
            silence = match self.exchange(address, profile, &request).await? {
                Exchanged::Nothing => Silence::NoAnswer,
                Exchanged::Damaged => Silence::Damaged,
                Exchanged::Answer(heard) => {
                    match self.whole(address, profile, heard, item).await? {
                        Ok(whole) => {
                            let reading = MeterReading {
                                collector: self.id.clone(),
                                meter: address,
                                protocol: profile.protocol,
                                item,
                                frames: whole.frames,
                                data: whole.data,
                                said: whole.said,
                                via,
                                attempt,
                                asked_at,
                                at: self.shared.now(),
                            };
                            self.judge(&reading).await;
                            return Ok(Ok(reading));
                        }
                        Err(silence @ Silence::Refused { .. }) => {
                            if matches!(
                                silence,
                                Silence::Refused {
                                    unsupported: true,
                                    ..
                                }
                            ) {
                                self.memory.meter(address).has_none_such(item);
                            }
                            return Ok(Err((silence, attempt)));
                        }
                        Err(silence) => silence,
                    }
                }
            };
        }
        Ok(Err((silence, retries.saturating_add(1))))
    }

    /// The whole of an answer, further parts asked for.
    async fn whole(
        &mut self,
        address: MeterAddress,
        profile: &Profile,
        first: Heard,
        item: u32,
    ) -> Result<Result<Whole, Silence>, Lost> {
        let (said, data) = talk::read(&first.bytes, profile);
        Ok(match said {
            Said::Part => return self.parts(address, profile, first, item).await,
            Said::Refused { word, unsupported } => Err(Silence::Refused { word, unsupported }),
            Said::Value { .. } | Said::Water { .. } => Ok(Whole {
                frames: vec![first.bytes],
                data,
                said,
            }),
            Said::Done | Said::Address(_) | Said::Unreadable => Err(Silence::Unreadable),
        })
    }

    async fn parts(
        &mut self,
        address: MeterAddress,
        profile: &Profile,
        first: Heard,
        item: u32,
    ) -> Result<Result<Whole, Silence>, Lost> {
        let MeterAddress::Dlt645(asked) = address else {
            return Ok(Err(Silence::Unreadable));
        };
        let wire = profile.dlt645_wire();
        let is_2007 = profile.protocol == Protocol::Dlt645Of2007;
        let begun = dlt645::Frame::parse(&first.bytes, wire)
            .ok()
            .and_then(|frame| {
                if is_2007 {
                    dlt645_2007::join(&frame, wire).ok()
                } else {
                    dlt645_1997::join(&frame, wire).ok()
                }
            });
        let Some(mut join) = begun else {
            return Ok(Err(Silence::Unreadable));
        };
        let mut frames = vec![first.bytes];
        // Repeats count, too: a meter that only repeats itself is left.
        for _ in 0..=Join::PARTS_MAX * 2 {
            if let Some(data) = join.data() {
                let data = data.to_vec();
                let said = talk::value(profile, item, &data);
                return Ok(Ok(Whole { frames, data, said }));
            }
            let request = if is_2007 {
                dlt645_2007::next_part(&join).and_then(|ask| ask.encode(&asked, wire))
            } else {
                dlt645_1997::next_part(&join).and_then(|ask| ask.encode(&asked, wire))
            };
            let Some(request) = request else { break };
            let Exchanged::Answer(part) = self.exchange(address, profile, &request).await? else {
                break;
            };
            let Ok(frame) = dlt645::Frame::parse(&part.bytes, wire) else {
                break;
            };
            match join.add(&frame) {
                Ok(Added::More | Added::Complete) => frames.push(part.bytes),
                Ok(Added::Repeated) => {}
                Err(_) => break,
            }
        }
        Ok(Err(Silence::Incomplete))
    }

    /// What is strange about a good answer is told; the answer stands.
    pub(super) async fn judge(&mut self, reading: &MeterReading) {
        let address = reading.meter;
        if let Said::Water { di_order, .. } = reading.said {
            self.memory.meter(address).di_order = Some(di_order);
        }
        if let Some(collector) = self.shared.heard(address, &self.id) {
            self.odd(address, Oddity::MovedFrom { collector }).await;
        }
        if reading.said.is_misfit() {
            let item = reading.item;
            self.odd(address, Oddity::Misfit { item }).await;
        }
        if let Some(shown) = reading.said.clock() {
            let right = shown.is_some_and(|shown| self.is_about_now(shown, reading.at));
            let told = std::mem::replace(&mut self.memory.meter(address).clock_told, !right);
            if !right && !told {
                self.odd(address, Oddity::Clock { shown }).await;
            }
        }
        if let Some(now) = reading.index()
            && let Some(before) = self.memory.meter(address).went_back(reading.item, now)
        {
            let item = reading.item;
            self.odd(address, Oddity::WentBack { item, before, now })
                .await;
        }
    }

    fn is_about_now(&self, shown: chrono::NaiveDateTime, at: DateTime<Utc>) -> bool {
        let skew = TimeDelta::seconds(i64::from(self.shared.limits.clock_skew_s_max));
        (shown - on_the_wall(at)).abs() <= skew
    }

    /// How the meter speaks, if that is known.
    pub(super) fn profile_of(&mut self, meter: &Meter) -> Option<Arc<Profile>> {
        let known = meter.profile.clone();
        known.or_else(|| self.memory.meter(meter.address).profile.clone())
    }

    pub(super) async fn read_now(
        &mut self,
        command: &Command,
        meter: &Meter,
        item: Option<u32>,
    ) -> Result<(), Lost> {
        let mut profile = self.profile_of(meter);
        if profile.is_none() {
            profile = self.find_out(meter.address).await?;
        }
        let Some(profile) = profile else {
            self.done(command, Outcome::NoAnswer).await;
            return Ok(());
        };
        let item = item.unwrap_or(total_of(profile.protocol));
        let via = Via::Command(command.id);
        let retries = self.plan.retries;
        let read = self.read(meter.address, &profile, item, via, retries).await;
        let outcome = match read? {
            Ok(reading) => Outcome::Read(Box::new(reading)),
            Err((Silence::Refused { word, .. }, _)) => Outcome::Refused { word },
            Err((Silence::NotAskable, _)) => Outcome::NotSent(NotSent::Unsupported),
            Err(_) => Outcome::NoAnswer,
        };
        self.done(command, outcome).await;
        Ok(())
    }

    pub(super) async fn missing(&self, meter: MeterAddress, item: u32, why: Silence, attempts: u8) {
        let observation = Observation::Missing {
            collector: self.id.clone(),
            meter,
            item,
            why,
            attempts,
            at: self.shared.now(),
        };
        self.shared.tell(observation).await;
    }
}
