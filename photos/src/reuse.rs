//! Photos that were used before: for another meter, or for another month.
//!
//! Honest photos of one meter from a fixed camera differ in three bits of their fingerprint, so
//! that looks alone prove nothing. They count together with a second fact that an honest photo
//! cannot share.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use serde::Serialize;

use crate::gate::{Fingerprint, Near};

/// A photo as it was used for a reading.
#[derive(Clone, Debug)]
pub struct Use {
    pub sha256: String,
    pub fingerprint: Fingerprint,
    pub meter: String,
    /// The month or round it was used for.
    pub period: String,
    /// As the camera says.
    pub taken_at: Option<NaiveDateTime>,
    /// What the wheels showed, all of them: `01268.503`.
    pub shown: Option<String>,
}

/// Why a photo is taken to have been used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The same file.
    SameBytes,
    /// Looks the same and was taken in the same second.
    SameMoment,
    /// Looks the same, shows the same, and was another meter.
    OtherMeterShowsTheSame,
    /// Looks the same and shows the same to the last wheel, months apart, though that meter's
    /// photos do not look alike: they are taken by hand.
    NothingMoved,
}

/// A sign, and the earlier use it points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reused {
    pub sign: Sign,
    pub meter: String,
    pub period: String,
}

/// Up to here pictures may be of one shot, even one that was cropped at a corner (40 at most,
/// measured); but so may two shots of one meter by hand. It takes the camera's own second to tell.
pub const ALIKE: Near = Near(40);
/// Up to here they are taken to be: recompressed, resized, brighter, cropped by 5 % all around. A
/// campus has many meters of one make, and some show the same.
const SURELY_ALIKE: Near = Near(24);

/// All uses so far.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    all: Vec<Use>,
    by_hash: HashMap<String, Vec<usize>>,
    by_meter: HashMap<String, Vec<usize>>,
}

impl Uses {
    pub fn add(&mut self, used: Use) {
        let at = self.all.len();
        self.by_hash
            .entry(used.sha256.clone())
            .or_default()
            .push(at);
        self.by_meter
            .entry(used.meter.clone())
            .or_default()
            .push(at);
        self.all.push(used);
    }

    /// Earlier uses of what looks to be the same shot, the plainest sign first. A reading that is
    /// entered again with its own photo is no second use.
    pub fn earlier(&self, new: &Use) -> Vec<Reused> {
        let elsewhere = |old: &&Use| old.meter != new.meter || old.period != new.period;
        let same = self.by_hash.get(&new.sha256).into_iter().flatten();
        let mut found: Vec<Reused> = same
            .map(|at| &self.all[*at])
            .filter(elsewhere)
            .map(|old| reused(Sign::SameBytes, old))
            .collect();
        let alike = self
            .all
            .iter()
            .filter(elsewhere)
            .filter(|old| old.sha256 != new.sha256)
            .filter(|old| old.fingerprint.distance(&new.fingerprint) <= ALIKE);
        for old in alike {
            if let Some(sign) = self.sign(old, new) {
                found.push(reused(sign, old));
            }
        }
        found.sort_by_key(|reused| reused.sign);
        found
    }

    fn sign(&self, old: &Use, new: &Use) -> Option<Sign> {
        if new.taken_at.is_some() && old.taken_at == new.taken_at {
            return Some(Sign::SameMoment);
        }
        let shows_the_same = new.shown.is_some() && old.shown == new.shown;
        if !shows_the_same || old.fingerprint.distance(&new.fingerprint) > SURELY_ALIKE {
            return None;
        }
        if old.meter != new.meter {
            return Some(Sign::OtherMeterShowsTheSame);
        }
        let is_copy = !moments_differ(old, new) && self.is_taken_by_hand(&new.meter);
        is_copy.then_some(Sign::NothingMoved)
    }

    /// Earlier photos of the meter that do not look alike. Of one photo alone nobody knows: an
    /// empty flat's meter before a camera that hangs still looks like a copy of itself.
    fn is_taken_by_hand(&self, meter: &str) -> bool {
        let uses: Vec<&Use> = self
            .by_meter
            .get(meter)
            .into_iter()
            .flatten()
            .map(|at| &self.all[*at])
            .collect();
        uses.iter().enumerate().any(|(at, one)| {
            uses[at + 1..]
                .iter()
                .any(|other| one.fingerprint.distance(&other.fingerprint) > SURELY_ALIKE)
        })
    }
}

