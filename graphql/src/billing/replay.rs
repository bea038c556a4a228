//! 复算: a bill worked out again from the events before it, read from no projection.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, StreamId};
use chaobiao_domain::Aggregate;
use chaobiao_domain::account::{Account, AccountEvent, Bill};
use chaobiao_domain::billing::{
    BillReplayed, ReplayBill, ReplayedReading, ReplayedVersion, account_of,
};
use chaobiao_domain::meter::{self, Meter, MeterEvent};
use chaobiao_domain::rating::TariffVersion;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillNo, MeterNo, PhotoHash, ReadingId};
use chaobiao_eventstore::{CommandError, EventStore, Horizon, RecordedEvent, StoreError};
use chaobiao_projections::account_statement::ShareRow;
use chrono::{DateTime, Utc};

use super::BillLine;
use super::types::{OccupantShare, occupant_shares};
use crate::support::{
    Date, Decimal, Fen, LogPosition, Services, YearMonth, bad_input, customer_or, internal,
    may_see_account,
};
use crate::tariff::{FreeAllowance, RatePrice};

/// A bill as it was issued, beside what the events before it come to.
#[derive(Clone, Debug)]
pub struct Replay {
    pub issued: Bill,
    pub replayed: BillReplayed,
    /// How many entries of the log it was worked out from.
    pub position: i64,
    photos: BTreeMap<ReadingId, PhotoHash>,
}

impl Replay {
    /// Whether the bill comes out as it was issued, to the fen and line by line.
    pub fn is_equal(&self) -> bool {
        self.issued == self.replayed.bill
    }
}

/// Why a bill cannot be worked out again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// Works a bill out again. `None` where no event has issued it.
pub async fn replay(store: &EventStore, bill_no: &BillNo) -> Result<Option<Replay>, ReplayError> {
    let Ok(account_no) = account_of(bill_no) else {
        return Ok(None);
    };
    let stream = StreamId::new(Account::TYPE, account_no.as_str());
    for event in store.history(&stream).await? {
        if event.event_type != "account.charged" {
            continue;
        }
        match event.decode()? {
            AccountEvent::Charged(bill) if bill.bill_no == *bill_no => {
                return Ok(Some(again(store, &event, bill).await?));
            }
            _ => {}
        }
    }
    Ok(None)
}

async fn again(
    store: &EventStore,
    event: &RecordedEvent,
    issued: Bill,
) -> Result<Replay, ReplayError> {
    let before = Horizon {
        position: event.leaf_index,
        known_at: None,
    };
    let process = ReplayBill::of(&issued).map_err(|error| CommandError::Refused(error.into()))?;
    // It is decided as it was then: by the same person, at the same time, under the same id.
    let context = CommandContext::new(
        event.metadata.command_id,
        event.metadata.actor.clone(),
        event.recorded_at,
    );
    let replayed = store.decide_as_known(&context, &process, before).await?;
    let mut photos = BTreeMap::new();
    for charged in &replayed.bill.meters {
        photos.extend(photos_of(store, &charged.meter_no, before).await?);
    }
    Ok(Replay {
        issued,
        replayed,
        position: before.position,
        photos,
    })
}

async fn photos_of(
    store: &EventStore,
    meter_no: &MeterNo,
    before: Horizon,
) -> Result<Vec<(ReadingId, PhotoHash)>, StoreError> {
    let stream = StreamId::new(Meter::TYPE, meter_no.as_str());
    let mut found = Vec::new();
    for event in store.history_to(&stream, before).await? {
        if event.event_type == "meter.reading_submitted"
            && let MeterEvent::ReadingSubmitted(submitted) = event.decode()?
            && let Some(photo) = submitted.photo
        {
            found.push((submitted.reading_id, photo));
        }
    }
    Ok(found)
}

/// How far a reading can be trusted, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "ReplayedQuality", remote = "meter::Quality")]
enum Quality {
    Actual,
    Customer,
    Edited,
    Estimated,
    Substituted,
    Migrated,
}

/// A reading a bill was worked out from, as it was known then.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ReplayedReading")]
struct ReadingInput {
    meter_no: String,
    reading_id: String,
    index: Decimal,
    read_at: DateTime<Utc>,
    read_on: Date,
    /// Since the reading before it.
    usage: Decimal,
    /// Since the metering point's first device.
    cumulative: Decimal,
    quality: Quality,
    /// The photo's SHA-256.
    photo: Option<String>,
    /// The validation rules in force on its day; 0 for those a centre begins with.
    rules_version: u32,
}

impl ReadingInput {
    fn new(reading: &ReplayedReading, photo: Option<&PhotoHash>) -> Self {
        Self {
            meter_no: reading.meter_no.to_string(),
            reading_id: reading.reading_id.to_string(),
            index: reading.index.into(),
            read_at: reading.read_at,
            read_on: Date(reading.read_on),
            usage: reading.usage.into(),
            cumulative: reading.cumulative.into(),
            quality: reading.quality.into(),
            photo: photo.map(PhotoHash::to_string),
            rules_version: reading.rules_version,
        }
    }
}

