//! Figures for `docs/benchmarks.md`:
//!
//!     measure digits FILE.tar      the network on labelled windows, by split, with an interval
//!     measure dials COUNT [SEED] [DIFFICULTY]   found, verified, wrongly accepted, on drawn dials
//!     measure copies COUNT [SEED]  recall of changed copies, honest months that are flagged
//!     measure speed COUNT          photos of 12 megapixels: time by stage, and the peak of memory

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

use chaobiao_photos::codes::codes;
use chaobiao_photos::counter::search;
use chaobiao_photos::dial::{Dial, Difficulty, Random, Shot};
use chaobiao_photos::digits::{CropAnswer, DigitNetwork, TarError, read_tar, ring_distance};
use chaobiao_photos::gate::{Fingerprint, Limits, Near, Photo, fingerprint};
use chaobiao_photos::read::{Looked, PhotoReader};
use chaobiao_photos::reuse::{Use, Uses};
use chaobiao_photos::text::TextReader;
use chaobiao_photos::verdict::{DialShape, Expected, Outcome, TypedIndex};
use image::{RgbImage, imageops};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| -> Result<u64, Failure> {
        Ok(arguments.get(at).map_or(Ok(usual), |text| text.parse())?)
    };
    match arguments.first().map(String::as_str) {
        Some("digits") => digits(arguments.get(1).ok_or("a tar file is missing")?),
        Some("dials") => dials(
            number(1, 100)?,
            number(2, 50_000)?,
            arguments.get(3).map(String::as_str),
        ),
        Some("copies") => copies(number(1, 100)?, number(2, 50_000)?),
        Some("speed") => speed(number(1, 20)?),
        Some("read-speed") => read_speed(number(1, 20)?, &arguments[2]),
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
    verdicts: BTreeMap<String, u64>,
    altered: u64,
    altered_matched: u64,
    mismatched: u64,
}

impl Tally {
    /// Judges one index as true, and every index that differs from it in one digit.
    fn note(
        &mut self,
        looked: &Looked,
        dial: &Dial,
        typed: &str,
        shape: Option<DialShape>,
        name: &str,
    ) -> Result<(), Failure> {
        let judged = |text: &str| -> Result<_, Failure> {
            let expected = Expected {
                index: TypedIndex::try_new(text)?,
                shape,
                meter: Vec::new(),
            };
            Ok(looked.judge(&expected))
        };
        let verdict = judged(typed)?;
        let rule = format!("{:?} ({:?})", verdict.outcome, verdict.rule);
        if verdict.outcome != Outcome::Match {
            let (probability, rows) = (verdict.probability, looked.rows());
            println!(
                "  {name}: {typed} of {} + {:.2} {rule} {probability:.2?} {rows:.2?} {:.1?}",
                dial.text(),
                dial.fraction,
                looked.wheels(),
            );
        }
        self.mismatched += u64::from(verdict.outcome == Outcome::Mismatch);
        *self.verdicts.entry(rule).or_default() += 1;
        for altered in altered(typed) {
            self.altered += 1;
            if judged(&altered)?.outcome == Outcome::Match {
                self.altered_matched += 1;
                println!(
                    "  {name}: {typed} accepted as {altered}, + {:.2}",
                    dial.fraction
                );
            }
        }
        Ok(())
    }
}

