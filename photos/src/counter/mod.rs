//! Finds the counter in a photo and reads its wheels.

mod blobs;
mod rows;
mod window;

use image::{RgbImage, imageops};

use crate::digits::{Crop, DigitNetwork, NetworkError, WheelReading, ring_distance};
use crate::picture;
use blobs::{Contrast, Ink, Sums, blobs};
use rows::{Row, median, rows};
use window::{Looks, Nudge, averaged};

pub(crate) use window::Window;

/// A row of wheels, left to right as a reader sees it.
#[derive(Clone, Debug)]
pub struct Counter {
    pub wheels: Vec<WheelReading>,
    /// The last so many are red: behind the decimal mark.
    pub red: usize,
    /// Which wheels are red.
    reds: Vec<bool>,
    pub upside_down: bool,
    /// Quarter turns clockwise after which the counter stands upright (or on its head).
    pub quarter_turns: u8,
    /// The photo as searched, turned by the quarter turns; `windows` are places in it.
    pub(crate) windows: Vec<Window>,
    /// Whether there is something like a wheel before the first one: it may have been missed.
    pub open_start: bool,
    /// What is next before the first wheel and behind the last one, the nearest first: wheels, if
    /// the meter is known to have more of them.
    pub(crate) before: Vec<WheelReading>,
    pub(crate) after: Vec<WheelReading>,
    /// Where those are.
    beside: [Vec<Window>; 2],
    /// How much it looks like a counter; of use against other rows of the same photo only.
    pub rank: f32,
    /// How surely the wheels are wheels: the mean confidence.
    pub confidence: f32,
}

impl Counter {
    /// Wheels that were read elsewhere than in a photo.
    #[cfg(test)]
    pub(crate) fn of_wheels(wheels: Vec<WheelReading>, red: usize) -> Self {
        let confidence = mean(wheels.iter().map(|wheel| wheel.confidence));
        Self {
            reds: vec![false; wheels.len()],
            wheels,
            red,
            upside_down: false,
            quarter_turns: 0,
            windows: Vec::new(),
            open_start: false,
            before: Vec::new(),
            after: Vec::new(),
            beside: Default::default(),
            rank: 1.0,
            confidence,
        }
    }
}

/// How many places are read beside a counter.
const BESIDE: usize = 2;

/// The side of the photo that is searched.
const SEARCHED_SIDE: u32 = 1200;
const ROWS_MAX: usize = 6;
/// Rows that are read with care.
const CANDIDATES_MAX: usize = 2;
/// Of the likeliest row's rank: what is below will not be taken for a second counter.
const RIVAL: f32 = 0.4;
const WHEELS: std::ops::RangeInclusive<usize> = 4..=10;
/// Below this a row of windows is not a row of wheels.
const CONFIDENCE_MIN: f32 = 0.7;
/// Nothing but wheels is read so surely.
const WELL: f32 = 0.93;
/// From this on the other way of holding the photo is not tried.
const CONFIDENCE_GOOD: f32 = 0.85;

/// What was found.
#[derive(Clone, Debug)]
pub struct Search {
    /// The likeliest first.
    pub counters: Vec<Counter>,
    /// What was searched, as it was held.
    pub pixels: RgbImage,
}

impl Search {
    pub fn best(&self) -> Option<&Counter> {
        self.counters.first()
    }

    /// A second counter about as large as the first and read as well: another meter, or a
    /// reflection. Printed numbers are smaller.
    pub fn is_ambiguous(&self) -> bool {
        const AS_LARGE: f32 = 0.62;
        let size = |counter: &Counter| counter.windows.first().map_or(0.0, reach);
        match self.counters.as_slice() {
            [first, second, ..] => {
                size(second) > AS_LARGE * size(first)
                    && second.confidence > CONFIDENCE_GOOD
                    && second.wheels.len() > *WHEELS.start()
                    && !only_strokes(&second.wheels)
            }
            _ => false,
        }
    }
}

/// Looks for counters in an upright photo, then in one that lies on its side.
pub fn search(photo: &RgbImage, network: &DigitNetwork) -> Result<Search, NetworkError> {
    let upright = picture::at_most(photo, SEARCHED_SIDE).into_owned();
    let counters = search_as_held(&upright, network, 0)?;
    let good = |counters: &[Counter]| {
        counters
            .first()
            .is_some_and(|counter| counter.confidence >= CONFIDENCE_GOOD)
    };
    if good(&counters) {
        return Ok(Search {
            counters,
            pixels: upright,
        });
    }
    let lying = imageops::rotate90(&upright);
    let turned = search_as_held(&lying, network, 1)?;
    let rank = |counters: &[Counter]| counters.first().map_or(0.0, |counter| counter.rank);
    if rank(&turned) > rank(&counters) {
        Ok(Search {
            counters: turned,
            pixels: lying,
        })
    } else {
        Ok(Search {
            counters,
            pixels: upright,
        })
    }
}

