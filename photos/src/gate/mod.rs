//! What counts as a photo: by its first bytes, by its size, and by being whole to its last one.

mod claims;
mod copies;
mod fingerprint;
mod grid;
mod quality;
mod whole;

use std::borrow::Cow;
use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, RgbImage};

pub use claims::{Claims, Place};
pub(crate) use copies::jpeg as jpeg_of;
pub use copies::{Copies, copies};
pub use fingerprint::{Fingerprint, Near, fingerprint, sha256};
pub use quality::{Quality, QualityFault};

use crate::{Refusal, picture};

/// How large a photo may be; read before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub bytes_max: usize,
    pub pixels_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 20 * 1024 * 1024,
            pixels_max: 25_000_000,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    Jpeg,
    Png,
    WebP,
}

impl MediaType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// By what the file starts with; its name and what the sender says of it prove nothing.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Ok(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Ok(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Ok(Self::WebP)
        } else if is_heic(bytes) {
            Err(Refusal::HeicNotSupported)
        } else {
            Err(Refusal::TypeNotAllowed)
        }
    }

    const fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

/// The brands phones write; AVIF is the same container and no more readable here.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 8] = [
        b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif",
    ];
    bytes.get(4..8) == Some(b"ftyp")
        && bytes
            .get(8..12)
            .is_some_and(|brand| BRANDS.contains(&brand))
}

/// A photo that passed: upright pixels, and what can be told of them without reading the dial.
#[derive(Clone, Debug)]
pub struct Photo {
    pub media_type: MediaType,
    pub sha256: String,
    pub claims: Claims,
    pub quality: Quality,
    pub fingerprint: Fingerprint,
    /// As a viewer shows it: turned by its orientation mark, its longer side [`WORKING_SIDE`] at
    /// most.
    pub pixels: RgbImage,
}

/// Nothing is searched, read or shown more finely than this; a phone's photo is twice to three
/// times as wide, and every pixel more is paid for by all that come after.
pub const WORKING_SIDE: u32 = 1600;

impl Photo {
    /// Decodes the whole picture, which takes a while: not for an async thread.
    pub fn open(bytes: &[u8], limits: Limits) -> Result<Self, Refusal> {
        let media_type = whole_photo(bytes, limits)?;
        let (size, pixels) = decode_known(media_type.format(), bytes, limits, WORKING_SIDE)?;
        let quality = quality::measure(&pixels, size);
        Ok(Self {
            media_type,
            sha256: sha256(bytes),
            claims: claims::read(bytes),
            quality,
            fingerprint: fingerprint(&pixels),
            pixels,
        })
    }
}

/// Checks and decodes a whole file; the pixels stand upright.
pub fn decode(bytes: &[u8], limits: Limits) -> Result<(MediaType, RgbImage), Refusal> {
    let media_type = whole_photo(bytes, limits)?;
    let (_, pixels) = decode_known(media_type.format(), bytes, limits, u32::MAX)?;
    Ok((media_type, pixels))
}

/// The type of a file that may be decoded as evidence.
fn whole_photo(bytes: &[u8], limits: Limits) -> Result<MediaType, Refusal> {
    let media_type = known(bytes, limits)?;
    // Decoders are lenient with files that end too early; this is not.
    if whole::is_whole(media_type, bytes) {
        Ok(media_type)
    } else {
        Err(Refusal::Unreadable)
    }
}

/// Decodes also what lacks its last bytes: for collections of crops, not for evidence.
pub(crate) fn decode_leniently(bytes: &[u8], limits: Limits) -> Result<RgbImage, Refusal> {
    // Collections have bitmaps among them, under whatever name.
    let format = if bytes.starts_with(b"BM") {
        size_within(ImageFormat::Bmp, bytes, limits)?;
        ImageFormat::Bmp
    } else {
        known(bytes, limits)?.format()
    };
    Ok(decode_known(format, bytes, limits, u32::MAX)?.1)
}

/// The type of a file that is neither too large itself nor claims too many pixels.
fn known(bytes: &[u8], limits: Limits) -> Result<MediaType, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Missing);
    }
    if bytes.len() > limits.bytes_max {
        return Err(Refusal::TooLarge);
    }
    let media_type = MediaType::of(bytes)?;
    size_within(media_type.format(), bytes, limits)?;
    Ok(media_type)
}

/// The size is read first, so that a small file cannot claim the memory of a huge picture.
fn size_within(format: ImageFormat, bytes: &[u8], limits: Limits) -> Result<(), Refusal> {
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format)
        .into_dimensions()
        .map_err(|error| refusal(&error))?;
    if u64::from(width) * u64::from(height) > limits.pixels_max {
        return Err(Refusal::TooManyPixels);
    }
    Ok(())
}

/// The size of the upright picture, and its pixels with the longer side `longest` at most.
fn decode_known(
    format: ImageFormat,
    bytes: &[u8],
    limits: Limits,
    longest: u32,
) -> Result<((u32, u32), RgbImage), Refusal> {
    let mut whole = ImageReader::with_format(Cursor::new(bytes), format);
    let mut memory = image::Limits::default();
    // Four bytes a pixel, and as much again for the decoder's own work.
    memory.max_alloc = Some(limits.pixels_max.saturating_mul(8));
    whole.limits(memory);
    let mut decoder = whole.into_decoder().map_err(|error| refusal(&error))?;
    // Sixteen bits a colour are no photo of a phone, and twice the memory.
    if decoder.total_bytes() > limits.pixels_max.saturating_mul(4) {
        return Err(Refusal::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|error| refusal(&error))?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    let (width, height) = (picture.width(), picture.height());
    let pixels = picture.into_rgb8();
    // Turning costs a second picture, so it is made small first.
    let small = match picture::at_most(&pixels, longest) {
        Cow::Borrowed(_) => pixels,
        Cow::Owned(small) => small,
    };
    let mut upright = DynamicImage::ImageRgb8(small);
    upright.apply_orientation(orientation);
    let lies = upright.width() != upright.height()
        && (upright.width() > upright.height()) != (width > height);
    let size = if lies {
        (height, width)
    } else {
        (width, height)
    };
    Ok((size, upright.into_rgb8()))
}

fn refusal(error: &ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Unreadable,
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::{jpeg, jpeg_taken_at};
