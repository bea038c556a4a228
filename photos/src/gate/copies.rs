//! What is shown instead of the original: drawn anew from the pixels, so that nothing the camera
//! or its owner wrote beside them is left.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, RgbImage};

use crate::{Refusal, picture};

/// Nothing smaller is served to one who checks a dial.
const COPY_SIDE: u32 = 1600;
const COPY_QUALITY: u8 = 85;
const THUMBNAIL_SIDE: u32 = 240;
const THUMBNAIL_QUALITY: u8 = 75;

/// JPEG files without metadata.
#[derive(Clone, Debug)]
pub struct Copies {
    pub stripped: Vec<u8>,
    pub thumbnail: Vec<u8>,
}

pub fn copies(pixels: &RgbImage) -> Result<Copies, Refusal> {
    Ok(Copies {
        stripped: jpeg(&picture::at_most(pixels, COPY_SIDE), COPY_QUALITY)?,
        thumbnail: jpeg(&picture::at_most(pixels, THUMBNAIL_SIDE), THUMBNAIL_QUALITY)?,
    })
}

/// A JPEG of the pixels and nothing else.
pub(crate) fn jpeg(pixels: &RgbImage, quality: u8) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::Rgb8,
        )
        .map_err(|_| Refusal::Unreadable)?;
    Ok(bytes)
}
