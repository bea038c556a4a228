//! Pictures that are no good photo of one meter: what is said of each, and what it costs.

use std::time::Instant;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb};

use super::*;
use crate::dial::Random;

/// Of this process, in MB; each test has its own with nextest.
fn peak_of_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

const MEGABYTES_MAX: u64 = 300;

fn assert_bounded_memory() {
    // With `cargo test` other tests would count as well.
    if std::env::var_os("NEXTEST").is_some() {
        assert!(
            peak_of_memory().is_none_or(|peak| peak <= MEGABYTES_MAX),
            "{:?}",
            peak_of_memory()
        );
    }
}

fn refused(bytes: &[u8]) -> Refusal {
    match READER.read(bytes, Some(&expected("1268"))) {
        Err(ReadError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
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

fn two(left: &RgbImage, right: &RgbImage) -> RgbImage {
    let mut both = RgbImage::new(2400, 1200);
    imageops::replace(&mut both, left, 0, 0);
    imageops::replace(&mut both, right, 1200, 0);
    both
}

#[test]
fn x5_two_meters_in_one_photo_do_not_pass() {
    let one = dial().photo(&shot()).pixels;
    for seed in [23, 24, 25, 26] {
        let other = Dial::draw(seed).photo(&shot()).pixels;
        let looked = READER.look(&jpeg(&two(&one, &other))).unwrap();
        for index in ["1268", &Dial::draw(seed).index(), "1286"] {
            let verdict = looked.judge(&expected(index));
            assert_eq!(
                verdict.outcome,
                Outcome::Unsure,
                "{seed} {index} {:?}",
                looked.rows()
            );
        }
    }
}

#[test]
fn x5_an_upside_down_dial_is_read_turned_and_does_not_pass_by_itself() {
    for seed in [17, 31, 32, 33] {
        let dial = if seed == 17 { dial() } else { Dial::draw(seed) };
        let photo = dial.photo(&Shot {
            upside_down: true,
            ..shot()
        });
        let looked = READER.look(&jpeg(&photo.pixels)).unwrap();
        let verdict = looked.judge(&expected(&dial.index()));
        assert!(
            matches!(verdict.outcome, Outcome::Unsure | Outcome::Retake),
            "{seed} {verdict:?} {:?}",
            looked.rows()
        );
    }
    let photo = dial().photo(&Shot {
        upside_down: true,
        ..shot()
    });
    let report = read(&photo.pixels, "1268");
    assert!(report.evidence.upside_down);
    assert_eq!(report.reading.unwrap().text, "01268.503");
}

/// A dial shown on a screen, and the screen photographed a little askew: every point of light is
/// red, green or blue, with dark between the rows.
fn screen(shown: &RgbImage, points: f32, askew: f32) -> RgbImage {
    const FINER: u32 = 3;
    let (sin, cos) = askew.to_radians().sin_cos();
    let light = |x: f32, y: f32| -> [f32; 3] {
        let (u, v) = (x * cos - y * sin, x * sin + y * cos);
        let colour = crate::picture::sample(shown, u, v);
        let lit = ((u * points).rem_euclid(1.0) * 3.0) as usize;
        let row = if (v * points).rem_euclid(1.0) < 0.25 {
            0.4
        } else {
            1.2
        };
        std::array::from_fn(|channel| {
            let own = if channel == lit { 1.5 } else { 0.5 };
            colour[channel] * own * row
        })
    };
    RgbImage::from_fn(shown.width(), shown.height(), |x, y| {
        let mut sum = [0.0; 3];
        for part in 0..FINER * FINER {
            let step = |part: u32| (part as f32 + 0.5) / FINER as f32 * 0.6;
            let at = light(x as f32 + step(part % FINER), y as f32 + step(part / FINER));
            for (sum, value) in sum.iter_mut().zip(at) {
                *sum += value / (FINER * FINER) as f32;
            }
        }
        Rgb(sum.map(|value| value.clamp(0.0, 255.0) as u8))
    })
}

#[test]
fn x5_a_photo_of_a_screen_does_not_pass() {
    let shown = dial().photo(&shot()).pixels;
    for (points, askew) in [(0.31, 0.0), (0.43, 2.0), (0.9, 1.0), (1.1, 4.0)] {
        let report = read(&screen(&shown, points, askew), "1268");
        assert!(
            matches!(report.verdict, Some(Outcome::Unsure | Outcome::Retake)),
            "{points} {askew}: {:?} {:?}",
            report.verdict,
            report.quality
        );
    }
}

#[test]
fn x5_a_photo_of_a_meter_is_not_taken_for_one_of_a_screen() {
    for seed in 60..72 {
        let difficulty = Difficulty::ALL[seed as usize % 3];
        let pixels = Dial::draw(seed).photo(&Shot::new(difficulty, seed)).pixels;
        let photo = Photo::open(&jpeg_of(&pixels, 60).unwrap(), Limits::default()).unwrap();
        assert!(photo.quality.grid < 0.4, "{seed}: {:?}", photo.quality);
    }
}

#[test]
fn x5_bytes_that_were_cut_off_are_refused() {
    let bytes = jpeg(&dial().photo(&shot()).pixels);
    for length in [bytes.len() / 4, bytes.len() / 2, bytes.len() - 3] {
        assert_eq!(refused(&bytes[..length]), Refusal::Unreadable);
    }
    assert_bounded_memory();
}

#[test]
fn x5_a_bomb_and_a_panorama_are_refused_without_their_memory() {
    let before = peak_of_memory();
    // A header that claims 20,000 by 5,000, and one that claims 30,000 by 30,000.
    let mut panorama = jpeg(&RgbImage::new(64, 64));
    let frame = panorama.windows(2).position(|pair| pair == [0xff, 0xc0]);
    let size = frame.unwrap() + 5;
    panorama[size..size + 4].copy_from_slice(&[0x13, 0x88, 0x4e, 0x20]);
    assert_eq!(refused(&panorama), Refusal::TooManyPixels);
    let mut bomb = webp_header(16_000);
    bomb.extend([0; 64]);
    assert!(matches!(
        refused(&bomb),
        Refusal::TooManyPixels | Refusal::Unreadable
    ));
    if let (Some(before), Some(after)) = (before, peak_of_memory()) {
        assert!(after < before + 50, "{before} {after}");
    }
}

/// The start of a lossless WebP file of so many pixels both ways.
fn webp_header(side: u32) -> Vec<u8> {
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(84u32.to_le_bytes());
    bytes.extend(b"WEBPVP8L");
    bytes.extend(64u32.to_le_bytes());
    bytes.push(0x2f);
    bytes.extend(((side - 1) | ((side - 1) << 14)).to_le_bytes());
    bytes
}

#[test]
fn x5_the_largest_photo_taken_stays_within_the_memory_of_a_worker() {
    let bytes = {
        let plain = RgbImage::from_pixel(6000, 4000, Rgb([120, 130, 140]));
        jpeg_of(&plain, 80).unwrap()
    };
    let report = READER.read(&bytes, Some(&expected("1268"))).unwrap();
    assert_eq!(report.verdict, Some(Outcome::Retake));
    assert_eq!((report.quality.width, report.quality.height), (6000, 4000));
    assert_bounded_memory();
}

/// Sixteen bits a colour take twice the memory of what a phone sends.
#[test]
fn x5_a_picture_with_too_many_bytes_a_pixel_is_refused() {
    let mut bytes = Vec::new();
    let row = vec![7u8; 4900 * 8];
    let pixels = row.repeat(100);
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, 4900, 100, ExtendedColorType::Rgba16)
        .unwrap();
    let limits = Limits {
        pixels_max: 600_000,
        ..Limits::default()
    };
    assert_eq!(
        Photo::open(&bytes, limits).unwrap_err(),
        Refusal::TooManyPixels
    );
    assert!(Photo::open(&bytes, Limits::default()).is_ok());
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
    assert_bounded_memory();
}
