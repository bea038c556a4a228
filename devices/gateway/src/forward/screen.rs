//! Which bytes may go down.

use chaobiao_devices::stream::{Framing, PREAMBLE, START, Verdict};
use chaobiao_devices::{Profile, Protocol, cjt188, dlt645, dlt645_1997, dlt645_2007};

use crate::talk::Pending;

/// What a platform may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rights {
    /// Anything; else reads alone.
    pub writes: bool,
}

/// Why a request is not forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    #[error("请求过长")]
    TooLong,
    /// It holds something that is no read of a protocol known here.
    #[error("请求不是可识别的读数报文")]
    Unreadable,
    /// It would change a meter.
    #[error("控制码 {0:02X} 未获准")]
    Write(u8),
    #[error("采集器没有连接")]
    NoLink,
    #[error("采集器任务过多")]
    Busy,
}

/// The functions that change nothing, by protocol. Everything else is a write, makers' own
/// functions among it.
const READS_645: [u8; 6] = [0x01, 0x02, 0x03, 0x11, 0x12, 0x13];
const READS_188: [u8; 3] = [0x01, 0x03, 0x09];

/// Frames of every protocol that begin at the first byte, and whether they are reads.
fn readings(bytes: &[u8]) -> impl Iterator<Item = (usize, Result<(), u8>)> + '_ {
    let widest = dlt645::Wire {
        data_bytes_max: u8::MAX,
        ..dlt645_2007::WIRE
    };
    let with_type = dlt645::Wire {
        head: dlt645::Head::TypeAndAddress,
        ..widest
    };
    let electric = [widest, with_type].into_iter().filter_map(|wire| {
        let Verdict::Complete(length) = wire.judge(bytes) else {
            return None;
        };
        let control = wire.view(bytes.get(..length)?).control();
        let reads = READS_645.contains(&control);
        Some((length, if reads { Ok(()) } else { Err(control) }))
    });
    let water = match cjt188::Wire::STANDARD.judge(bytes) {
        Verdict::Complete(length) => bytes.get(..length).map(|frame| {
            let control = cjt188::Wire::STANDARD.view(frame).control();
            let reads = READS_188.contains(&control);
            (length, if reads { Ok(()) } else { Err(control) })
        }),
        _ => None,
    };
    electric.chain(water)
}

/// Whether a whole request may go down: nothing but preambles and reads, or anything if the
/// platform may write. A frame that is a write by any protocol is one, wherever it begins: inside
/// another, too, since a meter may begin to listen anywhere.
pub fn screen(request: &[u8], rights: Rights, bytes_max: usize) -> Result<(), Blocked> {
    if request.len() > bytes_max {
        return Err(Blocked::TooLong);
    }
    if rights.writes {
        return Ok(());
    }
    for (at, byte) in request.iter().enumerate() {
        if *byte == START {
            for (_, read) in readings(&request[at..]) {
                read.map_err(Blocked::Write)?;
            }
        }
    }
    let mut rest = request;
    let mut frames = 0;
    loop {
        match rest {
            [] if frames > 0 => return Ok(()),
            [] => return Err(Blocked::Unreadable),
            [PREAMBLE, after @ ..] => rest = after,
            _ if rest.first() == Some(&START) => {
                let longest = readings(rest).map(|(length, _)| length).max();
                let length = longest.ok_or(Blocked::Unreadable)?;
                frames += 1;
                rest = rest.get(length..).unwrap_or_default();
            }
            _ => return Err(Blocked::Unreadable),
        }
    }
}

/// What knows the answer to a request: one ear for each protocol it may be of.
pub(crate) fn ears(request: &[u8]) -> Vec<Pending> {
    let mut bare = request;
    while let [PREAMBLE, after @ ..] = bare {
        bare = after;
    }
    let widest = |protocol, wire: dlt645::Wire| Profile {
        data_bytes_max: Some(u8::MAX),
        head: wire.head,
        ..Profile::standard(protocol)
    };
    let profiles = [
        widest(Protocol::Dlt645Of2007, dlt645_2007::WIRE),
        widest(Protocol::Dlt645Of1997, dlt645_1997::WIRE),
        Profile::standard(Protocol::Cjt188),
    ];
    profiles
        .iter()
        .filter(|profile| is_of(bare, profile.protocol))
        .filter_map(|profile| Pending::new(bare, profile))
        .collect()
}

