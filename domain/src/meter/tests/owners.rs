//! R15: whose meter a customer may read.

use chaobiao_decision::Actor;
use serde_json::json;

use super::*;
use crate::account::fixture::open;
use crate::account::{AssignMeter, ReleaseMeter};
use crate::bulletin::outage::{OutageArea, PublishOutage};
use crate::calendar::shipped_years;
use crate::customer::{ApproveBinding, CustomerKind, Register, RequestBinding, RevokeBinding};
use crate::tariff::DefineTariff;
use crate::units::{AccountClass, BindingId, Commodity, CustomerId};
use crate::validation_rules::{ClassRules, CommodityRules, PublishValidationRules};
use crate::work_calendar::LoadYear;

/// Meter M1 is paid by account A1.
fn campus() -> Desk {
    let mut desk = water();
    desk.actor = Actor::System("test".to_owned());
    for list in shipped_years().unwrap() {
        desk.run(&LoadYear { list }).unwrap();
    }
    let terms = json!({
        "price_change": "prorate_by_day",
        "base_persons": 4,
        "quota_per_extra_person": "30",
        "versions": [{ "from": "2025-01-01", "tiers": [{ "price": "3.10" }], "surcharges": [] }],
    });
    let define = DefineTariff {
        tariff_id: "W".parse().unwrap(),
        name: "居民生活用水".to_owned(),
        payment_days: 15,
        commodity: Commodity::Water,
        terms: serde_json::from_value(terms).unwrap(),
    };
    desk.run(&define).unwrap();
    open(&mut desk, "A1");
    let assign = AssignMeter {
        account_no: "A1".parse().unwrap(),
        meter_no: meter_no(),
        tariff_id: "W".parse().unwrap(),
        from: None,
    };
    desk.run(&assign).unwrap();
    desk
}

fn register(desk: &mut Desk) -> CustomerId {
    let phone = "13800131234".parse().unwrap();
    let kind = CustomerKind::Resident;
    desk.actor = Actor::Anonymous;
    desk.run(&Register { phone, kind })
        .unwrap()
        .outcome
        .customer_id
}

fn request(desk: &mut Desk, customer_id: &CustomerId) -> BindingId {
    let request = RequestBinding {
        customer_id: customer_id.clone(),
        account_no: "A1".parse().unwrap(),
        holder_name: "王芳".to_owned(),
    };
    desk.actor = Actor::Customer(customer_id.to_string());
    desk.run(&request).unwrap().outcome.binding_id
}

fn own_reading(text: &str) -> SubmitReading {
    let mut own = reading(text);
    own.channel = Channel::SelfRead;
    own.photo = Some(photo('a'));
    own
}

fn fault() -> ReportFault {
    ReportFault {
        meter_no: meter_no(),
        description: "漏水".to_owned(),
        photo: None,
    }
}

#[test]
fn r15_a_customer_reads_the_meters_of_bound_accounts_only() {
    let mut desk = campus();
    let customer_id = register(&mut desk);
    let customer = Actor::Customer(customer_id.to_string());
    desk.on("2026-02-01").actor = customer.clone();
    assert_eq!(desk.refused(&own_reading("110")), "METER_NOT_YOURS");
    assert_eq!(desk.refused(&fault()), "METER_NOT_YOURS");
    let binding_id = request(&mut desk, &customer_id);
    assert_eq!(
        desk.refused(&own_reading("110")),
        "METER_NOT_YOURS",
        "only asked for"
    );

    desk.by("wang")
        .run(&ApproveBinding {
            binding_id: binding_id.clone(),
        })
        .unwrap();
    desk.actor = customer.clone();
    let judged = desk.run(&own_reading("110")).unwrap();
    assert_eq!(judged.outcome.status, ReadingStatus::Accepted);
    let meter = state(&mut desk);
    let accepted = meter.accepted_reading(&judged.outcome.reading_id).unwrap();
    assert_eq!(accepted.quality, Quality::Customer);
    desk.run(&fault()).unwrap();

    desk.by("wang").run(&RevokeBinding { binding_id }).unwrap();
    desk.on("2026-03-01").actor = customer;
    assert_eq!(desk.refused(&own_reading("120")), "METER_NOT_YOURS");
}

#[test]
fn a_meter_the_account_no_longer_pays_for_is_nobodys() {
    let mut desk = campus();
    let customer_id = register(&mut desk);
    let binding_id = request(&mut desk, &customer_id);
    desk.by("wang").run(&ApproveBinding { binding_id }).unwrap();
    let release = ReleaseMeter {
        account_no: "A1".parse().unwrap(),
        meter_no: meter_no(),
        on: None,
    };
    desk.run(&release).unwrap();
    desk.on("2026-02-01").actor = Actor::Customer(customer_id.to_string());
    assert_eq!(desk.refused(&own_reading("110")), "METER_NOT_YOURS");
}

#[test]
fn v10_the_class_of_the_account_may_have_thresholds_of_its_own() {
    // Who lives there is away in winter, and that is nothing odd; for others it is.
    let quiet = CommodityRules {
        zero_quiet_months: [1, 2].into(),
        ..CommodityRules::default()
    };
    for (class, odd) in [(AccountClass::Resident, false), (AccountClass::Unit, true)] {
        let mut desk = campus();
        let own = ClassRules {
            water: Some(quiet.clone()),
            electricity: None,
        };
        let publish = PublishValidationRules {
            effective_from: "2026-01-15".parse().unwrap(),
            reason: "假期".to_owned(),
            future_tolerance_minutes: 5,
            water: CommodityRules::default(),
            electricity: CommodityRules::default(),
            classes: [(class, own)].into(),
        };
        desk.by("wang").run(&publish).unwrap();
        let judged = desk.on("2026-02-01").by("li").run(&reading("100")).unwrap();
        let found = judged.outcome.findings.iter();
        let zero = found.filter(|finding| finding.rule == Rule::V10).count();
        assert_eq!(zero > 0, odd, "{class:?}");
    }
}

#[test]
fn v10_an_outage_of_an_account_reaches_its_own_meter_alone() {
    for (account_no, odd) in [("A1", false), ("A2", true)] {
        let mut desk = campus();
        open(&mut desk, "A2");
        let publish = PublishOutage {
            commodities: [Commodity::Water].into(),
            area: OutageArea::Account {
                campus: "N".parse().unwrap(),
                account_no: account_no.parse().unwrap(),
            },
            from: at("2026-01-02 09:00"),
            to: at("2026-01-30 09:00"),
            reason: "入户管维修".to_owned(),
        };
        desk.by("wang").run(&publish).unwrap();
        let judged = desk.on("2026-02-01").by("li").run(&reading("100")).unwrap();
        assert_eq!(!judged.outcome.findings.is_empty(), odd, "{account_no}");
    }
}
