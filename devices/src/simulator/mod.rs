//! Meters that are not there: requests in, answers out, with the faults real lines have. Pure: time
//! comes with each request, chance from a seed, and a delay is a number beside the bytes.

mod electric;
mod faults;
mod water;

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};

use faults::Chance;
pub use faults::Faults;

use crate::stream::{FrameDecoder, Framing, Tally};
use crate::{cjt188, dlt645};

/// What a meter sends, and how long after the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub after_ms: u32,
    pub bytes: Vec<u8>,
}

/// Which meter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Dlt645Of1997(dlt645::Address),
    Dlt645Of2007(dlt645::Address),
    /// The kind of meter, and its address.
    Cjt188(u8, cjt188::Address),
}

/// One meter on a line.
#[derive(Debug)]
pub struct SimulatedMeter {
    ear: Ear,
    state: State,
    faults: Faults,
    chance: Chance,
}

#[derive(Debug)]
enum Ear {
    Of1997(FrameDecoder<dlt645::Wire>),
    Of2007(FrameDecoder<dlt645::Wire>),
    Water(FrameDecoder<cjt188::Wire>),
}

/// What a meter knows.
#[derive(Debug)]
struct State {
    model: Model,
    /// What it answers, by identifier.
    registers: BTreeMap<u32, Vec<u8>>,
    clock_ahead: TimeDelta,
    /// The relay is open, the valve closed.
    cut_off: bool,
    /// Digits of the password it accepts.
    secret: [u8; 3],
}

impl State {
    fn now(&self, now: NaiveDateTime) -> NaiveDateTime {
        now.checked_add_signed(self.clock_ahead).unwrap_or(now)
    }

    fn set_clock(&mut self, to: NaiveDateTime, now: NaiveDateTime) {
        self.clock_ahead = to - now;
    }
}

fn attend<F: Framing>(
    decoder: &mut FrameDecoder<F>,
    piece: Option<&[u8]>,
    take: impl FnMut(F::Frame<'_>),
) {
    match piece {
        Some(piece) => decoder.feed(piece, take),
        None => decoder.finish(take),
    }
}

impl SimulatedMeter {
    /// A meter whose password is 000000 and whose clock is right, unless `faults` say otherwise.
    pub fn new(model: Model, faults: Faults, seed: u64) -> Self {
        let ear = match model {
            Model::Dlt645Of1997(_) => Ear::Of1997(FrameDecoder::new(crate::dlt645_1997::WIRE)),
            Model::Dlt645Of2007(_) => Ear::Of2007(FrameDecoder::new(crate::dlt645_2007::WIRE)),
            Model::Cjt188(..) => Ear::Water(FrameDecoder::new(cjt188::Wire::STANDARD)),
        };
        Self {
            ear,
            state: State {
                model,
                registers: BTreeMap::new(),
                clock_ahead: TimeDelta::seconds(faults.clock_ahead_s.into()),
                cut_off: false,
                secret: [0; 3],
            },
            faults,
            chance: Chance::new(seed),
        }
    }

    /// Sets what is answered to an identifier, as sent behind it. CJ/T 188: the total as digits.
    pub fn set(&mut self, di: u32, data: Vec<u8>) {
        self.state.registers.insert(di, data);
    }

    /// Whether the relay is open or the valve closed.
    pub fn is_cut_off(&self) -> bool {
        self.state.cut_off
    }

    /// What the meter has heard so far.
    pub fn tally(&self) -> &Tally {
        match &self.ear {
            Ear::Of1997(decoder) | Ear::Of2007(decoder) => decoder.tally(),
            Ear::Water(decoder) => decoder.tally(),
        }
    }

    /// Hears a piece of what goes over the line, and answers what is meant for it.
    pub fn hear(&mut self, piece: &[u8], now: NaiveDateTime) -> Vec<Reply> {
        self.listen(Some(piece), now)
    }

    /// The line has been silent for longer than a frame may be: what seemed to begin was none,
    /// as with other protocols' frames on the same line.
    pub fn fall_silent(&mut self, now: NaiveDateTime) -> Vec<Reply> {
        self.listen(None, now)
    }

    fn listen(&mut self, piece: Option<&[u8]>, now: NaiveDateTime) -> Vec<Reply> {
        let state = &mut self.state;
        let mut answers = Vec::new();
        match &mut self.ear {
            Ear::Of1997(decoder) => attend(decoder, piece, |frame| {
                answers.extend(electric::answer_1997(state, &frame, now));
            }),
            Ear::Of2007(decoder) => attend(decoder, piece, |frame| {
                answers.extend(electric::answer_2007(state, &frame, now));
            }),
            Ear::Water(decoder) => attend(decoder, piece, |frame| {
                answers.extend(water::answer(state, &frame, now));
            }),
        }
        let spoil = |answer| self.faults.spoil(answer, &mut self.chance);
        answers.into_iter().flat_map(spoil).collect()
    }
}