/// Every dial is compared with its true index, whole and with decimals in turn, and with every
/// index that differs in one digit: with the meter's shape known, as it is in the register, and
/// without.
fn dials(count: u64, seed: u64, only: Option<&str>) -> Result<(), Failure> {
    let reader = PhotoReader::load(Limits::default())?;
    for difficulty in Difficulty::ALL {
        if only.is_some_and(|only| only != difficulty.as_str()) {
            continue;
        }
        let mut read = 0;
        let mut tallies: [Tally; 2] = Default::default();
        for number in seed..seed + count {
            let dial = Dial::draw(number);
            let photo = dial.photo(&Shot::new(difficulty, number));
            let typed = if number % 2 == 0 {
                dial.text()
            } else {
                dial.text().split('.').next().unwrap_or_default().to_owned()
            };
            let looked = reader.look_while(&photo.jpeg(88)?, &|| false)?;
            read += u64::from(looked.text() == Some(dial.text()));
            let shape = DialShape {
                whole: dial.whole_digits,
                decimals: dial.decimals,
            };
            for (tally, shape) in tallies.iter_mut().zip([Some(shape), None]) {
                let known = if shape.is_some() { "known" } else { "unknown" };
                let name = format!("{number} {} {known}", difficulty.as_str());
                tally.note(&looked, &dial, &typed, shape, &name)?;
            }
        }
        println!(
            "{}: {count} dials, read to the last wheel {:.1} %",
            difficulty.as_str(),
            100.0 * read as f64 / count as f64
        );
        for (tally, known) in tallies.iter().zip(["known", "unknown"]) {
            println!(
                "{} shape {known}: mismatches {}, {:?}; altered {} of {} matched ({:.4} %)",
                difficulty.as_str(),
                tally.mismatched,
                tally.verdicts,
                tally.altered_matched,
                tally.altered,
                100.0 * tally.altered_matched as f64 / tally.altered.max(1) as f64,
            );
        }
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

const SMALL: u32 = 640;

fn drawn(dial: &Dial, difficulty: Difficulty, seed: u64) -> RgbImage {
    let shot = Shot {
        width: SMALL,
        height: SMALL,
        ..Shot::new(difficulty, seed)
    };
    dial.photo(&shot).pixels
}

fn again(pixels: &RgbImage, quality: u8) -> Result<RgbImage, Failure> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(pixels)?;
    Ok(image::load_from_memory(&bytes)?.into_rgb8())
}

/// Grain of the sensor: a camera that hangs still takes no two equal photos.
fn grained(pixels: &RgbImage, random: &mut Random) -> RgbImage {
    let mut grained = pixels.clone();
    for value in grained.iter_mut() {
        // Even from 0 to 10, and 5 taken off again.
        let grain = u8::try_from(random.below(11)).unwrap_or_default();
        *value = value.saturating_add(grain).saturating_sub(5);
    }
    grained
}

fn used(print: Fingerprint, meter: u64, month: u64, shown: String) -> Use {
    Use {
        // Other bytes every time: equal ones are found without looking.
        sha256: format!("{meter}-{month}-{shown}"),
        fingerprint: print,
        meter: meter.to_string(),
        period: month.to_string(),
        taken_at: None,
        shown: Some(shown),
    }
}

#[derive(Default)]
struct Copies {
    apart: BTreeMap<&'static str, Vec<u32>>,
    pairs: u32,
    /// For another meter, for another month; and those cropped at a corner.
    told: [u32; 3],
    corners: u32,
    months: u32,
    flagged: u32,
}

impl Copies {
    fn note(&mut self, name: &'static str, bits: Near) {
        self.apart.entry(name).or_default().push(bits.0);
    }

    /// One photo changed in seven ways, and used for another meter.
    fn changed(&mut self, dial: &Dial, seed: u64) -> Result<(), Failure> {
        let pixels = drawn(dial, Difficulty::FreeHand, seed);
        let print = fingerprint(&pixels);
        let mut uses = Uses::default();
        // The months before: the meter is known to be photographed by hand.
        for month in 1..3 {
            let earlier = drawn(dial, Difficulty::FreeHand, seed * 100 + 50 + month);
            uses.add(used(fingerprint(&earlier), 1, month, month.to_string()));
        }
        uses.add(used(print.clone(), 1, 3, dial.text()));
        let cut = SMALL / 40;
        let left = SMALL - 2 * cut;
        let cropped = imageops::crop_imm(&pixels, cut, cut, left, left).to_image();
        let aside = imageops::crop_imm(&pixels, 2 * cut, 0, left, left).to_image();
        let all = imageops::thumbnail(&imageops::brighten(&cropped, 20), 500, 500);
        for (name, other) in [
            ("recompressed", again(&pixels, 35)?),
            ("resized", imageops::thumbnail(&pixels, 400, 400)),
            ("brighter", imageops::brighten(&pixels, 30)),
            ("darker", imageops::brighten(&pixels, -30)),
            ("cropped by 5 %", cropped),
            ("cropped by 5 % at one corner", aside),
            ("all at once", again(&all, 50)?),
        ] {
            let other = fingerprint(&other);
            self.note(name, print.distance(&other));
            self.pairs += 1;
            let at_corner = u32::from(name.ends_with("corner"));
            let elsewhere = uses.earlier(&used(other.clone(), 2, 3, dial.text()));
            let later = uses.earlier(&used(other, 1, 4, dial.text()));
            let told = [elsewhere, later].map(|found| u32::from(!found.is_empty()));
            self.told[0] += told[0] * (1 - at_corner);
            self.told[1] += told[1] * (1 - at_corner);
            self.told[2] += told[0] * at_corner;
            self.corners += at_corner;
        }
        let other = drawn(
            &Dial::draw(seed + 2_000_000),
            Difficulty::FreeHand,
            seed + 1,
        );
        self.note("another meter", print.distance(&fingerprint(&other)));
        Ok(())
    }

    /// Twelve honest months of a meter.
    fn honest(&mut self, dial: &Dial, seed: u64) {
        let mut random = Random::new(seed);
        let hangs_still = seed.is_multiple_of(5);
        let mut uses = Uses::default();
        let mut units = dial.units;
        let mut before: Option<Fingerprint> = None;
        for month in 1..=12 {
            let later = Dial {
                units,
                ..dial.clone()
            };
            let taken = if hangs_still {
                grained(&drawn(&later, Difficulty::FixedFace, seed), &mut random)
            } else {
                drawn(&later, Difficulty::FreeHand, seed * 100 + month)
            };
            let print = fingerprint(&taken);
            if let Some(before) = &before {
                let name = if hangs_still {
                    "honest, hangs still"
                } else {
                    "honest, by hand"
                };
                self.note(name, before.distance(&print));
                self.months += 1;
            }
            before = Some(print.clone());
            let new = used(print, seed, month, later.text());
            if let Some(reused) = uses.earlier(&new).first() {
                self.flagged += 1;
                println!(
                    "  {seed} month {month}, hangs still {hangs_still}: {:?}",
                    reused.sign
                );
            }
            uses.add(new);
            if !random.chance(0.1) {
                units += 1 + random.below(400) as u64;
            }
        }
    }
}

/// Changed copies, and twelve honest months of every meter: one in five before a camera that hangs
/// still, one month in ten without any use. What is shown is taken from the label: the reader's
/// mistakes would hide that nothing moved.
fn copies(count: u64, seed: u64) -> Result<(), Failure> {
    let mut tally = Copies::default();
    for number in seed..seed + count {
        let dial = Dial::draw(number);
        tally.changed(&dial, number)?;
        tally.honest(&dial, number);
    }
    for (name, mut bits) in tally.apart {
        bits.sort_unstable();
        let at = |share: usize| bits[(bits.len() - 1) * share / 100];
        println!(
            "{name}: {} pairs, bits apart least {} 1 of 100 {} median {} 99 of 100 {} most {}",
            bits.len(),
            at(0),
            at(1),
            at(50),
            at(99),
            at(100)
        );
    }
    let share = |told: u32, of: u32| 100.0 * f64::from(told) / f64::from(of.max(1));
    for (name, told, of) in [
        ("another meter", tally.told[0], tally.pairs - tally.corners),
        ("another month", tally.told[1], tally.pairs - tally.corners),
        (
            "another month, cropped at a corner",
            tally.told[2],
            tally.corners,
        ),
    ] {
        println!(
            "copies for {name}: told {told} of {of} ({:.2} %)",
            share(told, of)
        );
    }
    println!(
        "honest months flagged {} of {} ({:.3} %)",
        tally.flagged,
        tally.months,
        share(tally.flagged, tally.months),
    );
    Ok(())
}

/// Draws all photos first, so that the peak of memory is theirs and not the drawing's: `Shot`s of
/// 12 megapixels take much more. They lie in files, as uploads do.
fn speed(count: u64) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join("chaobiao-photos-12mp");
    std::fs::create_dir_all(&folder)?;
    for number in 0..count {
        let file = folder.join(format!("{number}.jpg"));
        if !file.exists() {
            let shot = Shot {
                width: 4000,
                height: 3000,
                ..Shot::new(Difficulty::FreeHand, number)
            };
            std::fs::write(file, Dial::draw(number).photo(&shot).jpeg(88)?)?;
        }
    }
    // What was drawn in this process would count: another one reads.
    let reading = std::process::Command::new(std::env::current_exe()?)
        .args(["read-speed", &count.to_string()])
        .arg(folder)
        .status()?;
    if reading.success() {
        Ok(())
    } else {
        Err("reading failed".into())
    }
}

