use chaobiao_decision::Actor;
use chaobiao_domain::bank_line::{BankLineEntered, BankLineEvent};
use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;
use crate::paging::Page;

fn entered(number: &str, amount: i64, day: &str) -> BankLineEvent {
    BankLineEvent::Entered(BankLineEntered {
        bank_reference: number.parse().unwrap(),
        amount: Fen::new(amount),
        booked_on: day.parse().unwrap(),
        payer: None,
        memo: None,
        account_no: (number == "B2").then(|| "A7".parse().unwrap()),
        entered_by: Actor::Staff("qian".to_owned()),
    })
}

#[tokio::test]
async fn r94_a_line_is_free_until_it_is_booked_and_again_when_its_payment_is_undone() {
    let mut log = Log::default();
    let payment_id = || "p1".parse().unwrap();
    let line = |number| ("bank_line", number);
    log.record(
        line("B1"),
        "2026-09-16 09:00",
        &entered("B1", 126_840, "2026-09-16"),
    );
    log.record(
        line("B2"),
        "2026-09-16 09:00",
        &entered("B2", 500, "2026-09-15"),
    );
    log.record(
        line("B3"),
        "2026-09-16 09:00",
        &entered("B3", 126_840, "2026-09-14"),
    );
    let booked = BankLineEvent::Booked {
        payment_id: payment_id(),
    };
    log.record(line("B1"), "2026-09-16 10:00", &booked);
    let reason = "附言不清".to_owned();
    log.record(
        line("B3"),
        "2026-09-16 10:00",
        &BankLineEvent::Held { reason },
    );
    log.record(line("B3"), "2026-09-16 11:00", &booked);
    let released = BankLineEvent::Released {
        payment_id: payment_id(),
    };
    log.record(line("B3"), "2026-09-16 12:00", &released);
    let database = TestDatabase::create().await;
    log.project_both_ways(&BankLinesProjector, &database.pool())
        .await;
    let pool = database.pool();
    let listed = query::list(&pool, None, &Page::first(10)).await.unwrap();
    let states: Vec<(&str, &str)> = listed
        .rows
        .iter()
        .map(|(_, row)| (row.bank_reference.as_str(), row.state.as_str()))
        .collect();
    assert_eq!(states, [("B1", "booked"), ("B2", "open"), ("B3", "held")]);
    let day = "2026-09-15".parse().unwrap();
    let free = query::free_near(&pool, Fen::new(126_480), &["A7".to_owned()], day)
        .await
        .unwrap();
    let free: Vec<&str> = free.iter().map(|row| row.bank_reference.as_str()).collect();
    assert_eq!(free, ["B2", "B3"]);
}
