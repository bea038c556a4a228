//! What the gateway asks for: the collectors in use and their meters, as the read model has them or a
//! file made of it.

use chaobiao_domain::units::MeterProtocol;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_devices::{Profile, Protocol};
use chaobiao_gateway::command::{Act, Command, CommandId};
use chaobiao_gateway::{CollectorId, CollectorPlan, Gateway, Meter, Plan};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::Instant;

use super::convert;
use super::plan_file::PlanFile;
use crate::changes::change_within;

/// Changes that come closer together are one.
const PAUSE: Duration = Duration::from_millis(500);
/// Also without a change: another node may have been told of it.
const EVERY: Duration = Duration::from_secs(30);
/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// A read that took long is not made again at once.
const REST: u32 = 20;

/// Keeps the gateway's plan as the read model is, for ever.
pub(super) async fn keep(
    gateway: Gateway,
    pool: PgPool,
    mut changes: Option<watch::Receiver<i64>>,
) {
    let mut kept = Kept::of(gateway);
    loop {
        let began = Instant::now();
        match PlanFile::current(&pool).await {
            Ok(plan) => kept.set(&plan),
            Err(error) => tracing::warn!(%error, "the plan of the collectors cannot be read"),
        }
        tokio::time::sleep(PAUSE.max(began.elapsed() * REST)).await;
        change_within(EVERY, changes.as_mut()).await;
    }
}

/// Keeps the gateway's plan as a file is, for ever. One that cannot be read changes nothing.
pub(super) async fn follow(gateway: Gateway, first: PlanFile, path: PathBuf) {
    let mut kept = Kept::of(gateway);
    kept.set(&first);
    loop {
        tokio::time::sleep(LOOK).await;
        match PlanFile::read(&path) {
            Ok(plan) => kept.set(&plan),
            Err(error) => tracing::warn!(%error, "the plan stays as it was"),
        }
    }
}

/// A gateway and the plan it has.
struct Kept {
    gateway: Gateway,
    profiles: Profiles,
    present: Plan,
    sweeps: u128,
}

impl Kept {
    fn of(gateway: Gateway) -> Self {
        Self {
            gateway,
            profiles: Profiles::default(),
            present: Plan::default(),
            sweeps: 0,
        }
    }

    fn set(&mut self, file: &PlanFile) {
        let plan = planned(file, &self.profiles);
        if plan == self.present {
            return;
        }
        let collectors = plan.collectors.len();
        tracing::info!(collectors, "what is asked has changed");
        self.gateway.set_plan(plan.clone());
        // Whoever has just attached a meter wants to see it answer.
        for collector in grown(&self.present, &plan) {
            self.sweeps += 1;
            self.gateway.command(Command {
                id: CommandId(self.sweeps),
                collector,
                act: Act::Sweep,
                expires_at: None,
            });
        }
        self.present = plan;
    }
}

/// The collectors that have meters they had not before.
fn grown(before: &Plan, after: &Plan) -> Vec<CollectorId> {
    let has_more = |(id, plan): &(&CollectorId, &Arc<CollectorPlan>)| {
        let known = before.collectors.get(*id);
        plan.meters.iter().any(|meter| {
            known.is_none_or(|known| !known.meters.iter().any(|old| old.address == meter.address))
        })
    };
    let all = after.collectors.iter().filter(has_more);
    all.map(|(id, _)| id.clone()).collect()
}

/// One of each, shared by all meters.
pub(super) struct Profiles(BTreeMap<&'static str, Arc<Profile>>);

impl Default for Profiles {
    fn default() -> Self {
        let standard = |known: MeterProtocol| {
            let protocol: Protocol = convert::protocol(known);
            (known.as_str(), Arc::new(Profile::standard(protocol)))
        };
        Self(MeterProtocol::ALL.into_iter().map(standard).collect())
    }
}

impl Profiles {
    /// A meter as the gateway asks it; none where its address is none.
    pub(super) fn meter(&self, address: &str, protocol: Option<&str>) -> Option<Meter> {
        Some(Meter {
            address: convert::meter_address(address)?,
            profile: protocol.and_then(|protocol| self.0.get(protocol).cloned()),
            items: Arc::new([]),
        })
    }
}

/// What is not the name of a collector, or no address of a meter, is left out.
fn planned(file: &PlanFile, profiles: &Profiles) -> Plan {
    let planned = file.collectors.iter().filter_map(|collector| {
        let meters = collector.meters.iter();
        let meters =
            meters.filter_map(|meter| profiles.meter(&meter.address, meter.protocol.as_deref()));
        let plan = CollectorPlan {
            aligned: true,
            retries: collector.retries,
            ..CollectorPlan::every(
                Duration::from_mins(collector.every_minutes),
                meters.collect(),
            )
        };
        Some((collector.collector_no.parse().ok()?, Arc::new(plan)))
    });
    Plan {
        collectors: planned.collect(),
    }
}
