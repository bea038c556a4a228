//! One photo from its bytes to what is said of it.

use std::sync::OnceLock;

use chrono::NaiveDateTime;
use image::{RgbImage, imageops};
use serde::Serialize;

use crate::Refusal;
use crate::codes::{CodeRead, codes};
use crate::counter::{Counter, Search, search, strip};
use crate::digits::{DigitNetwork, MODEL_SHA256, NetworkError};
use crate::gate::{Limits, Photo, Place, Quality, jpeg_of};
use crate::text::{Printed, Serial, TextLine, TextReader, differs_much, printed, serial};
use crate::verdict::{
    Expected, Outcome, Rule, Seen, Verdict, judge, reading_confidence, reading_text,
};

/// Reads photos with one network, loaded once.
pub struct PhotoReader {
    network: DigitNetwork,
    /// Loaded when first wanted: most photos have a code.
    text: OnceLock<Option<TextReader>>,
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
    /// The printed serial number. Its models are fetched by the set-up; without them, without the
    /// time for it, and where a code was read, it is not looked for.
    pub serial: Option<String>,
    pub serial_status: &'static str,
    pub exif: ExifReport,
    /// The time printed into the picture, if any was read.
    pub printed: Option<PrintedReport>,
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
pub struct PrintedReport {
    #[serde(flatten)]
    pub printed: Printed,
    /// How much later the print is than what the file says, where the file says anything.
    pub minutes_from_exif: Option<i64>,
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
    /// Whether the printed number is one of the meter's, where both are known.
    pub serial_matches: Option<bool>,
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
            text: OnceLock::new(),
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
        self.look_while(bytes, &|| true)
    }

    /// As [`look`](Self::look), but print is read only while there is time left.
    pub fn look_while(
        &self,
        bytes: &[u8],
        time_left: &dyn Fn() -> bool,
    ) -> Result<Looked, ReadError> {
        let photo = Photo::open(bytes, self.limits)?;
        let found = search(&photo.pixels, &self.network)?;
        let codes = codes(&photo.pixels);
        let text = match self.text() {
            Some(reader) if time_left() => look_for_text(reader, &photo.pixels, &found, &codes)?,
            _ => Print::default(),
        };
        Ok(Looked {
            photo: Photo {
                // The largest part of it, and no longer needed.
                pixels: RgbImage::default(),
                ..photo
            },
            found,
            codes,
            text,
        })
    }

    /// None without the models. Models that do not load are as good as none: a photo without a
    /// serial is read all the same.
    fn text(&self) -> Option<&TextReader> {
        self.text
            .get_or_init(|| TextReader::load().unwrap_or_default())
            .as_ref()
    }
}

/// What was read of the print.
#[derive(Default)]
struct Print {
    lines: Vec<TextLine>,
    /// Whether the whole picture was searched, so that a serial would have been seen.
    searched: bool,
    /// The lines that are the counter.
    of_counter: Vec<bool>,
}

/// The whole picture where no code names the meter, else the edges alone, for the time.
fn look_for_text(
    reader: &TextReader,
    pixels: &RgbImage,
    found: &Search,
    codes: &[CodeRead],
) -> Result<Print, ReadError> {
    if !codes.is_empty() {
        return Ok(Print {
            lines: reader.margins(pixels)?,
            ..Print::default()
        });
    }
    let best = found.best();
    let mut upright = match best.map_or(0, |counter| counter.quarter_turns) {
        0 => pixels.clone(),
        _ => imageops::rotate90(pixels),
    };
    let on_head = best.is_some_and(|counter| counter.upside_down);
    if on_head {
        imageops::rotate180_in_place(&mut upright);
    }
    let lines = reader.lines(&upright)?;
    let larger = upright.width() as f32 / found.pixels.width().max(1) as f32;
    let wheels: Vec<(f32, f32)> = best
        .iter()
        .flat_map(|counter| &counter.windows)
        .map(|window| {
            let (x, y) = (window.middle.0 * larger, window.middle.1 * larger);
            if on_head {
                (upright.width() as f32 - x, upright.height() as f32 - y)
            } else {
                (x, y)
            }
        })
        .collect();
    let of_counter = lines
        .iter()
        .map(|line| wheels.iter().any(|wheel| line.strip.holds(*wheel)));
    Ok(Print {
        of_counter: of_counter.collect(),
        lines,
        searched: true,
    })
}

