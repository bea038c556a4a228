//! One request and what comes back, nothing else on the bus meanwhile.

use std::time::Duration;

use chaobiao_devices::Profile;
use chaobiao_devices::content::Sort;
use tokio::time::Instant;

use super::{Bus, Previous};
use crate::meter::MeterAddress;
use crate::observation::{Lost, Oddity};
use crate::talk::{Heard, Pending, with_preamble};

/// What came back.
#[derive(Debug)]
pub(super) enum Exchanged {
    /// The first good answer.
    Answer(Heard),
    Nothing,
    /// Bytes, but no answer among them.
    Damaged,
}

impl Bus {
    /// Sends one request (without preamble) and waits for its answer.
    pub(super) async fn exchange(
        &mut self,
        meter: MeterAddress,
        profile: &Profile,
        request: &[u8],
    ) -> Result<Exchanged, Lost> {
        let Some(mut pending) = Pending::new(request, profile) else {
            return Ok(Exchanged::Nothing);
        };
        self.line.send(&with_preamble(request)).await?;
        let mut seen = 0_u64;
        let answer = self.listen(meter, profile, &mut pending, &mut seen).await?;
        self.counts.noise_bytes += pending.tally().skipped;
        let asked = self.asked_before(meter) + 1;
        self.previous = Some(Previous {
            meter,
            sorter: pending.into_sorter(),
            answer: answer.as_ref().map(|answer| answer.bytes.clone()),
            asked,
            told: false,
        });
        let wanted = answer.as_ref().map_or(0, |answer| answer.bytes.len());
        // The adapter's echo is no fault of the other side.
        let wanted = wanted + 2 * request.len();
        self.note_unasked(seen.saturating_sub(wanted as u64))?;
        Ok(match answer {
            Some(answer) => Exchanged::Answer(answer),
            None if seen > 0 => Exchanged::Damaged,
            None => Exchanged::Nothing,
        })
    }

    /// How often this meter was asked in vain just before.
    fn asked_before(&self, meter: MeterAddress) -> u32 {
        let previous = self.previous.as_ref();
        let in_vain = previous.filter(|one| one.meter == meter && one.answer.is_none());
        in_vain.map_or(0, |one| one.asked)
    }

    /// Until the answer is there, or can not come any more.
    async fn listen(
        &mut self,
        meter: MeterAddress,
        profile: &Profile,
        pending: &mut Pending,
        seen: &mut u64,
    ) -> Result<Option<Heard>, Lost> {
        let limits = &self.shared.limits;
        let (network, frame, noise_max) =
            (limits.network(), limits.frame(), limits.noise_bytes_max);
        let gap = milliseconds(profile.byte_gap_ms_max) + network;
        let due = Instant::now() + milliseconds(profile.answer_delay_ms_max) + network;
        let give_up = due + frame;
        let mut last = Instant::now();
        let mut heard = Vec::new();
        let mut answer = None;
        loop {
            let until = if pending.held() > 0 { last + gap } else { due };
            let piece = self.line.next(until.min(give_up)).await?;
            match piece {
                Some(piece) => {
                    self.note_alive();
                    last = Instant::now();
                    *seen += piece.len() as u64;
                    pending.feed(&piece, &mut heard);
                }
                None if pending.held() > 0 && Instant::now() < give_up => pending.idle(&mut heard),
                None => return Ok(answer),
            }
            self.sift(meter, &mut heard, &mut answer).await;
            if answer.is_some() {
                return Ok(answer);
            }
            if *seen > noise_max || Instant::now() >= give_up {
                return Ok(None);
            }
        }
    }

    /// Takes the answer out of the good frames that came; tells of what is strange about others.
    async fn sift(
        &mut self,
        meter: MeterAddress,
        heard: &mut Vec<Heard>,
        answer: &mut Option<Heard>,
    ) {
        for one in heard.drain(..) {
            match (one.sort, &*answer) {
                (Sort::Echo, _) => {}
                (Sort::Answer, None) => {
                    if one.address.is_wildcard() && !meter.is_wildcard() {
                        self.odd(meter, Oddity::WildcardAddress).await;
                    }
                    *answer = Some(one);
                }
                (Sort::Answer, Some(first)) if first.bytes == one.bytes => self.counts.doubled += 1,
                (Sort::Answer, Some(_)) if self.asked_before(meter) > 0 => {
                    self.counts.strangers += 1;
                }
                (Sort::Answer, Some(_)) => self.odd(meter, Oddity::TwoAnswers).await,
                (Sort::Stranger, _) => self.stray(&one).await,
            }
        }
    }

    /// A good frame that answers nothing now: late, doubled, or a second meter's.
    async fn stray(&mut self, one: &Heard) {
        if !one.from_meter {
            return;
        }
        let mut collision = None;
        match &mut self.previous {
            Some(previous) if previous.sorter.sort(&one.bytes) == Sort::Answer => {
                match &previous.answer {
                    Some(answer) if *answer == one.bytes => self.counts.doubled += 1,
                    Some(_) if previous.asked == 1 && !previous.told => {
                        previous.told = true;
                        collision = Some(previous.meter);
                    }
                    // A slow meter's, or too late: the round has gone on.
                    Some(_) | None => self.counts.strangers += 1,
                }
            }
            _ => self.counts.strangers += 1,
        }
        if let Some(meter) = collision {
            self.odd(meter, Oddity::TwoAnswers).await;
        }
    }

    /// Lets what is still on its way arrive, and drops it.
    pub(super) async fn settle(&mut self, silence: Duration) -> Result<(), Lost> {
        let give_up = Instant::now() + self.shared.limits.frame();
        while Instant::now() < give_up {
            let until = (Instant::now() + silence).min(give_up);
            match self.line.next(until).await? {
                Some(piece) => self.note_unasked(piece.len() as u64)?,
                None => break,
            }
        }
        Ok(())
    }
}

pub(super) fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(u64::from(count))
}
