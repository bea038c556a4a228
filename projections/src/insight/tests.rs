use chaobiao_decision::Actor;
use chaobiao_domain::meter::{Channel, MeterEvent};
use chaobiao_domain::reading_round::{ReadingRoundEvent, RoundOpened, VisitRecorded};
use chaobiao_domain::units::{BillingMonth, Commodity};
use chaobiao_testing::TestDatabase;
use sqlx::PgPool;

use super::*;
use crate::fixture::{Log, at, meters};
use crate::meter_card::MeterCardProjector;
use crate::reading_review::ReadingReviewProjector;
use crate::session_log::SessionLogProjector;
use crate::unread_meters::UnreadMetersProjector;
use crate::usage_history::UsageHistoryProjector;

fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project(&MeterCardProjector, &pool, 100).await;
    log.project(&ReadingReviewProjector, &pool, 100).await;
    log.project(&SessionLogProjector, &pool, 100).await;
    log.project(&UnreadMetersProjector, &pool, 100).await;
    log.project(&UsageHistoryProjector, &pool, 100).await;
    database
}

fn submitted(reading_id: &str, time: &str, channel: Channel, by: Actor) -> MeterEvent {
    let MeterEvent::ReadingSubmitted(mut submitted) = meters::submitted(reading_id, "130", time)
    else {
        panic!("a submission")
    };
    submitted.channel = channel;
    submitted.submitted_by = by;
    submitted.photo = (channel == Channel::Field).then(|| "ab".repeat(32).parse().unwrap());
    MeterEvent::ReadingSubmitted(submitted)
}

fn accepted(reading_id: &str, time: &str, usage: &str) -> MeterEvent {
    MeterEvent::ReadingAccepted(meters::accepted(reading_id, "130", time, (usage, usage)))
}

/// Six meters in September: M1 by its customer, M2 by itself, M3 by li in time, M4 by li late and
/// twice, M5 visited in vain twice, M6 untouched.
fn september() -> Log {
    let mut log = Log::default();
    let numbers = ["M1", "M2", "M3", "M4", "M5", "M6"];
    for (order, number) in (1..).zip(numbers) {
        let registered = meters::registered(number, "B1", order);
        log.record(("meter", number), "2026-08-01 09:00", &registered);
    }
    let opened = ReadingRoundEvent::Opened(RoundOpened {
        round_id: "B1-202609".parse().unwrap(),
        book: "B1".parse().unwrap(),
        month: month("2026-09"),
        campus: "N".parse().unwrap(),
        meters: numbers.map(|number| number.parse().unwrap()).to_vec(),
        opened_on: "2026-09-01".parse().unwrap(),
        due_on: "2026-09-10".parse().unwrap(),
        reader: Some("li".parse().unwrap()),
    });
    log.record(("reading_round", "B1-202609"), "2026-09-01 08:00", &opened);
    let customer = Actor::Customer("c1".to_owned());
    let machine = Actor::System("import".to_owned());
    let li = Actor::Staff("li".to_owned());
    for (meter, id, time, channel, by) in [
        ("M1", "R1", "2026-09-02 09:00", Channel::SelfRead, customer),
        ("M2", "R2", "2026-09-02 09:00", Channel::Remote, machine),
        ("M3", "R3", "2026-09-10 09:00", Channel::Field, li.clone()),
        ("M4", "R4", "2026-09-12 09:00", Channel::Field, li.clone()),
        (
            "M4",
            "R5",
            "2026-09-13 09:00",
            Channel::Handheld,
            li.clone(),
        ),
    ] {
        log.record(("meter", meter), time, &submitted(id, time, channel, by))
            .record(("meter", meter), time, &accepted(id, time, "30"));
    }
    for day in ["2026-09-08 09:00", "2026-09-09 09:00"] {
        let visit = ReadingRoundEvent::VisitRecorded(VisitRecorded {
            meter_no: "M5".parse().unwrap(),
            visited_at: at(day),
            visited_by: li.clone(),
            reason: "door_locked".parse().unwrap(),
            note: None,
            left_note: None,
        });
        log.record(("reading_round", "B1-202609"), day, &visit);
    }
    log
}

