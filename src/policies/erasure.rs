//! When a person is given up, their keys are destroyed and all that is kept beside the events goes.

use async_trait::async_trait;
use chaobiao_domain::account::{AccountEvent, FinishErasure, account_subject, contact_subject};
use chaobiao_domain::customer::customer_subject;
use chaobiao_domain::units::{AccountNo, CustomerId, start_of_business_day};
use chaobiao_eventstore::{Policy, PolicyError, Reaction, RecordedEvent};

use crate::erasure::Keepers;

pub(super) struct Erasure(pub(super) Keepers);

fn invalid(error: impl std::fmt::Display) -> PolicyError {
    PolicyError::Invalid(error.to_string())
}

#[async_trait]
impl Policy for Erasure {
    fn name(&self) -> &'static str {
        "erasure"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["customer", "account"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let id = &event.stream.aggregate_id;
        // Most events are others; the names of these spare decoding them.
        Ok(match event.event_type.as_str() {
            "customer.erased" => {
                let customer_id = CustomerId::try_new(id).map_err(invalid)?;
                let subject = customer_subject(&customer_id);
                vec![Reaction::Forget { subject }]
            }
            "account.holder_erasure_scheduled" => {
                let account_no = AccountNo::try_new(id).map_err(invalid)?;
                let AccountEvent::HolderErasureScheduled { name_until } = event.decode()? else {
                    return Err(invalid("another event under this name"));
                };
                let subject = contact_subject(&account_no);
                vec![
                    Reaction::Forget { subject },
                    Reaction::Due {
                        at: start_of_business_day(name_until),
                        subject: account_subject(&account_no),
                        process: Box::new(FinishErasure { account_no }),
                        label: "name".to_owned(),
                    },
                ]
            }
            "account.holder_erased" => {
                let account_no = AccountNo::try_new(id).map_err(invalid)?;
                let subject = account_subject(&account_no);
                vec![Reaction::Forget { subject }]
            }
            _ => Vec::new(),
        })
    }

    async fn forget(&self, subject: &str, event: &RecordedEvent) -> Result<(), PolicyError> {
        let later = |error: Box<dyn std::error::Error + Send + Sync>| {
            PolicyError::NotYet(error.to_string())
        };
        self.0.forget_messages(subject).await.map_err(later)?;
        if event.event_type == "customer.erased" {
            let customer_id = CustomerId::try_new(&event.stream.aggregate_id).map_err(invalid)?;
            let place = event.leaf_index;
            let forgotten = self.0.forget_customer(&customer_id, place).await;
            forgotten.map_err(later)?;
        }
        Ok(())
    }
}
