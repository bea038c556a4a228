//! Meters' frames from a clean stream, against walking over the same bytes.

use std::hint::black_box;
use std::time::Instant;

use chaobiao_devices::cjt188;
use chaobiao_devices::dlt645_2007::{self, Answer, Di, Message, WIRE};
use chaobiao_devices::stream::{FrameDecoder, Framing};

use crate::Failure;
use crate::figures::{Figures, Unit, per_second};

const STREAM_BYTES: usize = 32 * 1024 * 1024;
/// What a socket hands over at once.
const PIECE_BYTES: usize = 4096;
const METERS: u8 = 64;

/// What a meter answers in one round of polling: identifiers, and digits that fill them.
const ANSWERS: [(u32, usize); 6] = [
    (0x0001_0000, 4),
    (0x0001_FF00, 20),
    (0x0002_0000, 4),
    (0x0201_0100, 2),
    (0x0203_0000, 3),
    (0x0280_0002, 2),
];

fn electric() -> Option<Vec<u8>> {
    let mut round = Vec::new();
    for meter in 0..METERS {
        let address = format!("{:012}", 202_401_150_000_u64 + u64::from(meter));
        for (di, bytes) in ANSWERS {
            let answer = Answer::Data {
                di: Di::from_wire(di.to_le_bytes()),
                data: [meter % 10, 0x12, 0x34, 0x05].repeat(5)[..bytes].to_vec(),
                more: false,
            };
            round.extend([0xFE; 4]);
            round.extend(answer.encode(&address.parse().ok()?, WIRE)?);
        }
    }
    Some(round.iter().copied().cycle().take(STREAM_BYTES).collect())
}

fn water() -> Option<Vec<u8>> {
    let data = reading();
    let mut round = Vec::new();
    for meter in 0..METERS {
        let address = format!("{:014}", 2_401_150_000_u64 + u64::from(meter));
        let answer = cjt188::Answer::Data {
            control: 0x81,
            di: cjt188::Di::READING,
            di_order: cjt188::DiOrder::HighFirst,
            seq: meter,
            data: data.clone(),
        };
        let wire = cjt188::Wire::STANDARD;
        round.extend([0xFE; 3]);
        round.extend(answer.encode(0x10, &address.parse().ok()?, wire)?);
    }
    Some(round.iter().copied().cycle().take(STREAM_BYTES).collect())
}

/// Total, settlement, clock, status.
fn reading() -> Vec<u8> {
    let amounts = [0x01, 0x23, 0x01, 0x00, 0x2C, 0x00, 0x20, 0x01, 0x00, 0x2C];
    let clock = [0x00, 0x30, 0x08, 0x11, 0x09, 0x26, 0x20];
    [&amounts[..], &clock, &[0, 0]].concat()
}

fn timed(figures: &mut Figures, work: &str, who: &str, walk: impl FnOnce()) {
    let begun = Instant::now();
    walk();
    let rate = per_second(STREAM_BYTES as u64, begun.elapsed());
    figures.note(work, who, Unit::MegabytesPerSecond, rate / 1_000_000);
}

fn walk(stream: &[u8]) {
    for piece in stream.chunks(PIECE_BYTES) {
        black_box(piece.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)));
    }
}

/// Feeds the stream in pieces; returns how many frames were found and how many bytes were not in
/// one.
fn decode<F: Framing>(stream: &[u8], framing: F, mut take: impl FnMut(F::Frame<'_>)) -> (u64, u64) {
    let mut decoder = FrameDecoder::new(framing);
    for piece in stream.chunks(PIECE_BYTES) {
        decoder.feed(piece, &mut take);
    }
    (decoder.tally().frames, decoder.tally().skipped)
}

fn clean(found: (u64, u64)) -> Result<(), Failure> {
    let (frames, skipped) = found;
    if frames > 0 && skipped == 0 {
        Ok(())
    } else {
        Err(Failure::Frames)
    }
}

pub(crate) fn round(figures: &mut Figures) -> Result<(), Failure> {
    let stream = electric().ok_or(Failure::Frames)?;
    let work = "frames, DL/T 645-2007";
    let mut found = (0, 0);
    timed(figures, work, "memory walk", || walk(&stream));
    timed(figures, work, "decoder", || {
        found = decode(&stream, WIRE, |frame| {
            black_box(frame.control());
        });
    });
    clean(found)?;
    timed(figures, work, "decoder and values", || {
        found = decode(&stream, WIRE, |frame| {
            if let Ok(Message::Answer(Answer::Data { di, data, .. })) = Message::decode(&frame) {
                black_box(dlt645_2007::item(di).map(|item| item.read(&data)));
            }
        });
    });
    clean(found)?;
    figures.compare(work, "decoder", "memory walk");
    figures.compare(work, "decoder and values", "memory walk");

    let stream = water().ok_or(Failure::Frames)?;
    let work = "frames, CJ/T 188";
    let options = cjt188::Options::default();
    timed(figures, work, "memory walk", || walk(&stream));
    timed(figures, work, "decoder", || {
        found = decode(&stream, cjt188::Wire::STANDARD, |frame| {
            black_box(frame.control());
        });
    });
    clean(found)?;
    timed(figures, work, "decoder and values", || {
        found = decode(&stream, cjt188::Wire::STANDARD, |frame| {
            use cjt188::{Answer, Message};
            if let Ok(Message::Answer(Answer::Data {
                control, di, data, ..
            })) = Message::decode(&frame)
            {
                black_box(cjt188::read(control, di, &data, options));
            }
        });
    });
    clean(found)?;
    figures.compare(work, "decoder", "memory walk");
    figures.compare(work, "decoder and values", "memory walk");
    Ok(())
}