/// A photo that was looked at.
pub struct Looked {
    photo: Photo,
    found: Search,
    codes: Vec<CodeRead>,
    text: Print,
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

    /// The wheels of the likeliest counter: where each stands, and how surely.
    pub fn wheels(&self) -> Vec<(f32, f32)> {
        let wheels = self.found.best().map(|counter| &counter.wheels);
        wheels
            .into_iter()
            .flatten()
            .map(|wheel| (wheel.value, wheel.confidence))
            .collect()
    }

    pub fn judge(&self, expected: &Expected) -> Verdict {
        let verdict = judge(
            expected,
            &Seen {
                counter: self.found.best(),
                two_counters: self.found.is_ambiguous(),
                codes: &self.codes,
                faults: &self.photo.quality.faults,
            },
        );
        // Print is read less surely than a code, so that it raises a doubt and holds no bill.
        let doubtful = verdict.outcome == Outcome::Match
            && self
                .serial(&expected.meter)
                .is_some_and(|serial| differs_much(&serial, &expected.meter));
        if doubtful {
            Verdict {
                outcome: Outcome::Unsure,
                rule: Rule::CodeOfOtherMeter,
                ..verdict
            }
        } else {
            verdict
        }
    }

    /// The printed serial number; that of the meter, if it is anywhere on it.
    pub fn serial(&self, meter: &[String]) -> Option<Serial> {
        if !self.text.searched {
            return None;
        }
        let others = self
            .text
            .lines
            .iter()
            .zip(&self.text.of_counter)
            .filter(|(_, is_counter)| !**is_counter);
        let others: Vec<TextLine> = others.map(|(line, _)| line.clone()).collect();
        serial(&others, meter)
    }

    /// The time printed into the picture, where one was read.
    pub fn printed(&self) -> Option<Printed> {
        printed(&self.text.lines)
    }

    fn printed_report(&self) -> Option<PrintedReport> {
        let printed = self.printed()?;
        let taken_at = self.photo.claims.taken_at;
        Some(PrintedReport {
            printed,
            minutes_from_exif: taken_at.map(|taken| (printed.taken_at - taken).num_minutes()),
        })
    }

    /// Everything that was seen, with what follows for an expected index.
    pub fn report(&self, expected: Option<&Expected>) -> Result<Report, ReadError> {
        let verdict = expected.map(|expected| self.judge(expected));
        let meter = expected.map_or(&[][..], |expected| &expected.meter);
        let serial = self.serial(meter).map(|serial| serial.text);
        let serial_status = match &serial {
            Some(_) => "read",
            None if self.text.searched => "not_found",
            None => "not_analysed",
        };
        let serial_matches = match &serial {
            Some(serial) if !meter.is_empty() => Some(meter.contains(serial)),
            _ => None,
        };
        let printed = self.printed_report();
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
            serial,
            serial_status,
            exif: ExifReport {
                taken_at: photo.claims.taken_at,
                gps: photo.claims.gps,
                camera: photo.claims.camera.clone(),
            },
            printed,
            reading: counter.map(reading),
            verdict: verdict.as_ref().map(|verdict| verdict.outcome),
            evidence: Evidence {
                rule: verdict.as_ref().map(|verdict| verdict.rule),
                probability: verdict.and_then(|verdict| verdict.probability),
                red_wheels: counter.map_or(0, |counter| counter.red),
                upside_down: counter.is_some_and(|counter| counter.upside_down),
                quarter_turns: counter.map_or(0, |counter| counter.quarter_turns),
                two_counters: self.found.is_ambiguous(),
                serial_matches,
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
