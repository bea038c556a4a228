//! Meters that speak by themselves.

use chaobiao_devices::stream::FrameDecoder;
use chaobiao_devices::{Profile, Protocol, cjt188, dlt645_2007};

use super::Bus;
use crate::meter::{CollectorPlan, MeterAddress, total_of};
use crate::observation::{Lost, Observation};
use crate::talk::{self, MeterReading, Said, Via};

/// A meter's frame found in bytes nobody asked for.
pub(crate) struct Overheard {
    pub(crate) meter: MeterAddress,
    pub(crate) protocol: Protocol,
    pub(crate) frame: Vec<u8>,
    pub(crate) said: Said,
    pub(crate) data: Vec<u8>,
}

/// Finds meters' frames in a whole buffer: of the planned meters by their profiles, of others by
/// the standard.
pub(crate) fn read_any(bytes: &[u8], plan: Option<&CollectorPlan>) -> Vec<Overheard> {
    let mut found: Vec<(MeterAddress, Vec<u8>)> = Vec::new();
    let mut decoder = FrameDecoder::new(dlt645_2007::WIRE);
    let mut take = |frame: chaobiao_devices::dlt645::Frame<'_>| {
        if frame.is_from_meter() {
            let meter = MeterAddress::Dlt645(frame.address());
            found.push((meter, frame.bytes().to_vec()));
        }
    };
    decoder.feed(bytes, &mut take);
    decoder.finish(&mut take);
    if found.is_empty() {
        let mut decoder = FrameDecoder::new(cjt188::Wire::STANDARD);
        let mut take = |frame: cjt188::Frame<'_>| {
            if frame.is_from_meter() {
                let meter = MeterAddress::Cjt188 {
                    kind: frame.meter_type(),
                    address: frame.address(),
                };
                found.push((meter, frame.bytes().to_vec()));
            }
        };
        decoder.feed(bytes, &mut take);
        decoder.finish(&mut take);
    }
    found
        .into_iter()
        .map(|(meter, frame)| overheard(meter, frame, plan))
        .collect()
}

fn overheard(meter: MeterAddress, frame: Vec<u8>, plan: Option<&CollectorPlan>) -> Overheard {
    let planned = plan
        .and_then(|plan| plan.meter(&meter))
        .and_then(|meter| meter.profile.clone());
    let fallback = |protocol| std::sync::Arc::new(Profile::standard(protocol));
    let profile = planned.unwrap_or_else(|| match meter {
        MeterAddress::Cjt188 { .. } => fallback(Protocol::Cjt188),
        // The functions of the two editions differ by this bit.
        MeterAddress::Dlt645(_) if frame.get(8).is_some_and(|control| control & 0x10 == 0) => {
            fallback(Protocol::Dlt645Of1997)
        }
        MeterAddress::Dlt645(_) => fallback(Protocol::Dlt645Of2007),
    });
    let (said, data) = talk::read(&frame, &profile);
    Overheard {
        meter,
        protocol: profile.protocol,
        frame,
        said,
        data,
    }
}

impl Bus {
    /// Bytes that came while nothing was asked: late, by itself, or noise.
    pub(super) async fn overhear(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.late_bytes += bytes.len() as u64;
        let mut good = 0;
        for one in read_any(bytes, Some(&self.plan)) {
            good += one.frame.len() as u64;
            let late = self.previous.as_ref().is_some_and(|previous| {
                previous.sorter.sort(&one.frame) == chaobiao_devices::content::Sort::Answer
            });
            if late {
                let same = self
                    .previous
                    .as_ref()
                    .is_some_and(|previous| previous.answer.as_ref() == Some(&one.frame));
                if same {
                    self.counts.doubled += 1;
                } else {
                    self.late_answer(one.meter).await;
                }
                continue;
            }
            self.uplink(one).await;
        }
        let noise = (bytes.len() as u64).saturating_sub(good);
        self.counts.noise_bytes += noise;
        self.note_unasked(bytes.len() as u64)
    }

    /// An answer after the round has gone on: a second meter's if there was one already.
    async fn late_answer(&mut self, meter: MeterAddress) {
        let mut second = false;
        if let Some(previous) = &mut self.previous {
            second = previous.answer.is_some() && previous.asked == 1 && !previous.told;
            previous.told |= second;
        }
        self.counts.strangers += 1;
        if second {
            self.odd(meter, crate::observation::Oddity::TwoAnswers)
                .await;
        }
    }

    async fn uplink(&mut self, one: Overheard) {
        let item = match &one.said {
            Said::Value { item, .. } | Said::Water { item, .. } => *item,
            Said::Address(_) => total_of(one.protocol),
            _ => return,
        };
        let now = self.shared.now();
        let reading = MeterReading {
            collector: self.id.clone(),
            meter: one.meter,
            protocol: one.protocol,
            item,
            frames: vec![one.frame],
            data: one.data,
            said: one.said,
            via: Via::Uplink,
            attempt: 0,
            asked_at: now,
            at: now,
        };
        // Of meters nobody planned nothing is remembered: there may be any number of them.
        if self.plan.meter(&reading.meter).is_some() {
            self.judge(&reading).await;
        }
        self.shared
            .tell(Observation::Reading(Box::new(reading)))
            .await;
    }
}
