//! What the program makes of a reading's photo (R16, X5), and the person who looks again.
//!
//! The verdict, the model that came to it and the photo's hash are facts: a later model looks at
//! later photos, and never at what was decided.

use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::command::{RecordPhotoCheck, ReviewPhoto};
use super::handle::text;
use super::submission::same_person;
use super::{MeterError, MeterEvent, MeterState, ReadingStatus, Submission};
use crate::units::{Index, MeterNo, PhotoHash, ReadingId, ValueError};

const NOTE_LENGTH: usize = 200;

/// What is said of a photo beside the index that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoVerdict {
    /// It shows the index: the only one that verifies a reading.
    Match,
    /// It clearly shows another index (V23).
    Mismatch,
    /// Nothing certain: the reading goes on, not verified, and is looked at by sample.
    Unsure,
    /// A code on it is that of another meter (V23).
    WrongMeter,
    /// No dial could be found.
    Retake,
}

impl PhotoVerdict {
    pub const ALL: [Self; 5] = [
        Self::Match,
        Self::Mismatch,
        Self::Unsure,
        Self::WrongMeter,
        Self::Retake,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Mismatch => "mismatch",
            Self::Unsure => "unsure",
            Self::WrongMeter => "wrong_meter",
            Self::Retake => "retake",
        }
    }

    /// Whether it speaks against the reading, so that a person has to look before it is billed.
    pub const fn is_against(self) -> bool {
        matches!(self, Self::Mismatch | Self::WrongMeter)
    }
}

/// How sure the program is, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16")]
pub struct Certainty(u16);

impl Certainty {
    const WHOLE: u16 = 1_000;

    pub fn try_new(thousandths: u16) -> Result<Self, ValueError> {
        if thousandths <= Self::WHOLE {
            Ok(Self(thousandths))
        } else {
            Err(ValueError::OutOfRange {
                what: "把握程度"
            })
        }
    }

    pub const fn thousandths(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Certainty {
    type Error = ValueError;

    fn try_from(thousandths: u16) -> Result<Self, ValueError> {
        Self::try_new(thousandths)
    }
}

/// One wheel of the counter, where it stands between two digits in tenths: `"7.4"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WheelSeen {
    pub value: String,
    pub certainty: Certainty,
}

/// Why a photo is taken to have been used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReuseSign {
    /// The same file.
    SameBytes,
    /// Alike, and taken in the same second.
    SameMoment,
    /// Alike, with the same index, of another meter.
    OtherMeterShowsTheSame,
    /// Alike, and no wheel has moved in months.
    NothingMoved,
}

impl ReuseSign {
    pub const fn label(self) -> &'static str {
        match self {
            Self::SameBytes => "是同一个文件",
            Self::SameMoment => "画面相同且拍摄时间相同",
            Self::OtherMeterShowsTheSame => "画面和示数都相同",
            Self::NothingMoved => "画面相同且字轮没有走动",
        }
    }
}

/// The reading a photo was used for before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoReuse {
    pub sign: ReuseSign,
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
}

/// What was seen on a photo and what follows from it for the index beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoCheck {
    pub verdict: PhotoVerdict,
    /// The broken or kept rule by name, such as `scored` or `half_turn`.
    pub rule: String,
    /// What the counter shows, with a point before its decimals; none where none was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wheels: Vec<WheelSeen>,
    /// That it shows just that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// Of the typed index among all the counter might show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<Certainty>,
    /// What the bar codes and squares on it say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The number printed on the dial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// By the camera's own clock: a claim, no proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<NaiveDateTime>,
    /// What the picture looks like, to find it again; hexadecimal.
    pub fingerprint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reused: Option<PhotoReuse>,
    /// The hash of the weights that read it.
    pub model: String,
}

/// A photo was read by the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoAnalysed {
    pub reading_id: ReadingId,
    pub photo: PhotoHash,
    /// What it was compared with.
    pub index: Index,
    /// Of the reading: a photo used in another month was used twice.
    pub read_at: DateTime<Utc>,
    pub check: PhotoCheck,
}

/// What a person says who looked at the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoDecision {
    /// It shows the index.
    Confirmed,
    /// It does not: the reading waits until it is corrected or taken back.
    Refuted,
    /// It cannot be told from this photo; the reading stands as it is.
    Unreadable,
}

impl PhotoDecision {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Somebody else than the reader has looked at a photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoReviewed {
    pub reading_id: ReadingId,
    pub photo: PhotoHash,
    pub decision: PhotoDecision,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub reviewed_by: Actor,
}

/// What is known of a submission's photo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoStanding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<PhotoVerdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<PhotoDecision>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reused: bool,
}

impl PhotoStanding {
    pub(super) fn of(photo: Option<PhotoHash>) -> Self {
        Self {
            photo,
            ..Self::default()
        }
    }

    pub(super) fn analysed(&mut self, check: &PhotoCheck) {
        self.verdict = Some(check.verdict);
        self.reused = check.reused.is_some();
    }

    /// Whether the photo speaks against the reading and nobody has settled it.
    pub fn is_doubted(&self) -> bool {
        match self.decision {
            Some(PhotoDecision::Refuted) => true,
            Some(PhotoDecision::Confirmed | PhotoDecision::Unreadable) => false,
            None => self.reused || self.verdict.is_some_and(PhotoVerdict::is_against),
        }
    }
}

fn with_photo<'a>(
    meter: &'a MeterState,
    id: &ReadingId,
) -> Result<(&'a Submission, &'a PhotoHash), MeterError> {
    let submission = meter.submission(id).ok_or(MeterError::ReadingNotFound)?;
    let photo = submission.photo.photo.as_ref();
    Ok((submission, photo.ok_or(MeterError::ReadingHasNoPhoto)?))
}

/// A verdict that comes after the reading was decided. The first one stands.
pub(super) fn record(
    meter: &MeterState,
    command: RecordPhotoCheck,
) -> Result<Vec<MeterEvent>, MeterError> {
    let (submission, photo) = with_photo(meter, &command.reading_id)?;
    if submission.photo.verdict.is_some() || submission.status == ReadingStatus::Rejected {
        return Ok(Vec::new());
    }
    Ok(vec![MeterEvent::PhotoAnalysed(PhotoAnalysed {
        photo: photo.clone(),
        index: submission.index,
        read_at: submission.read_at,
        reading_id: command.reading_id,
        check: command.check,
    })])
}

/// Another person's look at a photo; it may be looked at again until it is settled.
pub(super) fn review(
    meter: &MeterState,
    command: ReviewPhoto,
) -> Result<Vec<MeterEvent>, MeterError> {
    let (submission, photo) = with_photo(meter, &command.reading_id)?;
    match submission.status {
        ReadingStatus::Rejected => return Err(MeterError::ReadingNotStanding),
        // Its own queue decides whether a held reading counts.
        ReadingStatus::Held => return Err(MeterError::ReadingNotAccepted),
        ReadingStatus::Accepted => {}
    }
    if same_person(&submission.submitted_by, &command.reviewed_by) {
        return Err(MeterError::ReviewNeedsAnotherPerson);
    }
    if submission.photo.decision == Some(command.decision) {
        return Ok(Vec::new());
    }
    let note = command
        .note
        .as_deref()
        .filter(|note| !note.trim().is_empty())
        .map(|note| text(note, "note", "备注", NOTE_LENGTH))
        .transpose()?;
    Ok(vec![MeterEvent::PhotoReviewed(PhotoReviewed {
        photo: photo.clone(),
        reading_id: command.reading_id,
        decision: command.decision,
        note,
        reviewed_by: command.reviewed_by,
    })])
}
