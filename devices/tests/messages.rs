//! What is encoded is decoded again, whatever it is.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_devices::cjt188::{self, DiOrder, Target, ValveOrder};
use chaobiao_devices::dlt645::{Address, Baud, Frame, Operator, Password, Refusal, Wire};
use chaobiao_devices::dlt645_2007::Order;
use chaobiao_devices::moment::YearlyMinute;
use chaobiao_devices::{dlt645_1997 as old, dlt645_2007 as new};
use chrono::{NaiveDate, NaiveDateTime};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 6]>().prop_map(Address::from_wire)
}

fn password() -> impl Strategy<Value = Password> {
    any::<(u8, [u8; 3])>().prop_map(|(level, secret)| Password { level, secret })
}

fn operator() -> impl Strategy<Value = Operator> {
    any::<[u8; 4]>().prop_map(Operator)
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..180)
}

/// Meters know two digits of the year.
fn moment() -> impl Strategy<Value = NaiveDateTime> {
    (0..36_500_i64, 0..86_400_i64).prop_map(|(day, second)| {
        let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
        let midnight = first.and_hms_opt(0, 0, 0).unwrap();
        midnight + chrono::TimeDelta::days(day) + chrono::TimeDelta::seconds(second)
    })
}

fn yearly() -> impl Strategy<Value = YearlyMinute> {
    let at = (1..=12, 1..=31, 0..=23, 0..=59).prop_map(|(month, day, hour, minute)| {
        format!("{month:02}-{day:02} {hour:02}:{minute:02}")
            .parse()
            .unwrap()
    });
    prop_oneof![at, Just(YearlyMinute::NOW)]
}

fn baud() -> impl Strategy<Value = Baud> {
    select(vec![600_u32, 1200, 2400, 4800, 9600, 19200])
        .prop_map(|speed| Baud::try_from(speed).unwrap())
}

fn new_di() -> impl Strategy<Value = new::Di> {
    any::<[u8; 4]>().prop_map(new::Di::from_wire)
}

fn old_di() -> impl Strategy<Value = old::Di> {
    any::<[u8; 2]>().prop_map(old::Di::from_wire)
}

fn new_request() -> impl Strategy<Value = new::Request> {
    use new::Request as R;
    let signed = || (password(), operator());
    prop_oneof![
        (new_di(), data()).prop_map(|(di, arguments)| R::Read { di, arguments }),
        (new_di(), any::<u8>()).prop_map(|(di, seq)| R::ReadFollowUp { di, seq }),
        Just(R::ReadAddress),
        (new_di(), signed(), data()).prop_map(|(di, (password, operator), data)| R::Write {
            di,
            password,
            operator,
            data
        }),
        address().prop_map(|new_address| R::WriteAddress { new_address }),
        moment().prop_map(|time| R::BroadcastTime { time }),
        yearly().prop_map(|at| R::Freeze { at }),
        baud().prop_map(|baud| R::ChangeBaud { baud }),
        (new_di(), password(), password()).prop_map(|(di, old, new)| R::ChangePassword {
            di,
            old,
            new
        }),
        signed().prop_map(|(password, operator)| R::ClearDemand { password, operator }),
        signed().prop_map(|(password, operator)| R::ClearMeter { password, operator }),
        (signed(), new_di()).prop_map(|((password, operator), di)| R::ClearEvents {
            password,
            operator,
            di
        }),
        (signed(), select(&Order::ALL[..]), moment()).prop_map(
            |((password, operator), order, valid_until)| R::Control {
                password,
                operator,
                order,
                valid_until
            }
        ),
        any::<u8>().prop_map(|code| R::Output { code }),
        data().prop_map(|data| R::Other {
            control: 0x1F,
            data
        }),
    ]
}

fn old_request() -> impl Strategy<Value = old::Request> {
    use old::Request as R;
    prop_oneof![
        (old_di(), data()).prop_map(|(di, arguments)| R::Read { di, arguments }),
        old_di().prop_map(|di| R::ReadFollowUp { di }),
        Just(R::ReadAgain),
        (old_di(), password(), data()).prop_map(|(di, password, data)| R::Write {
            di,
            password,
            data
        }),
        address().prop_map(|new_address| R::WriteAddress { new_address }),
        moment().prop_map(|time| R::BroadcastTime { time }),
        baud().prop_map(|baud| R::ChangeBaud { baud }),
        (password(), password()).prop_map(|(old, new)| R::ChangePassword { old, new }),
        proptest::option::of(password()).prop_map(|password| R::ClearDemand { password }),
        data().prop_map(|data| R::Other {
            control: 0x1F,
            data
        }),
    ]
}

