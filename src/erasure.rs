//! What is kept of a person outside the event store, and how it is given up.

use chaobiao_decision::{Actor, StreamId};
use chaobiao_domain::customer::CustomerEvent;
use chaobiao_domain::units::CustomerId;
use chaobiao_eventstore::access::{Access, Principal};
use chaobiao_eventstore::{EventStore, JsonLinesSender, operate};
use chaobiao_projections::{reading_review, service_cases, transfer_claims};

use crate::photos::PhotoStore;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The read models that know whose photos there are.
const PHOTO_INDEXES: [&str; 3] = ["reading_review", "service_cases", "transfer_claims"];

/// Sessions, codes, photos, and the development outbox.
#[derive(Clone)]
pub struct Keepers {
    pub store: EventStore,
    pub access: Access,
    pub photos: PhotoStore,
    pub outbox: JsonLinesSender,
}

impl Keepers {
    /// Gives up what is kept of a customer, all of it from before the event at this place of the
    /// log. Their own key is still there. May be repeated.
    pub async fn forget_customer(
        &self,
        customer_id: &CustomerId,
        leaf_index: i64,
    ) -> Result<(), Failure> {
        let principal = Principal::Customer(customer_id.to_string());
        self.access.close_sessions(&principal, None).await?;
        self.forget_phone(customer_id).await?;
        self.forget_photos(customer_id, leaf_index).await
    }

    /// Takes the messages to a person out of the development outbox.
    pub async fn forget_messages(&self, subject: &str) -> Result<(), Failure> {
        Ok(self.outbox.forget(subject).await?)
    }

    async fn forget_phone(&self, customer_id: &CustomerId) -> Result<(), Failure> {
        let stream = StreamId::new("customer", customer_id.as_str());
        for recorded in self.store.history(&stream).await? {
            // Erased already when this is repeated after the key has gone.
            if let CustomerEvent::Registered(registered) = recorded.decode()?
                && let Some(phone) = registered.phone.value()
            {
                let subject = self.access.forget_phone(phone.as_str()).await?;
                self.forget_messages(&subject).await?;
            }
        }
        Ok(())
    }

    /// The hashes stay in the events: a bill still says which picture it was read from.
    async fn forget_photos(
        &self,
        customer_id: &CustomerId,
        leaf_index: i64,
    ) -> Result<(), Failure> {
        let pool = self.store.pool();
        let models = operate::consumers(pool).await?;
        for name in PHOTO_INDEXES {
            let index = models.iter().find(|model| model.name == name);
            if index.is_none_or(|index| index.next_leaf <= leaf_index) {
                return Err(format!("the read model {name} is behind").into());
            }
        }
        let actor = Actor::Customer(customer_id.to_string());
        let mut photos = reading_review::query::photos_of(pool, &actor).await?;
        photos.extend(service_cases::photos_of(pool, &actor).await?);
        photos.extend(transfer_claims::query::photos_of(pool, &actor).await?);
        for photo in photos {
            self.photos.delete(&photo).await?;
        }
        Ok(())
    }
}
