//! The way readers walk: from unread meters to a fair walk for each reader (X16).
//!
//! Whole numbers throughout, and no chance: the same meters give the same walks. A building is
//! entered once and walked floor by floor; buildings are strung together by the nearest next, which
//! is then improved by turning stretches round (2-opt) and by moving single buildings (or-opt); the
//! string is cut so that the longest walk is as short as cuts can make it.

use std::collections::BTreeMap;

use crate::units::{GeoPoint, MeterNo};

/// Metres east and north of some point of the campus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub east: i64,
    pub north: i64,
}

/// Marked places on one flat map, seen from the first of them by number: the same marks make the
/// same map.
pub fn on_one_map(marked: &BTreeMap<MeterNo, GeoPoint>) -> BTreeMap<MeterNo, Place> {
    let Some((_, &origin)) = marked.first_key_value() else {
        return BTreeMap::new();
    };
    let place = |(meter_no, point): (&MeterNo, &GeoPoint)| {
        let (east, north) = point.metres_from(origin);
        (meter_no.clone(), Place { east, north })
    };
    marked.iter().map(place).collect()
}

/// A meter to be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    pub building: String,
    pub room: String,
    pub meter_no: MeterNo,
    /// Where the meter was marked, if it was.
    pub place: Option<Place>,
}

/// One reader's share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    pub stops: Vec<Stop>,
    /// What it takes, counted as metres on the flat.
    pub metres: u64,
}

/// A floor up or down, and a door further along it, counted as metres on the flat; and what reading
/// a meter takes in the time of walking.
const FLOOR: u64 = 12;
const DOOR: u64 = 4;
const READING: u64 = 20;
/// Between buildings of which nobody has marked a place.
const UNKNOWN: u64 = 200;
/// Beyond this many buildings a walk is not improved further: no reader's cycle comes near it.
const IMPROVED_MAX: usize = 400;

impl Place {
    fn distance(self, other: Self) -> u64 {
        let (east, north) = (
            self.east.abs_diff(other.east),
            self.north.abs_diff(other.north),
        );
        east.saturating_mul(east)
            .saturating_add(north.saturating_mul(north))
            .isqrt()
    }
}

