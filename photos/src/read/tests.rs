use std::sync::LazyLock;
use std::time::Instant;

use image::{Rgb, RgbImage, imageops};

use super::*;
use crate::dial::{Code, Dial, Difficulty, Random, Shot};
use crate::verdict::TypedIndex;

static READER: LazyLock<PhotoReader> =
    LazyLock::new(|| PhotoReader::load(Limits::default()).unwrap());

fn dial() -> Dial {
    Dial {
        units: 1_268_503,
        fraction: 0.2,
        whole_digits: 5,
        decimals: 3,
        serial: "20261103".to_owned(),
        code: Code::Bars,
        ..Dial::draw(17)
    }
}

fn shot() -> Shot {
    Shot::new(Difficulty::FixedFace, 3)
}

fn expected(index: &str) -> Expected {
    Expected {
        index: TypedIndex::try_new(index).unwrap(),
        shape: None,
        meter: Vec::new(),
    }
}

fn jpeg(pixels: &RgbImage) -> Vec<u8> {
    jpeg_of(pixels, 88).unwrap()
}

fn read(pixels: &RgbImage, index: &str) -> Report {
    READER.read(&jpeg(pixels), Some(&expected(index))).unwrap()
}

#[test]
fn x5_a_good_photo_is_read_and_compared() {
    let photo = dial().photo(&shot());
    let report = read(&photo.pixels, "1268");
    let reading = report.reading.unwrap();
    assert_eq!(reading.text, "01268.503");
    assert_eq!(reading.wheels.len(), 8);
    assert_eq!(
        report.verdict,
        Some(Outcome::Match),
        "{:?}",
        report.evidence
    );
    assert_eq!(report.codes[0].text, "20261103");
    assert!(report.crop.is_some());
    assert_eq!(read(&photo.pixels, "1286").verdict, Some(Outcome::Mismatch));
}

#[test]
fn x5_a_photo_without_an_index_has_no_verdict() {
    let photo = dial().photo(&shot());
    let report = READER.read(&jpeg(&photo.pixels), None).unwrap();
    assert_eq!(report.verdict, None);
    assert!(report.reading.is_some());
}

#[test]
fn x5_the_code_of_another_meter_is_told() {
    let photo = dial().photo(&shot());
    let expected = Expected {
        meter: vec!["20261104".to_owned()],
        ..expected("1268")
    };
    let report = READER.read(&jpeg(&photo.pixels), Some(&expected)).unwrap();
    assert_eq!(report.verdict, Some(Outcome::WrongMeter));
}

#[test]
fn x5_an_upside_down_dial_does_not_pass_by_itself() {
    let photo = dial().photo(&Shot {
        upside_down: true,
        ..shot()
    });
    let report = read(&photo.pixels, "1268");
    assert_eq!(report.verdict, Some(Outcome::Unsure));
    assert!(report.evidence.upside_down);
}

#[test]
fn x5_a_photo_on_its_side_is_turned() {
    let photo = dial().photo(&shot());
    for turned in [
        imageops::rotate90(&photo.pixels),
        imageops::rotate270(&photo.pixels),
    ] {
        let report = read(&turned, "1268");
        assert_eq!(report.reading.unwrap().text, "01268.503");
    }
}

/// Round shapes with ears and whiskers; no cat sat for it.
fn cat() -> RgbImage {
    let mut random = Random::new(5);
    let mut pixels = RgbImage::from_fn(900, 900, |x, y| {
        let at = |cx: f32, cy: f32| (x as f32 - cx).hypot(y as f32 - cy);
        let fur = if at(450.0, 480.0) < 300.0 || at(270.0, 230.0) < 90.0 || at(630.0, 230.0) < 90.0
        {
            if at(350.0, 420.0) < 40.0 || at(550.0, 420.0) < 40.0 {
                20.0
            } else {
                150.0
            }
        } else {
            90.0 + x as f32 / 20.0
        };
        let hair = random.bell() * 18.0;
        Rgb([fur + hair, fur * 0.8 + hair, fur * 0.6 + hair].map(|v| v.clamp(0.0, 255.0) as u8))
    });
    for whisker in 0..6u32 {
        for step in 0..260u32 {
            let x = if whisker < 3 { 120 + step } else { 520 + step };
            pixels.put_pixel(x, 520 + (whisker % 3) * 30 + step / 12, Rgb([240; 3]));
        }
    }
    pixels
}

#[test]
fn x5_what_shows_no_counter_is_to_be_taken_again() {
    let wall = RgbImage::from_fn(1200, 900, |x, y| {
        Rgb([180 + (x % 3) as u8 + (y % 2) as u8; 3])
    });
    for pixels in [cat(), wall] {
        let looked = READER.look(&jpeg(&pixels)).unwrap();
        let verdict = looked.judge(&expected("1268"));
        assert_eq!(verdict.outcome, Outcome::Retake, "{:?}", looked.rows());
    }
}

#[test]
fn x5_two_meters_in_one_photo_do_not_pass() {
    let one = dial().photo(&shot()).pixels;
    let other = Dial::draw(23).photo(&shot()).pixels;
    let mut both = RgbImage::new(2400, 1200);
    imageops::replace(&mut both, &one, 0, 0);
    imageops::replace(&mut both, &other, 1200, 0);
    let report = read(&both, "1268");
    assert!(report.evidence.two_counters);
    assert_eq!(report.verdict, Some(Outcome::Unsure));
}

/// A photo of a screen: rows and columns of light, and less of it.
#[test]
fn x5_a_photo_of_a_screen_has_a_verdict_and_never_a_wrong_one() {
    let mut pixels = dial().photo(&shot()).pixels;
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let grid = if x % 3 == 0 || y % 3 == 0 { 0.7 } else { 1.0 };
        for value in &mut pixel.0 {
            *value = (f32::from(*value) * grid) as u8;
        }
    }
    assert_ne!(read(&pixels, "1268").verdict, Some(Outcome::Mismatch));
    assert_ne!(read(&pixels, "1286").verdict, Some(Outcome::Match));
}

#[test]
fn x5_bytes_changed_after_upload_have_another_hash() {
    let mut bytes = jpeg(&dial().photo(&shot()).pixels);
    let before = READER.read(&bytes, None).unwrap().sha256;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert_ne!(crate::gate::sha256(&bytes), before);
}

#[test]
fn x5_noise_takes_a_bounded_time() {
    let mut random = Random::new(1);
    let noise = RgbImage::from_fn(3000, 3000, |_, _| Rgb([(random.bits() % 256) as u8; 3]));
    let bytes = jpeg_of(&noise, 60).unwrap();
    let began = Instant::now();
    let report = READER.read(&bytes, Some(&expected("1268"))).unwrap();
    assert_ne!(report.verdict, Some(Outcome::Match));
    // Far above what a quiet machine takes; the deadline is the caller's.
    assert!(began.elapsed().as_secs() < 60);
}
