//! Whether a picture is good enough to be read at all: sharpness, light, size.

use image::{GrayImage, RgbImage};
use serde::Serialize;

use super::grid;
use crate::picture;

/// The side to which a picture is brought before it is measured, so that the figures of a small
/// and of a large camera mean the same.
const MEASURED_SIDE: u32 = 512;

/// Figures of a picture, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    pub width: u32,
    pub height: u32,
    /// Variance of the Laplacian at 512 pixels.
    pub sharpness: f32,
    /// Mean of the light, 0 to 255.
    pub light: f32,
    /// Standard deviation of the light.
    pub contrast: f32,
    /// Share of burnt-out pixels.
    pub burnt: f32,
    /// Share of pixels that are nearly black.
    pub dark: f32,
    /// Share of the picture over which one fine grid repeats: a screen's.
    pub grid: f32,
    pub faults: Vec<QualityFault>,
}

/// Reasons to take the picture again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QualityFault {
    TooSmall,
    Blurred,
    TooDark,
    TooBright,
    NothingOnIt,
    /// Taken of a screen and not of a meter.
    Screen,
}

/// Below this on the longer side digits have too few pixels.
const LONG_SIDE_MIN: u32 = 320;
const SHARPNESS_MIN: f32 = 12.0;
const LIGHT_MIN: f32 = 18.0;
const BURNT_MAX: f32 = 0.6;
const CONTRAST_MIN: f32 = 5.0;
const GRID_MAX: f32 = 0.6;

/// `size` is that of the photo, which may have been made smaller before.
pub(super) fn measure(pixels: &RgbImage, (width, height): (u32, u32)) -> Quality {
    let grey = picture::grey(&picture::at_most(pixels, MEASURED_SIDE));
    let count = (grey.width() * grey.height()).max(1) as f32;
    let share = |test: &dyn Fn(u8) -> bool| {
        grey.as_raw().iter().filter(|value| test(**value)).count() as f32 / count
    };
    let light = grey.as_raw().iter().map(|v| f32::from(*v)).sum::<f32>() / count;
    let variance = grey
        .as_raw()
        .iter()
        .map(|v| (f32::from(*v) - light).powi(2))
        .sum::<f32>()
        / count;
    let mut quality = Quality {
        width,
        height,
        sharpness: sharpness(&grey),
        light,
        contrast: variance.sqrt(),
        burnt: share(&|value| value >= 252),
        dark: share(&|value| value <= 12),
        grid: grid::share(&picture::grey(pixels)),
        faults: Vec::new(),
    };
    quality.faults = faults(&quality);
    quality
}

fn faults(quality: &Quality) -> Vec<QualityFault> {
    let mut faults = Vec::new();
    if quality.width.max(quality.height) < LONG_SIDE_MIN {
        faults.push(QualityFault::TooSmall);
    }
    if quality.light < LIGHT_MIN {
        faults.push(QualityFault::TooDark);
    }
    if quality.burnt > BURNT_MAX {
        faults.push(QualityFault::TooBright);
    }
    if quality.contrast < CONTRAST_MIN {
        faults.push(QualityFault::NothingOnIt);
    } else if quality.sharpness < SHARPNESS_MIN {
        faults.push(QualityFault::Blurred);
    }
    if quality.grid >= GRID_MAX {
        faults.push(QualityFault::Screen);
    }
    faults
}

fn sharpness(grey: &GrayImage) -> f32 {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    if width < 3 || height < 3 {
        return 0.0;
    }
    let raw = grey.as_raw();
    let mut sum = 0.0;
    let mut squares = 0.0;
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let at = y * width + x;
            let value = |at: usize| f64::from(raw[at]);
            let bend = value(at - 1) + value(at + 1) + value(at - width) + value(at + width)
                - 4.0 * value(at);
            sum += bend;
            squares += bend * bend;
        }
    }
    let count = ((width - 2) * (height - 2)) as f64;
    (squares / count - (sum / count).powi(2)) as f32
}
