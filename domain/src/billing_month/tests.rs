use chaobiao_decision::Actor;

use super::*;

#[test]
fn the_closing_of_a_month_keeps_its_golden_json() {
    let event = BillingMonthEvent::Closed(MonthClosed {
        campus: "N".parse().unwrap(),
        month: "2026-07".parse().unwrap(),
        closed_by: Actor::Staff("qian".to_owned()),
    });
    insta::assert_json_snapshot!(cqrs_es::DomainEvent::event_type(&event), event);
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(
        serde_json::from_str::<BillingMonthEvent>(&json).unwrap(),
        event
    );
}
