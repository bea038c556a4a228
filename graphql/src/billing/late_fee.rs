//! 滞纳金: what a bill costs more for being paid late, worked out from events whenever it is asked.

use std::collections::BTreeMap;

use async_graphql::{Context, Result};
use chaobiao_decision::StreamId;
use chaobiao_domain::Aggregate;
use chaobiao_domain::account::{Account, AccountEvent, late_bill};
use chaobiao_domain::rating::{LateFeeTerms, late_fee};
use chaobiao_domain::tariff::Tariff;
use chaobiao_domain::units::{AccountNo, BillNo, Fen, TariffId};
use chaobiao_eventstore::{EventStore, Horizon, StoreError, replay};
use chrono::{DateTime, NaiveDate, Utc};

use crate::support::{Services, internal};

/// What is known of an account, in order.
pub(crate) type KnownEvents = Vec<(DateTime<Utc>, AccountEvent)>;

/// The fee on some bills by the end of a day, as known at a place in the log.
pub(crate) async fn late_fees(
    ctx: &Context<'_>,
    known: &[(DateTime<Utc>, AccountEvent)],
    bills: &[BillNo],
    horizon: Horizon,
    by: NaiveDate,
) -> Result<Fen> {
    let store = Services::of(ctx)?.store();
    let mut terms: BTreeMap<TariffId, Vec<LateFeeTerms>> = BTreeMap::new();
    let mut sum = Fen::ZERO;
    for bill_no in bills {
        let Some(bill) = late_bill(known, bill_no) else {
            continue;
        };
        let mut of_bill = Fen::ZERO;
        for part in bill.parts {
            if !terms.contains_key(&part.tariff_id) {
                let of_tariff = terms_of(store, &part.tariff_id, horizon).await;
                let of_tariff = of_tariff.map_err(|error| internal(ctx, error))?;
                terms.insert(part.tariff_id.clone(), of_tariff);
            }
            let terms = terms.get(&part.tariff_id).map_or(&[][..], Vec::as_slice);
            let fee = late_fee(part.principal, bill.due_on, &part.settlements, terms, by);
            let fee = fee.map_err(|error| internal(ctx, error))?;
            of_bill = of_bill
                .checked_add(fee)
                .ok_or_else(|| internal(ctx, "late fees overflow"))?;
        }
        let grown = of_bill.checked_sub(bill.charged).unwrap_or_default();
        sum = sum
            .checked_add(grown.max(Fen::ZERO))
            .ok_or_else(|| internal(ctx, "late fees overflow"))?;
    }
    Ok(sum)
}

async fn terms_of(
    store: &EventStore,
    tariff_id: &TariffId,
    horizon: Horizon,
) -> Result<Vec<LateFeeTerms>, StoreError> {
    let stream = StreamId::new(Tariff::TYPE, tariff_id.as_str());
    let tariff: Tariff = replay(&store.history_to(&stream, horizon).await?)?;
    Ok(match tariff {
        Tariff::Defined(tariff) => tariff.late_fees,
        Tariff::Absent => Vec::new(),
    })
}

/// The fee on one bill by the end of a day, by all that is known.
pub(super) async fn late_fee_of(
    ctx: &Context<'_>,
    account_no: &str,
    bill_no: &str,
    by: NaiveDate,
) -> Result<Fen> {
    let store = Services::of(ctx)?.store();
    let account_no = AccountNo::try_new(account_no).map_err(|error| internal(ctx, error))?;
    let bill_no = BillNo::try_new(bill_no).map_err(|error| internal(ctx, error))?;
    let now = Horizon {
        position: i64::MAX,
        known_at: None,
    };
    let stream = StreamId::new(Account::TYPE, account_no.as_str());
    let history = store.history_to(&stream, now).await;
    let history = history.map_err(|error| internal(ctx, error))?;
    let known: std::result::Result<KnownEvents, StoreError> = history
        .iter()
        .map(|event| Ok((event.recorded_at, event.decode()?)))
        .collect();
    let known = known.map_err(|error| internal(ctx, error))?;
    late_fees(ctx, &known, &[bill_no], now, by).await
}
