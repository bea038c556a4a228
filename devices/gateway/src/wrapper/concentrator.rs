//! `68 L L 68 C A AFN SEQ DA DT … CS 16`: a concentrator's frames, of which we speak as much as it
//! takes to log in, stay, and forward to a port (AFN 10H F1).

use chaobiao_devices::FrameDecoder;
use chaobiao_devices::stream::{END, Fault, Framing, START, Verdict};
use serde::Deserialize;

use super::Unwrapped;
use crate::meter::CollectorId;

const HEAD_BYTES: usize = 6;
/// C, A, AFN, SEQ.
const FIXED_BYTES: usize = 8;
const AROUND_BYTES: usize = HEAD_BYTES + 2;

const FROM_TERMINAL: u8 = 0x80;
const CONFIRM: u8 = 0x00;
const LINK: u8 = 0x02;
const FORWARD: u8 = 0x10;
/// First and last frame of its message.
const SINGLE: u8 = 0x60;
const TIME_TAGGED: u8 = 0x80;
const LINK_STATE: u8 = 0x0B;
const REQUEST: u8 = 0x4B;

/// p0, Fn: which point and which function of the AFN.
const F1: [u8; 4] = [0, 0, 1, 0];
const F2: [u8; 4] = [0, 0, 2, 0];
const F3: [u8; 4] = [0, 0, 4, 0];

/// The outer form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wire;

impl Framing for Wire {
    type Frame<'a> = &'a [u8];

    const FRAME_BYTES_MAX: usize = 2048;

    fn judge(&self, bytes: &[u8]) -> Verdict {
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else {
            return Verdict::Incomplete(Fault::TruncatedHead);
        };
        let [_, low, high, low_again, high_again, start] = *head;
        if start != START || [low, high] != [low_again, high_again] {
            return Verdict::Invalid(Fault::Start);
        }
        let length = u16::from_le_bytes([low, high]);
        let content = usize::from(length >> 2);
        let whole = content + AROUND_BYTES;
        // The two low bits name the edition.
        if !matches!(length & 3, 1 | 2) || content < FIXED_BYTES || whole > Self::FRAME_BYTES_MAX {
            return Verdict::Invalid(Fault::Length);
        }
        let Some(frame) = bytes.get(..whole) else {
            return Verdict::Incomplete(Fault::Truncated);
        };
        match frame {
            [.., sum, END] if *sum == checksum(&frame[HEAD_BYTES..whole - 2]) => {
                Verdict::Complete(whole)
            }
            [.., END] => Verdict::Invalid(Fault::Checksum),
            _ => Verdict::Invalid(Fault::End),
        }
    }

    /// C to data.
    fn view<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes
            .get(HEAD_BYTES..bytes.len().saturating_sub(2))
            .unwrap_or_default()
    }
}

fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// Region and number, as sent; the fifth byte is the master's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub [u8; 5]);

impl Address {
    /// Region, then number, each the highest digit first.
    pub fn id(self) -> Option<CollectorId> {
        let [region_low, region_high, low, high, _] = self.0;
        let text = format!("{region_high:02X}{region_low:02X}{high:02X}{low:02X}");
        text.parse().ok()
    }
}

/// A frame: what both sides need of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub control: u8,
    pub address: Address,
    pub function: u8,
    pub seq: u8,
    /// DA, DT and what follows.
    pub data: Vec<u8>,
}

impl Frame {
    /// From C to data.
    pub fn read(content: &[u8]) -> Option<Self> {
        let (fixed, data) = content.split_first_chunk::<FIXED_BYTES>()?;
        let [control, a1, a2, a3, a4, a5, function, seq] = *fixed;
        Some(Self {
            control,
            address: Address([a1, a2, a3, a4, a5]),
            function,
            seq,
            data: data.to_vec(),
        })
    }

    /// The bytes; nothing if there are too many.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let content = FIXED_BYTES + self.data.len();
        if content + AROUND_BYTES > Wire::FRAME_BYTES_MAX {
            return None;
        }
        let length = u16::try_from(content << 2 | 2).ok()?.to_le_bytes();
        let mut frame = vec![START, length[0], length[1], length[0], length[1], START];
        frame.push(self.control);
        frame.extend_from_slice(&self.address.0);
        frame.extend_from_slice(&[self.function, self.seq]);
        frame.extend_from_slice(&self.data);
        frame.push(checksum(&frame[HEAD_BYTES..]));
        frame.push(END);
        Some(frame)
    }

    /// What a forwarding answer brought from the bus.
    fn forwarded(&self) -> Option<&[u8]> {
        let rest = self.data.strip_prefix(&F1)?;
        let (&[_port, low, high], rest) = rest.split_first_chunk()?;
        rest.get(..usize::from(u16::from_le_bytes([low, high])))
    }
}

