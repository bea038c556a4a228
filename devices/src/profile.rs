//! What a maker's meters do otherwise than the standard.

use std::borrow::Cow;

use serde::Deserialize;

use crate::cjt188::{self, ClockOrder, DiOrder, StatusLayout, UnitOrder};
use crate::dlt645::{Head, Style, Wire};
use crate::item::{Item, Layout, Pattern};
use crate::quantity::{Format, Unit};
use crate::{dlt645_1997, dlt645_2007};

/// The protocols spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Protocol {
    #[serde(rename = "dlt645-1997")]
    Dlt645Of1997,
    #[serde(rename = "dlt645-2007")]
    Dlt645Of2007,
    #[serde(rename = "cjt188")]
    Cjt188,
}

/// How one model of meters speaks. [`Profile::standard`] is the standard's; a file (any format
/// serde reads) says what is different.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub protocol: Protocol,
    /// What the model is called.
    #[serde(default)]
    pub name: String,
    /// How long the meter may take to begin an answer: meters behind power lines or radio need
    /// seconds.
    #[serde(default = "half_a_second")]
    pub answer_delay_ms_max: u32,
    /// The longest silence within a frame; after it, call [`crate::FrameDecoder::idle`].
    #[serde(default = "half_a_second")]
    pub byte_gap_ms_max: u32,
    #[serde(default)]
    pub data_bytes_max: Option<u8>,
    /// 645: what stands before the address.
    #[serde(default)]
    pub head: Head,
    /// 645: how DATA goes over the line.
    #[serde(default)]
    pub style: Style,
    /// Numbers come the highest byte first.
    #[serde(default)]
    pub high_first: bool,
    /// 188: how the meter wants to be asked.
    #[serde(default)]
    pub di_order: DiOrder,
    #[serde(default)]
    pub unit_order: UnitOrder,
    #[serde(default)]
    pub clock_order: ClockOrder,
    #[serde(default)]
    pub status_layout: StatusLayout,
    /// 188: decimals of volumes in litres.
    #[serde(default)]
    pub litre_decimals: Option<u8>,
    /// 188: DATA is enciphered and kept as it is.
    #[serde(default)]
    pub enciphered: bool,
    /// 645: identifiers the standard does not have, or has otherwise.
    #[serde(default)]
    pub items: Vec<OwnItem>,
}

fn half_a_second() -> u32 {
    500
}

impl Profile {
    /// The standard, without deviations.
    pub fn standard(protocol: Protocol) -> Self {
        Self {
            protocol,
            name: String::new(),
            answer_delay_ms_max: half_a_second(),
            byte_gap_ms_max: half_a_second(),
            data_bytes_max: None,
            head: Head::default(),
            style: Style::default(),
            high_first: false,
            di_order: DiOrder::default(),
            unit_order: UnitOrder::default(),
            clock_order: ClockOrder::default(),
            status_layout: StatusLayout::default(),
            litre_decimals: None,
            enciphered: false,
            items: Vec::new(),
        }
    }

    /// The outer form of frames, of a meter that speaks DL/T 645.
    pub fn dlt645_wire(&self) -> Wire {
        let standard = match self.protocol {
            Protocol::Dlt645Of1997 => dlt645_1997::WIRE,
            Protocol::Dlt645Of2007 | Protocol::Cjt188 => dlt645_2007::WIRE,
        };
        Wire {
            head: self.head,
            style: self.style,
            data_bytes_max: self.data_bytes_max.unwrap_or(standard.data_bytes_max),
            ..standard
        }
    }

    /// The outer form of frames, of a meter that speaks CJ/T 188.
    pub fn cjt188_wire(&self) -> cjt188::Wire {
        let standard = cjt188::Wire::STANDARD;
        cjt188::Wire {
            data_bytes_max: self.data_bytes_max.unwrap_or(standard.data_bytes_max),
        }
    }

    /// How to read a CJ/T 188 answer's data.
    pub fn cjt188_options(&self) -> cjt188::Options {
        cjt188::Options {
            unit_order: self.unit_order,
            clock_order: self.clock_order,
            status_layout: self.status_layout,
            litre_decimals: self.litre_decimals,
            high_first: self.high_first,
            enciphered: self.enciphered,
        }
    }

    /// What an identifier of DL/T 645 names on these meters.
    pub fn item(&self, di: u32) -> Option<Cow<'_, Item>> {
        let own = self.items.iter().map(|own| &own.0);
        let mut own = own.filter(|item| item.pattern.matches(di));
        if let Some(item) = own.next() {
            return Some(self.turned(item));
        }
        let groups: &[&[Item]] = match self.protocol {
            Protocol::Dlt645Of1997 => &dlt645_1997::ITEMS,
            Protocol::Dlt645Of2007 => &dlt645_2007::ITEMS,
            Protocol::Cjt188 => &[],
        };
        crate::item::find(groups, di).map(|item| self.turned(item))
    }

    /// All rows that apply, the maker's own first.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        let groups: &[&[Item]] = match self.protocol {
            Protocol::Dlt645Of1997 => &dlt645_1997::ITEMS,
            Protocol::Dlt645Of2007 => &dlt645_2007::ITEMS,
            Protocol::Cjt188 => &[],
        };
        let own = self.items.iter().map(|own| &own.0);
        own.chain(groups.iter().copied().flatten())
    }

    fn turned<'a>(&self, item: &'a Item) -> Cow<'a, Item> {
        if !self.high_first {
            return Cow::Borrowed(item);
        }
        let mut item = item.clone();
        if let Some(format) = item.layout.format_mut() {
            format.high_first = true;
        }
        Cow::Owned(item)
    }
}

/// A row of a maker's table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct OwnItem(pub Item);

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    #[default]
    Number,
    Numbers,
    Timed,
    TimedMany,
    Date,
    Time,
    Minute,
    YearlyMinute,
    Second,
    Digits,
    Text,
    Raw,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    di: String,
    name: String,
    title: String,
    #[serde(default)]
    form: Form,
    #[serde(default)]
    bytes: u8,
    #[serde(default)]
    decimals: u8,
    #[serde(default)]
    signed: bool,
    #[serde(default)]
    unit: Unit,
}

impl TryFrom<Row> for OwnItem {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let Row { di, bytes, .. } = row;
        let pattern = Pattern::parse(&di).ok_or_else(|| format!("数据标识 {di} 不正确"))?;
        let format = Format {
            signed: row.signed,
            ..Format::new(bytes, row.decimals, row.unit)
        };
        let layout = match row.form {
            Form::Number => Layout::Number(format),
            Form::Numbers => Layout::Numbers(format),
            Form::Timed => Layout::Timed(format),
            Form::TimedMany => Layout::TimedMany(format),
            Form::Date => Layout::Date,
            Form::Time => Layout::Time,
            Form::Minute => Layout::Minute,
            Form::YearlyMinute => Layout::YearlyMinute,
            Form::Second => Layout::Second,
            Form::Digits => Layout::Digits(bytes),
            Form::Text => Layout::Text(bytes),
            Form::Raw => Layout::Raw,
        };
        if layout.format().is_some()
            && !((1..=Format::BYTES_MAX).contains(&bytes) && row.decimals <= bytes * 2)
        {
            return Err(format!("{di}：字节数应为 1 至 8，小数位不多于数字位"));
        }
        Ok(Self(Item {
            pattern,
            name: Cow::Owned(row.name),
            title: Cow::Owned(row.title),
            layout,
        }))
    }
}
