//! Which frame answers which request.

use super::{Address, Frame, Wire};
use crate::content::Sort;
use crate::stream::Fault;

/// A request under way. One at a time on a line: an answer does not say which request it is for.
#[derive(Clone, Debug)]
pub struct Exchange {
    sent: Vec<u8>,
    wire: Wire,
}

impl Exchange {
    /// For an encoded request.
    pub fn new(request: &[u8], wire: Wire) -> Result<Self, Fault> {
        let frame = Frame::parse(request, wire)?;
        if frame.is_from_meter() {
            return Err(Fault::Start);
        }
        Ok(Self {
            sent: request.to_vec(),
            wire,
        })
    }

    /// What `frame` is to the request. An answer has the same function; one to a read repeats the
    /// identifier. Some meters answer under the wildcard or broadcast address they were asked by.
    pub fn sort(&self, frame: &Frame<'_>) -> Sort {
        if frame.bytes() == self.sent {
            return Sort::Echo;
        }
        let Ok(sent) = Frame::parse(&self.sent, self.wire) else {
            return Sort::Stranger;
        };
        let (asked, own) = (sent.address(), frame.address());
        let addressed = asked.covers(&own) || own == Address::ANY;
        let fits = frame.is_from_meter() && frame.function() == sent.function() && addressed;
        let identified = frame.is_abnormal()
            || !READS.contains(&sent.function())
            || self.identifier(&sent) == self.identifier(frame);
        if fits && identified {
            Sort::Answer
        } else {
            Sort::Stranger
        }
    }

    fn identifier<'a>(&self, frame: &Frame<'a>) -> Option<&'a [u8]> {
        frame.wire_data().get(..usize::from(self.wire.di_bytes))
    }
}

/// Functions whose answers repeat the identifier, in either edition.
const READS: [u8; 4] = [0x01, 0x02, 0x11, 0x12];
