//! What a camera makes of a face: place, tilt, light, glare, dirt, blur, noise.

use image::RgbImage;

use super::canvas::{Area, Canvas, Point, bytes};
use super::random::Random;
use super::{Difficulty, face};
use crate::picture::sample;

/// From the face to the photo: a plane seen from somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct View([f32; 9]);

impl View {
    pub(super) fn onto(self, (x, y): Point) -> Point {
        let m = self.0;
        let depth = m[6] * x + m[7] * y + m[8];
        (
            (m[0] * x + m[1] * y + m[2]) / depth,
            (m[3] * x + m[4] * y + m[5]) / depth,
        )
    }

    fn then(self, next: Self) -> Self {
        let mut product = [0.0; 9];
        for row in 0..3 {
            for column in 0..3 {
                product[row * 3 + column] = (0..3)
                    .map(|k| next.0[row * 3 + k] * self.0[k * 3 + column])
                    .sum();
            }
        }
        Self(product)
    }

    fn inverse(self) -> Self {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        Self([
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ])
    }

    const fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0])
    }
}

/// How strong everything is.
#[derive(Clone, Copy, Debug)]
struct Strength {
    turn: f32,
    tilt: f32,
    size: (f32, f32),
    off_centre: f32,
    blur: f32,
    noise: f32,
    glare: f32,
    dirt: usize,
    light: (f32, f32),
}

const fn strength(difficulty: Difficulty) -> Strength {
    match difficulty {
        Difficulty::FixedFace => Strength {
            turn: 2.0,
            tilt: 0.03,
            size: (0.88, 1.0),
            off_centre: 0.02,
            blur: 0.6,
            noise: 4.0,
            glare: 0.0,
            dirt: 1,
            light: (0.8, 1.1),
        },
        Difficulty::FreeHand => Strength {
            turn: 9.0,
            tilt: 0.16,
            size: (0.65, 0.95),
            off_centre: 0.07,
            blur: 1.1,
            noise: 8.0,
            glare: 90.0,
            dirt: 5,
            light: (0.65, 1.15),
        },
        Difficulty::Poor => Strength {
            turn: 20.0,
            tilt: 0.3,
            size: (0.5, 0.9),
            off_centre: 0.12,
            blur: 2.4,
            noise: 16.0,
            glare: 190.0,
            dirt: 16,
            light: (0.35, 1.25),
        },
    }
}

pub(super) struct Shot {
    pub(super) pixels: RgbImage,
    pub(super) view: View,
}

pub(super) fn photograph(
    canvas: &Canvas,
    size: (u32, u32),
    difficulty: Difficulty,
    upside_down: bool,
    random: &mut Random,
) -> Shot {
    let strength = strength(difficulty);
    let view = view(size, strength, upside_down, random);
    let back = view.inverse();
    let light = random.between(strength.light.0, strength.light.1);
    let ramp = (random.between(-0.2, 0.2), random.between(-0.2, 0.2));
    let tint = [random.between(0.93, 1.05), 1.0, random.between(0.88, 1.05)];
    let glare = Glare::draw(size, strength.glare, random);
    let wall = sample(&canvas.pixels, 2.0, 2.0);
    let mut pixels = RgbImage::new(size.0, size.1);
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let at = back.onto((x as f32 + 0.5, y as f32 + 0.5));
        let on_face =
            (0.0..face::WIDTH as f32).contains(&at.0) && (0.0..face::HEIGHT as f32).contains(&at.1);
        let colour = if on_face {
            sample(&canvas.pixels, at.0 - 0.5, at.1 - 0.5)
        } else {
            wall
        };
        let place = (
            x as f32 / size.0 as f32 - 0.5,
            y as f32 / size.1 as f32 - 0.5,
        );
        let lit = light * (1.0 + ramp.0 * place.0 * 2.0 + ramp.1 * place.1 * 2.0);
        let shine = glare.at(x as f32, y as f32);
        *pixel = bytes(std::array::from_fn(|c| colour[c] * lit * tint[c] + shine));
    }
    let mut sheet = Canvas { pixels };
    soil(&mut sheet, strength.dirt, random);
    let mut pixels = blurred(sheet.pixels, strength.blur * random.between(0.4, 1.0));
    let noise = strength.noise * random.between(0.3, 1.0);
    for pixel in pixels.pixels_mut() {
        let grain = random.bell() * noise;
        for value in &mut pixel.0 {
            *value =
                (f32::from(*value) + grain + random.bell() * noise * 0.4).clamp(0.0, 255.0) as u8;
        }
    }
    Shot { pixels, view }
}

