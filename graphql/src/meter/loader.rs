//! Meters and readings that the rows of one answer mention, read together.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};
use chaobiao_projections::meter_card::{self, MeterCard};
use chaobiao_projections::reading_review::{self, ReadingRow};

use super::Meter;
use crate::support::{ReadLoader, load};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CardKey(String);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PayerKey(String);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ReadingKey(String);

impl Loader<CardKey> for ReadLoader {
    type Value = MeterCard;
    type Error = String;

    async fn load(&self, keys: &[CardKey]) -> Result<HashMap<CardKey, MeterCard>, String> {
        let numbers: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let cards = meter_card::query::by_numbers(self.0.pool(), &numbers).await;
        let cards = cards.map_err(|error| error.to_string())?;
        let key = |card: &MeterCard| CardKey(card.meter_no.to_string());
        Ok(cards.into_iter().map(|card| (key(&card), card)).collect())
    }
}

impl Loader<PayerKey> for ReadLoader {
    type Value = Vec<MeterCard>;
    type Error = String;

    async fn load(&self, keys: &[PayerKey]) -> Result<HashMap<PayerKey, Vec<MeterCard>>, String> {
        let accounts: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let cards = meter_card::query::of_accounts(self.0.pool(), &accounts).await;
        let mut of: HashMap<PayerKey, Vec<MeterCard>> = HashMap::new();
        for card in cards.map_err(|error| error.to_string())? {
            if let Some(payer) = &card.payer {
                let key = PayerKey(payer.account_no.to_string());
                of.entry(key).or_default().push(card);
            }
        }
        Ok(of)
    }
}

impl Loader<ReadingKey> for ReadLoader {
    type Value = ReadingRow;
    type Error = String;

    async fn load(&self, keys: &[ReadingKey]) -> Result<HashMap<ReadingKey, ReadingRow>, String> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = reading_review::query::by_ids(self.0.pool(), &ids).await;
        let rows = rows.map_err(|error| error.to_string())?;
        let key = |row: &ReadingRow| ReadingKey(row.reading_id.to_string());
        Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
    }
}

/// The card of a meter, whoever asks.
pub(crate) async fn card_of(ctx: &Context<'_>, meter_no: &str) -> Result<Option<MeterCard>> {
    load(ctx, CardKey(meter_no.to_owned())).await
}

/// A meter, whoever asks.
pub(crate) async fn meter_of(ctx: &Context<'_>, meter_no: &str) -> Result<Option<Meter>> {
    Ok(card_of(ctx, meter_no).await?.map(Meter))
}

/// The meters an account pays for now, whoever asks.
pub(crate) async fn cards_of_account(
    ctx: &Context<'_>,
    account_no: &str,
) -> Result<Vec<MeterCard>> {
    Ok(load(ctx, PayerKey(account_no.to_owned()))
        .await?
        .unwrap_or_default())
}

/// A reading, whoever asks.
pub(crate) async fn reading_of(ctx: &Context<'_>, id: &str) -> Result<Option<ReadingRow>> {
    load(ctx, ReadingKey(id.to_owned())).await
}
