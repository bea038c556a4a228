//! Frames of DL/T 645.

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::{Object, hexadecimal};
use crate::content::ContentError;
use crate::dlt645::{Frame, Reason, Refusal};
use crate::item::{self, Di, Item, Mark, Timed};
use crate::profile::Profile;
use crate::quantity::{Field, Quantity};
use crate::{dlt645_1997, dlt645_2007};

fn head(frame: &Frame<'_>) -> Object {
    let head = json!({
        "address": frame.address().to_string(),
        "control": format!("{:02X}", frame.control()),
        "from_meter": frame.is_from_meter(),
        "abnormal": frame.is_abnormal(),
        "more_follows": frame.more_follows(),
        "length": frame.wire_data().len(),
    });
    let mut object = Object::new();
    if let Value::Object(fields) = head {
        object.extend(fields);
    }
    if let Some(kind) = frame.type_byte() {
        object.insert("type".to_owned(), json!(format!("{kind:02X}")));
    }
    object
}

fn put(object: &mut Object, key: &str, value: Value) {
    object.insert(key.to_owned(), value);
}

fn put_data(object: &mut Object, data: &[u8]) {
    if !data.is_empty() {
        put(object, "data", hexadecimal(data));
    }
}

fn put_refusal(
    object: &mut Object,
    refusal: &Refusal,
    reasons: impl Iterator<Item = &'static Reason>,
) {
    put(object, "error_word", hexadecimal(&refusal.word));
    let reasons: Vec<&Reason> = reasons.collect();
    let names: Vec<&str> = reasons.iter().map(|reason| reason.name).collect();
    let titles: Vec<&str> = reasons.iter().map(|reason| reason.title).collect();
    put(object, "errors", json!(names));
    put(object, "error_titles", json!(titles));
}

/// A whole frame whose content does not fit its function: shown raw, with the identifier where
/// the function has one.
fn put_misfit<const BYTES: usize>(object: &mut Object, frame: &Frame<'_>, error: ContentError) {
    const IDENTIFIED: [u8; 6] = [0x01, 0x02, 0x04, 0x11, 0x12, 0x14];
    let plain = frame.data();
    match plain.split_first_chunk::<BYTES>() {
        Some((di, rest)) if IDENTIFIED.contains(&frame.function()) => {
            put(object, "di", json!(Di::from_wire(*di).to_string()));
            put_data(object, rest);
        }
        _ => put_data(object, &plain),
    }
    put(object, "quality", json!("unexpected_content"));
    put(object, "message", json!(error.to_string()));
}

