//! What hangs where and what it is called: equipment with its papers, numbers of other systems,
//! marked places, labels.

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_domain::equipment::{
    CertificateNo, Certificates, EquipmentKind, Interface, ModelSpec, PrinterSpec, Protocol,
    RegisterEquipment, RegisterModel, TerminalSpec,
};
use chaobiao_domain::meter::Channel;
use chaobiao_domain::meter_label::{
    DefineLabelTemplate, LabelSize, PrintMeterLabels, ScanCondition, VerifyLabelScan,
};
use chaobiao_domain::meter_mapping::{LinkMeterNumber, NumberKind};
use chaobiao_domain::metering_point::{MarkLocation, Position};
use chaobiao_domain::units::{
    EquipmentModelId, ExternalMeterNo, GeoPoint, HardwareNo, LabelTemplateId, StaffLogin,
};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::DemoError;
use super::almanac::{at, back, seconds};
use super::draw::Draws;
use super::generate::Campus;
use super::plan::campus_id;
use super::setup::by;
use super::staff::{READERS, TECHNICIAN};

/// Books whose meters other systems know by numbers of their own.
const LINKED_BOOKS: usize = 2;
/// Labels of one roll.
const ROLL: usize = 200;
/// The middle of the first campus; the others lie around it.
const MIDDLE: (i64, i64) = (400_050, 1_163_260);

fn spec(kind: EquipmentKind, maker: &str, name: &str) -> ModelSpec {
    ModelSpec {
        kind,
        maker: maker.to_owned(),
        name: name.to_owned(),
        calibre_mm: None,
        certificates: Certificates::default(),
        interfaces: BTreeSet::new(),
        protocols: BTreeSet::new(),
        state_grid_infrared: false,
        data_export: false,
        vendor_sdk: false,
        terminal: None,
        printer: None,
    }
}

