//! Small work on pixels that several parts need.

use std::borrow::Cow;

use image::{GrayImage, Luma, Rgb, RgbImage, imageops};

/// The picture, made smaller where its longer side exceeds `side`.
pub(crate) fn at_most(pixels: &RgbImage, side: u32) -> Cow<'_, RgbImage> {
    let (width, height) = pixels.dimensions();
    let long = width.max(height);
    if long <= side {
        return Cow::Borrowed(pixels);
    }
    let scaled = |length: u32| {
        let exact = u64::from(length) * u64::from(side) / u64::from(long);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    Cow::Owned(imageops::thumbnail(pixels, scaled(width), scaled(height)))
}

pub(crate) fn grey(pixels: &RgbImage) -> GrayImage {
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        Luma([luma(*pixels.get_pixel(x, y))])
    })
}

fn luma(pixel: Rgb<u8>) -> u8 {
    let [red, green, blue] = pixel.0.map(u32::from);
    u8::try_from((red * 77 + green * 150 + blue * 29) >> 8).unwrap_or(u8::MAX)
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
