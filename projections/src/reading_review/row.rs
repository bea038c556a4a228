use chaobiao_decision::Actor;
use chaobiao_domain::meter::{Channel, Estimate, Evidence, Finding, Quality, ReadingSubmitted};
use chaobiao_domain::units::{
    CorrectionId, Index, MeterNo, PhotoHash, Quantity, ReadingId, RoundId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Row};

use crate::rows::field;

/// What has become of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingState {
    Held,
    Accepted,
    Rejected,
    /// Accepted, and its index changed by two people since.
    Corrected,
}

impl ReadingState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Corrected => "corrected",
        }
    }
}

/// A reading as the review shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingRow {
    pub reading_id: ReadingId,
    pub meter_no: MeterNo,
    pub channel: Channel,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub photo: Option<PhotoHash>,
    pub round: Option<RoundId>,
    pub note: Option<String>,
    pub submitted_by: Actor,
    pub submitted_at: DateTime<Utc>,
    pub evidence: Evidence,
    pub status: ReadingState,
    /// What it was compared with.
    pub previous_index: Option<Index>,
    pub previous_at: Option<DateTime<Utc>>,
    pub usage: Option<Quantity>,
    pub cumulative: Option<Quantity>,
    pub quality: Option<Quality>,
    pub findings: Vec<Finding>,
    /// Where in the log a rule first found something in it.
    pub found_at: Option<i64>,
    pub estimate: Option<Estimate>,
    pub decided_by: Option<Actor>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected or corrected, or the reviewer's note.
    pub reason: Option<String>,
}

pub(super) const COLUMNS: &str = "r.reading_id, r.meter_no, r.channel, r.index::text, r.read_at, \
     r.photo, r.round, r.note, r.submitted_by, r.submitted_at, r.status, r.previous_index::text, \
     r.previous_at, r.usage::text, r.cumulative::text, r.quality, r.findings, r.decided_by, \
     r.decided_at, r.reason, r.evidence, r.estimate, r.found_at";

impl ReadingRow {
    /// Held until the verdict, which is in the same commit.
    pub(super) fn new(
        meter_no: MeterNo,
        submitted: ReadingSubmitted,
        submitted_at: DateTime<Utc>,
    ) -> Self {
        Self {
            reading_id: submitted.reading_id,
            meter_no,
            channel: submitted.channel,
            index: submitted.index,
            read_at: submitted.read_at,
            photo: submitted.photo,
            round: submitted.round,
            note: submitted.note,
            submitted_by: submitted.submitted_by,
            submitted_at,
            evidence: submitted.evidence,
            status: ReadingState::Held,
            previous_index: None,
            previous_at: None,
            usage: None,
            cumulative: None,
            quality: None,
            findings: Vec::new(),
            found_at: None,
            estimate: None,
            decided_by: None,
            decided_at: None,
            reason: None,
        }
    }
}

impl FromRow<'_, PgRow> for ReadingRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(findings) = row.try_get("findings")?;
        let Json(evidence) = row.try_get("evidence")?;
        let estimate: Option<Json<Estimate>> = row.try_get("estimate")?;
        Ok(Self {
            reading_id: field(row, "reading_id")?,
            meter_no: field(row, "meter_no")?,
            channel: field(row, "channel")?,
            index: field(row, "index")?,
            read_at: row.try_get("read_at")?,
            photo: field(row, "photo")?,
            round: field(row, "round")?,
            note: row.try_get("note")?,
            submitted_by: field(row, "submitted_by")?,
            submitted_at: row.try_get("submitted_at")?,
            status: field(row, "status")?,
            previous_index: field(row, "previous_index")?,
            previous_at: row.try_get("previous_at")?,
            usage: field(row, "usage")?,
            cumulative: field(row, "cumulative")?,
            quality: field(row, "quality")?,
            findings,
            found_at: row.try_get("found_at")?,
            evidence,
            estimate: estimate.map(|Json(estimate)| estimate),
            decided_by: field(row, "decided_by")?,
            decided_at: row.try_get("decided_at")?,
            reason: row.try_get("reason")?,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionState {
    Pending,
    Approved,
    /// Another correction of the same reading was approved first.
    Superseded,
}

impl CorrectionState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Superseded => "superseded",
        }
    }
}

/// A correction somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CorrectionRow {
    pub correction_id: CorrectionId,
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub old_index: Index,
    pub new_index: Index,
    pub reason: String,
    pub requested_by: Actor,
    pub requested_at: DateTime<Utc>,
    pub status: CorrectionState,
    pub approved_by: Option<Actor>,
    pub approved_at: Option<DateTime<Utc>>,
}

pub(super) const CORRECTION_COLUMNS: &str = "k.correction_id, k.meter_no, k.reading_id, \
     k.old_index::text, k.new_index::text, k.reason, k.requested_by, k.requested_at, k.status, \
     k.approved_by, k.approved_at";

impl FromRow<'_, PgRow> for CorrectionRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            correction_id: field(row, "correction_id")?,
            meter_no: field(row, "meter_no")?,
            reading_id: field(row, "reading_id")?,
            old_index: field(row, "old_index")?,
            new_index: field(row, "new_index")?,
            reason: row.try_get("reason")?,
            requested_by: field(row, "requested_by")?,
            requested_at: row.try_get("requested_at")?,
            status: field(row, "status")?,
            approved_by: field(row, "approved_by")?,
            approved_at: row.try_get("approved_at")?,
        })
    }
}
