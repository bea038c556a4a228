use async_graphql::InputObject;
use chaobiao_decision::Rejection;
use chaobiao_domain::equipment::{
    CertificateNo, Certificates, ModelSpec, PrinterSpec, RegisterModel, TerminalSpec,
};
use chaobiao_domain::units::EquipmentModelId;

use super::types::{EquipmentInterface, EquipmentKind, EquipmentProtocol};
use crate::support::field;

/// 移动抄表终端, by its data sheet.
#[derive(InputObject)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a data sheet has or has not a feature"
)]
pub(super) struct TerminalSpecInput {
    /// 55 for 5.5 inches.
    screen_tenths_inch: u16,
    pixels_short_side: u16,
    pixels_long_side: u16,
    ram_mb: u32,
    android_major: u16,
    #[graphql(name = "telecom4g")]
    telecom_4g: bool,
    #[graphql(name = "unicom4g")]
    unicom_4g: bool,
    rear_camera_megapixels: u16,
    fast_focus: bool,
    stabiliser: bool,
    time_watermark: bool,
    /// Against water and falls, to some degree.
    rugged: bool,
}

/// 条码打印机, by its data sheet.
#[derive(InputObject)]
pub(super) struct PrinterSpecInput {
    prints_pet: bool,
    resin_ribbon: bool,
    dots_per_mm: u16,
    label_width_mm_max: u16,
}

#[derive(InputObject)]
pub(super) struct RegisterEquipmentModelInput {
    pub(super) idempotency_key: String,
    model_id: String,
    kind: EquipmentKind,
    maker: String,
    /// 型号
    name: String,
    calibre_mm: Option<u16>,
    /// 制造计量器具许可证
    cmc_no: Option<String>,
    /// 型式批准
    cpa_no: Option<String>,
    /// 检定证书
    verification_no: Option<String>,
    /// 国家电网入网许可
    state_grid_no: Option<String>,
    #[graphql(default)]
    interfaces: Vec<EquipmentInterface>,
    #[graphql(default)]
    protocols: Vec<EquipmentProtocol>,
    #[graphql(default)]
    state_grid_infrared: bool,
    #[graphql(default)]
    data_export: bool,
    #[graphql(default)]
    vendor_sdk: bool,
    terminal: Option<TerminalSpecInput>,
    printer: Option<PrinterSpecInput>,
}

fn certificate(name: &str, text: Option<&str>) -> Result<Option<CertificateNo>, Rejection> {
    field(name, text.map(CertificateNo::try_new).transpose())
}

impl RegisterEquipmentModelInput {
    pub(super) fn read(&self) -> Result<RegisterModel, Rejection> {
        Ok(RegisterModel {
            model_id: field("modelId", EquipmentModelId::try_new(&self.model_id))?,
            spec: ModelSpec {
                kind: self.kind.into(),
                maker: self.maker.clone(),
                name: self.name.clone(),
                calibre_mm: self.calibre_mm,
                certificates: Certificates {
                    cmc_no: certificate("cmcNo", self.cmc_no.as_deref())?,
                    cpa_no: certificate("cpaNo", self.cpa_no.as_deref())?,
                    verification_no: certificate(
                        "verificationNo",
                        self.verification_no.as_deref(),
                    )?,
                    state_grid_no: certificate("stateGridNo", self.state_grid_no.as_deref())?,
                },
                interfaces: self.interfaces.iter().copied().map(Into::into).collect(),
                protocols: self.protocols.iter().copied().map(Into::into).collect(),
                state_grid_infrared: self.state_grid_infrared,
                data_export: self.data_export,
                vendor_sdk: self.vendor_sdk,
                terminal: self.terminal.as_ref().map(TerminalSpecInput::read),
                printer: self.printer.as_ref().map(PrinterSpecInput::read),
            },
        })
    }
}

impl TerminalSpecInput {
    fn read(&self) -> TerminalSpec {
        TerminalSpec {
            screen_tenths_inch: self.screen_tenths_inch,
            pixels_short_side: self.pixels_short_side,
            pixels_long_side: self.pixels_long_side,
            ram_mb: self.ram_mb,
            android_major: self.android_major,
            telecom_4g: self.telecom_4g,
            unicom_4g: self.unicom_4g,
            rear_camera_megapixels: self.rear_camera_megapixels,
            fast_focus: self.fast_focus,
            stabiliser: self.stabiliser,
            time_watermark: self.time_watermark,
            rugged: self.rugged,
        }
    }
}

impl PrinterSpecInput {
    fn read(&self) -> PrinterSpec {
        PrinterSpec {
            prints_pet: self.prints_pet,
            resin_ribbon: self.resin_ribbon,
            dots_per_mm: self.dots_per_mm,
            label_width_mm_max: self.label_width_mm_max,
        }
    }
}
