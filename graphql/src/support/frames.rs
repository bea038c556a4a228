use chaobiao_domain::units::{Index, RawFrame};

/// What a meter answered, as far as a reading needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialAnswer {
    /// The digits of its address, as printed on the meter.
    pub address: String,
    pub index: Index,
}

/// Understands what meters answer by radio. The house that speaks to devices is another one.
pub trait FrameReader: Send + Sync {
    /// The dial of a water meter; none where the frame is damaged, or tells of something else.
    fn water_dial(&self, frame: &RawFrame) -> Option<DialAnswer>;
}
