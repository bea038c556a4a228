//! Reads what many rows of one answer ask for with one query each.

use std::collections::HashMap;
use std::hash::Hash;

use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::{Context, Result};
use chaobiao_eventstore::EventStore;

use super::internal;

/// Loads rows of read models. Each capability teaches it its own keys by implementing [`Loader`];
/// the error is a text, since it is shared by all that waited for the batch.
#[derive(Clone, Debug)]
pub struct ReadLoader(pub EventStore);

/// The rows of one key; `None` when there are none.
pub async fn load<K>(ctx: &Context<'_>, key: K) -> Result<Option<<ReadLoader as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    ReadLoader: Loader<K, Error = String>,
{
    let loader = ctx.data::<DataLoader<ReadLoader>>()?;
    loader
        .load_one(key)
        .await
        .map_err(|error| internal(ctx, error))
}

/// Puts rows under the keys they are asked for by, in their order.
pub fn grouped<K: Eq + Hash, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// Teaches the loader keys that wrap a text: `key => query -> value of a row, by that column`.
macro_rules! many {
    ($($(#[$doc:meta])* $key:ident, $row:ty, $query:path, $column:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $key(pub(crate) String);

        impl async_graphql::dataloader::Loader<$key> for $crate::support::ReadLoader {
            type Value = Vec<$row>;
            type Error = String;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<std::collections::HashMap<$key, Vec<$row>>, String> {
                let keys: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
                let rows = $query(self.0.pool(), &keys).await;
                let rows = rows.map_err(|error| error.to_string())?;
                Ok($crate::support::grouped(rows, |row| $key(row.$column.to_string())))
            }
        }
    )+};
}

pub(crate) use many;
