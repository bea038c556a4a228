//! However a stream is cut and whatever lies between its frames, the frames are found.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod support;

use chaobiao_devices::cjt188;
use chaobiao_devices::dlt645_2007::WIRE;
use chaobiao_devices::stream::{Fault, FrameDecoder, Framing, Tally};
use chaobiao_devices::{Protocol, json};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{buffers, standard};

const PROTOCOLS: [Protocol; 3] = [
    Protocol::Dlt645Of1997,
    Protocol::Dlt645Of2007,
    Protocol::Cjt188,
];

/// A framing whose frames can be kept.
trait Kept: Framing + Copy {
    fn bytes(frame: &Self::Frame<'_>) -> Vec<u8>;
}

impl Kept for chaobiao_devices::dlt645::Wire {
    fn bytes(frame: &Self::Frame<'_>) -> Vec<u8> {
        frame.bytes().to_vec()
    }
}

impl Kept for cjt188::Wire {
    fn bytes(frame: &Self::Frame<'_>) -> Vec<u8> {
        frame.bytes().to_vec()
    }
}

/// The frames of a stream fed in pieces of these lengths, in turns, and what was counted.
fn frames<F: Kept>(framing: F, stream: &[u8], lengths: &[usize]) -> (Vec<Vec<u8>>, Tally) {
    let mut found = Vec::new();
    let mut decoder = FrameDecoder::new(framing);
    let mut rest = stream;
    let mut lengths = lengths.iter().cycle();
    while !rest.is_empty() {
        let length = lengths.next().copied().unwrap_or(rest.len());
        let (piece, after) = rest.split_at(length.clamp(1, rest.len()));
        decoder.feed(piece, |frame| found.push(F::bytes(&frame)));
        assert!(decoder.held() < F::FRAME_BYTES_MAX);
        rest = after;
    }
    decoder.finish(|frame| found.push(F::bytes(&frame)));
    assert_eq!(decoder.held(), 0);
    (found, *decoder.tally())
}

/// Bytes as lines have them: mostly the ones that mean something.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => Just(0x68),
        1 => Just(0x16),
        1 => Just(0xFE),
        1 => Just(0x10),
        3 => any::<u8>(),
    ];
    vec(byte, 0..400)
}

/// Pieces of real buffers and noise, one after the other.
fn stream(protocol: Protocol) -> impl Strategy<Value = Vec<u8>> {
    let real = proptest::sample::select(buffers(protocol));
    vec(prop_oneof![3 => real, 1 => noise()], 1..6).prop_map(|pieces| pieces.concat())
}

fn cut_alike<F: Kept>(framing: F, stream: &[u8], lengths: &[usize]) -> Result<(), TestCaseError> {
    let whole = frames(framing, stream, &[]);
    prop_assert_eq!(&frames(framing, stream, lengths), &whole);
    prop_assert_eq!(&frames(framing, stream, &[1]), &whole);
    Ok(())
}

