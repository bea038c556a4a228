//! What a reader's camera brings, and what the program sees on it.

use chaobiao_domain::meter::{Certainty, PhotoCheck, PhotoVerdict, ReadingPhoto, StoredPhoto};
use chaobiao_domain::units::{Index, MeterNo, PhotoHash};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::super::DemoError;

/// As sure as the networks are of a clear dial.
const SURE: u16 = 970;

/// A photo of a dial that shows `truth`, beside which `written` was written down.
pub(super) fn of(
    meter_no: &MeterNo,
    (written, truth): (Index, Index),
    taken_at: DateTime<Utc>,
    blurred: bool,
) -> Result<ReadingPhoto, DemoError> {
    let digest = hex::encode(Sha256::digest(format!("{meter_no} {taken_at}")));
    let verdict = if blurred {
        PhotoVerdict::Retake
    } else if written == truth {
        PhotoVerdict::Match
    } else {
        PhotoVerdict::Mismatch
    };
    let seen = (!blurred).then(|| truth.to_string());
    let check = PhotoCheck {
        verdict,
        rule: if blurred { "no_counter" } else { "scored" }.to_owned(),
        certainty: seen
            .as_ref()
            .map(|_| Certainty::try_new(SURE))
            .transpose()?,
        shown: seen,
        wheels: Vec::new(),
        probability: None,
        codes: Vec::new(),
        serial: None,
        taken_at: None,
        fingerprint: digest[..16].to_owned(),
        reused: None,
        model: "simulated".to_owned(),
    };
    let stored = StoredPhoto {
        bytes: 40_960,
        media_type: "image/jpeg".to_owned(),
    };
    let mut photo = ReadingPhoto::new(PhotoHash::try_new(digest)?, Some(stored));
    photo.check = Some(check);
    Ok(photo)
}