fn search_as_held(
    pixels: &RgbImage,
    network: &DigitNetwork,
    quarter_turns: u8,
) -> Result<Vec<Counter>, NetworkError> {
    let grey = picture::grey(pixels);
    let sums = Sums::of(&grey);
    let side = pixels.width().max(pixels.height()) as f32;
    let mut counters: Vec<Counter> = Vec::new();
    for share in [0.02, 0.05] {
        let radius = (side * share).max(8.0) as usize;
        let contrast = Contrast::of(&grey, &sums, radius);
        for ink in [Ink::Light, Ink::Dark] {
            let patches = blobs(&grey, &contrast, ink);
            for row in rows(&patches, ROWS_MAX) {
                if known(&row, &counters) {
                    continue;
                }
                if let Some(counter) = counter_of(&row, ink, pixels, network)? {
                    counters.push(Counter {
                        quarter_turns,
                        ..counter
                    });
                }
            }
        }
    }
    counters.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    let mut kept: Vec<Counter> = Vec::new();
    let rank_min = counters.first().map_or(0.0, |best| best.rank * RIVAL);
    for counter in counters {
        let is_other = !kept.iter().any(|other| overlap(other, &counter));
        if kept.len() < CANDIDATES_MAX && counter.rank >= rank_min && is_other {
            kept.push(read_with_care(counter, pixels, network)?);
        }
    }
    kept.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    Ok(kept)
}

/// A row along a counter that is read well need not be read again.
fn known(row: &Row, counters: &[Counter]) -> bool {
    row.members.iter().any(|(_, blob)| {
        counters
            .iter()
            .filter(|counter| counter.confidence > WELL)
            .flat_map(|counter| &counter.windows)
            .any(|window| {
                (window.middle.0 - blob.x).hypot(window.middle.1 - blob.y) < blob.height / 2.0
            })
    })
}

fn reach(window: &Window) -> f32 {
    let [a, _, c, _] = window.corners();
    (a.0 - c.0).hypot(a.1 - c.1) / 2.0
}

/// Whether two finds are of one counter.
fn overlap(one: &Counter, other: &Counter) -> bool {
    one.windows.iter().any(|window| {
        other.windows.iter().any(|near| {
            let away = (window.middle.0 - near.middle.0).hypot(window.middle.1 - near.middle.1);
            away < reach(window).max(reach(near))
        })
    })
}

/// One place of a row, looked at.
struct Place {
    number: i32,
    window: Window,
    looks: Looks,
    reading: WheelReading,
}

/// Makes a counter of a row where it is one: as many places as look like wheels.
fn counter_of(
    row: &Row,
    ink: Ink,
    pixels: &RgbImage,
    network: &DigitNetwork,
) -> Result<Option<Counter>, NetworkError> {
    let places = places(row, ink, pixels, network)?;
    let Some((from, to)) = span(&places, row) else {
        return Ok(None);
    };
    let chosen = &places[from..to];
    let confidence = mean(chosen.iter().map(|place| place.reading.confidence));
    if !WHEELS.contains(&chosen.len()) || confidence < CONFIDENCE_MIN {
        return Ok(None);
    }
    let wheels: Vec<WheelReading> = chosen.iter().map(|place| place.reading.clone()).collect();
    Ok(Some(Counter {
        rank: rank(row, &wheels, pixels)
            * if stands_apart(&places, from, to) {
                2.0
            } else {
                1.0
            },
        wheels,
        red: 0,
        reds: chosen.iter().map(|place| place.looks.is_red()).collect(),
        upside_down: false,
        quarter_turns: 0,
        windows: chosen.iter().map(|place| place.window).collect(),
        open_start: is_open(&places, from),
        before: Vec::new(),
        after: Vec::new(),
        beside: [
            windows_of(places[..from].iter().rev()),
            windows_of(places[to..].iter()),
        ],
        confidence,
    }))
}

fn windows_of<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<Window> {
    places.take(BESIDE).map(|place| place.window).collect()
}

/// Whether the place before the first wheel has the ground of a wheel and something on it, or is
/// not in the photo.
fn is_open(places: &[Place], from: usize) -> bool {
    let before = from.checked_sub(1).and_then(|before| places.get(before));
    before.is_none_or(|place| {
        let contrast = places[from].looks.contrast;
        same_ground(place, &places[from]) && place.looks.contrast > 0.3 * contrast
    })
}

