//! A request under way: which of the bytes that come are its answer.

use chaobiao_devices::content::Sort;
use chaobiao_devices::dlt645::Exchange;
use chaobiao_devices::stream::{FrameDecoder, Tally};
use chaobiao_devices::{Profile, Protocol, cjt188, dlt645};

use crate::meter::MeterAddress;

/// Tells answers of one request from other frames; outlives the request, to know late answers.
#[derive(Clone, Debug)]
pub(crate) enum Sorter {
    Dlt645 {
        exchange: Box<Exchange>,
        wire: dlt645::Wire,
    },
    Cjt188 {
        sent: Vec<u8>,
        wire: cjt188::Wire,
    },
}

impl Sorter {
    fn new(request: &[u8], profile: &Profile) -> Option<Self> {
        match profile.protocol {
            Protocol::Dlt645Of1997 | Protocol::Dlt645Of2007 => {
                let wire = profile.dlt645_wire();
                let exchange = Box::new(Exchange::new(request, wire).ok()?);
                Some(Self::Dlt645 { exchange, wire })
            }
            Protocol::Cjt188 => {
                let wire = profile.cjt188_wire();
                cjt188::Frame::parse(request, wire).ok()?;
                Some(Self::Cjt188 {
                    sent: request.to_vec(),
                    wire,
                })
            }
        }
    }

    /// What a whole frame is to the request.
    pub(crate) fn sort(&self, frame: &[u8]) -> Sort {
        match self {
            Self::Dlt645 { exchange, wire } => {
                let frame = dlt645::Frame::parse(frame, *wire);
                frame.map_or(Sort::Stranger, |frame| exchange.sort(&frame))
            }
            Self::Cjt188 { sent, wire } => {
                let parse = |bytes| cjt188::Frame::parse(bytes, *wire);
                match (parse(sent), parse(frame)) {
                    (Ok(sent), Ok(frame)) => cjt188::sort(&sent, &frame),
                    _ => Sort::Stranger,
                }
            }
        }
    }
}

/// A good frame that came while the request was under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) sort: Sort,
    pub(crate) bytes: Vec<u8>,
    pub(crate) address: MeterAddress,
    pub(crate) from_meter: bool,
}

#[derive(Debug)]
enum Ear {
    Dlt645(FrameDecoder<dlt645::Wire>),
    Cjt188(FrameDecoder<cjt188::Wire>),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Pending {
    sorter: Sorter,
    ear: Ear,
}

impl Pending {
    /// For an encoded request, without preamble.
    pub(crate) fn new(request: &[u8], profile: &Profile) -> Option<Self> {
        let sorter = Sorter::new(request, profile)?;
        let ear = match &sorter {
            Sorter::Dlt645 { wire, .. } => Ear::Dlt645(FrameDecoder::new(*wire)),
            Sorter::Cjt188 { wire, .. } => Ear::Cjt188(FrameDecoder::new(*wire)),
        };
        Some(Self { sorter, ear })
    }

    pub(crate) fn feed(&mut self, piece: &[u8], heard: &mut Vec<Heard>) {
        let sorter = &self.sorter;
        match &mut self.ear {
            Ear::Dlt645(decoder) => decoder.feed(piece, |frame| {
                heard.push(electric(sorter, &frame));
            }),
            Ear::Cjt188(decoder) => decoder.feed(piece, |frame| {
                heard.push(water(sorter, &frame));
            }),
        }
    }

    /// The line has been silent for longer than a frame may.
    pub(crate) fn idle(&mut self, heard: &mut Vec<Heard>) {
        let sorter = &self.sorter;
        match &mut self.ear {
            Ear::Dlt645(decoder) => decoder.idle(|frame| {
                heard.push(electric(sorter, &frame));
            }),
            Ear::Cjt188(decoder) => decoder.idle(|frame| {
                heard.push(water(sorter, &frame));
            }),
        }
    }

    pub(crate) fn held(&self) -> usize {
        match &self.ear {
            Ear::Dlt645(decoder) => decoder.held(),
            Ear::Cjt188(decoder) => decoder.held(),
        }
    }

    pub(crate) fn tally(&self) -> &Tally {
        match &self.ear {
            Ear::Dlt645(decoder) => decoder.tally(),
            Ear::Cjt188(decoder) => decoder.tally(),
        }
    }

    pub(crate) fn into_sorter(self) -> Sorter {
        self.sorter
    }
}

fn electric(sorter: &Sorter, frame: &dlt645::Frame<'_>) -> Heard {
    let sort = match sorter {
        Sorter::Dlt645 { exchange, .. } => exchange.sort(frame),
        Sorter::Cjt188 { .. } => Sort::Stranger,
    };
    Heard {
        sort,
        bytes: frame.bytes().to_vec(),
        address: MeterAddress::Dlt645(frame.address()),
        from_meter: frame.is_from_meter(),
    }
}

fn water(sorter: &Sorter, frame: &cjt188::Frame<'_>) -> Heard {
    Heard {
        sort: sorter.sort(frame.bytes()),
        bytes: frame.bytes().to_vec(),
        address: MeterAddress::Cjt188 {
            kind: frame.meter_type(),
            address: frame.address(),
        },
        from_meter: frame.is_from_meter(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::{Talk, with_preamble};

    #[test]
    fn the_adapters_echo_is_no_answer() {
        let profile = Profile::standard(Protocol::Dlt645Of2007);
        let talk = Talk {
            address: MeterAddress::Dlt645("123456789012".parse().unwrap()),
            profile: &profile,
            di_order: None,
            seq: 0,
        };
        let request = talk.read(0x0001_0000).unwrap();
        let mut pending = Pending::new(&request, &profile).unwrap();
        let mut heard = Vec::new();
        pending.feed(&with_preamble(&request), &mut heard);
        let sorts: Vec<Sort> = heard.iter().map(|one| one.sort).collect();
        assert_eq!(sorts, [Sort::Echo]);
        assert!(!heard[0].from_meter);
    }
}
