use async_graphql::{Enum, Object, SimpleObject};
use chaobiao_domain::equipment;
use chaobiao_projections::equipment::{CycleRow, DueRow, ItemRow, ModelRow};

use crate::support::{Commodity, Date};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "equipment::EquipmentKind")]
pub(super) enum EquipmentKind {
    /// 普通电表
    ElectronicMeter,
    /// 智能电表
    SmartMeter,
    /// 电表掌上抄表机
    Handheld,
    /// 数据采集器
    Collector,
    /// 普通水表
    WaterMeter,
    /// 远传水表
    RemoteWaterMeter,
    /// 移动抄表终端
    MobileTerminal,
    /// 条码打印机
    BarcodePrinter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "equipment::Interface")]
pub(super) enum EquipmentInterface {
    Infrared,
    #[graphql(name = "RS485")]
    Rs485,
    #[graphql(name = "M_BUS")]
    MBus,
    Pulse,
    #[graphql(name = "LORA")]
    LoRa,
    Bluetooth,
    /// 2G to 5G.
    Cellular,
    #[graphql(name = "NB_IOT")]
    NbIot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "equipment::Protocol")]
pub(super) enum EquipmentProtocol {
    #[graphql(name = "DLT645_1997")]
    Dlt645V1997,
    #[graphql(name = "DLT645_2007")]
    Dlt645V2007,
    #[graphql(name = "CJT188")]
    Cjt188,
}

/// What is asked of a kind of hardware and not there.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct EquipmentShortfall {
    code: String,
    /// Simplified Chinese, ready to be shown.
    message: String,
}

impl From<equipment::Requirement> for EquipmentShortfall {
    fn from(requirement: equipment::Requirement) -> Self {
        Self {
            code: requirement.as_str().to_owned(),
            message: requirement.label().to_owned(),
        }
    }
}

/// A model the centre may use.
#[derive(Clone, Debug)]
pub(super) struct EquipmentModel(pub(super) ModelRow);

#[Object]
impl EquipmentModel {
    async fn model_id(&self) -> &str {
        self.0.model_id.as_str()
    }

    async fn kind(&self) -> EquipmentKind {
        self.0.spec.kind.into()
    }

    async fn maker(&self) -> &str {
        &self.0.spec.maker
    }

    async fn name(&self) -> &str {
        &self.0.spec.name
    }

    async fn calibre_mm(&self) -> Option<u16> {
        self.0.spec.calibre_mm
    }

    async fn cmc_no(&self) -> Option<String> {
        let certificate = self.0.spec.certificates.cmc_no.as_ref();
        certificate.map(ToString::to_string)
    }

    async fn cpa_no(&self) -> Option<String> {
        let certificate = self.0.spec.certificates.cpa_no.as_ref();
        certificate.map(ToString::to_string)
    }

    async fn verification_no(&self) -> Option<String> {
        let certificate = self.0.spec.certificates.verification_no.as_ref();
        certificate.map(ToString::to_string)
    }

    async fn state_grid_no(&self) -> Option<String> {
        let certificate = self.0.spec.certificates.state_grid_no.as_ref();
        certificate.map(ToString::to_string)
    }

    async fn interfaces(&self) -> Vec<EquipmentInterface> {
        self.0
            .spec
            .interfaces
            .iter()
            .copied()
            .map(Into::into)
            .collect()
    }

    async fn protocols(&self) -> Vec<EquipmentProtocol> {
        self.0
            .spec
            .protocols
            .iter()
            .copied()
            .map(Into::into)
            .collect()
    }

    /// Empty but for terminals.
    async fn shortfalls(&self) -> Vec<EquipmentShortfall> {
        self.0.shortfalls.iter().copied().map(Into::into).collect()
    }

    /// No more of it is to be entered.
    async fn withdrawn(&self) -> bool {
        self.0.withdrawn
    }
}

/// One piece of equipment.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Equipment {
    equipment_no: String,
    model_id: String,
    kind: EquipmentKind,
    campus: String,
    /// The login of whoever has it.
    keeper: Option<String>,
    acquired_on: Date,
    verified_on: Option<Date>,
    certificate_no: Option<String>,
    /// Whether it passed the last verification.
    passed: Option<bool>,
    retired: bool,
}

impl From<ItemRow> for Equipment {
    fn from(row: ItemRow) -> Self {
        Self {
            equipment_no: row.equipment_no.into(),
            model_id: row.model_id.into(),
            kind: row.kind.into(),
            campus: row.campus.into(),
            keeper: row.keeper,
            acquired_on: row.acquired_on.into(),
            verified_on: row.verified_on.map(Date::from),
            certificate_no: row.certificate_no,
            passed: row.passed,
            retired: row.retired,
        }
    }
}

/// How long meters up to a calibre may hang, from a day on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct VerificationCycle {
    commodity: Commodity,
    from: Date,
    /// Included; null for all above the others.
    calibre_mm_max: Option<i32>,
    verify_months: Option<i32>,
    rotate_months: Option<i32>,
    reason: String,
    set_by: String,
}

impl From<CycleRow> for VerificationCycle {
    fn from(row: CycleRow) -> Self {
        Self {
            commodity: row.commodity.into(),
            from: row.from.into(),
            calibre_mm_max: row.calibre_mm_max,
            verify_months: row.verify_months,
            rotate_months: row.rotate_months,
            reason: row.reason,
            set_by: row.set_by,
        }
    }
}

/// R43: a meter that is to be verified or exchanged.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct VerificationDue {
    meter_no: String,
    equipment_no: String,
    model_id: String,
    calibre_mm: Option<i32>,
    installed_on: Date,
    verified_on: Option<Date>,
    /// Of a meter that failed, the day it did.
    verify_due_on: Option<Date>,
    rotate_due_on: Option<Date>,
    /// The earlier of the two.
    due_on: Date,
}

impl From<DueRow> for VerificationDue {
    fn from(row: DueRow) -> Self {
        Self {
            meter_no: row.meter_no.into(),
            equipment_no: row.equipment_no.into(),
            model_id: row.model_id.into(),
            calibre_mm: row.calibre_mm,
            installed_on: row.installed_on.into(),
            verified_on: row.verified_on.map(Date::from),
            verify_due_on: row.verify_due_on.map(Date::from),
            rotate_due_on: row.rotate_due_on.map(Date::from),
            due_on: row.due_on.into(),
        }
    }
}