fn refusal() -> impl Strategy<Value = Refusal> {
    vec(any::<u8>(), 0..3).prop_map(|word| Refusal { word })
}

fn new_answer() -> impl Strategy<Value = new::Answer> {
    use new::Answer as A;
    prop_oneof![
        (new_di(), data(), any::<bool>()).prop_map(|(di, data, more)| A::Data { di, data, more }),
        (new_di(), data(), any::<(u8, bool)>()).prop_map(|(di, data, (seq, more))| A::FollowUp {
            di,
            data,
            seq,
            more
        }),
        address().prop_map(A::Address),
        password().prop_map(A::PasswordChanged),
        (select(vec![0x94, 0x95, 0x96, 0x97, 0x9C, 0xB4]), data())
            .prop_map(|(control, data)| A::Done { control, data }),
        (select(vec![0xD1, 0xD2, 0xD4, 0xDC]), refusal())
            .prop_map(|(control, refusal)| A::Refused { control, refusal }),
    ]
}

fn old_answer() -> impl Strategy<Value = old::Answer> {
    use old::Answer as A;
    prop_oneof![
        (old_di(), data(), any::<bool>()).prop_map(|(di, data, more)| A::Data { di, data, more }),
        (old_di(), data(), any::<bool>()).prop_map(|(di, data, more)| A::FollowUp {
            di,
            data,
            more
        }),
        password().prop_map(A::PasswordChanged),
        (select(vec![0x84, 0x8A, 0x8C, 0x90]), data())
            .prop_map(|(control, data)| A::Done { control, data }),
        (select(vec![0xC1, 0xC4]), refusal())
            .prop_map(|(control, refusal)| A::Refused { control, refusal }),
    ]
}

fn water_request() -> impl Strategy<Value = cjt188::Request> {
    use cjt188::Request as R;
    let di = select(vec![0x901F, 0xD120, 0xD2FF, 0xA105, 0x8102]).prop_map(cjt188::Di);
    let written = select(vec![0xA010, 0xA015, 0xA105]).prop_map(cjt188::Di);
    let seq = any::<u8>;
    prop_oneof![
        (di, seq()).prop_map(|(di, seq)| R::Read { di, seq }),
        seq().prop_map(|seq| R::ReadAddress { seq }),
        seq().prop_map(|seq| R::ReadKeyVersion { seq }),
        (written, seq(), data()).prop_map(|(di, seq, data)| R::Write { di, seq, data }),
        (seq(), select(&ValveOrder::ALL[..])).prop_map(|(seq, order)| R::Valve { seq, order }),
        (seq(), any::<[u8; 7]>()).prop_map(|(seq, bytes)| R::WriteAddress {
            seq,
            new_address: cjt188::Address::from_wire(bytes)
        }),
        (seq(), data()).prop_map(|(seq, data)| R::WriteBaseValue { seq, data }),
    ]
}

fn water_answer() -> impl Strategy<Value = cjt188::Answer> {
    use cjt188::Answer as A;
    let control = || select(vec![0x81, 0x83, 0x84, 0xA1, 0xAA]);
    let di = select(vec![0x901F, 0xD12B, 0xA017, 0x810A]).prop_map(cjt188::Di);
    prop_oneof![
        (control(), di, order(), any::<u8>(), data()).prop_map(
            |(control, di, di_order, seq, data)| A::Data {
                control,
                di,
                di_order,
                seq,
                data
            }
        ),
        (select(vec![0xC1, 0xC4]), data()).prop_map(|(control, data)| A::Refused { control, data }),
    ]
}

fn order() -> impl Strategy<Value = DiOrder> {
    prop_oneof![Just(DiOrder::HighFirst), Just(DiOrder::LowFirst)]
}

fn seen(bytes: &[u8], wire: Wire) -> Frame<'_> {
    Frame::parse(bytes, wire).unwrap()
}

