//! Frames of CJ/T 188.

use serde_json::{Value, json};

use super::{Object, hexadecimal};
use crate::cjt188::{
    Amount, Answer, Clock, Di, DiOrder, Frame, Message, Options, Reading, Request, Status, read,
    type_title,
};
use crate::quantity::{Field, Quantity, Unit};

fn put(object: &mut Object, key: &str, value: Value) {
    object.insert(key.to_owned(), value);
}

/// One frame.
pub(super) fn frame(frame: &Frame<'_>, options: Options) -> Object {
    let mut object = Object::new();
    let kind = frame.meter_type();
    put(&mut object, "type", json!(format!("{kind:02X}")));
    put(&mut object, "type_title", json!(type_title(kind)));
    put(&mut object, "address", json!(frame.address().to_string()));
    put(
        &mut object,
        "control",
        json!(format!("{:02X}", frame.control())),
    );
    put(&mut object, "from_meter", json!(frame.is_from_meter()));
    put(&mut object, "abnormal", json!(frame.is_abnormal()));
    put(&mut object, "length", json!(frame.data().len()));
    match Message::decode(frame) {
        Ok(Message::Answer(Answer::Data {
            control,
            di,
            di_order,
            seq,
            data,
        })) => {
            put_di(&mut object, di, di_order, seq);
            put_reading(&mut object, &read(control, di, &data, options), &data);
        }
        Ok(Message::Answer(Answer::Refused { data, .. })) => {
            put(&mut object, "data", hexadecimal(&data));
        }
        Ok(Message::Request((request, _))) => {
            put_fields(&mut object, frame);
            if let Request::WriteAddress { new_address, .. } = request {
                put(&mut object, "meter_address", json!(new_address.to_string()));
            }
        }
        Err(error) => {
            put_fields(&mut object, frame);
            put(&mut object, "quality", json!("unexpected_content"));
            put(&mut object, "message", json!(error.to_string()));
        }
    }
    object
}

fn put_di(object: &mut Object, di: Di, order: DiOrder, seq: u8) {
    put(object, "di", json!(di.to_string()));
    if order == DiOrder::LowFirst {
        put(object, "di_wire", json!(Di(di.0.swap_bytes()).to_string()));
    }
    put(object, "seq", json!(seq));
}

/// Identifier, number and data of a request; makers' own functions have them, too.
fn put_fields(object: &mut Object, frame: &Frame<'_>) {
    if let [first, second, seq, data @ ..] = frame.data() {
        let (di, order) = Di::from_wire([*first, *second]);
        put_di(object, di, order, *seq);
        put_rest(object, data);
    } else {
        put_rest(object, frame.data());
    }
}

fn put_rest(object: &mut Object, data: &[u8]) {
    if !data.is_empty() {
        put(object, "data", hexadecimal(data));
    }
}

fn put_reading(object: &mut Object, reading: &Reading, data: &[u8]) {
    match reading {
        Reading::Volume {
            total,
            settlement,
            clock,
            status,
        } => {
            put(object, "total", amount(total));
            put(object, "settlement", amount(settlement));
            put_clock(object, *clock);
            put(object, "status", shown(*status));
        }
        Reading::Short { total, status } => {
            put(object, "total", amount(total));
            put(object, "status", shown(*status));
            put(object, "form", json!("short"));
        }
        Reading::Heat { .. } => put_heat(object, reading),
        Reading::Radio {
            total,
            reverse_total,
            flow_rate,
            clock,
            rest,
        } => {
            put(object, "total", amount(total));
            put(object, "reverse_total", amount(reverse_total));
            put(object, "flow_rate", amount(flow_rate));
            put_clock(object, *clock);
            put(object, "data", hexadecimal(rest));
            put(object, "form", json!("vendor_A1"));
        }
        Reading::History { total } => put(object, "total", amount(total)),
        Reading::Frozen {
            clock,
            total,
            flow_rate,
            temperature,
            pressure,
        } => {
            put_clock(object, *clock);
            put(object, "total", amount(total));
            put(object, "flow_rate", amount(flow_rate));
            put_number(object, "temperature", temperature);
            put(object, "pressure_raw", hexadecimal(pressure));
        }
        Reading::Valve { status } => put(object, "status", shown(*status)),
        Reading::Enciphered => {
            put_rest(object, data);
            put(object, "quality", json!("enciphered"));
        }
        Reading::Mismatch => {
            put_rest(object, data);
            put(object, "quality", json!("length_mismatch"));
        }
        Reading::Other => put_rest(object, data),
    }
}

fn put_heat(object: &mut Object, reading: &Reading) {
    let Reading::Heat {
        settlement_heat,
        heat,
        power,
        flow_rate,
        total,
        supply_temp,
        return_temp,
        work_hours,
        clock,
        status,
    } = reading
    else {
        return;
    };
    for (key, field) in [
        ("settlement_heat", settlement_heat),
        ("heat", heat),
        ("power", power),
        ("flow_rate", flow_rate),
        ("total", total),
    ] {
        put(object, key, amount(field));
    }
    for (key, field) in [
        ("supply_temp", supply_temp),
        ("return_temp", return_temp),
        ("work_hours", work_hours),
    ] {
        put_number(object, key, field);
    }
    put_clock(object, *clock);
    put(object, "status", shown(*status));
}

/// A damaged number is left out: no text may look like a value.
fn put_number(object: &mut Object, key: &str, field: &Field<Quantity>) {
    match field {
        Field::Present(number) => put(object, key, json!(number.to_string())),
        Field::NotFitted => put(object, key, Value::Null),
        Field::Damaged => {}
    }
}

fn put_clock(object: &mut Object, clock: Clock) {
    let time = clock.at.present();
    let text = time.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string());
    put(object, "time", json!(text));
    if clock.year_first {
        put(object, "time_order", json!("year_first"));
    }
}

fn amount(amount: &Amount) -> Value {
    let mut object = Object::new();
    match amount.value {
        Field::Present(number) => put(&mut object, "value", json!(number.to_string())),
        Field::NotFitted => put(&mut object, "value", Value::Null),
        Field::Damaged => put(&mut object, "raw", hexadecimal(&amount.raw)),
    }
    let unit = (amount.unit != Unit::None).then(|| amount.unit.symbol());
    put(&mut object, "unit", json!(unit));
    if let (None, Some(code)) = (unit, amount.code) {
        put(&mut object, "unit_code", json!(format!("{code:02X}")));
    }
    if amount.unit_first {
        put(&mut object, "order", json!("unit_value"));
    }
    Value::Object(object)
}

fn shown(status: Status) -> Value {
    json!({
        "raw": hexadecimal(&status.raw),
        "valve": status.valve.code(),
        "valve_title": status.valve.title(),
        "battery_low": status.battery_low,
    })
}