/// The functions of 2007 have bit 4, those of 1997 (but for one) have not.
fn is_of(request: &[u8], protocol: Protocol) -> bool {
    let newer = request.get(8).is_some_and(|control| control & 0x10 != 0);
    match protocol {
        Protocol::Dlt645Of2007 => newer,
        Protocol::Dlt645Of1997 => !newer,
        Protocol::Cjt188 => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text.replace(' ', "")).unwrap()
    }

    fn screened(request: &[u8]) -> Result<(), Blocked> {
        screen(request, Rights::default(), 2048)
    }

    const READ: &str = "FE FE 68 61 10 01 30 12 15 68 11 04 33 33 34 33 7B 16";
    const TRIP: &str = "68 61 10 01 30 12 15 68 1C 10 35 6A 39 35 34 33 33 33 4D 33 33 33 33 63 \
        45 CC 2C 16";
    const WATER: &str = "FE FE FE 68 10 84 13 11 15 00 00 00 01 03 90 1F 01 E9 16";

    #[test]
    fn r35_reads_go_through_and_writes_do_not() {
        assert_eq!(screened(&bytes(READ)), Ok(()));
        assert_eq!(screened(&bytes(WATER)), Ok(()));
        assert_eq!(screened(&bytes(&[READ, WATER].concat())), Ok(()));
        assert_eq!(screened(&bytes(TRIP)), Err(Blocked::Write(0x1C)));
        let both = bytes(&[READ, TRIP].concat());
        assert_eq!(screened(&both), Err(Blocked::Write(0x1C)));
        let may = Rights { writes: true };
        assert_eq!(screen(&bytes(TRIP), may, 2048), Ok(()));
    }

    #[test]
    fn r35_every_control_code_but_reads_is_blocked() {
        let address = "123456789012".parse().unwrap();
        let wire = dlt645_2007::WIRE;
        let mut open = Vec::new();
        for control in 0..=0x1F {
            let frame = dlt645::encode(wire, 0, &address, control, &[0; 4]).unwrap();
            match screened(&frame) {
                Ok(()) => open.push(control),
                Err(why) => assert_eq!(why, Blocked::Write(control)),
            }
        }
        assert_eq!(open, READS_645);
        let water = "1".parse().unwrap();
        let mut open = Vec::new();
        for control in 0..=0x7F {
            let wire = cjt188::Wire::STANDARD;
            let frame = cjt188::encode(wire, 0x10, &water, control, &[0x90, 0x1F, 0]).unwrap();
            if screened(&frame) == Ok(()) {
                open.push(control);
            }
        }
        assert_eq!(open, READS_188);
    }

    #[test]
    fn r35_a_write_hidden_in_a_read_is_found() {
        // The inner frame's bytes are the outer one's data.
        let inner = bytes(TRIP);
        let address = "1".parse().unwrap();
        let wire = dlt645::Wire {
            style: dlt645::Style::Bare,
            ..dlt645_2007::WIRE
        };
        let outer = dlt645::encode(wire, 0, &address, 0x11, &inner).unwrap();
        assert_eq!(screened(&outer), Err(Blocked::Write(0x1C)));
    }

    #[test]
    fn r35_what_is_no_request_is_not_forwarded() {
        let half = bytes(READ);
        let noisy = [&[0x00][..], &half].concat();
        for bad in [&half[..10], &noisy, &[], &[0xFE; 4]] {
            assert_eq!(screened(bad), Err(Blocked::Unreadable));
        }
        let long = bytes(READ).repeat(200);
        assert_eq!(screened(&long), Err(Blocked::TooLong));
    }
}