proptest! {
    #[test]
    fn requests_of_2007(request in new_request(), to in address()) {
        let bytes = request.encode(&to, new::WIRE).unwrap();
        let frame = seen(&bytes, new::WIRE);
        prop_assert_eq!(frame.address(), to);
        prop_assert_eq!(new::Message::decode(&frame), Ok(new::Message::Request(request)));
    }

    #[test]
    fn requests_of_1997(request in old_request(), to in address()) {
        let bytes = request.encode(&to, old::WIRE).unwrap();
        let frame = seen(&bytes, old::WIRE);
        prop_assert_eq!(frame.address(), to);
        prop_assert_eq!(old::Message::decode(&frame), Ok(old::Message::Request(request)));
    }

    #[test]
    fn answers_of_2007(answer in new_answer(), from in address()) {
        let bytes = answer.encode(&from, new::WIRE).unwrap();
        let frame = seen(&bytes, new::WIRE);
        prop_assert_eq!(new::Message::decode(&frame), Ok(new::Message::Answer(answer)));
    }

    #[test]
    fn answers_of_1997(answer in old_answer(), from in address()) {
        let bytes = answer.encode(&from, old::WIRE).unwrap();
        let frame = seen(&bytes, old::WIRE);
        prop_assert_eq!(old::Message::decode(&frame), Ok(old::Message::Answer(answer)));
    }

    #[test]
    fn requests_to_water_meters(request in water_request(), di_order in order()) {
        let target = Target { di_order, ..Target::ANY };
        let bytes = request.encode(&target, cjt188::Wire::STANDARD).unwrap();
        let frame = cjt188::Frame::parse(&bytes, cjt188::Wire::STANDARD).unwrap();
        let expected = cjt188::Message::Request((request, di_order));
        prop_assert_eq!(cjt188::Message::decode(&frame), Ok(expected));
    }

    #[test]
    fn answers_of_water_meters(answer in water_answer(), bytes: [u8; 7]) {
        let from = cjt188::Address::from_wire(bytes);
        let wire = cjt188::Wire::STANDARD;
        let bytes = answer.encode(0x10, &from, wire).unwrap();
        let frame = cjt188::Frame::parse(&bytes, wire).unwrap();
        prop_assert_eq!(frame.address(), from);
        prop_assert_eq!(cjt188::Message::decode(&frame), Ok(cjt188::Message::Answer(answer)));
    }

    #[test]
    fn makers_heads_and_styles(data in data(), to in address(), kind: u8) {
        use chaobiao_devices::dlt645::{Head, Style, encode};
        for head in [Head::Address, Head::TypeAndAddress] {
            for style in [Style::Offset, Style::IdentifierOffset, Style::Bare] {
                let wire = Wire { head, style, ..old::WIRE };
                let bytes = encode(wire, kind, &to, 0x81, &data).unwrap();
                let frame = seen(&bytes, wire);
                prop_assert_eq!(frame.address(), to);
                prop_assert_eq!(&*frame.data(), &data[..]);
            }
        }
    }
}

#[test]
fn directions_are_not_confused() {
    use chaobiao_devices::content::ContentError;
    let read = new::Request::ReadAddress
        .encode(&Address::ANY, new::WIRE)
        .unwrap();
    let request = seen(&read, new::WIRE);
    assert_eq!(new::Answer::decode(&request), Err(ContentError::Direction));
    let own = "123456789012".parse().unwrap();
    let told = new::Answer::Address(own).encode(&own, new::WIRE).unwrap();
    let answer = seen(&told, new::WIRE);
    assert_eq!(new::Request::decode(&answer), Err(ContentError::Direction));
}

#[test]
fn what_is_too_long_is_not_cut() {
    let data = vec![0; 189];
    let request = |data| new::Request::Write {
        di: new::Di::from_wire([0; 4]),
        password: Password {
            level: 2,
            secret: [0; 3],
        },
        operator: Operator([0; 4]),
        data,
    };
    assert_eq!(request(data.clone()).encode(&Address::ANY, new::WIRE), None);
    assert!(
        request(data[1..].to_vec())
            .encode(&Address::ANY, new::WIRE)
            .is_some()
    );
}

#[test]
fn no_debug_text_shows_a_password_or_an_operator() {
    let password = Password {
        level: 2,
        secret: [0x12, 0x34, 0x56],
    };
    let operator = Operator([0x78, 0x9A, 0xBC, 0xDE]);
    let request = new::Request::Write {
        di: new::Di::from_wire([0; 4]),
        password,
        operator,
        data: Vec::new(),
    };
    let bytes = request.encode(&Address::ANY, new::WIRE).unwrap();
    let frame = seen(&bytes, new::WIRE);
    let answer = new::Answer::PasswordChanged(password);
    let shown = format!("{request:?} {frame:?} {answer:?}").to_uppercase();
    for secret in ["123456", "563412", "789ABC", "DEBC", "18, 52", "120, 154"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
