//! Patches that stand out from their surroundings and could be digits.

use image::GrayImage;

/// A connected patch that is lighter, or darker, than what is around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blob {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Light,
    Dark,
}

/// Sums over all pixels above and to the left, for means over any rectangle.
pub(super) struct Sums {
    width: usize,
    height: usize,
    plain: Vec<u32>,
    squares: Vec<u64>,
}

impl Sums {
    pub(super) fn of(grey: &GrayImage) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let stride = width + 1;
        let mut plain = vec![0; stride * (height + 1)];
        let mut squares = vec![0; stride * (height + 1)];
        for (y, row) in grey.as_raw().chunks_exact(width.max(1)).enumerate() {
            let mut sum = 0u32;
            let mut square = 0u64;
            for (x, value) in row.iter().enumerate() {
                sum += u32::from(*value);
                square += u64::from(*value) * u64::from(*value);
                let at = (y + 1) * stride + x + 1;
                plain[at] = plain[at - stride] + sum;
                squares[at] = squares[at - stride] + square;
            }
        }
        Self {
            width,
            height,
            plain,
            squares,
        }
    }

    /// Mean and variance of the square around a pixel.
    fn around(&self, x: usize, y: usize, radius: usize) -> (f32, f32) {
        let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(self.width));
        let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(self.height));
        let stride = self.width + 1;
        let corners = [
            bottom * stride + right,
            top * stride + left,
            top * stride + right,
            bottom * stride + left,
        ];
        let [a, b, c, d] = corners;
        let count = ((right - left) * (bottom - top)).max(1) as f32;
        let sum = (self.plain[a] + self.plain[b]) - (self.plain[c] + self.plain[d]);
        let square = (self.squares[a] + self.squares[b]) - (self.squares[c] + self.squares[d]);
        let mean = sum as f32 / count;
        (mean, square as f32 / count - mean * mean)
    }
}

/// What every pixel is against its surroundings, for both inks at once.
pub(super) struct Contrast {
    marks: Vec<Option<Ink>>,
    radius: usize,
}

impl Contrast {
    /// `radius` is the reach of what counts as surroundings.
    pub(super) fn of(grey: &GrayImage, sums: &Sums, radius: usize) -> Self {
        // Of the spread around a pixel, squared; and in any case.
        const SHARE: f32 = 0.28 * 0.28;
        const LEAST: f32 = 6.0;
        let width = grey.width() as usize;
        let marks = grey.as_raw().iter().enumerate().map(|(at, value)| {
            let (mean, variance) = sums.around(at % width, at / width, radius);
            let off = f32::from(*value) - mean;
            if off.abs() <= LEAST || off * off <= SHARE * variance {
                None
            } else if off > 0.0 {
                Some(Ink::Light)
            } else {
                Some(Ink::Dark)
            }
        });
        Self {
            marks: marks.collect(),
            radius,
        }
    }
}

/// Part of a row that belongs to a patch.
struct Run {
    from: usize,
    to: usize,
    patch: usize,
}

/// The box around a patch, while it grows.
#[derive(Clone, Copy)]
struct Patch {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
    pixels: usize,
}

/// More patches than any dial has are grass or gravel.
const BLOBS_MAX: usize = 1500;

/// Patches of one ink that are as tall as digits may be.
pub(super) fn blobs(grey: &GrayImage, contrast: &Contrast, ink: Ink) -> Vec<Blob> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let radius = contrast.radius;
    let stands_out = |x: usize, y: usize| contrast.marks[y * width + x] == Some(ink);
    let mut patches: Vec<Patch> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut above: Vec<Run> = Vec::new();
    for y in 0..height {
        let mut row: Vec<Run> = Vec::new();
        let mut x = 0;
        let mut candidate = 0;
        while x < width {
            if !stands_out(x, y) {
                x += 1;
                continue;
            }
            let from = x;
            while x < width && stands_out(x, y) {
                x += 1;
            }
            while candidate < above.len() && above[candidate].to < from {
                candidate += 1;
            }
            let mut patch = None;
            let mut touching = candidate;
            while touching < above.len() && above[touching].from <= x {
                let other = root(&mut parents, above[touching].patch);
                patch = Some(match patch {
                    None => other,
                    Some(own) => joined(&mut parents, &mut patches, own, other),
                });
                touching += 1;
            }
            let patch = patch.unwrap_or_else(|| {
                parents.push(parents.len());
                patches.push(Patch {
                    left: from,
                    right: x,
                    top: y,
                    bottom: y + 1,
                    pixels: 0,
                });
                parents.len() - 1
            });
            let grown = &mut patches[patch];
            grown.left = grown.left.min(from);
            grown.right = grown.right.max(x);
            grown.bottom = y + 1;
            grown.pixels += x - from;
            row.push(Run { from, to: x, patch });
        }
        above = row;
    }
    let roots = (0..patches.len()).filter(|patch| parents[*patch] == *patch);
    let tallest = height.min(width) as f32 * 0.25;
    let mut blobs: Vec<Blob> = roots
        .filter_map(|patch| digit_like(patches[patch], tallest, radius as f32))
        .collect();
    blobs.sort_by(|a, b| b.height.total_cmp(&a.height));
    blobs.truncate(BLOBS_MAX);
    blobs
}

fn digit_like(patch: Patch, tallest: f32, radius: f32) -> Option<Blob> {
    const SHORTEST: f32 = 11.0;
    let width = (patch.right - patch.left) as f32;
    let height = (patch.bottom - patch.top) as f32;
    let full = patch.pixels as f32 / (width * height);
    let fits = (SHORTEST..tallest).contains(&height)
        // Surroundings smaller than a stroke are the stroke itself.
        && height < radius * 4.0
        && (0.1..1.15).contains(&(width / height))
        && (0.1..0.95).contains(&full);
    fits.then_some(Blob {
        x: (patch.left + patch.right) as f32 / 2.0,
        y: (patch.top + patch.bottom) as f32 / 2.0,
        width,
        height,
    })
}

fn root(parents: &mut [usize], mut patch: usize) -> usize {
    while parents[patch] != patch {
        parents[patch] = parents[parents[patch]];
        patch = parents[patch];
    }
    patch
}

fn joined(parents: &mut [usize], patches: &mut [Patch], own: usize, other: usize) -> usize {
    let own = root(parents, own);
    if own == other {
        return own;
    }
    parents[other] = own;
    let gone = patches[other];
    let kept = &mut patches[own];
    kept.left = kept.left.min(gone.left);
    kept.right = kept.right.max(gone.right);
    kept.top = kept.top.min(gone.top);
    kept.bottom = kept.bottom.max(gone.bottom);
    kept.pixels += gone.pixels;
    own
}
