//! Small work on pixels that several parts need.

use std::borrow::Cow;

use image::{GrayImage, RgbImage};

/// The picture, made smaller where its longer side exceeds `side`.
pub(crate) fn at_most(pixels: &RgbImage, side: u32) -> Cow<'_, RgbImage> {
    if pixels.width().max(pixels.height()) <= side {
        return Cow::Borrowed(pixels);
    }
    // Halves are cheap to make; the last step costs the more the larger its source is.
    let mut halves: Option<RgbImage> = None;
    loop {
        let from = halves.as_ref().unwrap_or(pixels);
        if from.width().max(from.height()) < 2 * side || from.width().min(from.height()) < 2 {
            break;
        }
        halves = Some(halved(from));
    }
    let from = halves.as_ref().unwrap_or(pixels);
    if from.width().max(from.height()) <= side {
        return halves.map_or(Cow::Borrowed(pixels), Cow::Owned);
    }
    Cow::Owned(scaled_down(from, side))
}

/// Every pixel the mean of four; an odd last row or column is left out.
fn halved(pixels: &RgbImage) -> RgbImage {
    let (width, height) = (pixels.width() / 2, pixels.height() / 2);
    let stride = pixels.width() as usize * 3;
    let mut half = Vec::with_capacity(width as usize * height as usize * 3);
    for rows in pixels.as_raw().chunks_exact(2 * stride) {
        let (upper, lower) = rows.split_at(stride);
        for (above, below) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for channel in 0..3 {
                let sum = u16::from(above[channel])
                    + u16::from(above[channel + 3])
                    + u16::from(below[channel])
                    + u16::from(below[channel + 3]);
                half.push((sum + 2).div_euclid(4) as u8);
            }
        }
    }
    RgbImage::from_raw(width, height, half).unwrap_or_default()
}

/// Every pixel the mean of the area it stands for; to be made less than half as small.
fn scaled_down(pixels: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = pixels.dimensions();
    let long = width.max(height);
    let scaled = |length: u32| {
        let exact = u64::from(length) * u64::from(side) / u64::from(long);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    let (across, down) = (taps(width, scaled(width)), taps(height, scaled(height)));
    let stride = width as usize * 3;
    let mut small = Vec::with_capacity(across.len() * down.len() * 3);
    let mut row = vec![0u32; stride];
    for tap in &down {
        row.fill(0);
        for (step, weight) in tap.weights.iter().enumerate().filter(|(_, w)| **w > 0) {
            let from = (tap.first + step) * stride;
            let source = &pixels.as_raw()[from..from + stride];
            for (sum, value) in row.iter_mut().zip(source) {
                *sum += weight * u32::from(*value);
            }
        }
        for tap in &across {
            let mut sums = [0u32; 3];
            for (step, weight) in tap.weights.iter().enumerate().filter(|(_, w)| **w > 0) {
                let at = (tap.first + step) * 3;
                for (sum, value) in sums.iter_mut().zip(&row[at..at + 3]) {
                    *sum += weight * value;
                }
            }
            small.extend(sums.map(|sum| ((sum + HALF) >> 16) as u8));
        }
    }
    RgbImage::from_raw(across.len() as u32, down.len() as u32, small).unwrap_or_default()
}

/// What one pixel takes from which: in 256ths, all together 256.
struct Tap {
    first: usize,
    weights: [u32; 4],
}

const HALF: u32 = 1 << 15;

fn taps(from: u32, to: u32) -> Vec<Tap> {
    let step = f64::from(from) / f64::from(to);
    (0..to)
        .map(|at| {
            let (start, end) = (f64::from(at) * step, f64::from(at + 1) * step);
            let first = (start as usize).min(from as usize - 1);
            let mut weights = [0u32; 4];
            let mut given = 0;
            let mut largest = 0;
            for place in 0..weights.len() {
                let (left, right) = ((first + place) as f64, (first + place + 1) as f64);
                let covered = (right.min(end).min(f64::from(from)) - left.max(start)).max(0.0);
                weights[place] = (covered / step * 256.0) as u32;
                given += weights[place];
                if weights[place] > weights[largest] {
                    largest = place;
                }
            }
            weights[largest] += 256 - given;
            Tap { first, weights }
        })
        .collect()
}

pub(crate) fn grey(pixels: &RgbImage) -> GrayImage {
    let values = pixels.as_raw().chunks_exact(3).map(|pixel| {
        let weighted =
            u32::from(pixel[0]) * 77 + u32::from(pixel[1]) * 150 + u32::from(pixel[2]) * 29;
        (weighted >> 8) as u8
    });
    GrayImage::from_raw(pixels.width(), pixels.height(), values.collect()).unwrap_or_default()
}

/// The colour at a place between pixels; outside, that of the nearest edge.
pub(crate) fn sample(pixels: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (width, height) = pixels.dimensions();
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (across, down) = (x - left as f32, y - top as f32);
    let corner = |x, y| pixels.get_pixel(x, y).0.map(f32::from);
    let (a, b) = (corner(left, top), corner(right, top));
    let (c, d) = (corner(left, bottom), corner(right, bottom));
    std::array::from_fn(|channel| {
        let above = a[channel] + (b[channel] - a[channel]) * across;
        let below = c[channel] + (d[channel] - c[channel]) * across;
        above + (below - above) * down
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, imageops};

    use super::*;

    #[test]
    fn x5_smaller_pictures_keep_their_light() {
        let pixels = RgbImage::from_fn(1237, 803, |x, y| {
            Rgb([(x % 256) as u8, (y % 251) as u8, ((x + y) / 9 % 256) as u8])
        });
        for side in [1236, 1000, 619, 618, 300, 64] {
            let small = at_most(&pixels, side);
            assert_eq!(small.width(), side);
            let usual = imageops::thumbnail(&pixels, small.width(), small.height());
            let off: f64 = small
                .as_raw()
                .iter()
                .zip(usual.as_raw())
                .map(|(a, b)| f64::from(a.abs_diff(*b)))
                .sum();
            let mean = off / small.as_raw().len() as f64;
            assert!(mean < 12.0, "{side}: {mean}");
            let plain = RgbImage::from_pixel(1237, 803, Rgb([255, 1, 128]));
            assert!(
                at_most(&plain, side)
                    .pixels()
                    .all(|pixel| pixel.0 == [255, 1, 128])
            );
        }
        assert_eq!(at_most(&RgbImage::new(900, 1), 30).dimensions(), (30, 1));
    }
}
