//! `7B kind length number(11) … 7B`: a family of data units with a mobile number as their name.
//! `length` counts the whole. They register (01H, answered 81H), send (09H) and are sent to (89H).

use super::Unwrapped;
use crate::meter::CollectorId;

const MARK: u8 = 0x7B;
const NUMBER_BYTES: usize = 11;
const HEAD_BYTES: usize = 4 + NUMBER_BYTES;
const WHOLE_BYTES_MIN: usize = HEAD_BYTES + 1;
const WHOLE_BYTES_MAX: usize = WHOLE_BYTES_MIN + 1024;

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
    held: Vec<u8>,
    number: Option<Number>,
}

enum Judged<'a> {
    Frame {
        kind: u8,
        number: Number,
        data: &'a [u8],
        whole: usize,
    },
    More,
    No,
}

fn judge(bytes: &[u8]) -> Judged<'_> {
    let kind = match bytes {
        [MARK] => return Judged::More,
        [MARK, kind, ..] if matches!(*kind, REGISTER | LEAVE | UP | REGISTERED | DOWN) => *kind,
        _ => return Judged::No,
    };
    let Some(&[_, _, high, low]) = bytes.first_chunk() else {
        return Judged::More;
    };
    let whole = usize::from(u16::from_be_bytes([high, low]));
    if !(WHOLE_BYTES_MIN..=WHOLE_BYTES_MAX).contains(&whole) {
        return Judged::No;
    }
    let Some(frame) = bytes.get(..whole) else {
        return Judged::More;
    };
    let number = frame.get(4..HEAD_BYTES).and_then(<[u8]>::first_chunk);
    match (number, frame) {
        (Some(number), [.., MARK]) if number.iter().all(u8::is_ascii_digit) => Judged::Frame {
            kind,
            number: *number,
            data: &frame[HEAD_BYTES..whole - 1],
            whole,
        },
        _ => Judged::No,
    }
}

fn encode(kind: u8, number: &Number, data: &[u8]) -> Option<Vec<u8>> {
    let whole = WHOLE_BYTES_MIN + data.len();
    if whole > WHOLE_BYTES_MAX {
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
    pub(super) fn feed(&mut self, piece: &[u8], take: impl FnMut(Unwrapped)) {
        let mut take = take;
        let mut rest = piece;
        // Never more than one frame is held, whatever comes at once.
        while !rest.is_empty() {
            let room = WHOLE_BYTES_MAX.saturating_sub(self.held.len()).max(1);
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.held.extend_from_slice(now);
            rest = later;
            self.scan(false, &mut take);
        }
    }

    pub(super) fn idle(&mut self, mut take: impl FnMut(Unwrapped)) {
        self.scan(true, &mut take);
    }

    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    pub(super) fn wrap(&mut self, inner: &[u8]) -> Option<Vec<u8>> {
        encode(DOWN, self.number.as_ref()?, inner)
    }

    fn scan(&mut self, gives_up_one: bool, take: &mut impl FnMut(Unwrapped)) {
        let mut patience = !gives_up_one;
        let mut at = 0;
        while at < self.held.len() {
            match judge(&self.held[at..]) {
                Judged::Frame {
                    kind,
                    number,
                    data,
                    whole,
                } => {
                    let found = open(kind, &number, data);
                    if matches!(found, Some(Unwrapped::Alive { .. } | Unwrapped::Inner(_))) {
                        self.number.get_or_insert(number);
                    }
                    found.into_iter().for_each(&mut *take);
                    at += whole;
                }
                Judged::More if patience => break,
                Judged::More => {
                    patience = true;
                    at += 1;
                }
                Judged::No => at += 1,
            }
        }
        self.held.drain(..at);
    }
}

fn open(kind: u8, number: &Number, data: &[u8]) -> Option<Unwrapped> {
    match kind {
        REGISTER => {
            let text = std::str::from_utf8(number).ok()?;
            let id: CollectorId = text.parse().ok()?;
            let answer = encode(REGISTERED, number, &[])?;
            Some(Unwrapped::Alive { id, answer })
        }
        LEAVE => Some(Unwrapped::Leaving),
        UP => Some(Unwrapped::Inner(data.to_vec())),
        _ => None,
    }
}

/// One datagram: who sent it, what is inside, and the answer it wants.
pub fn datagram(bytes: &[u8]) -> Option<(CollectorId, Option<Unwrapped>)> {
    let Judged::Frame {
        kind,
        number,
        data,
        whole,
    } = judge(bytes)
    else {
        return None;
    };
    let id = std::str::from_utf8(&number).ok()?.parse().ok()?;
    (whole == bytes.len()).then(|| (id, open(kind, &number, data)))
}

/// What goes down to the data unit of this name; nothing if the name is none of theirs.
pub fn down(id: &CollectorId, inner: &[u8]) -> Option<Vec<u8>> {
    let number: &Number = id.as_str().as_bytes().try_into().ok()?;
    encode(DOWN, number, inner)
}

/// The data unit's side, for simulated ones.
pub(crate) mod terminal {
    use super::{CollectorId, DOWN, Judged, Number, REGISTER, UP, encode, judge};

    pub(crate) fn hello(id: &CollectorId) -> Option<Vec<u8>> {
        let number: &Number = id.as_str().as_bytes().try_into().ok()?;
        encode(REGISTER, number, &[127, 0, 0, 1, 0, 0])
    }

    pub(crate) fn up(id: &CollectorId, inner: &[u8]) -> Option<Vec<u8>> {
        let number: &Number = id.as_str().as_bytes().try_into().ok()?;
        encode(UP, number, inner)
    }

    pub(crate) fn asked(frame: &[u8]) -> Option<Vec<u8>> {
        match judge(frame) {
            Judged::Frame {
                kind: DOWN, data, ..
            } => Some(data.to_vec()),
            _ => None,
        }
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
