//! A state that was written down and read again goes on like the one it came from: what any cache
//! of folded streams rests on. Every aggregate, over random sequences of the events ever shipped.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use chaobiao_decision::{Payload, StoredEvent, StreamId, Workspace, is_personal};
use chaobiao_domain::{Aggregate, DomainEvent as _, upcasters};

use proptest::prelude::*;

/// Every form of every event of a subject, as this program reads them.
fn events<A: Aggregate>(subject: &str) -> Vec<A::Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shipped");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(&format!("{subject}.")) && name.contains('@'))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{subject} has no events");
    let event = |name: &String| {
        let (kind, rest) = name.split_once('@').unwrap();
        let version = rest.rsplitn(3, '.').last().unwrap();
        let (mut kind, mut version) = (kind.to_owned(), version.to_owned());
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let mut payload = Payload::from_text(text.into());
        upcasters()
            .upcast(&mut kind, &mut version, &mut payload)
            .unwrap();
        let event = payload.read(&kind, &version);
        event.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    names.iter().map(event).collect()
}

fn goes_on<A>(events: &[A::Event], order: &[prop::sample::Index], cut: prop::sample::Index)
where
    A: Aggregate + PartialEq + Debug,
{
    // The first event opens most aggregates; without it nothing else does anything.
    let opening = events.iter().take(2).cloned();
    let drawn = order
        .iter()
        .map(|index| events[index.index(events.len())].clone());
    let sequence: Vec<A::Event> = opening.chain(drawn).collect();
    let cut = cut.index(sequence.len() + 1);
    let mut replayed = A::default();
    let mut cached = A::default();
    for (place, event) in sequence.into_iter().enumerate() {
        if place == cut {
            cached = written_and_read(&cached);
        }
        replayed.apply(event.clone());
        cached.apply(event);
    }
    assert_eq!(written_and_read(&cached), replayed);
}

fn stored<A: Aggregate>((place, event): (usize, &A::Event)) -> StoredEvent {
    StoredEvent {
        sequence: i64::try_from(place).unwrap() + 1,
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: serde_json::to_value(event).unwrap().into(),
    }
}

/// The same by way of the workspace, as the store uses it.
fn loads_alike<A>(events: &[A::Event], order: &[prop::sample::Index], cut: prop::sample::Index)
where
    A: Aggregate + Clone + PartialEq + Debug + 'static,
{
    let opening = events.iter().take(2);
    let drawn = order.iter().map(|index| &events[index.index(events.len())]);
    let history: Vec<StoredEvent> = opening.chain(drawn).enumerate().map(stored::<A>).collect();
    let (before, after) = history.split_at(cut.index(history.len() + 1));
    let stream = StreamId::new(A::TYPE, "one");
    let mut whole = Workspace::default();
    whole.feed(stream.clone(), history.clone());
    let mut first = Workspace::default();
    first.feed(stream.clone(), before.to_vec());
    let personal = is_personal(&serde_json::to_value(first.get::<A>("one").unwrap()).unwrap());
    first.accept();
    let kept = first.snapshots(1).pop().map(|(_, snapshot)| snapshot);
    assert_eq!(kept.is_none(), before.is_empty() || personal);
    if let Some(snapshot) = kept {
        let mut later = Workspace::default();
        later.feed_from(stream, Some(snapshot), after.to_vec());
        assert_eq!(later.get::<A>("one"), whole.get::<A>("one"));
        assert_eq!(later.accept().read, whole.accept().read);
    }
}

fn written_and_read<A: Aggregate>(state: &A) -> A {
    let written = serde_json::to_value(state).unwrap();
    serde_json::from_value(written).unwrap()
}

macro_rules! from_snapshot_as_from_the_start {
    ($($test:ident: $aggregate:ty, $subject:literal;)+) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(64))]
            $(
                #[test]
                fn $test(
                    order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
                    cut in any::<prop::sample::Index>(),
                ) {
                    let events = events::<$aggregate>($subject);
                    goes_on::<$aggregate>(&events, &order, cut);
                    loads_alike::<$aggregate>(&events, &order, cut);
                }
            )+
        }
    };
}

