//! Requests and their answers: echoes, strangers, and answers in several parts.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_devices::cjt188;
use chaobiao_devices::content::Sort;
use chaobiao_devices::dlt645::{Added, Address, Exchange, Frame, Join, JoinError};
use chaobiao_devices::item::Value;
use chaobiao_devices::quantity::Field;
use chaobiao_devices::{dlt645_1997, dlt645_2007};
use dlt645_2007::{Answer, Di, Request, WIRE};

fn meter() -> Address {
    "202401150037".parse().unwrap()
}

fn di(text: &str) -> Di {
    text.parse().unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn sorted(asked: &Request, to: Address, heard: &[u8]) -> Sort {
    let sent = asked.encode(&to, WIRE).unwrap();
    let exchange = Exchange::new(&sent, WIRE).unwrap();
    exchange.sort(&Frame::parse(heard, WIRE).unwrap())
}

#[test]
fn an_answer_is_told_from_an_echo_and_from_strangers() {
    let asked = Request::Read {
        di: di("00010000"),
        arguments: Vec::new(),
    };
    let answer = |di, from: &Address| {
        let data = vec![0; 4];
        let more = false;
        Answer::Data { di, data, more }.encode(from, WIRE).unwrap()
    };
    let sort = |heard: &[u8]| sorted(&asked, meter(), heard);
    let other: Address = "1".parse().unwrap();
    assert_eq!(sort(&answer(di("00010000"), &meter())), Sort::Answer);
    assert_eq!(sort(&asked.encode(&meter(), WIRE).unwrap()), Sort::Echo);
    assert_eq!(sort(&asked.encode(&other, WIRE).unwrap()), Sort::Stranger);
    assert_eq!(sort(&answer(di("00020000"), &meter())), Sort::Stranger);
    assert_eq!(sort(&answer(di("00010000"), &other)), Sort::Stranger);
    // A refusal names no identifier, and only an answer of the same function is one.
    assert_eq!(sort(&bytes("6837001501242068D101356816")), Sort::Answer);
    assert_eq!(sort(&bytes("6837001501242068D401376D16")), Sort::Stranger);
    // Some meters answer under the wildcard; one that was asked by it answers under its own.
    assert_eq!(sort(&answer(di("00010000"), &Address::ANY)), Sort::Answer);
    let answered = answer(di("00010000"), &meter());
    assert_eq!(sorted(&asked, Address::ANY, &answered), Sort::Answer);
    assert_eq!(sorted(&asked, Address::BROADCAST, &answered), Sort::Answer);
}

#[test]
fn only_a_request_begins_an_exchange() {
    let answer = bytes("68370015012420689400F516");
    assert!(Exchange::new(&answer, WIRE).is_err());
    assert!(Exchange::new(&answer[1..], WIRE).is_err());
}

#[test]
fn a_water_meter_may_answer_with_another_number_and_order() {
    let sent = bytes("6810454110051533780103901F018716");
    let sent = cjt188::Frame::parse(&sent, cjt188::Wire::STANDARD).unwrap();
    let sort = |heard: &cjt188::Answer, kind, address: &str| {
        let address = address.parse().unwrap();
        let heard = heard
            .encode(kind, &address, cjt188::Wire::STANDARD)
            .unwrap();
        cjt188::sort(
            &sent,
            &cjt188::Frame::parse(&heard, cjt188::Wire::STANDARD).unwrap(),
        )
    };
    let answer = |control, di| cjt188::Answer::Data {
        control,
        di: cjt188::Di(di),
        di_order: cjt188::DiOrder::LowFirst,
        seq: 0xAA,
        data: vec![0; 6],
    };
    let own = "78331505104145";
    assert_eq!(cjt188::sort(&sent, &sent), Sort::Echo);
    assert_eq!(sort(&answer(0x81, 0x901F), 0x10, own), Sort::Answer);
    assert_eq!(sort(&answer(0xC1, 0x0000), 0x10, own), Sort::Answer);
    assert_eq!(sort(&answer(0x81, 0xD120), 0x10, own), Sort::Stranger);
    assert_eq!(sort(&answer(0x84, 0x901F), 0x10, own), Sort::Stranger);
    assert_eq!(sort(&answer(0x81, 0x901F), 0x11, own), Sort::Stranger);
    assert_eq!(sort(&answer(0x81, 0x901F), 0x10, "1"), Sort::Stranger);
}

/// The published form of a first part and its one follow-up.
const FIRST: &str = "6837001501242068B10C33323433333343336A344333DA16";
const SECOND: &str = "6837001501242068920933323433A7354333344E16";

fn begun(first: &[u8]) -> Join {
    dlt645_2007::join(&Frame::parse(first, WIRE).unwrap(), WIRE).unwrap()
}

fn add(join: &mut Join, part: &[u8]) -> Result<Added, JoinError> {
    join.add(&Frame::parse(part, WIRE).unwrap())
}

fn part(of: &str, data: &[u8], seq: u8, more: bool) -> Vec<u8> {
    let data = data.to_vec();
    let di = di(of);
    Answer::FollowUp {
        di,
        data,
        seq,
        more,
    }
    .encode(&meter(), WIRE)
    .unwrap()
}

#[test]
fn parts_are_asked_for_in_order_and_joined() {
    let mut join = begun(&bytes(FIRST));
    assert_eq!(join.data(), None);
    let ask = dlt645_2007::next_part(&join).unwrap();
    assert_eq!(
        ask,
        Request::ReadFollowUp {
            di: di("0001FF00"),
            seq: 1
        }
    );
    // The meter did not hear us ask on, and repeats itself.
    assert_eq!(add(&mut join, &bytes(FIRST)), Ok(Added::Repeated));
    assert_eq!(add(&mut join, &bytes(SECOND)), Ok(Added::Complete));
    assert_eq!(dlt645_2007::next_part(&join), None);
    let item = dlt645_2007::item(di("0001FF00")).unwrap();
    let Value::Numbers(fields) = item.read(join.data().unwrap()) else {
        panic!("a block");
    };
    let shown: Vec<String> = fields
        .into_iter()
        .map(|field| field.present().unwrap().to_string())
        .collect();
    assert_eq!(shown, ["1000.00", "1001.37", "1002.74"]);
    assert_eq!(add(&mut join, &bytes(SECOND)), Err(JoinError::Complete));
}

#[test]
fn a_part_that_does_not_belong_fails_the_read() {
    let good = part("0001FF00", &[1, 0, 0, 0], 1, true);
    let mut join = begun(&bytes(FIRST));
    assert_eq!(add(&mut join, &good), Ok(Added::More));
    assert_eq!(add(&mut join, &good), Ok(Added::Repeated));
    let gap = part("0001FF00", &[], 3, false);
    assert_eq!(
        add(&mut join, &gap),
        Err(JoinError::Gap { wanted: 2, got: 3 })
    );
    let item = part("0002FF00", &[], 2, false);
    assert_eq!(add(&mut join, &item), Err(JoinError::OtherItem));
    let refused = bytes("6837001501242068D201356916");
    assert_eq!(add(&mut join, &refused), Err(JoinError::Refused));
    let written = bytes("68370015012420689400F516");
    assert_eq!(add(&mut join, &written), Err(JoinError::NotAnAnswer));
    let follow_up = Answer::FollowUp {
        di: di("0001FF00"),
        data: Vec::new(),
        seq: 2,
        more: false,
    };
    let other = follow_up.encode(&"1".parse().unwrap(), WIRE).unwrap();
    assert_eq!(add(&mut join, &other), Err(JoinError::OtherMeter));
    let ask = Request::ReadAddress.encode(&meter(), WIRE).unwrap();
    assert_eq!(add(&mut join, &ask), Err(JoinError::NotAnAnswer));
}

#[test]
fn a_meter_that_never_ends_is_left() {
    let mut join = begun(&bytes(FIRST));
    for seq in 1..=Join::PARTS_MAX {
        assert_eq!(
            add(&mut join, &part("0001FF00", &[0; 190], seq, true)),
            Ok(Added::More)
        );
    }
    let beyond = part("0001FF00", &[], Join::PARTS_MAX + 1, true);
    assert_eq!(add(&mut join, &beyond), Err(JoinError::TooMany));
}

#[test]
fn parts_of_1997_have_no_numbers() {
    let parts = [
        "6837001501242068A11652C3333343336A344333A7354333443743337B3843338916",
        "6837001501242068A21652C3A34643333A48433377494333B44A43334B4C43333C16",
        "6837001501242068821652C3B8394333553B43338C3C4333C9434333664543335C16",
    ];
    let wire = dlt645_1997::WIRE;
    let [first, second, third] = parts.map(bytes);
    let frame = |bytes| Frame::parse(bytes, wire).unwrap();
    let mut join = dlt645_1997::join(&frame(&first), wire).unwrap();
    let ask = dlt645_1997::next_part(&join).unwrap();
    let text = hex::encode_upper(ask.encode(&meter(), wire).unwrap());
    assert_eq!(text, "6837001501242068020252C37A16");
    assert_eq!(join.add(&frame(&second)), Ok(Added::More));
    assert_eq!(join.add(&frame(&third)), Ok(Added::Complete));
    assert_eq!(join.data().unwrap().len(), 60);
    let item = dlt645_1997::item("901F".parse().unwrap()).unwrap();
    let Value::Numbers(fields) = item.read(join.data().unwrap()) else {
        panic!("a block");
    };
    assert_eq!(fields.len(), 15);
    assert!(
        fields
            .iter()
            .all(|field| matches!(field, Field::Present(_)))
    );
}
