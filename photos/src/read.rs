//! One photo from its bytes to what is said of it.

use chrono::NaiveDateTime;
use image::RgbImage;
use serde::Serialize;

use crate::Refusal;
use crate::codes::{CodeRead, codes};
use crate::counter::{Counter, Search, search, strip};
use crate::digits::{DigitNetwork, MODEL_SHA256, NetworkError};
use crate::gate::{Limits, Photo, Place, Quality, jpeg_of};
use crate::verdict::{
    Expected, Outcome, Rule, Seen, Verdict, judge, reading_confidence, reading_text,
};

/// Reads photos with one network, loaded once.
pub struct PhotoReader {
    network: DigitNetwork,
    limits: Limits,
}

/// What is written of a photo; also the line of `chaobiao photo read`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub sha256: String,
    pub phash: String,
    pub media_type: &'static str,
    pub quality: Quality,
    pub codes: Vec<CodeRead>,
    /// The printed serial number: needs text recognition, which is not part of the program.
    pub serial: Option<String>,
    pub serial_status: &'static str,
    pub exif: ExifReport,
    pub reading: Option<ReadingReport>,
    /// Only where an index was given to compare with.
    pub verdict: Option<Outcome>,
    pub evidence: Evidence,
    /// The wheels, cut out and straightened: a JPEG, kept beside the report.
    #[serde(skip)]
    pub crop: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ExifReport {
    pub taken_at: Option<NaiveDateTime>,
    pub gps: Option<Place>,
    pub camera: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ReadingReport {
    pub text: String,
    pub wheels: Vec<WheelReport>,
    pub confidence: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct WheelReport {
    pub value: f32,
    pub confidence: f32,
}

/// What the verdict rests on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evidence {
    pub rule: Option<Rule>,
    pub probability: Option<f64>,
    pub red_wheels: usize,
    pub upside_down: bool,
    pub quarter_turns: u8,
    pub two_counters: bool,
    pub model_sha256: &'static str,
}

/// Why a photo has no report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl PhotoReader {
    pub fn load(limits: Limits) -> Result<Self, NetworkError> {
        Ok(Self {
            network: DigitNetwork::load()?,
            limits,
        })
    }

    pub const fn network(&self) -> &DigitNetwork {
        &self.network
    }

    /// Takes up to a second: not for an async thread.
    pub fn read(&self, bytes: &[u8], expected: Option<&Expected>) -> Result<Report, ReadError> {
        self.look(bytes)?.report(expected)
    }

    /// Everything that can be seen, before it is compared with anything.
    pub fn look(&self, bytes: &[u8]) -> Result<Looked, ReadError> {
        let photo = Photo::open(bytes, self.limits)?;
        let found = search(&photo.pixels, &self.network)?;
        let codes = codes(&photo.pixels);
        Ok(Looked {
            photo: Photo {
                // The largest part of it, and no longer needed.
                pixels: RgbImage::default(),
                ..photo
            },
            found,
            codes,
        })
    }
}

/// A photo that was looked at.
pub struct Looked {
    photo: Photo,
    found: Search,
    codes: Vec<CodeRead>,
}

impl Looked {
    /// What the counter shows.
    pub fn text(&self) -> Option<String> {
        self.found.best().map(reading_text)
    }

    /// All rows of wheels that were taken for counters, the likeliest first: text, rank, confidence.
    pub fn rows(&self) -> Vec<(String, f32, f32)> {
        let counters = self.found.counters.iter();
        counters
            .map(|counter| (reading_text(counter), counter.rank, counter.confidence))
            .collect()
    }

    pub fn judge(&self, expected: &Expected) -> Verdict {
        judge(
            expected,
            &Seen {
                counter: self.found.best(),
                two_counters: self.found.is_ambiguous(),
                codes: &self.codes,
                faults: &self.photo.quality.faults,
            },
        )
    }

    /// Everything that was seen, with what follows for an expected index.
    pub fn report(&self, expected: Option<&Expected>) -> Result<Report, ReadError> {
        let verdict = expected.map(|expected| self.judge(expected));
        let counter = self.found.best();
        let crop = counter
            .map(|counter| jpeg_of(&strip(&self.found, counter), 90))
            .transpose()?;
        let photo = &self.photo;
        Ok(Report {
            sha256: photo.sha256.clone(),
            phash: photo.fingerprint.to_hex(),
            media_type: photo.media_type.as_str(),
            quality: photo.quality.clone(),
            codes: self.codes.clone(),
            serial: None,
            serial_status: "not_analysed",
            exif: ExifReport {
                taken_at: photo.claims.taken_at,
                gps: photo.claims.gps,
                camera: photo.claims.camera.clone(),
            },
            reading: counter.map(reading),
            verdict: verdict.as_ref().map(|verdict| verdict.outcome),
            evidence: Evidence {
                rule: verdict.as_ref().map(|verdict| verdict.rule),
                probability: verdict.and_then(|verdict| verdict.probability),
                red_wheels: counter.map_or(0, |counter| counter.red),
                upside_down: counter.is_some_and(|counter| counter.upside_down),
                quarter_turns: counter.map_or(0, |counter| counter.quarter_turns),
                two_counters: self.found.is_ambiguous(),
                model_sha256: MODEL_SHA256,
            },
            crop,
        })
    }
}

fn reading(counter: &Counter) -> ReadingReport {
    ReadingReport {
        text: reading_text(counter),
        wheels: counter
            .wheels
            .iter()
            .map(|wheel| WheelReport {
                value: wheel.tenths(),
                confidence: wheel.confidence,
            })
            .collect(),
        confidence: reading_confidence(counter),
    }
}

#[cfg(test)]
mod tests;
