mod corrections;
mod imported;
mod money;
mod rebilling;

use chaobiao_decision::Actor;
use serde_json::{Value, json};

use super::*;
use crate::account::fixture::{balance, open, record};
use crate::account::{AccountRecord, AssignMeter, Bill, ChangeAccount, ReleaseMeter};
use crate::desk::Desk;
use crate::meter::{
    ApproveCorrection, Channel, DeviceSpec, InstallDevice, RegisterMeter, RequestCorrection,
    SubmitReading,
};
use crate::tariff::{DefineTariff, PublishTariffVersion};
use crate::units::{Commodity, Fen, Multiplier, ReadingId};

fn version(from: &str, prices: [&str; 3]) -> Value {
    let [first, second, third] = prices;
    json!({
        "from": from,
        "tiers": [
            { "up_to": "180", "price": first },
            { "up_to": "260", "price": second },
            { "price": third },
        ],
        "surcharges": [{ "name": "sewage", "price": "0.95" }],
    })
}

/// Account A1 of four persons on New Year's Day, with meter W1 at nought and E1's first prices.
fn desk(price_change: &str) -> Desk {
    let mut desk = Desk::new("2026-01-01");
    desk.actor = Actor::System("test".to_owned());
    let terms = json!({
        "price_change": price_change,
        "base_persons": 4,
        "quota_per_extra_person": "30",
        "versions": [version("2025-01-01", ["2.85", "4.30", "8.60"])],
    });
    let define = DefineTariff {
        tariff_id: "water-home".parse().unwrap(),
        name: "居民生活用水".to_owned(),
        payment_days: 15,
        commodity: Commodity::Water,
        terms: serde_json::from_value(terms).unwrap(),
    };
    desk.run(&define).unwrap();
    let publish = PublishTariffVersion {
        tariff_id: "water-home".parse().unwrap(),
        version: serde_json::from_value(version("2026-07-01", ["3.10", "4.65", "9.30"])).unwrap(),
    };
    desk.run(&publish).unwrap();
    open(&mut desk, "A1");
    persons(&mut desk, 4);
    add_meter(&mut desk, "W1", "A1");
    desk
}

fn persons(desk: &mut Desk, persons: u32) {
    let change = ChangeAccount {
        account_no: "A1".parse().unwrap(),
        class: None,
        campus: None,
        holder: None,
        phone: None,
        remove_phone: false,
        address: None,
        household_persons: Some(persons),
    };
    desk.run(&change).unwrap();
}

fn add_meter(desk: &mut Desk, meter_no: &str, account_no: &str) {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    desk.run(&register).unwrap();
    let device = DeviceSpec {
        hardware_no: format!("H-{meter_no}").parse().unwrap(),
        digits: Some(5),
        decimals: 0,
        multiplier: Multiplier::ONE,
        max_per_hour: None,
        opening_index: "0".parse().unwrap(),
        photo: None,
    };
    let meter_no: crate::units::MeterNo = meter_no.parse().unwrap();
    let installed_at = None;
    desk.run(&InstallDevice {
        meter_no,
        device,
        installed_at,
    })
    .unwrap();
    desk.run(&assign(&format!("{}", register.meter_no), account_no))
        .unwrap();
}

fn assign(meter_no: &str, account_no: &str) -> AssignMeter {
    AssignMeter {
        account_no: account_no.parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        tariff_id: "water-home".parse().unwrap(),
        from: None,
    }
}

fn read(desk: &mut Desk, meter_no: &str, day: &str, index: &str) -> ReadingId {
    let reading = SubmitReading {
        meter_no: meter_no.parse().unwrap(),
        index: index.parse().unwrap(),
        read_at: None,
        channel: Channel::Remote,
        photo: None,
        round: None,
        note: None,
        evidence: crate::meter::Evidence::default(),
    };
    let judged = desk.on(day).run(&reading).unwrap().outcome;
    assert!(judged.usage.is_some(), "held: {:?}", judged.findings);
    judged.reading_id
}

fn bill(month: &str) -> IssueBill {
    IssueBill {
        account_no: "A1".parse().unwrap(),
        month: month.parse().unwrap(),
        due_on: None,
    }
}

fn issue(desk: &mut Desk, month: &str) -> Bill {
    let accepted = desk.run(&bill(month)).unwrap();
    let charged: Bill = serde_json::from_value(accepted.events[0].payload.clone()).unwrap();
    assert_eq!(charged.total, accepted.outcome.total);
    charged
}

/// Lines as `component version tier quantity amount`.
fn shown(bill: &Bill) -> Vec<String> {
    let lines = bill.lines.iter().map(|line| {
        let tier = line.tier.map_or("-".to_owned(), |tier| format!("T{tier}"));
        format!(
            "{} {} {tier} {} {}",
            line.component, line.version_from, line.quantity, line.amount
        )
    });
    lines.chain([bill.total.to_string()]).collect()
}

