//! Electricity meters of both editions of DL/T 645.

use chrono::{Datelike as _, NaiveDateTime};

use super::{Model, State};
use crate::dlt645::{ABNORMAL, Address, FROM_METER, Frame, Password, Refusal};
use crate::dlt645_2007::Order;
use crate::moment;
use crate::{dlt645_1997, dlt645_2007};

/// Longer answers come in parts.
const PART_BYTES_MAX: usize = 190;

/// The address of the meter if the frame is a request it has to answer or to obey.
fn meant(state: &State, frame: &Frame<'_>) -> Option<Address> {
    let own = match state.model {
        Model::Dlt645Of1997(own) | Model::Dlt645Of2007(own) => own,
        Model::Cjt188(..) => return None,
    };
    (!frame.is_from_meter() && frame.address().covers(&own)).then_some(own)
}

fn weekday_date(now: NaiveDateTime) -> Vec<u8> {
    let weekday = crate::bcd::packed(now.weekday().num_days_from_sunday());
    [&[weekday][..], &moment::date_bytes(now.date())].concat()
}

impl State {
    fn read(&self, di: u32, now: NaiveDateTime) -> Option<Vec<u8>> {
        let now = self.now(now);
        match di {
            0x0400_0101 | 0xC010 => Some(weekday_date(now)),
            0x0400_0102 | 0xC011 => Some(moment::time_bytes(now.time()).to_vec()),
            // Relay open, and ordered so.
            0x0400_0503 => Some(vec![if self.cut_off { 0x50 } else { 0 }, 0]),
            _ => self.registers.get(&di).cloned(),
        }
    }

    /// A part of a long answer, and whether more follows; nothing if there is no such part.
    fn part(&self, di: u32, number: u8, now: NaiveDateTime) -> Option<(Vec<u8>, bool)> {
        let data = self.read(di, now)?;
        let mut parts = data.chunks(PART_BYTES_MAX).skip(number.into());
        let part = match parts.next() {
            Some(part) => part,
            None if number == 0 => &[],
            None => return None,
        };
        Some((part.to_vec(), parts.next().is_some()))
    }

    fn opens(&self, password: Password) -> bool {
        password.secret == self.secret
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Trip => self.cut_off = true,
            Order::Close | Order::PermitClose => self.cut_off = false,
            Order::Alarm | Order::AlarmOff | Order::KeepOn | Order::KeepOnOff => {}
        }
    }

    fn readdress(&mut self, new_address: Address) {
        if let Model::Dlt645Of1997(own) | Model::Dlt645Of2007(own) = &mut self.model {
            *own = new_address;
        }
    }
}

pub(super) fn answer_2007(
    state: &mut State,
    frame: &Frame<'_>,
    now: NaiveDateTime,
) -> Option<Vec<u8>> {
    use dlt645_2007::{Answer, Request};
    const NO_DATA: u8 = 0x02;
    const WRONG_PASSWORD: u8 = 0x04;
    let own = meant(state, frame)?;
    let control = frame.control() | FROM_METER;
    let done = |data: Vec<u8>| Answer::Done { control, data };
    let refused = |word| Answer::Refused {
        control: control | ABNORMAL,
        refusal: Refusal { word: vec![word] },
    };
    let answer = match Request::decode(frame).ok()? {
        Request::Read { di, .. } => match state.part(di.number(), 0, now) {
            Some((data, more)) => Answer::Data { di, data, more },
            None => refused(NO_DATA),
        },
        Request::ReadFollowUp { di, seq } => match state.part(di.number(), seq, now) {
            Some((data, more)) => Answer::FollowUp {
                di,
                data,
                seq,
                more,
            },
            None => refused(NO_DATA),
        },
        Request::ReadAddress => Answer::Address(own),
        Request::BroadcastTime { time } => {
            state.set_clock(time, now);
            return None;
        }
        Request::Freeze { .. } if frame.address().is_broadcast() => return None,
        Request::Write { password, .. }
        | Request::Control { password, .. }
        | Request::ClearDemand { password, .. }
        | Request::ClearMeter { password, .. }
        | Request::ClearEvents { password, .. }
        | Request::ChangePassword { old: password, .. }
            if !state.opens(password) =>
        {
            refused(WRONG_PASSWORD)
        }
        Request::Write { di, data, .. } => {
            state.registers.insert(di.number(), data);
            done(Vec::new())
        }
        Request::WriteAddress { new_address } => {
            state.readdress(new_address);
            done(Vec::new())
        }
        Request::Control { order, .. } => {
            state.obey(order);
            done(Vec::new())
        }
        Request::ChangePassword { new, .. } => {
            state.secret = new.secret;
            Answer::PasswordChanged(new)
        }
        Request::ChangeBaud { .. } | Request::Output { .. } => done(frame.data().to_vec()),
        Request::Freeze { .. }
        | Request::ClearDemand { .. }
        | Request::ClearMeter { .. }
        | Request::ClearEvents { .. } => done(Vec::new()),
        Request::Other { .. } => return None,
    };
    answer.encode(&own, dlt645_2007::WIRE)
}

pub(super) fn answer_1997(
    state: &mut State,
    frame: &Frame<'_>,
    now: NaiveDateTime,
) -> Option<Vec<u8>> {
    use dlt645_1997::{Answer, Request};
    const UNKNOWN_DI: u8 = 0x02;
    const WRONG_PASSWORD: u8 = 0x04;
    let own = meant(state, frame)?;
    let control = frame.control() | FROM_METER;
    let done = |data: Vec<u8>| Answer::Done { control, data };
    let refused = |word| Answer::Refused {
        control: control | ABNORMAL,
        refusal: Refusal { word: vec![word] },
    };
    let answer = match Request::decode(frame).ok()? {
        Request::Read { di, .. } => match state.read(di.number(), now) {
            // Without numbers of parts a meter would have to remember who asks: one part is all.
            Some(mut data) => {
                data.truncate(PART_BYTES_MAX);
                let more = false;
                Answer::Data { di, data, more }
            }
            None => refused(UNKNOWN_DI),
        },
        Request::BroadcastTime { time } => {
            state.set_clock(time, now);
            return None;
        }
        Request::Write { password, .. } | Request::ChangePassword { old: password, .. }
            if !state.opens(password) =>
        {
            refused(WRONG_PASSWORD)
        }
        Request::Write { di, data, .. } => {
            state.registers.insert(di.number(), data);
            done(Vec::new())
        }
        Request::WriteAddress { new_address } => {
            state.readdress(new_address);
            done(Vec::new())
        }
        Request::ChangePassword { new, .. } => {
            state.secret = new.secret;
            Answer::PasswordChanged(new)
        }
        Request::ChangeBaud { .. } => done(frame.data().to_vec()),
        Request::ClearDemand { .. } => done(Vec::new()),
        Request::ReadFollowUp { .. } | Request::ReadAgain | Request::Other { .. } => return None,
    };
    answer.encode(&own, dlt645_1997::WIRE)
}
