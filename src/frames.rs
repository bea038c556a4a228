//! Frames that came in over GraphQL, read by the device codecs.

use chaobiao_devices::FrameDecoder;
use chaobiao_devices::cjt188::{self, Answer, Options, Reading, Wire};
use chaobiao_devices::quantity::Unit;
use chaobiao_domain::units::{Index, RawFrame};
use chaobiao_graphql::support::{DialAnswer, FrameReader};

/// CJ/T 188 as the standard has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceFrames;

impl FrameReader for DeviceFrames {
    fn water_dial(&self, frame: &RawFrame) -> Option<DialAnswer> {
        let bytes = bytes(frame.as_str())?;
        let mut answer = None;
        let mut decoder = FrameDecoder::new(Wire::STANDARD);
        let mut take = |frame: cjt188::Frame<'_>| answer = answer.take().or_else(|| dial(&frame));
        decoder.feed(&bytes, &mut take);
        decoder.finish(&mut take);
        answer
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

fn dial(frame: &cjt188::Frame<'_>) -> Option<DialAnswer> {
    let Ok(Answer::Data {
        control, di, data, ..
    }) = Answer::decode(frame)
    else {
        return None;
    };
    let reading = cjt188::read(control, di, &data, Options::default());
    let (Reading::Volume { total, .. } | Reading::Radio { total, .. }) = reading else {
        return None;
    };
    if total.unit != Unit::CubicMetre {
        return None;
    }
    Some(DialAnswer {
        address: frame.address().to_string(),
        index: total.value.present()?.to_string().parse::<Index>().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_an_answer_is_found_inside_a_bluetooth_concentrators_frame() {
        let frame = "bd00112233445566812f0001b496291180010000fefefe68109629118001000081169\
            01f02001200002c000000002c0000000000000002007d162516";
        let answer = DeviceFrames.water_dial(&RawFrame::try_new(frame).unwrap());
        let answer = answer.unwrap();
        assert_eq!(answer.address, "00000180112996");
        assert_eq!(answer.index, "12.00".parse().unwrap());
    }

    #[test]
    fn what_is_no_whole_answer_of_a_water_meter_says_nothing() {
        let read = |text: &str| DeviceFrames.water_dial(&RawFrame::try_new(text).unwrap());
        // A request, and a reply whose sum is wrong.
        assert_eq!(read("FEFEFEFE681044332211003378010 31F90008016"), None);
        assert_eq!(read("00"), None);
    }
}
