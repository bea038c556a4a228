//! `7B kind length number(11) … 7B`: a family of data units with a mobile number as their name.
//! `length` counts the whole. They register (01H, answered 81H), send (09H) and are sent to (89H).

use super::Unwrapped;
use super::held::{Form, Held, Judged};
use crate::meter::CollectorId;

const MARK: u8 = 0x7B;
const NUMBER_BYTES: usize = 11;
const HEAD_BYTES: usize = 4 + NUMBER_BYTES;
const WHOLE_BYTES_MIN: usize = HEAD_BYTES + 1;

const REGISTER: u8 = 0x01;
const LEAVE: u8 = 0x02;
const UP: u8 = 0x09;
const REGISTERED: u8 = 0x81;
const DOWN: u8 = 0x89;

/// The eleven digits of its number.
type Number = [u8; NUMBER_BYTES];

/// See [`super::Unwrapper`].
#[derive(Debug, Default)]
pub struct Unwrapper {
    held: Held,
    number: Option<Number>,
}

/// How the frames are told.
struct Wire;

impl Form for Wire {
    const WHOLE_BYTES_MAX: usize = WHOLE_BYTES_MIN + 1024;

    fn judge(bytes: &[u8]) -> Judged {
        match bytes {
            [MARK] => return Judged::More,
            [MARK, REGISTER | LEAVE | UP | REGISTERED | DOWN, ..] => {}
            _ => return Judged::No,
        }
        let Some(&[_, _, high, low]) = bytes.first_chunk() else {
            return Judged::More;
        };
        let whole = usize::from(u16::from_be_bytes([high, low]));
        if !(WHOLE_BYTES_MIN..=Self::WHOLE_BYTES_MAX).contains(&whole) {
            return Judged::No;
        }
        match bytes.get(..whole) {
            None => Judged::More,
            Some(frame) if Frame::read(frame).is_some() => Judged::Frame(whole),
            Some(_) => Judged::No,
        }
    }
}

/// A frame, seen where it lies.
struct Frame<'a> {
    kind: u8,
    number: &'a Number,
    data: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame these bytes are, from mark to mark.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[_, kind, _, _], rest) = bytes.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk::<NUMBER_BYTES>()?;
        let (&MARK, data) = rest.split_last()? else {
            return None;
        };
        let named = number.iter().all(u8::is_ascii_digit);
        named.then_some(Self { kind, number, data })
    }

    /// The frame these bytes are, nothing around it.
    fn whole(bytes: &'a [u8]) -> Option<Self> {
        let is_whole = !bytes.is_empty() && Wire::judge(bytes) == Judged::Frame(bytes.len());
        is_whole.then(|| Self::read(bytes))?
    }
}

fn encode(kind: u8, number: &Number, data: &[u8]) -> Option<Vec<u8>> {
    let whole = WHOLE_BYTES_MIN + data.len();
    if whole > Wire::WHOLE_BYTES_MAX {
        return None;
    }
    let mut frame = vec![MARK, kind];
    frame.extend_from_slice(&u16::try_from(whole).ok()?.to_be_bytes());
    frame.extend_from_slice(number);
    frame.extend_from_slice(data);
    frame.push(MARK);
    Some(frame)
}

impl Unwrapper {
    pub(super) fn feed(&mut self, piece: &[u8], mut take: impl FnMut(Unwrapped)) {
        let number = &mut self.number;
        self.held.feed::<Wire>(piece, |bytes| {
            hear(bytes, number).into_iter().for_each(&mut take);
        });
    }

    pub(super) fn idle(&mut self, mut take: impl FnMut(Unwrapped)) {
        let number = &mut self.number;
        self.held.idle::<Wire>(|bytes| {
            hear(bytes, number).into_iter().for_each(&mut take);
        });
    }

    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    pub(super) fn wrap(&mut self, inner: &[u8]) -> Option<Vec<u8>> {
        encode(DOWN, self.number.as_ref()?, inner)
    }
}

