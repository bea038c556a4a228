//! The counter of a dial: wheels in their windows.

use image::RgbImage;

use super::canvas::{Area, Canvas, Colour, bytes, inside};
use super::random::Random;
use super::strokes::{Hand, distance};
use crate::picture::sample;

/// Where a wheel stands, 0.0 up to 10.0, left to right; as the mechanism drives them: a wheel
/// turns only while its right neighbour goes from 9 to 0, the last one all the time.
pub(crate) fn wheels_of(units: u64, fraction: f32, count: usize) -> Vec<f32> {
    let mut wheels = vec![0.0; count];
    let mut rest = units;
    let mut carry = fraction;
    for wheel in wheels.iter_mut().rev() {
        let digit = (rest % 10) as f32;
        *wheel = digit + carry;
        carry = if digit >= 9.0 { carry } else { 0.0 };
        rest /= 10;
    }
    wheels
}

/// How a counter is made.
#[derive(Clone, Debug)]
pub(super) struct Style {
    hand: Hand,
    pub(super) digit_height: f32,
    /// Window sizes, in digit heights.
    pub(super) window: (f32, f32),
    /// From one window to the next, in digit heights.
    pub(super) pitch: f32,
    /// From one digit of a wheel to the next, in digit heights.
    spacing: f32,
    wheel: Colour,
    ink: Colour,
    decimal_wheel: Colour,
    decimal_ink: Colour,
    pub(super) plate: Colour,
    red_frame: bool,
}

impl Style {
    pub(super) fn draw(random: &mut Random, digit_height: f32) -> Self {
        let dark = random.chance(0.75);
        let shade = random.between(18.0, 55.0);
        let light = random.between(205.0, 245.0);
        let (wheel, ink) = if dark {
            ([shade, shade, shade + 4.0], [light, light, light - 6.0])
        } else {
            ([light, light, light - 10.0], [shade, shade, shade])
        };
        let red = [
            random.between(160.0, 200.0),
            random.between(25.0, 50.0),
            38.0,
        ];
        let red_wheel = random.chance(0.5);
        let (decimal_wheel, decimal_ink) = match (dark, red_wheel) {
            (true, true) => (red, ink),
            (true, false) => ([light, light, light - 8.0], red),
            (false, true) => (red, wheel),
            (false, false) => (wheel, red),
        };
        let window_width = random.between(0.86, 1.0);
        Self {
            hand: Hand::draw(random),
            digit_height,
            window: (window_width, random.between(1.5, 1.68)),
            pitch: window_width + random.between(0.06, 0.3),
            spacing: random.between(1.32, 1.6),
            wheel,
            ink,
            decimal_wheel,
            decimal_ink,
            plate: if dark {
                [shade * 0.6; 3]
            } else {
                [random.between(60.0, 150.0); 3]
            },
            red_frame: random.chance(0.4),
        }
    }

    pub(super) fn size(&self, wheels: usize) -> (f32, f32) {
        let across = self.pitch * (wheels - 1) as f32 + self.window.0 + 0.35;
        (
            across * self.digit_height,
            (self.window.1 + 0.35) * self.digit_height,
        )
    }
}

/// Draws the counter with its left upper corner at a place, and gives the windows.
pub(super) fn paint(
    canvas: &mut Canvas,
    style: &Style,
    at: (f32, f32),
    wheels: &[f32],
    decimals: usize,
    random: &mut Random,
) -> Vec<Area> {
    let (width, height) = style.size(wheels.len());
    let unit = style.digit_height;
    let plate = Area {
        x: at.0,
        y: at.1,
        width,
        height,
    };
    canvas.rectangle(plate, style.plate);
    let first_decimal = wheels.len() - decimals;
    if decimals > 0 && style.red_frame {
        let shift = style.pitch * unit * first_decimal as f32;
        let frame = Area {
            x: at.0 + 0.1 * unit + shift,
            y: at.1 + 0.04 * unit,
            width: width - shift - 0.12 * unit,
            height: height - 0.08 * unit,
        };
        canvas.rectangle(frame, [185.0, 30.0, 35.0]);
    }
    let mut windows = Vec::with_capacity(wheels.len());
    for (index, value) in wheels.iter().enumerate() {
        let window = Area {
            x: at.0 + (0.175 + style.pitch * index as f32) * unit,
            y: at.1 + 0.175 * unit,
            width: style.window.0 * unit,
            height: style.window.1 * unit,
        };
        let worn = (random.bell() * 0.02, random.bell() * 0.02);
        paint_wheel(canvas, style, window, *value, index >= first_decimal, worn);
        windows.push(window);
    }
    windows
}

