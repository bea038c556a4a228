//! Figures for `docs/benchmarks.md`:
//!
//!     measure digits FILE.tar      the network on labelled windows, by split, with an interval
//!     measure dials COUNT [SEED]   found, verified, wrongly accepted, on drawn dials
//!     measure copies COUNT [SEED]  how far apart copies and honest photos are
//!     measure speed COUNT          photos of 12 megapixels

#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a report of shares, to be read"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::time::Instant;

use chaobiao_photos::dial::{Dial, Difficulty, Random, Shot};
use chaobiao_photos::digits::{CropAnswer, DigitNetwork, TarError, read_tar, ring_distance};
use chaobiao_photos::gate::{Limits, fingerprint};
use chaobiao_photos::read::PhotoReader;
use chaobiao_photos::verdict::{Expected, Outcome, TypedIndex};
use image::imageops;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| -> Result<u64, Failure> {
        Ok(arguments.get(at).map_or(Ok(usual), |text| text.parse())?)
    };
    match arguments.first().map(String::as_str) {
        Some("digits") => digits(arguments.get(1).ok_or("a tar file is missing")?),
        Some("dials") => dials(number(1, 100)?, number(2, 50_000)?),
        Some("copies") => copies(number(1, 100)?, number(2, 50_000)?),
        Some("speed") => speed(number(1, 20)?),
        _ => Err("digits, dials, copies or speed?".into()),
    }
}

fn digits(path: &str) -> Result<(), Failure> {
    let labels = labels(path)?;
    let mut off: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    read_tar(File::open(path)?, &DigitNetwork::load()?, |answer| {
        if let CropAnswer::Read { file, value, .. } = answer
            && let Some((truth, split)) = labels.get(&file)
        {
            let distance = ring_distance(value, *truth);
            off.entry(split.clone()).or_default().push(distance);
        }
        Ok::<_, TarError>(())
    })?;
    for (split, off) in off {
        print!("{split}: n {}", off.len());
        for reach in [0.1, 0.5] {
            let right: Vec<bool> = off.iter().map(|d| *d <= reach + 0.001).collect();
            let (low, high) = interval(&right);
            print!(
                ", within {reach}: {:.2} % ({:.2} – {:.2})",
                share(&right),
                low,
                high
            );
        }
        println!();
    }
    Ok(())
}

fn labels(path: &str) -> Result<BTreeMap<String, (f32, String)>, Failure> {
    let mut archive = tar::Archive::new(File::open(path)?);
    let mut text = String::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()?.ends_with("labels.csv") {
            entry.read_to_string(&mut text)?;
        }
    }
    let mut labels = BTreeMap::new();
    for line in text.lines().skip(1) {
        if let [file, value, _, split] = line.split(',').collect::<Vec<_>>()[..] {
            labels.insert(file.to_owned(), (value.parse()?, split.to_owned()));
        }
    }
    Ok(labels)
}

fn share(right: &[bool]) -> f64 {
    100.0 * right.iter().filter(|right| **right).count() as f64 / right.len().max(1) as f64
}