fn view(size: (u32, u32), strength: Strength, upside_down: bool, random: &mut Random) -> View {
    let (width, height) = (size.0 as f32, size.1 as f32);
    let scale =
        width.min(height) / face::WIDTH as f32 * random.between(strength.size.0, strength.size.1);
    let half_turn = if upside_down { 180.0 } else { 0.0 };
    let turn = random.between(-strength.turn, strength.turn) + half_turn;
    let (sin, cos) = turn.to_radians().sin_cos();
    let turned = View([
        scale * cos,
        -scale * sin,
        0.0,
        scale * sin,
        scale * cos,
        0.0,
        0.0,
        0.0,
        1.0,
    ]);
    let lean =
        |random: &mut Random| random.between(-strength.tilt, strength.tilt) / face::WIDTH as f32;
    let mut tilted = View::shift(0.0, 0.0);
    tilted.0[6] = lean(random);
    tilted.0[7] = lean(random);
    let off = |length: f32, random: &mut Random| {
        length * (0.5 + random.between(-strength.off_centre, strength.off_centre))
    };
    let centre = (face::WIDTH as f32 / 2.0, face::HEIGHT as f32 / 2.0);
    View::shift(-centre.0, -centre.1)
        .then(tilted)
        .then(turned)
        .then(View::shift(off(width, random), off(height, random)))
}

/// A lamp's or the flash's reflection.
struct Glare {
    middle: Point,
    radius: f32,
    strength: f32,
}

impl Glare {
    fn draw(size: (u32, u32), strength: f32, random: &mut Random) -> Self {
        Self {
            middle: (
                size.0 as f32 * random.between(0.2, 0.8),
                size.1 as f32 * random.between(0.2, 0.8),
            ),
            radius: size.0.min(size.1) as f32 * random.between(0.04, 0.14),
            strength: strength * random.unit(),
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let away = (x - self.middle.0).hypot(y - self.middle.1) / self.radius;
        if away > 3.0 {
            0.0
        } else {
            self.strength * (-away * away).exp()
        }
    }
}

/// Specks and scratches on the glass.
fn soil(canvas: &mut Canvas, amount: usize, random: &mut Random) {
    let (width, height) = canvas.pixels.dimensions();
    let side = width.min(height) as f32;
    for _ in 0..amount {
        let middle = (width as f32 * random.unit(), height as f32 * random.unit());
        if random.chance(0.3) {
            let to = (
                middle.0 + side * random.between(-0.15, 0.15),
                middle.1 + side * random.between(-0.15, 0.15),
            );
            canvas.line(middle, to, side * 0.0008, [random.between(90.0, 210.0); 3]);
            continue;
        }
        let radius = side * random.between(0.003, 0.016);
        let dark = random.between(40.0, 120.0);
        let thick = random.between(0.2, 0.7);
        let area = Area {
            x: middle.0 - radius,
            y: middle.1 - radius,
            width: 2.0 * radius,
            height: 2.0 * radius,
        };
        canvas.paint(
            area,
            |_, _| [dark, dark * 0.9, dark * 0.7],
            |x, y| {
                let away = (x - middle.0).hypot(y - middle.1) / radius;
                (1.0 - away) * 2.0 * thick
            },
        );
    }
}

/// `sigma` for a photo 1000 pixels wide; a blurred lens blurs a larger photo as much.
fn blurred(pixels: RgbImage, sigma: f32) -> RgbImage {
    let sigma = sigma * pixels.width().min(pixels.height()) as f32 / 1000.0;
    if sigma < 0.3 {
        return pixels;
    }
    image::imageops::fast_blur(&pixels, sigma)
}
