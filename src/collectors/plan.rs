//! What the gateway asks for: the collectors in use and their meters, as the read model has them.

use chaobiao_domain::units::MeterProtocol;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_devices::{Profile, Protocol};
use chaobiao_gateway::command::{Act, Command, CommandId};
use chaobiao_gateway::{CollectorId, CollectorPlan, Gateway, Meter, Plan};
use chaobiao_projections::collectors::query;
use sqlx::PgPool;
use tokio::sync::watch;

use super::{change_within, convert};

/// Changes that come closer together are one.
const PAUSE: Duration = Duration::from_millis(500);
/// Also without a change: another node may have been told of it.
const EVERY: Duration = Duration::from_secs(30);

/// Keeps the gateway's plan as the read model is, for ever.
pub(super) async fn keep(
    gateway: Gateway,
    pool: PgPool,
    mut changes: Option<watch::Receiver<i64>>,
) {
    let profiles = Profiles::default();
    let mut present = Plan::default();
    let mut sweeps = 0;
    loop {
        match read(&pool, &profiles).await {
            Ok(plan) if present == plan => {}
            Ok(plan) => {
                let collectors = plan.collectors.len();
                tracing::info!(collectors, "what is asked has changed");
                gateway.set_plan(plan.clone());
                // Whoever has just attached a meter wants to see it answer.
                for collector in grown(&present, &plan) {
                    sweeps += 1;
                    gateway.command(Command {
                        id: CommandId(sweeps),
                        collector,
                        act: Act::Sweep,
                        expires_at: None,
                    });
                }
                present = plan;
            }
            Err(error) => tracing::warn!(%error, "the plan of the collectors cannot be read"),
        }
        tokio::time::sleep(PAUSE).await;
        change_within(EVERY, changes.as_mut()).await;
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

async fn read(pool: &PgPool, profiles: &Profiles) -> Result<Plan, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let (collectors, meters) = query::plan(&mut connection).await?;
    let mut behind: BTreeMap<String, Vec<Meter>> = BTreeMap::new();
    for row in meters {
        let meter = profiles.meter(&row.address, row.protocol.as_deref());
        behind.entry(row.collector_no).or_default().extend(meter);
    }
    let planned = collectors.into_iter().filter_map(|row| {
        let id = row.collector_no.parse().ok()?;
        let every = u64::try_from(row.every_minutes).ok()?;
        let meters = behind.remove(&row.collector_no).unwrap_or_default();
        let plan = CollectorPlan {
            aligned: true,
            retries: u8::try_from(row.retries).unwrap_or(0),
            ..CollectorPlan::every(Duration::from_mins(every), meters)
        };
        Some((id, Arc::new(plan)))
    });
    Ok(Plan {
        collectors: planned.collect(),
    })
}