/// The port behind which the meters are, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Port {
    pub number: u8,
    /// Speed and parity as the standard codes them: 6BH is 2400 bit/s, 8E1.
    pub control: u8,
    /// With bit 7 in seconds, else in tens of milliseconds.
    pub frame_timeout: u8,
    /// In tens of milliseconds.
    pub byte_timeout: u8,
    /// Whose commands these are.
    #[serde(skip_deserializing)]
    pub password: [u8; 16],
}

impl Default for Port {
    fn default() -> Self {
        Self {
            number: 31,
            control: 0x6B,
            frame_timeout: 0x8A,
            byte_timeout: 10,
            password: [0; 16],
        }
    }
}

impl Port {
    /// The forwarding request for `inner`.
    pub fn forward(&self, address: Address, seq: u8, inner: &[u8], tag: Option<[u8; 6]>) -> Frame {
        let length = u16::try_from(inner.len()).unwrap_or(u16::MAX);
        let mut data = F1.to_vec();
        data.extend_from_slice(&[
            self.number,
            self.control,
            self.frame_timeout,
            self.byte_timeout,
        ]);
        data.extend_from_slice(&length.to_le_bytes());
        data.extend_from_slice(inner);
        data.extend_from_slice(&self.password);
        data.extend_from_slice(tag.as_ref().map_or(&[], |tag| &tag[..]));
        let tagged = if tag.is_some() { TIME_TAGGED } else { 0 };
        Frame {
            control: REQUEST,
            address,
            function: FORWARD,
            seq: SINGLE | tagged | seq & 0x0F,
            data,
        }
    }
}

/// See [`super::Unwrapper`].
#[derive(Debug)]
pub struct Unwrapper {
    port: Port,
    decoder: FrameDecoder<Wire>,
    address: Option<Address>,
    seq: u8,
}

impl Unwrapper {
    pub fn new(port: Port) -> Self {
        Self {
            port,
            decoder: FrameDecoder::new(Wire),
            address: None,
            seq: 0,
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8], mut take: impl FnMut(Unwrapped)) {
        let address = &mut self.address;
        self.decoder.feed(piece, |content| {
            open(content, address).into_iter().for_each(&mut take);
        });
    }

    pub(super) fn idle(&mut self, mut take: impl FnMut(Unwrapped)) {
        let address = &mut self.address;
        self.decoder.idle(|content| {
            open(content, address).into_iter().for_each(&mut take);
        });
    }

    pub(super) fn held(&self) -> usize {
        self.decoder.held()
    }

    pub(super) fn wrap(&mut self, inner: &[u8]) -> Option<Vec<u8>> {
        let address = self.address?;
        self.seq = self.seq.wrapping_add(1);
        self.port.forward(address, self.seq, inner, None).encode()
    }
}

fn open(content: &[u8], address: &mut Option<Address>) -> Option<Unwrapped> {
    let frame = Frame::read(content).filter(|frame| frame.control & FROM_TERMINAL != 0)?;
    match frame.function {
        LINK if frame.data.starts_with(&F1) || frame.data.starts_with(&F3) => {
            let id = frame.address.id()?;
            // Answers repeat the terminal's address; the master's byte is its own.
            address.get_or_insert(frame.address);
            let answer = Frame {
                control: LINK_STATE,
                address: frame.address,
                function: CONFIRM,
                seq: SINGLE | frame.seq & 0x0F,
                data: F1.to_vec(),
            };
            Some(Unwrapped::Alive {
                id,
                answer: answer.encode()?,
            })
        }
        LINK if frame.data.starts_with(&F2) => Some(Unwrapped::Leaving),
        FORWARD => Some(Unwrapped::Inner(frame.forwarded()?.to_vec())),
        _ => None,
    }
}

/// The concentrator's side, for simulated ones.
pub(crate) mod terminal {
    use super::{Address, F1, F3, FORWARD, FROM_TERMINAL, Frame, LINK, SINGLE};

    const LINK_TEST: u8 = 0xC9;
    const USER_DATA: u8 = 0x88;

