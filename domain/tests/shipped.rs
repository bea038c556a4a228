//! Every form of every event that was ever written must load for ever.
//!
//! `shipped/` holds each form twice: with all it can carry (`full`), and with nothing it can do
//! without (`required`). `shipped/manifest.txt` has the hash of each file: a changed or missing
//! file fails. A new form is added, never an old one changed, by
//! `UPDATE_GOLDEN=1 cargo test -p chaobiao-domain --test shipped`, from the snapshots of the
//! capability's own tests.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use chaobiao_decision::{Payload, UnreadableEvent, read_event};
use chaobiao_domain::access_log::AccessEvent;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::bank_line::BankLineEvent;
use chaobiao_domain::bill_reconciliation::BillReconciliationEvent;
use chaobiao_domain::billing_master::BillingMasterEvent;
use chaobiao_domain::billing_month::BillingMonthEvent;
use chaobiao_domain::billing_run::BillingRunEvent;
use chaobiao_domain::bulletin::article::ArticleEvent;
use chaobiao_domain::bulletin::outage::{OutageEvent, OutageMonthEvent};
use chaobiao_domain::campus::CampusEvent;
use chaobiao_domain::clearing::ClearingEvent;
use chaobiao_domain::collection_round::CollectionRoundEvent;
use chaobiao_domain::collector::CollectorEvent;
use chaobiao_domain::connector::ConnectorEvent;
use chaobiao_domain::customer::CustomerEvent;
use chaobiao_domain::delay_reasons::DelayReasonsEvent;
use chaobiao_domain::device_order::DeviceOrderEvent;
use chaobiao_domain::equipment::{EquipmentItemEvent, EquipmentModelEvent, VerificationCycleEvent};
use chaobiao_domain::gateway_order::GatewayOrderEvent;
use chaobiao_domain::gateway_statement::GatewayStatementEvent;
use chaobiao_domain::historic_usage::HistoricUsageEvent;
use chaobiao_domain::import_batch::ImportBatchEvent;
use chaobiao_domain::import_profile::ImportProfileEvent;
use chaobiao_domain::message::MessageEvent;
use chaobiao_domain::meter::MeterEvent;
use chaobiao_domain::meter::interval::IntervalDayEvent;
use chaobiao_domain::meter_label::{LabelTemplateEvent, MeterLabelEvent};
use chaobiao_domain::meter_mapping::MeterMappingEvent;
use chaobiao_domain::meter_tree::{LossLimitsEvent, SubMeterEvent};
use chaobiao_domain::metering_point::{ClassMethodEvent, MeteringPointEvent};
use chaobiao_domain::payment::PaymentEvent;
use chaobiao_domain::payment_export::PaymentExportEvent;
use chaobiao_domain::payroll::{PayrollBatchEvent, PayrollMandateEvent};
use chaobiao_domain::reading_book::ReadingBookEvent;
use chaobiao_domain::reading_export::ReadingExportEvent;
use chaobiao_domain::reading_round::ReadingRoundEvent;
use chaobiao_domain::reading_session::ReadingSessionEvent;
use chaobiao_domain::receipt::ReceiptBookEvent;
use chaobiao_domain::receipt_stock::ReceiptStockEvent;
use chaobiao_domain::refund::RefundEvent;
use chaobiao_domain::report_template::ReportTemplateEvent;
use chaobiao_domain::self_read_campaign::SelfReadCampaignEvent;
use chaobiao_domain::service::appointment::AppointmentEvent;
use chaobiao_domain::service::case::CaseEvent;
use chaobiao_domain::service::roster::RosterEvent;
use chaobiao_domain::service::rules::ServiceRulesEvent;
use chaobiao_domain::shared_allocation::SharedAllocationEvent;
use chaobiao_domain::staff::StaffEvent;
use chaobiao_domain::staff::role::RoleEvent;
use chaobiao_domain::tariff::TariffEvent;
use chaobiao_domain::till::{CashMonthEvent, TillEvent};
use chaobiao_domain::transfer_claim::TransferClaimEvent;
use chaobiao_domain::validation_rules::ValidationRulesEvent;
use chaobiao_domain::waiver::WaiverEvent;
use chaobiao_domain::work_calendar::WorkYearEvent;
use chaobiao_domain::{DomainEvent, upcasters};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Reads an event and gives back what the program has understood of it, with its version.
type Reader = fn(&str, &str, &Value) -> Result<(String, Value), UnreadableEvent>;

