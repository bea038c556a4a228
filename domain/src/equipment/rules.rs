//! What the customer's document asks of each kind of hardware (R39 to R46).

use serde::{Deserialize, Serialize};

use super::{EquipmentKind, Interface, ModelSpec, Protocol, TerminalSpec};

/// One thing that is asked for and not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// R39, R43: CMC, or for newer meters CPA with a verification certificate.
    Certificate,
    /// R40
    StateGridAdmission,
    /// R40: one or the other.
    InfraredOrRs485,
    /// R41
    StateGridInfrared,
    /// R41
    DataExport,
    /// R41
    VendorSdk,
    /// R42
    CollectorProtocols,
    /// R43: due dates go by it.
    Calibre,
    /// R44
    NoCellular,
    /// R44: wired or wireless, but something.
    RemoteInterface,
    /// R45
    TerminalData,
    Screen,
    FullHd,
    Ram,
    Android,
    /// Telecom's or Unicom's.
    Network4g,
    Camera,
    FastFocus,
    Stabiliser,
    TimeWatermark,
    Rugged,
    /// R46
    PetWithResinRibbon,
}

impl Requirement {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::StateGridAdmission => "state_grid_admission",
            Self::InfraredOrRs485 => "infrared_or_rs485",
            Self::StateGridInfrared => "state_grid_infrared",
            Self::DataExport => "data_export",
            Self::VendorSdk => "vendor_sdk",
            Self::CollectorProtocols => "collector_protocols",
            Self::Calibre => "calibre",
            Self::NoCellular => "no_cellular",
            Self::RemoteInterface => "remote_interface",
            Self::TerminalData => "terminal_data",
            Self::Screen => "screen",
            Self::FullHd => "full_hd",
            Self::Ram => "ram",
            Self::Android => "android",
            Self::Network4g => "network4g",
            Self::Camera => "camera",
            Self::FastFocus => "fast_focus",
            Self::Stabiliser => "stabiliser",
            Self::TimeWatermark => "time_watermark",
            Self::Rugged => "rugged",
            Self::PetWithResinRibbon => "pet_with_resin_ribbon",
        }
    }

    /// In the words of whoever buys it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Certificate => "须有 CMC 证书，或型式批准（CPA）和检定证书",
            Self::StateGridAdmission => "智能电表须有国家电网入网许可",
            Self::InfraredOrRs485 => "智能电表须有红外或 RS485 通信",
            Self::StateGridInfrared => "掌上抄表机须兼容国家电网红外",
            Self::DataExport => "掌上抄表机须能导出数据",
            Self::VendorSdk => "掌上抄表机须由厂家提供开发包",
            Self::CollectorProtocols => "采集器须支持 DL645-1997、DL645-2007 和 188 规约",
            Self::Calibre => "水表须填写口径",
            Self::NoCellular => "远传水表不得采用移动网络（2G 至 5G、NB-IoT）",
            Self::RemoteInterface => "远传水表须有有线或无线通信方式",
            Self::TerminalData => "移动抄表终端须填写配置",
            Self::Screen => "屏幕不小于 5 英寸",
            Self::FullHd => "屏幕须为全高清（1080×1920）",
            Self::Ram => "内存不小于 3 GB",
            Self::Android => "系统不低于 Android 7.0",
            Self::Network4g => "须支持电信或联通 4G",
            Self::Camera => "后置摄像头不低于 1200 万像素",
            Self::FastFocus => "须支持快速对焦",
            Self::Stabiliser => "须支持防抖",
            Self::TimeWatermark => "照片须带时间水印",
            Self::Rugged => "须有一定的防水防摔能力",
            Self::PetWithResinRibbon => "条码打印机须能以树脂碳带打印 PET 标签",
        }
    }

    /// Where it is entered.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Certificate => "cmcNo",
            Self::StateGridAdmission => "stateGridNo",
            Self::InfraredOrRs485 | Self::NoCellular | Self::RemoteInterface => "interfaces",
            Self::StateGridInfrared => "stateGridInfrared",
            Self::DataExport => "dataExport",
            Self::VendorSdk => "vendorSdk",
            Self::CollectorProtocols => "protocols",
            Self::Calibre => "calibreMm",
            Self::PetWithResinRibbon => "printer",
            Self::TerminalData
            | Self::Screen
            | Self::FullHd
            | Self::Ram
            | Self::Android
            | Self::Network4g
            | Self::Camera
            | Self::FastFocus
            | Self::Stabiliser
            | Self::TimeWatermark
            | Self::Rugged => "terminal",
        }
    }
}