fn papers(number: &str) -> Result<Certificates, DemoError> {
    Ok(Certificates {
        cpa_no: Some(CertificateNo::try_new(&format!("2020F{number}-31"))?),
        verification_no: Some(CertificateNo::try_new(&format!("检字 2025-{number}"))?),
        ..Certificates::default()
    })
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn models() -> Result<Vec<(&'static str, ModelSpec)>, DemoError> {
    let terminal = TerminalSpec {
        screen_tenths_inch: 55,
        pixels_short_side: 1_080,
        pixels_long_side: 2_160,
        ram_mb: 4_096,
        android_major: 10,
        telecom_4g: true,
        unicom_4g: true,
        rear_camera_megapixels: 13,
        fast_focus: true,
        stabiliser: true,
        time_watermark: true,
        rugged: true,
    };
    let printer = PrinterSpec {
        prints_pet: true,
        resin_ribbon: true,
        dots_per_mm: 12,
        label_width_mm_max: 104,
    };
    Ok(vec![
        (
            "lxs-20",
            ModelSpec {
                calibre_mm: Some(20),
                certificates: papers("101")?,
                ..spec(EquipmentKind::WaterMeter, "清源仪表", "LXS-20E")
            },
        ),
        (
            "lxsy-25",
            ModelSpec {
                calibre_mm: Some(25),
                certificates: papers("118")?,
                interfaces: BTreeSet::from([Interface::LoRa, Interface::Bluetooth]),
                protocols: BTreeSet::from([Protocol::Cjt188]),
                ..spec(EquipmentKind::RemoteWaterMeter, "清源仪表", "LXSY-25")
            },
        ),
        (
            "ddzy-102",
            ModelSpec {
                certificates: Certificates {
                    state_grid_no: Some(CertificateNo::try_new("SG-2021-077")?),
                    ..papers("204")?
                },
                interfaces: BTreeSet::from([Interface::Infrared, Interface::Rs485]),
                protocols: BTreeSet::from([Protocol::Dlt645V2007]),
                state_grid_infrared: true,
                ..spec(EquipmentKind::SmartMeter, "恒光电表", "DDZY102")
            },
        ),
        (
            "pda-7",
            ModelSpec {
                interfaces: BTreeSet::from([Interface::Infrared]),
                state_grid_infrared: true,
                data_export: true,
                vendor_sdk: true,
                ..spec(EquipmentKind::Handheld, "振中电子", "TP-7")
            },
        ),
        (
            "dcu-3",
            ModelSpec {
                protocols: BTreeSet::from([
                    Protocol::Dlt645V1997,
                    Protocol::Dlt645V2007,
                    Protocol::Cjt188,
                ]),
                ..spec(EquipmentKind::Collector, "恒光电表", "DCU-3")
            },
        ),
        (
            "phone-5",
            ModelSpec {
                terminal: Some(terminal),
                ..spec(EquipmentKind::MobileTerminal, "远行通信", "R5 三防")
            },
        ),
        (
            "label-104",
            ModelSpec {
                printer: Some(printer),
                ..spec(EquipmentKind::BarcodePrinter, "立象", "OX-100")
            },
        ),
    ])
}

/// Model and number of a piece.
const PIECES: [(&str, &str); 6] = [
    ("pda-7", "PDA-01"),
    ("pda-7", "PDA-02"),
    ("dcu-3", "DCU-01"),
    ("phone-5", "SJ-01"),
    ("phone-5", "SJ-02"),
    ("label-104", "DY-01"),
];

impl Campus<'_> {
    /// In the days after the meters were hung.
    pub(super) fn describe_points(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.install_day(), 14, 0);
        self.enter_equipment(start)?;
        self.link_numbers(start + TimeDelta::hours(1))?;
        self.mark_places(start + TimeDelta::hours(2))?;
        self.print_labels(start + TimeDelta::hours(3))?;
        self.hang_collectors()
    }

    fn enter_equipment(&mut self, start: DateTime<Utc>) -> Result<(), DemoError> {
        for (serial, (id, spec)) in models()?.into_iter().enumerate() {
            let register = RegisterModel {
                model_id: EquipmentModelId::try_new(id)?,
                spec,
            };
            let at = start + seconds(serial);
            self.runner
                .give(at, by(TECHNICIAN), &format!("model/{id}"), register);
        }
        for (serial, (model, number)) in PIECES.into_iter().enumerate() {
            let reader = READERS[serial % READERS.len()];
            let register = RegisterEquipment {
                equipment_no: HardwareNo::try_new(number)?,
                model_id: EquipmentModelId::try_new(model)?,
                campus: campus_id(serial % READERS.len())?,
                keeper: Some(StaffLogin::try_new(reader.login)?),
                acquired_on: Some(back(self.almanac.setup_day(), 400)),
            };
            let at = start + TimeDelta::minutes(5) + seconds(serial);
            let key = format!("equipment/{number}");
            self.runner.give(at, by(TECHNICIAN), &key, register);
        }
        Ok(())
    }

    /// Handhelds count through their books; the platform has numbers of its own.
    fn link_numbers(&mut self, start: DateTime<Utc>) -> Result<(), DemoError> {
        for (channel, kind, prefix) in [
            (Channel::Handheld, NumberKind::Handheld, "70"),
            (Channel::Remote, NumberKind::Platform, "88001"),
        ] {
            let books = self.plan.books.iter().filter(|book| {
                let first = book.meters.first();
                first.is_some_and(|meter| self.plan.meters[*meter].channel == channel)
            });
            let meters = books.take(LINKED_BOOKS).flat_map(|book| &book.meters);
            for (serial, meter) in meters.enumerate() {
                let meter_no = &self.plan.meters[*meter].meter_no;
                let link = LinkMeterNumber {
                    meter_no: meter_no.clone(),
                    kind,
                    number: ExternalMeterNo::try_new(format!("{prefix}{:05}", serial + 1))?,
                    from: Some(self.almanac.install_day()),
                };
                let key = format!("link/{}/{meter_no}", kind.as_str());
                self.runner
                    .give(start + seconds(serial), by(TECHNICIAN), &key, link);
            }
        }
        Ok(())
    }

    /// One meter of each building, as walks are planned by them.
    fn mark_places(&mut self, start: DateTime<Utc>) -> Result<(), DemoError> {
        let mut draws = Draws::new(self.seed, "places");
        let mut first: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for (number, meter) in self.plan.meters.iter().enumerate() {
            let place = &self.plan.places[meter.place];
            first
                .entry((place.campus, place.building.as_str()))
                .or_insert(number);
        }
        for (serial, ((campus, _), number)) in first.into_iter().enumerate() {
            let meter_no = &self.plan.meters[number].meter_no;
            let apart = i64::try_from(campus).unwrap_or(0) * 300;
            // Ten-thousandths of a degree: a building stands ten metres from the next at least.
            let mut degrees =
                |middle: i64| Decimal::new(middle + apart + draws.between(-60, 60), 4).normalize();
            let mark = MarkLocation {
                meter_no: meter_no.clone(),
                position: Some(Position {
                    point: GeoPoint::try_new(degrees(MIDDLE.0), degrees(MIDDLE.1))?,
                    accuracy_m: Some(6),
                }),
                place: "一层表间，进门左手".to_owned(),
                photo: None,
                marked_at: None,
            };
            let reader = READERS[campus % READERS.len()];
            let key = format!("place/{meter_no}");
            self.runner
                .give(start + seconds(serial * 90), by(reader), &key, mark);
        }
        Ok(())
    }

    /// One roll, and what the scanner read of a few labels after a week in the cellar.
    fn print_labels(&mut self, start: DateTime<Utc>) -> Result<(), DemoError> {
        let template_id = LabelTemplateId::try_new("pet-50x30")?;
        let define = DefineLabelTemplate {
            template_id: template_id.clone(),
            size: LabelSize::USUAL,
            pet: true,
            resin_ribbon: true,
        };
        self.runner
            .give(start, by(TECHNICIAN), "label-template", define);
        let roll = self.plan.meters.iter().take(ROLL);
        let print = PrintMeterLabels {
            meter_nos: roll.map(|meter| meter.meter_no.clone()).collect(),
            template_id: Some(template_id),
        };
        let start = start + TimeDelta::minutes(10);
        self.runner.give(start, by(TECHNICIAN), "labels", print);
        for (serial, meter) in self.plan.meters.iter().take(4).enumerate() {
            let condition = [
                ScanCondition::AfterWater,
                ScanCondition::AfterOil,
                ScanCondition::AfterHeat,
                ScanCondition::AfterWater,
            ][serial];
            let scan = VerifyLabelScan {
                meter_no: meter.meter_no.clone(),
                scanned: Some(meter.meter_no.to_string()),
                condition,
            };
            let at = start + TimeDelta::minutes(20) + seconds(serial * 30);
            let key = format!("label-scan/{}", meter.meter_no);
            self.runner.give(at, by(TECHNICIAN), &key, scan);
        }
        Ok(())
    }
}