/// The middle one of three wheels, cut out by a careless hand.
pub(super) fn window(random: &mut Random) -> (RgbImage, f32) {
    const DIGIT_HEIGHT: f32 = 40.0;
    let mut style = Style::draw(random, DIGIT_HEIGHT);
    // Windows come smaller and larger than those of whole dials drawn here.
    style.window = (random.between(0.72, 1.05), random.between(1.15, 1.75));
    style.pitch = style.window.0 + random.between(0.0, 0.3);
    style.spacing = random.between(1.15, 1.65);
    let (width, height) = style.size(3);
    let shade = random.between(60.0, 230.0);
    let mut canvas = Canvas::new(width as u32 + 20, height as u32 + 20, [shade; 3]);
    // Most wheels stand on a digit; the others are what is hard to learn.
    let tenth = if random.chance(0.4) {
        0
    } else {
        random.below(10)
    };
    let value = random.below(10) as f32 + tenth as f32 / 10.0;
    let wheels = [random.below(10) as f32, value, random.unit() * 10.0];
    let decimals = random.below(3);
    let windows = paint(&mut canvas, &style, (10.0, 10.0), &wheels, decimals, random);
    let edge = |random: &mut Random| random.between(-0.05, 0.1) * DIGIT_HEIGHT;
    let cut = Area {
        x: windows[1].x - edge(random),
        y: windows[1].y - edge(random),
        width: windows[1].width + 2.0 * edge(random),
        height: windows[1].height + 2.0 * edge(random),
    };
    let noise = random.between(0.0, 10.0);
    let gain = random.between(0.6, 1.15);
    let sharp = if random.chance(0.5) {
        canvas.pixels
    } else {
        image::imageops::fast_blur(&canvas.pixels, random.between(0.5, 2.4))
    };
    let pixels = RgbImage::from_fn(30, 50, |x, y| {
        let at = (
            cut.x + (x as f32 + 0.5) / 30.0 * cut.width,
            cut.y + (y as f32 + 0.5) / 50.0 * cut.height,
        );
        let speck = random.bell() * noise;
        bytes(sample(&sharp, at.0, at.1).map(|value| value * gain + speck))
    });
    (pixels, value)
}

fn paint_wheel(
    canvas: &mut Canvas,
    style: &Style,
    window: Area,
    value: f32,
    decimal: bool,
    worn: (f32, f32),
) {
    let (wheel, ink) = if decimal {
        (style.decimal_wheel, style.decimal_ink)
    } else {
        (style.wheel, style.ink)
    };
    let unit = style.digit_height;
    let middle = window.middle();
    let upper = value.floor();
    let strokes: Vec<_> = (-1i8..=2)
        .map(|step| {
            let digit = (upper + f32::from(step)).rem_euclid(10.0) as u8;
            let shift = (f32::from(step) - (value - upper)) * style.spacing;
            (shift, style.hand.strokes(digit))
        })
        .collect();
    canvas.paint(
        window,
        |x, y| {
            let across = (x - middle.0) / unit - worn.0;
            let down = (y - middle.1) / unit - worn.1;
            let nearest = strokes
                .iter()
                .filter(|(shift, _)| (down - shift).abs() < 0.7)
                .map(|(shift, strokes)| distance(strokes, (across, down - shift)))
                .fold(f32::MAX, f32::min);
            let cover = ((style.hand.weight - nearest) * unit + 0.5).clamp(0.0, 1.0);
            // A wheel is round: it darkens towards its upper and lower edge.
            let bend = (y - middle.1) / window.height * 2.0;
            let shade = 1.0 - 0.35 * bend * bend;
            std::array::from_fn(|c| (wheel[c] + (ink[c] - wheel[c]) * cover) * shade)
        },
        |x, y| inside(window, x, y),
    );
}

/// A line of small digits, as serial numbers are printed, with the marks of dates and times; gives
/// its width.
pub(super) fn print(
    canvas: &mut Canvas,
    text: &str,
    at: (f32, f32),
    height: f32,
    colour: Colour,
    random: &mut Random,
) -> f32 {
    let hand = Hand::draw(random);
    let advance = (hand.width + 0.22) * height;
    for (index, character) in text.chars().enumerate() {
        let strokes = match (character, character.to_digit(10)) {
            (_, Some(digit)) => hand.strokes(digit as u8),
            ('-', _) => vec![vec![(-0.15, 0.0), (0.15, 0.0)]],
            (':', _) => vec![
                vec![(0.0, -0.22), (0.0, -0.2)],
                vec![(0.0, 0.2), (0.0, 0.22)],
            ],
            _ => continue,
        };
        let middle = (at.0 + advance * (index as f32 + 0.5), at.1 + height / 2.0);
        let area = Area {
            x: middle.0 - advance / 2.0,
            y: at.1 - 1.0,
            width: advance,
            height: height + 2.0,
        };
        canvas.paint(
            area,
            |_, _| colour,
            |x, y| {
                let place = ((x - middle.0) / height, (y - middle.1) / height);
                (hand.weight - distance(&strokes, place)) * height + 0.5
            },
        );
    }
    advance * text.len() as f32
}