fn understood<E: DomainEvent>(
    kind: &str,
    version: &str,
    payload: &Value,
) -> Result<(String, Value), UnreadableEvent> {
    let event: E = read_event(kind, version, payload)?;
    Ok((event.event_version(), serde_json::to_value(&event).unwrap()))
}

/// By the subject of the event's name.
const READERS: &[(&str, Reader)] = &[
    ("access", understood::<AccessEvent>),
    ("account", understood::<AccountEvent>),
    ("appointment", understood::<AppointmentEvent>),
    ("article", understood::<ArticleEvent>),
    ("bank_line", understood::<BankLineEvent>),
    ("bill_reconciliation", understood::<BillReconciliationEvent>),
    ("billing_master", understood::<BillingMasterEvent>),
    ("billing_month", understood::<BillingMonthEvent>),
    ("billing_run", understood::<BillingRunEvent>),
    ("campus", understood::<CampusEvent>),
    ("campus_clearing", understood::<ClearingEvent>),
    ("cash_month", understood::<CashMonthEvent>),
    ("class_method", understood::<ClassMethodEvent>),
    ("collection_round", understood::<CollectionRoundEvent>),
    ("collector", understood::<CollectorEvent>),
    ("connector", understood::<ConnectorEvent>),
    ("customer", understood::<CustomerEvent>),
    ("device_order", understood::<DeviceOrderEvent>),
    ("equipment_item", understood::<EquipmentItemEvent>),
    ("equipment_model", understood::<EquipmentModelEvent>),
    ("gateway_order", understood::<GatewayOrderEvent>),
    ("gateway_statement", understood::<GatewayStatementEvent>),
    ("import_batch", understood::<ImportBatchEvent>),
    ("interval_day", understood::<IntervalDayEvent>),
    ("label_template", understood::<LabelTemplateEvent>),
    ("delay_reasons", understood::<DelayReasonsEvent>),
    ("historic_usage", understood::<HistoricUsageEvent>),
    ("import_profile", understood::<ImportProfileEvent>),
    ("loss_limits", understood::<LossLimitsEvent>),
    ("message", understood::<MessageEvent>),
    ("meter", understood::<MeterEvent>),
    ("meter_label", understood::<MeterLabelEvent>),
    ("outage", understood::<OutageEvent>),
    ("outage_month", understood::<OutageMonthEvent>),
    ("meter_mapping", understood::<MeterMappingEvent>),
    ("metering_point", understood::<MeteringPointEvent>),
    ("payment", understood::<PaymentEvent>),
    ("payroll_batch", understood::<PayrollBatchEvent>),
    ("payroll_mandate", understood::<PayrollMandateEvent>),
    ("payment_export", understood::<PaymentExportEvent>),
    ("reading_book", understood::<ReadingBookEvent>),
    ("reading_export", understood::<ReadingExportEvent>),
    ("reading_session", understood::<ReadingSessionEvent>),
    ("receipt_book", understood::<ReceiptBookEvent>),
    ("receipt_stock", understood::<ReceiptStockEvent>),
    ("refund", understood::<RefundEvent>),
    ("report_template", understood::<ReportTemplateEvent>),
    ("round", understood::<ReadingRoundEvent>),
    ("role", understood::<RoleEvent>),
    ("self_read_campaign", understood::<SelfReadCampaignEvent>),
    ("service_case", understood::<CaseEvent>),
    ("service_rules", understood::<ServiceRulesEvent>),
    ("shared_allocation", understood::<SharedAllocationEvent>),
    ("staff", understood::<StaffEvent>),
    ("sub_meter", understood::<SubMeterEvent>),
    ("tariff", understood::<TariffEvent>),
    ("till", understood::<TillEvent>),
    ("transfer_claim", understood::<TransferClaimEvent>),
    ("validation_rules", understood::<ValidationRulesEvent>),
    ("verification_cycle", understood::<VerificationCycleEvent>),
    ("visit_roster", understood::<RosterEvent>),
    ("waiver", understood::<WaiverEvent>),
    ("work_calendar", understood::<WorkYearEvent>),
];

