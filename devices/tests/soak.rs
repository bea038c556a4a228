//! Damage of every kind to real frames, for seconds, or for ten minutes where
//! `CHAOBIAO_TEST_SOAK` is set.

mod support;

use std::time::{Duration, Instant};

use chaobiao_devices::cjt188;
use chaobiao_devices::stream::{FrameDecoder, Framing};
use chaobiao_devices::{Profile, Protocol, json};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use support::{buffers, standard};

/// One way to spoil a stream.
fn spoil(random: &mut StdRng, stream: &mut Vec<u8>, others: &[Vec<u8>]) {
    let place = random.random_range(0..=stream.len());
    let upto = random.random_range(place..=stream.len());
    match random.random_range(0..8) {
        0 => stream.truncate(place),
        1 => drop(stream.drain(place..upto)),
        2 => stream.insert(place, random.random()),
        3 => stream.insert(place, 0x68),
        4 => {
            if let Some(byte) = stream.get_mut(place) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        5 => {
            if let Some(byte) = stream.get_mut(place) {
                *byte = random.random();
            }
        }
        6 => {
            let twice = stream[place..upto].to_vec();
            stream.splice(place..place, twice);
        }
        _ => {
            let other = &others[random.random_range(0..others.len())];
            stream.splice(place..place, other.iter().copied());
        }
    }
}

/// Makes every good frame's sum right again, so that damage reaches what reads the content.
fn mend(stream: &mut [u8], head: usize, length_at: usize) {
    let Some(&length) = stream.get(length_at) else {
        return;
    };
    let sum_at = head + usize::from(length);
    if sum_at + 1 < stream.len() {
        let sum = stream[..sum_at]
            .iter()
            .fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        stream[sum_at] = sum;
        stream[sum_at + 1] = 0x16;
    }
}

fn pieces<F: Framing>(random: &mut StdRng, framing: F, stream: &[u8]) -> (u64, u64) {
    let mut decoder = FrameDecoder::new(framing);
    let mut rest = stream;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.random_range(1..=rest.len()));
        decoder.feed(piece, |_| {});
        assert!(decoder.held() < F::FRAME_BYTES_MAX);
        rest = after;
    }
    decoder.finish(|_| {});
    (decoder.tally().frames, decoder.tally().skipped)
}

/// The same stream whole and in pieces, and its contents read.
fn look(random: &mut StdRng, profile: &Profile, stream: &[u8]) {
    let whole = json::decode(stream, profile);
    let count = whole["frames"].as_array().map_or(1, Vec::len);
    let skipped = whole["skipped"].as_u64().unwrap_or_default();
    let counted = match profile.protocol {
        Protocol::Cjt188 => pieces(random, profile.cjt188_wire(), stream),
        _ => pieces(random, profile.dlt645_wire(), stream),
    };
    assert_eq!(counted, (count as u64, skipped), "{}", hex::encode(stream));
}

#[test]
fn damaged_frames_neither_panic_nor_depend_on_how_they_are_cut() {
    let minutes = std::env::var_os("CHAOBIAO_TEST_SOAK").is_some();
    let time = if minutes {
        Duration::from_mins(10)
    } else {
        Duration::from_secs(2)
    };
    let begun = Instant::now();
    let mut seed = 0;
    while begun.elapsed() < time {
        let mut random = StdRng::seed_from_u64(seed);
        for protocol in [
            Protocol::Dlt645Of1997,
            Protocol::Dlt645Of2007,
            Protocol::Cjt188,
        ] {
            let profile = standard(protocol);
            let others = buffers(protocol);
            for other in &others {
                let preambles = other.iter().take_while(|byte| **byte == 0xFE).count();
                let mut stream = other[preambles..].to_vec();
                for _ in 0..random.random_range(1..5) {
                    spoil(&mut random, &mut stream, &others);
                }
                if random.random() {
                    match protocol {
                        Protocol::Cjt188 => mend(&mut stream, 11, 10),
                        _ => mend(&mut stream, 10, 9),
                    }
                }
                look(&mut random, &profile, &stream);
            }
        }
        seed += 1;
    }
    assert!(seed > 0);
}

#[test]
fn the_longest_frame_is_found() {
    let wire = cjt188::Wire::STANDARD;
    let address = cjt188::Address::ANY;
    let frame = cjt188::encode(wire, 0x10, &address, 0x81, &[0x68; 255]).unwrap();
    assert_eq!(frame.len(), <cjt188::Wire as Framing>::FRAME_BYTES_MAX);
    let mut random = StdRng::seed_from_u64(7);
    assert_eq!(pieces(&mut random, wire, &frame), (1, 0));
}