#[tokio::test]
async fn r1_shares_by_way_of_reading_and_visits_a_meter() {
    let database = projected(&september()).await;
    let months = (month("2026-09"), month("2026-09"));
    let stats = channels::stats(&database.pool(), StatsBy::Book, months, None)
        .await
        .unwrap();
    let expected = ChannelStats {
        month: month("2026-09"),
        key: "B1".to_owned(),
        meters: 6,
        self_read: 1,
        remote: 1,
        on_site: 2,
        imported: 0,
        unread: 2,
        // M3 once, M4 twice, M5 twice in vain.
        visits: 5,
    };
    assert_eq!(stats, [expected]);
    let elsewhere = "S".parse().unwrap();
    let none = channels::stats(&database.pool(), StatsBy::Campus, months, Some(&elsewhere))
        .await
        .unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn r6_a_readers_month_in_figures() {
    let database = projected(&september()).await;
    let figures = readers::figures(&database.pool(), month("2026-09"), None)
        .await
        .unwrap();
    let expected = ReaderFigures {
        reader: "li".parse().unwrap(),
        assigned: 6,
        read: 4,
        // M4 came two days late.
        on_time: 3,
        readings: 3,
        re_read: 1,
        with_photo: 2,
        anomalies: 0,
        rejected: 0,
        corrected: 0,
        visits: 2,
    };
    assert_eq!(figures, [expected]);
    let other = readers::figures(&database.pool(), month("2026-08"), None)
        .await
        .unwrap();
    assert_eq!(other, []);
}

/// Two years of months. M1 uses ten a month and twenty in the second year's summer; M2 to M4 use
/// eight, ten and twelve all along.
fn two_years() -> Log {
    let mut log = Log::default();
    for (order, (number, plain)) in (1..).zip([("M1", 10), ("M2", 8), ("M3", 10), ("M4", 12)]) {
        let registered = meters::registered(number, "B1", order);
        log.record(("meter", number), "2024-08-01 09:00", &registered);
        let mut total = 0;
        let mut on = month("2024-09");
        while on < month("2026-09") {
            let summer = number == "M1" && on >= month("2026-06");
            let used = if summer { 20 } else { plain };
            total += used;
            let time = format!("{on}-25 09:00");
            let id = format!("{number}-{on}");
            let usage = (used.to_string(), total.to_string());
            log.record(
                ("meter", number),
                &time,
                &meters::submitted(&id, "130", &time),
            );
            let read = meters::accepted(&id, "130", &time, (&usage.0, &usage.1));
            log.record(("meter", number), &time, &MeterEvent::ReadingAccepted(read));
            on = on.next();
        }
    }
    log
}

async fn analysed(pool: &PgPool, scope: UsageScope) -> Vec<String> {
    let months = (month("2026-05"), month("2026-08"));
    let figures = usage::analysis(pool, &scope, Commodity::Water, months)
        .await
        .unwrap();
    let line = |figures: MonthFigures| {
        let text = |quantity: Option<chaobiao_domain::units::Quantity>| {
            quantity.map_or("-".to_owned(), |quantity| quantity.value().to_string())
        };
        format!(
            "{} {} {} {}/{}",
            figures.month,
            figures.usage.value(),
            text(figures.last_year),
            text(figures.like),
            figures.like_count
        )
    };
    figures.into_iter().map(line).collect()
}

#[tokio::test]
async fn r10_planted_summers_show_against_last_year_and_like_meters() {
    let database = projected(&two_years()).await;
    let pool = database.pool();
    let meter = UsageScope::Meter("M1".parse().unwrap());
    assert_eq!(
        analysed(&pool, meter).await,
        [
            "2026-05 10 10 10/3",
            "2026-06 20 10 10/3",
            "2026-07 20 10 10/3",
            "2026-08 20 10 10/3",
        ]
    );
    let building = UsageScope::Building("N".parse().unwrap(), "紫荆 3 号楼".to_owned());
    assert_eq!(
        analysed(&pool, building).await[0..2],
        ["2026-05 40 40 -/0", "2026-06 50 40 -/0"]
    );
    let nobody = UsageScope::Campus("S".parse().unwrap());
    assert_eq!(analysed(&pool, nobody).await, [""; 0]);
}

#[tokio::test]
async fn r76_a_report_by_building_and_month_with_last_year_beside_it() {
    use chaobiao_domain::report_template::ReportGroup;

    let database = projected(&two_years()).await;
    let pool = database.pool();
    let filter = ReportFilter {
        group: ReportGroup::Building,
        monthly: true,
        from: month("2026-05"),
        to: month("2026-06"),
        campus: None,
        commodity: Some(Commodity::Water),
    };
    let line = |line: ReportLine| {
        let month = line
            .month
            .map(|month| month.to_string())
            .unwrap_or_default();
        let figures = (line.usage.value(), line.last_year.value());
        format!(
            "{} {month} {} {} {}",
            line.key, figures.0, figures.1, line.meters
        )
    };
    let lines = report::all(&pool, &filter).await.unwrap();
    let lines: Vec<String> = lines.into_iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "N 紫荆 3 号楼 2026-05 40 40 4",
            "N 紫荆 3 号楼 2026-06 50 40 4"
        ]
    );
    let by_meter = ReportFilter {
        group: ReportGroup::Meter,
        monthly: false,
        ..filter
    };
    let first = report::page(&pool, &by_meter, &crate::paging::Page::first(3))
        .await
        .unwrap();
    assert!(first.has_next);
    let after = first.rows.last().map(|(key, _)| key.clone());
    let next = crate::paging::Page::first(3).following(after);
    let second = report::page(&pool, &by_meter, &next).await.unwrap();
    let lines: Vec<String> = second.rows.into_iter().map(|(_, row)| line(row)).collect();
    assert_eq!(lines, ["M4  24 24 1"]);
}
