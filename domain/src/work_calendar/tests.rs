use cqrs_es::DomainEvent;

use super::*;
use crate::calendar::{CalendarYear, shipped_years};
use crate::desk::Desk;

#[test]
fn the_same_list_again_changes_nothing_and_another_takes_its_place() {
    let mut desk = Desk::new("2026-09-01");
    let list = shipped_years().unwrap().pop().unwrap();
    let year = list.year().to_string();
    let load = LoadYear { list };
    assert_eq!(
        desk.run(&load).unwrap().event_types(),
        ["work_calendar.year_loaded"]
    );
    assert!(desk.run(&load).unwrap().events.is_empty());

    let off = load.list.off_days().iter().copied().take(3);
    let papers = vec!["更正".to_owned()];
    let list = CalendarYear::try_new(load.list.year(), papers, off, []).unwrap();
    desk.run(&LoadYear { list: list.clone() }).unwrap();
    assert_eq!(desk.state::<WorkYear>(&year).list(), Some(&list));
}

#[test]
fn events_keep_their_form() {
    let day = |text: &str| text.parse().unwrap();
    let papers = vec!["国办发明电〔2025〕7号".to_owned()];
    let list =
        CalendarYear::try_new(2026, papers, [day("2026-01-01")], [day("2026-01-04")]).unwrap();
    let event = WorkYearEvent::YearLoaded { list };
    insta::assert_json_snapshot!(event.event_type(), event);
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<WorkYearEvent>(&json).unwrap(), event);
}
