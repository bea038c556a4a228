//! One round trip for everything a batch of commands needs.

use std::collections::{BTreeSet, HashMap};

use chaobiao_decision::{ClaimKey, Snapshot, StoredEvent, StreamId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::bus::Link;
use crate::daemon::is_passing;
use crate::recorded::stored_payload;
use crate::store::owner;
use crate::{EventStore, StoreError};

/// What to load.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) commands: Vec<Uuid>,
    pub(crate) streams: BTreeSet<StreamId>,
    /// Those of them that are wanted from their first event on, whatever is kept.
    pub(crate) whole: BTreeSet<StreamId>,
    pub(crate) claims: BTreeSet<ClaimKey>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) outcomes: HashMap<Uuid, StoredOutcome>,
    pub(crate) streams: HashMap<StreamId, Vec<StoredEvent>>,
    /// Where the streams begin that do not begin with their first event.
    pub(crate) snapshots: HashMap<StreamId, Snapshot>,
    pub(crate) claims: HashMap<ClaimKey, Option<String>>,
    pub(crate) database_now: DateTime<Utc>,
}

/// The answer a command got the first time.
#[derive(Clone, Debug)]
pub(crate) struct StoredOutcome {
    pub(crate) body_hmac: Vec<u8>,
    pub(crate) outcome: Value,
    /// Position of its last event.
    pub(crate) position: Option<i64>,
}

/// A row's `kind` says what it is; an event carries the place of its stream in the request.
const LOAD: &str = "
    SELECT 0 AS kind, s.place AS place, e.sequence AS n, e.event_type AS a, e.event_version AS b,
           e.payload AS p, NULL::bytea AS h, NULL::timestamptz AS at
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s(aggregate_type, aggregate_id, place)
      JOIN events e USING (aggregate_type, aggregate_id)
    UNION ALL
    SELECT 1, 0, last_position, id::text, '', outcome, body_hmac, NULL
      FROM command WHERE id = ANY($3)
    UNION ALL
    SELECT 2, 0, 0, kind, holder, NULL, key_hmac, NULL
      FROM claim JOIN unnest($4::text[], $5::bytea[]) AS c(kind, key_hmac) USING (kind, key_hmac)
    UNION ALL
    SELECT 3, 0, 0, '', '', NULL, NULL, clock_timestamp()";

/// [`LOAD`] from snapshots on: those of this program (`$6`) whose last event is still the one at its
/// place, for streams not wanted whole (`$7`).
const LOAD_FROM_SNAPSHOTS: &str = "
    WITH asked AS MATERIALIZED (
        SELECT a.*, s.sequence AS kept, s.state
          FROM unnest($1::text[], $2::text[], $7::bool[]) WITH ORDINALITY
                   AS a(aggregate_type, aggregate_id, whole, place)
               LEFT JOIN snapshot s ON s.aggregate_type = a.aggregate_type
                   AND s.aggregate_id = a.aggregate_id AND s.code = $6 AND NOT a.whole
                   AND s.event_id = (SELECT e.event_id FROM events e
                                      WHERE e.aggregate_type = s.aggregate_type
                                        AND e.aggregate_id = s.aggregate_id
                                        AND e.sequence = s.sequence)
    )
    SELECT 0 AS kind, a.place AS place, e.sequence AS n, e.event_type AS a, e.event_version AS b,
           e.payload AS p, NULL::bytea AS h, NULL::timestamptz AS at
      FROM asked a JOIN events e ON e.aggregate_type = a.aggregate_type
           AND e.aggregate_id = a.aggregate_id AND e.sequence > coalesce(a.kept, 0)
    UNION ALL
    SELECT 4, place, kept, '', '', state, NULL, NULL FROM asked WHERE kept IS NOT NULL
    UNION ALL
    SELECT 1, 0, last_position, id::text, '', outcome, body_hmac, NULL
      FROM command WHERE id = ANY($3)
    UNION ALL
    SELECT 2, 0, 0, kind, holder, NULL, key_hmac, NULL
      FROM claim JOIN unnest($4::text[], $5::bytea[]) AS c(kind, key_hmac) USING (kind, key_hmac)
    UNION ALL
    SELECT 3, 0, 0, '', '', NULL, NULL, clock_timestamp()";