/// Floor and door of a room: 1204 is the fourth door of the twelfth floor.
fn floor_and_door(room: &str) -> (u64, u64) {
    let digits: String = room
        .chars()
        .skip_while(|sign| !sign.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .take(6)
        .collect();
    let number: u64 = digits.parse().unwrap_or(0);
    if number < 100 {
        (1, number)
    } else {
        (number / 100, number % 100)
    }
}

/// What it takes from one meter to the next inside a building.
fn indoors(from: &Stop, to: &Stop) -> u64 {
    let ((floor, door), (other_floor, other_door)) =
        (floor_and_door(&from.room), floor_and_door(&to.room));
    if floor == other_floor {
        DOOR * door.abs_diff(other_door).min(30)
    } else {
        FLOOR * floor.abs_diff(other_floor) + DOOR * door.min(30) + DOOR * other_door.min(30)
    }
}

/// What stands between the door of a building and a meter in it.
fn from_the_door(stop: &Stop) -> u64 {
    let (floor, door) = floor_and_door(&stop.room);
    FLOOR * floor.saturating_sub(1) + DOOR * door.min(30)
}

fn between(from: Option<Place>, to: Option<Place>) -> u64 {
    match (from, to) {
        (Some(from), Some(to)) => from.distance(to),
        _ => UNKNOWN,
    }
}

/// What a walk takes in the order given; the yardstick for plans and for what they are held against.
pub(super) fn metres(stops: &[Stop], places: &BTreeMap<String, Place>) -> u64 {
    let legs = stops.windows(2).map(|pair| match pair {
        [from, to] if from.building == to.building => indoors(from, to),
        [from, to] => {
            let place = |stop: &Stop| places.get(&stop.building).copied();
            from_the_door(from) + between(place(from), place(to)) + from_the_door(to)
        }
        _ => 0,
    });
    let read = READING * u64::try_from(stops.len()).unwrap_or(u64::MAX);
    legs.sum::<u64>() + read
}

/// Where buildings stand: in the middle of the meters marked in them.
pub(super) fn places(stops: &[Stop]) -> BTreeMap<String, Place> {
    let mut marked: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for stop in stops {
        if let Some(place) = stop.place {
            marked.entry(&stop.building).or_default().push(place);
        }
    }
    let middle = |places: &[Place]| {
        let count = i64::try_from(places.len()).unwrap_or(i64::MAX).max(1);
        let sum = |part: fn(&Place) -> i64| places.iter().map(part).sum::<i64>() / count;
        Place {
            east: sum(|place| place.east),
            north: sum(|place| place.north),
        }
    };
    marked
        .into_iter()
        .map(|(building, places)| (building.to_owned(), middle(&places)))
        .collect()
}

/// Walks for so many readers over all the stops; the order of the stops given does not matter.
pub fn plan(mut stops: Vec<Stop>, readers: usize) -> Vec<Walk> {
    stops.sort();
    stops.dedup();
    let places = places(&stops);
    let mut buildings: Vec<Building> = Vec::new();
    for stop in stops {
        match buildings.last_mut() {
            Some(building) if building.name == stop.building => building.stops.push(stop),
            _ => buildings.push(Building {
                place: places.get(&stop.building).copied(),
                name: stop.building.clone(),
                stops: vec![stop],
            }),
        }
    }
    for building in &mut buildings {
        building.walk();
    }
    let mut string = nearest_next(buildings);
    improve(&mut string);
    let flat: Vec<Stop> = string
        .into_iter()
        .flat_map(|building| building.stops)
        .collect();
    cut(&flat, readers.max(1), &places)
}

/// The stops of a building in the order they are walked.
struct Building {
    name: String,
    place: Option<Place>,
    stops: Vec<Stop>,
}

impl Building {
    /// Up the stairs floor by floor, along every other corridor backwards.
    fn walk(&mut self) {
        let mut floors: BTreeMap<u64, Vec<Stop>> = BTreeMap::new();
        for stop in self.stops.drain(..) {
            let (floor, _) = floor_and_door(&stop.room);
            floors.entry(floor).or_default().push(stop);
        }
        let mut backwards = false;
        for (_, mut stops) in floors {
            stops.sort_by_key(|stop| floor_and_door(&stop.room).1);
            if backwards {
                stops.reverse();
            }
            backwards = !backwards;
            self.stops.extend(stops);
        }
    }
}

fn nearest_next(mut buildings: Vec<Building>) -> Vec<Building> {
    // From the south-western corner, or the first by name where no place is known.
    let corner = |building: &Building| {
        let place = building.place;
        (
            place.is_none(),
            place.map(|place| place.east + place.north),
            building.name.clone(),
        )
    };
    let mut string: Vec<Building> = Vec::with_capacity(buildings.len());
    while !buildings.is_empty() {
        let last = string.last().map(|building| building.place);
        let next = (0..buildings.len()).min_by_key(|&index| match last {
            None => (0, corner(&buildings[index])),
            Some(last) => (
                between(last, buildings[index].place),
                corner(&buildings[index]),
            ),
        });
        if let Some(next) = next {
            string.push(buildings.remove(next));
        }
    }
    string
}

/// What an open string of buildings takes outdoors around a cut: before `at`, where there is a before.
fn joint(string: &[Building], left: Option<usize>, right: usize) -> u64 {
    match (left.and_then(|left| string.get(left)), string.get(right)) {
        (Some(left), Some(right)) => between(left.place, right.place),
        _ => 0,
    }
}

fn improve(string: &mut Vec<Building>) {
    if string.len() > IMPROVED_MAX {
        return;
    }
    // Each change makes the string shorter by a metre at least, so it ends.
    while turn_one(string) || move_one(string) {}
}

/// Turns the first stretch round that is better walked the other way.
fn turn_one(string: &mut [Building]) -> bool {
    for from in 0..string.len() {
        for to in from + 1..string.len() {
            let before = joint(string, from.checked_sub(1), from) + joint(string, Some(to), to + 1);
            let after = match from.checked_sub(1) {
                Some(left) => between(string[left].place, string[to].place),
                None => 0,
            } + match string.get(to + 1) {
                Some(right) => between(string[from].place, right.place),
                None => 0,
            };
            if after < before {
                string[from..=to].reverse();
                return true;
            }
        }
    }
    false
}

/// Moves the first building that stands better somewhere else.
fn move_one(string: &mut Vec<Building>) -> bool {
    let length = |string: &[Building]| {
        string
            .windows(2)
            .map(|pair| between(pair[0].place, pair[1].place))
            .sum::<u64>()
    };
    let now = length(string);
    for from in 0..string.len() {
        let building = string.remove(from);
        let without = length(string);
        let here = building.place;
        let best = (0..=string.len()).min_by_key(|&to| detour(string, to, here));
        let to = best.unwrap_or(from);
        let shorter = without + detour(string, to, here) < now;
        string.insert(if shorter { to } else { from }, building);
        if shorter {
            return true;
        }
    }
    false
}

/// What a building costs in front of the so-manyth of a string, outdoors.
fn detour(string: &[Building], to: usize, here: Option<Place>) -> u64 {
    let left = to.checked_sub(1).and_then(|left| string.get(left));
    let right = string.get(to);
    let leg = |other: Option<&Building>| other.map_or(0, |other| between(other.place, here));
    let direct = match (left, right) {
        (Some(left), Some(right)) => between(left.place, right.place),
        _ => 0,
    };
    (leg(left) + leg(right)).saturating_sub(direct)
}

/// Cuts a walk among readers so that the longest part is as short as possible.
fn cut(stops: &[Stop], readers: usize, places: &BTreeMap<String, Place>) -> Vec<Walk> {
    // A part is one stop at least.
    let (mut low, mut high) = (READING, metres(stops, places).max(READING));
    while low < high {
        let middle = u64::midpoint(low, high);
        if parts(stops, middle, places).len() <= readers {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let walk = |stops: &[Stop]| Walk {
        metres: metres(stops, places),
        stops: stops.to_vec(),
    };
    let mut walks: Vec<Walk> = parts(stops, high, places).into_iter().map(walk).collect();
    walks.resize(readers.max(walks.len()), Walk::default());
    walks
}

/// The fewest parts of a walk of which none takes more than `limit`.
fn parts<'a>(stops: &'a [Stop], limit: u64, places: &BTreeMap<String, Place>) -> Vec<&'a [Stop]> {
    let mut parts = Vec::new();
    let (mut from, mut so_far) = (0, 0);
    for to in 0..stops.len() {
        let step = match to.checked_sub(1).filter(|_| to > from) {
            Some(left) => metres(&stops[left..=to], places).saturating_sub(READING),
            None => READING,
        };
        if to > from && so_far + step > limit {
            parts.push(&stops[from..to]);
            (from, so_far) = (to, READING);
        } else {
            so_far += step;
        }
    }
    if from < stops.len() {
        parts.push(&stops[from..]);
    }
    parts
}
