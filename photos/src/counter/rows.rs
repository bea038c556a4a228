//! Patches in a line, evenly apart, of one height: digits of a counter, or of a printed number.

use super::blobs::Blob;

/// Even places on a line; place 0 is the first patch seen.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) members: Vec<(i32, Blob)>,
    pub(super) line: Line,
}

/// Where place `n` is, and how tall digits are there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    x: [f32; 3],
    y: [f32; 2],
    height: [f32; 2],
}

impl Line {
    pub(super) fn at(&self, place: f32) -> (f32, f32) {
        (
            self.x[0] + self.x[1] * place + self.x[2] * place * place,
            self.y[0] + self.y[1] * place,
        )
    }

    pub(super) fn height_at(&self, place: f32) -> f32 {
        (self.height[0] + self.height[1] * place).max(4.0)
    }

    pub(super) fn step_at(&self, place: f32) -> (f32, f32) {
        (self.x[1] + 2.0 * self.x[2] * place, self.y[1])
    }
}

const MEMBERS_MIN: usize = 3;
/// Of digit height: where the next digit may be.
const STEP: std::ops::Range<f32> = 0.55..2.1;
const SLOPE_MAX: f32 = 0.6;
const HEIGHTS_ALIKE: std::ops::Range<f32> = 0.78..1.28;
const REACH: f32 = 0.3;
const PLACES_MAX: i32 = 12;

/// Rows, those with most members first; each patch is used once.
pub(super) fn rows(blobs: &[Blob], rows_max: usize) -> Vec<Row> {
    let mut found: Vec<Vec<(i32, usize)>> = Vec::new();
    for first in 0..blobs.len() {
        for second in 0..blobs.len() {
            if adjacent(&blobs[first], &blobs[second]) {
                let members = extend(blobs, first, second);
                if members.len() >= MEMBERS_MIN {
                    found.push(members);
                }
            }
        }
    }
    let badness = |members: &[(i32, usize)]| misfit(blobs, members);
    found.sort_by(|a, b| {
        b.len()
            .cmp(&a.len())
            .then_with(|| badness(a).total_cmp(&badness(b)))
    });
    let mut used = vec![false; blobs.len()];
    let mut rows = Vec::new();
    for members in found {
        let taken = members.iter().filter(|(_, blob)| used[*blob]).count();
        if taken * 3 > members.len() || rows.len() == rows_max {
            continue;
        }
        for (_, blob) in &members {
            used[*blob] = true;
        }
        let members = members
            .into_iter()
            .map(|(place, blob)| (place, blobs[blob]))
            .collect();
        rows.extend(fitted(members));
    }
    rows
}

fn adjacent(left: &Blob, right: &Blob) -> bool {
    let (dx, dy) = (right.x - left.x, right.y - left.y);
    let height = left.height.max(right.height);
    STEP.contains(&(dx / height))
        && dy.abs() < SLOPE_MAX * dx
        && HEIGHTS_ALIKE.contains(&(left.height / right.height))
}

/// Follows the step between two patches both ways; one place in a row may be empty.
fn extend(blobs: &[Blob], first: usize, second: usize) -> Vec<(i32, usize)> {
    let mut members = vec![(0, first), (1, second)];
    for forward in [true, false] {
        let mut missed = 0;
        while missed < 2 && members.len() < PLACES_MAX as usize {
            let (low, high) = (members[0], members[members.len() - 1]);
            let (from, to) = (&blobs[low.1], &blobs[high.1]);
            let places = (high.0 - low.0) as f32;
            let step = ((to.x - from.x) / places, (to.y - from.y) / places);
            let end = if forward { high } else { low };
            let away = if forward { 1 + missed } else { -1 - missed };
            let base = &blobs[end.1];
            let expected = (base.x + step.0 * away as f32, base.y + step.1 * away as f32);
            let next = (0..blobs.len())
                .filter(|blob| HEIGHTS_ALIKE.contains(&(blobs[*blob].height / base.height)))
                .map(|blob| {
                    let off = (blobs[blob].x - expected.0).hypot(blobs[blob].y - expected.1);
                    (off, blob)
                })
                .filter(|(off, _)| *off < REACH * base.height)
                .min_by(|a, b| a.0.total_cmp(&b.0));
            match next {
                Some((_, blob)) => {
                    missed = 0;
                    if forward {
                        members.push((end.0 + away, blob));
                    } else {
                        members.insert(0, (end.0 + away, blob));
                    }
                }
                None => missed += 1,
            }
        }
    }
    members
}

