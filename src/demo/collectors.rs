//! Two collectors with meters behind them; while the demo is served, simulated ones dial in for them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chaobiao_domain::collector::{AttachMeter, BillingReadings, RegisterCollector, Sweeping};
use chaobiao_domain::meter::Channel;
use chaobiao_domain::units::{CollectorNo, Commodity, DeviceAddress, MeterProtocol};
use chaobiao_eventstore::Clock;
use chaobiao_gateway::simulator::{Concentrator, Outside, dial};
use chaobiao_projections::collectors::query;
use chaobiao_projections::meter_card;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use sqlx::PgPool;

use super::DemoError;
use super::almanac::{at, seconds};
use super::generate::Campus;
use super::plan::campus_id;
use super::setup::by;
use super::staff::TECHNICIAN;
use crate::collectors;

/// The first of so many books of remote meters hang behind a collector each.
const COLLECTORS: usize = 2;
const METERS_MOST: usize = 32;
/// How often a simulated meter moves on.
const MOVES: Duration = Duration::from_mins(1);
/// A collector whose line is cut dials again.
const AGAIN: Duration = Duration::from_secs(5);

impl Campus<'_> {
    pub(super) fn hang_collectors(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.install_day(), 16, 0);
        let books = self.plan.books.iter().filter(|book| {
            let first = book.meters.first();
            first.is_some_and(|meter| self.plan.meters[*meter].channel == Channel::Remote)
        });
        for (number, book) in books.take(COLLECTORS).enumerate() {
            let collector_no = CollectorNo::try_new(format!("DCU-{:02}", number + 1))?;
            let register = RegisterCollector {
                collector_no: collector_no.clone(),
                campus: campus_id(book.campus)?,
                place: "配电间，进门右手".to_owned(),
                sweeping: Sweeping {
                    every_minutes: 15,
                    retries: 2,
                    readings: BillingReadings::Month { day: 1 },
                },
            };
            let at = start + TimeDelta::minutes(10) * i32::try_from(number).unwrap_or(0);
            let key = format!("collector/{collector_no}");
            self.runner.give(at, by(TECHNICIAN), &key, register);
            for (serial, meter) in book.meters.iter().take(METERS_MOST).enumerate() {
                let meter = &self.plan.meters[*meter];
                let (address, protocol) = match meter.commodity {
                    Commodity::Electricity => (
                        format!("20260{number:01}{serial:06}"),
                        MeterProtocol::Dlt645Of2007,
                    ),
                    Commodity::Water => (
                        format!("10-7833{number:02}{serial:08}"),
                        MeterProtocol::Cjt188,
                    ),
                };
                let attach = AttachMeter {
                    collector_no: collector_no.clone(),
                    meter_no: meter.meter_no.clone(),
                    address: DeviceAddress::try_new(address)?,
                    protocol: Some(protocol),
                    switchable: true,
                };
                let key = format!("attach/{}", meter.meter_no);
                self.runner
                    .give(at + seconds(serial + 1), by(TECHNICIAN), &key, attach);
            }
        }
        Ok(())
    }
}

struct StoreClock(Arc<dyn Clock>);

impl chaobiao_gateway::time::Clock for StoreClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

/// Lets simulated collectors dial in for those of the demo, showing what their meters showed last and
/// going on from there, until the program ends.
pub async fn simulate_collectors(
    pool: &PgPool,
    clock: &Arc<dyn Clock>,
    gateway: SocketAddr,
) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let (rows, meters) = query::plan(&mut connection).await?;
    drop(connection);
    for row in rows {
        let hung = meters
            .iter()
            .filter(|meter| meter.collector_no == row.collector_no);
        let hung: Vec<_> = hung.collect();
        let numbers: Vec<String> = hung.iter().map(|meter| meter.meter_no.clone()).collect();
        let cards = meter_card::query::by_numbers(pool, &numbers).await?;
        let mut shown = Vec::new();
        for meter in hung {
            let card = cards
                .iter()
                .find(|card| card.meter_no.as_str() == meter.meter_no);
            let last = card.and_then(|card| card.last.as_ref().map(|last| last.index));
            let last = last.max(meter.last_index);
            // No less than what was read last, however many places that has.
            let hundredths = last
                .map_or(Decimal::ZERO, |index| index.value() * Decimal::ONE_HUNDRED)
                .ceil()
                .to_i64();
            let hung = collectors::simulated(&meter.address, meter.protocol.as_deref());
            shown.extend(
                hung.zip(hundredths)
                    .map(|((address, protocol), hundredths)| (address, protocol, hundredths)),
            );
        }
        let Ok(id) = row.collector_no.parse() else {
            continue;
        };
        let concentrator = Concentrator::of(id, Outside::Text, &shown);
        let concentrator = Arc::new(Mutex::new(concentrator));
        tokio::spawn(go_on(Arc::clone(&concentrator)));
        let clock = Arc::clone(clock);
        tokio::spawn(async move {
            loop {
                let clock = Arc::new(StoreClock(Arc::clone(&clock)));
                let ended = dial(Arc::clone(&concentrator), gateway, clock).await;
                tracing::debug!(?ended, "a simulated collector was cut off");
                tokio::time::sleep(AGAIN).await;
            }
        });
    }
    Ok(())
}

/// Some hundredths a minute, by place: steady, so that what is shown can be looked through.
async fn go_on(concentrator: Arc<Mutex<Concentrator>>) {
    loop {
        tokio::time::sleep(MOVES).await;
        let mut concentrator = concentrator.lock().unwrap_or_else(PoisonError::into_inner);
        let indexes = concentrator.indexes();
        for (place, (_, hundredths)) in indexes.into_iter().enumerate() {
            let more = i64::try_from(place % 4).unwrap_or(0);
            concentrator.show(place, hundredths + more);
        }
    }
}
