//! Water and gas meters of CJ/T 188.

use chrono::NaiveDateTime;

use super::{Model, State};
use crate::cjt188::{ABNORMAL, ANY_TYPE, Answer, Di, FROM_METER, Frame, Request, ValveOrder, Wire};
use crate::moment;

/// Cubic metres.
const UNIT: u8 = 0x2C;

pub(super) fn answer(state: &mut State, frame: &Frame<'_>, now: NaiveDateTime) -> Option<Vec<u8>> {
    let Model::Cjt188(kind, own) = state.model else {
        return None;
    };
    let asked = frame.meter_type() == kind || frame.meter_type() == ANY_TYPE;
    if !asked || !frame.address().covers(&own) {
        return None;
    }
    let control = frame.control() | FROM_METER;
    let (request, di_order) = Request::decode(frame).ok()?;
    let done = |di, seq, data| Answer::Data {
        control,
        di,
        di_order,
        seq,
        data,
    };
    let answer = match request {
        Request::Read { di, seq } => match state.water(di, now) {
            Some(data) => done(di, seq, data),
            None => Answer::Refused {
                control: control | ABNORMAL,
                data: frame.data().to_vec(),
            },
        },
        Request::ReadAddress { seq } => done(Di::ADDRESS, seq, Vec::new()),
        Request::Valve { seq, order } => {
            match order {
                ValveOrder::Open | ValveOrder::FreeOpen => state.cut_off = false,
                ValveOrder::Close | ValveOrder::FreeClose => state.cut_off = true,
                ValveOrder::Query | ValveOrder::Free => {}
            }
            done(Di::VALVE, seq, state.status().to_vec())
        }
        Request::WriteAddress { seq, new_address } => {
            state.model = Model::Cjt188(kind, new_address);
            done(Di::WRITE_ADDRESS, seq, Vec::new())
        }
        Request::Write { di, seq, data } => {
            state.registers.insert(di.0.into(), data);
            done(di, seq, state.status().to_vec())
        }
        Request::ReadKeyVersion { .. } | Request::WriteBaseValue { .. } | Request::Other { .. } => {
            return None;
        }
    };
    answer.encode(kind, &own, Wire::STANDARD)
}

impl State {
    fn status(&self) -> [u8; 2] {
        [u8::from(self.cut_off), 0]
    }

    /// The total twice (now, and at settlement), the clock and the status.
    fn water(&self, di: Di, now: NaiveDateTime) -> Option<Vec<u8>> {
        let register = self.registers.get(&di.0.into())?;
        if di != Di::READING {
            return Some(register.clone());
        }
        let total = [&register[..], &[UNIT]].concat();
        let clock = moment::full_year_bytes(self.now(now));
        Some([&total[..], &total, &clock, &self.status()].concat())
    }
}
