//! Losses of a period, put together from the readings at its edges.
//!
//! What a meter counted in a period is the difference between its last readings up to either end;
//! a meter that joined or left in between counts for its part of it. A meter without a reading in
//! its part is told, because its usage is then not known but nought.

use std::collections::BTreeMap;

use chaobiao_domain::meter_tree::{Loss, LossBounds, LossFigures, SubMeterRole};
use chaobiao_domain::units::{CampusId, Commodity, MeterNo, Quantity};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use super::query::limits;
use crate::rows::field;

/// What one meter counted for its part of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubUsage {
    pub meter_no: MeterNo,
    pub role: SubMeterRole,
    pub usage: Quantity,
    /// The reading it counts up to; none when there was none in its part of the period.
    pub read_on: Option<NaiveDate>,
}

/// A master meter's period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterLoss {
    pub master_no: MeterNo,
    pub commodity: Commodity,
    /// Of the master itself; none when it has no reading in the period.
    pub read_on: Option<NaiveDate>,
    pub figures: LossFigures,
    pub loss: Loss,
    pub bounds: LossBounds,
    /// By number.
    pub subs: Vec<SubUsage>,
}

impl MeterLoss {
    /// How many of its meters, itself included, have no reading in the period.
    pub fn unread(&self) -> usize {
        let subs = self.subs.iter().filter(|sub| sub.read_on.is_none());
        subs.count() + usize::from(self.read_on.is_none())
    }
}

/// Which losses are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossFilter {
    pub from: NaiveDate,
    /// Not included.
    pub to: NaiveDate,
    pub master_no: Option<MeterNo>,
    pub campus: Option<CampusId>,
    pub commodity: Option<Commodity>,
}

struct Counted {
    master_no: MeterNo,
    commodity: Commodity,
    meter_no: MeterNo,
    /// None for the master's own.
    role: Option<SubMeterRole>,
    usage: Quantity,
    read_on: Option<NaiveDate>,
}

impl FromRow<'_, PgRow> for Counted {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            master_no: field(row, "master_no")?,
            commodity: field(row, "commodity")?,
            meter_no: field(row, "meter_no")?,
            role: field(row, "role")?,
            usage: field(row, "usage")?,
            read_on: row.try_get("read_on")?,
        })
    }
}

const COUNTED: &str = "WITH link AS ( \
         SELECT l.parent_no AS master_no, l.meter_no, l.role, greatest(l.from_on, $1) AS begins, \
             least(l.to_on, $2) AS ends \
         FROM read_meter_tree l JOIN read_meter_card c ON c.meter_no = l.parent_no \
         WHERE l.from_on < $2 AND (l.to_on IS NULL OR l.to_on > $1) \
           AND ($3::text IS NULL OR l.parent_no = $3) AND ($4::text IS NULL OR c.campus = $4) \
           AND ($5::text IS NULL OR c.commodity = $5)), \
     part AS ( \
         SELECT * FROM link UNION ALL \
         SELECT DISTINCT master_no, master_no, NULL, $1, $2 FROM link) \
     SELECT p.master_no, c.commodity, p.meter_no, p.role, e.read_on, \
         trim_scale(coalesce(e.cumulative, 0) - \
             CASE WHEN e.cumulative IS NULL THEN 0 ELSE coalesce(b.cumulative, 0) END)::text AS usage \
     FROM part p JOIN read_meter_card c ON c.meter_no = p.master_no \
     LEFT JOIN LATERAL (SELECT u.cumulative FROM read_usage_history u \
         WHERE u.meter_no = p.meter_no AND u.read_on <= p.begins \
         ORDER BY u.read_on DESC, u.read_at DESC LIMIT 1) b ON true \
     LEFT JOIN LATERAL (SELECT u.cumulative, u.read_on FROM read_usage_history u \
         WHERE u.meter_no = p.meter_no AND u.read_on <= p.ends AND u.read_on > p.begins \
         ORDER BY u.read_on DESC, u.read_at DESC LIMIT 1) e ON true \
     ORDER BY p.master_no, p.meter_no, p.begins";

/// The losses behind every master that fits, by its number.
pub async fn losses(
    connection: &mut PgConnection,
    filter: &LossFilter,
) -> Result<Vec<MeterLoss>, sqlx::Error> {
    let limits = limits(&mut *connection).await?;
    let rows: Vec<Counted> = sqlx::query_as(COUNTED)
        .bind(filter.from)
        .bind(filter.to)
        .bind(filter.master_no.as_ref().map(MeterNo::as_str))
        .bind(filter.campus.as_ref().map(CampusId::as_str))
        .bind(filter.commodity.map(Commodity::as_str))
        .fetch_all(connection)
        .await?;
    let mut masters: BTreeMap<MeterNo, Vec<Counted>> = BTreeMap::new();
    for row in rows {
        masters.entry(row.master_no.clone()).or_default().push(row);
    }
    let in_force = |commodity| {
        let set = limits
            .iter()
            .find(|set| set.commodity == commodity && set.from <= filter.from);
        set.map_or_else(LossBounds::initial, |set| set.bounds)
    };
    let one = |(master_no, rows): (MeterNo, Vec<Counted>)| {
        let bounds = in_force(rows.first()?.commodity);
        assess(master_no, rows, bounds)
    };
    masters
        .into_iter()
        .map(|master| one(master).ok_or_else(overflow))
        .collect()
}

fn overflow() -> sqlx::Error {
    sqlx::Error::Decode("usage is beyond what can be counted".into())
}

fn assess(master_no: MeterNo, rows: Vec<Counted>, bounds: LossBounds) -> Option<MeterLoss> {
    let commodity = rows.first()?.commodity;
    let own = rows.iter().find(|row| row.role.is_none())?;
    let (master, read_on) = (own.usage, own.read_on);
    let subs: Vec<SubUsage> = rows
        .into_iter()
        .filter_map(|row| {
            Some(SubUsage {
                role: row.role?,
                meter_no: row.meter_no,
                usage: row.usage,
                read_on: row.read_on,
            })
        })
        .collect();
    let sum = |wanted: &dyn Fn(SubMeterRole) -> bool| {
        let fitting = subs.iter().filter(|sub| wanted(sub.role));
        Quantity::checked_sum(fitting.map(|sub| sub.usage))
    };
    let figures = LossFigures {
        master,
        subs: sum(&|role| role != SubMeterRole::Common)?,
        deducted: sum(&|role| role == SubMeterRole::Deducted)?,
        common: sum(&|role| role == SubMeterRole::Common)?,
    };
    Some(MeterLoss {
        master_no,
        commodity,
        read_on,
        figures,
        loss: figures.assess(bounds)?,
        bounds,
        subs,
    })
}