/// 168 m³ by 21 June and billed; 31 m³ more by 21 July.
fn july(desk: &mut Desk) -> [ReadingId; 2] {
    let june = read(desk, "W1", "2026-06-21", "168");
    issue(desk, "2026-06");
    [june, read(desk, "W1", "2026-07-21", "199")]
}

#[test]
fn e1_a_price_change_inside_the_period_is_billed_by_days() {
    let mut desk = desk("prorate_by_day");
    let [june, july] = july(&mut desk);
    let bill = issue(&mut desk, "2026-07");
    assert_eq!(
        shown(&bill),
        [
            "water 2025-01-01 T1 10.33 29.44",
            "sewage 2025-01-01 - 10.33 9.81",
            "water 2026-07-01 T1 1.67 5.18",
            "water 2026-07-01 T2 19.00 88.35",
            "sewage 2026-07-01 - 20.67 19.64",
            "152.42",
        ]
    );
    for line in &bill.lines {
        assert_eq!(
            line.readings,
            [june.clone(), july.clone()],
            "R2: lines name their readings"
        );
    }
    let to_date = record(&mut desk, "A1").quantity_to_date(
        &"water-home".parse().unwrap(),
        "2026-01-01".parse().unwrap(),
    );
    assert_eq!(to_date, "199".parse().unwrap());
}

#[test]
fn e1_by_reading_date_and_with_a_fifth_person() {
    let mut by_date = desk("by_reading_date");
    july(&mut by_date);
    assert_eq!(issue(&mut by_date, "2026-07").total, Fen::new(15500));

    let mut five = desk("prorate_by_day");
    persons(&mut five, 5);
    july(&mut five);
    assert_eq!(issue(&mut five, "2026-07").total, Fen::new(12297));
}

#[test]
fn bill_notice_and_due_date_come_together_and_the_preview_is_the_bill() {
    let mut desk = desk("prorate_by_day");
    july(&mut desk);
    let preview = PreviewBill {
        account_no: "A1".parse().unwrap(),
        month: "2026-07".parse().unwrap(),
    };
    let preview = desk.run(&preview).unwrap();
    assert_eq!(preview.events, []);
    let accepted = desk.run(&bill("2026-07")).unwrap();
    assert_eq!(
        accepted.event_types(),
        ["account.charged", "account.notice_issued"]
    );
    let charged: Bill = serde_json::from_value(accepted.events[0].payload.clone()).unwrap();
    assert_eq!(charged, preview.outcome.bill);
    let notice = &accepted.events[1].payload;
    assert_eq!(notice["notice_no"], "NA1-202607");
    assert_eq!(notice["amount"], 15242);
    assert_eq!(notice["due_on"], "2026-08-05");
    assert_eq!(preview.outcome.due_on, "2026-08-05".parse().unwrap());
}

#[test]
fn what_cannot_be_billed_is_refused_with_its_reason() {
    let mut desk = desk("prorate_by_day");
    assert_eq!(desk.refused(&bill("2026-01")), "BILLING_NOTHING_TO_BILL");
    let nobody = IssueBill {
        account_no: "X9".parse().unwrap(),
        ..bill("2026-01")
    };
    assert_eq!(desk.refused(&nobody), "ACCOUNT_UNKNOWN");
    read(&mut desk, "W1", "2026-06-21", "168");
    assert_eq!(desk.refused(&bill("2026-07")), "BILLING_MONTH_IN_FUTURE");
    assert_eq!(desk.refused(&bill("2026-05")), "BILLING_NOTHING_TO_BILL");
    let late = IssueBill {
        due_on: Some("2026-06-20".parse().unwrap()),
        ..bill("2026-06")
    };
    assert_eq!(desk.refused(&late), "BILLING_DUE_BEFORE_ISSUE");
    desk.run(&IssueBill {
        due_on: Some("2026-06-21".parse().unwrap()),
        ..bill("2026-06")
    })
    .unwrap();
    assert_eq!(
        desk.refused(&bill("2026-06")),
        "ACCOUNT_MONTH_ALREADY_BILLED"
    );
    assert_eq!(desk.refused(&bill("2026-05")), "ACCOUNT_LATER_MONTH_BILLED");
    desk.on("2026-08-01");
    assert_eq!(desk.refused(&bill("2026-07")), "BILLING_NOTHING_TO_BILL");
}

#[test]
fn a_month_without_usage_moves_the_meter_on_but_asks_for_nothing() {
    let mut desk = desk("prorate_by_day");
    july(&mut desk);
    issue(&mut desk, "2026-07");
    read(&mut desk, "W1", "2026-08-21", "199");
    let accepted = desk.run(&bill("2026-08")).unwrap();
    assert_eq!(accepted.event_types(), ["account.charged"]);
    assert_eq!(accepted.outcome.total, Fen::ZERO);
    assert_eq!(
        record(&mut desk, "A1").meters()[0].billed_to,
        "2026-08-21".parse().unwrap()
    );
    assert_eq!(
        desk.refused(&bill("2026-08")),
        "ACCOUNT_MONTH_ALREADY_BILLED"
    );
}