fn read(kind: &str, version: &str, payload: &Value) -> Result<(String, Value), UnreadableEvent> {
    let subject = kind.split('.').next().unwrap_or_default();
    let reader = READERS.iter().find(|(known, _)| *known == subject);
    let (_, reader) = reader.unwrap_or_else(|| panic!("{kind}: add its events to READERS"));
    let (mut kind, mut version) = (kind.to_owned(), version.to_owned());
    let mut present = Payload::from(payload.clone());
    upcasters()
        .upcast(&mut kind, &mut version, &mut present)
        .unwrap();
    let payload: Value = present.decode().unwrap();
    let (version, understood) = reader(&kind, &version, &payload)?;
    // Nothing the old form said may get lost in silence, as a renamed optional field would.
    assert!(
        says(&understood, &payload),
        "{kind} {version} loses something:\n{payload}\n{understood}"
    );
    Ok((version, understood))
}

/// Whether `whole` says everything that `part` says.
fn says(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, value)| whole.get(name).is_some_and(|other| says(other, value))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(w, p)| says(w, p))
        }
        _ => whole == part,
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The form the domain's tests keep of each event now, by event type.
fn present_forms() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let inside = |folder: PathBuf| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_dir())
    };
    // A capability, and a part of one, such as `staff/role`.
    let capabilities = inside(folder("src")).flat_map(|whole| {
        let parts: Vec<PathBuf> = inside(whole.clone()).collect();
        std::iter::once(whole).chain(parts)
    });
    let folders = capabilities.flat_map(|capability| {
        ["snapshots", "tests/snapshots"].map(|inner| capability.join(inner))
    });
    for folder in folders {
        let Ok(snapshots) = fs::read_dir(folder) else {
            continue;
        };
        for snapshot in snapshots {
            let path = snapshot.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let kind = name.rsplit("__").next().unwrap();
            // `staff.hired.least` is a lesser form of `staff.hired`.
            if kind.split('.').count() != 2 {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let json = text.splitn(3, "---\n").nth(2).unwrap();
            found.insert(kind.to_owned(), serde_json::from_str(json).unwrap());
        }
    }
    assert!(found.len() > 40, "only {} events were found", found.len());
    found
}

