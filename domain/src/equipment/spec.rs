use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::{Commodity, ValueError};

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EquipmentKind {
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

impl EquipmentKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ElectronicMeter => "electronic_meter",
            Self::SmartMeter => "smart_meter",
            Self::Handheld => "handheld",
            Self::Collector => "collector",
            Self::WaterMeter => "water_meter",
            Self::RemoteWaterMeter => "remote_water_meter",
            Self::MobileTerminal => "mobile_terminal",
            Self::BarcodePrinter => "barcode_printer",
        }
    }

    /// What a meter counts; none for what is no meter.
    pub const fn commodity(self) -> Option<Commodity> {
        match self {
            Self::ElectronicMeter | Self::SmartMeter => Some(Commodity::Electricity),
            Self::WaterMeter | Self::RemoteWaterMeter => Some(Commodity::Water),
            Self::Handheld | Self::Collector | Self::MobileTerminal | Self::BarcodePrinter => None,
        }
    }
}

/// By which way a piece of equipment talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interface {
    Infrared,
    Rs485,
    MBus,
    Pulse,
    #[serde(rename = "lora")]
    LoRa,
    Bluetooth,
    /// 2G to 5G.
    Cellular,
    NbIot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    Dlt645V1997,
    Dlt645V2007,
    Cjt188,
}

const CERTIFICATE_LENGTH_MAX: usize = 40;

/// As it is printed on a certificate, Chinese signs too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateNo(String);

impl CertificateNo {
    pub fn try_new(text: &str) -> Result<Self, ValueError> {
        let (text, what) = (text.trim(), "证书编号");
        if text.is_empty() {
            return Err(ValueError::Empty { what });
        }
        if text.chars().count() > CERTIFICATE_LENGTH_MAX {
            let max = CERTIFICATE_LENGTH_MAX;
            return Err(ValueError::TooLong { what, max });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for CertificateNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for CertificateNo {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::try_new(&text)
    }
}

impl From<CertificateNo> for String {
    fn from(certificate: CertificateNo) -> Self {
        certificate.0
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// 制造计量器具许可证 (CMC)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmc_no: Option<CertificateNo>,
    /// 型式批准 (CPA), in its place since 2018.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpa_no: Option<CertificateNo>,
    /// 检定证书
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_no: Option<CertificateNo>,
    /// 国家电网入网许可
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_grid_no: Option<CertificateNo>,
}

/// 移动抄表终端
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a data sheet has or has not a feature"
)]
pub struct TerminalSpec {
    /// Tenths of an inch.
    pub screen_tenths_inch: u16,
    pub pixels_short_side: u16,
    pub pixels_long_side: u16,
    pub ram_mb: u32,
    pub android_major: u16,
    pub telecom_4g: bool,
    pub unicom_4g: bool,
    pub rear_camera_megapixels: u16,
    pub fast_focus: bool,
    pub stabiliser: bool,
    pub time_watermark: bool,
    /// Against water and falls, to some degree.
    pub rugged: bool,
}

/// 条码打印机
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterSpec {
    pub prints_pet: bool,
    pub resin_ribbon: bool,
    /// Dots a millimetre.
    pub dots_per_mm: u16,
    pub label_width_mm_max: u16,
}

/// What a model is and has, by its papers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSpec {
    pub kind: EquipmentKind,
    pub maker: String,
    /// 型号
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibre_mm: Option<u16>,
    pub certificates: Certificates,
    pub interfaces: BTreeSet<Interface>,
    pub protocols: BTreeSet<Protocol>,
    /// Infrared as State Grid's own meters speak it.
    pub state_grid_infrared: bool,
    pub data_export: bool,
    pub vendor_sdk: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<TerminalSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printer: Option<PrinterSpec>,
}