    /// Log in (or, `alive`, stay).
    pub(crate) fn hello(address: Address, alive: bool) -> Option<Vec<u8>> {
        let frame = Frame {
            control: LINK_TEST,
            address,
            function: LINK,
            seq: SINGLE | 0x10 | 1,
            data: if alive { F3 } else { F1 }.to_vec(),
        };
        frame.encode()
    }

    /// The inner bytes of a forwarding request.
    pub(crate) fn asked(content: &[u8]) -> Option<Vec<u8>> {
        let frame = Frame::read(content)?;
        let rest = frame.data.strip_prefix(&F1)?;
        let (&[_, _, _, _, low, high], rest) = rest.split_first_chunk()?;
        let inner = rest.get(..usize::from(u16::from_le_bytes([low, high])))?;
        (frame.function == FORWARD && frame.control & FROM_TERMINAL == 0).then(|| inner.to_vec())
    }

    /// The forwarding answer.
    pub(crate) fn answer(address: Address, port: u8, inner: &[u8]) -> Option<Vec<u8>> {
        let length = u16::try_from(inner.len()).ok()?.to_le_bytes();
        let frame = Frame {
            control: USER_DATA,
            address,
            function: FORWARD,
            seq: SINGLE,
            data: [&F1[..], &[port], &length, inner].concat(),
        };
        frame.encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text.replace(' ', "")).unwrap()
    }

    fn opened(stream: &[u8]) -> Vec<Unwrapped> {
        let mut all = Vec::new();
        Unwrapper::new(Port::default()).feed(stream, |one| all.push(one));
        all
    }

    /// Published frames of a terminal 0200-1234.
    const LOGIN: &str = "68 32 00 32 00 68 C9 00 02 34 12 00 02 71 00 00 01 00 85 16";
    const ALIVE: &str = "68 32 00 32 00 68 C9 00 02 34 12 00 02 71 00 00 04 00 88 16";
    const CONFIRMED: &str = "68 32 00 32 00 68 0B 00 02 34 12 00 00 61 00 00 01 00 B5 16";
    const ASKED: &str = "68 E2 00 E2 00 68 4B 00 02 34 12 04 10 E0 00 00 01 00 1F 6B BC 0A 10 00 \
        68 61 10 01 30 12 15 68 11 04 33 33 34 33 7B 16 \
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 13 51 23 21 05 A1 16";
    const ANSWERED: &str = "68 AE 00 AE 00 68 A8 00 02 34 12 04 10 E0 00 00 01 00 1F 14 00 \
        68 61 10 01 30 12 15 68 91 08 33 33 34 33 AB 39 33 33 49 16 \
        4F 00 00 06 50 23 21 05 AE 16";

    #[test]
    fn r33_a_concentrator_logs_in_and_stays_as_published() {
        let alive = Unwrapped::Alive {
            id: "02001234".parse().unwrap(),
            answer: bytes(CONFIRMED),
        };
        let both = [bytes(LOGIN), bytes(ALIVE)].concat();
        assert_eq!(opened(&both), [alive.clone(), alive]);
    }

    #[test]
    fn r35_a_published_request_is_wrapped_and_its_answer_unwrapped() {
        let port = Port {
            frame_timeout: 0xBC,
            ..Port::default()
        };
        let inner = bytes("68 61 10 01 30 12 15 68 11 04 33 33 34 33 7B 16");
        let address = Address([0x00, 0x02, 0x34, 0x12, 0x04]);
        let tag = Some([0x00, 0x13, 0x51, 0x23, 0x21, 0x05]);
        let frame = port.forward(address, 0, &inner, tag);
        assert_eq!(frame.encode().unwrap(), bytes(ASKED));
        let answer = bytes("68 61 10 01 30 12 15 68 91 08 33 33 34 33 AB 39 33 33 49 16");
        assert_eq!(opened(&bytes(ANSWERED)), [Unwrapped::Inner(answer)]);
        // What goes down is nobody's answer.
        assert_eq!(opened(&bytes(ASKED)), []);
        let wire = bytes(ASKED);
        let asked = terminal::asked(&wire[HEAD_BYTES..wire.len() - 2]);
        assert_eq!(asked, Some(inner));
    }

    #[test]
    fn nothing_is_wrapped_for_one_that_has_not_logged_in() {
        let mut unwrapper = Unwrapper::new(Port::default());
        assert_eq!(unwrapper.wrap(&[0x68]), None);
        unwrapper.feed(&bytes(LOGIN), |_| {});
        assert!(unwrapper.wrap(&[0x68]).is_some());
        assert_eq!(unwrapper.wrap(&vec![0; 2048]), None);
    }
}
