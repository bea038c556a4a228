//! Rebilling as a function: whatever was read wrong, bills and notes together are what the right
//! readings would have come to, line by line.

use chrono::{Months, NaiveDate};
use cqrs_es::Aggregate as _;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::account::fixture::bill_no;
use crate::account::{Account, AccountEvent, AccountOpening, AssignedMeter, MeterAssigned};
use crate::billing::measure::measure_total;
use crate::billing::process::{Tariffs, rate_all};
use crate::billing::rebill::{Count, Counts, rebill};
use crate::meter::{AcceptedReading, Quality};
use crate::rating::{TariffSchedule, TariffTerms};
use crate::units::{BillingMonth, Quantity, RateIndexes, RateQuantities, instant_of};

const MONTHS: usize = 18;

fn quantity(units: u32) -> Quantity {
    Quantity::try_new(Decimal::from(units)).unwrap()
}

/// The last day of the so-manyth month from July 2025 on.
fn read_on(number: usize) -> NaiveDate {
    let first: NaiveDate = "2025-07-01".parse().unwrap();
    let months = Months::new(u32::try_from(number).unwrap() + 1);
    first
        .checked_add_months(months)
        .unwrap()
        .pred_opt()
        .unwrap()
}

fn readings(cumulative: &[u32]) -> Vec<AcceptedReading> {
    let reading = |(number, count): (usize, &u32)| AcceptedReading {
        rates: RateIndexes::default(),
        reading_id: format!("r{number}").parse().unwrap(),
        index: "0".parse().unwrap(),
        read_at: instant_of(read_on(number).and_hms_opt(9, 0, 0).unwrap()),
        read_on: read_on(number),
        usage: Quantity::ZERO,
        cumulative: quantity(*count),
        quality: Quality::Actual,
        estimate: None,
        reversed: false,
    };
    cumulative.iter().enumerate().map(reading).collect()
}

fn tariffs(tier_period: &str, year_crossing: &str) -> Tariffs {
    let terms: TariffTerms = serde_json::from_value(json!({
        "tier_period": tier_period,
        "year_crossing": year_crossing,
        "base_persons": 4,
        "quota_per_extra_person": "30",
        "versions": [
            version("2025-01-01", ["2.85", "4.30", "8.60"]),
            version("2026-03-15", ["3.10", "4.65", "9.30"]),
        ],
    }))
    .unwrap();
    let schedule = TariffSchedule::try_new(Commodity::Water, terms).unwrap();
    let mut tariffs = Tariffs::default();
    tariffs
        .schedules
        .insert("water-home".parse().unwrap(), schedule);
    tariffs
}

fn account() -> Account {
    let mut account = Account::default();
    account.apply(AccountEvent::Opened(AccountOpening {
        account_no: "A1".parse().unwrap(),
        class: crate::account::AccountClass::Resident,
        campus: "N".parse().unwrap(),
        holder: chaobiao_decision::Personal::new("account/A1", "王芳".to_owned()),
        phone: None,
        address: chaobiao_decision::Personal::new("account/A1", "北苑".to_owned()),
        household_persons: 5,
    }));
    account.apply(AccountEvent::MeterAssigned(MeterAssigned {
        rates: RateQuantities::default(),
        meter_no: "W1".parse().unwrap(),
        commodity: Commodity::Water,
        tariff_id: "water-home".parse().unwrap(),
        from: "2025-07-01".parse().unwrap(),
        cumulative: Quantity::ZERO,
        reading: None,
    }));
    account
}

/// Bills every month as it comes, by the readings there are by then.
fn billed(readings: &[AcceptedReading], tariffs: &Tariffs) -> Account {
    let mut account = account();
    for number in 1..=readings.len() {
        let known = &readings[..number];
        let month = BillingMonth::of(known[number - 1].read_on);
        let record = account.opened(&"A1".parse().unwrap()).unwrap();
        let meter: &AssignedMeter = &record.meters()[0];
        let measured = measure_total(meter, known, month).unwrap().unwrap();
        let today = read_on(number - 1);
        let bill = rate_all(
            record,
            (bill_no("A1", &month.to_string()), month),
            today,
            &[measured],
            tariffs,
        )
        .unwrap();
        account.apply(AccountEvent::Charged(bill));
    }
    account
}

fn counts(readings: &[AcceptedReading]) -> Counts {
    let count = |reading: &AcceptedReading| {
        let key = ("W1".parse().unwrap(), reading.reading_id.clone());
        let count = Count {
            cumulative: reading.cumulative,
            rates: RateQuantities::default(),
        };
        (key, count)
    };
    Counts(readings.iter().map(count).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn x4_bills_and_notes_come_to_what_the_right_readings_would_have_come_to(
        usages in prop::collection::vec(0_u32..90, MONTHS),
        wrong in prop::collection::vec((0..MONTHS, 0_u32..90), 1..4),
        shift in prop_oneof![3 => Just(0_u32), 1 => 0_u32..500],
        tier_period in prop_oneof![Just("year"), Just("month")],
        year_crossing in prop_oneof![Just("by_day"), Just("by_billing_month")],
    ) {
        let cumulative = |usages: &[u32]| -> Vec<u32> {
            usages.iter().scan(0, |sum, usage| { *sum += usage; Some(*sum) }).collect()
        };
        let right = cumulative(&usages);
        let mut misread = right.clone();
        for (number, way) in wrong {
            // A misread index stays between its neighbours, or the meter would have held it.
            let below = if number == 0 { 0 } else { misread[number - 1] };
            let above = misread.get(number + 1).copied().unwrap_or(below + 90);
            misread[number] = below + way.min(above - below);
        }
        // A rollover that was taken for none moves everything after it.
        let from = MONTHS / 2;
        for count in &mut misread[from..] {
            *count += shift;
        }
        let tariffs = tariffs(tier_period, year_crossing);
        let issued = billed(&readings(&misread), &tariffs);
        let fresh = billed(&readings(&right), &tariffs);
        let (issued, fresh) = (
            issued.opened(&"A1".parse().unwrap()).unwrap(),
            fresh.opened(&"A1".parse().unwrap()).unwrap(),
        );
        let redone = rebill(issued, &counts(&readings(&right)), &tariffs).unwrap();
        for (was, should_be) in issued.standing_bills().zip(fresh.standing_bills()) {
            let redone = redone.iter().find(|it| it.bill.bill_no == was.bill_no);
            let lines = redone.map_or(&was.lines, |redone| &redone.lines);
            let meters = redone.map_or(&was.meters, |redone| &redone.meters);
            prop_assert_eq!(lines, &should_be.lines, "{}", was.month);
            prop_assert_eq!(meters, &should_be.meters, "{}", was.month);
        }
        if misread == right {
            prop_assert!(redone.is_empty());
        }
    }
}
