use chaobiao_domain::meter::{
    PhotoAnalysed, PhotoCheck, PhotoDecision, PhotoReviewed, PhotoVerdict,
};
use chaobiao_domain::units::{Index, MeterNo, PhotoHash, ReadingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Row};

use crate::rows::field;

/// What has become of the reading a photo is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The queue of held readings decides.
    Held,
    Accepted,
    /// Rejected or taken back.
    Gone,
}

/// A photo as the program saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckRow {
    pub reading_id: ReadingId,
    pub meter_no: MeterNo,
    pub photo: PhotoHash,
    /// What it was compared with.
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub verdict: PhotoVerdict,
    pub check: PhotoCheck,
    /// As PostgreSQL reads bits.
    pub(super) looks: String,
    pub analysed_at: DateTime<Utc>,
    pub standing: Standing,
    pub decision: Option<PhotoDecision>,
    pub note: Option<String>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<DateTime<Utc>>,
    pub risk: i32,
}

pub(super) const COLUMNS: &str = "c.reading_id, c.meter_no, c.photo, c.index::text AS index, \
     c.read_at, c.verdict, c.\"check\", 'x' || (c.\"check\"->>'fingerprint') AS looks, c.analysed_at, \
     c.standing, c.decision, c.note, c.reviewed_by, c.reviewed_at, c.risk";

/// Somebody has said that it shows another index.
const REFUTED: i32 = 2_000;
/// The photo itself gives it away.
const AGAINST: i32 = 1_500;
/// Nothing to go by.
const UNKNOWN: i32 = 500;

impl CheckRow {
    pub(super) fn of(meter_no: MeterNo, analysed: PhotoAnalysed, at: DateTime<Utc>) -> Self {
        let mut row = Self {
            reading_id: analysed.reading_id,
            meter_no,
            photo: analysed.photo,
            index: analysed.index,
            read_at: analysed.read_at,
            verdict: analysed.check.verdict,
            looks: format!("x{}", analysed.check.fingerprint),
            check: analysed.check,
            analysed_at: at,
            // Where it is decided in the same commit, that follows; a late verdict is of one that
            // was.
            standing: Standing::Accepted,
            decision: None,
            note: None,
            reviewed_by: None,
            reviewed_at: None,
            risk: 0,
        };
        row.weigh();
        row
    }

    pub(super) fn stands(&mut self, standing: Standing) {
        self.standing = standing;
        self.weigh();
    }

    pub(super) fn reviewed(&mut self, reviewed: PhotoReviewed, at: DateTime<Utc>) {
        self.decision = Some(reviewed.decision);
        self.note = reviewed.note;
        self.reviewed_by = Some(reviewed.reviewed_by.to_string());
        self.reviewed_at = Some(at);
        self.weigh();
    }

    /// Two people have put the reading right, or one let it count who had seen its photo.
    pub(super) fn settled(&mut self, by: String, at: DateTime<Utc>) {
        self.standing = Standing::Accepted;
        if self.risk_of_accepted() > 0 {
            self.decision = Some(PhotoDecision::Confirmed);
            self.reviewed_by = Some(by);
            self.reviewed_at = Some(at);
        }
        self.weigh();
    }

    /// How much there is to be said against it. Less, the likelier the typed index is.
    fn weigh(&mut self) {
        self.risk = match self.standing {
            Standing::Held | Standing::Gone => 0,
            Standing::Accepted => self.risk_of_accepted(),
        };
    }

    fn risk_of_accepted(&self) -> i32 {
        let against = self.check.reused.is_some() || self.verdict.is_against();
        match (self.decision, self.verdict) {
            (Some(PhotoDecision::Refuted), _) => REFUTED,
            (None, _) if against => AGAINST,
            (Some(PhotoDecision::Confirmed | PhotoDecision::Unreadable), _)
            | (None, PhotoVerdict::Match) => 0,
            (None, _) => {
                let likely = self.check.probability;
                likely.map_or(UNKNOWN, |likely| 1_000 - i32::from(likely.thousandths()))
            }
        }
    }
}

impl FromRow<'_, PgRow> for CheckRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            reading_id: field(row, "reading_id")?,
            meter_no: field(row, "meter_no")?,
            photo: field(row, "photo")?,
            index: field(row, "index")?,
            read_at: row.try_get("read_at")?,
            verdict: field(row, "verdict")?,
            check: row.try_get::<Json<PhotoCheck>, _>("check")?.0,
            looks: row.try_get("looks")?,
            analysed_at: row.try_get("analysed_at")?,
            standing: field(row, "standing")?,
            decision: field(row, "decision")?,
            note: row.try_get("note")?,
            reviewed_by: row.try_get("reviewed_by")?,
            reviewed_at: row.try_get("reviewed_at")?,
            risk: row.try_get("risk")?,
        })
    }
}
