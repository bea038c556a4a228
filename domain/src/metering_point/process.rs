use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::error::text;
use super::{
    CheckedFact, LocationMarked, MeteringPoint, MeteringPointCommand, MeteringPointError, Mismatch,
    MismatchReported, MismatchResolved, PointVerified, Position, ReadingMethod, ReadingMethodSet,
};
use crate::meter::{Meter, MeterState, ReadingPhoto, attach_photo};
use crate::units::{MeterNo, VerificationId, business_date, normalise_digits};
use crate::validation_rules::ValidationRules;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointChanged {
    pub meter_no: MeterNo,
}

/// R14: how this meter is read from a day on, whatever its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetReadingMethod {
    pub meter_no: MeterNo,
    pub method: ReadingMethod,
    /// Today, when not given.
    pub from: Option<NaiveDate>,
}

impl Process for SetReadingMethod {
    const NAME: &'static str = "metering_point.set_reading_method";
    type Outcome = PointChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PointChanged, Stop> {
        let id = self.meter_no.as_str();
        workspace.get::<Meter>(id)?.registered()?;
        let set = ReadingMethodSet {
            method: self.method,
            from: self.from.unwrap_or_else(|| business_date(context.at)),
        };
        let command = MeteringPointCommand::SetReadingMethod(set);
        workspace.execute::<MeteringPoint>(id, command)?;
        Ok(PointChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// R74: where the meter hangs, by satellite, in words and in a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkLocation {
    pub meter_no: MeterNo,
    pub position: Option<Position>,
    pub place: String,
    pub photo: Option<ReadingPhoto>,
    /// Now, when not given; otherwise when somebody stood there without a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_at: Option<DateTime<Utc>>,
}

impl Process for MarkLocation {
    const NAME: &'static str = "metering_point.mark_location";
    type Outcome = PointChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PointChanged, Stop> {
        let id = self.meter_no.as_str();
        workspace.get::<Meter>(id)?.registered()?;
        let marked_at = self.marked_at.unwrap_or(context.at);
        let minutes = workspace
            .get::<ValidationRules>(ValidationRules::ID)?
            .in_force(business_date(context.at))
            .future_tolerance_minutes;
        if marked_at > context.at + TimeDelta::minutes(i64::from(minutes)) {
            return Err(MeteringPointError::MarkInFuture.into());
        }
        let photo = attach_photo(workspace, &self.meter_no, self.photo.as_ref())?;
        let marked = LocationMarked {
            position: self.position,
            place: self.place.clone(),
            photo,
            marked_at,
            marked_by: context.actor.clone(),
        };
        workspace.execute::<MeteringPoint>(id, MeteringPointCommand::MarkLocation(marked))?;
        Ok(PointChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// What somebody before the meter sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub fact: CheckedFact,
    pub found: String,
}

/// R73: somebody before the meter says what is there; whether that is what is kept, we find out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyPoint {
    pub meter_no: MeterNo,
    pub findings: Vec<Finding>,
    pub note: Option<String>,
    pub photo: Option<ReadingPhoto>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointVerifiedOutcome {
    pub meter_no: MeterNo,
    pub verification_id: VerificationId,
    /// Nothing, where all is as it is kept.
    pub mismatches: Vec<Mismatch>,
}

impl Process for VerifyPoint {
    const NAME: &'static str = "metering_point.verify";
    type Outcome = PointVerifiedOutcome;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PointVerifiedOutcome, Stop> {
        let id = self.meter_no.as_str();
        let meter = workspace.get::<Meter>(id)?.registered()?;
        let mismatches = self.mismatches(meter)?;
        let verification_id = VerificationId::try_new(context.derive_id("check").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let note = self.note.as_deref().map(|note| text(note, "note", "备注"));
        let note = note.transpose()?;
        let photo = attach_photo(workspace, &self.meter_no, self.photo.as_ref())?;
        let amiss = |fact: CheckedFact| mismatches.iter().any(|mismatch| mismatch.fact == fact);
        let facts = self.findings.iter().map(|finding| finding.fact);
        let facts: Vec<CheckedFact> = facts.filter(|fact| !amiss(*fact)).collect();
        let command = if mismatches.is_empty() {
            MeteringPointCommand::Verify(PointVerified {
                verification_id: verification_id.clone(),
                facts,
                note,
                photo,
                verified_at: context.at,
                verified_by: context.actor.clone(),
            })
        } else {
            MeteringPointCommand::ReportMismatch(MismatchReported {
                verification_id: verification_id.clone(),
                mismatches: mismatches.clone(),
                facts,
                note,
                photo: photo.ok_or(MeteringPointError::PhotoRequired)?,
                reported_at: context.at,
                reported_by: context.actor.clone(),
            })
        };
        workspace.execute::<MeteringPoint>(id, command)?;
        Ok(PointVerifiedOutcome {
            meter_no: self.meter_no.clone(),
            verification_id,
            mismatches,
        })
    }
}

impl VerifyPoint {
    fn mismatches(&self, meter: &MeterState) -> Result<Vec<Mismatch>, MeteringPointError> {
        if self.findings.is_empty() {
            return Err(MeteringPointError::NothingChecked);
        }
        let facts: BTreeSet<CheckedFact> =
            self.findings.iter().map(|finding| finding.fact).collect();
        if facts.len() < self.findings.len() {
            return Err(MeteringPointError::CheckedTwice);
        }
        let mut mismatches = Vec::new();
        for finding in &self.findings {
            let found = text(&finding.found, "findings", "现场情况")?;
            let expected = kept(meter, finding.fact);
            let same = |expected: &String| plain(expected) == plain(&found);
            if !expected.as_ref().is_some_and(same) {
                mismatches.push(Mismatch {
                    fact: finding.fact,
                    expected,
                    found,
                });
            }
        }
        Ok(mismatches)
    }
}

/// What is kept of a fact.
fn kept(meter: &MeterState, fact: CheckedFact) -> Option<String> {
    let device = meter.device();
    match fact {
        CheckedFact::HardwareNo => Some(device?.hardware_no.to_string()),
        CheckedFact::Multiplier => Some(device?.multiplier.value().normalize().to_string()),
        CheckedFact::Digits => Some(device?.digits?.to_string()),
        CheckedFact::Decimals => Some(device?.decimals.to_string()),
        CheckedFact::Building => Some(meter.card().building.clone()),
        CheckedFact::Room => Some(meter.card().room.clone()),
        CheckedFact::Condition => None,
    }
}

/// Neither width nor space nor a trailing nought makes a difference on the wall.
fn plain(text: &str) -> String {
    let text = normalise_digits(text).to_lowercase();
    let number = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if number {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// What was amiss has been put right, or is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveMismatch {
    pub meter_no: MeterNo,
    pub verification_id: VerificationId,
    pub resolution: String,
}

impl Process for ResolveMismatch {
    const NAME: &'static str = "metering_point.resolve_mismatch";
    type Outcome = PointChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PointChanged, Stop> {
        let resolved = MismatchResolved {
            verification_id: self.verification_id.clone(),
            resolution: self.resolution.clone(),
            resolved_by: context.actor.clone(),
        };
        let command = MeteringPointCommand::ResolveMismatch(resolved);
        workspace.execute::<MeteringPoint>(self.meter_no.as_str(), command)?;
        Ok(PointChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}
