//! Stored events and the events of this program: how the one becomes the other.

use std::fmt;
use std::sync::Arc;

use cqrs_es::DomainEvent;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde::Deserializer;
use serde_json::Value;
use thiserror::Error;

use crate::Payload;

/// How older forms of events become present ones: the upcasters of every capability, in order.
///
/// The store applies them to whatever it reads, after decryption; the stored bytes, and with them
/// leaf hashes and proofs, stay what they are.
#[derive(Clone, Default)]
pub struct Upcasters(Arc<Vec<Box<dyn EventUpcaster>>>);

impl fmt::Debug for Upcasters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upcasters({})", self.0.len())
    }
}

impl FromIterator<Box<dyn EventUpcaster>> for Upcasters {
    fn from_iter<I: IntoIterator<Item = Box<dyn EventUpcaster>>>(upcasters: I) -> Self {
        Self(Arc::new(upcasters.into_iter().collect()))
    }
}

impl Upcasters {
    /// Brings an event up to the form the last fitting upcaster gives it.
    pub fn upcast(
        &self,
        event_type: &mut String,
        event_version: &mut String,
        payload: &mut Payload,
    ) -> Result<(), serde_json::Error> {
        for upcaster in self.0.iter() {
            if !upcaster.can_upcast(event_type, event_version) {
                continue;
            }
            let event = upcaster.upcast(SerializedEvent::new(
                String::new(),
                0,
                String::new(),
                std::mem::take(event_type),
                std::mem::take(event_version),
                payload.decode()?,
                Value::Null,
            ));
            *event_type = event.event_type;
            *event_version = event.event_version;
            *payload = event.payload.into();
        }
        Ok(())
    }
}

/// Why a stored event is none of this program's.
#[derive(Debug, Error)]
pub enum UnreadableEvent {
    /// Written by a newer program, or its upcaster is missing.
    #[error("{event_type} {event_version} is not a form of event this program knows")]
    Unknown {
        event_type: String,
        event_version: String,
    },
    #[error("{event_type} {event_version}: {source}")]
    Payload {
        event_type: String,
        event_version: String,
        source: serde_json::Error,
    },
}

/// The event as the domain's type. Its written name and version must be those it was stored, or
/// upcast, under: what merely looks alike is not taken for it.
pub fn read_event<'de, E, P>(
    event_type: &str,
    event_version: &str,
    payload: P,
) -> Result<E, UnreadableEvent>
where
    E: DomainEvent,
    P: Deserializer<'de, Error = serde_json::Error>,
{
    let event = E::deserialize(payload).map_err(|source| UnreadableEvent::Payload {
        event_type: event_type.to_owned(),
        event_version: event_version.to_owned(),
        source,
    })?;
    if event.event_type() == event_type && event.event_version() == event_version {
        Ok(event)
    } else {
        Err(UnreadableEvent::Unknown {
            event_type: event_type.to_owned(),
            event_version: event_version.to_owned(),
        })
    }
}
