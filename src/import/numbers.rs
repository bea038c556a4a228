//! What the numbers of a file of readings mean: handhelds and platforms have their own (R81).

use std::collections::HashMap;

use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::meter_mapping::{NumberKind, NumberMeaning, ResolveNumbers};
use chaobiao_domain::units::{ExternalMeterNo, MeterNo, business_date};
use chaobiao_eventstore::CommandBus;
use chrono::NaiveDate;
use uuid::Uuid;

use super::ImportError;
use super::columns::Heading;
use super::reading_rows;
use super::request::{FileKind, ImportRequest, Source};
use super::table::Row;

/// The meanings of some rows' numbers, each on the day of its reading.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<(String, NaiveDate), NumberMeaning>,
}

/// Whose numbers stand in a file.
const fn kind(source: Source) -> NumberKind {
    match source {
        Source::Handheld => NumberKind::Handheld,
        Source::Platform | Source::Remote => NumberKind::Platform,
    }
}

impl Numbers {
    /// Asks once for all the rows; files of other kinds speak of the charging system's numbers only.
    pub(super) async fn of(
        bus: &CommandBus,
        request: &ImportRequest,
        heading: &Heading,
        rows: &[Row],
    ) -> Result<Self, ImportError> {
        let FileKind::Readings(source) = request.kind else {
            return Ok(Self::default());
        };
        let mut asked: Vec<(ExternalMeterNo, NaiveDate)> = rows
            .iter()
            .filter_map(|row| {
                // What cannot be read has its verdict when the row is taken in.
                let fields = heading.fields(row).ok()?;
                let number = fields.required("meterNo").ok()?;
                let read_at = reading_rows::read_at(fields).ok()?;
                Some((number, business_date(read_at)))
            })
            .collect();
        asked.sort();
        asked.dedup();
        if asked.is_empty() {
            return Ok(Self::default());
        }
        let resolve = ResolveNumbers {
            kind: kind(source),
            numbers: asked.clone(),
        };
        let context = CommandContext::new(Uuid::now_v7(), request.actor.clone(), request.at);
        let meanings = bus.preview(&context, &resolve).await?;
        let asked = asked.into_iter().map(|(number, day)| (number.into(), day));
        Ok(Self {
            known: asked.zip(meanings).collect(),
        })
    }

    /// The meter a row is about.
    pub(super) fn meter(
        &self,
        source: Source,
        number: &MeterNo,
        day: NaiveDate,
    ) -> Result<MeterNo, Rejection> {
        let label = kind(source).label();
        match self.known.get(&(number.to_string(), day)) {
            None | Some(NumberMeaning::Own) => Ok(number.clone()),
            Some(NumberMeaning::Linked { meter_no }) => Ok(meter_no.clone()),
            Some(NumberMeaning::NotThen) => Err(Rejection::new(
                "IMPORT_NUMBER_NOT_LINKED",
                format!("{label} {number} 在 {day} 没有对应的表计"),
            )
            .on("meterNo")),
            Some(NumberMeaning::Doubled { meter_no }) => Err(Rejection::new(
                "IMPORT_NUMBER_DOUBLED",
                format!(
                    "{number} 是一块表自己的表号，又是表号 {meter_no} 的{label}，无法判断是哪一块表"
                ),
            )
            .on("meterNo")),
        }
    }
}
