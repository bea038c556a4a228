//! Whether a picture was taken of a screen: its rows and columns of light, or the bands they make
//! with the camera's own, repeat evenly over the whole of it. Bars and grilles do so in one place.

use image::GrayImage;

const SIDE: usize = 128;
const TILES: usize = 4;
/// Of every tile's lines one in so many is looked at.
const EVERY: usize = 8;
/// In waves over a tile: what is slower is light and shade, what is faster is lost.
const WAVES: std::ops::Range<usize> = 8..62;
/// Times the power of the waves around it.
const PEAK: f32 = 10.0;
/// In steps of 255: what JPEG leaves of its blocks is below.
const AMPLITUDE: f32 = 2.0;

/// The share of the picture in which one wave stands out, along or across; 0 to 1.
pub(super) fn share(grey: &GrayImage) -> f32 {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    if width < SIDE || height < SIDE {
        return 0.0;
    }
    let table = Table::new();
    let place = |tile: usize, length: usize| (length - SIDE) * tile / (TILES - 1);
    let mut found = [[0u16; WAVES.end + 1]; 2];
    for tile in 0..TILES * TILES {
        let (left, top) = (place(tile % TILES, width), place(tile / TILES, height));
        for (across, found) in found.iter_mut().enumerate() {
            let value = |line: usize, at: usize| {
                let (x, y) = if across == 0 { (at, line) } else { (line, at) };
                f32::from(grey.as_raw()[(top + y) * width + left + x])
            };
            if let Some(wave) = standing_out(&table.power(value)) {
                // Between two waves it may be either.
                for near in &mut found[wave - 1..=wave + 1] {
                    *near += 1;
                }
            }
        }
    }
    let most = found.iter().flatten().max().copied().unwrap_or(0);
    f32::from(most) / (TILES * TILES) as f32
}

/// Waves by place, under a window that ends softly.
struct Table {
    window: Vec<f32>,
    waves: Vec<(f32, f32)>,
}

impl Table {
    fn new() -> Self {
        let turn = |at: usize| at as f32 / SIDE as f32 * std::f32::consts::TAU;
        Self {
            window: (0..SIDE).map(|at| 0.5 - 0.5 * turn(at).cos()).collect(),
            waves: (0..SIDE).map(|at| turn(at).sin_cos()).collect(),
        }
    }

    /// The mean power of every wave over the lines of a tile.
    fn power(&self, value: impl Fn(usize, usize) -> f32) -> [f32; WAVES.end + 1] {
        let mut power = [0.0; WAVES.end + 1];
        let lines = SIDE / EVERY;
        for line in 0..lines {
            let mut values: Vec<f32> = (0..SIDE).map(|at| value(line * EVERY, at)).collect();
            let mean = values.iter().sum::<f32>() / SIDE as f32;
            for (value, window) in values.iter_mut().zip(&self.window) {
                *value = (*value - mean) * window;
            }
            for (wave, power) in power.iter_mut().enumerate().skip(WAVES.start - 4) {
                let (mut sine, mut cosine) = (0.0, 0.0);
                for (at, value) in values.iter().enumerate() {
                    let (sin, cos) = self.waves[at * wave % SIDE];
                    sine += value * sin;
                    cosine += value * cos;
                }
                *power += (sine * sine + cosine * cosine) / lines as f32;
            }
        }
        power
    }
}

fn standing_out(power: &[f32]) -> Option<usize> {
    let wave = WAVES.max_by(|a, b| power[*a].total_cmp(&power[*b]))?;
    let amplitude = 4.0 * power[wave].sqrt() / SIDE as f32;
    let mut around: Vec<f32> = (wave - 4..=wave + 4)
        .filter(|near| near.abs_diff(wave) > 2)
        .filter_map(|near| power.get(near).copied())
        .collect();
    around.sort_by(f32::total_cmp);
    let usual = around.get(around.len() / 2)?;
    (amplitude >= AMPLITUDE && power[wave] > PEAK * usual).then_some(wave)
}