/// Mean distance from even places, in digit heights.
fn misfit(blobs: &[Blob], members: &[(i32, usize)]) -> f32 {
    let list: Vec<(i32, Blob)> = members.iter().map(|(p, b)| (*p, blobs[*b])).collect();
    fitted(list).map_or(f32::MAX, |row| row.misfit())
}

impl Row {
    pub(super) fn misfit(&self) -> f32 {
        let off = self.members.iter().map(|(place, blob)| {
            let (x, y) = self.line.at(*place as f32);
            (blob.x - x).hypot(blob.y - y) / blob.height
        });
        off.sum::<f32>() / self.members.len() as f32
    }
}

fn fitted(members: Vec<(i32, Blob)>) -> Option<Row> {
    let values = |of: fn(&Blob) -> f32| -> Vec<(f32, f32)> {
        members
            .iter()
            .map(|(place, blob)| (*place as f32, of(blob)))
            .collect()
    };
    let across = values(|blob| blob.x);
    let x = if members.len() >= 6 {
        parabola(&across).or_else(|| straight(&across).map(|[a, b]| [a, b, 0.0]))?
    } else {
        let [a, b] = straight(&across)?;
        [a, b, 0.0]
    };
    // Digits half turned away stand too high or too low: the line through most of them counts.
    let y = steady(&values(|blob| blob.y))?;
    let heights = steady(&values(|blob| blob.height))?;
    Some(Row {
        line: Line {
            x,
            y,
            height: heights,
        },
        members,
    })
}

fn straight(points: &[(f32, f32)]) -> Option<[f32; 2]> {
    let count = points.len() as f32;
    let (sum_x, sum_y) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let spread: f32 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if spread < 1e-6 {
        return None;
    }
    let slope = points
        .iter()
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum::<f32>()
        / spread;
    Some([mean_y - slope * mean_x, slope])
}

/// Theil and Sen: the median of all slopes.
fn steady(points: &[(f32, f32)]) -> Option<[f32; 2]> {
    let mut slopes: Vec<f32> = Vec::new();
    for (index, a) in points.iter().enumerate() {
        for b in &points[index + 1..] {
            slopes.push((b.1 - a.1) / (b.0 - a.0));
        }
    }
    let slope = median(&mut slopes)?;
    let mut rests: Vec<f32> = points.iter().map(|(x, y)| y - slope * x).collect();
    Some([median(&mut rests)?, slope])
}

pub(super) fn median(values: &mut [f32]) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f32::total_cmp);
    Some(values[values.len() / 2])
}

/// Least squares with a bend: places come nearer together where the counter leans away.
fn parabola(points: &[(f32, f32)]) -> Option<[f32; 3]> {
    let mut rows = [[0.0f64; 4]; 3];
    for (x, y) in points {
        let powers = [1.0, f64::from(*x), f64::from(*x) * f64::from(*x)];
        for (row, left) in rows.iter_mut().zip(powers) {
            for (cell, right) in row.iter_mut().zip(powers) {
                *cell += left * right;
            }
            row[3] += left * f64::from(*y);
        }
    }
    for pivot in 0..3 {
        if rows[pivot][pivot].abs() < 1e-9 {
            return None;
        }
        for other in 0..3 {
            if other != pivot {
                let share = rows[other][pivot] / rows[pivot][pivot];
                let taken = rows[pivot];
                for (cell, taken) in rows[other].iter_mut().zip(taken).skip(pivot) {
                    *cell -= share * taken;
                }
            }
        }
    }
    let solved = [0, 1, 2].map(|row| (rows[row][3] / rows[row][row]) as f32);
    Some(solved)
}
