//! A plain drawn dial: a grey face, a window, seven-segment digits.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageError, Luma};

const WIDTH: u32 = 240;
const HEIGHT: u32 = 180;
const FACE: Luma<u8> = Luma([214]);
const WINDOW: Luma<u8> = Luma([28]);
const LIT: Luma<u8> = Luma([236]);
const DIM: Luma<u8> = Luma([52]);
const QUALITY: u8 = 70;

/// Which of the segments top, upper right, lower right, bottom, lower left, upper left, middle
/// are lit for a digit.
const SEGMENTS: [[bool; 7]; 10] = {
    const T: bool = true;
    const F: bool = false;
    [
        [T, T, T, T, T, T, F],
        [F, T, T, F, F, F, F],
        [T, T, F, T, T, F, T],
        [T, T, T, T, F, F, T],
        [F, T, T, F, F, T, T],
        [T, F, T, T, F, T, T],
        [T, F, T, T, T, T, T],
        [T, T, T, F, F, F, F],
        [T, T, T, T, T, T, T],
        [T, T, T, T, F, T, T],
    ]
};

/// A JPEG of a dial that shows `index`; `shade` tells two photos of one index apart.
pub(super) fn draw(index: &str, shade: u8) -> Result<Vec<u8>, ImageError> {
    let face = Luma([FACE.0[0].saturating_sub(shade % 48)]);
    let mut picture = GrayImage::from_pixel(WIDTH, HEIGHT, face);
    fill(&mut picture, (12, 40, 216, 100), WINDOW);
    let places = u32::try_from(index.len()).unwrap_or(1).max(1);
    let pitch = (204 / places).min(40);
    for (place, character) in (0..).zip(index.chars()) {
        let left = 20 + place * pitch;
        match character.to_digit(10) {
            Some(digit) => {
                let lit = SEGMENTS.get(digit as usize).copied().unwrap_or_default();
                draw_digit(&mut picture, left, pitch, lit);
            }
            None => fill(&mut picture, (left, 122, 6, 6), LIT),
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&picture)?;
    Ok(bytes.into_inner())
}

fn draw_digit(picture: &mut GrayImage, left: u32, pitch: u32, lit: [bool; 7]) {
    let (width, top) = (pitch.saturating_sub(10), 54);
    let right = left + width.saturating_sub(5);
    let areas = [
        (left, top, width, 5),
        (right, top, 5, 36),
        (right, top + 36, 5, 36),
        (left, top + 68, width, 5),
        (left, top + 36, 5, 36),
        (left, top, 5, 36),
        (left, top + 34, width, 5),
    ];
    for (area, lit) in areas.into_iter().zip(lit) {
        if !lit {
            fill(picture, area, DIM);
        }
    }
    for (area, lit) in areas.into_iter().zip(lit) {
        if lit {
            fill(picture, area, LIT);
        }
    }
}

fn fill(picture: &mut GrayImage, area: (u32, u32, u32, u32), colour: Luma<u8>) {
    let (left, top, width, height) = area;
    for y in top..(top + height).min(HEIGHT) {
        for x in left..(left + width).min(WIDTH) {
            picture.put_pixel(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_dial_is_a_small_jpeg_that_differs_by_index_and_shade() {
        let dial = draw("01268", 0).unwrap();
        assert!(dial.len() < 8_000, "{} bytes", dial.len());
        let picture = image::load_from_memory(&dial).unwrap();
        assert_eq!((picture.width(), picture.height()), (240, 180));
        assert_ne!(dial, draw("01286", 0).unwrap());
        assert_ne!(dial, draw("01268", 1).unwrap());
        assert_eq!(dial, draw("01268", 0).unwrap());
        assert!(draw("", 0).is_ok());
        assert!(draw("123456.789", 0).is_ok());
    }
}