fn second(at: &NaiveDateTime) -> Value {
    json!(at.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// A frame of the edition of 2007.
pub(super) fn of_2007(frame: &Frame<'_>, profile: &Profile) -> Object {
    use dlt645_2007::{Answer, Message, Request};
    let mut object = head(frame);
    let message = match Message::decode(frame) {
        Ok(message) => message,
        Err(error) => {
            put_misfit::<4>(&mut object, frame, error);
            return object;
        }
    };
    let plain = frame.data();
    let rest = plain.get(4..).unwrap_or_default();
    match message {
        Message::Request(Request::Read { di, .. } | Request::Write { di, .. }) => {
            put(&mut object, "di", json!(di.to_string()));
            put_data(&mut object, rest);
        }
        Message::Request(Request::ReadFollowUp { di, seq }) => {
            put(&mut object, "di", json!(di.to_string()));
            put(&mut object, "seq", json!(seq));
        }
        Message::Request(Request::BroadcastTime { time }) => {
            put(&mut object, "time", second(&time));
        }
        Message::Request(Request::WriteAddress { new_address }) => {
            put(&mut object, "meter_address", json!(new_address.to_string()));
        }
        Message::Request(_) | Message::Answer(Answer::Done { .. }) => {
            put_data(&mut object, &plain);
        }
        Message::Answer(Answer::Data { di, data, more }) => {
            put_read(&mut object, profile, di, &data, more);
        }
        Message::Answer(Answer::FollowUp { di, data, seq, .. }) => {
            put(&mut object, "di", json!(di.to_string()));
            put(&mut object, "seq", json!(seq));
            put_data(&mut object, &data);
        }
        Message::Answer(Answer::Address(address)) => {
            put(&mut object, "meter_address", json!(address.to_string()));
        }
        Message::Answer(Answer::PasswordChanged(_)) => put_data(&mut object, &plain),
        Message::Answer(Answer::Refused { refusal, .. }) => {
            put_refusal(&mut object, &refusal, dlt645_2007::reasons(&refusal));
        }
    }
    object
}

/// A frame of the edition of 1997.
pub(super) fn of_1997(frame: &Frame<'_>, profile: &Profile) -> Object {
    use dlt645_1997::{Answer, Message, Request};
    let mut object = head(frame);
    let message = match Message::decode(frame) {
        Ok(message) => message,
        Err(error) => {
            put_misfit::<2>(&mut object, frame, error);
            return object;
        }
    };
    let plain = frame.data();
    let rest = plain.get(2..).unwrap_or_default();
    match message {
        Message::Request(
            Request::Read { di, .. } | Request::Write { di, .. } | Request::ReadFollowUp { di },
        )
        | Message::Answer(Answer::FollowUp { di, .. }) => {
            put(&mut object, "di", json!(di.to_string()));
            put_data(&mut object, rest);
        }
        Message::Request(Request::BroadcastTime { time }) => {
            put(&mut object, "time", second(&time));
        }
        Message::Request(Request::WriteAddress { new_address }) => {
            put(&mut object, "meter_address", json!(new_address.to_string()));
        }
        Message::Request(_) | Message::Answer(Answer::Done { .. } | Answer::PasswordChanged(_)) => {
            put_data(&mut object, &plain);
        }
        Message::Answer(Answer::Data { di, data, more }) => {
            put_read(&mut object, profile, di, &data, more);
        }
        Message::Answer(Answer::Refused { refusal, .. }) => {
            put_refusal(&mut object, &refusal, dlt645_1997::reasons(&refusal));
        }
    }
    object
}

/// An answer to a read; its first part alone has no value yet.
fn put_read<const BYTES: usize>(
    object: &mut Object,
    profile: &Profile,
    di: Di<BYTES>,
    data: &[u8],
    more: bool,
) {
    put(object, "di", json!(di.to_string()));
    put_data(object, data);
    if !more {
        put_item(object, profile, di.number(), data);
    }
}

fn put_item(object: &mut Object, profile: &Profile, di: u32, data: &[u8]) {
    let Some(item) = profile.item(di) else {
        return;
    };
    put(object, "name", json!(item.name_of(di)));
    put(object, "title", json!(item.title_of(di)));
    let value = item.read(data);
    if let Some(mark) = value.mark() {
        put(object, "quality", json!(mark.code()));
    }
    put_value(object, &item, &value, data);
}

fn put_value(object: &mut Object, item: &Item, value: &item::Value, data: &[u8]) {
    if let (Some(format), false) = (item.layout.format(), matches!(value, item::Value::Mismatch)) {
        put(object, "unit", json!(format.unit.symbol()));
    }
    match value {
        item::Value::Number(field) => put_field(object, "value", field, Quantity::to_string),
        item::Value::Numbers(fields) => {
            put(object, "values", numbers(fields));
        }
        item::Value::Timed(Timed { number, at }) => {
            put_field(object, "value", number, Quantity::to_string);
            put_field(object, "time", at, minute);
        }
        item::Value::TimedMany(fields) => {
            let shown = fields.iter().map(|timed| {
                json!({
                    "value": timed.number.present().map(|number| number.to_string()),
                    "time": timed.at.present().map(|at| minute(&at)),
                })
            });
            put(object, "values", shown.collect());
        }
        item::Value::Date(field) => {
            if let [weekday, day, month, year] = data {
                // Also what is no date is shown in its digits.
                let text = format!("20{year:02x}-{month:02x}-{day:02x}");
                let text = (*field != Field::NotFitted).then_some(text);
                put(object, "date", json!(text));
                put(object, "weekday", json!(crate::bcd::pair(*weekday)));
            }
        }
        item::Value::Time(field) => put_field(object, "time", field, ToString::to_string),
        item::Value::Minute(field) => put_field(object, "freeze_time", field, minute),
        item::Value::YearlyMinute(field) => put_field(object, "time", field, ToString::to_string),
        item::Value::Second(field) => put_field(object, "time", field, ToString::to_string),
        item::Value::Digits(field) | item::Value::Text(field) => {
            put_field(object, "text", field, Clone::clone);
        }
        item::Value::Flags { word, bits } => {
            let set: Vec<_> = item::flags(*word, *bits).collect();
            let names: Vec<&str> = set.iter().map(|flag| flag.name).collect();
            let titles: Vec<&str> = set.iter().map(|flag| flag.title).collect();
            put(object, "state_word", json!(format!("{bits:04X}")));
            put(object, "flags", json!(names));
            put(object, "flag_titles", json!(titles));
        }
        item::Value::Raw | item::Value::Mismatch => {}
    }
}

fn minute(at: &NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// A damaged field is left out: no text may look like a value.
fn put_field<T>(object: &mut Object, key: &str, field: &Field<T>, show: impl Fn(&T) -> String) {
    match field {
        Field::Present(value) => put(object, key, json!(show(value))),
        Field::NotFitted => put(object, key, Value::Null),
        Field::Damaged => {}
    }
}

/// Within a block a damaged number is an object that says so; its bytes are in `data`.
fn numbers(fields: &[Field<Quantity>]) -> Value {
    let show = |field: &Field<Quantity>| match field {
        Field::Present(number) => json!(number.to_string()),
        Field::NotFitted => Value::Null,
        Field::Damaged => json!({ "quality": Mark::InvalidBcd.code() }),
    };
    fields.iter().map(show).collect()
}
