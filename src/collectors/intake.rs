//! What the gateway tells becomes commands, in order for each collector.

use std::time::Duration;

use chaobiao_decision::Process;
use chaobiao_domain::collector::{NoteOddity, NoteProtocol, Oddity};
use chaobiao_domain::device_order::{FinishDeviceOrder, OrderOutcome};
use chaobiao_domain::units::DeviceOrderId;
use chaobiao_gateway::command::{CommandId, Outcome};
use chaobiao_gateway::talk::{MeterReading, Via};
use chaobiao_gateway::{CollectorId, MeterAddress, Observation, Observations};
use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::desk::Desk;
use super::exchanges::Exchanges;
use super::links::Links;
use super::rounds::Rounds;
use super::shown::{odd, shown};
use super::{LiveFrames, convert};

/// How often it is looked for links that are gone for good.
const TICK: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Intake {
    desk: Desk,
    live: LiveFrames,
    rounds: Rounds,
    links: Links,
    exchanges: Exchanges,
    /// Commands given, so that each has an id of its own.
    given: u64,
}

impl Intake {
    pub(super) fn new(desk: Desk, live: LiveFrames, lost_after: Duration) -> Self {
        Self {
            desk,
            live,
            rounds: Rounds::default(),
            links: Links::new(lost_after),
            exchanges: Exchanges::default(),
            given: 0,
        }
    }

    /// Until the gateway is gone.
    pub(super) async fn run(mut self, mut told: Observations) {
        let mut tick = Instant::now() + TICK;
        loop {
            tokio::select! {
                observation = told.recv() => match observation {
                    Some(observation) => self.take(observation).await,
                    None => break,
                },
                () = sleep_until(tick) => {
                    tick = Instant::now() + TICK;
                    self.tell_lost(false).await;
                    self.tell_forwarded(false).await;
                }
            }
        }
        self.tell_forwarded(true).await;
        self.tell_lost(true).await;
    }

    async fn tell_forwarded(&mut self, at_the_end: bool) {
        for note in self.exchanges.ready(at_the_end) {
            self.give(note).await;
        }
    }

    async fn tell_lost(&mut self, at_the_end: bool) {
        for note in self.links.overdue(at_the_end) {
            self.give(note).await;
        }
    }

    async fn give<P: Process + Clone>(&mut self, process: P) {
        self.given += 1;
        let about = format!("{}/{}", P::NAME, self.given);
        self.desk.give(&about, process).await;
    }

    async fn take(&mut self, observation: Observation) {
        self.show(&observation);
        match observation {
            Observation::CollectorSeen {
                collector,
                peer,
                at,
            } => {
                if let Some(note) = self.links.seen(&collector, peer, at) {
                    self.give(note).await;
                }
            }
            Observation::CollectorLost { collector, why, at } => {
                self.links.lost(&collector, why.to_string(), at);
            }
            Observation::Reading(reading) => self.reading(&reading).await,
            Observation::Missing {
                collector,
                meter,
                at,
                ..
            } => self.rounds.missing(&collector, meter, at),
            Observation::SweepDone { collector, at, .. } => self.close(&collector, at).await,
            Observation::CommandDone {
                id, outcome, at, ..
            } => self.done(id, outcome, at).await,
            other => self.take_strange(other).await,
        }
    }

    /// What is out of the ordinary, and what went through unread.
    async fn take_strange(&mut self, observation: Observation) {
        match observation {
            Observation::MeterFound {
                collector,
                meter,
                protocol,
                ..
            } => {
                let note = || {
                    Some(NoteProtocol {
                        collector_no: convert::collector_no(&collector)?,
                        address: convert::address_of(&meter)?,
                        protocol: convert::protocol_of(protocol),
                    })
                };
                if let Some(note) = note() {
                    self.give(note).await;
                }
            }
            Observation::Odd {
                collector,
                meter,
                what,
                at,
            } => {
                let (oddity, detail) = odd(&what);
                self.oddity(&collector, meter, oddity, detail, at).await;
            }
            Observation::Quarantined {
                collector: Some(collector),
                peer,
                why,
                at,
                ..
            } => {
                let detail = format!("{why}（{peer}）");
                self.oddity(&collector, None, Oddity::Quarantined, detail, at)
                    .await;
            }
            Observation::Quarantined {
                peer, why, untold, ..
            } => {
                tracing::warn!(peer, %why, untold, "a stranger was not let in");
            }
            Observation::Forwarded {
                collector,
                request,
                answer,
                at,
                ..
            } => self.exchanges.passed(&collector, &request, &answer, at),
            Observation::ForwardBlocked {
                collector,
                request,
                why,
                at,
            } => self
                .exchanges
                .blocked(&collector, &request, why.to_string(), at),
            _ => {}
        }
    }

    async fn reading(&mut self, reading: &MeterReading) {
        match reading.via {
            Via::Sweep(_) => self.rounds.heard(reading),
            // It speaks by itself, and is a round of its own.
            Via::Uplink => {
                self.rounds.heard(reading);
                self.close(&reading.collector, reading.at).await;
            }
            // Told with the end of the command.
            Via::Command(_) => {}
        }
    }

    async fn close(&mut self, collector: &CollectorId, at: DateTime<Utc>) {
        if let Some(round) = self.rounds.close(collector, at) {
            metrics::counter!("chaobiao_collector_rounds_total").increment(1);
            self.give(round).await;
        }
    }

    async fn oddity(
        &mut self,
        collector: &CollectorId,
        meter: Option<MeterAddress>,
        oddity: Oddity,
        detail: String,
        at: DateTime<Utc>,
    ) {
        let Some(collector_no) = convert::collector_no(collector) else {
            return;
        };
        let note = NoteOddity {
            collector_no,
            address: meter.as_ref().and_then(convert::address_of),
            oddity,
            detail,
            at,
        };
        self.give(note).await;
    }

    async fn done(&mut self, id: CommandId, outcome: Outcome, at: DateTime<Utc>) {
        // Rounds that nobody ordered have small numbers; an order's id fills them all.
        if u64::try_from(id.0).is_ok() {
            return;
        }
        let order_id = Uuid::from_u128(id.0).to_string();
        let Ok(order_id) = DeviceOrderId::try_new(order_id) else {
            return;
        };
        let finish = FinishDeviceOrder {
            order_id,
            outcome: ended(outcome),
            at,
        };
        self.give(finish).await;
    }

    fn show(&self, observation: &Observation) {
        if let Some(frame) = shown(observation) {
            self.live.show(frame);
        }
    }
}

fn ended(outcome: Outcome) -> OrderOutcome {
    match outcome {
        Outcome::Read(reading) => match convert::total(&reading) {
            Some(index) => OrderOutcome::Read {
                index,
                read_at: reading.at,
                frame: convert::frame(&reading),
            },
            None => OrderOutcome::NoAnswer,
        },
        Outcome::NoAnswer => OrderOutcome::NoAnswer,
        Outcome::Refused { word } => OrderOutcome::Refused {
            word: hex::encode(word),
        },
        Outcome::Confirmed { .. } => OrderOutcome::Confirmed,
        Outcome::NotObeyed => OrderOutcome::NotObeyed,
        Outcome::NotSent(why) => OrderOutcome::NotSent {
            reason: why.to_string(),
        },
        // Nothing else is ordered from here.
        Outcome::Unknown { .. } | Outcome::Found(_) | Outcome::Swept => OrderOutcome::Unknown,
    }
}
