//! Every wrapper under any bytes, however they are cut.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_devices::dlt645::{self, Operator, Password};
use chaobiao_devices::simulator::{Faults, Model, SimulatedMeter};
use chaobiao_devices::{cjt188, dlt645_2007};
use chaobiao_gateway::CollectorId;
use chaobiao_gateway::forward::{Rights, screen};
use chaobiao_gateway::wrapper::concentrator::{self, Address, Frame, Port};
use chaobiao_gateway::wrapper::{Unwrapped, Unwrapper, Wrapper, data_unit, label, lora};
use chrono::NaiveDateTime;
use proptest::prelude::*;

/// No wrapper holds more than its longest frame.
const HELD_MAX: usize = 2048;

const WRAPPERS: [fn() -> Wrapper; 4] = [
    || Wrapper::Bare,
    || Wrapper::Concentrator(Port::default()),
    || Wrapper::DataUnit,
    || Wrapper::Bluetooth {
        number: "000000000007".parse().unwrap(),
    },
];

/// From a Bluetooth concentrator: eight bytes of a meter.
const BLUETOOTH: &[u8] =
    b"\xBD\x00\x07\x00\x00\x00\x00\x00\x81\x10\x00\x01\xB4\x01\x02\x03\x04\x05\x06\x68\x16\x01\x02\x03\x04\x05\x06\xF5\x16";

/// What comes out of a stream cut at these places; the bytes of the bus joined, for bare ones are
/// cut as the stream is.
fn unwrapped(wrapper: &Wrapper, stream: &[u8], cuts: &[usize]) -> (Vec<u8>, Vec<Unwrapped>) {
    let mut unwrapper = Unwrapper::new(wrapper);
    let (mut inner, mut others) = (Vec::new(), Vec::new());
    let mut take = |one| match one {
        Unwrapped::Inner(bytes) => inner.extend(bytes),
        other => others.push(other),
    };
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    places.sort_unstable();
    let mut from = 0;
    for place in places {
        unwrapper.feed(&stream[from..place], &mut take);
        assert!(unwrapper.held() <= HELD_MAX);
        from = place;
    }
    unwrapper.feed(&stream[from..], &mut take);
    while unwrapper.held() > 0 {
        unwrapper.idle(&mut take);
    }
    (inner, others)
}

/// Bytes as lines bring them: noise, whole frames of every wrapper, halves of them.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let address = Address([0x00, 0x02, 0x34, 0x12, 0x00]);
    let frame = move |control, function, data: Vec<u8>| {
        let frame = Frame {
            control,
            address,
            function,
            seq: 0x61,
            data,
        };
        frame.encode().unwrap()
    };
    let unit = b"\x7B\x01\x00\x1615821049734\x7F\x00\x00\x01\x00\x00\x7B".to_vec();
    let whole = prop_oneof![
        Just(frame(0xC9, 0x02, vec![0, 0, 1, 0])),
        Just(frame(0xC9, 0x02, vec![0, 0, 4, 0])),
        Just(frame(0x88, 0x10, vec![0, 0, 1, 0, 31, 3, 0, 1, 2, 3])),
        // A length beyond the frame.
        Just(frame(0x88, 0x10, vec![0, 0, 1, 0, 31, 0xFF, 0xFF, 1])),
        Just(unit),
        Just(b"\x7B\x09\x00\x1215821049734\x68\x16\x7B".to_vec()),
        Just(BLUETOOTH.to_vec()),
        Just(b"CTRL:&0A17\x68\x10".to_vec()),
        Just(br#"{"devEUI":"004a770124007dcb","data":"6810"}"#.to_vec()),
        Just(b"\n".to_vec()),
    ];
    let half = (whole.clone(), any::<usize>()).prop_map(|(mut bytes, at)| {
        bytes.truncate(at % bytes.len());
        bytes
    });
    let noise = proptest::collection::vec(any::<u8>(), 0..40);
    // Bytes that begin or end frames are most of what confuses.
    let marks = proptest::collection::vec(
        prop_oneof![Just(0x68), Just(0x7B), Just(0xBD), Just(0x16)],
        0..8,
    );
    let some = prop_oneof![3 => whole, 2 => half, 1 => noise, 1 => marks];
    proptest::collection::vec(some, 0..12).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn r33_any_split_of_a_stream_gives_the_same(
        stream in pieces(),
        cuts in proptest::collection::vec(any::<usize>(), 0..12),
    ) {
        for wrapper in WRAPPERS {
            let wrapper = wrapper();
            let whole = unwrapped(&wrapper, &stream, &[]);
            prop_assert_eq!(&unwrapped(&wrapper, &stream, &cuts), &whole);
            let bytewise: Vec<usize> = (0..stream.len()).collect();
            prop_assert_eq!(unwrapped(&wrapper, &stream, &bytewise), whole);
        }
        let lines = |cuts: &[usize]| {
            let mut lines = lora::Lines::default();
            let mut all = Vec::new();
            let mut from = 0;
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
            places.sort_unstable();
            for place in places {
                lines.feed(&stream[from..place], |one| all.push(one));
                from = place;
            }
            lines.feed(&stream[from..], |one| all.push(one));
            all
        };
        prop_assert_eq!(lines(&cuts), lines(&[]));
    }

    #[test]
    fn r33_no_bytes_make_a_wrapper_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for wrapper in WRAPPERS {
            unwrapped(&wrapper(), &bytes, &[]);
        }
        let named = label::read(&bytes).is_some();
        prop_assert_eq!(named, bytes.starts_with(b"CTRL:&") && label::read(&bytes).is_some());
        let unit = data_unit::datagram(&bytes);
        prop_assert!(unit.is_none() || bytes[0] == 0x7B);
        prop_assert!(lora::read(&bytes).is_err());
        if let Some(frame) = Frame::read(&bytes) {
            let again = frame.encode().unwrap();
            prop_assert_eq!(Frame::read(&again[6..again.len() - 2]), Some(frame));
        }
        prop_assert_eq!(screen(&bytes, Rights { writes: true }, 300), Ok(()));
    }

    #[test]
    fn r35_what_is_wrapped_is_unwrapped(inner in proptest::collection::vec(any::<u8>(), 0..900)) {
        let id: CollectorId = "15821049734".parse().unwrap();
        let frame = data_unit::down(&id, &inner).unwrap();
        prop_assert_eq!(&frame[15..frame.len() - 1], &inner[..]);
        let port = Port::default();
        let address = Address([1, 2, 3, 4, 5]);
        let frame = port.forward(address, 3, &inner, None).encode().unwrap();
        let wire = concentrator::Wire;
        let content = chaobiao_devices::stream::Framing::parse(&wire, &frame).unwrap();
        let data = Frame::read(content).unwrap().data;
        prop_assert_eq!(&data[10..10 + inner.len()], &inner[..]);
    }
}