fn same_ground(one: &Place, other: &Place) -> bool {
    let contrast = one.looks.contrast.max(other.looks.contrast);
    (one.looks.ground - other.looks.ground).abs() < 0.35 * contrast
}

/// Wheels stand out from the face around them; what is printed has the face for its ground.
fn stands_apart(places: &[Place], from: usize, to: usize) -> bool {
    let apart = |place: Option<&Place>, wheel: &Place| {
        place.is_some_and(|place| !same_ground(place, wheel))
    };
    let before = from.checked_sub(1).and_then(|before| places.get(before));
    apart(before, &places[from]) || apart(places.get(to), &places[to - 1])
}

/// The places of a row and beyond it, left to right; none where the patches that make the row are
/// no digits themselves.
fn places(
    row: &Row,
    ink: Ink,
    pixels: &RgbImage,
    network: &DigitNetwork,
) -> Result<Vec<Place>, NetworkError> {
    /// Wheels that no patch showed: half turned, red, or behind a glare.
    const BEYOND: i32 = 4;
    /// Stripes, letters and gravel are below.
    const MEMBERS_CONFIDENCE: f32 = 0.5;
    let first = row.members.first().map_or(0, |(place, _)| *place);
    let last = row.members.last().map_or(0, |(place, _)| *place);
    let look_at = |numbers: &mut dyn Iterator<Item = i32>| {
        let windows = numbers
            .map(|number| (number, Window::of(&row.line, number as f32)))
            .filter(|(_, window)| window.is_within(pixels.width(), pixels.height()));
        look_at(windows.collect(), ink, pixels, network)
    };
    let mut places = look_at(&mut (first..=last))?;
    if mean(places.iter().map(|place| place.reading.confidence)) < MEMBERS_CONFIDENCE {
        return Ok(Vec::new());
    }
    places.extend(look_at(
        &mut (first - BEYOND..first).chain(last + 1..=last + BEYOND),
    )?);
    places.sort_by_key(|place| place.number);
    Ok(places)
}

fn look_at(
    windows: Vec<(i32, Window)>,
    ink: Ink,
    pixels: &RgbImage,
    network: &DigitNetwork,
) -> Result<Vec<Place>, NetworkError> {
    let cuts = windows
        .iter()
        .map(|(_, window)| window.cut(pixels, Nudge::NONE));
    let crops: Vec<Crop> = cuts.collect();
    let looks: Vec<Looks> = crops.iter().map(|crop| Looks::of(crop, ink)).collect();
    // What is too low for a digit is no wheel, whatever the network would make of it.
    let tall = crops
        .into_iter()
        .zip(&looks)
        .filter(|(_, looks)| looks.is_tall());
    let tall: Vec<Crop> = tall.map(|(crop, _)| crop).collect();
    let mut readings = network.read(&tall)?.into_iter();
    let places = windows.into_iter().zip(looks);
    Ok(places
        .map(|((number, window), looks)| {
            let reading = if looks.is_tall() {
                readings.next()
            } else {
                None
            };
            Place {
                number,
                window,
                looks,
                reading: reading.unwrap_or_else(WheelReading::unread),
            }
        })
        .collect())
}

/// Reads every wheel several times, and the right way up.
fn read_with_care(
    counter: Counter,
    pixels: &RgbImage,
    network: &DigitNetwork,
) -> Result<Counter, NetworkError> {
    let turned: Vec<Window> = counter
        .windows
        .iter()
        .rev()
        .map(|window| window.turned())
        .collect();
    let crops: Vec<Crop> = turned
        .iter()
        .map(|window| window.cut(pixels, Nudge::NONE))
        .collect();
    let on_head = mean(network.read(&crops)?.iter().map(|wheel| wheel.confidence));
    // Most photos are upright: the other way has to be clearly better.
    let upside_down = on_head > counter.confidence + 0.06;
    let (windows, mut reds, mut beside) = (counter.windows, counter.reds, counter.beside);
    let windows = if upside_down {
        reds.reverse();
        beside.reverse();
        for window in beside.iter_mut().flatten() {
            *window = window.turned();
        }
        turned
    } else {
        windows
    };
    let wheels = read_windows(&windows, pixels, network)?;
    let red = reds.iter().rev().take_while(|red| **red).count();
    let confidence = mean(wheels.iter().map(|wheel| wheel.confidence));
    Ok(Counter {
        before: read_windows(&beside[0], pixels, network)?,
        after: read_windows(&beside[1], pixels, network)?,
        beside,
        rank: counter.rank * confidence / counter.confidence,
        // A counter all in red has no decimals that could be told by their colour.
        red: if red == reds.len() { 0 } else { red },
        wheels,
        reds,
        upside_down,
        quarter_turns: counter.quarter_turns,
        windows,
        open_start: counter.open_start,
        confidence,
    })
}

