use super::*;

#[test]
fn wheels_turn_as_the_mechanism_drives_them() {
    let wheels = |units, fraction| counter::wheels_of(units, fraction, 5);
    assert_eq!(wheels(1268, 0.0), [0.0, 1.0, 2.0, 6.0, 8.0]);
    assert_eq!(wheels(1268, 0.5), [0.0, 1.0, 2.0, 6.0, 8.5]);
    assert_eq!(wheels(1299, 0.5), [0.0, 1.0, 2.5, 9.5, 9.5]);
    assert_eq!(wheels(99_999, 0.25), [9.25; 5]);
}

#[test]
fn a_dial_says_what_it_shows() {
    let dial = Dial {
        units: 123_456,
        whole_digits: 5,
        decimals: 3,
        ..Dial::draw(1)
    };
    assert_eq!(dial.text(), "00123.456");
    assert_eq!(dial.index(), "123");
}

#[test]
fn the_same_seed_draws_the_same_photo() {
    let photo = |seed| Dial::draw(5).photo(&Shot::new(Difficulty::FreeHand, seed));
    assert_eq!(photo(9).pixels, photo(9).pixels);
    assert_ne!(photo(9).pixels, photo(10).pixels);
}

#[test]
fn the_windows_are_where_the_label_says() {
    for seed in 0..6 {
        let dial = Dial::draw(seed);
        let photo = dial.photo(&Shot::new(Difficulty::FixedFace, seed));
        assert_eq!(photo.windows.len(), dial.whole_digits + dial.decimals);
        for corners in &photo.windows {
            for (x, y) in corners {
                assert!((0.0..1200.0).contains(x) && (0.0..1200.0).contains(y));
            }
        }
        // Left to right.
        let lefts: Vec<f32> = photo.windows.iter().map(|w| w[0].0).collect();
        assert!(lefts.is_sorted());
    }
}
