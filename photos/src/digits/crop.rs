use image::RgbImage;
use image::imageops::{self, FilterType};

/// One window in the size the network sees: three planes of 32 rows with 20 values, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop(Vec<f32>);

pub(crate) const WIDTH: usize = 20;
pub(crate) const HEIGHT: usize = 32;
pub(crate) const CROP_LENGTH: usize = 3 * WIDTH * HEIGHT;

impl Crop {
    /// Any picture of one window; it is brought to size as the training crops were.
    pub fn of(window: &RgbImage) -> Self {
        let resized = imageops::resize(window, WIDTH as u32, HEIGHT as u32, FilterType::Triangle);
        Self::from_pixels(|x, y, channel| {
            f32::from(resized.get_pixel(x as u32, y as u32).0[channel]) / 255.0
        })
    }

    /// `value` of column, row and channel, 0 to 1.
    pub(crate) fn from_pixels(value: impl Fn(usize, usize, usize) -> f32) -> Self {
        let mut planes = Vec::with_capacity(CROP_LENGTH);
        for channel in 0..3 {
            for y in 0..HEIGHT {
                for x in 0..WIDTH {
                    planes.push(value(x, y, channel));
                }
            }
        }
        Self(planes)
    }

    pub(crate) fn planes(&self) -> &[f32] {
        &self.0
    }

    /// For the file by which the trainer checks another engine.
    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.iter().map(|b| f32::from(*b) / 255.0).collect())
    }
}
