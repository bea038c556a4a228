//! Cuts windows out of a photo along a row, upright and straight.

use image::RgbImage;

use super::blobs::Ink;
use super::rows::Line;
use crate::digits::{CROP_HEIGHT as HEIGHT, CROP_WIDTH as WIDTH, Crop, WheelReading};
use crate::picture::sample;

/// A window in the photo: its middle, and half its width and height as vectors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) middle: (f32, f32),
    right: (f32, f32),
    down: (f32, f32),
}

/// Of a window's height, how much its digit takes in the pictures the network learned from.
const DIGIT_SHARE: f32 = 0.62;
/// Windows are seldom wider, in digit heights.
const WIDTH_MAX: f32 = 0.95;

/// Pixels of the photo from one sample to the next: each is made of the four around it.
const STRIDE: f32 = 1.5;

/// By how much a window is cut larger or elsewhere than planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nudge {
    pub(super) scale: f32,
    pub(super) across: f32,
    pub(super) down: f32,
}

impl Nudge {
    pub(super) const NONE: Self = Self {
        scale: 1.0,
        across: 0.0,
        down: 0.0,
    };
    /// Answers over these are averaged; they lie evenly around none.
    pub(super) const ALL: [Self; 5] = [
        Self::NONE,
        Self {
            scale: 0.9,
            across: 0.04,
            down: 0.0,
        },
        Self {
            scale: 1.1,
            across: -0.04,
            down: 0.0,
        },
        Self {
            scale: 1.0,
            across: 0.03,
            down: 0.05,
        },
        Self {
            scale: 1.0,
            across: -0.03,
            down: -0.05,
        },
    ];
}

impl Window {
    pub(super) fn of(line: &Line, place: f32) -> Self {
        let step = line.step_at(place);
        let pitch = step.0.hypot(step.1).max(1.0);
        let height = line.height_at(place);
        let half_width = (height * WIDTH_MAX).min(pitch) / 2.0;
        let half_height = height / DIGIT_SHARE / 2.0;
        let along = (step.0 / pitch, step.1 / pitch);
        Self {
            middle: line.at(place),
            right: (along.0 * half_width, along.1 * half_width),
            down: (-along.1 * half_height, along.0 * half_height),
        }
    }

    /// As seen by one who holds the photo the other way up.
    pub(super) fn turned(self) -> Self {
        Self {
            middle: self.middle,
            right: (-self.right.0, -self.right.1),
            down: (-self.down.0, -self.down.1),
        }
    }

    /// From -1 to 1 both ways.
    fn place(self, across: f32, down: f32) -> (f32, f32) {
        (
            self.middle.0 + self.right.0 * across + self.down.0 * down,
            self.middle.1 + self.right.1 * across + self.down.1 * down,
        )
    }

    pub(crate) fn corners(self) -> [(f32, f32); 4] {
        [
            self.place(-1.0, -1.0),
            self.place(1.0, -1.0),
            self.place(1.0, 1.0),
            self.place(-1.0, 1.0),
        ]
    }

    /// The colour at a share of the width and of the height.
    pub(super) fn colour(self, pixels: &RgbImage, across: f32, down: f32) -> image::Rgb<u8> {
        let at = self.place(across * 2.0 - 1.0, down * 2.0 - 1.0);
        image::Rgb(sample(pixels, at.0 - 0.5, at.1 - 0.5).map(|value| value.round() as u8))
    }

    pub(super) fn is_within(self, width: u32, height: u32) -> bool {
        self.corners().iter().all(|(x, y)| {
            // A little may be cut off by the edge.
            let slack = self.down.0.hypot(self.down.1) * 0.4;
            (-slack..width as f32 + slack).contains(x)
                && (-slack..height as f32 + slack).contains(y)
        })
    }

    /// Reads pixels as finely as the photo has them, so that a large window is not read through
    /// holes between them.
    pub(super) fn cut(self, pixels: &RgbImage, nudge: Nudge) -> Crop {
        let tall = 2.0 * self.down.0.hypot(self.down.1);
        let finer = (tall / (HEIGHT as f32 * STRIDE)).ceil().clamp(1.0, 6.0) as u32;
        let (width, height) = (WIDTH as u32 * finer, HEIGHT as u32 * finer);
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let across = ((x as f32 + 0.5) / width as f32 * 2.0 - 1.0) * nudge.scale;
            let down = ((y as f32 + 0.5) / height as f32 * 2.0 - 1.0) * nudge.scale;
            let (across, down) = (across + 2.0 * nudge.across, down + 2.0 * nudge.down);
            self.colour(pixels, f32::midpoint(across, 1.0), f32::midpoint(down, 1.0))
        });
        Crop::of(&picture)
    }
}

/// What a window looks like, apart from its digit. Only its inner part counts: at its edges there
/// may be frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    /// Between light and dark.
    pub(super) contrast: f32,
    /// The light of the wheel, behind the digit.
    pub(super) ground: f32,
    /// Share of red pixels.
    red: f32,
    /// Share of rows that something stands on.
    tall: f32,
}

impl Looks {
    pub(super) fn of(crop: &Crop, ink: Ink) -> Self {
        const COLUMNS: std::ops::Range<usize> = 3..WIDTH - 3;
        const ROWS: std::ops::Range<usize> = 2..HEIGHT - 2;
        let planes = crop.planes();
        let at = |x: usize, y: usize| [0, 1, 2].map(|c| planes[(c * HEIGHT + y) * WIDTH + x]);
        let grey = |[red, green, blue]: [f32; 3]| (0.3 * red + 0.59 * green + 0.11 * blue) * 255.0;
        let inner = || ROWS.flat_map(|y| COLUMNS.map(move |x| (x, y)));
        let mut greys: Vec<f32> = inner().map(|(x, y)| grey(at(x, y))).collect();
        greys.sort_by(f32::total_cmp);
        let percentile = |share: usize| greys[(greys.len() - 1) * share / 100];
        let reds = inner().filter(|(x, y)| {
            let [red, green, blue] = at(*x, *y);
            red > 0.14 && red > 1.45 * green && red > 1.45 * blue
        });
        let red = reds.count() as f32 / greys.len() as f32;
        let contrast = percentile(96) - percentile(4);
        let stands_on = |y: &usize| {
            let (mut low, mut high) = (f32::MAX, f32::MIN);
            for x in COLUMNS {
                let value = grey(at(x, *y));
                low = low.min(value);
                high = high.max(value);
            }
            high - low > 0.4 * contrast
        };
        Self {
            contrast,
            ground: match ink {
                Ink::Light => percentile(25),
                Ink::Dark => percentile(75),
            },
            red,
            tall: ROWS.filter(stands_on).count() as f32 / HEIGHT as f32,
        }
    }

    pub(super) fn is_red(&self) -> bool {
        self.red > 0.08
    }

    /// Digits are as tall as the window allows; letters beside a counter are not.
    pub(super) fn is_tall(&self) -> bool {
        self.tall > 0.4
    }
}

/// The mean of several answers about one wheel.
pub(super) fn averaged(answers: &[&WheelReading]) -> WheelReading {
    let mut probabilities = vec![0.0; crate::digits::CLASSES];
    for answer in answers {
        for (sum, probability) in probabilities.iter_mut().zip(&answer.probabilities) {
            *sum += probability / answers.len() as f32;
        }
    }
    WheelReading::from_probabilities(probabilities)
}