fn mean(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = values.len().max(1) as f32;
    values.sum::<f32>() / count
}

/// Wheels are larger, and further apart, than what is printed.
fn rank(row: &Row, wheels: &[WheelReading], pixels: &RgbImage) -> f32 {
    let middle = row.members[row.members.len() / 2].0 as f32;
    let height = row.line.height_at(middle);
    let step = row.line.step_at(middle);
    let apart = step.0.hypot(step.1) / height;
    let size = height / pixels.width().max(pixels.height()) as f32;
    // More than eight digits are a serial number rather than a counter.
    let surest = wheels.iter().take(8);
    let sure: f32 = surest.map(|wheel| wheel.confidence - 0.5).sum();
    let apart = ((apart - 0.72) / 0.16).clamp(0.15, 1.0);
    let confidence = mean(wheels.iter().map(|wheel| wheel.confidence));
    let strokes = match (only_strokes(wheels), confidence > WELL) {
        (false, _) => 1.0,
        (true, true) => 0.5,
        (true, false) => 0.15,
    };
    sure * size.sqrt() * apart * strokes * (1.0 - row.misfit()).max(0.1)
}

/// Bars, edges and screws are read as ones and zeros.
fn only_strokes(wheels: &[WheelReading]) -> bool {
    let is = |wheel: &WheelReading, digit| ring_distance(wheel.value, digit) < 0.3;
    wheels.iter().all(|wheel| is(wheel, 0.0) || is(wheel, 1.0))
}

/// The places that belong together: the members, and beyond them as long as they look like wheels
/// of the same counter.
fn span(places: &[Place], row: &Row) -> Option<(usize, usize)> {
    let is_member = |place: &Place| row.members.iter().any(|(n, _)| *n == place.number);
    let of_members = |value: fn(&Place) -> f32| {
        let members = places.iter().filter(|place| is_member(place));
        let mut values: Vec<f32> = members.map(value).collect();
        median(&mut values)
    };
    let contrast = of_members(|place| place.looks.contrast)?;
    let ground = of_members(|place| place.looks.ground)?;
    let typical = |place: &Place| (place.looks.ground - ground).abs() < 0.4 * contrast;
    let sound = |place: &Place| {
        place.looks.contrast > 0.4 * contrast
            && place.looks.is_tall()
            && place.reading.confidence > 0.5
    };
    let belongs = |place: &Place, beside: &Place| {
        let same_ground = (place.looks.ground - beside.looks.ground).abs() < 0.4 * contrast;
        match (place.looks.is_red(), beside.looks.is_red()) {
            (true, true) | (false, false) => sound(place) && same_ground,
            (true, false) => sound(place),
            (false, true) => sound(place) && typical(place),
        }
    };
    let trusted = |place: &Place| is_member(place) && sound(place) && typical(place);
    let mut from = places.iter().position(trusted)?;
    let mut to = places.iter().rposition(trusted)?;
    while from > 0 && belongs(&places[from - 1], &places[from]) {
        from -= 1;
    }
    while to + 1 < places.len() && belongs(&places[to + 1], &places[to]) {
        to += 1;
    }
    Some((from, to + 1))
}

fn read_windows(
    windows: &[Window],
    pixels: &RgbImage,
    network: &DigitNetwork,
) -> Result<Vec<WheelReading>, NetworkError> {
    let crops: Vec<Crop> = windows
        .iter()
        .flat_map(|window| Nudge::ALL.map(|nudge| window.cut(pixels, nudge)))
        .collect();
    let answers = network.read(&crops)?;
    Ok(answers
        .chunks_exact(Nudge::ALL.len())
        .map(|answers| averaged(&answers.iter().collect::<Vec<_>>()))
        .collect())
}

/// The strip with all wheels, cut from the photo and straightened: what a reviewer looks at.
pub fn strip(search: &Search, counter: &Counter) -> RgbImage {
    const HEIGHT: u32 = 96;
    const WIDTH: u32 = 60;
    let mut strip = RgbImage::new(WIDTH * counter.windows.len() as u32, HEIGHT);
    for (index, window) in counter.windows.iter().enumerate() {
        let left = index as u32 * WIDTH;
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let colour = window.colour(
                    &search.pixels,
                    (x as f32 + 0.5) / WIDTH as f32,
                    (y as f32 + 0.5) / HEIGHT as f32,
                );
                strip.put_pixel(left + x, y, colour);
            }
        }
    }
    strip
}

#[cfg(test)]
mod tests;
