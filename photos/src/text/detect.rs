//! Where lines of print are: the network says for every pixel how likely it is inside one, and
//! pixels that touch make a line.

use image::RgbImage;
use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::Strip;
use crate::digits::NetworkError;
use crate::picture;

/// Smaller than this, serial numbers are lost.
const SEARCHED_SIDE: u32 = 960;
/// The network halves its picture five times.
const STEP: usize = 32;
const INSIDE_MIN: f32 = 0.3;
const LINE_MIN: f32 = 0.5;
/// The network marks the core of a line; print reaches further.
const UNCLIP: f32 = 1.6;
const HEIGHT_MIN: f32 = 7.0;
/// What is shorter holds too few characters for a number or a time.
const LENGTH_TO_HEIGHT_MIN: f32 = 1.8;
const LINES_MAX: usize = 14;

/// The longest lines, from the top down.
pub(super) fn strips(
    model: &Model,
    options: &RunOptions,
    pixels: &RgbImage,
) -> Result<Vec<Strip>, NetworkError> {
    let small = picture::at_most(pixels, SEARCHED_SIDE);
    let (width, height) = (small.width() as usize, small.height() as usize);
    if width == 0 || height == 0 {
        return Ok(Vec::new());
    }
    let wide = width.next_multiple_of(STEP);
    let high = height.next_multiple_of(STEP);
    let input = planes(&small, wide, high);
    let view = NdTensorView::from_data([1, 3, high, wide], input.as_slice());
    let output = model.run_one(view.into(), Some(options.clone()))?;
    let output: NdTensor<f32, 4> = output.try_into().map_err(|_| NetworkError::Output)?;
    if output.shape() != [1, 1, high, wide] {
        return Err(NetworkError::Output);
    }
    let inside = output.to_vec();
    let larger = pixels.width() as f32 / small.width() as f32;
    let mut strips: Vec<Strip> = patches(&inside, wide)
        .into_iter()
        .filter_map(|patch| strip(&patch, &inside, wide))
        .map(|strip| strip.scaled(larger))
        .collect();
    strips.sort_by(|a, b| b.half_length.total_cmp(&a.half_length));
    strips.truncate(LINES_MAX);
    strips.sort_by(|a, b| a.middle.1.total_cmp(&b.middle.1));
    Ok(strips)
}

/// Blue, green and red from -1 to 1; beyond the picture its edge goes on.
fn planes(pixels: &RgbImage, wide: usize, high: usize) -> Vec<f32> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let raw = pixels.as_raw();
    let mut planes = Vec::with_capacity(3 * wide * high);
    for channel in [2, 1, 0] {
        for y in 0..high {
            let row = y.min(height - 1) * width;
            for x in 0..wide {
                let value = raw[(row + x.min(width - 1)) * 3 + channel];
                planes.push(f32::from(value) / 127.5 - 1.0);
            }
        }
    }
    planes
}

/// Pixels that touch, each as its place in the map.
fn patches(inside: &[f32], wide: usize) -> Vec<Vec<usize>> {
    const PIXELS_MIN: usize = 24;
    let mut seen = vec![false; inside.len()];
    let mut patches = Vec::new();
    for first in 0..inside.len() {
        if seen[first] || inside[first] < INSIDE_MIN {
            continue;
        }
        seen[first] = true;
        let mut patch = vec![first];
        let mut next = 0;
        while next < patch.len() {
            let (x, y) = (patch[next] % wide, patch[next] / wide);
            next += 1;
            for down in y.saturating_sub(1)..=y + 1 {
                for across in x.saturating_sub(1)..=(x + 1).min(wide - 1) {
                    let at = down * wide + across;
                    let is_new = seen.get(at) == Some(&false) && inside[at] >= INSIDE_MIN;
                    if is_new {
                        seen[at] = true;
                        patch.push(at);
                    }
                }
            }
        }
        if patch.len() >= PIXELS_MIN {
            patches.push(patch);
        }
    }
    patches
}

/// The box around a patch along its own direction, if it is a line.
fn strip(patch: &[usize], inside: &[f32], wide: usize) -> Option<Strip> {
    let count = patch.len() as f32;
    let likely = patch.iter().map(|at| inside[*at]).sum::<f32>() / count;
    if likely < LINE_MIN {
        return None;
    }
    let places = || {
        patch
            .iter()
            .map(|at| ((at % wide) as f32 + 0.5, (at / wide) as f32 + 0.5))
    };
    let (sum_x, sum_y) = places().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
    let mean = (sum_x / count, sum_y / count);
    let (mut xx, mut xy, mut yy) = (0.0f32, 0.0f32, 0.0f32);
    for (x, y) in places() {
        let (dx, dy) = (x - mean.0, y - mean.1);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    let (sin, cos) = (0.5 * (2.0 * xy).atan2(xx - yy)).sin_cos();
    // Of an upright picture, print that runs up or down is not read.
    if cos < sin.abs() {
        return None;
    }
    let mut along = (f32::MAX, f32::MIN);
    let mut across = (f32::MAX, f32::MIN);
    for (x, y) in places() {
        let (dx, dy) = (x - mean.0, y - mean.1);
        let (far, off) = (dx * cos + dy * sin, dy * cos - dx * sin);
        along = (along.0.min(far), along.1.max(far));
        across = (across.0.min(off), across.1.max(off));
    }
    let half_length = f32::midpoint(along.1 - along.0, 1.0);
    let half_height = f32::midpoint(across.1 - across.0, 1.0);
    let grown = UNCLIP * half_length * half_height / (half_length + half_height);
    let (far, off) = (
        f32::midpoint(along.0, along.1),
        f32::midpoint(across.0, across.1),
    );
    let strip = Strip {
        middle: (
            mean.0 + far * cos - off * sin,
            mean.1 + far * sin + off * cos,
        ),
        along: (cos, sin),
        half_length: half_length + grown,
        half_height: half_height + grown,
    };
    let is_line = 2.0 * strip.half_height >= HEIGHT_MIN
        && strip.half_length >= LENGTH_TO_HEIGHT_MIN * strip.half_height;
    is_line.then_some(strip)
}