/// A stage as it begins: by the clock, and in the processor's time of all threads, which is what a
/// core of its own would take on a machine that others use as well.
struct Began {
    at: Instant,
    busy: u128,
}

impl Began {
    fn now() -> Result<Self, Failure> {
        Ok(Self {
            at: Instant::now(),
            busy: busy_nanos()?,
        })
    }

    fn elapsed(&self) -> Result<(u128, u128), Failure> {
        let busy = (busy_nanos()? - self.busy) / 1_000_000;
        Ok((self.at.elapsed().as_millis(), busy))
    }
}

fn busy_nanos() -> Result<u128, Failure> {
    let mut sum = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let first = text.split(' ').next().unwrap_or_default();
        sum += first.parse::<u128>()?;
    }
    Ok(sum)
}

fn read_speed(count: u64, folder: &str) -> Result<(), Failure> {
    let mut times: BTreeMap<&str, (Vec<u128>, Vec<u128>)> = BTreeMap::new();
    let reader = PhotoReader::load(Limits::default())?;
    let text = TextReader::load()?;
    let mut bytes_sum = 0u64;
    let (mut codes_read, mut lines, mut lines_at_edges) = (0, 0, 0);
    for number in 0..count {
        let bytes = std::fs::read(format!("{folder}/{number}.jpg"))?;
        bytes_sum += bytes.len() as u64;
        let mut note = |name, began: Began| -> Result<(), Failure> {
            let (wall, busy) = began.elapsed()?;
            let (walls, busies) = times.entry(name).or_default();
            walls.push(wall);
            busies.push(busy);
            Ok(())
        };
        let began = Began::now()?;
        reader.look_while(&bytes, &|| false)?;
        note("2 without print", began)?;
        let began = Began::now()?;
        reader.read(&bytes, None)?;
        note("1 all", began)?;
        let began = Began::now()?;
        let photo = Photo::open(&bytes, Limits::default())?;
        note("3 gate", began)?;
        let began = Began::now()?;
        search(&photo.pixels, reader.network())?;
        note("4 counter", began)?;
        let began = Began::now()?;
        codes_read += u64::from(!codes(&photo.pixels).is_empty());
        note("5 codes", began)?;
        if let Some(text) = &text {
            let began = Began::now()?;
            lines += text.lines(&photo.pixels)?.len();
            note("6 print, whole", began)?;
            let began = Began::now()?;
            lines_at_edges += text.margins(&photo.pixels)?.len();
            note("7 print, edges", began)?;
        }
    }
    println!(
        "{count} photos of 12 megapixels, {} kB each",
        bytes_sum / 1000 / count.max(1)
    );
    println!(
        "codes on {codes_read}, {lines} lines of print, {lines_at_edges} of them at the edges"
    );
    for (name, (mut walls, mut busies)) in times {
        walls.sort_unstable();
        busies.sort_unstable();
        let at = |share: usize| (walls.len() - 1) * share / 100;
        println!(
            "{}: of one core p50 {} ms, p95 {} ms; by the clock p50 {} ms, p95 {} ms",
            &name[2..],
            busies[at(50)],
            busies[at(95)],
            walls[at(50)],
            walls[at(95)],
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("{}", peak.unwrap_or("no peak of memory on this system"));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load {}", load.trim());
    Ok(())
}
