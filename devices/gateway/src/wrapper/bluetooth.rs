//! `BD 00 number(6) control length(2, low first) item(2) address … CS 16`: a Bluetooth
//! concentrator, which passes what stands behind the address on to a meter of its mesh
//! (`reference/protocols.md`, section 5). The sum runs from the byte behind BDH. It registers
//! nowhere: whoever opens the line knows its number.

use std::fmt;
use std::str::FromStr;

use chaobiao_devices::stream::{END, PREAMBLE, START};
use serde::Deserialize;

use super::Unwrapped;
use super::held::{Form, Held, Judged};
use crate::forward::{Rights, screen};

const MARK: u8 = 0xBD;
const NUMBER_BYTES: usize = 6;
/// Mark, 00, number, control, length.
const HEAD_BYTES: usize = 2 + NUMBER_BYTES + 1 + 2;
const AROUND_BYTES: usize = HEAD_BYTES + 2;
const CONTENT_BYTES_MAX: usize = 512;

const READ: u8 = 0x01;
const WRITE: u8 = 0x04;
const ANSWER: u8 = 0x80;
/// Passes the rest on to the meter named first.
const TO_A_METER: [u8; 2] = [0x01, 0xB4];

/// The twelve digits printed on a concentrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Number([u8; NUMBER_BYTES]);

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; NUMBER_BYTES];
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError);
        }
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NumberError)?;
        bytes.reverse();
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Not twelve digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberError;

impl fmt::Display for NumberError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("蓝牙集中器编号应为 12 位数字")
    }
}

/// How the frames are told.
struct Wire;

impl Form for Wire {
    const WHOLE_BYTES_MAX: usize = AROUND_BYTES + CONTENT_BYTES_MAX;

    fn judge(bytes: &[u8]) -> Judged {
        match bytes {
            [MARK] => return Judged::More,
            [MARK, 0, ..] => {}
            _ => return Judged::No,
        }
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else {
            return Judged::More;
        };
        let [.., low, high] = *head;
        let content = usize::from(u16::from_le_bytes([low, high]));
        if content > CONTENT_BYTES_MAX {
            return Judged::No;
        }
        match bytes.get(..content + AROUND_BYTES) {
            None => Judged::More,
            Some([_, summed @ .., sum, END]) if *sum == checksum(summed) => {
                Judged::Frame(content + AROUND_BYTES)
            }
            Some(_) => Judged::No,
        }
    }
}

fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

fn encode(number: Number, control: u8, content: &[u8]) -> Option<Vec<u8>> {
    if content.len() > CONTENT_BYTES_MAX {
        return None;
    }
    let mut frame = vec![MARK, 0];
    frame.extend_from_slice(&number.0);
    frame.push(control);
    frame.extend_from_slice(&u16::try_from(content.len()).ok()?.to_le_bytes());
    frame.extend_from_slice(content);
    frame.push(checksum(&frame[1..]));
    frame.push(END);
    Some(frame)
}

/// The meter a request is for: the first six bytes of its address, as every protocol sends them.
fn meter(inner: &[u8]) -> Option<&[u8; NUMBER_BYTES]> {
    let mut bare = inner;
    while let [PREAMBLE, after @ ..] = bare {
        bare = after;
    }
    let body = bare.strip_prefix(&[START])?;
    // DL/T 645 has its second start byte behind the address, CJ/T 188 its type before it.
    let is_dlt645 = body.get(NUMBER_BYTES) == Some(&START);
    body.get(usize::from(!is_dlt645)..)?.first_chunk()
}

fn request(number: Number, inner: &[u8]) -> Option<Vec<u8>> {
    let reads = screen(inner, Rights::default(), CONTENT_BYTES_MAX).is_ok();
    let content = [&TO_A_METER, &meter(inner)?[..], inner].concat();
    encode(number, if reads { READ } else { WRITE }, &content)
}

/// What the meter said, if the frame is an answer of one. Water meters are named with seven bytes
/// in answers, with six in requests.
fn open(frame: &[u8]) -> Option<&[u8]> {
    let control = frame.get(HEAD_BYTES - 3)?;
    let content = frame.get(HEAD_BYTES..frame.len().checked_sub(2)?)?;
    let behind = content.strip_prefix(&TO_A_METER)?.get(NUMBER_BYTES..)?;
    let inner = match behind {
        [START | PREAMBLE, ..] => behind,
        [_, rest @ ..] => rest,
        [] => return None,
    };
    (control & ANSWER != 0).then_some(inner)
}

/// See [`super::Unwrapper`].
#[derive(Debug)]
pub struct Unwrapper {
    number: Number,
    held: Held,
}

