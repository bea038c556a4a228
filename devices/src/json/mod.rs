//! Frames as JSON and back: what a person or a script at a terminal works with.

mod cjt188;
mod dlt645;
mod encode;
mod items;

use serde_json::{Map, Value, json};

pub use encode::{EncodeError, encode};
pub use items::items;

use crate::profile::{Profile, Protocol};
use crate::stream::{Fault, FrameDecoder, Framing, Tally};

type Object = Map<String, Value>;

/// Decodes a buffer after which the line is idle. One frame and nothing else is that frame's
/// object; several, or one among noise, are `frames` and `skipped`; none is an `error`.
pub fn decode(bytes: &[u8], profile: &Profile) -> Value {
    let (frames, tally) = match profile.protocol {
        Protocol::Dlt645Of1997 => collect(bytes, profile.dlt645_wire(), |frame| {
            dlt645::of_1997(frame, profile)
        }),
        Protocol::Dlt645Of2007 => collect(bytes, profile.dlt645_wire(), |frame| {
            dlt645::of_2007(frame, profile)
        }),
        Protocol::Cjt188 => {
            let options = profile.cjt188_options();
            collect(bytes, profile.cjt188_wire(), |frame| {
                cjt188::frame(frame, options)
            })
        }
    };
    answer(frames, &tally)
}

fn collect<F: Framing>(
    bytes: &[u8],
    framing: F,
    mut show: impl FnMut(&F::Frame<'_>) -> Object,
) -> (Vec<Object>, Tally) {
    let mut decoder = FrameDecoder::new(framing);
    let mut frames = Vec::new();
    let mut take = |frame: F::Frame<'_>| frames.push(show(&frame));
    decoder.feed(bytes, &mut take);
    decoder.finish(&mut take);
    let tally = *decoder.tally();
    (frames, tally)
}

fn answer(mut frames: Vec<Object>, tally: &Tally) -> Value {
    match (frames.pop(), frames.is_empty(), tally.skipped) {
        (None, _, skipped) => {
            let mut object = error(tally.gravest());
            object.insert("frames".to_owned(), json!([]));
            object.insert("skipped".to_owned(), json!(skipped));
            Value::Object(object)
        }
        (Some(frame), true, 0) => Value::Object(frame),
        (Some(last), _, skipped) => {
            frames.push(last);
            json!({ "frames": frames, "skipped": skipped })
        }
    }
}

fn error(fault: Fault) -> Object {
    [
        ("error".to_owned(), json!(fault.code())),
        ("message".to_owned(), json!(fault.message())),
    ]
    .into_iter()
    .collect()
}

fn hexadecimal(bytes: &[u8]) -> Value {
    json!(hex::encode_upper(bytes))
}
