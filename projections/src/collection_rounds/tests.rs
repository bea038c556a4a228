use chaobiao_domain::account::AccountClass;
use chaobiao_domain::collection_round::{
    CancelCollectionRound, FinishCollectionRound, PlanCollectionRound, RecordCollectionVisit,
    VisitOutcome,
};
use chaobiao_domain::staff::{ContactInput, HireStaff, Role};
use chaobiao_domain::units::{CollectionRoundId, Fen, PaymentId};
use chaobiao_eventstore::Projector;
use chaobiao_testing::TestDatabase;
use sqlx::PgPool;

use super::*;
use crate::account_statement::AccountStatementProjector;
use crate::fixture::meters;
use crate::meter_card::MeterCardProjector;
use crate::paging::Page;
use crate::payments::PaymentsProjector;
use crate::story::Story;
use crate::unpaid_notices::UnpaidNoticesProjector;

const DAY: &str = "2026-09-24 10:00";

/// Three households owe 100.00 each; their water meters stand in the order B2, A1, C3.
fn story() -> Story {
    let mut story = Story::new();
    let hire = HireStaff {
        login: "li".parse().unwrap(),
        name: "李红".to_owned(),
        department: "营业部".to_owned(),
        position: "收费员".to_owned(),
        campus: None,
        roles: [Role::Cashier].into(),
        contact: ContactInput::default(),
    };
    story.run("admin", "2026-01-01 08:00", &hire);
    for (account_no, place) in [("A1", 20), ("B2", 10), ("C3", 30)] {
        let meter_no = format!("W-{account_no}");
        let registered = meters::registered(&meter_no, "B1", place);
        story.log.record(
            ("meter", meter_no.as_str()),
            "2026-01-01 08:30",
            &registered,
        );
        story.open(account_no);
        story.charge("2026-08-01 09:00", account_no, "2026-07", (6000, 4000));
    }
    story
}

fn plan(story: &mut Story, accounts: &[&str]) -> CollectionRoundId {
    let plan = PlanCollectionRound {
        campus: "S".parse().unwrap(),
        day: "2026-09-24".parse().unwrap(),
        cashier: "li".parse().unwrap(),
        accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
        note: Some("带收据本".to_owned()),
    };
    story.run("ma", DAY, &plan).round_id
}

fn visit(
    story: &mut Story,
    round_id: &CollectionRoundId,
    account_no: &str,
    (outcome, payment_id): (VisitOutcome, Option<&PaymentId>),
) {
    let visit = RecordCollectionVisit {
        round_id: round_id.clone(),
        account_no: account_no.parse().unwrap(),
        outcome,
        payment_id: payment_id.cloned(),
        promised_on: None,
        left_note: None,
        note: None,
    };
    story.run("li", DAY, &visit);
}

async fn projected(story: &Story) -> (TestDatabase, PgPool) {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    story
        .log
        .project_both_ways(&CollectionRoundsProjector, &pool)
        .await;
    for projector in [&PaymentsProjector as &dyn Projector, &MeterCardProjector] {
        story.log.project(projector, &pool, usize::MAX).await;
    }
    (database, pool)
}

async fn figures(pool: &PgPool, round_id: &CollectionRoundId) -> (i64, i64, i64, i64) {
    let row = query::by_id(pool, round_id).await.unwrap().unwrap();
    (row.accounts, row.visited, row.paid, row.collected.value())
}

