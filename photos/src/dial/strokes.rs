//! Digits from strokes of our own, so that no font has to be installed or licensed.

use super::random::Random;

/// How a maker draws digits.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each digit has its own two forms"
)]
pub(super) struct Hand {
    /// Half the stroke, in digit heights.
    pub(super) weight: f32,
    /// Width of a digit, in digit heights.
    pub(super) width: f32,
    /// 2 is an ellipse, more is nearer to a rectangle.
    squareness: f32,
    slant: f32,
    open_four: bool,
    flat_three: bool,
    footed_one: bool,
    straight_six: bool,
}

impl Hand {
    pub(super) fn draw(random: &mut Random) -> Self {
        Self {
            weight: random.between(0.055, 0.085),
            width: random.between(0.5, 0.62),
            squareness: random.between(2.0, 3.6),
            slant: if random.chance(0.2) {
                random.between(0.0, 0.12)
            } else {
                0.0
            },
            open_four: random.chance(0.15),
            flat_three: random.chance(0.15),
            footed_one: random.chance(0.2),
            straight_six: random.chance(0.4),
        }
    }

    /// The strokes of a digit, each a line through points; a height of 1, the middle at 0.
    pub(super) fn strokes(&self, digit: u8) -> Vec<Vec<(f32, f32)>> {
        let mut strokes = self.upright(digit);
        for point in strokes.iter_mut().flatten() {
            // The outline, not the middle of the stroke, is one high.
            let squeeze = 1.0 - 2.0 * self.weight;
            point.1 = (point.1 - 0.5) * squeeze;
            point.0 = (point.0 - 0.5) * (self.width - 2.0 * self.weight) - point.1 * self.slant;
        }
        strokes
    }

    /// In a box from 0 to 1 both ways, y downwards.
    fn upright(&self, digit: u8) -> Vec<Vec<(f32, f32)>> {
        match digit {
            0 => vec![self.arc((0.5, 0.5), (0.5, 0.5), 0.0, 360.0)],
            1 => self.one(),
            2 => {
                let mut line = self.arc((0.5, 0.28), (0.48, 0.28), 190.0, 380.0);
                line.extend([(0.02, 1.0), (1.0, 1.0)]);
                vec![line]
            }
            3 => self.three(),
            4 => {
                let top = if self.open_four { 0.45 } else { 0.72 };
                vec![
                    vec![(top, 0.0), (0.0, 0.7), (1.0, 0.7)],
                    vec![(0.72, if self.open_four { 0.35 } else { 0.0 }), (0.72, 1.0)],
                ]
            }
            5 => {
                let mut line = vec![(0.92, 0.0), (0.14, 0.0), (0.08, 0.46)];
                line.extend(self.arc((0.48, 0.67), (0.5, 0.33), 215.0, 360.0 + 150.0));
                vec![line]
            }
            6 => self.six(),
            7 => vec![vec![(0.0, 0.0), (1.0, 0.0), (0.36, 1.0)]],
            8 => vec![
                self.arc((0.5, 0.24), (0.42, 0.24), 0.0, 360.0),
                self.arc((0.5, 0.73), (0.5, 0.27), 0.0, 360.0),
            ],
            _ => self
                .six()
                .into_iter()
                .map(|line| line.into_iter().map(|(x, y)| (1.0 - x, 1.0 - y)).collect())
                .collect(),
        }
    }

    fn one(&self) -> Vec<Vec<(f32, f32)>> {
        let mut strokes = vec![vec![(0.22, 0.2), (0.55, 0.0), (0.55, 1.0)]];
        if self.footed_one {
            strokes.push(vec![(0.2, 1.0), (0.9, 1.0)]);
        }
        strokes
    }

    fn three(&self) -> Vec<Vec<(f32, f32)>> {
        let bowl = self.arc((0.48, 0.7), (0.5, 0.3), -90.0, 160.0);
        if self.flat_three {
            let mut line = vec![(0.05, 0.0), (0.92, 0.0), (0.46, 0.4)];
            line.extend(bowl);
            return vec![line];
        }
        let top = self.arc((0.48, 0.235), (0.44, 0.235), 195.0, 450.0);
        vec![top, bowl]
    }

    fn six(&self) -> Vec<Vec<(f32, f32)>> {
        let bowl = self.arc((0.5, 0.67), (0.5, 0.33), 0.0, 360.0);
        let back = if self.straight_six {
            vec![(0.72, 0.0), (0.1, 0.52)]
        } else {
            self.arc((0.62, 0.62), (0.62, 0.62), 180.0, 285.0)
        };
        vec![bowl, back]
    }

    /// Part of a superellipse; degrees clockwise from the right, as y goes down.
    fn arc(&self, middle: (f32, f32), radius: (f32, f32), from: f32, to: f32) -> Vec<(f32, f32)> {
        const STEPS: u8 = 28;
        let bend = |value: f32| value.signum() * value.abs().powf(2.0 / self.squareness);
        (0..=STEPS)
            .map(|step| {
                let turn = from + (to - from) * f32::from(step) / f32::from(STEPS);
                let (sin, cos) = turn.to_radians().sin_cos();
                (
                    middle.0 + radius.0 * bend(cos),
                    middle.1 + radius.1 * bend(sin),
                )
            })
            .collect()
    }
}

/// How far a place is from the nearest stroke.
pub(super) fn distance(strokes: &[Vec<(f32, f32)>], at: (f32, f32)) -> f32 {
    strokes
        .iter()
        .flat_map(|line| line.windows(2))
        .map(|ends| to_segment(at, ends[0], ends[1]))
        .fold(f32::MAX, f32::min)
}

pub(super) fn to_segment(at: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).max(1e-12);
    let along = (((at.0 - from.0) * dx + (at.1 - from.1) * dy) / length).clamp(0.0, 1.0);
    (at.0 - from.0 - along * dx).hypot(at.1 - from.1 - along * dy)
}
