//! A gateway with simulated concentrators at pipes, in held time: nothing here waits really.

#![allow(dead_code, reason = "each test program uses its part")]
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chaobiao_devices::dlt645::{Operator, Password};
use chaobiao_gateway::command::{Act, Authority, SwitchTo};
use chaobiao_gateway::link::{Door, Registration};
use chaobiao_gateway::observation::Sweep;
use chaobiao_gateway::simulator::{self, Concentrator, Profiles, Street};
use chaobiao_gateway::talk::MeterReading;
use chaobiao_gateway::time::{Clock, RunningClock};
use chaobiao_gateway::{
    CollectorId, CollectorPlan, Command, CommandId, Gateway, Limits, Meter, MeterAddress,
    Observation, Outcome, Plan,
};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

pub(crate) const HOUR: Duration = Duration::from_hours(1);

pub(crate) type Shown = Arc<Mutex<Concentrator>>;

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(RunningClock::from("2026-11-28T00:00:00Z".parse().unwrap()))
}

pub(crate) fn id(text: &str) -> CollectorId {
    text.parse().unwrap()
}

/// One concentrator, small, every hour.
pub(crate) fn street(meters: u16) -> Street {
    Street {
        meters,
        ..Street::new(7)
    }
}

pub(crate) fn planned(concentrators: &[&Concentrator]) -> Plan {
    let profiles = Profiles::default();
    let mut plan = Plan::default();
    for one in concentrators {
        let own = CollectorPlan {
            jitter_max: Duration::ZERO,
            ..one.plan(HOUR, &profiles)
        };
        plan.collectors.insert(one.id.clone(), Arc::new(own));
    }
    plan
}

/// A gateway, and what it tells.
pub(crate) struct Stand {
    pub(crate) gateway: Gateway,
    pub(crate) told: mpsc::Receiver<Observation>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Stand {
    pub(crate) fn new(plan: Plan) -> Self {
        Self::with(Limits::default(), plan)
    }

    pub(crate) fn with(limits: Limits, plan: Plan) -> Self {
        let clock = clock();
        let (gateway, told) = Gateway::new(limits, Arc::clone(&clock), 1, plan);
        Self {
            gateway,
            told,
            clock,
        }
    }

    /// One concentrator at a pipe.
    pub(crate) fn of(concentrator: Concentrator) -> (Self, Shown) {
        let stand = Self::new(planned(&[&concentrator]));
        let shown = Arc::new(Mutex::new(concentrator));
        stand.plug(&shown);
        (stand, shown)
    }

    /// Connects a simulated concentrator.
    pub(crate) fn plug(&self, shown: &Shown) {
        let (here, there) = tokio::io::duplex(4096);
        let collector = shown.lock().unwrap().id.clone();
        self.attach(here, collector);
        let (shown, clock) = (Arc::clone(shown), Arc::clone(&self.clock));
        tokio::spawn(simulator::serve(shown, there, clock));
    }

    /// A pipe to a collector of which the test is the other end.
    pub(crate) fn pipe(&self, collector: CollectorId) -> DuplexStream {
        let (here, there) = tokio::io::duplex(1 << 20);
        let door = Door {
            registration: Registration::Fixed(collector.clone()),
            ..Door::default()
        };
        let gateway = self.gateway.clone();
        tokio::spawn(async move { gateway.attach(here, collector, door).await });
        there
    }

    fn attach(&self, here: DuplexStream, collector: CollectorId) {
        let gateway = self.gateway.clone();
        // The simulator says its name; as noise it does not harm.
        tokio::spawn(async move { gateway.attach(here, collector, Door::default()).await });
    }

    pub(crate) async fn next(&mut self) -> Observation {
        self.told.recv().await.unwrap()
    }

    /// Everything up to the end of the next round.
    pub(crate) async fn round(&mut self) -> (Vec<Observation>, Sweep) {
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Observation::SweepDone { sweep, .. } => return (all, sweep),
                other => all.push(other),
            }
        }
    }

    /// Everything up to the end of a command, and how it ended.
    pub(crate) async fn outcome(&mut self, wanted: u128) -> (Vec<Observation>, Outcome) {
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Observation::CommandDone { id, outcome, .. } if id == CommandId(wanted) => {
                    return (all, outcome);
                }
                other => all.push(other),
            }
        }
    }

    pub(crate) fn order(&self, number: u128, collector: &CollectorId, act: Act) {
        let command = Command {
            id: CommandId(number),
            collector: collector.clone(),
            act,
            expires_at: None,
        };
        self.gateway.command(command);
    }
}

pub(crate) fn readings(all: &[Observation]) -> Vec<&MeterReading> {
    let readings = all.iter().filter_map(|one| match one {
        Observation::Reading(reading) => Some(&**reading),
        _ => None,
    });
    readings.collect()
}

/// Meter → what it was read as, in its last digit.
pub(crate) fn indexes(all: &[Observation]) -> BTreeMap<MeterAddress, i64> {
    let readings = readings(all);
    let shown = readings
        .iter()
        .map(|one| (one.meter, one.index().unwrap().digits));
    shown.collect()
}

pub(crate) fn true_indexes(shown: &Shown) -> BTreeMap<MeterAddress, i64> {
    shown.lock().unwrap().indexes().into_iter().collect()
}

/// A meter of a plan by its place.
pub(crate) fn meter(shown: &Shown, place: usize) -> Meter {
    let plan = shown.lock().unwrap().plan(HOUR, &Profiles::default());
    plan.meters[place].clone()
}

pub(crate) fn switch(shown: &Shown, place: usize, to: SwitchTo) -> Act {
    Act::Switch {
        meter: meter(shown, place),
        to,
        authority: Some(Authority {
            password: Password {
                level: 2,
                secret: [0; 3],
            },
            operator: Operator([0; 4]),
        }),
    }
}