/// All a model lacks of what is asked of its kind, in the order of the document.
pub fn shortfalls(spec: &ModelSpec) -> Vec<Requirement> {
    use Requirement as R;
    let certificates = &spec.certificates;
    let certified = certificates.cmc_no.is_some()
        || certificates.cpa_no.is_some() && certificates.verification_no.is_some();
    let has = |interface| spec.interfaces.contains(&interface);
    let cellular = has(Interface::Cellular) || has(Interface::NbIot);
    let all_protocols = [
        Protocol::Dlt645V1997,
        Protocol::Dlt645V2007,
        Protocol::Cjt188,
    ]
    .iter()
    .all(|protocol| spec.protocols.contains(protocol));
    let asked: Vec<(R, bool)> = match spec.kind {
        EquipmentKind::ElectronicMeter => vec![(R::Certificate, certified)],
        EquipmentKind::SmartMeter => vec![
            (R::Certificate, certified),
            (R::StateGridAdmission, certificates.state_grid_no.is_some()),
            (
                R::InfraredOrRs485,
                has(Interface::Infrared) || has(Interface::Rs485),
            ),
        ],
        EquipmentKind::Handheld => vec![
            (
                R::StateGridInfrared,
                spec.state_grid_infrared && has(Interface::Infrared),
            ),
            (R::DataExport, spec.data_export),
            (R::VendorSdk, spec.vendor_sdk),
        ],
        EquipmentKind::Collector => vec![(R::CollectorProtocols, all_protocols)],
        EquipmentKind::WaterMeter => vec![
            (R::Certificate, certified),
            (R::Calibre, spec.calibre_mm.is_some_and(|mm| mm > 0)),
        ],
        EquipmentKind::RemoteWaterMeter => vec![
            (R::Certificate, certified),
            (R::Calibre, spec.calibre_mm.is_some_and(|mm| mm > 0)),
            (R::NoCellular, !cellular),
            (R::RemoteInterface, cellular || !spec.interfaces.is_empty()),
        ],
        EquipmentKind::MobileTerminal => match &spec.terminal {
            Some(terminal) => of_terminal(terminal),
            None => vec![(R::TerminalData, false)],
        },
        EquipmentKind::BarcodePrinter => {
            let fit = |printer: &super::PrinterSpec| printer.prints_pet && printer.resin_ribbon;
            vec![(
                R::PetWithResinRibbon,
                spec.printer.as_ref().is_some_and(fit),
            )]
        }
    };
    let missing = asked.into_iter().filter(|(_, there)| !there);
    missing.map(|(requirement, _)| requirement).collect()
}

fn of_terminal(terminal: &TerminalSpec) -> Vec<(Requirement, bool)> {
    use Requirement as R;
    vec![
        (R::Screen, terminal.screen_tenths_inch >= 50),
        (
            R::FullHd,
            terminal.pixels_short_side >= 1080 && terminal.pixels_long_side >= 1920,
        ),
        // Makers count a gigabyte as a thousand or as 1 024 megabytes.
        (R::Ram, terminal.ram_mb >= 3_000),
        (R::Android, terminal.android_major >= 7),
        (R::Network4g, terminal.telecom_4g || terminal.unicom_4g),
        (R::Camera, terminal.rear_camera_megapixels >= 12),
        (R::FastFocus, terminal.fast_focus),
        (R::Stabiliser, terminal.stabiliser),
        (R::TimeWatermark, terminal.time_watermark),
        (R::Rugged, terminal.rugged),
    ]
}
