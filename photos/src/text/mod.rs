//! Printed text: a meter's serial number, and the time an app writes into the picture.
//!
//! The models are PP-OCR's, fetched by the set-up and built in; without them nothing is read.

mod alphabet;
mod detect;
mod facts;
mod recognise;

use std::sync::Arc;

use image::{RgbImage, imageops};
use rten::{Model, RunOptions, ThreadPool};
use sha2::{Digest as _, Sha256};

use crate::digits::NetworkError;
pub use facts::{Printed, Serial};
pub(crate) use facts::{differs_much, printed, serial};

#[cfg(text_models)]
const MODELS: Option<[&[u8]; 2]> = Some([
    include_bytes!("../../models/text/detection.onnx"),
    include_bytes!("../../models/text/recognition.onnx"),
]);
#[cfg(not(text_models))]
const MODELS: Option<[&[u8]; 2]> = None;

/// Of finding and of recognising; `scripts/setup-photo-text.sh` has those of the package.
const MODELS_SHA256: [&str; 2] = [
    "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
    "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
];

/// One line of print.
#[derive(Clone, Debug)]
pub struct TextLine {
    pub text: String,
    /// The mean over its characters.
    pub confidence: f32,
    pub(crate) strip: Strip,
}

/// Where a line is: its middle, the direction in which it is read, and half its size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip {
    pub(crate) middle: (f32, f32),
    pub(crate) along: (f32, f32),
    pub(crate) half_length: f32,
    pub(crate) half_height: f32,
}

impl Strip {
    pub(crate) fn holds(&self, (x, y): (f32, f32)) -> bool {
        let (dx, dy) = (x - self.middle.0, y - self.middle.1);
        let along = dx * self.along.0 + dy * self.along.1;
        let across = dy * self.along.0 - dx * self.along.1;
        along.abs() <= self.half_length && across.abs() <= self.half_height
    }

    fn scaled(self, by: f32) -> Self {
        Self {
            middle: (self.middle.0 * by, self.middle.1 * by),
            along: self.along,
            half_length: self.half_length * by,
            half_height: self.half_height * by,
        }
    }
}

/// Reads printed lines.
pub struct TextReader {
    detection: Model,
    recognition: Model,
    options: RunOptions,
}

impl TextReader {
    /// None where the program was built without the models.
    pub fn load() -> Result<Option<Self>, NetworkError> {
        let Some([detection, recognition]) = MODELS else {
            return Ok(None);
        };
        for (model, sha256) in [detection, recognition].iter().zip(MODELS_SHA256) {
            if hex::encode(Sha256::digest(model)) != sha256 {
                return Err(NetworkError::Altered);
            }
        }
        // One thread, as for the digits: photos are read side by side.
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Some(Self {
            detection: Model::load_static_slice(detection)?,
            recognition: Model::load_static_slice(recognition)?,
            options: RunOptions::default().with_thread_pool(Some(pool)),
        }))
    }

    /// All lines of an upright picture, as far as they are long enough to say something.
    pub fn lines(&self, pixels: &RgbImage) -> Result<Vec<TextLine>, NetworkError> {
        detect::strips(&self.detection, &self.options, pixels)?
            .into_iter()
            .map(|strip| {
                let (text, confidence) =
                    recognise::text(&self.recognition, &self.options, pixels, strip)?;
                Ok(TextLine {
                    text,
                    confidence,
                    strip,
                })
            })
            .filter(|line| !matches!(line, Ok(line) if line.text.is_empty()))
            .collect()
    }

    /// The lines along the upper and the lower edge, where apps write the time: a fraction of the
    /// work. Their places are of no picture.
    pub fn margins(&self, pixels: &RgbImage) -> Result<Vec<TextLine>, NetworkError> {
        let (width, height) = pixels.dimensions();
        let band = height / 7;
        let mut edges = RgbImage::new(width, 2 * band);
        let upper = imageops::crop_imm(pixels, 0, 0, width, band);
        let lower = imageops::crop_imm(pixels, 0, height - band, width, band);
        imageops::replace(&mut edges, &*upper, 0, 0);
        imageops::replace(&mut edges, &*lower, 0, i64::from(band));
        self.lines(&edges)
    }
}

#[cfg(test)]
mod tests;