#[tokio::test]
async fn r62_a_rounds_figures_are_those_of_its_payments_that_stand() {
    let mut story = story();
    let round_id = plan(&mut story, &["A1", "B2", "C3"]);
    visit(
        &mut story,
        &round_id,
        "A1",
        (VisitOutcome::NobodyHome, None),
    );
    // For two doors at once, 5.00 too much, which stays with the first.
    let both = story.pay(DAY, 20_500, &["A1", "B2"]).payment_id;
    visit(
        &mut story,
        &round_id,
        "A1",
        (VisitOutcome::Paid, Some(&both)),
    );
    visit(
        &mut story,
        &round_id,
        "B2",
        (VisitOutcome::Paid, Some(&both)),
    );
    let part = story.pay(DAY, 3000, &["C3"]).payment_id;
    visit(
        &mut story,
        &round_id,
        "C3",
        (VisitOutcome::Paid, Some(&part)),
    );
    let (_database, pool) = projected(&story).await;
    assert_eq!(figures(&pool, &round_id).await, (3, 3, 3, 23_500));

    let doors = query::doors(&pool, &round_id).await.unwrap();
    let shown: Vec<_> = doors
        .iter()
        .map(|door| {
            let collected = door.collected.map(Fen::value);
            (door.account_no.as_str(), door.visits, collected)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("B2", 1, Some(10_000)),
            ("A1", 2, Some(10_500)),
            ("C3", 1, Some(3000)),
        ]
    );
    assert_eq!(doors[0].building.as_deref(), Some("紫荆 3 号楼"));
    assert_eq!(doors[0].payments, [both]);

    story.reverse("2026-09-24 15:00", &part);
    let (_database, pool) = projected(&story).await;
    assert_eq!(figures(&pool, &round_id).await, (3, 3, 2, 20_500));
}

#[tokio::test]
async fn r62_rounds_are_listed_by_day_state_and_cashier() {
    let mut story = story();
    let first = plan(&mut story, &["A1"]);
    let second = plan(&mut story, &["B2", "C3"]);
    let cancel = CancelCollectionRound {
        round_id: first.clone(),
        reason: "收费员请假".to_owned(),
    };
    story.run("ma", DAY, &cancel);
    let finish = FinishCollectionRound {
        round_id: second.clone(),
        reason: Some("下雨".to_owned()),
    };
    story.run("li", DAY, &finish);
    let third = plan(&mut story, &["A1"]);
    let (_database, pool) = projected(&story).await;
    let listed = async |filter: RoundFilter| {
        let slice = query::list(&pool, &filter, &Page::first(10)).await.unwrap();
        let rows = slice.rows.into_iter();
        rows.map(|(_, row)| (row.round_id, row.state, row.ended_reason))
            .collect::<Vec<_>>()
    };
    let of = |state| RoundFilter {
        state: Some(state),
        ..RoundFilter::default()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(listed(RoundFilter::default()).await.len(), 3);
    assert_eq!(
        listed(of("planned")).await,
        [(third, "planned".to_owned(), None)]
    );
    assert_eq!(
        listed(of("finished")).await,
        [(second, "finished".to_owned(), text("下雨"))]
    );
    assert_eq!(
        listed(of("cancelled")).await,
        [(first, "cancelled".to_owned(), text("收费员请假"))]
    );
    let of_zhou = RoundFilter {
        cashier: Some("zhou".parse().unwrap()),
        ..RoundFilter::default()
    };
    assert_eq!(listed(of_zhou).await.len(), 0);
}

#[tokio::test]
async fn r62_proposed_is_who_owes_and_is_on_no_round_to_come_in_the_order_of_the_walk() {
    let mut story = story();
    plan(&mut story, &["C3"]);
    let (_database, pool) = projected(&story).await;
    for projector in [
        &AccountStatementProjector as &dyn Projector,
        &UnpaidNoticesProjector,
    ] {
        story.log.project(projector, &pool, usize::MAX).await;
    }
    let filter = |building: Option<&str>, at_least: i64| ProposalFilter {
        campus: "S".parse().unwrap(),
        building: building.map(str::to_owned),
        class: Some(AccountClass::Resident),
        days_past_due: 1,
        at_least: Fen::new(at_least),
        limit: 300,
    };
    let proposed = async |filter: ProposalFilter| {
        let today = "2026-12-31".parse().unwrap();
        let doors = proposal::doors(&pool, &filter, today).await.unwrap();
        let doors = doors.into_iter();
        doors
            .map(|door| (door.account_no.to_string(), door.overdue.value()))
            .collect::<Vec<_>>()
    };
    let owing = [("B2".to_owned(), 10_000), ("A1".to_owned(), 10_000)];
    assert_eq!(proposed(filter(None, 0)).await, owing);
    assert_eq!(proposed(filter(Some("紫荆 3 号楼"), 0)).await, owing);
    assert!(proposed(filter(Some("北苑 1 栋"), 0)).await.is_empty());
    assert!(proposed(filter(None, 10_001)).await.is_empty());
}
