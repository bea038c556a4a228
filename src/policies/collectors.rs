//! What a collector's round brought becomes readings where some are due; orders to meters end in
//! time; prepaid accounts have their relays and valves ordered (R17, R23, R33).

use async_trait::async_trait;
use chaobiao_decision::ErasedProcess;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::collector::SubmitRemoteReading;
use chaobiao_domain::device_order::{
    DeviceOrderEvent, GiveUpDeviceOrder, NoteSwitchedSupply, OrderOutcome, OrderRequested,
    OrderSupplySwitches, SupplySeen,
};
use chaobiao_domain::meter::interval::{IntervalDayEvent, SweepRecorded};
use chaobiao_domain::units::RateIndexes;
use chaobiao_eventstore::{EventStore, Policy, PolicyError, Reaction, RecordedEvent};
use chrono::TimeDelta;

use super::read_models::{history, later};

pub(super) struct Collectors(pub(super) EventStore);

/// How long an order that went out may be without an end.
const TAKES: TimeDelta = TimeDelta::minutes(3);

fn run(process: Box<dyn ErasedProcess>, label: impl Into<String>) -> Reaction {
    Reaction::Run {
        process,
        label: label.into(),
    }
}

/// R17: an index that is due becomes a reading.
fn readings(sweep: &SweepRecorded) -> Vec<Reaction> {
    let due = sweep.meters.iter().filter_map(|meter| {
        let submit = SubmitRemoteReading {
            meter_no: meter.meter_no.clone(),
            collector_no: sweep.collector.clone(),
            index: meter.end_index?,
            read_at: meter.read_at.unwrap_or(sweep.swept_at),
            frame: meter.frame.clone(),
            rates: meter.rates.clone(),
            since: Some(meter.reading_since?),
        };
        Some(run(Box::new(submit), meter.meter_no.as_str()))
    });
    due.collect()
}

fn of_account(event: &AccountEvent, account_no: &str) -> Result<Vec<Reaction>, PolicyError> {
    let concerns = matches!(
        event,
        AccountEvent::CutOffOrdered
            | AccountEvent::CutOffCancelled { .. }
            | AccountEvent::RestorationOrdered { .. }
    );
    if !concerns {
        return Ok(Vec::new());
    }
    let account_no = account_no.parse();
    let account_no = account_no.map_err(|error| PolicyError::Invalid(format!("{error}")))?;
    Ok(vec![run(
        Box::new(OrderSupplySwitches { account_no }),
        "switches",
    )])
}

fn ends(requested: &OrderRequested, event: &DeviceOrderEvent) -> Vec<Reaction> {
    let order_id = || requested.order_id.clone();
    let give_up = |at, label: &str| Reaction::Due {
        at,
        subject: format!("device_order/{}", requested.order_id),
        process: Box::new(GiveUpDeviceOrder {
            order_id: order_id(),
        }),
        label: label.to_owned(),
    };
    let noted = |seen: SupplySeen| {
        let note = NoteSwitchedSupply {
            order_id: order_id(),
            seen,
        };
        run(Box::new(note), "supply")
    };
    match event {
        DeviceOrderEvent::Requested(requested) => vec![give_up(requested.expires_at, "expires")],
        DeviceOrderEvent::Dispatched { at, .. } => vec![give_up(*at + TAKES, "unknown")],
        DeviceOrderEvent::Finished {
            outcome:
                OrderOutcome::Read {
                    index,
                    read_at,
                    frame,
                },
            ..
        } if requested.counts => vec![run(
            Box::new(SubmitRemoteReading {
                meter_no: requested.meter_no.clone(),
                collector_no: requested.collector_no.clone(),
                index: *index,
                read_at: *read_at,
                frame: frame.clone(),
                rates: RateIndexes::new(),
                since: None,
            }),
            "reading",
        )],
        DeviceOrderEvent::Finished { outcome, .. } if requested.for_account.is_some() => {
            let seen = outcome.seen_after(requested.act);
            seen.map(noted).into_iter().collect()
        }
        DeviceOrderEvent::Settled { seen, .. } if requested.for_account.is_some() => {
            vec![noted(*seen)]
        }
        DeviceOrderEvent::Finished { .. }
        | DeviceOrderEvent::Cancelled { .. }
        | DeviceOrderEvent::Settled { .. } => Vec::new(),
    }
}

#[async_trait]
impl Policy for Collectors {
    fn name(&self) -> &'static str {
        "collectors"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account", "device_order", "interval_day"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        match event.stream.aggregate_type.as_str() {
            "interval_day" => {
                let IntervalDayEvent::SweepRecorded(sweep) = event.decode()?;
                Ok(readings(&sweep))
            }
            "account" => of_account(&event.decode()?, &event.stream.aggregate_id),
            _ => Ok(Vec::new()),
        }
    }

    /// What an order was for stands in its first event.
    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        if event.stream.aggregate_type != "device_order" {
            return self.react(event);
        }
        let history = history(&self.0, event).await?;
        let first = history
            .first()
            .ok_or_else(|| later("the order is not sealed"))?;
        let DeviceOrderEvent::Requested(requested) = first.decode()? else {
            return Err(PolicyError::Invalid(
                "an order begins with itself".to_owned(),
            ));
        };
        Ok(ends(&requested, &event.decode()?))
    }
}
