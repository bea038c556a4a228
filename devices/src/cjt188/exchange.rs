//! Which frame answers which request.

use super::{ABNORMAL, ANY_TYPE, Di, FROM_METER, Frame};
use crate::content::Sort;

/// What `heard` is to the pending request `sent`. An answer has the same function and, unless it
/// is a refusal, the same identifier, in whichever order. The serial number is not asked for:
/// meters answer 00 and AA.
pub fn sort(sent: &Frame<'_>, heard: &Frame<'_>) -> Sort {
    if heard.bytes() == sent.bytes() {
        return Sort::Echo;
    }
    let function = |frame: &Frame<'_>| frame.control() & !(FROM_METER | ABNORMAL);
    let kind = sent.meter_type() == ANY_TYPE || sent.meter_type() == heard.meter_type();
    let addressed = kind && sent.address().covers(&heard.address());
    let fits = heard.is_from_meter() && function(heard) == function(sent) && addressed;
    if fits && (heard.is_abnormal() || identifier(heard) == identifier(sent)) {
        Sort::Answer
    } else {
        Sort::Stranger
    }
}

fn identifier(frame: &Frame<'_>) -> Option<Di> {
    let bytes = frame.data().first_chunk()?;
    Some(Di::from_wire(*bytes).0)
}
