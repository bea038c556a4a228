//! Bars and squares on the meter or on our label: what they say, not whom to believe.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::RgbImage;
use rxing::helpers::detect_multiple_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHints};
use serde::Serialize;

use crate::picture;

/// One code that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeRead {
    pub format: &'static str,
    pub text: String,
}

/// Bars need two pixels each; more than this only costs time.
const SEARCHED_SIDE: u32 = 1600;
const CODES_MAX: usize = 8;
const CHARACTERS_MAX: usize = 200;

const FORMATS: [(BarcodeFormat, &str); 7] = [
    (BarcodeFormat::QR_CODE, "qr"),
    (BarcodeFormat::DATA_MATRIX, "data_matrix"),
    (BarcodeFormat::CODE_128, "code_128"),
    (BarcodeFormat::CODE_39, "code_39"),
    (BarcodeFormat::CODE_93, "code_93"),
    (BarcodeFormat::EAN_13, "ean_13"),
    (BarcodeFormat::ITF, "itf"),
];

/// All codes in the photo, each once.
pub fn codes(pixels: &RgbImage) -> Vec<CodeRead> {
    let grey = picture::grey(&picture::at_most(pixels, SEARCHED_SIDE));
    let (width, height) = grey.dimensions();
    let luma = grey.into_raw();
    // A decoder of seven formats meets any bytes here; its fall is not to be ours.
    let found = catch_unwind(AssertUnwindSafe(|| {
        let mut hints = DecodeHints {
            PossibleFormats: Some(HashSet::from(FORMATS.map(|(format, _)| format))),
            TryHarder: Some(true),
            ..DecodeHints::default()
        };
        detect_multiple_in_luma_with_hints(luma, width, height, &mut hints)
    }));
    let Ok(Ok(results)) = found else {
        return Vec::new();
    };
    let mut codes: Vec<CodeRead> = Vec::new();
    for result in results.iter().take(CODES_MAX) {
        let format = FORMATS
            .iter()
            .find(|(format, _)| format == result.getBarcodeFormat());
        let text: String = result
            .getText()
            .chars()
            .filter(|character| !character.is_control())
            .take(CHARACTERS_MAX)
            .collect();
        if let Some((_, format)) = format {
            let code = CodeRead { format, text };
            if !code.text.is_empty() && !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial::{Code, Dial, Difficulty, Shot};

    #[test]
    fn x5_bars_and_squares_on_drawn_dials_are_read() {
        let mut read = 0;
        for (seed, code, format) in [
            (1, Code::Bars, "code_128"),
            (2, Code::Square, "qr"),
            (3, Code::Bars, "code_128"),
            (4, Code::Square, "qr"),
        ] {
            let dial = Dial {
                code,
                serial: "2026110345".to_owned(),
                ..Dial::draw(seed)
            };
            let photo = dial.photo(&Shot::new(Difficulty::FixedFace, seed));
            let expected = CodeRead {
                format,
                text: dial.serial.clone(),
            };
            read += usize::from(codes(&photo.pixels) == [expected]);
        }
        assert!(read >= 3, "{read} of 4");
    }

    #[test]
    fn x5_no_code_is_read_where_there_is_none() {
        let plain = RgbImage::from_pixel(300, 200, image::Rgb([200; 3]));
        assert_eq!(codes(&plain), []);
        assert_eq!(codes(&RgbImage::from_pixel(1, 1, image::Rgb([0; 3]))), []);
    }
}
