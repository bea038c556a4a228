//! What is heard of a collector's meters, gathered to one command a round.

use std::collections::HashMap;
use std::mem;

use chaobiao_domain::collector::{Heard, TakeRound};
use chaobiao_gateway::talk::MeterReading;
use chaobiao_gateway::{CollectorId, MeterAddress};
use chrono::{DateTime, Utc};

use super::convert;

/// Of a round under way; the last of each meter counts.
#[derive(Default)]
pub(super) struct Rounds(HashMap<CollectorId, HashMap<MeterAddress, Heard>>);

impl Rounds {
    pub(super) fn heard(&mut self, reading: &MeterReading) {
        let Some(address) = convert::address_of(&reading.meter) else {
            return;
        };
        if !convert::is_total(reading) {
            return;
        }
        // An answer that says no index is no answer, but the frame is kept for whoever looks.
        let heard = Heard {
            address,
            at: reading.at,
            index: convert::total(reading),
            frame: convert::frame(reading),
        };
        let meters = self.0.entry(reading.collector.clone()).or_default();
        meters.insert(reading.meter, heard);
    }

    /// Not had, unless something was heard after all.
    pub(super) fn missing(
        &mut self,
        collector: &CollectorId,
        meter: MeterAddress,
        at: DateTime<Utc>,
    ) {
        let Some(address) = convert::address_of(&meter) else {
            return;
        };
        let meters = self.0.entry(collector.clone()).or_default();
        meters.entry(meter).or_insert(Heard {
            address,
            at,
            index: None,
            frame: None,
        });
    }

    /// What a round brought; nothing where nobody was asked.
    pub(super) fn close(
        &mut self,
        collector: &CollectorId,
        at: DateTime<Utc>,
    ) -> Option<TakeRound> {
        let mut heard: Vec<Heard> = mem::take(self.0.get_mut(collector)?)
            .into_values()
            .collect();
        if heard.is_empty() {
            return None;
        }
        heard.sort_by(|one, other| one.address.cmp(&other.address));
        Some(TakeRound {
            collector_no: convert::collector_no(collector)?,
            ended_at: at,
            heard,
        })
    }
}
