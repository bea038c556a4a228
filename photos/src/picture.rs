//! Small work on pixels that several parts need.

use std::borrow::Cow;

use image::{GrayImage, RgbImage, imageops};

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

fn scaled_down(pixels: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = pixels.dimensions();
    let long = width.max(height);
    let scaled = |length: u32| {
        let exact = u64::from(length) * u64::from(side) / u64::from(long);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    imageops::thumbnail(pixels, scaled(width), scaled(height))
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
