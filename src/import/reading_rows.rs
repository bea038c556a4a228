use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{Channel, Evidence, SubmitReading};
use chaobiao_domain::units::{Index, RateIndexes, RateRegister, ValueError, instant_of};
use chrono::{DateTime, NaiveTime, Utc};

use super::Source;
use super::cell::refused;
use super::columns::{Column, Fields, METER_NO};

pub(super) const COLUMNS: &[Column] = &[
    METER_NO,
    Column {
        field: "index",
        label: "读数",
        required: true,
        aliases: &[
            "读数",
            "示数",
            "抄码",
            "表码",
            "表底",
            "止码",
            "止度",
            "本次读数",
            "本次抄码",
            "本次示数",
            "本期读数",
            "本月读数",
            "本月抄码",
            "抄见读数",
            "当前读数",
            "累计流量",
            "累计电量",
            "index",
            "reading",
            "value",
        ],
    },
    Column {
        field: "readAt",
        label: "抄表时间",
        required: false,
        aliases: &[
            "抄表时间",
            "读数时间",
            "采集时间",
            "冻结时间",
            "上报时间",
            "数据时间",
            "时间",
            "readAt",
            "read time",
            "time",
            "timestamp",
            "datetime",
        ],
    },
    Column {
        field: "readOn",
        label: "抄表日期",
        required: false,
        aliases: &[
            "抄表日期",
            "读数日期",
            "采集日期",
            "冻结日期",
            "数据日期",
            "日期",
            "抄表日",
            "readOn",
            "read date",
            "date",
        ],
    },
    rate(
        RateRegister::Sharp,
        "尖示数",
        &["尖示数", "尖读数", "尖段示数", "正向有功尖", "sharp"],
    ),
    rate(
        RateRegister::Peak,
        "峰示数",
        &["峰示数", "峰读数", "峰段示数", "正向有功峰", "peak"],
    ),
    rate(
        RateRegister::Flat,
        "平示数",
        &["平示数", "平读数", "平段示数", "正向有功平", "flat"],
    ),
    rate(
        RateRegister::Valley,
        "谷示数",
        &["谷示数", "谷读数", "谷段示数", "正向有功谷", "valley"],
    ),
    Column {
        field: "note",
        label: "备注",
        required: false,
        aliases: &[
            "备注", "说明", "note", "notes", "remark", "remarks", "comment",
        ],
    },
];

const fn rate(
    register: RateRegister,
    label: &'static str,
    aliases: &'static [&'static str],
) -> Column {
    Column {
        field: rate_field(register),
        label,
        required: false,
        aliases,
    }
}

const fn rate_field(register: RateRegister) -> &'static str {
    match register {
        RateRegister::Sharp => "sharp",
        RateRegister::Peak => "peak",
        RateRegister::Flat => "flat",
        RateRegister::Valley => "valley",
    }
}

/// 分时示数, where the file has columns for them.
fn rates(fields: Fields<'_>) -> Result<RateIndexes, Rejection> {
    let mut rates = RateIndexes::new();
    for register in RateRegister::ALL {
        let name = rate_field(register);
        if let Some(index) = fields.decimal(name)? {
            let index = Index::try_new(index).map_err(|error| refused(&error).on(name))?;
            rates.insert(register, index);
        }
    }
    Ok(rates)
}

pub(super) fn parse(fields: Fields<'_>, source: Source) -> Result<SubmitReading, Rejection> {
    let meter_no = fields.required("meterNo")?;
    let index = fields
        .decimal("index")?
        .ok_or_else(|| refused(&ValueError::Empty { what: "读数" }).on("index"))?;
    let index = Index::try_new(index).map_err(|error| refused(&error).on("index"))?;
    Ok(SubmitReading {
        meter_no,
        index,
        read_at: Some(read_at(fields)?),
        channel: match source {
            Source::Handheld => Channel::Handheld,
            Source::Platform => Channel::Import,
            Source::Remote => Channel::Remote,
        },
        photo: None,
        round: None,
        note: fields.text("note")?,
        evidence: Evidence {
            rates: rates(fields)?,
            ..Evidence::default()
        },
    })
}

/// One column with date and time, or one for each; a date alone means its first instant, since
/// the reading must lie on that day and not in the future.
pub(super) fn read_at(fields: Fields<'_>) -> Result<DateTime<Utc>, Rejection> {
    let (at, on) = (fields.moment("readAt")?, fields.moment("readOn")?);
    let date = at
        .and_then(|moment| moment.date)
        .or_else(|| on.and_then(|moment| moment.date))
        .ok_or_else(|| {
            let field = if at.is_some() { "readOn" } else { "readAt" };
            refused(&ValueError::Empty {
                what: "抄表日期"
            })
            .on(field)
        })?;
    let time = at
        .and_then(|moment| moment.time)
        .or_else(|| on.and_then(|moment| moment.time))
        .unwrap_or(NaiveTime::MIN);
    Ok(instant_of(date.and_time(time)))
}