#[derive(Clone, Debug, SimpleObject)]
struct ReplayedTier {
    up_to: Option<Decimal>,
    price: Decimal,
}

#[derive(Clone, Debug, SimpleObject)]
struct ReplayedSurcharge {
    name: String,
    price: Decimal,
}

/// A price version a bill was worked out by.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ReplayedTariffVersion")]
struct VersionInput {
    tariff_id: String,
    from: Date,
    to: Option<Date>,
    tiers: Vec<ReplayedTier>,
    surcharges: Vec<ReplayedSurcharge>,
    free_allowance: Option<FreeAllowance>,
    minimum_charge: Option<Fen>,
    time_of_use: Vec<RatePrice>,
}

impl From<&ReplayedVersion> for VersionInput {
    fn from(replayed: &ReplayedVersion) -> Self {
        let TariffVersion {
            from,
            to,
            tiers,
            surcharges,
            free_allowance,
            minimum_charge,
            time_of_use,
        } = &replayed.version;
        Self {
            tariff_id: replayed.tariff_id.to_string(),
            from: Date(*from),
            to: to.map(Date),
            tiers: tiers
                .iter()
                .map(|tier| ReplayedTier {
                    up_to: tier.up_to.map(Into::into),
                    price: tier.price.into(),
                })
                .collect(),
            surcharges: surcharges
                .iter()
                .map(|surcharge| ReplayedSurcharge {
                    name: surcharge.name.clone(),
                    price: surcharge.price.into(),
                })
                .collect(),
            free_allowance: free_allowance.as_ref().map(Into::into),
            minimum_charge: minimum_charge.map(Into::into),
            time_of_use: time_of_use.iter().map(RatePrice::from).collect(),
        }
    }
}

#[Object(name = "BillReplay")]
impl Replay {
    async fn bill_no(&self) -> &str {
        self.issued.bill_no.as_str()
    }

    async fn month(&self) -> YearMonth {
        YearMonth(self.issued.month)
    }

    /// Whether the bill comes out as it was issued, to the fen and line by line.
    async fn equal(&self) -> bool {
        self.is_equal()
    }

    /// What the bill was issued over.
    async fn issued_total(&self) -> Fen {
        self.issued.total.into()
    }

    /// What it comes to when it is worked out again.
    async fn replayed_total(&self) -> Fen {
        self.replayed.bill.total.into()
    }

    /// How many entries of the log it was worked out from: those before the bill's own.
    async fn position(&self) -> LogPosition {
        LogPosition(self.position)
    }

    async fn household_persons(&self) -> u32 {
        self.replayed.persons
    }

    /// Who shares it when it is worked out again.
    async fn occupant_shares(&self) -> Vec<OccupantShare> {
        occupant_shares(ShareRow::of(&self.replayed.bill.meters))
    }

    async fn issued_lines(&self) -> Vec<BillLine> {
        self.issued.lines.iter().cloned().map(Into::into).collect()
    }

    async fn replayed_lines(&self) -> Vec<BillLine> {
        let lines = self.replayed.bill.lines.iter().cloned();
        lines.map(Into::into).collect()
    }

    /// Every reading a line names, once.
    async fn readings(&self) -> Vec<ReadingInput> {
        let readings = self.replayed.readings.iter();
        readings
            .map(|reading| ReadingInput::new(reading, self.photos.get(&reading.reading_id)))
            .collect()
    }

    /// Every price version a line names, once.
    async fn tariff_versions(&self) -> Vec<VersionInput> {
        self.replayed.versions.iter().map(Into::into).collect()
    }
}

#[derive(Default)]
pub struct ReplayQuery;

#[Object]
impl ReplayQuery {
    /// A bill worked out again (复算) from the events that were known when it was issued, and from
    /// nothing else, with everything that went into it. Null where there is no such bill.
    #[graphql(
        guard = "customer_or(Permission::ViewAccounts)",
        complexity = "50 + child_complexity"
    )]
    async fn replay_bill(&self, ctx: &Context<'_>, bill_no: String) -> Result<Option<Replay>> {
        let Ok(bill_no) = BillNo::try_new(bill_no) else {
            return Ok(None);
        };
        let Ok(account_no) = account_of(&bill_no) else {
            return Ok(None);
        };
        if !may_see_account(ctx, account_no.as_str()).await? {
            return Ok(None);
        }
        let store = Services::of(ctx)?.store();
        // On the heap: nested in the root's future it would be deeper than the compiler goes.
        let replayed = Box::pin(replay(store, &bill_no)).await;
        match replayed {
            // Not every bill was worked out here, and from its account alone.
            Err(ReplayError::Command(CommandError::Refused(rejection))) => {
                Err(bad_input(rejection.message))
            }
            replayed => replayed.map_err(|error| internal(ctx, error)),
        }
    }
}