from_snapshot_as_from_the_start! {
    access_log: chaobiao_domain::access_log::AccessLog, "access";
    account: chaobiao_domain::account::Account, "account";
    appointment: chaobiao_domain::service::appointment::Appointment, "appointment";
    article: chaobiao_domain::bulletin::article::Article, "article";
    bill_reconciliation: chaobiao_domain::bill_reconciliation::BillReconciliation, "bill_reconciliation";
    billing_master: chaobiao_domain::billing_master::BillingMasters, "billing_master";
    billing_run: chaobiao_domain::billing_run::BillingRun, "billing_run";
    campus: chaobiao_domain::campus::Campus, "campus";
    collection_round: chaobiao_domain::collection_round::CollectionRound, "collection_round";
    class_method: chaobiao_domain::metering_point::ClassMethod, "class_method";
    customer: chaobiao_domain::customer::Customer, "customer";
    interval_day: chaobiao_domain::meter::interval::IntervalDay, "interval_day";
    equipment_item: chaobiao_domain::equipment::EquipmentItem, "equipment_item";
    equipment_model: chaobiao_domain::equipment::EquipmentModel, "equipment_model";
    import_batch: chaobiao_domain::import_batch::ImportBatch, "import_batch";
    label_template: chaobiao_domain::meter_label::LabelTemplate, "label_template";
    delay_reasons: chaobiao_domain::delay_reasons::DelayReasons, "delay_reasons";
    historic_usage: chaobiao_domain::historic_usage::HistoricUsage, "historic_usage";
    import_profile: chaobiao_domain::import_profile::ImportProfile, "import_profile";
    loss_limits: chaobiao_domain::meter_tree::LossLimits, "loss_limits";
    meter: chaobiao_domain::meter::Meter, "meter";
    meter_label: chaobiao_domain::meter_label::MeterLabel, "meter_label";
    outage: chaobiao_domain::bulletin::outage::Outage, "outage";
    outage_month: chaobiao_domain::bulletin::outage::OutageMonth, "outage_month";
    meter_mapping: chaobiao_domain::meter_mapping::MeterMapping, "meter_mapping";
    metering_point: chaobiao_domain::metering_point::MeteringPoint, "metering_point";
    payment: chaobiao_domain::payment::Payment, "payment";
    payment_export: chaobiao_domain::payment_export::PaymentExport, "payment_export";
    reading_book: chaobiao_domain::reading_book::ReadingBook, "reading_book";
    reading_export: chaobiao_domain::reading_export::ReadingExport, "reading_export";
    reading_round: chaobiao_domain::reading_round::ReadingRound, "round";
    reading_session: chaobiao_domain::reading_session::ReadingSession, "reading_session";
    receipt_book: chaobiao_domain::receipt::ReceiptBook, "receipt_book";
    report_template: chaobiao_domain::report_template::ReportTemplate, "report_template";
    role: chaobiao_domain::staff::role::RoleRights, "role";
    self_read_campaign: chaobiao_domain::self_read_campaign::SelfReadCampaign, "self_read_campaign";
    service_case: chaobiao_domain::service::case::ServiceCase, "service_case";
    service_rules: chaobiao_domain::service::rules::ServiceRules, "service_rules";
    staff: chaobiao_domain::staff::Staff, "staff";
    sub_meter: chaobiao_domain::meter_tree::SubMeter, "sub_meter";
    tariff: chaobiao_domain::tariff::Tariff, "tariff";
    validation_rules: chaobiao_domain::validation_rules::ValidationRules, "validation_rules";
    verification_cycle: chaobiao_domain::equipment::VerificationCycle, "verification_cycle";
    visit_roster: chaobiao_domain::service::roster::VisitRoster, "visit_roster";
    work_calendar: chaobiao_domain::work_calendar::WorkYear, "work_calendar";
}