/// Behind noise, a frame is found, though perhaps only when the line falls silent.
fn found_behind<F: Kept>(framing: F, noise: &[u8], frame: &[u8]) -> Result<(), TestCaseError> {
    let (found, tally) = frames(framing, &[noise, frame].concat(), &[]);
    // Noise may happen to make a frame of its own, and take the beginning of ours with it.
    let before = frames(framing, noise, &[]).0;
    let ours = found.last().is_some_and(|last| last == frame);
    prop_assert!(ours || found.len() > before.len(), "{found:?} {tally:?}");
    Ok(())
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_frames(
        electric in stream(Protocol::Dlt645Of2007),
        water in stream(Protocol::Cjt188),
        lengths in vec(1_usize..40, 1..8),
    ) {
        cut_alike(WIRE, &electric, &lengths)?;
        cut_alike(cjt188::Wire::STANDARD, &water, &lengths)?;
    }

    #[test]
    fn a_good_frame_behind_any_noise_is_found(noise in noise()) {
        let electric = hex::decode("68129078563412681104333334336816").unwrap();
        let water = hex::decode("6810120000000000000103901F003D16").unwrap();
        found_behind(WIRE, &noise, &electric)?;
        found_behind(cjt188::Wire::STANDARD, &noise, &water)?;
    }

    #[test]
    fn no_bytes_panic(bytes in noise()) {
        for protocol in PROTOCOLS {
            json::decode(&bytes, &standard(protocol));
        }
    }

    #[test]
    fn no_frame_with_any_content_panics(control: u8, data in vec(any::<u8>(), 0..200)) {
        let address = "123456789012".parse().unwrap();
        let electric = chaobiao_devices::dlt645::encode(WIRE, 0, &address, control, &data);
        let address = "12345678901234".parse().unwrap();
        let wire = cjt188::Wire::STANDARD;
        let water = cjt188::encode(wire, 0x10, &address, control, &data);
        let seen = |bytes: Option<Vec<u8>>, protocol| json::decode(&bytes.unwrap(), &standard(protocol));
        for protocol in [Protocol::Dlt645Of1997, Protocol::Dlt645Of2007] {
            prop_assert!(seen(electric.clone(), protocol)["control"].is_string());
        }
        prop_assert!(seen(water, Protocol::Cjt188)["control"].is_string());
    }
}

const FRAME: &str = "68370015012420689107333336358967B46E16";

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

#[test]
fn silence_gives_up_one_byte_and_not_what_follows() {
    let frame = bytes(FRAME);
    let mut decoder = FrameDecoder::new(WIRE);
    let mut found = 0;
    // A head that promises 200 bytes, and then a whole frame, which has to wait.
    decoder.feed(&bytes("68 111111111111 68 91 C8 33"), |_| found += 1);
    decoder.feed(&frame, |_| found += 1);
    assert_eq!((found, decoder.held()), (0, 11 + frame.len()));
    decoder.idle(|seen| {
        assert_eq!(seen.bytes(), frame);
        found += 1;
    });
    assert_eq!((found, decoder.held()), (1, 0));
    assert_eq!(decoder.tally().truncated, 1);
    assert_eq!(decoder.tally().skipped, 11);
}

#[test]
fn a_slow_frame_behind_a_false_start_survives_the_silence() {
    let frame = bytes(FRAME);
    let mut decoder = FrameDecoder::new(WIRE);
    let mut found = 0;
    decoder.feed(&bytes("68 111111111111 68 91 C8 33"), |_| found += 1);
    decoder.feed(&frame[..10], |_| found += 1);
    decoder.idle(|_| found += 1);
    assert_eq!(decoder.held(), 10);
    decoder.feed(&frame[10..], |_| found += 1);
    assert_eq!((found, decoder.held()), (1, 0));
}

#[test]
fn a_frame_inside_anothers_data_is_data_unless_the_outer_one_is_bad() {
    let inner = bytes(FRAME);
    let address = "1".parse().unwrap();
    // 33H goes over the line added; what is put in comes out as the inner frame's bytes.
    let data: Vec<u8> = inner.iter().map(|byte| byte.wrapping_sub(0x33)).collect();
    let mut outer = chaobiao_devices::dlt645::encode(WIRE, 0, &address, 0x9F, &data).unwrap();
    assert_eq!(frames(WIRE, &outer, &[]).0, [outer.clone()]);
    let sum = outer.len() - 2;
    outer[sum] ^= 1;
    assert_eq!(frames(WIRE, &outer, &[]).0, [inner]);
}

#[test]
fn a_length_beyond_the_bound_is_refused_at_once() {
    let mut decoder = FrameDecoder::new(WIRE);
    decoder.feed(&bytes("68 111111111111 68 91 FF 33"), |_| {});
    // Its second start byte may be another's first.
    assert_eq!(decoder.held(), 4);
    assert_eq!(decoder.tally().gravest(), Fault::Length);
    let all = chaobiao_devices::dlt645::Wire {
        data_bytes_max: 255,
        ..WIRE
    };
    let mut decoder = FrameDecoder::new(all);
    decoder.feed(&bytes("68 111111111111 68 91 FF 33"), |_| {});
    assert_eq!(decoder.held(), 11);
}
