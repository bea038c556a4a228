use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use chaobiao_eventstore::EventStore;
use chaobiao_projections::payments::{self, PaymentPart};
use chaobiao_projections::receipts::{self, Receipt, ReceiptLine};

/// Reads what belongs to the payments of one request together.
pub struct PaymentLoader {
    store: EventStore,
}

impl PaymentLoader {
    pub fn new(store: EventStore) -> Self {
        Self { store }
    }
}

/// The parts of a payment, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PartsOf(pub(super) String);

/// The receipts of a payment, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReceiptsOf(pub(crate) String);

/// The items of a receipt, by its number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ItemsOf(pub(crate) String);

// Errors are shared by all that waited for the batch, hence texts.

impl Loader<PartsOf> for PaymentLoader {
    type Value = Vec<PaymentPart>;
    type Error = String;

    async fn load(&self, keys: &[PartsOf]) -> Result<HashMap<PartsOf, Vec<PaymentPart>>, String> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let parts = payments::query::parts(self.store.pool(), &ids).await;
        let parts = parts.map_err(|error| error.to_string())?;
        let mut found: HashMap<PartsOf, Vec<PaymentPart>> = HashMap::new();
        for part in parts {
            found
                .entry(PartsOf(part.payment_id.to_string()))
                .or_default()
                .push(part);
        }
        Ok(found)
    }
}

impl Loader<ReceiptsOf> for PaymentLoader {
    type Value = Vec<Receipt>;
    type Error = String;

    async fn load(&self, keys: &[ReceiptsOf]) -> Result<HashMap<ReceiptsOf, Vec<Receipt>>, String> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let receipts = receipts::query::of_payments(self.store.pool(), &ids).await;
        let receipts = receipts.map_err(|error| error.to_string())?;
        let mut found: HashMap<ReceiptsOf, Vec<Receipt>> = HashMap::new();
        for receipt in receipts {
            found
                .entry(ReceiptsOf(receipt.payment_id.to_string()))
                .or_default()
                .push(receipt);
        }
        Ok(found)
    }
}

impl Loader<ItemsOf> for PaymentLoader {
    type Value = Vec<ReceiptLine>;
    type Error = String;

    async fn load(&self, keys: &[ItemsOf]) -> Result<HashMap<ItemsOf, Vec<ReceiptLine>>, String> {
        let numbers: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let items = receipts::query::items(self.store.pool(), &numbers).await;
        let items = items.map_err(|error| error.to_string())?;
        let mut found: HashMap<ItemsOf, Vec<ReceiptLine>> = HashMap::new();
        for item in items {
            found
                .entry(ItemsOf(item.receipt_no.to_string()))
                .or_default()
                .push(item);
        }
        Ok(found)
    }
}
