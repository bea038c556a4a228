use chaobiao_decision::{BusinessError as _, CommandContext, Process, Rejection, Stop, Workspace};
use chaobiao_domain::meter::{DeviceSpec, InstallDevice, Meter, MeterError, RegisterMeter};
use chaobiao_domain::units::{Index, MeterNo, Multiplier, Quantity, ValueError, instant_of};
use chrono::{DateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::CampusNames;
use super::cell::refused;
use super::columns::{CAMPUS, Column, Fields, METER_NO};
use super::request::check_campus;

pub(super) const COLUMNS: &[Column] = &[
    METER_NO,
    Column {
        field: "commodity",
        label: "用能类型",
        required: true,
        aliases: &[
            "用能类型",
            "能源类型",
            "表类型",
            "表类",
            "类型",
            "水电",
            "commodity",
            "type",
        ],
    },
    CAMPUS,
    Column {
        field: "building",
        label: "楼栋",
        required: true,
        aliases: &["楼栋", "楼号", "楼", "楼宇", "楼名", "建筑", "building"],
    },
    Column {
        field: "room",
        label: "房间",
        required: true,
        aliases: &[
            "房间",
            "房号",
            "房间号",
            "门牌",
            "门牌号",
            "室号",
            "位置",
            "room",
        ],
    },
    Column {
        field: "book",
        label: "抄表册",
        required: true,
        aliases: &["抄表册", "抄表册号", "表册", "册号", "本号", "book"],
    },
    Column {
        field: "walkOrder",
        label: "册内序号",
        required: false,
        aliases: &[
            "册内序号",
            "抄表顺序",
            "抄表序号",
            "顺序",
            "序号",
            "walkOrder",
            "order",
        ],
    },
    Column {
        field: "selfRead",
        label: "自助抄表",
        required: false,
        aliases: &["自助抄表", "是否自助抄表", "自助", "selfRead", "self read"],
    },
    Column {
        field: "hardwareNo",
        label: "表具编号",
        required: false,
        aliases: &[
            "表具编号",
            "表具号",
            "硬件号",
            "出厂编号",
            "钢印号",
            "表身号",
            "hardwareNo",
            "serial",
        ],
    },
    Column {
        field: "digits",
        label: "整数位数",
        required: false,
        aliases: &["整数位数", "位数", "表位数", "量程位数", "digits"],
    },
    Column {
        field: "decimals",
        label: "小数位数",
        required: false,
        aliases: &["小数位数", "小数位", "decimals"],
    },
    Column {
        field: "multiplier",
        label: "倍率",
        required: false,
        aliases: &["倍率", "综合倍率", "multiplier"],
    },
    Column {
        field: "maxPerHour",
        label: "每小时最大用量",
        required: false,
        aliases: &["每小时最大用量", "最大流量", "过载流量", "maxPerHour"],
    },
    Column {
        field: "openingIndex",
        label: "起码",
        required: false,
        aliases: &[
            "起码",
            "底度",
            "底数",
            "初始读数",
            "起度",
            "装表读数",
            "openingIndex",
        ],
    },
    Column {
        field: "installedAt",
        label: "安装日期",
        required: false,
        aliases: &[
            "安装日期",
            "安装时间",
            "启用日期",
            "装表日期",
            "installedAt",
            "installedOn",
        ],
    },
];

/// One row of a meter file: the metering point, and the device on it where the row has one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ImportMeter {
    register: RegisterMeter,
    install: Option<InstallDevice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MeterImported {
    pub(super) meter_no: MeterNo,
    /// The meter had been entered before, with the same data.
    pub(super) known: bool,
}

impl ImportMeter {
    pub(super) fn meter_no(&self) -> &MeterNo {
        &self.register.meter_no
    }
}

impl Process for ImportMeter {
    const NAME: &'static str = "import.meter";
    type Outcome = MeterImported;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterImported, Stop> {
        check_campus(&self.register.campus, workspace)?;
        let known = self.is_known(workspace.get::<Meter>(self.meter_no().as_str())?)?;
        if !known {
            self.register.decide(context, workspace)?;
            if let Some(install) = &self.install {
                install.decide(context, workspace)?;
            }
        }
        Ok(MeterImported {
            meter_no: self.meter_no().clone(),
            known,
        })
    }
}

impl ImportMeter {
    /// A meter that is known must be known as the file says: a file never changes one.
    fn is_known(&self, meter: &Meter) -> Result<bool, Rejection> {
        let Ok(meter) = meter.registered() else {
            return Ok(false);
        };
        let (card, wanted) = (meter.card(), &self.register);
        let same_card = card.commodity == wanted.commodity
            && card.campus == wanted.campus
            && card.building == wanted.building
            && card.room == wanted.room
            && card.book == wanted.book
            && card.walk_order == wanted.walk_order
            && card.self_read == wanted.self_read;
        let same_device = self.install.as_ref().is_none_or(|install| {
            meter
                .device()
                .is_some_and(|device| device.hardware_no == install.device.hardware_no)
        });
        if same_card && same_device {
            return Ok(true);
        }
        let error = MeterError::AlreadyRegistered;
        Err(Rejection::new(error.code(), "该表号已登记，且登记内容与文件不同").on("meterNo"))
    }
}

pub(super) fn parse(fields: Fields<'_>, campuses: &CampusNames) -> Result<ImportMeter, Rejection> {
    let commodity = match fields.required_text("commodity")?.to_lowercase().as_str() {
        "水表" | "冷水" | "冷水表" | "自来水" => chaobiao_domain::units::Commodity::Water,
        "电表" | "电能表" | "电力" => chaobiao_domain::units::Commodity::Electricity,
        other => other
            .parse()
            .map_err(|error| refused(&error).on("commodity"))?,
    };
    let register = RegisterMeter {
        meter_no: fields.required("meterNo")?,
        commodity,
        campus: campuses.find(&fields.required_text("campusId")?)?,
        building: fields.required_text("building")?,
        room: fields.required_text("room")?,
        book: fields.required("book")?,
        walk_order: fields.whole("walkOrder")?.unwrap_or(0),
        self_read: fields.yes_or_no("selfRead")?,
    };
    let install = if fields.has("hardwareNo") {
        Some(InstallDevice {
            meter_no: register.meter_no.clone(),
            device: device(fields)?,
            installed_at: Some(installed_at(fields)?),
        })
    } else {
        let stray = ["openingIndex", "installedAt"]
            .into_iter()
            .find(|field| fields.has(field));
        if stray.is_some() {
            let error = ValueError::Empty {
                what: "表具编号"
            };
            return Err(refused(&error).on("hardwareNo"));
        }
        None
    };
    Ok(ImportMeter { register, install })
}

fn device(fields: Fields<'_>) -> Result<DeviceSpec, Rejection> {
    let on = |field: &'static str| move |error: ValueError| refused(&error).on(field);
    let multiplier = fields.decimal("multiplier")?.unwrap_or(Decimal::ONE);
    let opening_index = fields
        .decimal("openingIndex")?
        .ok_or_else(|| refused(&ValueError::Empty { what: "起码" }).on("openingIndex"))?;
    Ok(DeviceSpec {
        hardware_no: fields.required("hardwareNo")?,
        digits: fields.whole("digits")?,
        decimals: fields.whole("decimals")?.unwrap_or(0),
        multiplier: Multiplier::try_new(multiplier).map_err(on("multiplier"))?,
        max_per_hour: fields
            .decimal("maxPerHour")?
            .map(Quantity::try_new)
            .transpose()
            .map_err(on("maxPerHour"))?,
        opening_index: Index::try_new(opening_index).map_err(on("openingIndex"))?,
        photo: None,
    })
}

fn installed_at(fields: Fields<'_>) -> Result<DateTime<Utc>, Rejection> {
    let empty = || {
        refused(&ValueError::Empty {
            what: "安装日期"
        })
        .on("installedAt")
    };
    let moment = fields.moment("installedAt")?.ok_or_else(empty)?;
    let date = moment.date.ok_or_else(empty)?;
    Ok(instant_of(
        date.and_time(moment.time.unwrap_or(NaiveTime::MIN)),
    ))
}
