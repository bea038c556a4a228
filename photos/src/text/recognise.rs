//! What a line of print says.

use image::RgbImage;
use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::Strip;
use super::alphabet::{BLANK, character};
use crate::digits::NetworkError;
use crate::picture::sample;

const HEIGHT: usize = 48;
const WIDTHS: std::ops::RangeInclusive<usize> = 48..=640;
/// The network's columns are so many pixels wide.
const COLUMN: usize = 8;

pub(super) fn text(
    model: &Model,
    options: &RunOptions,
    pixels: &RgbImage,
    strip: Strip,
) -> Result<(String, f32), NetworkError> {
    let exact = HEIGHT as f32 * strip.half_length / strip.half_height;
    let width = (exact as usize)
        .clamp(*WIDTHS.start(), *WIDTHS.end())
        .next_multiple_of(COLUMN);
    let input = planes(pixels, strip, width);
    let view = NdTensorView::from_data([1, 3, HEIGHT, width], input.as_slice());
    let output = model.run_one(view.into(), Some(options.clone()))?;
    let output: NdTensor<f32, 3> = output.try_into().map_err(|_| NetworkError::Output)?;
    let classes = output.shape()[2];
    if classes == 0 {
        return Err(NetworkError::Output);
    }
    Ok(spelt(&output.to_vec(), classes))
}

/// The line, straightened: blue, green and red from -1 to 1.
fn planes(pixels: &RgbImage, strip: Strip, width: usize) -> Vec<f32> {
    let plane = HEIGHT * width;
    let mut planes = vec![0.0; 3 * plane];
    for y in 0..HEIGHT {
        let across = ((y as f32 + 0.5) / HEIGHT as f32 * 2.0 - 1.0) * strip.half_height;
        for x in 0..width {
            let along = ((x as f32 + 0.5) / width as f32 * 2.0 - 1.0) * strip.half_length;
            let at = (
                strip.middle.0 + along * strip.along.0 - across * strip.along.1,
                strip.middle.1 + along * strip.along.1 + across * strip.along.0,
            );
            let colour = sample(pixels, at.0 - 0.5, at.1 - 0.5);
            for (channel, value) in colour.into_iter().rev().enumerate() {
                planes[channel * plane + y * width + x] = value / 127.5 - 1.0;
            }
        }
    }
    planes
}

/// Of every column the likeliest character; the same one in neighbouring columns is one, unless a
/// blank is between them. Characters we have no use for end a word.
fn spelt(columns: &[f32], classes: usize) -> (String, f32) {
    let mut text = String::new();
    let mut sure = 0.0;
    let mut count = 0u16;
    let mut before = BLANK;
    for column in columns.chunks_exact(classes) {
        let (class, probability) = column
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .unwrap_or((BLANK, &0.0));
        if class != BLANK && class != before {
            text.push(character(class).unwrap_or(' '));
            sure += probability;
            count += 1;
        }
        before = class;
    }
    let confidence = sure / f32::from(count.max(1));
    (text.trim().to_owned(), confidence)
}