/// Requests to whoever hears them: reads, orders, writes of addresses, each also inside another.
fn requests() -> impl Strategy<Value = Vec<u8>> {
    let password = Password {
        level: 2,
        secret: [0; 3],
    };
    let trip = dlt645_2007::Request::Control {
        password,
        operator: Operator([0; 4]),
        order: dlt645_2007::Order::Trip,
        valid_until: NaiveDateTime::default(),
    };
    let di = "00010000".parse().unwrap();
    let arguments = Vec::new();
    let read = dlt645_2007::Request::Read { di, arguments };
    let valve = cjt188::Request::Valve {
        seq: 1,
        order: cjt188::ValveOrder::Close,
    };
    let di = cjt188::Di::READING;
    let water = cjt188::Request::Read { di, seq: 1 };
    let all = dlt645::Address::BROADCAST;
    let wire = dlt645_2007::WIRE;
    let whoever = cjt188::Target::ANY;
    let water_wire = cjt188::Wire::STANDARD;
    let one = prop_oneof![
        Just(trip.encode(&all, wire).unwrap()),
        Just(read.encode(&all, wire).unwrap()),
        Just(valve.encode(&whoever, water_wire).unwrap()),
        Just(water.encode(&whoever, water_wire).unwrap()),
        Just(vec![0xFE; 4]),
    ];
    // As the data of a read, of either protocol.
    let bare = dlt645::Wire {
        style: dlt645::Style::Bare,
        ..wire
    };
    let inside = (one.clone(), any::<bool>()).prop_map(move |(inner, electric)| {
        if electric {
            dlt645::encode(bare, 0, &all, 0x11, &inner).unwrap()
        } else {
            let address = cjt188::Address::ANY;
            cjt188::encode(water_wire, 0xAA, &address, 0x01, &inner).unwrap()
        }
    });
    let cut = (one.clone(), any::<usize>()).prop_map(|(mut bytes, at)| {
        bytes.truncate(at % (bytes.len() + 1));
        bytes
    });
    let some = prop_oneof![4 => one, 2 => inside, 1 => cut];
    proptest::collection::vec(some, 0..5).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn r35_whatever_passes_the_screen_switches_no_meter(request in requests()) {
        let address = "202401150037".parse().unwrap();
        let water = "00002401150037".parse().unwrap();
        let models = [
            Model::Dlt645Of1997(address),
            Model::Dlt645Of2007(address),
            Model::Cjt188(0x10, water),
        ];
        let passes = screen(&request, Rights::default(), 2048).is_ok();
        for model in models {
            let mut meter = SimulatedMeter::new(model, Faults::default(), 1);
            // A meter may begin to listen at any byte.
            for at in 0..request.len() {
                meter.hear(&request[at..], NaiveDateTime::default());
                meter.fall_silent(NaiveDateTime::default());
            }
            prop_assert!(!passes || !meter.is_cut_off());
        }
    }
}

#[test]
fn r33_nothing_but_reads_passes_the_screen() {
    let mut passed = 0;
    for first in 0..=255_u8 {
        for second in 0..=255_u8 {
            passed += u32::from(screen(&[first, second], Rights::default(), 64).is_ok());
        }
    }
    assert_eq!(passed, 0);
}
