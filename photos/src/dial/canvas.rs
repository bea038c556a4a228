//! A sheet to draw on.

use image::{Rgb, RgbImage};

use super::strokes::to_segment;

pub(super) type Colour = [f32; 3];
pub(super) type Point = (f32, f32);

pub(super) struct Canvas {
    pub(super) pixels: RgbImage,
}

/// A rectangle by its left upper corner and its size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Area {
    pub(super) fn grown(self, by: f32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }

    pub(super) fn middle(self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub(super) fn corners(self) -> [Point; 4] {
        let (right, bottom) = (self.x + self.width, self.y + self.height);
        [
            (self.x, self.y),
            (right, self.y),
            (right, bottom),
            (self.x, bottom),
        ]
    }
}

pub(super) fn bytes(colour: Colour) -> Rgb<u8> {
    Rgb(colour.map(|value| value.clamp(0.0, 255.0) as u8))
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, colour: Colour) -> Self {
        Self {
            pixels: RgbImage::from_pixel(width, height, bytes(colour)),
        }
    }

    /// Paints where `cover` (0 to 1) says so.
    pub(super) fn paint(
        &mut self,
        area: Area,
        colour: impl Fn(f32, f32) -> Colour,
        cover: impl Fn(f32, f32) -> f32,
    ) {
        let (width, height) = self.pixels.dimensions();
        let clip = |value: f32, end: u32| value.clamp(0.0, end as f32) as u32;
        for y in clip(area.y - 1.0, height)..clip(area.y + area.height + 2.0, height) {
            for x in clip(area.x - 1.0, width)..clip(area.x + area.width + 2.0, width) {
                let at = (x as f32 + 0.5, y as f32 + 0.5);
                let share = cover(at.0, at.1).clamp(0.0, 1.0);
                if share > 0.0 {
                    let over = colour(at.0, at.1);
                    let pixel = self.pixels.get_pixel_mut(x, y);
                    for (value, over) in pixel.0.iter_mut().zip(over) {
                        let under = f32::from(*value);
                        *value = (under + (over - under) * share).clamp(0.0, 255.0) as u8;
                    }
                }
            }
        }
    }

    pub(super) fn rectangle(&mut self, area: Area, colour: Colour) {
        self.paint(area, |_, _| colour, |x, y| inside(area, x, y));
    }

    pub(super) fn disc(&mut self, middle: Point, radius: f32, colour: Colour) {
        self.paint(
            around(middle, radius),
            |_, _| colour,
            |x, y| radius - (x - middle.0).hypot(y - middle.1) + 0.5,
        );
    }

    pub(super) fn line(&mut self, from: Point, to: Point, half_width: f32, colour: Colour) {
        let area = Area {
            x: from.0.min(to.0),
            y: from.1.min(to.1),
            width: (from.0 - to.0).abs(),
            height: (from.1 - to.1).abs(),
        };
        self.paint(
            area.grown(half_width + 1.0),
            |_, _| colour,
            |x, y| half_width - to_segment((x, y), from, to) + 0.5,
        );
    }
}

pub(super) fn around(middle: Point, radius: f32) -> Area {
    Area {
        x: middle.0 - radius,
        y: middle.1 - radius,
        width: 2.0 * radius,
        height: 2.0 * radius,
    }
}

/// How much of a pixel is within; soft at the edge.
pub(super) fn inside(area: Area, x: f32, y: f32) -> f32 {
    let across = (x - area.x).min(area.x + area.width - x) + 0.5;
    let down = (y - area.y).min(area.y + area.height - y) + 0.5;
    across.min(down).clamp(0.0, 1.0)
}
