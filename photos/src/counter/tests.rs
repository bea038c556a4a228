use super::*;
use crate::dial::{Dial, Difficulty, Shot};

fn text(counter: &Counter) -> String {
    counter
        .wheels
        .iter()
        .map(|wheel| format!("{:.1} ", wheel.value))
        .collect()
}

#[test]
fn r16_counters_of_drawn_dials_are_found() {
    let network = DigitNetwork::load().unwrap();
    let mut found = 0;
    for seed in 100..120 {
        let dial = Dial::draw(seed);
        let photo = dial.photo(&Shot::new(Difficulty::FixedFace, seed));
        let search = search(&photo.pixels, &network).unwrap();
        let expected = dial.whole_digits + dial.decimals;
        match search.best() {
            Some(counter) if counter.wheels.len() == expected && counter.red == dial.decimals => {
                found += 1;
            }
            other => println!("{seed}: {} {:?}", dial.text(), other.map(text)),
        }
    }
    assert!(found >= 17, "{found} of 20");
}