/// 95 % by drawing again 2,000 times.
fn interval(right: &[bool]) -> (f64, f64) {
    let mut random = Random::new(7);
    let mut shares: Vec<f64> = (0..2000)
        .map(|_| {
            let drawn: Vec<bool> = right
                .iter()
                .map(|_| right[random.below(right.len())])
                .collect();
            share(&drawn)
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    (shares[50], shares[1949])
}

#[derive(Default)]
struct Tally {
    read: u64,
    verdicts: BTreeMap<String, u64>,
    altered: u64,
    altered_matched: u64,
}

/// Every dial is compared with its true index, whole and with decimals in turn, and with every
/// index that differs in one digit.
fn dials(count: u64, seed: u64) -> Result<(), Failure> {
    let reader = PhotoReader::load(Limits::default())?;
    for difficulty in Difficulty::ALL {
        let mut tally = Tally::default();
        for number in seed..seed + count {
            let dial = Dial::draw(number);
            let photo = dial.photo(&Shot::new(difficulty, number));
            let typed = if number % 2 == 0 {
                dial.text()
            } else {
                dial.text().split('.').next().unwrap_or_default().to_owned()
            };
            let looked = reader.look(&photo.jpeg(88)?)?;
            let judged = |text: &str| -> Result<_, Failure> {
                let expected = Expected {
                    index: TypedIndex::try_new(text)?,
                    shape: None,
                    meter: Vec::new(),
                };
                Ok(looked.judge(&expected))
            };
            tally.read += u64::from(looked.text() == Some(dial.text()));
            let verdict = judged(&typed)?;
            let name = format!("{:?} ({:?})", verdict.outcome, verdict.rule);
            if verdict.outcome != Outcome::Match {
                let (probability, rows) = (verdict.probability, looked.rows());
                println!(
                    "  {number} {difficulty:?}: {typed} of {} + {:.2} {name} {probability:.2?} {rows:.2?}",
                    dial.text(),
                    dial.fraction,
                );
            }
            *tally.verdicts.entry(name).or_default() += 1;
            for altered in altered(&typed) {
                tally.altered += 1;
                if judged(&altered)?.outcome == Outcome::Match {
                    tally.altered_matched += 1;
                    println!("  {number} {difficulty:?}: {typed} accepted as {altered}");
                }
            }
        }
        println!(
            "{}: {count} dials, read to the last wheel {:.1} %, {:?}; altered {} of {} matched ({:.3} %)",
            difficulty.as_str(),
            100.0 * tally.read as f64 / count as f64,
            tally.verdicts,
            tally.altered_matched,
            tally.altered,
            100.0 * tally.altered_matched as f64 / tally.altered.max(1) as f64,
        );
    }
    Ok(())
}

fn altered(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (place, digit) in text.bytes().enumerate() {
        for other in (b'0'..=b'9').filter(|other| digit.is_ascii_digit() && *other != digit) {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place] = other;
            all.extend(String::from_utf8(bytes));
        }
    }
    all
}

fn copies(count: u64, seed: u64) -> Result<(), Failure> {
    let mut apart: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for number in seed..seed + count {
        let dial = Dial::draw(number);
        let photo = dial.photo(&Shot::new(Difficulty::FreeHand, number));
        let print = fingerprint(&photo.pixels);
        let again = image::load_from_memory(&photo.jpeg(35)?)?.into_rgb8();
        let later = Dial {
            units: dial.units + 17,
            ..dial.clone()
        };
        let fixed = Shot::new(Difficulty::FreeHand, number);
        for (name, other) in [
            ("recompressed", again),
            ("resized", imageops::thumbnail(&photo.pixels, 500, 500)),
            ("brighter", imageops::brighten(&photo.pixels, 30)),
            (
                "cropped by 5 %",
                imageops::crop_imm(&photo.pixels, 30, 30, 1140, 1140).to_image(),
            ),
            ("honest, camera fixed", later.photo(&fixed).pixels),
            (
                "honest, by hand",
                later
                    .photo(&Shot::new(Difficulty::FreeHand, number + 1_000_000))
                    .pixels,
            ),
            (
                "another meter",
                Dial::draw(number + 2_000_000)
                    .photo(&Shot::new(Difficulty::FreeHand, number + 2_000_000))
                    .pixels,
            ),
        ] {
            let bits = print.distance(&fingerprint(&other)).0;
            apart.entry(name).or_default().push(bits);
        }
    }
    for (name, mut bits) in apart {
        bits.sort_unstable();
        let at = |share: usize| bits[(bits.len() - 1) * share / 100];
        println!(
            "{name}: bits apart, least {} median {} 99 of 100 {} most {}",
            at(0),
            at(50),
            at(99),
            at(100)
        );
    }
    Ok(())
}

fn speed(count: u64) -> Result<(), Failure> {
    let reader = PhotoReader::load(Limits::default())?;
    let mut millis = Vec::new();
    for number in 0..count {
        let shot = Shot {
            width: 4000,
            height: 3000,
            ..Shot::new(Difficulty::FreeHand, number)
        };
        let bytes = Dial::draw(number).photo(&shot).jpeg(88)?;
        let began = Instant::now();
        reader.read(&bytes, None)?;
        millis.push(began.elapsed().as_millis());
    }
    millis.sort_unstable();
    let at = |share: usize| millis[(millis.len() - 1) * share / 100];
    println!("12 megapixels: p50 {} ms, p95 {} ms", at(50), at(95));
    Ok(())
}
