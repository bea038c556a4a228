//! Time and chance, both from outside.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// What time it is. Waiting goes by tokio's clock, which tests may hold still.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// Begins at a given time and goes on with tokio's clock: real where that is, held where it is held.
#[derive(Clone, Copy, Debug)]
pub struct RunningClock {
    began_at: DateTime<Utc>,
    began: Instant,
}

impl RunningClock {
    pub fn from(began_at: DateTime<Utc>) -> Self {
        Self {
            began_at,
            began: Instant::now(),
        }
    }
}

impl Clock for RunningClock {
    fn now(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.began.elapsed()).unwrap_or(TimeDelta::MAX);
        let now = self.began_at.checked_add_signed(passed);
        now.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

const SECONDS_EAST: i32 = 8 * 3600;

/// What a meter on a wall in China should show.
pub fn on_the_wall(now: DateTime<Utc>) -> NaiveDateTime {
    match FixedOffset::east_opt(SECONDS_EAST) {
        Some(zone) => now.with_timezone(&zone).naive_local(),
        None => now.naive_utc(),
    }
}

/// A sequence that a seed decides (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// For one of many things that share a seed, named by any bytes.
    pub fn of(seed: u64, name: &[u8]) -> Self {
        let mixed = name
            .iter()
            .fold(seed ^ 0xCBF2_9CE4_8422_2325, |mixed, byte| {
                (mixed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
            });
        Self(mixed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Less than `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw().checked_rem(end).unwrap_or_default()
    }

    /// Less than `end`, to the millisecond.
    pub fn wait_below(&mut self, end: Duration) -> Duration {
        let end_ms = u64::try_from(end.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.below(end_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_and_a_name_tells_apart() {
        let drawn = |mut chance: Chance| [chance.draw(), chance.draw(), chance.draw()];
        assert_eq!(drawn(Chance::of(7, b"a")), drawn(Chance::of(7, b"a")));
        assert_ne!(drawn(Chance::of(7, b"a")), drawn(Chance::of(7, b"b")));
        assert_ne!(drawn(Chance::of(7, b"a")), drawn(Chance::of(8, b"a")));
        assert_eq!(Chance::new(1).below(0), 0);
        let wait = Chance::new(1).wait_below(Duration::from_secs(3));
        assert!(wait < Duration::from_secs(3));
    }

    #[test]
    fn meters_hang_on_walls_in_china() {
        let utc: DateTime<Utc> = "2026-11-28T17:30:00Z".parse().unwrap();
        assert_eq!(on_the_wall(utc).to_string(), "2026-11-29 01:30:00");
    }
}