/// Leaves out whatever the event can be read without.
fn required_only(payload: &Value, reads: &dyn Fn(&Value) -> bool) -> Value {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    found.push(place.clone());
                    places(value, &place, found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    places(item, &format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    places(payload, "", &mut found);
    let mut least = payload.clone();
    for place in found {
        let mut without = least.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let name = name.replace("~1", "/").replace("~0", "~");
        let Some(Value::Object(fields)) = without.pointer_mut(parent) else {
            continue;
        };
        if fields.remove(&name).is_some() && reads(&without) {
            least = without;
        }
    }
    least
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

/// File name and hash, as the manifest has them.
fn manifest() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder("shipped/manifest.txt")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
        .collect()
}

/// File name and content.
fn shipped() -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder("shipped")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

/// What is wrong with the folder, by its manifest.
fn complaints(
    manifest: &BTreeMap<String, String>,
    shipped: &BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let kept = manifest.iter().filter_map(|(name, wanted)| {
        let bytes = shipped.get(name);
        match bytes.map(|bytes| hash(bytes)) {
            None => Some(format!("{name} is gone")),
            Some(found) if found != *wanted => Some(format!("{name} was changed")),
            Some(_) => None,
        }
    });
    let added = shipped.keys().filter(|name| !manifest.contains_key(*name));
    kept.chain(added.map(|name| format!("{name} is not in the manifest")))
        .collect()
}

/// `meter.registered@1.0.0.full.json`
fn parts(name: &str) -> (&str, &str, &str) {
    let name = name.strip_suffix(".json").unwrap();
    let (kind, rest) = name.split_once('@').unwrap();
    let (version, form) = rest.rsplit_once('.').unwrap();
    (kind, version, form)
}

/// Ships the forms that were never shipped; leaves everything else as it is.
fn ship(missing: &[(String, String)], forms: &BTreeMap<String, Value>) {
    let mut lines = String::new();
    for (kind, version) in missing {
        let full = &forms[kind];
        let required = required_only(full, &|payload| {
            read_quietly(kind, version, payload).is_some()
        });
        for (form, payload) in [("full", full), ("required", &required)] {
            let name = format!("{kind}@{version}.{form}.json");
            let mut text = serde_json::to_string_pretty(payload).unwrap();
            text.push('\n');
            fs::write(folder("shipped").join(&name), &text).unwrap();
            writeln!(lines, "{}  {name}", hash(text.as_bytes())).unwrap();
        }
    }
    let path = folder("shipped/manifest.txt");
    let old = fs::read_to_string(&path).unwrap_or_default();
    fs::write(path, old + &lines).unwrap();
}

fn read_quietly(kind: &str, version: &str, payload: &Value) -> Option<()> {
    let subject = kind.split('.').next()?;
    let (_, reader) = READERS.iter().find(|(known, _)| *known == subject)?;
    reader(kind, version, payload).ok().map(drop)
}

/// The present version of an event, which its form tells.
fn version_of(kind: &str, payload: &Value) -> String {
    (1..100)
        .map(|major| format!("{major}.0.0"))
        .find(|version| read_quietly(kind, version, payload).is_some())
        .unwrap_or_else(|| panic!("{kind} has no version from 1.0.0 to 99.0.0"))
}

#[test]
fn every_present_form_has_been_shipped() {
    let forms = present_forms();
    let files = shipped();
    let mut missing = Vec::new();
    for (kind, payload) in &forms {
        let version = version_of(kind, payload);
        let has = |form: &str| files.contains_key(&format!("{kind}@{version}.{form}.json"));
        if !(has("full") && has("required")) {
            missing.push((kind.clone(), version));
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        ship(&missing, &forms);
        return;
    }
    assert!(missing.is_empty(), "ship them, see above: {missing:?}");
}

#[test]
fn what_was_shipped_is_there_unchanged() {
    assert_eq!(complaints(&manifest(), &shipped()), [""; 0]);
}

#[test]
fn x18_every_event_ever_shipped_loads() {
    let mut seen = BTreeSet::new();
    for (name, bytes) in shipped() {
        let (kind, version, form) = parts(&name);
        let payload: Value = serde_json::from_slice(&bytes).unwrap();
        if let Err(error) = read(kind, version, &payload) {
            panic!("{name}: {error}");
        }
        seen.insert((kind.to_owned(), version.to_owned(), form.to_owned()));
    }
    assert!(seen.len() > 80, "only {} forms were found", seen.len());
}

#[test]
fn the_checks_can_fail() {
    let good: BTreeMap<String, Vec<u8>> = BTreeMap::from([("a.json".to_owned(), b"{}".to_vec())]);
    let listed = BTreeMap::from([("a.json".to_owned(), hash(b"{}"))]);
    assert_eq!(complaints(&listed, &good), [""; 0]);
    assert_eq!(complaints(&listed, &BTreeMap::new()), ["a.json is gone"]);
    let changed = BTreeMap::from([("a.json".to_owned(), b"[]".to_vec())]);
    assert_eq!(complaints(&listed, &changed), ["a.json was changed"]);
    let unlisted = complaints(&BTreeMap::new(), &good);
    assert_eq!(unlisted, ["a.json is not in the manifest"]);

    let form = &present_forms()["meter.reading_rejected"];
    assert!(read("meter.reading_rejected", "1.0.0", form).is_ok());
    for (kind, version) in [
        ("meter.reading_rejected", "7.0.0"),
        ("meter.melted", "1.0.0"),
    ] {
        let error = read(kind, version, form).unwrap_err().to_string();
        let expected = format!("{kind} {version} is not a form of event this program knows");
        assert_eq!(error, expected);
    }
    let least = required_only(
        &serde_json::json!({ "a": 1, "b": { "c": 2, "d": 3 } }),
        &|it| !it["b"]["d"].is_null(),
    );
    assert_eq!(least, serde_json::json!({ "b": { "d": 3 } }));
    let (whole, part) = (
        serde_json::json!({ "a": [1] }),
        serde_json::json!({ "b": 1 }),
    );
    assert!(says(&whole, &whole) && !says(&whole, &part));
}