impl EventStore {
    /// Loads everything a batch asks for in one round trip.
    pub(crate) async fn load(
        &self,
        link: &mut Link,
        request: &Request,
    ) -> Result<Found, StoreError> {
        let (types, ids): (Vec<&str>, Vec<&str>) = request
            .streams
            .iter()
            .map(|s| (s.aggregate_type.as_str(), s.aggregate_id.as_str()))
            .unzip();
        let keys: Vec<(&ClaimKey, [u8; 32])> = request
            .claims
            .iter()
            .map(|c| (c, self.claim_hmac(c.kind, &c.key)))
            .collect();
        let (kinds, hmacs): (Vec<&str>, Vec<&[u8]>) = keys
            .iter()
            .map(|(c, hmac)| (c.kind, hmac.as_slice()))
            .unzip();
        let whole: Vec<bool> = request
            .streams
            .iter()
            .map(|stream| request.whole.contains(stream))
            .collect();
        let query = || {
            let load = match self.snapshots {
                Some(_) => LOAD_FROM_SNAPSHOTS,
                None => LOAD,
            };
            let query = sqlx::query(load)
                .bind(&types)
                .bind(&ids)
                .bind(&request.commands)
                .bind(&kinds)
                .bind(&hmacs);
            match &self.snapshots {
                Some(options) => query.bind(&options.code).bind(&whole),
                None => query,
            }
        };
        let mut connection = link.take().await?;
        let mut rows = query().fetch_all(&mut *connection).await;
        if connection.rested && rows.as_ref().is_err_and(is_passing) {
            connection = link.take().await?;
            rows = query().fetch_all(&mut *connection).await;
        }
        let rows = rows?;
        link.keep(connection);

        let mut loaded = sort(&rows, request.streams.len())?;
        let mut found = loaded.found;
        for (claim, hmac) in keys {
            let holder = loaded
                .holders
                .remove(&(claim.kind.to_owned(), hmac.to_vec()));
            found.claims.insert(claim.clone(), holder);
        }
        for (place, (stream, mut events)) in request.streams.iter().zip(loaded.streams).enumerate()
        {
            events.sort_by_key(|event| event.sequence);
            found.streams.insert(stream.clone(), events);
            if let Some(snapshot) = loaded.snapshots.remove(&place) {
                found.snapshots.insert(stream.clone(), snapshot);
            }
        }
        self.open_streams(&mut found.streams).await?;
        Ok(found)
    }

    /// Decrypts the personal fields of events and brings each into its present form.
    async fn open_streams(
        &self,
        streams: &mut HashMap<StreamId, Vec<StoredEvent>>,
    ) -> Result<(), StoreError> {
        let mut documents = Vec::new();
        for (stream, events) in &mut *streams {
            for event in events {
                if let Some(payload) = event.payload.personal()? {
                    documents.push((owner(stream, event.sequence), payload));
                }
            }
        }
        self.cipher().open(documents).await?;
        for event in streams.values_mut().flatten() {
            let (kind, version) = (&mut event.event_type, &mut event.event_version);
            self.upcasters().upcast(kind, version, &mut event.payload)?;
        }
        Ok(())
    }
}

/// The rows of [`LOAD`], told apart.
struct Loaded {
    found: Found,
    /// By place in the request.
    streams: Vec<Vec<StoredEvent>>,
    /// By place in the request.
    snapshots: HashMap<usize, Snapshot>,
    /// Who holds a claim, by kind and hashed key.
    holders: HashMap<(String, Vec<u8>), String>,
}

fn sort(rows: &[PgRow], streams: usize) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded {
        found: Found::default(),
        streams: vec![Vec::new(); streams],
        snapshots: HashMap::new(),
        holders: HashMap::new(),
    };
    for row in rows {
        match row.try_get::<i32, _>(0)? {
            4 => {
                let snapshot = Snapshot {
                    sequence: row.try_get(2)?,
                    state: row.try_get(5)?,
                };
                loaded.snapshots.insert(place_of(row)?, snapshot);
            }
            0 => {
                let place = place_of(row)?;
                let Some(stream) = loaded.streams.get_mut(place) else {
                    return Err(StoreError::Corrupt(format!("there is no stream {place}")));
                };
                stream.push(StoredEvent {
                    sequence: row.try_get(2)?,
                    event_type: row.try_get(3)?,
                    event_version: row.try_get(4)?,
                    payload: stored_payload(row, 5)?,
                });
            }
            1 => {
                let id: String = row.try_get(3)?;
                let id = Uuid::parse_str(&id)
                    .map_err(|error| StoreError::Corrupt(format!("command {id}: {error}")))?;
                let outcome = StoredOutcome {
                    body_hmac: row.try_get(6)?,
                    outcome: row.try_get(5)?,
                    position: row.try_get(2)?,
                };
                loaded.found.outcomes.insert(id, outcome);
            }
            2 => {
                let key = (row.try_get(3)?, row.try_get(6)?);
                loaded.holders.insert(key, row.try_get(4)?);
            }
            _ => loaded.found.database_now = row.try_get(7)?,
        }
    }
    Ok(loaded)
}

/// Which stream of the request a row is about.
fn place_of(row: &PgRow) -> Result<usize, sqlx::Error> {
    Ok(usize::try_from(row.try_get::<i64, _>(1)? - 1).unwrap_or(usize::MAX))
}
