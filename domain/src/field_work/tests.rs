use std::collections::{BTreeMap, BTreeSet};

use super::route::{Place, Stop, metres, on_one_map, places, plan};
use crate::units::GeoPoint;

/// Forty buildings on a campus of a square kilometre, as an architect scatters and an office numbers
/// them; four rooms to read in each. Drawn by a fixed rule, so that it is the same for ever.
fn campus() -> Vec<Stop> {
    let mut seed: u64 = 20_261_127;
    let mut draw = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut stops = Vec::new();
    for number in 1..=40 {
        let place = Place {
            east: i64::try_from(draw(1_000)).unwrap(),
            north: i64::try_from(draw(1_000)).unwrap(),
        };
        for _ in 0..4 {
            let room = (1 + draw(6)) * 100 + 1 + draw(20);
            stops.push(Stop {
                building: format!("{number:02} 号楼"),
                room: room.to_string(),
                meter_no: format!("W{number:02}{}", stops.len()).parse().unwrap(),
                place: Some(place),
            });
        }
    }
    stops
}

fn by_address(mut stops: Vec<Stop>) -> Vec<Stop> {
    stops.sort_by(|a, b| (&a.building, &a.room).cmp(&(&b.building, &b.room)));
    stops
}

#[test]
fn x16_a_planned_walk_beats_the_order_of_addresses_by_fifteen_percent() {
    let stops = campus();
    let places = places(&stops);
    let address = metres(&by_address(stops.clone()), &places);
    let walks = plan(stops.clone(), 1);
    let [walk] = walks.as_slice() else {
        panic!("one reader: {}", walks.len())
    };
    assert_eq!(walk.metres, metres(&walk.stops, &places));
    assert!(
        walk.metres * 100 <= address * 85,
        "planned {}, by address {address}",
        walk.metres
    );
}

#[test]
fn x16_every_meter_is_on_one_walk_whatever_order_it_came_in() {
    let stops = campus();
    let walks = plan(stops.clone(), 3);
    let mut reversed = stops.clone();
    reversed.reverse();
    assert_eq!(plan(reversed, 3), walks);
    let planned: Vec<&Stop> = walks.iter().flat_map(|walk| &walk.stops).collect();
    let distinct: BTreeSet<&Stop> = planned.iter().copied().collect();
    assert_eq!((planned.len(), distinct.len()), (stops.len(), stops.len()));
}

#[test]
fn x16_readers_share_the_way_fairly() {
    let walks = plan(campus(), 4);
    let lengths: Vec<u64> = walks.iter().map(|walk| walk.metres).collect();
    let (longest, shortest) = (
        lengths.iter().max().copied().unwrap(),
        lengths.iter().min().copied().unwrap(),
    );
    assert_eq!(lengths.len(), 4);
    assert!(shortest * 100 >= longest * 70, "{lengths:?}");
}

#[test]
fn x16_marks_by_satellite_are_metres_on_one_map() {
    let marked = [
        ("W2", "40.000800", "116.327400"),
        ("W1", "39.999800", "116.326400"),
    ];
    let marked = marked.map(|(meter_no, latitude, longitude)| {
        let point = GeoPoint::try_new(latitude.parse().unwrap(), longitude.parse().unwrap());
        (meter_no.parse().unwrap(), point.unwrap())
    });
    let map = on_one_map(&BTreeMap::from(marked));
    let places: Vec<(i64, i64)> = map
        .values()
        .map(|place| (place.east, place.north))
        .collect();
    assert_eq!(places, [(0, 0), (85, 111)]);
    assert!(on_one_map(&BTreeMap::new()).is_empty());
}

#[test]
fn a_walk_without_marked_places_keeps_buildings_together() {
    let stop = |building: &str, room: &str| Stop {
        building: building.to_owned(),
        room: room.to_owned(),
        meter_no: format!("{}-{room}", building.len()).parse().unwrap(),
        place: None,
    };
    let stops = vec![
        stop("甲楼", "301"),
        stop("乙教学楼", "101"),
        stop("甲楼", "102"),
        stop("甲楼", "302"),
        stop("甲楼", "101"),
    ];
    let walks = plan(stops, 1);
    let rooms: Vec<(&str, &str)> = walks[0]
        .stops
        .iter()
        .map(|stop| (stop.building.as_str(), stop.room.as_str()))
        .collect();
    let expected = [
        ("乙教学楼", "101"),
        ("甲楼", "101"),
        ("甲楼", "102"),
        ("甲楼", "302"),
        ("甲楼", "301"),
    ];
    assert_eq!(rooms, expected);
    assert_eq!(plan(Vec::new(), 2).len(), 2);
    assert_eq!(metres(&[], &BTreeMap::new()), 0);
    // More readers than meters: some stay at home.
    let one = plan(vec![stop("甲楼", "301")], 2);
    assert_eq!(one.iter().map(|walk| walk.stops.len()).sum::<usize>(), 1);
}