impl Unwrapper {
    pub(super) fn new(number: Number) -> Self {
        Self {
            number,
            held: Held::default(),
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8], mut take: impl FnMut(Unwrapped)) {
        self.held.feed::<Wire>(piece, |frame| {
            let inner = open(frame).map(<[u8]>::to_vec);
            inner.map(Unwrapped::Inner).into_iter().for_each(&mut take);
        });
    }

    pub(super) fn idle(&mut self, mut take: impl FnMut(Unwrapped)) {
        self.held.idle::<Wire>(|frame| {
            let inner = open(frame).map(<[u8]>::to_vec);
            inner.map(Unwrapped::Inner).into_iter().for_each(&mut take);
        });
    }

    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    pub(super) fn wrap(&mut self, inner: &[u8]) -> Option<Vec<u8>> {
        request(self.number, inner)
    }
}

/// The concentrator's side, for simulated ones.
pub(crate) mod terminal {
    use super::{ANSWER, HEAD_BYTES, Held, NUMBER_BYTES, Number, READ, TO_A_METER, Wire};
    use super::{encode, meter};

    /// Takes off what the gateway put around its requests.
    #[derive(Default)]
    pub(crate) struct Opener(Held);

    impl Opener {
        pub(crate) fn open(&mut self, piece: &[u8]) -> Vec<u8> {
            let mut inner = Vec::new();
            self.0.feed::<Wire>(piece, |frame| {
                let content = frame.get(HEAD_BYTES..frame.len().saturating_sub(2));
                let content = content.unwrap_or_default();
                let rest = content.strip_prefix(&TO_A_METER).unwrap_or_default();
                inner.extend_from_slice(rest.get(NUMBER_BYTES..).unwrap_or_default());
            });
            inner
        }
    }

    pub(crate) fn answer(number: Number, inner: &[u8]) -> Option<Vec<u8>> {
        let address = meter(inner)?;
        encode(
            number,
            ANSWER | READ,
            &[&TO_A_METER, &address[..], inner].concat(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text.replace(' ', "")).unwrap()
    }

    fn heard(unwrapper: &mut Unwrapper, pieces: &[&[u8]]) -> Vec<u8> {
        let mut inner = Vec::new();
        for piece in pieces {
            unwrapper.feed(piece, |one| match one {
                Unwrapped::Inner(bytes) => inner.extend(bytes),
                other => panic!("{other:?}"),
            });
        }
        inner
    }

    #[test]
    fn r33_requests_go_out_as_published() {
        let water = "fefefe6810 96291180010000 0103901f02 7e16";
        let sent = request(number("333333333333"), &bytes(water)).unwrap();
        let head = "bd00 333333333333 01 1b00 01b4 962911800100";
        assert_eq!(sent, bytes(&format!("{head} {water} 6016")));
        let electricity = "68 910215121703 68 1104 88883235 3016";
        let sent = request(number("665544332211"), &bytes(electricity)).unwrap();
        let head = "bd00 112233445566 01 1800 01b4 910215121703";
        assert_eq!(sent, bytes(&format!("{head} {electricity} 7d16")));
        // Anything but a read says that it is none.
        let mut cut = bytes("68 910215121703 68 1c10 35333333ab8967454d32cccccccccccc");
        cut.extend([checksum(&cut), END]);
        assert_eq!(request(number("665544332211"), &cut).unwrap()[8], WRITE);
        assert_eq!(request(number("665544332211"), b"\x01"), None);
    }

    #[test]
    fn r20_r33_an_answer_of_a_water_meter_comes_out_however_it_is_cut() {
        let inner = "fefefe6810 96291180010000 811690 1f02 001200002c 000000002c \
            00000000000000 0200 7d16";
        let published = bytes(&format!(
            "bd00 112233445566 81 2f00 01b4 96291180010000 {inner} 2516"
        ));
        let mut unwrapper = Unwrapper::new(number("665544332211"));
        let notifications: Vec<&[u8]> = published.chunks(20).collect();
        assert_eq!(heard(&mut unwrapper, &notifications), bytes(inner));
        assert_eq!(unwrapper.held(), 0);
        let mut wrong = published.clone();
        wrong[30] ^= 1;
        assert_eq!(heard(&mut unwrapper, &[&wrong]), b"");
        // A head in the noise asks for more than comes; the good frame behind it is found.
        let head = bytes("bd00 000000000000 81 4000");
        assert_eq!(heard(&mut unwrapper, &[&head, &published]), b"");
        let mut late = Vec::new();
        unwrapper.idle(|one| late.push(one));
        assert_eq!(late, [Unwrapped::Inner(bytes(inner))]);
    }

    #[test]
    fn a_number_has_twelve_digits() {
        assert_eq!(
            number("012345678901").0,
            [0x01, 0x89, 0x67, 0x45, 0x23, 0x01]
        );
        for bad in ["", "01234567890", "01234567890A", "0123456789012"] {
            assert_eq!(bad.parse::<Number>(), Err(NumberError), "{bad}");
        }
    }
}