/// Opens a frame and remembers the first one that spoke.
fn hear(bytes: &[u8], known: &mut Option<Number>) -> Option<Unwrapped> {
    let frame = Frame::read(bytes)?;
    let found = open(&frame)?;
    if matches!(found, Unwrapped::Alive { .. } | Unwrapped::Inner(_)) {
        known.get_or_insert(*frame.number);
    }
    Some(found)
}

fn open(frame: &Frame<'_>) -> Option<Unwrapped> {
    match frame.kind {
        REGISTER => Some(Unwrapped::Alive {
            id: named(frame.number)?,
            answer: encode(REGISTERED, frame.number, &[])?,
        }),
        LEAVE => Some(Unwrapped::Leaving),
        UP => Some(Unwrapped::Inner(frame.data.to_vec())),
        _ => None,
    }
}

fn named(number: &Number) -> Option<CollectorId> {
    std::str::from_utf8(number).ok()?.parse().ok()
}

/// One datagram: who sent it, what is inside, and the answer it wants.
pub fn datagram(bytes: &[u8]) -> Option<(CollectorId, Option<Unwrapped>)> {
    let frame = Frame::whole(bytes)?;
    Some((named(frame.number)?, open(&frame)))
}

/// What goes down to the data unit of this name; nothing if the name is none of theirs.
pub fn down(id: &CollectorId, inner: &[u8]) -> Option<Vec<u8>> {
    let number: &Number = id.as_str().as_bytes().try_into().ok()?;
    encode(DOWN, number, inner)
}

/// The data unit's side, for simulated ones.
pub(crate) mod terminal {
    use super::{CollectorId, DOWN, Frame, Number, REGISTER, UP, encode};

    pub(crate) fn hello(id: &CollectorId) -> Option<Vec<u8>> {
        let number: &Number = id.as_str().as_bytes().try_into().ok()?;
        encode(REGISTER, number, &[127, 0, 0, 1, 0, 0])
    }

    pub(crate) fn up(id: &CollectorId, inner: &[u8]) -> Option<Vec<u8>> {
        let number: &Number = id.as_str().as_bytes().try_into().ok()?;
        encode(UP, number, inner)
    }

    pub(crate) fn asked(frame: &[u8]) -> Option<Vec<u8>> {
        let frame = Frame::whole(frame).filter(|frame| frame.kind == DOWN)?;
        Some(frame.data.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published request to a water meter behind the data unit 15821049734.
    const DOWN_FRAME: &str = "7b890023 3135383231303439373334 \
        fefefe681084131115000000010390 1f01e916 7b";

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text.replace(' ', "")).unwrap()
    }

    #[test]
    fn r33_a_data_unit_registers_and_is_sent_to_as_published() {
        let id: CollectorId = "15821049734".parse().unwrap();
        let hello = terminal::hello(&id).unwrap();
        assert_eq!(hello[..4], [0x7B, 0x01, 0x00, 0x16]);
        let mut unwrapper = Unwrapper::default();
        let mut all = Vec::new();
        unwrapper.feed(&hello, |one| all.push(one));
        let answer = bytes("7b810010 3135383231303439373334 7b");
        assert_eq!(all, [Unwrapped::Alive { id, answer }]);
        let inner = bytes("fefefe6810841311150000000103901f01e916");
        assert_eq!(unwrapper.wrap(&inner).unwrap(), bytes(DOWN_FRAME));
    }

    #[test]
    fn a_mark_in_the_noise_costs_one_byte() {
        let id: CollectorId = "15821049734".parse().unwrap();
        let good = terminal::up(&id, &[1, 0x7B, 2]).unwrap();
        let mut unwrapper = Unwrapper::default();
        let mut all = Vec::new();
        let stream = [&[0x7B, 0x09, 0x04, 0x00, 0x7B][..], &good].concat();
        unwrapper.feed(&stream, |one| all.push(one));
        assert_eq!(all, []);
        unwrapper.idle(|one| all.push(one));
        assert_eq!(all, [Unwrapped::Inner(vec![1, 0x7B, 2])]);
        assert_eq!(unwrapper.held(), 0);
    }
}
