//! Draws photos of meters whose reading is known exactly: for tests, for measuring, for the demo.
//!
//! No set of whole dials may be handed on freely, and a drawn one has labels without mistakes.

mod camera;
mod canvas;
mod counter;
mod face;
mod random;
mod strokes;

use image::RgbImage;

#[cfg(test)]
pub(crate) use counter::wheels_of;
pub use random::Random;

/// What a meter measures, and so what its face looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Water,
    Electricity,
}

/// How the photo was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difficulty {
    /// By a camera that hangs before the meter, or a careful hand.
    FixedFace,
    /// By somebody walking past.
    FreeHand,
    /// In a dark shaft, through dirt.
    Poor,
}

impl Difficulty {
    pub const ALL: [Self; 3] = [Self::FixedFace, Self::FreeHand, Self::Poor];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FixedFace => "fixed_face",
            Self::FreeHand => "free_hand",
            Self::Poor => "poor",
        }
    }
}

/// What carries the serial number besides its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    None,
    Bars,
    Square,
}

/// A meter, and what it shows.
#[derive(Clone, Debug)]
pub struct Dial {
    pub kind: Kind,
    /// The counter's value in units of its last wheel.
    pub units: u64,
    /// How far the last wheel is on its way to the next digit, 0 up to 1.
    pub fraction: f32,
    pub whole_digits: usize,
    pub decimals: usize,
    pub serial: String,
    pub code: Code,
    /// Of the maker's choices: hand, colours, sizes.
    pub look: u64,
}

impl Dial {
    /// A meter by chance.
    pub fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let kind = if random.chance(0.5) {
            Kind::Water
        } else {
            Kind::Electricity
        };
        let (whole_digits, decimals) = match kind {
            Kind::Water => (5, [0, 3, 3][random.below(3)]),
            Kind::Electricity => (5 + random.below(2), random.below(3)),
        };
        let wheels = whole_digits + decimals;
        let most = 10u64.pow(u32::try_from(wheels).unwrap_or(0));
        // Meters stand at small values more often than at large ones.
        let share = f64::from(random.unit()).powi(2);
        let units = ((most as f64) * share) as u64;
        let serial_length = 8 + random.below(3);
        let serial = (0..serial_length)
            .map(|_| char::from(b'0' + random.below(10) as u8))
            .collect();
        Self {
            kind,
            units: units.min(most - 1),
            fraction: random.unit(),
            whole_digits,
            decimals,
            serial,
            code: [Code::None, Code::Bars, Code::Square][random.below(3)],
            look: random.bits(),
        }
    }

    pub fn wheels(&self) -> Vec<f32> {
        counter::wheels_of(self.units, self.fraction, self.whole_digits + self.decimals)
    }

    /// The reading as one writes it down, all digits: `00123.456`.
    pub fn text(&self) -> String {
        let digits = format!(
            "{:0width$}",
            self.units,
            width = self.whole_digits + self.decimals
        );
        let (whole, decimals) = digits.split_at(self.whole_digits);
        if decimals.is_empty() {
            whole.to_owned()
        } else {
            format!("{whole}.{decimals}")
        }
    }

    /// The whole units alone, without leading zeros: what is billed.
    pub fn index(&self) -> String {
        let unit = 10u64.pow(u32::try_from(self.decimals).unwrap_or(0));
        (self.units / unit).to_string()
    }

    pub fn photo(&self, shot: &Shot) -> DialPhoto {
        let mut look = Random::new(self.look);
        let wheels = self.wheels();
        let face = face::draw(
            &face::Print {
                kind: self.kind,
                wheels: &wheels,
                decimals: self.decimals,
                serial: &self.serial,
                code: self.code,
            },
            &mut look,
        );
        let mut random = Random::new(shot.seed);
        let taken = camera::photograph(
            &face.canvas,
            (shot.width, shot.height),
            shot.difficulty,
            shot.upside_down,
            &mut random,
        );
        let windows = face
            .windows
            .iter()
            .map(|window| window.corners().map(|corner| taken.view.onto(corner)))
            .collect();
        DialPhoto {
            pixels: taken.pixels,
            windows,
        }
    }
}

/// How and how large a photo is taken.
#[derive(Clone, Copy, Debug)]
pub struct Shot {
    pub width: u32,
    pub height: u32,
    pub difficulty: Difficulty,
    pub upside_down: bool,
    pub seed: u64,
}

impl Shot {
    pub const fn new(difficulty: Difficulty, seed: u64) -> Self {
        Self {
            width: 1200,
            height: 1200,
            difficulty,
            upside_down: false,
            seed,
        }
    }
}

/// One window of a drawn counter, as a training crop: its picture, and where the wheel stands.
pub fn window(seed: u64) -> (RgbImage, f32) {
    let mut random = Random::new(seed);
    counter::window(&mut random)
}

/// A photo, and where in it the wheels are.
#[derive(Clone, Debug)]
pub struct DialPhoto {
    pub pixels: RgbImage,
    /// The corners of each wheel's window: upper left, upper right, lower right, lower left.
    pub windows: Vec<[(f32, f32); 4]>,
}

impl DialPhoto {
    /// Writes into the lower left corner as camera apps do: digits, `-` and `:`.
    pub fn stamp(&mut self, text: &str) {
        let height = self.pixels.width().min(self.pixels.height()) as f32 / 32.0;
        let at = (height, self.pixels.height() as f32 - 2.0 * height);
        let mut canvas = canvas::Canvas {
            pixels: std::mem::take(&mut self.pixels),
        };
        let mut random = Random::new(1);
        counter::print(
            &mut canvas,
            text,
            at,
            height,
            [250.0, 200.0, 40.0],
            &mut random,
        );
        self.pixels = canvas.pixels;
    }

    /// As a phone sends it.
    pub fn jpeg(&self, quality: u8) -> Result<Vec<u8>, crate::Refusal> {
        crate::gate::jpeg_of(&self.pixels, quality)
    }
}

#[cfg(test)]
mod tests;