#[test]
fn two_meters_of_an_account_share_the_tiers_of_their_tariff() {
    let mut desk = desk("prorate_by_day");
    add_meter(&mut desk, "W2", "A1");
    read(&mut desk, "W1", "2026-06-20", "100");
    read(&mut desk, "W2", "2026-06-21", "100");
    assert_eq!(
        shown(&issue(&mut desk, "2026-06")),
        [
            "water 2025-01-01 T1 100 285.00",
            "sewage 2025-01-01 - 100 95.00",
            "water 2025-01-01 T1 80 228.00",
            "water 2025-01-01 T2 20 86.00",
            "sewage 2025-01-01 - 100 95.00",
            "789.00",
        ]
    );
}

#[test]
fn a_corrected_reading_is_settled_with_the_next_bill() {
    let mut desk = desk("prorate_by_day");
    let [june, _] = july(&mut desk);
    let billed = balance(&mut desk, "A1").0;
    // The June dial showed 160; the count of July moves with it.
    let request = RequestCorrection {
        meter_no: "W1".parse().unwrap(),
        reading_id: june,
        index: "160".parse().unwrap(),
        reason: "照片显示 160".to_owned(),
    };
    let asked = desk.by("li").run(&request).unwrap().outcome;
    let approve = ApproveCorrection {
        meter_no: "W1".parse().unwrap(),
        correction_id: asked.correction_id,
    };
    desk.by("zhao").run(&approve).unwrap();
    let bill = issue(&mut desk, "2026-07");
    assert_eq!(
        bill.meters[0].usage,
        "31".parse().unwrap(),
        "199 less the 168 billed"
    );
    assert_eq!(balance(&mut desk, "A1").0, billed + bill.total.value());
}

#[test]
fn a_count_corrected_below_what_is_billed_waits_for_readings_to_catch_up() {
    let mut desk = desk("prorate_by_day");
    let [_, july] = july(&mut desk);
    issue(&mut desk, "2026-07");
    let request = RequestCorrection {
        meter_no: "W1".parse().unwrap(),
        reading_id: july,
        index: "189".parse().unwrap(),
        reason: "照片显示 189".to_owned(),
    };
    let asked = desk.by("li").run(&request).unwrap().outcome;
    let approve = ApproveCorrection {
        meter_no: "W1".parse().unwrap(),
        correction_id: asked.correction_id,
    };
    desk.by("zhao").run(&approve).unwrap();
    desk.actor = Actor::System("test".to_owned());
    desk.on("2026-08-01");
    assert_eq!(desk.refused(&bill("2026-08")), "BILLING_BILLED_ALREADY");
    read(&mut desk, "W1", "2026-09-21", "209");
    assert_eq!(
        issue(&mut desk, "2026-09").meters[0].usage,
        "10".parse().unwrap()
    );
}

#[test]
fn a_meter_belongs_to_one_account_at_a_time_and_each_pays_its_part() {
    let mut desk = desk("prorate_by_day");
    open(&mut desk, "B2");
    assert_eq!(desk.refused(&assign("W1", "B2")), "ACCOUNT_METER_TAKEN");
    assert_eq!(desk.refused(&assign("W9", "B2")), "METER_NOT_FOUND");
    let unpriced = AssignMeter {
        tariff_id: "none".parse().unwrap(),
        ..assign("W1", "B2")
    };
    assert_eq!(desk.refused(&unpriced), "TARIFF_UNKNOWN");
    july(&mut desk);
    let release = ReleaseMeter {
        account_no: "A1".parse().unwrap(),
        meter_no: "W1".parse().unwrap(),
        on: None,
    };
    desk.run(&release).unwrap();
    desk.run(&assign("W1", "B2")).unwrap();
    read(&mut desk, "W1", "2026-08-21", "230");
    let last = issue(&mut desk, "2026-08");
    assert_eq!(last.total, Fen::new(15242), "up to the reading at release");
    assert_eq!(
        desk.on("2026-09-01").refused(&bill("2026-09")),
        "BILLING_NOTHING_TO_BILL"
    );
    let next = IssueBill {
        account_no: "B2".parse().unwrap(),
        ..bill("2026-08")
    };
    assert_eq!(
        desk.run(&next).unwrap().outcome.total,
        Fen::new(31 * 310 + 31 * 95)
    );
}

#[test]
fn a_tariff_for_electricity_does_not_fit_a_water_meter() {
    let mut desk = desk("prorate_by_day");
    open(&mut desk, "B2");
    let define = DefineTariff {
        tariff_id: "power".parse().unwrap(),
        name: "居民生活用电".to_owned(),
        payment_days: 15,
        commodity: Commodity::Electricity,
        terms: serde_json::from_value(json!({
            "versions": [{ "from": "2026-01-01", "tiers": [{ "price": "0.5469" }] }],
        }))
        .unwrap(),
    };
    desk.run(&define).unwrap();
    let assign = AssignMeter {
        tariff_id: "power".parse().unwrap(),
        ..assign("W1", "B2")
    };
    assert_eq!(desk.refused(&assign), "ACCOUNT_TARIFF_FOR_OTHER_COMMODITY");
}
