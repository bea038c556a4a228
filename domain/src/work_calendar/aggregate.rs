use chaobiao_decision::BusinessError;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::calendar::CalendarYear;

/// One year's list, from its events: the list loaded last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkYear(Option<CalendarYear>);

impl WorkYear {
    pub fn list(&self) -> Option<&CalendarYear> {
        self.0.as_ref()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WorkYearEvent {
    YearLoaded { list: CalendarYear },
}

impl DomainEvent for WorkYearEvent {
    fn event_type(&self) -> String {
        let Self::YearLoaded { .. } = self;
        "work_calendar.year_loaded".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// A list is checked when it is made; a year has nothing left to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NeverRefused {}

impl BusinessError for NeverRefused {
    fn code(&self) -> &'static str {
        match *self {}
    }
}

impl Aggregate for WorkYear {
    const TYPE: &'static str = "work_calendar";
    type Command = CalendarYear;
    type Event = WorkYearEvent;
    type Error = NeverRefused;
    type Services = ();

    async fn handle(
        &mut self,
        list: CalendarYear,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), NeverRefused> {
        if self.0.as_ref() != Some(&list) {
            sink.write(WorkYearEvent::YearLoaded { list }, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, WorkYearEvent::YearLoaded { list }: WorkYearEvent) {
        self.0 = Some(list);
    }
}
