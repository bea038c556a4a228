use chaobiao_domain::account::{AccountEvent, MeterAssigned, MeterReleased};
use chaobiao_domain::meter::{MeterEvent, ReadingAccepted};
use chaobiao_domain::units::{AccountNo, Commodity, RateQuantities};
use chaobiao_testing::TestDatabase;
use chrono::NaiveDate;
use sqlx::PgPool;

use super::*;
use crate::fixture::{Log, meters};

const M1: (&str, &str) = ("meter", "M1");

fn assigned(from: &str, cumulative: &str) -> AccountEvent {
    AccountEvent::MeterAssigned(MeterAssigned {
        rates: RateQuantities::default(),
        meter_no: "M1".parse().unwrap(),
        commodity: Commodity::Water,
        tariff_id: "W".parse().unwrap(),
        from: from.parse().unwrap(),
        cumulative: cumulative.parse().unwrap(),
        reading: None,
    })
}

fn released(on: &str, cumulative: &str) -> AccountEvent {
    AccountEvent::MeterReleased(MeterReleased {
        meter_no: "M1".parse().unwrap(),
        on: on.parse().unwrap(),
        cumulative: cumulative.parse().unwrap(),
    })
}

fn log() -> Log {
    let mut log = Log::default();
    let start = "2026-01-01 09:00";
    log.record(M1, start, &meters::registered("M1", "B1", 1))
        .record(("account", "A1"), start, &assigned("2026-01-01", "0"));
    log
}

fn read(log: &mut Log, id: &str, day: &str, figures: (&str, &str)) {
    let time = format!("{day} 09:00");
    read_with(log, meters::accepted(id, "1", &time, figures));
}

fn read_with(log: &mut Log, accepted: ReadingAccepted) {
    let time = "2027-06-01 09:00";
    log.record(M1, time, &MeterEvent::ReadingAccepted(accepted));
}

async fn usage(pool: &PgPool, account: &str, today: &str) -> Vec<(String, String)> {
    let account: AccountNo = account.parse().unwrap();
    let today: NaiveDate = today.parse().unwrap();
    let rows = query::of_account(pool, &account, today, 12).await.unwrap();
    rows.iter()
        .map(|row| (row.month.to_string(), row.usage.to_string()))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    log.project_both_ways(&UsageHistoryProjector, &database.pool())
        .await;
    database
}

#[tokio::test]
async fn r53_twelve_months_back_from_the_day_of_asking() {
    let mut log = log();
    let days = [
        "2026-01-20",
        "2026-02-20",
        "2026-03-20",
        "2026-04-20",
        "2026-05-20",
        "2026-06-20",
        "2026-07-20",
        "2026-08-20",
        "2026-09-20",
        "2026-10-20",
        "2026-11-20",
        "2026-12-20",
        "2027-01-20",
        "2027-02-20",
    ];
    for (number, day) in days.into_iter().enumerate() {
        let total = (10 * (number + 1)).to_string();
        read(&mut log, &format!("R{number}"), day, ("10", &total));
    }
    // A second reading in one month.
    read(&mut log, "R99", "2027-02-25", ("2.5", "142.5"));
    let database = projected(&log).await;
    let pool = database.pool();
    let year = usage(&pool, "A1", "2027-02-28").await;
    assert_eq!(year.len(), 12);
    assert_eq!(year.first(), Some(&("2026-03".to_owned(), "10".to_owned())));
    assert_eq!(
        year.last(),
        Some(&("2027-02".to_owned(), "12.5".to_owned()))
    );
    // The day itself a year ago is a day too far; so is what lies ahead.
    assert_eq!(usage(&pool, "A1", "2027-01-20").await.len(), 12);
    assert_eq!(usage(&pool, "A1", "2027-01-19").await.len(), 12);
    assert_eq!(usage(&pool, "A9", "2027-02-28").await, []);
}

#[tokio::test]
async fn each_account_sees_its_own_stretch_of_the_meter() {
    let mut log = log();
    read(&mut log, "R1", "2026-02-01", ("30", "30"));
    read(&mut log, "R2", "2026-03-15", ("20", "50"));
    log.record(
        ("account", "A1"),
        "2026-03-15 10:00",
        &released("2026-03-15", "50"),
    );
    log.record(
        ("account", "A2"),
        "2026-03-15 10:00",
        &assigned("2026-03-15", "50"),
    );
    // Read again on the day of the move: that usage is the newcomer's.
    read(&mut log, "R3", "2026-03-15", ("1", "51"));
    read(&mut log, "R4", "2026-04-01", ("9", "60"));
    let database = projected(&log).await;
    let pool = database.pool();
    assert_eq!(
        usage(&pool, "A1", "2026-06-01").await,
        pairs(&[("2026-02", "30"), ("2026-03", "20")])
    );
    assert_eq!(
        usage(&pool, "A2", "2026-06-01").await,
        pairs(&[("2026-03", "1"), ("2026-04", "9")])
    );
}

#[tokio::test]
async fn usage_before_a_take_over_between_readings_is_not_the_newcomers() {
    let mut log = Log::default();
    log.record(M1, "2026-01-01 09:00", &meters::registered("M1", "B1", 1));
    read(&mut log, "R1", "2026-02-01", ("30", "30"));
    log.record(
        ("account", "A2"),
        "2026-02-10 09:00",
        &assigned("2026-02-10", "34"),
    );
    read(&mut log, "R2", "2026-03-01", ("10", "40"));
    let database = projected(&log).await;
    assert_eq!(
        usage(&database.pool(), "A2", "2026-06-01").await,
        pairs(&[("2026-03", "6")])
    );
}

#[tokio::test]
async fn late_acceptance_and_correction_move_usage_between_months() {
    let mut log = log();
    read(&mut log, "R1", "2026-02-01", ("30", "30"));
    read(&mut log, "R3", "2026-04-01", ("30", "60"));
    let mut late = meters::accepted("R2", "140", "2026-03-01 09:00", ("10", "40"));
    late.reapportioned = Some(meters::next("R3", "20"));
    read_with(&mut log, late);
    let mut corrected = meters::corrected("R2", ("140", "145"), ("15", "45"), "0");
    corrected.reapportioned = Some(meters::next("R3", "15"));
    log.record(
        M1,
        "2026-05-01 09:00",
        &MeterEvent::ReadingCorrected(corrected),
    );
    let database = projected(&log).await;
    assert_eq!(
        usage(&database.pool(), "A1", "2026-06-01").await,
        pairs(&[("2026-02", "30"), ("2026-03", "15"), ("2026-04", "15")])
    );
}

#[tokio::test]
async fn a_rollover_taken_back_lowers_every_later_total() {
    let mut log = log();
    read(&mut log, "R1", "2026-02-01", ("84", "84"));
    read(&mut log, "R2", "2026-03-01", ("19", "103"));
    let mut corrected = meters::corrected("R1", ("24", "42"), ("2", "2"), "-100");
    corrected.reapportioned = Some(meters::next("R2", "1"));
    log.record(
        M1,
        "2026-05-01 09:00",
        &MeterEvent::ReadingCorrected(corrected),
    );
    let database = projected(&log).await;
    let totals: Vec<String> =
        sqlx::query_scalar("SELECT cumulative::text FROM read_usage_history ORDER BY read_at")
            .fetch_all(&database.pool())
            .await
            .unwrap();
    assert_eq!(totals, ["2", "3"]);
}
