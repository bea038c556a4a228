//! Cropped windows in a tar file, to judge the network by itself.

use std::io::{self, Read};

use serde::Serialize;
use thiserror::Error;

use super::{Crop, DigitNetwork, NetworkError};
use crate::Refusal;
use crate::gate::{Limits, MediaType, decode_leniently};

/// A crop is a few hundred pixels; a large file in its place is not a crop.
const CROP_LIMITS: Limits = Limits {
    bytes_max: 1024 * 1024,
    pixels_max: 1_000_000,
};
const BATCH: usize = 64;

#[derive(Debug, Error)]
pub enum TarError {
    #[error("压缩包无法读取")]
    Archive(#[from] io::Error),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum CropAnswer {
    Read {
        file: String,
        value: f32,
        confidence: f32,
    },
    Refused {
        file: String,
        error: &'static str,
    },
}

/// Reads every picture of the archive, in its order; what is no picture by name and content (a
/// list of labels) is passed over.
pub fn read_tar<E: From<TarError>>(
    archive: impl Read,
    network: &DigitNetwork,
    mut answer: impl FnMut(CropAnswer) -> Result<(), E>,
) -> Result<(), E> {
    let mut archive = tar::Archive::new(archive);
    let mut waiting: Vec<(String, Result<Crop, Refusal>)> = Vec::with_capacity(BATCH);
    for entry in archive.entries().map_err(TarError::from)? {
        let entry = entry.map_err(TarError::from)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let file = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut bytes = Vec::new();
        // One byte more than allowed shows that there are more.
        entry
            .take(CROP_LIMITS.bytes_max as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(TarError::from)?;
        if !named_as_picture(&file) && MediaType::of(&bytes).is_err() {
            continue;
        }
        let crop = decode_leniently(&bytes, CROP_LIMITS).map(|pixels| Crop::of(&pixels));
        waiting.push((file, crop));
        if waiting.len() == BATCH {
            flush(&mut waiting, network, &mut answer)?;
        }
    }
    flush(&mut waiting, network, &mut answer)
}

fn flush<E: From<TarError>>(
    waiting: &mut Vec<(String, Result<Crop, Refusal>)>,
    network: &DigitNetwork,
    answer: &mut impl FnMut(CropAnswer) -> Result<(), E>,
) -> Result<(), E> {
    let crops: Vec<Crop> = waiting
        .iter()
        .filter_map(|(_, crop)| crop.as_ref().ok().cloned())
        .collect();
    let mut readings = network.read(&crops).map_err(TarError::from)?.into_iter();
    for (file, crop) in waiting.drain(..) {
        let reading = crop.map(|_| readings.next());
        answer(match reading {
            Ok(Some(reading)) => CropAnswer::Read {
                file,
                value: reading.tenths(),
                confidence: reading.confidence,
            },
            Ok(None) => CropAnswer::Refused {
                file,
                error: Refusal::Unreadable.code(),
            },
            Err(refusal) => CropAnswer::Refused {
                file,
                error: refusal.code(),
            },
        })?;
    }
    Ok(())
}

fn named_as_picture(file: &str) -> bool {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| {
        ["jpg", "jpeg", "png", "webp", "bmp"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}