/// Both cameras say when, and not the same; an empty flat's meter stands still.
fn moments_differ(old: &Use, new: &Use) -> bool {
    old.taken_at.is_some() && new.taken_at.is_some() && old.taken_at != new.taken_at
}

fn reused(sign: Sign, old: &Use) -> Reused {
    Reused {
        sign,
        meter: old.meter.clone(),
        period: old.period.clone(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use image::{RgbImage, imageops};

    use super::*;
    use crate::dial::{Dial, Difficulty, Shot};
    use crate::gate::{fingerprint, jpeg_of, sha256};

    fn shot(seed: u64) -> Shot {
        Shot::new(Difficulty::FreeHand, seed)
    }

    fn used(pixels: &RgbImage, meter: &str, period: &str, shown: &str) -> Use {
        Use {
            sha256: sha256(&jpeg_of(pixels, 90).unwrap()),
            fingerprint: fingerprint(pixels),
            meter: meter.to_owned(),
            period: period.to_owned(),
            taken_at: None,
            shown: Some(shown.to_owned()),
        }
    }

    fn signs(uses: &Uses, new: &Use) -> Vec<Sign> {
        uses.earlier(new).iter().map(|reused| reused.sign).collect()
    }

    #[test]
    fn x5_the_same_file_is_told_for_another_meter_or_month() {
        let pixels = Dial::draw(1).photo(&shot(1)).pixels;
        let first = used(&pixels, "A", "2026-10", "00100");
        let mut uses = Uses::default();
        uses.add(first.clone());
        assert_eq!(signs(&uses, &first), []);
        let other_month = used(&pixels, "A", "2026-11", "00100");
        assert_eq!(signs(&uses, &other_month), [Sign::SameBytes]);
        let other_meter = used(&pixels, "B", "2026-10", "00100");
        assert_eq!(signs(&uses, &other_meter), [Sign::SameBytes]);
    }

    #[test]
    fn x5_a_copy_is_told_however_it_was_changed() {
        let pixels = Dial::draw(2).photo(&shot(2)).pixels;
        let before = Dial::draw(2).photo(&shot(20)).pixels;
        let mut uses = Uses::default();
        uses.add(used(&before, "A", "2026-09", "00090"));
        uses.add(used(&pixels, "A", "2026-10", "00100"));
        let brighter = imageops::brighten(&pixels, 25);
        let smaller = imageops::thumbnail(&pixels, 640, 640);
        let cropped = imageops::crop_imm(&pixels, 30, 30, 1140, 1140).to_image();
        for changed in [brighter, smaller, cropped] {
            let elsewhere = used(&changed, "B", "2026-10", "00100");
            assert_eq!(signs(&uses, &elsewhere), [Sign::OtherMeterShowsTheSame]);
            let later = used(&changed, "A", "2026-11", "00100");
            assert_eq!(signs(&uses, &later), [Sign::NothingMoved]);
        }
    }

    #[test]
    fn x5_the_camera_moment_gives_a_copy_away() {
        let pixels = Dial::draw(3).photo(&shot(3)).pixels;
        let moment = NaiveDate::from_ymd_opt(2026, 10, 2).and_then(|day| day.and_hms_opt(8, 0, 1));
        let at = |meter: &str, shown: &str| Use {
            taken_at: moment,
            ..used(&imageops::brighten(&pixels, 3), meter, "2026-10", shown)
        };
        let mut uses = Uses::default();
        uses.add(Use {
            taken_at: moment,
            ..used(&pixels, "A", "2026-10", "00100")
        });
        assert_eq!(signs(&uses, &at("B", "00777")), [Sign::SameMoment]);
    }

    #[test]
    fn x5_honest_months_of_a_fixed_camera_are_not_flagged() {
        let mut uses = Uses::default();
        for month in 1..=12u64 {
            let dial = Dial {
                units: 1000 + month / 3 * 7,
                ..Dial::draw(4)
            };
            // The camera hangs still; only noise and the wheels change.
            let mut pixels = dial.photo(&shot(4)).pixels;
            for (at, value) in pixels.iter_mut().enumerate() {
                *value = value.saturating_add(((at as u64 * month) % 5) as u8);
            }
            let new = used(&pixels, "A", &format!("2026-{month:02}"), &dial.text());
            // The meter stood still in the second month, before anything is known of the camera.
            if month != 2 {
                assert_eq!(signs(&uses, &new), [], "month {month}");
            }
            uses.add(new);
        }
    }
}
