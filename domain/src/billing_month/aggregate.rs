use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{BillingMonthError, BillingMonthEvent, MonthClosed};

/// One campus's month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum BillingMonthBooks {
    #[default]
    Open,
    Closed,
}

impl Aggregate for BillingMonthBooks {
    const TYPE: &'static str = "billing_month";
    type Command = MonthClosed;
    type Event = BillingMonthEvent;
    type Error = BillingMonthError;
    type Services = ();

    async fn handle(
        &mut self,
        close: MonthClosed,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), BillingMonthError> {
        if *self == Self::Closed {
            let MonthClosed { campus, month, .. } = close;
            return Err(BillingMonthError::Closed { campus, month });
        }
        sink.write(BillingMonthEvent::Closed(close), self).await;
        Ok(())
    }

    fn apply(&mut self, event: BillingMonthEvent) {
        match event {
            BillingMonthEvent::Closed(_) => *self = Self::Closed,
        }
    }
}
