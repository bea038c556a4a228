use super::*;
use crate::dial::{Dial, Difficulty, Shot};

#[test]
fn r16_counters_of_drawn_dials_are_found() {
    let network = DigitNetwork::load().unwrap();
    let mut found = 0;
    for seed in 100..120 {
        let dial = Dial::draw(seed);
        let photo = dial.photo(&Shot::new(Difficulty::FixedFace, seed));
        let search = search(&photo.pixels, &network).unwrap();
        let expected = dial.whole_digits + dial.decimals;
        let right = search.best().is_some_and(|counter| {
            counter.wheels.len() == expected && counter.red == dial.decimals
        });
        found += usize::from(right);
    }
    assert!(found >= 17, "{found} of 20");
}
