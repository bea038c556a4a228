//! A round over the meters of a bus.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::memory::Unfinished;
use super::{Bus, Counts, Job};
use crate::meter::{Meter, total_of};
use crate::observation::{Lost, Observation, Silence, Sweep};
use crate::talk::Via;
use crate::time::{Chance, on_the_wall};

/// How long until the next multiple of a span from China's midnight.
fn until_multiple(now: DateTime<Utc>, span: Duration) -> Duration {
    let midnight = on_the_wall(now)
        .time()
        .signed_duration_since(NaiveTime::MIN);
    let passed = midnight.to_std().unwrap_or_default();
    let over = passed
        .as_millis()
        .checked_rem(span.as_millis())
        .unwrap_or(0);
    span.saturating_sub(Duration::from_millis(u64::try_from(over).unwrap_or(0)))
}

impl Bus {
    /// Asks every meter for everything that is planned; what waits is done in between.
    pub(super) async fn sweep(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Result<(), Lost> {
        if let Some(plan) = self.shared.plan_of(&self.id) {
            self.plan = plan;
        }
        let began = Instant::now();
        self.counts = Counts::default();
        let (mut sweep, from) = match self.memory.unfinished.take() {
            Some(unfinished) => self.go_on(unfinished).await,
            None => (self.begin(began), 0),
        };
        let plan = Arc::clone(&self.plan);
        for (place, meter) in plan.meters.iter().enumerate().skip(from) {
            let unfinished = |next, asking| Unfinished {
                plan: Arc::clone(&plan),
                sweep,
                next,
                asking,
            };
            self.memory.unfinished = Some(unfinished(place, false));
            self.jobs_waiting(jobs).await?;
            // One that brings the concentrator down is not asked again and again.
            self.memory.unfinished = Some(unfinished(place + 1, true));
            self.sweep_meter(meter, &mut sweep).await?;
        }
        self.memory.unfinished = None;
        sweep.strangers += self.counts.strangers;
        sweep.doubled += self.counts.doubled;
        sweep.noise_bytes += self.counts.noise_bytes;
        sweep.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let observation = Observation::SweepDone {
            collector: self.id.clone(),
            sweep,
            at: self.shared.now(),
        };
        self.shared.tell(observation).await;
        Ok(())
    }

    fn begin(&mut self, now: Instant) -> Sweep {
        self.memory.sweeps += 1;
        self.memory.next_sweep = Some(now + self.until_next());
        Sweep {
            number: self.memory.sweeps,
            ..Sweep::default()
        }
    }

    /// Takes a round up again that was cut short by a lost link, as it was planned then.
    async fn go_on(&mut self, unfinished: Unfinished) -> (Sweep, usize) {
        let Unfinished {
            plan,
            mut sweep,
            next,
            asking,
        } = unfinished;
        let lost = next.checked_sub(1).filter(|_| asking);
        if let Some(meter) = lost.and_then(|place| plan.meters.get(place)) {
            sweep.missing += 1;
            self.missing(meter.address, 0, Silence::LinkLost, 1).await;
        }
        self.plan = plan;
        (sweep, next)
    }

    fn until_next(&self) -> Duration {
        let name = self.id.as_str().as_bytes();
        let mut chance = Chance::of(self.shared.seed ^ self.memory.sweeps, name);
        let every = self.plan.sweep_every;
        let wait = if self.plan.aligned {
            until_multiple(self.shared.now(), every)
        } else {
            every
        };
        wait + chance.wait_below(self.plan.jitter_max)
    }

    async fn sweep_meter(&mut self, meter: &Meter, sweep: &mut Sweep) -> Result<(), Lost> {
        if self.memory.meter(meter.address).backs_off() {
            sweep.backed_off += 1;
            return Ok(());
        }
        let mut profile = self.profile_of(meter);
        if profile.is_none() {
            profile = self.find_out(meter.address).await?;
        }
        let Some(profile) = profile else {
            sweep.missing += 1;
            self.memory.meter(meter.address).was_silent();
            self.missing(meter.address, 0, Silence::NotFound, 1).await;
            return Ok(());
        };
        let total = [total_of(profile.protocol)];
        let items = if meter.items.is_empty() {
            &total[..]
        } else {
            &meter.items
        };
        let via = Via::Sweep(sweep.number);
        let retries = self.plan.retries;
        let mut spoke = false;
        let mut given_up = false;
        for &item in items {
            if given_up {
                sweep.missing += 1;
                self.missing(meter.address, item, Silence::NoAnswer, 0)
                    .await;
                continue;
            }
            if self.memory.meter(meter.address).is_unsupported(item) {
                sweep.unsupported += 1;
                spoke = true;
                continue;
            }
            match self
                .read(meter.address, &profile, item, via, retries)
                .await?
            {
                Ok(reading) => {
                    spoke = true;
                    sweep.answered += 1;
                    self.shared
                        .tell(Observation::Reading(Box::new(reading)))
                        .await;
                }
                Err((why, attempts)) => {
                    spoke |= matches!(why, Silence::Refused { .. });
                    // One that says nothing at all is not asked for the rest.
                    given_up = why == Silence::NoAnswer && !spoke;
                    sweep.missing += 1;
                    self.missing(meter.address, item, why, attempts).await;
                }
            }
        }
        let memory = self.memory.meter(meter.address);
        if spoke {
            memory.answered();
        } else {
            memory.was_silent();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_set_by_the_clock_on_the_wall() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let quarter = Duration::from_mins(15);
        let wait = until_multiple(at("2026-07-01T02:07:30Z"), quarter);
        assert_eq!(wait, Duration::from_secs(450));
        // A day is over at midnight in China.
        let day = Duration::from_hours(24);
        let wait = until_multiple(at("2026-07-01T15:00:00Z"), day);
        assert_eq!(wait, Duration::from_hours(1));
        assert_eq!(until_multiple(at("2026-07-01T16:00:00Z"), day), day);
    }
}
