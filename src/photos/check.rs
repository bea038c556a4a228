//! What counts as a photo: by its first bytes, by its size, and by being decodable to the end.

use std::io::Cursor;

use image::{ImageError, ImageFormat, ImageReader};

use super::PhotoError;
use super::metadata::without_metadata;
use crate::config::PhotoConfig;

/// How large a photo may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoLimits {
    pub bytes_max: usize,
    pub pixels_max: u64,
}

impl From<&PhotoConfig> for PhotoLimits {
    fn from(config: &PhotoConfig) -> Self {
        Self {
            bytes_max: config.bytes_max,
            pixels_max: config.pixels_max,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    Jpeg,
    Png,
}

impl MediaType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// By what the file starts with; its name and what the sender says of it prove nothing.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else {
            None
        }
    }

    const fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
        }
    }
}

/// Decodes the whole picture, which takes a while: not for an async thread.
pub(super) fn check(bytes: &[u8], limits: PhotoLimits) -> Result<MediaType, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Missing);
    }
    if bytes.len() > limits.bytes_max {
        return Err(PhotoError::TooLarge);
    }
    let media_type = MediaType::of(bytes).ok_or(PhotoError::TypeNotAllowed)?;
    let reader = || ImageReader::with_format(Cursor::new(bytes), media_type.format());
    // The size is read first, so that a small file cannot claim the memory of a huge picture.
    let (width, height) = reader()
        .into_dimensions()
        .map_err(|error| refusal(&error))?;
    if u64::from(width) * u64::from(height) > limits.pixels_max {
        return Err(PhotoError::TooManyPixels);
    }
    let mut whole = reader();
    let mut memory = image::Limits::default();
    // Up to eight bytes a pixel, and as much again for the decoder's own work.
    memory.max_alloc = Some(limits.pixels_max.saturating_mul(16));
    whole.limits(memory);
    whole.decode().map_err(|error| refusal(&error))?;
    // Decoders are lenient with files that end too early; this is not.
    without_metadata(bytes).ok_or(PhotoError::Unreadable)?;
    Ok(media_type)
}

fn refusal(error: &ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::TooManyPixels,
        _ => PhotoError::Unreadable,
    }
}
